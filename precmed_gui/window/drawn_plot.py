"""A painted plot with two axes; the evaluation panel's curves and diagrams fill it.

Drawn with Qt alone, so that it is there at once and can be walked through by key.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from precmed_gui.window.interval_chart import paint_focus_ring
from precmed_gui.window.theme import current_tokens, font_of, theme_signals

_PAD, _TICK = 8, 6
_TITLE = 26


@dataclass(frozen=True, slots=True)
class Axis:
    """From `low` to `high`, with (value, text) ticks in between."""

    title: str = ""
    low: float = 0.0
    high: float = 1.0
    ticks: tuple[tuple[float, str], ...] = ()


def percent_axis(title: str, low: float = 0.0, *, most: int = 6) -> Axis:
    """An axis of shares up to 1 with at most so many ticks; begins a little below `low` if need be.

    The least of all steps with room for it is taken.
    """
    step = next(step for step in (0.05, 0.1, 0.2, 0.25, 0.5) if (1 - low) / step <= most - 0.99)
    count = math.ceil((1 - low) / step - 1e-9)
    low = 1 - count * step
    values = [low + place * step for place in range(count + 1)]
    return Axis(title, low, 1.0, tuple((value, f"{value * 100:.0f} %") for value in values))


class DrawnPlot(QWidget):
    """Heading, axes and grid; what is inside is painted by `paint_content`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = ""
        self._across, self._up = Axis(), Axis()
        self._height = 220
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme_signals().changed.connect(self.update)

    def set_axes(self, title: str, across: Axis, up: Axis) -> None:
        """The plot's heading and its two axes."""
        self._title, self._across, self._up = title, across, up
        self.setAccessibleName(title)
        self.update()

    def keep_in_shape(self, height: int, widest: int) -> None:
        """Be so high, and never wider than this, so that slopes stay comparable."""
        self._height = height
        self.setMaximumWidth(widest)

    def sizeHint(self) -> QSize:
        return QSize(240, self._height)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self._height)

    @property
    def lowest(self) -> tuple[float, float]:
        """Where the two axes begin."""
        return self._across.low, self._up.low

    def frame(self) -> QRectF:
        """The area between the axes."""
        metrics = QFontMetrics(font_of(current_tokens().caption))
        widest = max((metrics.horizontalAdvance(text) for _v, text in self._up.ticks), default=0)
        last = self._across.ticks[-1][1] if self._across.ticks else ""
        left = _PAD + metrics.height() + 4 + widest + _TICK
        right = _PAD + metrics.horizontalAdvance(last) / 2
        bottom = _PAD + 2 * metrics.height() + _TICK + 4
        return QRectF(self.rect()).adjusted(left, _TITLE + 4, -right, -bottom)

    def place(self, x: float, y: float) -> QPointF:
        """Where a pair of values is on the widget."""
        frame = self.frame()
        across = (x - self._across.low) / (self._across.high - self._across.low)
        up = (y - self._up.low) / (self._up.high - self._up.low)
        return QPointF(frame.left() + across * frame.width(), frame.bottom() - up * frame.height())

    def places(self, pairs: Sequence[tuple[float, float]]) -> QPolygonF:
        """`place` of many."""
        return QPolygonF([self.place(x, y) for x, y in pairs])

    def paint_content(self, painter: QPainter) -> None:
        """What stands between the axes."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_grid(painter)
        self._paint_titles(painter)
        self.paint_content(painter)
        if self.hasFocus():
            paint_focus_ring(painter, QRectF(self.rect()))
        painter.end()

    def _paint_grid(self, painter: QPainter) -> None:
        tokens = current_tokens()
        frame = self.frame()
        painter.setFont(font_of(tokens.caption))
        height = painter.fontMetrics().height()
        for value, text in self._across.ticks:
            x = round(self.place(value, self._up.low).x()) + 0.5
            painter.setPen(QPen(QColor(tokens.grid), 1))
            painter.drawLine(QPointF(x, frame.top()), QPointF(x, frame.bottom()))
            painter.setPen(QColor(tokens.text_muted))
            box = QRectF(x - 40, frame.bottom() + _TICK, 80, height)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        for value, text in self._up.ticks:
            y = round(self.place(self._across.low, value).y()) + 0.5
            painter.setPen(QPen(QColor(tokens.grid), 1))
            painter.drawLine(QPointF(frame.left(), y), QPointF(frame.right(), y))
            painter.setPen(QColor(tokens.text_muted))
            box = QRectF(0, y - height / 2, frame.left() - _TICK, height)
            centred = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(box, centred, text)
        painter.setPen(QPen(QColor(tokens.border_strong), 1))
        painter.drawLine(frame.bottomLeft(), frame.bottomRight())
        painter.drawLine(frame.bottomLeft(), frame.topLeft())

    def _paint_titles(self, painter: QPainter) -> None:
        tokens = current_tokens()
        frame = self.frame()
        painter.setPen(QColor(tokens.text))
        painter.setFont(font_of(tokens.body, bold=True))
        area = QRectF(_PAD, 2, self.width() - 2 * _PAD, _TITLE - 2)
        title = painter.fontMetrics().elidedText(
            self._title, Qt.TextElideMode.ElideRight, int(area.width())
        )
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, title)
        painter.setFont(font_of(tokens.caption))
        painter.setPen(QColor(tokens.text_muted))
        height = painter.fontMetrics().height()
        box = QRectF(frame.left() - 40, frame.bottom() + _TICK + height, frame.width() + 48, height)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._across.title)
        painter.save()
        painter.translate(_PAD + height / 2, frame.center().y())
        painter.rotate(-90)
        side = QRectF(-frame.height() / 2 - 30, -height / 2, frame.height() + 60, height)
        painter.drawText(side, Qt.AlignmentFlag.AlignCenter, self._up.title)
        painter.restore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()


def line_pen(colour: str, width: float, *, is_dashed: bool = False) -> QPen:
    """A pen for curves; dashes carry meaning beside colour."""
    pen = QPen(QColor(colour), width)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    if is_dashed:
        pen.setDashPattern([3.5, 2.5])
    return pen
