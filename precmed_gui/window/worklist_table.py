"""The cases of the worklist as a table that keeps state, answer and decision in sight."""

from PySide6.QtCore import QModelIndex, QSize, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from precmed_gui.window.worklist_model import CASE, DECISION, PAGE, PATIENT, WorklistModel

_LEAST_CASE, _MOST = 96, 220
"""Pixels of the case's name at least, and of any column at most; a tooltip has the rest."""


class WorklistTable(QTableView):
    """One row a case; in a narrow panel its name gives way, so that the decision can be seen."""

    def __init__(self, rows: WorklistModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows, self._case_width = rows, _LEAST_CASE
        self.setModel(rows)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setTabKeyNavigation(False)
        self.setIconSize(QSize(14, 14))
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(28)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setResizeContentsPrecision(PAGE)
        self.setColumnHidden(PATIENT, True)
        rows.modelReset.connect(self.give_width)
        rows.dataChanged.connect(self._on_data_changed)

    def show_patients(self, *, is_shown: bool) -> None:
        """Whether everybody may read whose the cases are."""
        self.setColumnHidden(PATIENT, not is_shown)
        self.give_width()

    @Slot()
    def give_width(self) -> None:
        """Everything is read in full, unless it is very long; then its tooltip has it."""
        header = self.horizontalHeader()
        for column in range(self._rows.columnCount()):
            wanted = max(self.sizeHintForColumn(column), header.sectionSizeHint(column))
            self._resize(column, min(wanted, _MOST))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def _resize(self, column: int, width: int) -> None:
        if column == CASE:
            self._case_width = max(width, _LEAST_CASE)
        else:
            self.horizontalHeader().resizeSection(column, width)

    def _fit(self) -> None:
        """The name takes what it needs, and no more than leaves the decision in sight."""
        header = self.horizontalHeader()
        others = sum(
            header.sectionSize(column)
            for column in range(DECISION + 1)
            if column != CASE and not self.isColumnHidden(column)
        )
        room = max(self.viewport().width() - others, _LEAST_CASE)
        header.resizeSection(CASE, min(self._case_width, room))

    @Slot(QModelIndex, QModelIndex)
    def _on_data_changed(self, first: QModelIndex, last: QModelIndex) -> None:
        """A decision may be wider than all before it; a narrower one moves nothing."""
        if first.row() != last.row():
            self.give_width()
            return
        header = self.horizontalHeader()
        for column in range(self._rows.columnCount()):
            wanted = min(self.sizeHintForIndex(first.siblingAtColumn(column)).width() + 1, _MOST)
            now = self._case_width if column == CASE else header.sectionSize(column)
            if not self.isColumnHidden(column):
                self._resize(column, max(now, wanted))
        self._fit()
