"""One of the nearest training images as a small picture on black; for `nearest_images`."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from precmed_gui.diagnosis.prediction import Neighbour
from precmed_gui.language import N_, _
from precmed_gui.window.interval_chart import paint_focus_ring
from precmed_gui.window.theme import current_tokens, font_of, paint_swatch, theme_signals

DISTANCE = N_("distance {distance}")
SAME = N_("the very image")
SPOKEN = N_("{label}, distance {distance}")
SIDE = 88
_NAME, _CAPTION = 19, 17


class NearestTile(QWidget):
    """One picture on black, its distance below, and its class where no heading tells it."""

    def __init__(self) -> None:
        super().__init__()
        self._neighbour = Neighbour("", "", 0.0)
        self._colour = -1
        self._is_named = True
        self._found: QPixmap | str | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme_signals().changed.connect(self.update)

    @property
    def neighbour(self) -> Neighbour:
        """The training image."""
        return self._neighbour

    def show_neighbour(
        self, neighbour: Neighbour | None, labels: Sequence[str], *, is_named: bool
    ) -> None:
        """Show this image of one of the classes in the order of their colours; None hides it."""
        self._is_named = is_named
        self._neighbour = neighbour or Neighbour("", "", 0.0)
        label, path = self._neighbour.label, self._neighbour.path
        self._colour = labels.index(label) if label in labels else -1
        spoken = ""
        if neighbour is not None:
            spoken = _(SPOKEN).format(label=label, distance=_distance(neighbour))
        self.setAccessibleName(spoken)
        self.setToolTip(f"{spoken}\n{path}".strip())
        self.setVisible(neighbour is not None)
        self.updateGeometry()
        self.update()

    @property
    def spoken(self) -> str:
        """Its class and distance, for who cannot see it."""
        return self.accessibleName()

    def show_found(self, found: QPixmap | str | None) -> None:
        self._found = found
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(SIDE + 16, SIDE + (_NAME if self._is_named else 0) + _CAPTION)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = current_tokens()
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        area = QRect(0, 0, self.width(), SIDE)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(area), 3, 3)
        painter.fillPath(shape, QColor(tokens.surround))
        self._paint_picture(painter, area)
        self._paint_words(painter)
        if self.hasFocus():
            paint_focus_ring(painter, QRectF(area))
        painter.end()

    def _paint_words(self, painter: QPainter) -> None:
        tokens = current_tokens()
        top = SIDE + 1
        if self._is_named:
            self._paint_name(painter, QRect(0, top, self.width(), _NAME))
            top += _NAME - 1
        painter.setFont(font_of(tokens.caption))
        painter.setPen(QColor(tokens.text_muted))
        is_same = self._neighbour.is_same
        said = _(SAME) if is_same else _(DISTANCE).format(distance=_distance(self._neighbour))
        _paint_line(painter, QRect(0, top, self.width(), _CAPTION - 1), said)

    def _paint_name(self, painter: QPainter, line: QRect) -> None:
        """The class; smaller where it would not fit."""
        tokens, label = current_tokens(), self._neighbour.label
        if self._colour >= 0:
            paint_swatch(painter, QRectF(0, line.top() + 5, 10, 10), self._colour)
            line = line.adjusted(14, 0, 0, 0)
        painter.setFont(font_of(tokens.body))
        if _elided(painter, label, line) != label:
            painter.setFont(font_of(tokens.caption))
        painter.setPen(QColor(tokens.text))
        _paint_line(painter, line, label)

    def _paint_picture(self, painter: QPainter, area: QRect) -> None:
        if isinstance(self._found, QPixmap):
            size = self._found.size().scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRect(0, 0, size.width(), size.height())
            place.moveCenter(area.center())
            painter.drawPixmap(place, self._found)
        elif self._found:
            tokens = current_tokens()
            painter.setFont(font_of(tokens.caption))
            painter.setPen(QColor(tokens.surround_text))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(area.adjusted(6, 4, -6, -4), int(flags), self._found)


def _paint_line(painter: QPainter, line: QRect, text: str) -> None:
    left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(line, left, _elided(painter, text, line))


def _elided(painter: QPainter, text: str, line: QRect) -> str:
    return painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, line.width())


def _distance(neighbour: Neighbour) -> str:
    return f"{neighbour.distance:.2f}"
