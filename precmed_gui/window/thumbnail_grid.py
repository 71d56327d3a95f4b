"""The grid of thumbnails: shows the cases of a `CasesModel` and asks for the thumbnails it lacks.

It asks for what is on the screen first, then for the next screen and the one before; never more
than `MOST_WISHED` at a time, however many cases there are.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from PySide6.QtCore import (
    QElapsedTimer,
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QSize,
    QSortFilterProxyModel,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QDrag, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QStyle, QWidget

from precmed_gui.diagnosis.cases import Case
from precmed_gui.language import N_, _
from precmed_gui.window.case_drags import drag_picture
from precmed_gui.window.cases_model import CasesModel
from precmed_gui.window.thumbnail_tile import ThumbnailTile

SMALLEST_CELL = 84
MOST_WISHED = 60
_PAUSE_MS = 30
_LONGEST_PAUSE_MS = 150
_OPENING_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)

NAME = N_("Images of the cohort")
WHAT_IT_DOES = N_(
    "Enter shows an image large; keys 1 to 9 move the selected ones to a class, 0 to none; "
    "E excludes them or uses them again; Delete takes them out of the list."
)

_FRAME = 8
"""Both edges of the frame, which is thicker with the keyboard in it or after a change of theme."""


@dataclass(frozen=True, slots=True)
class _Held:
    """What was selected and current before the rows changed."""

    keys: Sequence[str]
    current: int
    selected: frozenset[str]


class ThumbnailGrid(QListView):
    """Thumbnails in columns that fill the width, with selection of many.

    A case that leaves the view gives its place to the next one, so that one can go on by key.

    Signals
    -------
    thumbnails_wished
        The cases whose thumbnails are wanted.
    case_activated
        The `Case` to open.
    drag_changed
        Whether selected cases are being dragged.
    """

    thumbnails_wished = Signal(list)
    case_activated = Signal(object)
    drag_changed = Signal(bool)

    def __init__(self, cases: CasesModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cases = cases
        self._wished: set[str] = set()
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._waiting = QElapsedTimer()
        self._pause.timeout.connect(self._on_pause_ended)
        self.setObjectName("thumbnailGrid")
        self._make_grid()
        self._rows = _quick(cases, self)
        self.setModel(self._rows)
        self._held = _Held((), -1, frozenset())
        cases.about_to_change.connect(self._on_about_to_change)
        cases.changed.connect(self._on_changed)
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
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setMouseTracking(True)
        self.setMinimumHeight(SMALLEST_CELL + 8)

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        self.setAccessibleName(_(NAME))
        self.setAccessibleDescription(_(WHAT_IT_DOES))

    def selected_cases(self) -> list[Case]:
        """The selected cases in display order."""
        return [self._cases.case_at(row) for row in self._selected_rows()]

    def selected_count(self) -> int:
        """How many are selected, quickly even for all of 10,000."""
        stretches = cast("Iterable[QItemSelectionRange]", self.selectionModel().selection())
        return sum(stretch.height() for stretch in stretches)

    def is_selection_excluded(self) -> bool:
        """Whether all that is selected is excluded."""
        return all(self._cases.case_at(row).is_excluded for row in self._each_selected_row())

    def current_case(self) -> Case | None:
        """The case that has the keyboard, if any."""
        row = self.currentIndex().row()
        return self._cases.case_at(row) if row >= 0 else None

    def go_to(self, key: str) -> None:
        """Make a case current and the only one selected, where it is shown."""
        row = self._cases.row_of(key)
        if row is not None:
            self._select_rows([row], row)

    def go_to_first(self) -> None:
        """Put the keyboard here, on the first case where none has it yet."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if not self.currentIndex().isValid() and self._cases.rowCount():
            self._select_rows([0], 0)

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

    # Staying where one was

    @Slot()
    def _on_about_to_change(self) -> None:
        keys = self._cases.keys
        selected = frozenset(keys[row] for row in self._selected_rows())
        self._held = _Held(keys, self.currentIndex().row(), selected)

    @Slot(bool)
    def _on_changed(self, is_new_view: bool) -> None:
        held, cases = self._held, self._cases
        self._held = _Held((), -1, frozenset())
        shown = sorted(row for key in held.selected if (row := cases.row_of(key)) is not None)
        current = self._row_now(held, is_new_view=is_new_view)
        if current is None:
            if is_new_view:
                self.scrollToTop()
            return
        is_same = cases.keys[current] == held.keys[held.current]
        if not shown and held.selected and not is_same:
            shown = [current]
        if shown != self._selected_rows() or current != self.currentIndex().row():
            self._select_rows(shown, current)
        elif is_new_view:
            self.scrollTo(self.currentIndex())

    def _row_now(self, held: _Held, *, is_new_view: bool) -> int | None:
        """The row of the case that was current, or of the nearest one that is still shown."""
        if held.current < 0:
            return None
        nearest = [held.keys[held.current]]
        if not is_new_view:
            nearest += held.keys[held.current + 1 :]
            nearest += held.keys[: held.current][::-1]
        rows = (self._cases.row_of(key) for key in nearest)
        return next((row for row in rows if row is not None), None)

    def _selected_rows(self) -> list[int]:
        return sorted(self._each_selected_row())

    def _each_selected_row(self) -> Iterator[int]:
        stretches = cast("Iterable[QItemSelectionRange]", self.selectionModel().selection())
        for stretch in stretches:
            yield from range(stretch.top(), stretch.bottom() + 1)

    def _select_rows(self, rows: Sequence[int], current: int) -> None:
        flags, selection = QItemSelectionModel.SelectionFlag, QItemSelection()
        for first, last in _stretches(rows):
            selection.select(self._rows.index(first, 0), self._rows.index(last, 0))
        here = self._rows.index(current, 0)
        self.selectionModel().setCurrentIndex(here, flags.NoUpdate)
        self.selectionModel().select(selection, flags.ClearAndSelect)
        self.scrollTo(here)

    # Qt

    def startDrag(self, actions: Qt.DropAction) -> None:
        indexes = self.selectedIndexes()
        if not indexes:
            return
        drag = QDrag(self)
        drag.setMimeData(self._cases.mimeData(indexes))
        drag.setPixmap(drag_picture(len(indexes), self.devicePixelRatioF()))
        self.drag_changed.emit(True)
        drag.exec(Qt.DropAction.CopyAction)
        self.drag_changed.emit(False)

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


def _quick(cases: CasesModel, parent: QWidget) -> QSortFilterProxyModel:
    """The same rows in the same order, but counted without Python.

    Laying out 50,000 rows asks for their number twice a row: 130 ms become 20.
    """
    rows = QSortFilterProxyModel(parent)
    rows.setDynamicSortFilter(False)
    rows.setSourceModel(cases)
    return rows


def _stretches(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Sorted rows as (first, last) of each run of neighbours."""
    stretches: list[tuple[int, int]] = []
    for row in rows:
        if stretches and stretches[-1][1] == row - 1:
            stretches[-1] = (stretches[-1][0], row)
        else:
            stretches.append((row, row))
    return stretches
