"""A map over a picture: what an answer hangs on, as colour or as outlines."""

from enum import Enum
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QLineF, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from precmed_gui.window.picture_view import PictureView

OUTLINES = (0.5, 0.75)
_FINEST = 256
_STEPS = 256


class MapStyle(Enum):
    """How a map is drawn."""

    COLOUR = "colour"
    OUTLINE = "outline"
    BESIDE = "beside"


class MapOverlay(QWidget):
    """Lies over a `PictureView`, follows its zoom, and takes none of its mouse."""

    def __init__(self, view: PictureView) -> None:
        super().__init__(view)
        self._view = view
        self._strength: NDArray[np.float32] | None = None
        self._image: QImage | None = None
        self._lines: dict[float, list[QLineF]] = {}
        self._opacity, self._style = 0.5, MapStyle.COLOUR
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        view.installEventFilter(self)
        self.resize(view.size())
        self.hide()

    @property
    def strength(self) -> NDArray[np.float32] | None:
        """The map on the screen, None for none."""
        return self._strength

    def show_map(self, strength: NDArray[np.float32] | None) -> None:
        """Draw this map, (height, width) in [0, 1]; None draws nothing."""
        self._strength, self._image, self._lines = strength, None, {}
        self.setVisible(strength is not None)
        self.update()

    def show_look(self, style: MapStyle, opacity: float) -> None:
        """How it is drawn, and how much it covers at most, in [0, 1]."""
        self._style, self._opacity = style, opacity
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        view = getattr(self, "_view", None)  # gone while Qt takes windows down
        if watched is view and event.type() == QEvent.Type.Resize:
            self.resize(self._view.size())
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._strength is None or not self._view.has_picture:
            return
        painter = QPainter(self)
        if self._style is MapStyle.OUTLINE:
            self._paint_outlines(painter, self._strength)
        else:
            if self._image is None:
                self._image = coloured(self._strength)
            painter.setOpacity(self._opacity)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self._view.picture_area, self._image)
        painter.end()

    def _paint_outlines(self, painter: QPainter, strength: NDArray[np.float32]) -> None:
        painter.setOpacity(max(self._opacity, 0.15))
        area = self._view.picture_area
        for place, level in enumerate(OUTLINES):
            if level not in self._lines:
                self._lines[level] = outlines(strength, level)
            lines = [_in_area(line, area) for line in self._lines[level]]
            for colour, width in (("#000000", 3.5), (_tint(level), 1.5 + place * 0.5)):
                painter.setPen(QPen(QColor(colour), width))
                painter.drawLines(lines)


def coloured(strength: NDArray[np.float32]) -> QImage:
    """The map in colours whose lightness rises evenly; the weaker, the clearer."""
    places = np.clip(strength * (_STEPS - 1), 0, _STEPS - 1).astype(np.uint8)
    pixels = np.ascontiguousarray(_table()[places])
    height, width = strength.shape
    form = QImage.Format.Format_RGBA8888
    return QImage(pixels.data, width, height, pixels.strides[0], form).copy()


def outlines(strength: NDArray[np.float32], level: float) -> list[QLineF]:
    """The borders of what is at least `level`, in shares of width and height."""
    step = max(1, -(-max(strength.shape) // _FINEST))
    inside = np.pad(strength[::step, ::step] >= level, 1)
    high, wide = inside.shape[0] - 2, inside.shape[1] - 2
    lines = []
    for row, column in np.argwhere(inside[1:] != inside[:-1]).tolist():
        y = row / high
        lines.append(QLineF((column - 1) / wide, y, column / wide, y))
    for row, column in np.argwhere(inside[:, 1:] != inside[:, :-1]).tolist():
        x = column / wide
        lines.append(QLineF(x, (row - 1) / high, x, row / high))
    return lines


@cache
def _table() -> NDArray[np.uint8]:
    """Viridis (van der Walt and Smith, 2015), perceptually uniform; alpha grows with strength."""
    import pyqtgraph

    colours = pyqtgraph.colormap.get("viridis").getLookupTable(nPts=_STEPS, alpha=False)
    alpha = np.linspace(0, 1, _STEPS) ** 0.5 * 255
    table: NDArray[np.uint8] = np.column_stack([colours, alpha]).astype(np.uint8)
    return table


def _tint(level: float) -> str:
    red, green, blue, _alpha = _table()[round(level * (_STEPS - 1))].tolist()
    return QColor(red, green, blue).name()


def _in_area(line: QLineF, area: QRectF) -> QLineF:
    left, top, wide, high = area.left(), area.top(), area.width(), area.height()
    return QLineF(
        left + line.x1() * wide, top + line.y1() * high,
        left + line.x2() * wide, top + line.y2() * high,
    )  # fmt: skip
