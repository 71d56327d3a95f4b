"""The cases of a cohort as a Qt list for the thumbnail grid, with the thumbnails read so far.

Holds at most `MOST_THUMBNAILS` pictures, so memory stays flat however many cases there are.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QPixmap

from precmed_gui.diagnosis.cases import Case, Cohort
from precmed_gui.language import N_, _, ngettext
from precmed_gui.window.case_drags import mime_of
from precmed_gui.window.cases_changes import RowsRemoved, row_changes, short_names
from precmed_gui.window.cases_order import CaseIndex, CasesView, KnownFacts
from precmed_gui.window.wording import number

MOST_THUMBNAILS = 2000
NO_CLASS = N_("No class")
EXCLUDED = N_("Excluded: used for nothing")
PATIENT = N_("Patient {name}")

CaseRole = Qt.ItemDataRole.UserRole + 1
ClassIndexRole = Qt.ItemDataRole.UserRole + 2
ShortClassRole = Qt.ItemDataRole.UserRole + 3
ReasonRole = Qt.ItemDataRole.UserRole + 4
ExcludedRole = Qt.ItemDataRole.UserRole + 5
SlicesRole = Qt.ItemDataRole.UserRole + 6

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class CasesModel(QAbstractListModel):
    """The cases of a view in its order; rows change as little as they can.

    Signals
    -------
    about_to_change
        The rows are going to be others.
    changed
        They are; whether because something else is looked at (and not because cases changed).
    """

    about_to_change = Signal()
    changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._index = CaseIndex()
        self._view, self._facts = CasesView(), KnownFacts()
        self._is_naming_patients = False
        self._cases: list[Case] = []
        self._keys: list[str] = []
        self._rows: dict[str, int] = {}
        self._class_indices: dict[str, int] = {}
        self._short_names: dict[str, str] = {}
        self._pixmaps: OrderedDict[str, QPixmap] = OrderedDict()
        self._reasons: dict[str, str] = {}

    # What is shown

    @property
    def view(self) -> CasesView:
        """What is looked at."""
        return self._view

    @property
    def facts(self) -> KnownFacts:
        """What is known of the cases besides their names."""
        return replace(self._facts, reasons=self._reasons)

    def show_cohort(self, cohort: Cohort, view: CasesView | None = None) -> None:
        """Show the cases of `cohort`, and of them those of `view` (None: looked at as before)."""
        labels_changed = cohort.label_order != self._index.cohort.label_order
        if labels_changed:
            self._class_indices = {name: row for row, name in enumerate(cohort.label_order)}
            self._short_names = short_names(cohort.label_order)
        self._index.cohort = cohort
        is_new_view = view is not None and view != self._view
        self._view = view if view is not None else self._view
        self._show(is_new_view=is_new_view, labels_changed=labels_changed)

    @Slot()
    def prepare_search(self) -> None:
        """Have the first letter found as quickly as the second."""
        self._index.prepare()

    @Slot(bool)
    def name_patients(self, is_named: bool) -> None:
        """Whether tooltips say whose image it is; not unless the user asks for it."""
        self._is_naming_patients = is_named

    def show_facts(self, facts: KnownFacts) -> None:
        """Take in what was found out since; only an order that goes by it changes."""
        self._facts = facts
        if self._view.order in ("size", "brightness", "confidence"):
            self._show(is_new_view=False, labels_changed=False)

    def _show(self, *, is_new_view: bool, labels_changed: bool) -> None:
        cases, keys = self._index.found(self._view, self.facts)
        self.about_to_change.emit()
        if keys == self._keys:
            before, self._cases = self._cases, cases
            self._announce(before, labels_changed=labels_changed)
        else:
            self._change_rows(cases, keys, is_new_view=is_new_view)
            if labels_changed and cases:
                self.dataChanged.emit(self.index(0), self.index(len(cases) - 1))
        self.changed.emit(is_new_view)

    def _change_rows(self, cases: list[Case], keys: list[str], *, is_new_view: bool) -> None:
        changes = None if is_new_view else row_changes(self._keys, keys)
        if changes is None:
            self.beginResetModel()
            self._take(cases, keys)
            self.endResetModel()
            return
        was = dict(zip(self._keys, self._cases, strict=True))
        self._cases, self._keys = list(self._cases), list(self._keys)
        for change in changes:
            if isinstance(change, RowsRemoved):
                self._remove_rows(change.first, change.last)
            else:
                self._insert_rows(cases, keys, change.first, change.last)
        self._take(cases, keys)
        self._announce([was.get(key, case) for key, case in zip(keys, cases, strict=True)])

    def _take(self, cases: list[Case], keys: list[str]) -> None:
        self._cases, self._keys = cases, keys
        self._rows = {key: row for row, key in enumerate(keys)}

    def _announce(self, before: Sequence[Case], *, labels_changed: bool = False) -> None:
        """Tell which rows show another state of their case than `before`, row by row."""
        pairs = enumerate(zip(before, self._cases, strict=True))
        changed = [row for row, (old, new) in pairs if labels_changed or old is not new]
        if changed:
            self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))

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

    # Qt's questions

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._cases)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not (index.isValid() and index.row() < len(self._cases)):
            return None
        answer = _ANSWERS.get(role)
        return answer(self, self._cases[index.row()]) if answer else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsDragEnabled if index.isValid() else flags

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        return mime_of(self._keys[row] for row in sorted(index.row() for index in indexes))

    # Rows

    @property
    def keys(self) -> Sequence[str]:
        """The keys of all rows; a list of its own after each change."""
        return self._keys

    def case_at(self, row: int) -> Case:
        """The case in a row."""
        return self._cases[row]

    def row_of(self, key: str) -> int | None:
        """The row of a case, or None where it is not shown."""
        return self._rows.get(key)

    # Thumbnails

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
        if reasons and self._view.state == "unreadable":
            self._show(is_new_view=False, labels_changed=False)
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
        lines = [case.name, case.label or _(NO_CLASS)]
        if case.is_excluded:
            lines.append(_(EXCLUDED))
        if case.slices > 1:
            text = ngettext("{n} slice", "{n} slices", case.slices)
            lines.append(text.format(n=number(case.slices)))
        if self._is_naming_patients and case.patient:
            lines.append(_(PATIENT).format(name=case.patient))
        lines.append(self._reasons.get(case.key, ""))
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
    ExcludedRole: lambda model, case: case.is_excluded,
    SlicesRole: lambda model, case: case.slices,
}
