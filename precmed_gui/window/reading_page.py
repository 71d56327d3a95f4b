"""The picture with what is said of it: below it in a column, beside it where there is room."""

from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QSplitter, QVBoxLayout, QWidget

from precmed_gui.window.answer_view import AnswerView
from precmed_gui.window.decision_bar import DecisionBar
from precmed_gui.window.map_bar import MapBar
from precmed_gui.window.picture_area import PictureArea
from precmed_gui.window.readings_table import ReadingsTable
from precmed_gui.window.snug_area import SnugArea

LEAST_ANSWER, MOST_ANSWER = 110, 0.4
"""Pixels of the answer in a column at least; of the page's height at most."""
WIDE = 760
ANSWER_WIDTH = 340
"""Pixels from which the answer stands beside the picture, and what it takes there."""


class ReadingPage(QSplitter):
    """Picture, map, answer and decision above the list of all images read.

    In a column the answer takes the height it needs, up to two fifths, and the picture what is
    left; slices share it.
    """

    def __init__(
        self,
        pictures: tuple[PictureArea, MapBar],
        said: tuple[AnswerView, DecisionBar],
        table: ReadingsTable,
    ) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self._columns = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self.answer_area = _AnswerArea(said[0], self)
        self._said, self._decisions = QWidget(), said[1]
        self._columns.setContentsMargins(0, 0, 0, 0)
        self._columns.setSpacing(0)
        self._columns.addWidget(_column(*pictures), 1)
        self._columns.addWidget(self._said)
        below = QVBoxLayout(self._said)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(0)
        below.addWidget(self.answer_area)
        below.addWidget(self._decisions)
        below.addStretch(0)
        above = QWidget()
        above.setLayout(self._columns)
        self.setChildrenCollapsible(False)
        self.addWidget(above)
        self.addWidget(table)
        self.setCollapsible(1, True)
        self.setStretchFactor(0, 5)
        self.setStretchFactor(1, 1)
        self._arrange(is_wide=False)

    @property
    def is_wide(self) -> bool:
        """Whether the answer stands beside the picture."""
        return self._columns.direction() is QBoxLayout.Direction.LeftToRight

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if hasattr(self, "_columns") and (event.size().width() >= WIDE) is not self.is_wide:
            self._arrange(is_wide=not self.is_wide)
        self.answer_area.updateGeometry()

    def _arrange(self, *, is_wide: bool) -> None:
        direction = QBoxLayout.Direction
        self._columns.setDirection(direction.LeftToRight if is_wide else direction.TopToBottom)
        self._columns.setSpacing(16 if is_wide else 0)
        self._decisions.give_room(has_room=is_wide)
        self._said.setMaximumWidth(ANSWER_WIDTH if is_wide else _ANY)
        self._said.setMinimumWidth(ANSWER_WIDTH if is_wide else 0)


class _AnswerArea(SnugArea):
    """The answer as far as it is to be seen at once."""

    def __init__(self, answer: AnswerView, page: ReadingPage) -> None:
        self._answer, self._page = answer, page
        super().__init__(answer, LEAST_ANSWER)

    def wanted_height(self) -> int:
        height = super().wanted_height()
        if self._page.is_wide:
            return height
        return min(height, max(round(MOST_ANSWER * self._page.height()), LEAST_ANSWER))

    @Slot(object)
    def show_from(self, part: QWidget) -> None:
        """Scroll until a part is to be seen, from its beginning where it is too high."""
        if part.height() > self.viewport().height():
            self.verticalScrollBar().setValue(part.mapTo(self._answer, QPoint()).y())
        else:
            self.ensureWidgetVisible(part)


_ANY = 16_777_215
"""Qt's widest widget: no limit."""


def _column(*parts: QWidget) -> QWidget:
    column = QWidget()
    column.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
    layout = QVBoxLayout(column)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    for part in parts:
        layout.addWidget(part)
    return column
