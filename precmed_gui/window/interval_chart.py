"""Figures with their 95 % intervals drawn as small error bars, one row each.

Used wherever the evaluation panel shows measured values: overall, by class, by group, differences.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from precmed_gui.diagnosis.evaluation import Figure
from precmed_gui.window.theme import current_tokens, font_of, paint_swatch, theme_signals

_ROW, _HEADING, _SCALE = 26, 24, 22
_PAD, _GAP, _SWATCH = 8, 12, 10
_DOT, _CAP = 3.5, 4.0
_LEAST_AXIS = 90
_MOST_NAME = 0.4

Ticks = tuple[tuple[float, str], ...]
_BEGINNINGS = (0.9, 0.8, 0.6, 0.5, 0.4, 0.2, 0.0)
"""Where an axis of shares may begin: dots need no zero, and intervals are better seen near."""


@dataclass(frozen=True, slots=True)
class IntervalRow:
    """One line of the chart.

    Parameters
    ----------
    label
        What was measured.
    figure
        The value with its interval, in the unit of the scale; None where it could not be measured.
    text
        The same in words, at the right; also says why there is no figure.
    swatch
        The place of a class in the order of colours, or -1 for no swatch.
    is_heading
        A line of its own above the rows that follow; only `label` is shown.
    is_marked
        Whether the scale's mark is something to compare this row with.
    """

    label: str
    figure: Figure | None = None
    text: str = ""
    swatch: int = -1
    is_heading: bool = False
    is_marked: bool = True


@dataclass(frozen=True, slots=True)
class Scale:
    """The axis of a chart; `mark` is a value to compare with, drawn as a dashed line."""

    low: float = 0.0
    high: float = 1.0
    ticks: Ticks = ((0.0, "0 %"), (0.5, "50 %"), (1.0, "100 %"))
    mark: float | None = None


def percent_scale(rows: Sequence[IntervalRow], mark: float | None = None) -> Scale:
    """An axis in percent that ends at 100 % and has room for all rows and the mark."""
    return _share_scale(rows, mark, lambda value: f"{value * 100:.0f} %")


def decimal_scale(rows: Sequence[IntervalRow], mark: float | None = None) -> Scale:
    """An axis in decimals that ends at 1 and has room for all rows and the mark."""
    return _share_scale(rows, mark, lambda value: f"{value:g}")


def _share_scale(
    rows: Sequence[IntervalRow], mark: float | None, word: Callable[[float], str]
) -> Scale:
    values = [row.figure.low for row in rows if row.figure]
    lowest = min([*values, *([] if mark is None else [mark])], default=0.0)
    low = next(low for low in _BEGINNINGS if low <= max(lowest, 0.0))
    ticks = tuple((value, word(value)) for value in (low, (low + 1) / 2, 1.0))
    return Scale(low, 1.0, ticks, mark)


class IntervalChart(QWidget):
    """Name, error bar and words, row by row; focusable so that a screen reader reads it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[IntervalRow, ...] = ()
        self._scale = Scale()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme_signals().changed.connect(self.update)

    def show_rows(self, rows: Sequence[IntervalRow], scale: Scale | None = None) -> None:
        """Show these rows, from top to bottom, on this axis (in percent if none is given)."""
        self._rows = tuple(rows)
        self._scale = scale or percent_scale(rows)
        spoken = (row.label if row.is_heading else f"{row.label}: {row.text}" for row in rows)
        self.setAccessibleDescription("; ".join(spoken))
        self.setVisible(bool(rows))
        self.updateGeometry()
        self.update()

    @property
    def rows(self) -> tuple[IntervalRow, ...]:
        """What is shown."""
        return self._rows

    def sizeHint(self) -> QSize:
        height = sum(_HEADING if row.is_heading else _ROW for row in self._rows)
        return QSize(320, height + _SCALE)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, self.sizeHint().height())

    def _columns(self) -> tuple[float, float, float]:
        """Where names end, and where the axis begins and ends."""
        metrics = QFontMetrics(font_of(current_tokens().body))
        rows = [row for row in self._rows if not row.is_heading]
        texts = max((metrics.horizontalAdvance(row.text) for row in rows if row.figure), default=0)
        names = max((metrics.horizontalAdvance(row.label) for row in rows), default=0)
        start = _name_start(rows)
        room = self.width() - start - texts - 2 * _GAP - _PAD - _LEAST_AXIS
        names_end = start + min(names, max(self.width() * _MOST_NAME - start, room, 40.0))
        axis_end = self.width() - _PAD - texts - _GAP
        return names_end, names_end + _GAP, max(axis_end, names_end + _GAP + 32)

    def _x(self, value: float, columns: tuple[float, float, float]) -> float:
        _names_end, start, end = columns
        scale = self._scale
        part = (value - scale.low) / max(scale.high - scale.low, 1e-12)
        return start + min(max(part, 0.0), 1.0) * (end - start)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        columns = self._columns()
        bottom = self.sizeHint().height() - _SCALE
        self._paint_scale(painter, columns, bottom)
        top = 0
        for row in self._rows:
            height = _HEADING if row.is_heading else _ROW
            if not row.is_heading:
                mark = self._scale.mark if row.is_marked else None
                self._paint_lines(painter, columns, (top, top + height), mark)
            self._paint_row(painter, QRectF(0, top, self.width(), height), row, columns)
            top += height
        if self.hasFocus():
            paint_focus_ring(painter, QRectF(self.rect()))
        painter.end()

    def _paint_scale(
        self, painter: QPainter, columns: tuple[float, float, float], bottom: float
    ) -> None:
        tokens = current_tokens()
        painter.setFont(font_of(tokens.caption))
        for value, text in self._scale.ticks:
            x = self._x(value, columns)
            painter.setPen(QColor(tokens.text_muted))
            box = QRectF(x - 40, bottom + 2, 80, _SCALE - 4)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_lines(
        self,
        painter: QPainter,
        columns: tuple[float, float, float],
        reach: tuple[float, float],
        mark: float | None,
    ) -> None:
        """The grid and the mark behind one row; headings stay free of them."""
        tokens = current_tokens()
        grid, dashed = QPen(QColor(tokens.grid), 1), QPen(QColor(tokens.text_muted), 1.2)
        dashed.setDashPattern([3, 3])
        values = [(value, grid) for value, _text in self._scale.ticks]
        if mark is not None:
            values.append((mark, dashed))
        for value, pen in values:
            x = round(self._x(value, columns)) + 0.5
            painter.setPen(pen)
            painter.drawLine(QPointF(x, reach[0]), QPointF(x, reach[1]))

    def _paint_row(
        self,
        painter: QPainter,
        area: QRectF,
        row: IntervalRow,
        columns: tuple[float, float, float],
    ) -> None:
        tokens = current_tokens()
        painter.setFont(font_of(tokens.body, bold=row.is_heading))
        painter.setPen(QColor(tokens.text))
        centred = Qt.AlignmentFlag.AlignVCenter
        if row.is_heading:
            painter.drawText(area.adjusted(_PAD, 0, -_PAD, 0), centred, row.label)
            return
        start = _name_start(self._rows)
        if row.swatch >= 0:
            top = area.center().y() - _SWATCH / 2
            paint_swatch(painter, QRectF(_PAD, top, _SWATCH, _SWATCH), row.swatch)
        width = int(columns[0] - start + 1)
        name = painter.fontMetrics().elidedText(row.label, Qt.TextElideMode.ElideRight, width)
        painter.drawText(area.adjusted(start, 0, 0, 0), centred, name)
        right = centred | Qt.AlignmentFlag.AlignRight
        if row.figure is None:
            painter.setPen(QColor(tokens.text_muted))
            painter.drawText(area.adjusted(columns[1], 0, -_PAD, 0), right, row.text)
            return
        painter.drawText(area.adjusted(columns[2], 0, -_PAD, 0), right, row.text)
        places = tuple(
            QPointF(self._x(value, columns), round(area.center().y()))
            for value in (row.figure.low, row.figure.value, row.figure.high)
        )
        paint_error_bar(painter, places)


def paint_error_bar(painter: QPainter, places: Sequence[QPointF]) -> None:
    """A line from the first to the last of three places with caps, and a dot on the middle one."""
    tokens = current_tokens()
    low, value, high = places
    painter.setPen(QPen(QColor(tokens.curve), 2))
    painter.drawLine(low, high)
    is_flat = abs(high.x() - low.x()) >= abs(high.y() - low.y())
    cap = QPointF(0, _CAP) if is_flat else QPointF(_CAP, 0)
    for end in (low, high):
        painter.drawLine(end - cap, end + cap)
    painter.setBrush(QColor(tokens.curve))
    painter.setPen(QPen(QColor(tokens.surface), 1))
    painter.drawEllipse(value, _DOT + 0.5, _DOT + 0.5)


def paint_focus_ring(painter: QPainter, area: QRectF) -> None:
    """The ring around a painted widget that has the keyboard."""
    tokens = current_tokens()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(tokens.focus), 2))
    painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), tokens.radius, tokens.radius)


def _name_start(rows: Sequence[IntervalRow]) -> int:
    has_swatch = any(row.swatch >= 0 for row in rows)
    return _PAD + (_SWATCH + _PAD if has_swatch else 0)
