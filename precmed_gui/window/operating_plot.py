"""A curve with the operating point on it, which is dragged or moved by the arrow keys."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from precmed_gui.window.drawn_plot import DrawnPlot, line_pen
from precmed_gui.window.theme import current_tokens

_DOT = 6
_FAR = 10
_STEPS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_PageDown: -_FAR,
    Qt.Key.Key_PageUp: _FAR,
}


class OperatingPlot(DrawnPlot):
    """ROC or precision–recall; further right means a lower threshold.

    Signals
    -------
    threshold_wished
        The threshold of the point a user has gone to.
    """

    threshold_wished = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._points: NDArray[np.float64] = np.empty((0, 3))
        self._threshold = 0.5
        self._chance: tuple[tuple[float, float], ...] = ()
        self.keep_in_shape(252, 340)
        self.setCursor(Qt.CursorShape.CrossCursor)

    def show_points(
        self, points: NDArray[np.float64], chance: tuple[tuple[float, float], ...]
    ) -> None:
        """Show a curve.

        Parameters
        ----------
        points
            (m, 3): across, up, threshold.
        chance
            The ends of the line that guessing would give.
        """
        order = np.argsort(-points[:, 2], kind="stable")
        self._points, self._chance = points[order], chance
        self.update()

    def show_threshold(self, threshold: float) -> None:
        """Put the operating point where answers are "yes" from here on."""
        self._threshold = threshold
        self.update()

    def current(self) -> int:
        """The place of the operating point on the curve, from the highest threshold on."""
        reached = int((self._points[:, 2] >= self._threshold).sum())
        return max(reached - 1, 0)

    def paint_content(self, painter: QPainter) -> None:
        tokens = current_tokens()
        painter.setPen(line_pen(tokens.border_strong, 1, is_dashed=True))
        painter.drawPolyline(self.places(self._chance))
        if not len(self._points):
            return
        painter.setPen(line_pen(tokens.curve, 2))
        painter.drawPolyline(self.places([(float(x), float(y)) for x, y in self._points[:, :2]]))
        x, y = self._points[self.current(), :2]
        middle = self.place(float(x), float(y))
        frame = self.frame()
        painter.setPen(line_pen(tokens.text_muted, 1, is_dashed=True))
        painter.drawLine(middle, QPointF(middle.x(), frame.bottom()))
        painter.drawLine(middle, QPointF(frame.left(), middle.y()))
        painter.setPen(QPen(QColor(tokens.surface), 2))
        painter.setBrush(QColor(tokens.text))
        half = QPointF(_DOT, _DOT)
        painter.drawEllipse(QRectF(middle - half, middle + half))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, last = Qt.Key(event.key()), len(self._points) - 1
        if last < 0 or (key not in _STEPS and key not in (Qt.Key.Key_Home, Qt.Key.Key_End)):
            super().keyPressEvent(event)
            return
        ends = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: last}
        place = ends.get(key, self.current() + _STEPS.get(key, 0))
        self._wish(min(max(place, 0), last))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._drag_to(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._drag_to(event.position())

    def _drag_to(self, point: QPointF) -> None:
        if not len(self._points):
            return
        spots = [self.place(float(x), float(y)) for x, y in self._points[:, :2]]
        far = [(spot.x() - point.x()) ** 2 + (spot.y() - point.y()) ** 2 for spot in spots]
        self._wish(far.index(min(far)))

    def _wish(self, place: int) -> None:
        self.threshold_wished.emit(float(self._points[place, 2]))
