"""The question what the columns of a table mean, and what of it belongs to which image.

It shows a table and what matched and forwards wishes; `table_flow` reads, matches and applies.
"""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.diagnosis.tables import ColumnMeaning, Table, TableMatch
from precmed_gui.exchange.cohort_table import TableOpened
from precmed_gui.language import N_, _, ngettext, sentences
from precmed_gui.window.calm_fields import keep_calm
from precmed_gui.window.searched_lists import SearchedLists
from precmed_gui.window.theme import set_role
from precmed_gui.window.wording import images_text, number

TITLE = N_("Match a table with the images")
WHY = N_(
    "Say what each column means. An empty cell changes nothing; nothing is applied before you "
    "press Apply."
)
COLUMN, EXAMPLES, MEANING = N_("Column"), N_("Examples"), N_("Meaning")
MEANINGS: tuple[tuple[ColumnMeaning, str], ...] = (
    ("", N_("Not used")),
    ("file", N_("File name or path")),
    ("label", N_("Class (diagnosis)")),
    ("patient", N_("Patient")),
    ("age", N_("Age")),
    ("sex", N_("Sex")),
    ("site", N_("Site")),
    ("device", N_("Device")),
    ("date", N_("Date of the examination")),
    ("part", N_("Part: training, validation or test")),
)
NO_FILE = N_("Say which column names the files.")
MATCHING = N_("Matching…")
APPLY, CANCEL = N_("Apply"), N_("Cancel")
ROWS_LEFT = N_("Rows without an image ({n})")
FILES_LEFT = N_("Images without a row ({n})")
IN_DOUBT = N_("Rows in doubt ({n})")

_MOST_EXAMPLES = 4
_ROW, _HEAD, _MOST_ROWS, _LISTS = 34, 40, 8, 280
_LONGEST_EXAMPLE = 40


class TableDialog(QDialog):
    """Columns with examples and a choice of meanings, what matches, and lists of the rest.

    Signals
    -------
    meanings_changed
        tuple: the meaning of each column as it is chosen now.
    applied
        The cohort that the table makes, to be put on the table.
    """

    meanings_changed = Signal(object)
    applied = Signal(object)

    def __init__(self, opened: TableOpened, cohort: Cohort, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = opened.table
        self._cohort = cohort
        self._match: TableMatch | None = None
        self._choices: list[QComboBox] = []
        self.setWindowTitle(_(TITLE))
        self.resize(760, 700)
        self._build_columns(opened.meanings)
        self._counts = QLabel()
        self._counts.setObjectName("tableCounts")
        self._counts.setWordWrap(True)
        self._lists = SearchedLists()
        self._build_buttons()
        self._lay_out()
        self.show_match(opened.match)

    # Building

    def _build_columns(self, meanings: Sequence[ColumnMeaning]) -> None:
        self._columns = QTableWidget(len(self.table.columns), 3)
        self._columns.setAccessibleName(_("Columns of the table and what they mean"))
        self._columns.setHorizontalHeaderLabels([_(COLUMN), _(EXAMPLES), _(MEANING)])
        self._columns.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        self._columns.verticalHeader().hide()
        self._columns.verticalHeader().setDefaultSectionSize(_ROW)
        self._columns.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._columns.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self._columns.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._columns.setWordWrap(False)
        head = self._columns.horizontalHeader()
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        head.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        head.setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        self._columns.setColumnWidth(0, 180)
        for place, (column, meaning) in enumerate(zip(self.table.columns, meanings, strict=True)):
            self._columns.setItem(place, 0, _item(column))
            self._columns.setItem(place, 1, _item(_examples(self.table, place)))
            self._columns.setCellWidget(place, 2, self._choice(column, meaning))

    def _choice(self, column: str, meaning: ColumnMeaning) -> QComboBox:
        choice = QComboBox()
        choice.setAccessibleName(_("Meaning of the column “{column}”").format(column=column))
        keep_calm(choice)
        for value, title in MEANINGS:
            choice.addItem(_(title), value)
        choice.setCurrentIndex(choice.findData(meaning))
        choice.currentIndexChanged.connect(self._on_chosen)
        self._choices.append(choice)
        return choice

    def _build_buttons(self) -> None:
        self._buttons = QDialogButtonBox()
        role = QDialogButtonBox.ButtonRole
        self._apply = self._buttons.addButton(_(APPLY), role.AcceptRole)
        self._apply.setProperty("primary", True)
        self._buttons.addButton(_(CANCEL), role.RejectRole)
        self._buttons.accepted.connect(self._on_applied)
        self._buttons.rejected.connect(self.reject)

    def _lay_out(self) -> None:
        name, why = QLabel(_described(self.table)), QLabel(_(WHY))
        for label in (name, why):
            label.setWordWrap(True)
        why.setProperty("role", "hint")
        halves = QSplitter(Qt.Orientation.Vertical)
        halves.setChildrenCollapsible(False)
        lower = QWidget()
        below = QVBoxLayout(lower)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(8)
        below.addWidget(self._counts)
        below.addWidget(self._lists, 1)
        halves.addWidget(self._columns)
        halves.addWidget(lower)
        halves.setStretchFactor(1, 1)
        halves.setSizes([_ROW * min(len(self.table.columns), _MOST_ROWS) + _HEAD, _LISTS])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        layout.addWidget(name)
        layout.addWidget(why)
        layout.addWidget(halves, 1)
        layout.addWidget(self._buttons)

    # What the flow tells

    def meanings(self) -> tuple[ColumnMeaning, ...]:
        """What is chosen for each column."""
        return tuple(choice.currentData() for choice in self._choices)

    def show_match(self, match: TableMatch) -> None:
        """Show what belongs together with the meanings that are chosen now."""
        self._match = match
        has_file = "file" in self.meanings()
        set_role(self._counts, "" if match.matched else "warning")
        self._counts.setText(self._said(match) if has_file else _(NO_FILE))
        root = _root(self._cohort)
        rows = [_("Row {n}: {cell}").format(n=n, cell=cell) for n, cell in match.unmatched_rows]
        doubt = [_("Row {n}: {cell}").format(n=n, cell=cell) for n, cell in match.ambiguous_rows]
        files = [key.removeprefix(root) for key in match.unmatched_files]
        self._lists.show_lists(
            (
                (_(ROWS_LEFT).format(n=number(len(rows))), rows if has_file else []),
                (_(FILES_LEFT).format(n=number(len(files))), files if has_file else []),
                (_(IN_DOUBT).format(n=number(len(doubt))), doubt),
            )
        )
        self._apply.setEnabled(bool(match.matched) and match.cohort != self._cohort)

    def show_error(self, message: str, hint: str) -> None:
        """Say why it could not be matched."""
        set_role(self._counts, "error")
        self._counts.setText(sentences(message, hint))

    # Inside

    def _said(self, match: TableMatch) -> str:
        matched = ngettext("{images} has a row.", "{images} have a row.", match.matched).format(
            images=images_text(match.matched)
        )
        if not match.matched:
            return _("No row belongs to one of the images; is another column the file?")
        if match.cohort == self._cohort:
            return sentences(matched, _("They say nothing new: choose what the columns mean."))
        return sentences(matched, _changes(self._cohort, match.cohort))

    @Slot()
    def _on_chosen(self) -> None:
        """A meaning belongs to one column: another that had it is not used any more."""
        chosen = self.sender()
        meaning = chosen.currentData() if isinstance(chosen, QComboBox) else ""
        for choice in self._choices:
            if meaning and choice is not chosen and choice.currentData() == meaning:
                choice.blockSignals(True)
                choice.setCurrentIndex(0)
                choice.blockSignals(False)
        self._apply.setEnabled(False)
        set_role(self._counts, "")
        self._counts.setText(_(MATCHING))
        self.meanings_changed.emit(self.meanings())

    @Slot()
    def _on_applied(self) -> None:
        if self._match is not None:
            self.applied.emit(self._match.cohort)
        self.accept()


def _described(table: Table) -> str:
    rows = ngettext("{n} row", "{n} rows", len(table.rows)).format(n=number(len(table.rows)))
    parts = [Path(table.path).name, rows]
    if table.encoding:
        separator = {"\t": _("tab")}.get(table.separator, f"“{table.separator}”")
        parts.append(table.encoding)
        parts.append(_("separated by {separator}").format(separator=separator))
    return " · ".join(parts)


def _changes(before: Cohort, after: Cohort) -> str:
    """What becomes known, in figures."""
    pairs = list(zip(before.cases, after.cases, strict=True))
    labels = sum(old.label != new.label for old, new in pairs)
    patients = sum(old.patient != new.patient for old, new in pairs)
    parts = sum(old.part != new.part for old, new in pairs)
    traits = sum(old.traits != new.traits for old, new in pairs)
    said = (
        (labels, N_("class of {images}")),
        (patients, N_("patient of {images}")),
        (traits, N_("age, sex, site, device or year of {images}")),
        (parts, N_("part of {images}")),
    )
    pieces = [_(text).format(images=images_text(count)) for count, text in said if count]
    return _("Apply changes: {pieces}.").format(pieces=_("; ").join(pieces))


def _examples(table: Table, place: int) -> str:
    cells = dict.fromkeys(row[place] for row in table.rows[:200] if row[place])
    shown = [
        cell if len(cell) <= _LONGEST_EXAMPLE else f"{cell[: _LONGEST_EXAMPLE - 1]}…"
        for cell in list(cells)[:_MOST_EXAMPLES]
    ]
    return " · ".join(shown)


def _item(text: str) -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    item.setToolTip(text)
    return item


def _root(cohort: Cohort) -> str:
    """What all paths begin with, up to a folder, so that lists show the rest."""
    paths = sorted({case.path for case in cohort.cases})
    if len(paths) < 2:
        return ""
    alike = 0
    for one, other in zip(paths[0], paths[-1], strict=False):
        if one != other:
            break
        alike += 1
    begin = paths[0][:alike]
    return begin[: max(begin.rfind("/"), begin.rfind("\\")) + 1]
