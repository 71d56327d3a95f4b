"""One picture on black: zoom, pan, window and level for grey images, the value at the pointer.

It shows pixels that somebody else has read; `picture_area.py` adds slices and presets.
"""

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from precmed_gui.diagnosis.pictures import StatedWindow
from precmed_gui.language import _
from precmed_gui.window import camera as cameras
from precmed_gui.window.brightness import Brightness
from precmed_gui.window.camera import Camera
from precmed_gui.window.file_drops import FileDrops
from precmed_gui.window.grey_levels import (
    PLAIN,
    GreyWindow,
    Pixels,
    Pyramid,
    ValueScale,
    fitting_window,
)
from precmed_gui.window.icons import keep_icon
from precmed_gui.window.picture_notes import MARGIN, paint_message, paint_note
from precmed_gui.window.picture_renderer import PictureRenderer
from precmed_gui.window.theme import current_tokens, theme_signals

_KEY_FACTOR = 1.25
_SHARP_SCALE = 4.0


class PictureView(QWidget):
    """A picture that can be looked at closely.

    Wheel or + and - zoom, left drag or arrows pan, a double click or 0 shows all again; right
    drag or Shift with arrows sets window (across) and level (down) of grey images; R resets.

    Signals
    -------
    paths_dropped
        list[str] of files dropped on the picture.
    zoom_changed
        Screen pixels for one picture pixel, a float.
    window_changed
        Width and level, two floats in pixel values.
    """

    paths_dropped = Signal(list)
    zoom_changed = Signal(float)
    window_changed = Signal(float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pyramid: Pyramid | None = None
        self._camera = Camera()
        self._is_fitted = True
        self._brightness = Brightness()
        self._message = self._place = ""
        self._grabbed: QPointF | None = None
        self._pointer: QPointF | None = None
        self._renderer = PictureRenderer()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 90)
        self.setMouseTracking(True)
        self._drops = FileDrops(self)
        self._drops.lit_changed.connect(self._on_theme_changed)
        self._drops.paths_dropped.connect(self.paths_dropped)
        self._reset = QToolButton(self)
        self._reset.setProperty("surround", True)
        keep_icon(self._reset, "zoom-fit", "surround_text")
        self._reset.clicked.connect(self.reset)
        self._reset.hide()
        theme_signals().changed.connect(self._on_theme_changed)
        self.retranslate()

    def show_picture(
        self,
        pixels: Pixels,
        value_range: tuple[float, float] | None = None,
        meaning: ValueScale = PLAIN,
        *,
        is_next_slice: bool = False,
    ) -> None:
        """Show a new picture: as a whole, or as the slice before was looked at.

        Parameters
        ----------
        pixels
            (height, width) grey or (height, width, 3) colour, uint8 or uint16.
        value_range
            The pixel values to show as black and white; None chooses them from the pixels, for
            a next slice from the slice before.
        meaning
            What pixel values stand for.
        is_next_slice
            Whether zoom and place, and a window set by hand (in its unit), stay as they are.
        """
        own = GreyWindow.between(*value_range) if value_range else None
        if is_next_slice:
            self._brightness = self._brightness.of_next_slice(own, meaning)
        else:
            first = own or fitting_window(pixels)
            self._brightness = Brightness(first, first, meaning)
        self._pyramid = Pyramid(pixels)
        self._renderer.forget()
        self._message = ""
        if is_next_slice and not self._is_fitted:
            self._look(self._camera)
        else:
            self.fit()
        self._brighten(self._brightness)

    def clear(self) -> None:
        """Show nothing."""
        self.show_message("")

    def show_message(self, text: str) -> None:
        """Show a sentence instead of a picture."""
        self._pyramid, self._message = None, text
        self._renderer.forget()
        self._reset.hide()
        self.setAccessibleDescription(text)
        self.update()

    def set_place(self, text: str) -> None:
        """Say in a corner which of several pictures this is."""
        self._place = text
        self.update()

    @property
    def has_picture(self) -> bool:
        return self._pyramid is not None

    @property
    def is_grey(self) -> bool:
        """Whether window and level apply."""
        return self._pyramid is not None and len(self._pyramid.shape) == 2

    @property
    def zoom(self) -> float:
        """Screen pixels for one picture pixel."""
        return self._camera.scale

    @property
    def picture_area(self) -> QRectF:
        """Where the whole picture lies in this widget, seen or not."""
        if self._pyramid is None:
            return QRectF()
        places = cameras.placed(self._camera, self._picture_size(), self._view_size())
        return QRectF(*(place / self.devicePixelRatioF() for place in places))

    @property
    def window_level(self) -> tuple[float, float]:
        """Width and level, in pixel values."""
        return self._brightness.window.width, self._brightness.window.level

    @Slot()
    def zoom_in(self) -> None:
        self._zoom(_KEY_FACTOR, QPointF(self.rect().center()))

    @Slot()
    def zoom_out(self) -> None:
        self._zoom(1 / _KEY_FACTOR, QPointF(self.rect().center()))

    @Slot()
    def fit(self) -> None:
        """Show the whole picture."""
        if self._pyramid is not None:
            self._is_fitted = True
            self._look(cameras.fitted(self._picture_size(), self._view_size()))

    @Slot()
    def reset(self) -> None:
        """Show the whole picture with the window it came with."""
        self.fit()
        self.set_window_level(self._brightness.first.width, self._brightness.first.level)

    def set_window_level(self, width: float, level: float) -> None:
        """Show pixel values from `level - width / 2` (black) to `level + width / 2` (white)."""
        self._brighten(self._brightness.with_window(width, level))

    def show_window(self, window: StatedWindow) -> None:
        """Show a window in the picture's unit; the file's own is the one it came with."""
        self._brighten(self._brightness.with_stated(window))

    def is_like(self, window: StatedWindow) -> bool:
        """Whether this is how the picture is shown."""
        return self._brightness.is_like(window)

    def retranslate(self) -> None:
        """Word its own texts again."""
        self.setAccessibleName(_("Picture"))
        self._reset.setToolTip(_("Show the whole picture with its first brightness (R)"))
        self._reset.setAccessibleName(_("Reset picture"))
        self.setToolTip("")
        self.update()

    @property
    def caption(self) -> str:
        """What stands in the corner: window, level and zoom."""
        if self._pyramid is None:
            return ""
        zoom = f"{100 * self._camera.scale:.0f}"
        return self._brightness.caption(zoom) if self.is_grey else f"{zoom} %"

    @property
    def readout(self) -> str:
        """The value under the pointer, where values mean something; else empty."""
        pyramid, pointer = self._pyramid, self._pointer
        if pointer is None or pyramid is None or not self.is_grey:
            return ""
        offset = (pointer - QRectF(self.rect()).center()) * self.devicePixelRatioF()
        column, row = cameras.pixel_at(self._camera, (offset.x(), offset.y()))
        if not (0 <= row < pyramid.shape[0] and 0 <= column < pyramid.shape[1]):
            return ""
        return self._brightness.readout(float(pyramid.full[row, column]))

    def _picture_size(self) -> cameras.Size:
        assert self._pyramid is not None
        height, width = self._pyramid.shape[:2]
        return float(width), float(height)

    def _view_size(self) -> cameras.Size:
        ratio = self.devicePixelRatioF()
        return max(self.width() * ratio, 1.0), max(self.height() * ratio, 1.0)

    def _zoom(self, factor: float, at: QPointF) -> None:
        if self._pyramid is None:
            return
        ratio = self.devicePixelRatioF()
        anchor = ((at.x() - self.width() / 2) * ratio, (at.y() - self.height() / 2) * ratio)
        whole = cameras.fitted(self._picture_size(), self._view_size()).scale
        self._is_fitted = False
        self._look(cameras.zoomed(self._camera, factor, anchor, min(whole, 1.0) / 2))

    def _pan(self, x: float, y: float) -> bool:
        before = self._camera
        ratio = self.devicePixelRatioF()
        self._look(cameras.panned(before, x * ratio, y * ratio))
        return self._camera != before

    def _look(self, camera: Camera) -> None:
        old = self._camera.scale
        self._camera = cameras.held_in(camera, self._picture_size(), self._view_size())
        if self._camera.scale != old:
            self.zoom_changed.emit(self._camera.scale)
        self._refresh()

    def _brighten(self, brightness: Brightness) -> None:
        self._brightness = brightness
        self.window_changed.emit(*self.window_level)
        self._refresh()

    def _refresh(self) -> None:
        is_new = self._is_fitted and self._brightness.is_first
        self._reset.setVisible(self.has_picture and not is_new)
        self.setAccessibleDescription(self.caption)
        self.update()

    @Slot()
    def _on_theme_changed(self) -> None:
        self._place_reset()
        self.update()

    def _place_reset(self) -> None:
        size = self._reset.sizeHint()
        corner = self.rect().bottomRight() - QPoint(MARGIN - 1, MARGIN - 1)
        self._reset.setGeometry(QRect(corner - QPoint(size.width(), size.height()), size))

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = current_tokens()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(tokens.surround))
        if self._pyramid is not None:
            self._paint_picture(painter, self._pyramid)
            paint_note(painter, self.caption, self.rect(), Qt.Corner.BottomLeftCorner)
            paint_note(painter, self.readout, self.rect(), Qt.Corner.TopLeftCorner)
        elif self._message:
            paint_message(painter, self._message, self.rect())
        paint_note(painter, self._place, self.rect(), Qt.Corner.TopRightCorner)
        if self._drops.is_lit or self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(tokens.focus), 2))
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        painter.end()

    def _paint_picture(self, painter: QPainter, pyramid: Pyramid) -> None:
        ratio = self.devicePixelRatioF()
        part = self._renderer.part(
            pyramid, self._camera, self._view_size(), self._brightness.window
        )
        corner, size = part.area.topLeft() / ratio, part.area.size() / ratio
        is_smooth = self._camera.scale < _SHARP_SCALE
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_smooth)
        painter.drawImage(QRectF(corner, size), part.image)

    def sizeHint(self) -> QSize:
        return QSize(360, 300)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if getattr(self, "_pyramid", None) is None:  # or gone while Qt takes windows down
            return
        self._place_reset()
        if self._is_fitted:
            self.fit()
        else:
            self._look(self._camera)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turns = event.angleDelta().y() / 120
        if self._pyramid is not None and turns:
            self._zoom(1.2**turns, event.position())
            event.accept()
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._pyramid is None:
            event.ignore()
            return
        self._grabbed = event.position()
        is_windowing = event.button() == Qt.MouseButton.RightButton
        shape = Qt.CursorShape.SizeAllCursor if is_windowing else Qt.CursorShape.ClosedHandCursor
        self.setCursor(shape)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position()
        if self._grabbed is None:
            self.update()
            return
        moved = event.position() - self._grabbed
        self._grabbed = event.position()
        if event.buttons() & Qt.MouseButton.RightButton:
            self._turn_window(moved.x(), moved.y())
        elif event.buttons() & Qt.MouseButton.LeftButton:
            self._pan(moved.x(), moved.y())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._pointer = None
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grabbed = None
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.fit()

    def _turn_window(self, across: float, down: float) -> None:
        """One step is 1/256 of the first window, so that a hand's width covers all of it."""
        if self.is_grey:
            step = max(self._brightness.first.width, 1.0) / 256
            width, level = self.window_level
            self.set_window_level(width + across * step, level + down * step)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._pyramid is None or not self._key_moved(event):
            super().keyPressEvent(event)

    def _key_moved(self, event: QKeyEvent) -> bool:
        """Whether the key meant something here; an arrow that cannot pan is left to the panel."""
        key = Qt.Key(event.key())
        actions = {
            Qt.Key.Key_Plus: self.zoom_in, Qt.Key.Key_Equal: self.zoom_in,
            Qt.Key.Key_Minus: self.zoom_out, Qt.Key.Key_0: self.fit, Qt.Key.Key_R: self.reset,
        }  # fmt: skip
        if key in actions:
            actions[key]()
            return True
        across, down = _ARROWS.get(key, (0, 0))
        if not (across or down):
            return False
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._turn_window(8 * across, 8 * down)
            return self.is_grey
        return self._pan(-40 * across, -40 * down)


_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
