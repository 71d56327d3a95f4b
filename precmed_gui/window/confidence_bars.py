"""How sure a model is: one bar a class, the most probable first and strongest.

Each bar can carry a sentence on what it means; the one of the row under the mouse or the keyboard
is handed on by `meaning_changed`, so that a panel can show it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QSizePolicy, QToolTip, QWidget

from precmed_gui.language import _, sentences
from precmed_gui.window.theme import (
    class_brush,
    class_edge,
    current_tokens,
    font_of,
    paint_swatch,
    theme_signals,
)

_BEST_HEIGHT, _ROW_HEIGHT, _SCALE_HEIGHT = 34, 26, 20
_BEST_BAR, _BAR = 14, 8
_PAD, _SWATCH, _GAP = 8, 10, 8
_SHOWN_ROWS = 5
_TICKS = (0.0, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Bar:
    """One class: its probability in [0, 1], its place in the order of colours, what it means."""

    label: str
    probability: float
    colour: int
    meaning: str = ""


def percent_text(probability: float) -> str:
    """A probability in whole percent that never claims certainty: "> 99 %", "< 1 %"."""
    if not math.isfinite(probability):
        return _("unknown")
    if probability >= 0.995:
        return "> 99 %"
    if probability <= 0.005:
        return "< 1 %"
    return f"{probability * 100:.0f} %"


def _spoken(row: Bar) -> str:
    if not math.isfinite(row.probability):
        return _("{label} unknown").format(label=row.label)
    if row.probability >= 0.995:
        return _("{label} more than 99 percent").format(label=row.label)
    if row.probability <= 0.005:
        return _("{label} less than 1 percent").format(label=row.label)
    percent = f"{row.probability * 100:.0f}"
    return _("{label} {percent} percent").format(label=row.label, percent=percent)


class ConfidenceBars(QAbstractScrollArea):
    """Horizontal bars from 0 to 100 %, sorted; scrolls when there are more than five classes.

    Up and Down move from class to class, Home and End to the first and the last.

    Signals
    -------
    meaning_changed
        What the row under the mouse, else the keyboard's row, means; "" where nothing is known.
    """

    rows_changed = Signal()
    meaning_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[Bar, ...] = ()
        self._current, self._hovered = 0, -1
        self._has_winner = True
        self._said = ""
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("bare", True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.viewport().setAutoFillBackground(False)
        self.viewport().setMouseTracking(True)
        theme_signals().changed.connect(self._on_theme_changed)
        self.retranslate()

    def show_prediction(self, bars: Sequence[Bar], *, has_winner: bool = True) -> None:
        """Show one case; with `has_winner` the most probable class is the strongest."""
        self._rows = tuple(sorted(bars, key=lambda bar: -_known(bar.probability)))
        self._has_winner = has_winner
        self._current, self._hovered = 0, -1
        self.verticalScrollBar().setValue(0)
        self._rows_are_new()

    def clear(self) -> None:
        """Show that there is no prediction yet."""
        self._rows = ()
        self._current, self._hovered = 0, -1
        self._rows_are_new()

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes from top to bottom."""
        return tuple(row.label for row in self._rows)

    def retranslate(self) -> None:
        """Word its own texts again."""
        self.setAccessibleName(_("How sure the model is"))
        self._say()
        self.viewport().update()

    @property
    def meaning(self) -> str:
        """What the row under the mouse, else the keyboard's row, means."""
        row = self._pointed()
        if row is None or not row.meaning:
            return ""
        percent = percent_text(row.probability)
        said = _("{label}, {percent}.").format(label=row.label, percent=percent)
        return sentences(said, row.meaning)

    def _pointed(self) -> Bar | None:
        place = self._hovered if self._hovered >= 0 else self._current
        return self._rows[place] if place < len(self._rows) else None

    def _say(self) -> None:
        spoken = _(", ").join(_spoken(row) for row in self._rows)
        meaning = self.meaning
        text = sentences(_("{text}.").format(text=spoken), meaning) if meaning else spoken
        self.setAccessibleDescription(text or self._empty_text())
        if meaning != self._said:
            self._said = meaning
            self.meaning_changed.emit(meaning)

    def _point_at(self, *, current: int | None = None, hovered: int = -1) -> None:
        if current is not None:
            self._current = current
            self._show_row(current)
        self._hovered = hovered
        self._say()
        self.viewport().update()

    def _show_row(self, place: int) -> None:
        """Scroll until a row is in view."""
        area, bar = self._row_area(place), self.verticalScrollBar()
        if area.top() < 0:
            bar.setValue(bar.value() + area.top())
        elif area.bottom() > self._scale_top():
            bar.setValue(bar.value() + area.bottom() - self._scale_top() + 1)

    def _empty_text(self) -> str:
        return _("How sure the model is appears here.")

    def _rows_are_new(self) -> None:
        self.retranslate()
        self._set_scroll_range()
        self.updateGeometry()
        self.rows_changed.emit()

    def _content_height(self, count: int) -> int:
        return _BEST_HEIGHT + max(count - 1, 0) * _ROW_HEIGHT

    def _set_scroll_range(self) -> None:
        seen = self.viewport().height() - _SCALE_HEIGHT
        bar = self.verticalScrollBar()
        bar.setPageStep(max(seen, 1))
        bar.setSingleStep(_ROW_HEIGHT)
        bar.setRange(0, max(self._content_height(len(self._rows)) - seen, 0))

    def sizeHint(self) -> QSize:
        shown = min(max(len(self._rows), 2), _SHOWN_ROWS)
        return QSize(320, self._content_height(shown) + _SCALE_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        shown = min(max(len(self._rows), 2), 4)
        return QSize(180, self._content_height(shown) + _SCALE_HEIGHT)

    def _scale_top(self) -> int:
        """The scale follows the last row, and stays in view when the rows scroll."""
        room = self.viewport().height() - _SCALE_HEIGHT
        return max(min(self._content_height(len(self._rows)), room), 0)

    def _row_area(self, place: int) -> QRect:
        top = self._content_height(place) if place else 0
        top -= self.verticalScrollBar().value()
        height = _ROW_HEIGHT if place else _BEST_HEIGHT
        return QRect(0, top, self.viewport().width(), height)

    def _columns(self) -> tuple[int, int, int]:
        """Where names end, where bars begin and where they end."""
        bold = QFontMetrics(font_of(current_tokens().body, bold=True))
        wanted = max((bold.horizontalAdvance(row.label) for row in self._rows), default=0) + 2
        start = _PAD + _SWATCH + _GAP
        names_end = start + min(wanted, max(int(self.viewport().width() * 0.42) - start, 40))
        percents = (percent_text(row.probability) for row in self._rows)
        widest = max((bold.horizontalAdvance(text) for text in percents), default=0)
        reserved = max(widest, bold.horizontalAdvance("> 99 %"))
        bar_end = self.viewport().width() - _PAD - reserved - 12
        return names_end, names_end + 12, max(bar_end, names_end + 32)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = current_tokens()
        if self._rows:
            self._paint_rows(painter)
            self._paint_scale(painter)
        else:
            painter.setFont(font_of(tokens.body))
            painter.setPen(QColor(tokens.text_muted))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.viewport().rect(), int(flags), self._empty_text())
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(tokens.focus), 2))
            ring = QRectF(self.viewport().rect()).adjusted(1, 1, -1, -1)
            painter.drawRoundedRect(ring, tokens.radius, tokens.radius)
        painter.end()

    def _paint_rows(self, painter: QPainter) -> None:
        columns = self._columns()
        area = QRect(0, 0, self.viewport().width(), self._scale_top())
        painter.save()
        painter.setClipRect(area)
        self._paint_ticks(painter, columns)
        for place, row in enumerate(self._rows):
            if self._row_area(place).intersects(area):
                self._paint_row(painter, place, row, columns)
        painter.restore()

    def _paint_row(
        self, painter: QPainter, place: int, row: Bar, columns: tuple[int, int, int]
    ) -> None:
        tokens = current_tokens()
        is_best = self._has_winner and place == 0
        area = self._row_area(place)
        if place == self._hovered or (place == self._current and self.hasFocus()):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.accent_soft))
            painter.drawRoundedRect(QRectF(area).adjusted(2, 1, -2, -1), 3, 3)
        names_end, bar_start, bar_end = columns
        middle = area.center().y() + 0.5
        swatch = QRectF(_PAD, middle - _SWATCH / 2, _SWATCH, _SWATCH)
        paint_swatch(painter, swatch, row.colour)
        painter.setFont(font_of(tokens.body, bold=is_best))
        painter.setPen(QColor(tokens.text if is_best else tokens.text_muted))
        start = _PAD + _SWATCH + _GAP
        name_box = QRect(start, area.top(), names_end - start, area.height())
        name = painter.fontMetrics().elidedText(
            row.label, Qt.TextElideMode.ElideRight, name_box.width()
        )
        centred = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(name_box, centred | Qt.AlignmentFlag.AlignLeft, name)
        figure_box = QRect(
            bar_end, area.top(), self.viewport().width() - _PAD - bar_end, area.height()
        )
        figure = percent_text(row.probability)
        painter.drawText(figure_box, centred | Qt.AlignmentFlag.AlignRight, figure)
        height = _BEST_BAR if is_best else _BAR
        track = QRectF(bar_start, middle - height / 2, bar_end - bar_start, height)
        _paint_bar(painter, track, row, is_best=is_best)

    def _paint_ticks(self, painter: QPainter, columns: tuple[int, int, int]) -> None:
        painter.setPen(QPen(QColor(current_tokens().grid), 1))
        for tick in _TICKS:
            x = round(columns[1] + tick * (columns[2] - columns[1])) + 0.5
            painter.drawLine(QPointF(x, 2), QPointF(x, self._scale_top()))

    def _paint_scale(self, painter: QPainter) -> None:
        tokens = current_tokens()
        start, end = self._columns()[1:]
        top = self._scale_top()
        painter.setFont(font_of(tokens.caption))
        painter.setPen(QColor(tokens.text_muted))
        for tick in _TICKS:
            x = start + tick * (end - start)
            box = QRectF(x - 40, top + 2, 80, _SCALE_HEIGHT - 4)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"{tick * 100:.0f} %")

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self._place_at(event.pos().y())
            if place >= 0:
                QToolTip.showText(event.globalPos(), _tip(self._rows[place]), self)
            else:
                QToolTip.hideText()
            return True
        if event.type() == QEvent.Type.Leave:
            self._point_at()
        return super().viewportEvent(event)

    def _place_at(self, height: int) -> int:
        """The row at this height of the viewport, -1 for none."""
        if height >= self._scale_top():
            return -1
        places = range(len(self._rows))
        return next((p for p in places if self._row_area(p).contains(1, height)), -1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self._place_at(event.position().toPoint().y())
        if place != self._hovered:
            self._point_at(hovered=place)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._place_at(event.position().toPoint().y())
        if place >= 0:
            self._point_at(current=place, hovered=place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self._rows) - 1
        places = {
            Qt.Key.Key_Up: self._current - 1,
            Qt.Key.Key_Down: self._current + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        place = places.get(Qt.Key(event.key()))
        if place is None or last < 0:
            super().keyPressEvent(event)
        else:
            self._point_at(current=min(max(place, 0), last))

    @Slot()
    def _on_theme_changed(self) -> None:
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_scroll_range()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()


def _tip(bar: Bar) -> str:
    text = _("{label}: {percent}").format(label=bar.label, percent=percent_text(bar.probability))
    return f"{text}\n{bar.meaning}" if bar.meaning else text


def _known(probability: float) -> float:
    return probability if math.isfinite(probability) else -1.0


def _paint_bar(painter: QPainter, track: QRectF, row: Bar, *, is_best: bool) -> None:
    tokens = current_tokens()
    radius = 3.0 if is_best else 2.0
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens.track))
    painter.drawRoundedRect(track, radius, radius)
    share = min(max(_known(row.probability), 0.0), 1.0)
    if share <= 0:
        return
    filled = QRectF(track)
    filled.setWidth(max(track.width() * share, 2.0))
    painter.save()
    painter.setOpacity(1.0 if is_best else 0.6)
    painter.setPen(QPen(class_edge(row.colour), 1.0))
    painter.setBrush(class_brush(row.colour))
    painter.drawRoundedRect(filled.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    painter.restore()
