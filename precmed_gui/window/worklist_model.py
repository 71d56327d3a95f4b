"""The worklist as a Qt model: a page of rows at a time, so that a long record opens at once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from precmed_gui.diagnosis.record import CaseState, Decision, Shown, WorklistRow
from precmed_gui.language import N_, _
from precmed_gui.window.icons import icon
from precmed_gui.window.reading_stage import said_label
from precmed_gui.window.readings_model import without_ending
from precmed_gui.window.verdict_box import SIGNS, WORDS
from precmed_gui.window.wording import share

COLUMNS = (
    N_("State"), N_("Case"), N_("Patient"), N_("Model says"), N_("Decision"), N_("How sure"),
    N_("Verdict"), N_("Reader"), N_("When"),
)  # fmt: skip
STATE, CASE, PATIENT, LABEL, DECISION, SURE, VERDICT, READER, WHEN = range(9)
ANSWER_COLUMNS = (LABEL, SURE, VERDICT)
STATES: dict[CaseState, str] = {
    "waiting": N_("waiting"),
    "read": N_("read"),
    "referred": N_("referred"),
}
STATE_SIGNS: dict[CaseState, str] = {"waiting": "pause", "read": "check", "referred": "refer"}
REFER, REJECT = N_("refer"), N_("image rejected")
ERASED, HIDDEN = N_("erased"), N_("hidden")
PAGE = 200
Pages = Callable[[int, int], tuple[WorklistRow, ...]]
_Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


class WorklistModel(QAbstractTableModel):
    """Rows in the order of the record; decisions change them where they stand."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[WorklistRow] = []
        self._pages: Pages = _no_rows
        self._has_more = False
        self._hides: Callable[[Shown], bool] = _shows_all
        self._sees: Callable[[Shown], object] = _shows_all

    # For the panel

    def show_pages(self, pages: Pages) -> None:
        """Begin afresh with what `pages(limit, offset)` answers; at least as much as there was."""
        self.beginResetModel()
        wanted = max(PAGE, len(self._rows))
        self._pages = pages
        self._rows = list(pages(wanted, 0))
        self._has_more = len(self._rows) == wanted
        self.endResetModel()

    def hide_answers_by(
        self, hides: Callable[[Shown], bool], sees: Callable[[Shown], object]
    ) -> None:
        """Whose answers stay hidden from a blinded reader, and who hears of those that do not."""
        self._hides, self._sees = hides, sees

    def row(self, place: int) -> WorklistRow | None:
        """One row, None outside of what is loaded."""
        return self._rows[place] if 0 <= place < len(self._rows) else None

    def place_of(self, number: int) -> int:
        """Where the answer with this number stands, -1 if it is not loaded."""
        places = (at for at, row in enumerate(self._rows) if row.shown.number == number)
        return next(places, -1)

    def waits(self, row: WorklistRow) -> bool:
        """Whether it waits for anybody, or for a blinded reader who has not committed."""
        return row.state == "waiting" or self._hides(row.shown)

    def by_number(self) -> dict[int, WorklistRow]:
        """The rows that are loaded, by `Shown.number`."""
        return {row.shown.number: row for row in self._rows}

    def next_waiting(self, after: int) -> int:
        """The next waiting row after this place, from the top again at the end; -1 for none."""
        place = after + 1
        while place < len(self._rows) or self.canFetchMore():
            if place >= len(self._rows):
                self.fetchMore()
            elif self.waits(self._rows[place]):
                return place
            else:
                place += 1
        earlier = (at for at in range(max(after, 0)) if self.waits(self._rows[at]))
        return next(earlier, -1)

    def take_decision(self, decision: Decision) -> None:
        """A decision was made: its row says so and stays where it is."""
        place = self.place_of(decision.shown)
        if place >= 0:
            state: CaseState = "referred" if decision.kind == "refer" else "read"
            self._rows[place] = replace(self._rows[place], decision=decision, state=state)
            self.dataChanged.emit(self.index(place, 0), self.index(place, WHEN))

    def say_again(self) -> None:
        """What is hidden, or the language, is another."""
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, WHEN))
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, STATE, WHEN)

    # For Qt

    def canFetchMore(self, parent: _Index = _NO_PARENT) -> bool:
        return not parent.isValid() and self._has_more

    def fetchMore(self, parent: _Index = _NO_PARENT) -> None:
        found = self._pages(PAGE, len(self._rows))
        self._has_more = len(found) == PAGE
        if found:
            first = len(self._rows)
            self.beginInsertRows(QModelIndex(), first, first + len(found) - 1)
            self._rows += found
            self.endInsertRows()

    def rowCount(self, parent: _Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _(COLUMNS[section])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.row(index.row())
        if row is None:
            return None
        column = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, column)
        if role == Qt.ItemDataRole.DecorationRole:
            return self._sign(row, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(row, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        return None

    def _text(self, row: WorklistRow, column: int) -> str:
        if column in ANSWER_COLUMNS:
            return self._answer_text(row.shown, column)
        decision = None if self._hides(row.shown) else row.decision
        if column == STATE:
            return _(STATES[self._state(row)])
        if column == CASE:
            return without_ending(row.shown.case_name) or _(ERASED)
        if column == PATIENT:
            return row.shown.patient
        if column == DECISION:
            return decision_text(decision) if decision else ""
        if column == READER:
            return decision.reader if decision else ""
        return when_text(decision.at if decision else row.shown.at)

    def _answer_text(self, shown: Shown, column: int) -> str:
        if self._hides(shown):
            return _(HIDDEN) if column == LABEL else ""
        self._sees(shown)
        if column == VERDICT:
            return _(WORDS[shown.verdict]) if shown.verdict in WORDS else shown.verdict
        said = said_label(shown)
        if not said:
            return "–"
        return said if column == LABEL else share(max(shown.probabilities))

    def _state(self, row: WorklistRow) -> CaseState:
        """What another reader made of a case, a blinded one does not see: it waits for him."""
        return "waiting" if self._hides(row.shown) else row.state

    def _tip(self, row: WorklistRow, column: int) -> str | None:
        if column == CASE:
            return row.shown.case_name
        if column not in (LABEL, DECISION, READER):
            return None
        has_comment = column == DECISION and row.decision and not self._hides(row.shown)
        comment = row.decision.comment if has_comment and row.decision else ""
        return "\n".join(filter(None, (self._text(row, column), comment)))

    def _sign(self, row: WorklistRow, column: int) -> object:
        if column == STATE:
            return icon(STATE_SIGNS[self._state(row)])
        if column == VERDICT and not self._hides(row.shown) and row.shown.verdict in SIGNS:
            return icon(SIGNS[row.shown.verdict])
        return None


def decision_text(decision: Decision) -> str:
    """A decision in a word or two."""
    words = {"refer": _(REFER), "reject": _(REJECT)}
    return words.get(decision.kind) or decision.label


def when_text(at: str) -> str:
    """A moment of the record in the clock of this computer, to the minute."""
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return at
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column == SURE else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _no_rows(_limit: int, _offset: int) -> tuple[WorklistRow, ...]:
    return ()


def _shows_all(_shown: Shown) -> bool:
    return False
