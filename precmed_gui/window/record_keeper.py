"""The record as the window uses it: answers go in before they are shown, decisions before told.

One short transaction in the window's thread each, a few milliseconds with a hundred answers; what
takes longer (verify, backup) is work of `record_flow.py`.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from PySide6.QtCore import QObject, Signal, Slot

from precmed_gui.archive.record import map_of
from precmed_gui.archive.record_errors import ReplacedRecord
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.explanation import Explanation
from precmed_gui.diagnosis.prediction import Prediction
from precmed_gui.diagnosis.record import Decision, Export, Shown, ShownMap, WorklistRow
from precmed_gui.language import N_, _, sentences

NOT_IN_IT = N_("The record that is open now does not hold this answer. Read the image again.")
_ALIKE = 1e-4
"""Probabilities of the same image differ by a ten-millionth or so from batch to batch."""
_Found = TypeVar("_Found")


class KeptRecord(Protocol):
    """What is used of `archive.record.Record`."""

    def keep_shown(self, answers: Sequence[Shown]) -> tuple[Shown, ...]: ...
    def decide(self, decision: Decision) -> Decision: ...
    def worklist(
        self, text: str = "", state: str = "", limit: int = 200, offset: int = 0
    ) -> tuple[WorklistRow, ...]: ...
    def worklist_by_name(
        self, text: str, state: str, limit: int, offset: int
    ) -> tuple[WorklistRow, ...]: ...
    def counts(self) -> dict[str, int]: ...
    def shown(self, number: int) -> Shown | None: ...
    def answers_of(self, case_key: str) -> tuple[int, ...]: ...
    def decisions_of(self, shown_number: int) -> tuple[Decision, ...]: ...
    def earlier_of(self, patient: str) -> tuple[WorklistRow, ...]: ...
    def whole(self, shown: Shown) -> Shown: ...
    def note_map(self, found: ShownMap) -> ShownMap: ...
    def note_export(self, export: Export) -> Export: ...
    def head(self) -> str: ...
    def close(self) -> None: ...


class RecordKeeper(QObject):
    """Keeps, decides and looks up; what the disk refuses is a sentence, never lost silently.

    Signals
    -------
    changed
        There are new answers.
    decided
        A `Decision` is on the disk.
    failed
        What happened, what to do.
    """

    changed = Signal()
    decided = Signal(object)
    failed = Signal(str, str)

    def __init__(
        self,
        opener: Callable[[], KeptRecord],
        facts: Callable[[Prediction], Shown],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._opener, self._facts = opener, facts
        self._record: KeptRecord | None = None
        self._kept: dict[str, Shown] = {}
        self._reasons: dict[str, str] = {}
        self._refused: dict[tuple[str, str], Shown] = {}
        self.trouble: PrecmedError | None = None
        """What failed last, if anything did since the record was opened."""
        self.is_blinded = False
        """Whether a search must not find a case by what the model said of it."""

    @property
    def is_open(self) -> bool:
        """Whether there is a record to look into, and its file is still the one that was opened."""
        return self._record is not None and not isinstance(self.trouble, ReplacedRecord)

    def open(self) -> bool:
        """Have the record open, again where its file was replaced; says why where that fails."""
        if self._record is not None:
            return self.is_open or self.reopen()
        try:
            self._opened()
        except PrecmedError as error:
            self._fail(error)
            return False
        if self._refused:
            self.keep(())
        self.changed.emit()
        return True

    def reopen(self) -> bool:
        """Begin afresh: the file was restored or encrypted, or somebody was erased from it.

        Answers on the screen that the file does not hold as they are have no row any more.
        """
        self.close()
        known, self._kept = self._kept, {}
        is_open = self.open()
        for shown in known.values() if is_open else ():
            if self._holds(shown):
                self._kept.setdefault(shown.case_key, shown)
            elif shown.case_key not in self._kept:
                self._reasons[shown.case_key] = _(NOT_IN_IT)
        return is_open

    def close(self) -> None:
        """Set the file free."""
        record, self._record = self._record, None
        self.trouble = None
        if record is not None:
            try:
                record.close()
            except PrecmedError as error:
                self._fail(error)

    # Answers

    def keep(self, predictions: Sequence[Prediction]) -> None:
        """Write these answers down; called before any of them is shown.

        The same answer shown again (in another language, or on another day) is no new one.
        What the disk refused before goes in with the next that it takes.
        """
        said = [shown for shown in map(self._facts, predictions) if not self._is_kept(shown)]
        wanted = self._refused | {(shown.case_key, shown.model_digest): shown for shown in said}
        if not wanted:
            return
        try:
            record = self._opened()
            fresh = tuple(shown for shown in wanted.values() if not self._is_in_record(shown))
            kept = record.keep_shown(fresh) if fresh else ()
        except PrecmedError as error:
            self._refused = wanted
            for shown in said:
                self._kept.pop(shown.case_key, None)
                self._reasons[shown.case_key] = sentences(error.message, error.hint)
            self._fail(error)
            return
        self._refused = {}
        for shown in kept:
            self.remember(shown)
        if kept:
            self.changed.emit()

    def remember(self, shown: Shown) -> None:
        """Know which recorded answer its case has on the screen."""
        self._kept[shown.case_key] = shown
        self._reasons.pop(shown.case_key, None)

    def shown_of(self, key: str) -> Shown | None:
        """The answer of the case on the screen, None where it is not recorded."""
        return self._kept.get(key)

    def reason(self, key: str) -> str:
        """Why the answer of this case is not recorded; "" where it is."""
        return self._reasons.get(key, "")

    # Decisions

    def decide(self, decision: Decision) -> Decision | None:
        """Write a decision down; None where the disk refused, which `failed` has said."""
        try:
            kept = self._opened().decide(decision)
        except PrecmedError as error:
            self._fail(error)
            return None
        self.decided.emit(kept)
        return kept

    def decisions(self, shown: Shown) -> tuple[Decision, ...]:
        """All decisions about an answer, the oldest first."""
        return self._decisions_of(shown.number)

    def decisions_before(self, shown: Shown) -> tuple[Decision, ...]:
        """All decisions about other answers of the same case, the oldest first."""
        before = sorted(set(self._answers_of(shown)) - {shown.number})
        return tuple(one for number in before for one in self._decisions_of(number))

    def has_read_openly(self, reader: str, shown: Shown) -> bool:
        """Whether this reader decided about this case with the same model's answer in sight."""
        others = (self._answer(number) for number in self._answers_of(shown))
        alike = {
            other.number for other in others if other and other.model_digest == shown.model_digest
        }
        said = (*self.decisions_before(shown), *self.decisions(shown))
        return any(one.shown in alike and one.reader == reader and not one.is_blind for one in said)

    def earlier(self, shown: Shown) -> tuple[WorklistRow, ...]:
        """The other cases of this patient that were shown before."""
        if not shown.patient:
            return ()
        nothing: tuple[WorklistRow, ...] = ()
        rows = self._looked_up(lambda record: record.earlier_of(shown.patient), nothing)
        return tuple(row for row in rows if row.shown.case_key != shown.case_key)

    def rows(self, text: str, state: str, limit: int, offset: int) -> tuple[WorklistRow, ...]:
        """A part of the worklist."""

        def look(record: KeptRecord) -> tuple[WorklistRow, ...]:
            wanted = (text, state, limit, offset)
            return (record.worklist_by_name if self.is_blinded else record.worklist)(*wanted)

        return self._looked_up(look, ())

    def counts(self) -> dict[str, int]:
        """Cases a state."""
        nothing: dict[str, int] = {}
        return self._looked_up(lambda record: record.counts(), nothing)

    def head(self) -> str:
        """Of the chain as it is now; "" where there is no record."""
        return self._looked_up(lambda record: record.head(), "")

    def whole(self, shown: Shown) -> Shown:
        """An answer of the worklist with the training images that were shown beside it."""
        return self._looked_up(lambda record: record.whole(shown), shown)

    @Slot(object)
    def note_map(self, found: Explanation) -> None:
        """Write down that a map of the case on the screen is shown, where its answer is kept."""
        shown = self._kept.get(found.case.key)
        if shown is not None:
            said = map_of(found, shown.number)
            self._looked_up(lambda record: record.note_map(said), said)

    def note_export(self, export: Export) -> None:
        """Write down that something went out."""
        self._looked_up(lambda record: record.note_export(export), export)

    def _opened(self) -> KeptRecord:
        if self._record is None:
            self._record = self._opener()
            self.trouble = None
        return self._record

    def _looked_up(self, look: Callable[[KeptRecord], _Found], otherwise: _Found) -> _Found:
        if self._record is None:
            return otherwise
        try:
            return look(self._record)
        except PrecmedError as error:
            self._fail(error)
            return otherwise

    def _fail(self, error: PrecmedError) -> None:
        self.trouble = error
        self.failed.emit(error.message, error.hint)

    def _holds(self, shown: Shown) -> bool:
        found = self._looked_up(lambda record: record.shown(shown.number), None)
        return found is not None and _is_same(found, shown)

    def _answers_of(self, shown: Shown) -> tuple[int, ...]:
        nothing: tuple[int, ...] = ()
        return self._looked_up(lambda record: record.answers_of(shown.case_key), nothing)

    def _decisions_of(self, number: int) -> tuple[Decision, ...]:
        return self._looked_up(lambda record: record.decisions_of(number), ())

    def _answer(self, number: int) -> Shown | None:
        return self._looked_up(lambda record: record.shown(number), None)

    def _is_in_record(self, shown: Shown) -> bool:
        """Whether the newest answer about the case, perhaps of another day, is this one."""
        newest = next((self._answer(number) for number in self._answers_of(shown)[:1]), None)
        if newest is None or not _is_same(newest, shown):
            return False
        self.remember(newest)
        return True

    def _is_kept(self, shown: Shown) -> bool:
        known = self._kept.get(shown.case_key)
        return known is not None and _is_same(known, shown)


def _is_same(one: Shown, other: Shown) -> bool:
    """Whether these are one answer, whatever the language.

    Probabilities may differ by 0.0001, less than is ever shown; all else must be equal.
    """
    pairs = zip(one.probabilities, other.probabilities, strict=False)
    return _bare(one) == _bare(other) and all(abs(a - b) <= _ALIKE for a, b in pairs)


def _bare(shown: Shown) -> Shown:
    """What makes an answer the answer it is, but for its probabilities; one a class."""
    plain = replace(shown, number=0, at="", reason="", intended_use="", test_sentence="")
    return replace(plain, nearest=(), unkept=(), probabilities=())
