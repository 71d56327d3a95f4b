"""The grid of thumbnails: shows the cases of a `CasesModel` and asks for the thumbnails it lacks.

It asks for what is on the screen first, then for the next screen and the one before; never more
than `MOST_WISHED` at a time, however many cases there are.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import cast

from PySide6.QtCore import (
    QElapsedTimer,
    QItemSelectionRange,
    QModelIndex,
    QSize,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QStyle, QWidget

from precmed_gui.diagnosis.cases import Case
from precmed_gui.language import N_, _
from precmed_gui.window.cases_model import CasesModel
from precmed_gui.window.thumbnail_tile import ThumbnailTile

SMALLEST_CELL = 84
MOST_WISHED = 60
_PAUSE_MS = 30
_LONGEST_PAUSE_MS = 150
_OPENING_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)

NAME = N_("Images of the cohort")
WHAT_IT_DOES = N_(
    "Enter shows an image large; Delete removes the selected ones; "
    "keys 1 to 9 move them to a class."
)

_FRAME = 8
"""Both edges of the frame, which is thicker with the keyboard in it or after a change of theme."""


class ThumbnailGrid(QListView):
    """Thumbnails in columns that fill the width, with selection of many."""

    thumbnails_wished = Signal(list)
    case_activated = Signal(object)

    def __init__(self, cases: CasesModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cases = cases
        self._wished: set[str] = set()
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._waiting = QElapsedTimer()
        self._pause.timeout.connect(self._on_pause_ended)
        self.setObjectName("thumbnailGrid")
        self._make_grid()
        self.setModel(cases)
        for change in (cases.modelReset, cases.rowsInserted, cases.rowsRemoved):
            change.connect(self._on_view_changed)
        self.verticalScrollBar().valueChanged.connect(self._on_view_changed)
        self.doubleClicked.connect(self._on_double_clicked)
        self.retranslate()

    def _make_grid(self) -> None:
        self.setItemDelegate(ThumbnailTile(self))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragEnabled(False)
        self.setAcceptDrops(False)
        self.setMouseTracking(True)
        self.setMinimumHeight(SMALLEST_CELL + 8)

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        self.setAccessibleName(_(NAME))
        self.setAccessibleDescription(_(WHAT_IT_DOES))

    def selected_cases(self) -> list[Case]:
        """The selected cases in display order."""
        rows = sorted(index.row() for index in self.selectionModel().selectedIndexes())
        return [self._cases.case_at(row) for row in rows]

    def selected_count(self) -> int:
        """How many are selected, quickly even for all of 10,000."""
        stretches = cast("Iterable[QItemSelectionRange]", self.selectionModel().selection())
        return sum(stretch.height() for stretch in stretches)

    def current_case(self) -> Case | None:
        """The case that has the keyboard, if any."""
        row = self.currentIndex().row()
        return self._cases.case_at(row) if row >= 0 else None

    def wish_thumbnails(self) -> None:
        """Ask for what is missing, even if it was asked for before."""
        self._wished = set()
        self._on_view_changed()

    def note_answered(self, keys: Sequence[str]) -> None:
        """Ask for the next ones when all that was wished for has come."""
        if self._wished:
            self._wished.difference_update(keys)
            if not self._wished:
                self._on_view_changed()

    # Wishes

    @Slot()
    def _on_view_changed(self) -> None:
        if not self.isVisible():
            return
        if not self._pause.isActive():
            self._waiting.start()
        elif self._waiting.elapsed() >= _LONGEST_PAUSE_MS:
            return
        self._pause.start()

    @Slot()
    def _on_pause_ended(self) -> None:
        rows = (row for row in self._rows_by_urgency() if not self._cases.is_answered(row))
        missing = [
            self._cases.case_at(row) for row, _n in zip(rows, range(MOST_WISHED), strict=False)
        ]
        keys = {case.key for case in missing}
        if keys - self._wished:
            self._wished = keys
            self.thumbnails_wished.emit(missing)

    def _rows_by_urgency(self) -> Iterator[int]:
        """Rows on the screen, then those of the screen below, then of the screen above."""
        cell, view = self.gridSize(), self.viewport()
        if cell.isEmpty():
            return
        columns = max(1, view.width() // cell.width())
        top = self.verticalScrollBar().value()
        first = top // cell.height() * columns
        after = -(-(top + view.height()) // cell.height()) * columns
        count = self._cases.rowCount()
        yield from range(first, min(after, count))
        yield from range(after, min(after + after - first, count))
        yield from range(min(first, count) - 1, max(-1, first - (after - first) - 1), -1)

    # Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit_cells()
        super().resizeEvent(event)
        self._on_view_changed()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._on_view_changed()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _OPENING_KEYS and self.currentIndex().isValid():
            self.case_activated.emit(self._cases.case_at(self.currentIndex().row()))
            return
        super().keyPressEvent(event)

    @Slot(QModelIndex)
    def _on_double_clicked(self, index: QModelIndex) -> None:
        self.case_activated.emit(self._cases.case_at(index.row()))

    def _fit_cells(self) -> None:
        """Columns fill the width; room for the scroll bar is kept, so that it never flickers."""
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent, None, self)
        room = max(SMALLEST_CELL, self.width() - bar - _FRAME)
        side = room // max(1, room // SMALLEST_CELL)
        if self.gridSize() != QSize(side, side):
            self.setGridSize(QSize(side, side))
