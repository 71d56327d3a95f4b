"""The pictures a finding is about, group by group: headings and pictures as rows of one model."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QPixmap

from precmed_gui.diagnosis.cases import Case, Cohort, Part
from precmed_gui.diagnosis.checks import Finding
from precmed_gui.diagnosis.pictures import ThumbnailsRead
from precmed_gui.language import N_, _
from precmed_gui.window.cases_changes import short_names
from precmed_gui.window.cases_panel import as_pixmap
from precmed_gui.window.wording import number

MOST_PICTURES = 300
HEADING = N_("Group {n} of {total}")
PATIENT = N_("Patient {patient}")
NO_CLASS = N_("No class")
LEFT_OUT = N_("Excluded")
PARTS: dict[Part, str] = {
    "train": N_("Training"),
    "validation": N_("Validation"),
    "test": N_("Test"),
}

RowRole = Qt.ItemDataRole.UserRole + 1
ClassRole = Qt.ItemDataRole.UserRole + 2
"""(place in the colour order, letters) of the case's class, or None."""
_NOWHERE = QModelIndex()
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A heading, or one picture; `group` is the place of its group in `Finding.groups`.

    `reason` is about this picture alone.
    """

    group: int
    heading: str = ""
    case: Case | None = None
    reason: str = ""

    @property
    def note(self) -> str:
        """What stands below name and class."""
        case = self.case
        if case is None:
            return ""
        patient = _(PATIENT).format(patient=case.patient) if case.patient else ""
        state = _(LEFT_OUT) if case.is_excluded else ""
        part = _(PARTS[case.part]) if case.part else ""
        return " · ".join(text for text in (self.reason or patient, part, state) if text)


def rows_of(finding: Finding, cases: Mapping[str, Case]) -> tuple[GroupRow, ...]:
    """The finding's pictures in order, at most `MOST_PICTURES`; groups of several have headings."""
    is_grouped = any(len(group) > 1 for group in finding.groups) and (
        len(finding.groups) > 1 or bool(finding.reasons)
    )
    rows: list[GroupRow] = []
    shown = 0
    for place, group in enumerate(finding.groups):
        if shown >= MOST_PICTURES:
            break
        reason = finding.reasons[place] if finding.reasons else ""
        known = [cases[key] for key in group if key in cases][: MOST_PICTURES - shown]
        if is_grouped and known:
            rows.append(GroupRow(place, heading=_heading(finding, place, reason)))
        alone = "" if is_grouped else reason
        rows += [GroupRow(place, case=case, reason=alone) for case in known]
        shown += len(known)
    return tuple(rows)


def _heading(finding: Finding, place: int, reason: str) -> str:
    text = _(HEADING).format(n=number(place + 1), total=number(len(finding.groups)))
    return f"{text} · {reason}" if reason else text


class GroupRows(QAbstractListModel):
    """The rows of a finding, with thumbnails as they come."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[GroupRow, ...] = ()
        self._places: dict[str, list[int]] = {}
        self._classes: dict[str, tuple[int, str]] = {}
        self._pixmaps: dict[str, QPixmap] = {}
        self._reasons: dict[str, str] = {}

    def show_finding(self, finding: Finding, cohort: Cohort, cases: Mapping[str, Case]) -> None:
        """Show the pictures of this finding; thumbnails of earlier ones are kept while few."""
        names = short_names(cohort.label_order)
        self.beginResetModel()
        self._classes = {label: (place, names[label]) for place, label in enumerate(names)}
        self.rows = rows_of(finding, cases)
        self._places = {}
        for place, row in enumerate(self.rows):
            if row.case is not None:
                self._places.setdefault(row.case.key, []).append(place)
        if len(self._pixmaps) > 2 * MOST_PICTURES:
            self._pixmaps = {}
        self._reasons = {}
        self.endResetModel()

    @property
    def pictures(self) -> int:
        """How many pictures are shown."""
        return sum(row.case is not None for row in self.rows)

    def keep_thumbnails(self, event: ThumbnailsRead) -> None:
        """Take in what was read; what cannot be read says why."""
        for thumbnail in event.thumbnails:
            if thumbnail.key not in self._places:
                continue
            if thumbnail.pixels is None:
                self._reasons[thumbnail.key] = thumbnail.reason
            else:
                self._pixmaps[thumbnail.key] = as_pixmap(thumbnail.pixels)
            for place in self._places[thumbnail.key]:
                self.dataChanged.emit(self.index(place), self.index(place))

    def unanswered(self, first: int, count: int) -> list[Case]:
        """Up to `count` cases from this row on with neither a thumbnail nor a reason why not."""
        cases = [row.case for row in self.rows[max(first, 0) :] if row.case is not None]
        known = self._pixmaps.keys() | self._reasons.keys()
        return [case for case in cases[:count] if case.key not in known]

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if 0 <= index.row() < len(self.rows) and self.rows[index.row()].case is None:
            return Qt.ItemFlag.NoItemFlags
        return super().flags(index)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not 0 <= index.row() < len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == RowRole:
            return row
        return (
            self._heading_data(row, role) if row.case is None else self._data(row.case, row, role)
        )

    def _heading_data(self, row: GroupRow, role: int) -> object:
        is_text = role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
        return row.heading if is_text else None

    def _data(self, case: Case, row: GroupRow, role: int) -> object:
        if role == Qt.ItemDataRole.DisplayRole:
            return case.name
        if role == Qt.ItemDataRole.DecorationRole:
            return self._pixmaps.get(case.key)
        if role == ClassRole:
            return self._classes.get(case.label or "")
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            texts = (case.name, case.label or _(NO_CLASS), row.note)
            spoken = [*texts, self._reasons.get(case.key, "")]
            between = ", " if role == Qt.ItemDataRole.AccessibleTextRole else "\n"
            return between.join(text for text in spoken if text)
        return None
