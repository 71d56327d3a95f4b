"""Which class was taken for which: a painted table whose cells open the images behind them.

The arrow keys walk from cell to cell; Enter or a click opens one. Right answers lie on the framed
diagonal with a check mark, so that nothing depends on seeing the shade.
"""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
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
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from precmed_gui.language import N_, _
from precmed_gui.window.class_row import ink_on
from precmed_gui.window.theme import current_tokens, font_of, paint_swatch, theme_signals
from precmed_gui.window.wording import number, share

TRUTH = N_("What it was")
ANSWER = N_("What the model said")
NAME = N_("Right and wrong answers by class")

_LEAST_CELL, _MOST_CELL = 37, 120
_CELL_HEIGHT, _LOW_CELL_HEIGHT, _MANY = 44, 36, 5
_SWATCH, _GAP, _PAD = 10, 6, 8
_MOST_NAME, _LEAST_NAME = 112, 60
_STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
_OPENING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class ConfusionMatrix(QWidget):
    """Rows are the truth, columns the answers; counts, and shares of the row.

    Signals
    -------
    current_changed, cell_activated
        (truth, answer): the class numbers of a cell.
    """

    current_changed = Signal(int, int)
    cell_activated = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._labels: tuple[str, ...] = ()
        self._counts: tuple[tuple[int, ...], ...] = ()
        self._current = (0, 0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme_signals().changed.connect(self.update)
        self.retranslate()

    def show_counts(self, labels: Sequence[str], counts: Sequence[Sequence[int]]) -> None:
        """Show (classes, classes) counts: rows are the truth, columns the answers."""
        self._labels, self._counts = tuple(labels), tuple(tuple(row) for row in counts)
        self._current = (0, 0)
        self.updateGeometry()
        self._say_current()

    @property
    def current(self) -> tuple[int, int]:
        """(truth, answer) of the cell the keys are on."""
        return self._current

    def set_current(self, truth: int, answer: int) -> None:
        """Put the keys on a cell."""
        if (truth, answer) != self._current:
            self._current = (truth, answer)
            self._say_current()
            self.current_changed.emit(truth, answer)

    def cell_area(self, truth: int, answer: int) -> QRect:
        """Where a cell is on the widget."""
        side, start = self._cell_width(self.width()), self._names_width()
        high = self._cell_height()
        top = self._header_height(self.width()) + truth * high
        return QRect(start + answer * side, top, side, high)

    def retranslate(self) -> None:
        """Say its own texts in the language in use."""
        self.setAccessibleName(_(NAME))
        self._say_current()

    # Geometry

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:
        count = len(self._labels)
        width = self._names_width() + count * _LEAST_CELL + 2
        return QSize(max(width, 200), self.heightForWidth(max(width, self.width())))

    def heightForWidth(self, width: int) -> int:
        return self._header_height(width) + len(self._labels) * self._cell_height() + 2

    def _metrics(self) -> QFontMetrics:
        return QFontMetrics(font_of(current_tokens().body))

    def _longest(self) -> int:
        return max((self._metrics().horizontalAdvance(text) for text in self._labels), default=0)

    def _names_width(self) -> int:
        caption = QFontMetrics(font_of(current_tokens().caption)).height()
        name = min(max(self._longest(), _LEAST_NAME), _MOST_NAME)
        return caption + _GAP + _SWATCH + _GAP + name + _PAD

    def _cell_width(self, width: int) -> int:
        room = width - self._names_width() - 2
        wide = room // max(len(self._labels), 1)
        return min(max(wide, _LEAST_CELL), _MOST_CELL)

    def _cell_height(self) -> int:
        return _CELL_HEIGHT if len(self._labels) < _MANY else _LOW_CELL_HEIGHT

    def _are_names_upright(self, width: int) -> bool:
        """Whether the columns are too narrow for their names lying down."""
        wanted = self._longest() + _SWATCH + _GAP + _PAD
        return wanted > self._cell_width(width) and len(self._labels) >= _MANY

    def _header_height(self, width: int) -> int:
        title = QFontMetrics(font_of(current_tokens().caption)).height() + _GAP
        if not self._are_names_upright(width):
            return title + self._metrics().height() + _GAP
        return title + _SWATCH + _GAP + min(self._longest(), _MOST_NAME) + _GAP

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._labels:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_titles(painter)
        for place in range(len(self._labels)):
            self._paint_row_name(painter, place)
            self._paint_column_name(painter, place)
            for answer in range(len(self._labels)):
                self._paint_cell(painter, place, answer)
        self._paint_ring(painter)
        painter.end()

    def _paint_ring(self, painter: QPainter) -> None:
        """Around the current cell, whose images are listed; stronger with the keyboard here."""
        width = 4 if self.hasFocus() else 2
        painter.setBrush(Qt.BrushStyle.NoBrush)
        ring = QRectF(self.cell_area(*self._current)).adjusted(3, 3, -3, -3)
        for colour, more in ((current_tokens().surface, 3), (current_tokens().focus, 0)):
            painter.setPen(QPen(QColor(colour), width + more))  # the light one parts it from blue
            painter.drawRoundedRect(ring, 3, 3)

    def _paint_titles(self, painter: QPainter) -> None:
        painter.setFont(font_of(current_tokens().caption))
        painter.setPen(QColor(current_tokens().text_muted))
        height = painter.fontMetrics().height()
        count = len(self._labels)
        across = self.cell_area(0, 0).united(self.cell_area(count - 1, count - 1))
        title = QRectF(across.left(), 0, max(across.width(), 140), height)
        painter.drawText(title, Qt.AlignmentFlag.AlignLeft, _(ANSWER))
        painter.save()
        painter.translate(height / 2, across.center().y())
        painter.rotate(-90)
        reach = max(across.height(), 90)
        box = QRectF(-reach / 2, -height / 2, reach, height)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, _(TRUTH))
        painter.restore()

    def _paint_row_name(self, painter: QPainter, place: int) -> None:
        cell = self.cell_area(place, 0)
        start = QFontMetrics(font_of(current_tokens().caption)).height() + _GAP
        swatch = QRectF(start, cell.center().y() - _SWATCH / 2 + 0.5, _SWATCH, _SWATCH)
        paint_swatch(painter, swatch, place)
        left = start + _SWATCH + _GAP
        box = QRectF(left, cell.top(), cell.left() - left - _PAD, cell.height())
        self._paint_name(painter, box, place)

    def _paint_column_name(self, painter: QPainter, place: int) -> None:
        cell = self.cell_area(0, place)
        height = self._metrics().height()
        if not self._are_names_upright(self.width()):
            top = cell.top() - height - _GAP / 2
            swatch = QRectF(cell.left() + 2, top + (height - _SWATCH) / 2, _SWATCH, _SWATCH)
            paint_swatch(painter, swatch, place)
            left = swatch.right() + _GAP
            self._paint_name(painter, QRectF(left, top, cell.right() - left, height), place)
            return
        middle = cell.center().x() + 0.5
        top = cell.top() - _SWATCH - _GAP
        paint_swatch(painter, QRectF(middle - _SWATCH / 2, top, _SWATCH, _SWATCH), place)
        painter.save()
        painter.translate(middle, top - _GAP)
        painter.rotate(-90)
        room = min(self._longest(), _MOST_NAME) + 2
        self._paint_name(painter, QRectF(0, -height / 2, room, height), place)
        painter.restore()

    def _paint_name(self, painter: QPainter, box: QRectF, place: int) -> None:
        tokens = current_tokens()
        painter.setFont(font_of(tokens.body))
        painter.setPen(QColor(tokens.text))
        name = painter.fontMetrics().elidedText(
            self._labels[place], Qt.TextElideMode.ElideRight, int(box.width())
        )
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, name)

    def _paint_cell(self, painter: QPainter, truth: int, answer: int) -> None:
        tokens = current_tokens()
        count, total = self._counts[truth][answer], sum(self._counts[truth])
        part = count / total if total else 0.0
        fill = _blend(tokens.surface_raised, tokens.accent, part)
        area = QRectF(self.cell_area(truth, answer)).adjusted(1, 1, -1, -1)
        is_right = truth == answer
        edge = QColor(tokens.text if is_right else tokens.border)
        painter.setPen(QPen(edge, 1.6 if is_right else 1.0))
        painter.setBrush(fill)
        painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.setPen(ink_on(fill) if count else QColor(tokens.text_muted))
        painter.setFont(font_of(tokens.body, bold=count > 0))
        text = (
            f"✓ {number(count)}" if is_right and area.width() > 2 * _LEAST_CELL else number(count)
        )
        upper = area.adjusted(0, 3, 0, -area.height() / 2 + 2)
        painter.drawText(upper, Qt.AlignmentFlag.AlignCenter, text)
        if total:
            painter.setFont(font_of(tokens.caption))
            lower = area.adjusted(0, area.height() / 2, 0, -3)
            painter.drawText(lower, Qt.AlignmentFlag.AlignCenter, share(part))

    # Keys and mouse

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        last = len(self._labels) - 1
        if last < 0:
            super().keyPressEvent(event)
        elif key in _STEPS:
            down, right = _STEPS[key]
            truth, answer = self._current
            self.set_current(min(max(truth + down, 0), last), min(max(answer + right, 0), last))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.set_current(self._current[0], 0 if key == Qt.Key.Key_Home else last)
        elif key in _OPENING:
            self.cell_activated.emit(*self._current)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self._cell_at(event.position().toPoint())
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self.set_current(*cell)
            self.cell_activated.emit(*cell)

    def _cell_at(self, point: QPoint) -> tuple[int, int] | None:
        places = range(len(self._labels))
        cells = ((truth, answer) for truth in places for answer in places)
        return next((cell for cell in cells if self.cell_area(*cell).contains(point)), None)

    def _say_current(self) -> None:
        if self._labels:
            self.setAccessibleDescription(self._spoken(*self._current))
        self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            cell = self._cell_at(event.pos())
            QToolTip.showText(event.globalPos(), self._spoken(*cell) if cell else "", self)
            return True
        return super().event(event)

    def _spoken(self, truth: int, answer: int) -> str:
        return _("{count} of “{truth}” were called “{answer}”").format(
            count=number(self._counts[truth][answer]),
            truth=self._labels[truth],
            answer=self._labels[answer],
        )

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()


def _blend(back: str, front: str, part: float) -> QColor:
    """`front` over `back`, never so strong that black or white text would not be read on it."""
    first, second = QColor(back), QColor(front)
    weight = 0.85 * part**0.75
    return QColor.fromRgbF(
        first.redF() + weight * (second.redF() - first.redF()),
        first.greenF() + weight * (second.greenF() - first.greenF()),
        first.blueF() + weight * (second.blueF() - first.blueF()),
    )
