"""The cases of a cohort as a Qt list for the thumbnail grid, with the thumbnails read so far.

Holds at most `MOST_THUMBNAILS` pictures, so memory stays flat however many cases there are.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QPixmap

from precmed_gui.diagnosis.cases import Case, Cohort
from precmed_gui.language import _
from precmed_gui.window.cases_changes import RowsRemoved, row_changes, short_names

MOST_THUMBNAILS = 2000

CaseRole = Qt.ItemDataRole.UserRole + 1
ClassIndexRole = Qt.ItemDataRole.UserRole + 2
ShortClassRole = Qt.ItemDataRole.UserRole + 3
ReasonRole = Qt.ItemDataRole.UserRole + 4

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class EveryClass:
    """The filter that lets all cases through; a filter of None means "cases without a class"."""


EVERY_CLASS = EveryClass()
ClassFilter = str | None | EveryClass


class CasesModel(QAbstractListModel):
    """The cases of one class, or all; rows change as little as they can."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cohort = Cohort()
        self._filter: ClassFilter = EVERY_CLASS
        self._cases: list[Case] = []
        self._keys: list[str] = []
        self._rows: dict[str, int] = {}
        self._class_indices: dict[str, int] = {}
        self._short_names: dict[str, str] = {}
        self._pixmaps: OrderedDict[str, QPixmap] = OrderedDict()
        self._reasons: dict[str, str] = {}

    # What is shown

    def show_cohort(self, cohort: Cohort, shown: ClassFilter = EVERY_CLASS) -> None:
        """Show the cases of `cohort` that are in class `shown`."""
        labels_changed = cohort.label_order != self._cohort.label_order
        filter_changed = shown != self._filter
        self._cohort, self._filter = cohort, shown
        if labels_changed:
            self._class_indices = {name: row for row, name in enumerate(cohort.label_order)}
            self._short_names = short_names(cohort.label_order)
        cases = [case for case in cohort.cases if self._is_shown(case)]
        keys = [case.key for case in cases]
        changes = None if filter_changed else row_changes(self._keys, keys)
        if changes is None:
            self.beginResetModel()
            self._take(cases, keys)
            self.endResetModel()
            return
        before = dict(zip(self._keys, self._cases, strict=True))
        for change in changes:
            if isinstance(change, RowsRemoved):
                self._remove_rows(change.first, change.last)
            else:
                self._insert_rows(cases, keys, change.first, change.last)
        self._take(cases, keys)
        self._announce(before, labels_changed=labels_changed)

    def _is_shown(self, case: Case) -> bool:
        return isinstance(self._filter, EveryClass) or case.label == self._filter

    def _take(self, cases: list[Case], keys: list[str]) -> None:
        self._cases, self._keys = cases, keys
        self._rows = {key: row for row, key in enumerate(keys)}

    def _remove_rows(self, first: int, last: int) -> None:
        self.beginRemoveRows(_NOWHERE, first, last)
        del self._cases[first : last + 1]
        del self._keys[first : last + 1]
        self.endRemoveRows()

    def _insert_rows(self, cases: list[Case], keys: list[str], first: int, last: int) -> None:
        self.beginInsertRows(_NOWHERE, first, last)
        self._cases[first:first] = cases[first : last + 1]
        self._keys[first:first] = keys[first : last + 1]
        self.endInsertRows()

    def _announce(self, before: dict[str, Case], *, labels_changed: bool) -> None:
        changed = [
            row
            for row, case in enumerate(self._cases)
            if labels_changed or before.get(self._keys[row], case) != case
        ]
        if changed:
            self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))

    # Qt's questions

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._cases)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not (index.isValid() and index.row() < len(self._cases)):
            return None
        answer = _ANSWERS.get(role)
        return answer(self, self._cases[index.row()]) if answer else None

    # Thumbnails

    def case_at(self, row: int) -> Case:
        """The case in a row."""
        return self._cases[row]

    def row_of(self, key: str) -> int | None:
        """The row of a case, or None where it is not shown."""
        return self._rows.get(key)

    def is_answered(self, row: int) -> bool:
        """Whether the row has its thumbnail, or the reason why it has none."""
        key = self._keys[row]
        return key in self._pixmaps or key in self._reasons

    @property
    def thumbnail_count(self) -> int:
        """Thumbnails held in memory."""
        return len(self._pixmaps)

    def keep_thumbnails(self, pixmaps: dict[str, QPixmap], reasons: dict[str, str]) -> None:
        """Take in what was read; the thumbnails not looked at for longest are dropped."""
        for key, pixmap in pixmaps.items():
            self._pixmaps[key] = pixmap
            self._pixmaps.move_to_end(key)
            self._reasons.pop(key, None)
        self._reasons |= reasons
        while len(self._pixmaps) > MOST_THUMBNAILS:
            self._pixmaps.popitem(last=False)
        for row in self._rows_of((*pixmaps, *reasons)):
            self.dataChanged.emit(self.index(row), self.index(row))

    def _rows_of(self, keys: Iterable[str]) -> list[int]:
        return sorted(self._rows[key] for key in keys if key in self._rows)

    def _pixmap(self, case: Case) -> QPixmap | None:
        pixmap = self._pixmaps.get(case.key)
        if pixmap is not None:
            self._pixmaps.move_to_end(case.key)
        return pixmap

    def _tooltip(self, case: Case) -> str:
        lines = [case.name, case.label or _("No class"), self._reasons.get(case.key, "")]
        return "\n".join(line for line in lines if line)

    def _spoken(self, case: Case) -> str:
        return ", ".join(self._tooltip(case).split("\n"))

    def _class_index(self, case: Case) -> int:
        return -1 if case.label is None else self._class_indices.get(case.label, -1)

    def _short_class(self, case: Case) -> str:
        return "" if case.label is None else self._short_names.get(case.label, "")

    def _reason(self, case: Case) -> str:
        return self._reasons.get(case.key, "")


_Answer = Callable[[CasesModel, Case], object]
_ANSWERS: dict[int, _Answer] = {
    Qt.ItemDataRole.DisplayRole: lambda model, case: case.name,
    Qt.ItemDataRole.DecorationRole: CasesModel._pixmap,
    Qt.ItemDataRole.ToolTipRole: CasesModel._tooltip,
    Qt.ItemDataRole.AccessibleTextRole: CasesModel._spoken,
    CaseRole: lambda model, case: case,
    ClassIndexRole: CasesModel._class_index,
    ShortClassRole: CasesModel._short_class,
    ReasonRole: CasesModel._reason,
}
