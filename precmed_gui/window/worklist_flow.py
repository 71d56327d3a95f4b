"""Between the worklist, the record and the prediction panel: rows, opening, the next that waits."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from precmed_gui.archive.record_errors import DamagedRecord, ReplacedRecord, WrongPassphrase
from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.prediction import Prediction
from precmed_gui.diagnosis.record import Decision, Shown, WorklistRow
from precmed_gui.language import N_, _, sentences
from precmed_gui.window.kept_case_flow import KeptCaseFlow
from precmed_gui.window.kept_images import KeptImage
from precmed_gui.window.nearest_images import case_of_key
from precmed_gui.window.prediction_panel import PredictionPanel
from precmed_gui.window.readings_model import Reading
from precmed_gui.window.record_keeper import RecordKeeper
from precmed_gui.window.worklist_model import when_text
from precmed_gui.window.worklist_panel import WorklistPanel

NOTHING_WAITS = N_("No case is waiting: every answer of this list has a decision.")
OTHER_IMAGE = N_("The file of this case holds another image than the one that was read.")
OTHER_IMAGE_HINT = N_(
    "Answer and decisions are kept: bring back the file as it was, or drop it to have it read."
)
NOT_COMPARED = N_(
    "Nobody can tell whether this is still the image that was read: its model is gone."
)
IS_ERASED = N_("This patient was erased: only that there was a case is left.")
NOTE = N_("As “{model}” said on {when}. {test}")
REFRESH_MS = 250
_REMEDIES: tuple[tuple[type[PrecmedError], str], ...] = (
    (WrongPassphrase, N_("Open…")),
    (ReplacedRecord, N_("Open it again")),
    (DamagedRecord, N_("Restore a backup…")),
)
AGAIN = N_("Try again")


class WorklistFlow(QObject):
    """Fills the worklist and opens its cases in the prediction panel.

    Signals
    -------
    expected
        The `Case` that will be opened next, so that its picture can be there already.
    opened
        A case of the list is on the screen.
    """

    expected = Signal(object)
    opened = Signal()

    def __init__(
        self,
        keeper: RecordKeeper,
        worklist: WorklistPanel,
        panel: PredictionPanel,
        finder: "CaseFinder",
    ) -> None:
        super().__init__(worklist)
        self._keeper, self._worklist, self._panel = keeper, worklist, panel
        self._finder = finder
        self._follows_list = False
        """Whether a case was opened from the worklist since images were read."""
        finder.kept.found.connect(self._on_found)
        finder.kept.failed.connect(self._on_not_found)
        self._refresh_later = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._refresh_later.timeout.connect(self.refresh)
        keeper.changed.connect(self._on_changed)
        keeper.decided.connect(self._on_decided)
        keeper.failed.connect(self._on_failed)
        worklist.search_changed.connect(self._on_search)
        worklist.opened.connect(self._on_chosen)
        worklist.next_wished.connect(self.show_next_waiting)

    @Slot()
    def refresh(self) -> None:
        """Show the rows as they are in the record now."""
        found = self._worklist.rows.row(self._worklist.place())
        text, state = self._worklist.asked()
        self._worklist.rows.show_pages(partial(self._page, text, state))
        self._worklist.show_counts(self._keeper.counts())
        if self._keeper.is_open:
            self._worklist.show_open()
        if found is not None:
            self._worklist.go_to(self._worklist.rows.place_of(found.shown.number))

    @Slot(object)
    def open(self, row: WorklistRow) -> None:
        """Put a case on the screen with what the model said of it then."""
        shown = self._keeper.whole(row.shown)
        if not shown.case_key:
            self._worklist.strip.show_message(_(IS_ERASED), kind="warning")
            return
        self._worklist.strip.hide()
        self._keeper.remember(shown)
        case, known = self._finder.case(shown), self._finder.kept.known(shown)
        if known is not None and known.is_same is False:
            self._panel.show_kept(
                Reading(case, reason=sentences(_(OTHER_IMAGE), _(OTHER_IMAGE_HINT)))
            )
        else:
            self._panel.show_kept(Reading(case, prediction_of(shown), note=self._note(shown)))
        if known is None:
            self._finder.kept.find(shown, case)
        else:
            self._say_unsure(shown, known)
        self._expect_next()
        self.opened.emit()

    @Slot()
    def show_next_waiting(self) -> None:
        """Open the next case that waits, after the one on the screen.

        After images were read, as they stand below the picture; once none of them waits, or a
        case was opened from the worklist, as they stand there.
        """
        found = self._next_row()
        if found is None:
            self._worklist.strip.show_message(_(NOTHING_WAITS))
            return
        below = self._panel.readings
        self._follows_list = self._follows_list or below.row_of(found.shown.case_key) < 0
        self._worklist.go_to(self._worklist.rows.place_of(found.shown.number))
        self.open(found)

    def _next_row(self) -> WorklistRow | None:
        if self._refresh_later.isActive():
            self._refresh_later.stop()
            self.refresh()
        rows, reading = self._worklist.rows, self._panel.current()
        shown = self._keeper.shown_of(reading.case.key) if reading is not None else None
        here = rows.place_of(shown.number) if shown is not None else -1
        return self._next_read() or rows.row(rows.next_waiting(here))

    def _next_read(self) -> WorklistRow | None:
        """The next below the picture that waits, if it is in the worklist as it is searched."""
        if self._follows_list:
            return None
        rows, below = self._worklist.rows, self._panel.readings
        loaded = rows.by_number()
        has_more = rows.canFetchMore() and not any(self._worklist.asked())
        here = self._panel.table.row()
        for place in (*range(here + 1, below.rowCount()), *range(max(here, 0))):
            reading = below.reading(place)
            shown = self._keeper.shown_of(reading.case.key) if reading is not None else None
            found = loaded.get(shown.number) if shown is not None else None
            if found is None and shown is not None and has_more:
                found = self._row_of(shown)
            if found is not None and rows.waits(found):
                return found
        return None

    def _row_of(self, shown: Shown) -> WorklistRow:
        """A row of the worklist that is too far down to be loaded."""
        decisions = self._keeper.decisions(shown)
        return WorklistRow(shown, None, "read" if decisions else "waiting")

    def _expect_next(self) -> None:
        found = self._next_row()
        if found is None or not found.shown.case_key:
            return
        shown, case = found.shown, self._finder.case(found.shown)
        if self._finder.kept.known(shown) is None:
            self._finder.kept.find_later(shown, case)
        if case.slices >= shown.slices:
            self.expected.emit(case)

    def _page(self, text: str, state: str, limit: int, offset: int) -> tuple[WorklistRow, ...]:
        return self._keeper.rows(text, state, limit, offset)

    def _note(self, shown: Shown) -> str:
        """Whose words these are, where it is not the model in use."""
        if self._finder.is_in_use(shown):
            return ""
        when = when_text(shown.at)
        text = _(NOTE).format(model=shown.model_name, when=when, test=shown.test_sentence)
        return text.strip()

    def _current(self, number: int) -> Reading | None:
        """The reading on the screen, if it is about this answer."""
        reading = self._panel.current()
        shown = self._keeper.shown_of(reading.case.key) if reading is not None else None
        return reading if shown is not None and shown.number == number else None

    @Slot(object, object)
    def _on_found(self, shown: Shown, found: KeptImage) -> None:
        """The case on the screen is whole now, or its file holds another image."""
        reading = self._current(shown.number)
        if reading is None:
            if shown.slices > 1:
                self.expected.emit(found.case)
            return
        if found.is_same is False:
            self._panel.readings.put(
                Reading(reading.case, reason=sentences(_(OTHER_IMAGE), _(OTHER_IMAGE_HINT)))
            )
        elif found.case.slices != reading.case.slices:
            self._panel.readings.put(replace(reading, case=found.case))
        if found.case.slices != reading.case.slices:
            self._panel.picture_wished.emit(found.case)
        self._say_unsure(shown, found)

    def _say_unsure(self, shown: Shown, found: KeptImage) -> None:
        is_unsure = found.is_same is None and bool(shown.fingerprint)
        text = found.gone or (_(NOT_COMPARED) if is_unsure else "")
        if text:
            self._worklist.strip.show_message(text, kind="warning")

    @Slot(int, str)
    def _on_not_found(self, number: int, reason: str) -> None:
        if self._current(number) is not None:
            self._worklist.strip.show_message(reason, kind="error")

    @Slot(object)
    def _on_chosen(self, row: WorklistRow) -> None:
        self._follows_list = True
        self.open(row)

    @Slot()
    def _on_changed(self) -> None:
        self._follows_list = False
        if not self._refresh_later.isActive():
            self._refresh_later.start()

    @Slot(object)
    def _on_decided(self, decision: Decision) -> None:
        self._worklist.rows.take_decision(decision)
        self._worklist.show_counts(self._keeper.counts())

    @Slot(str, str)
    def _on_failed(self, message: str, hint: str) -> None:
        text, trouble = sentences(message, hint), self._keeper.trouble
        verbs = [_(verb) for kind, verb in _REMEDIES if isinstance(trouble, kind)]
        if self._keeper.is_open:
            self._worklist.strip.show_message(text, kind="error", action="".join(verbs))
        else:
            self._worklist.show_closed(text, verbs[0] if verbs else _(AGAIN))

    @Slot(str, str)
    def _on_search(self, _text: str, _state: str) -> None:
        self.refresh()


class CaseFinder:
    """Finds the case an answer is about: on the screen, in the cohort, found before, its file."""

    def __init__(
        self,
        panel: PredictionPanel,
        cohort: Callable[[], tuple[Case, ...]],
        digest: Callable[[], str],
        kept: KeptCaseFlow,
    ) -> None:
        self._panel, self._cohort, self._digest = panel, cohort, digest
        self.kept = kept

    def case(self, shown: Shown) -> Case:
        """The case; only its file where nothing more is known yet."""
        return self._whole(shown) or case_of_key(shown.case_key)

    def _whole(self, shown: Shown) -> Case | None:
        rows = self._panel.readings
        reading = rows.reading(rows.row_of(shown.case_key))
        if reading is not None and reading.case.slices >= shown.slices:
            return reading.case
        known = (case for case in self._cohort() if case.key == shown.case_key)
        found = self.kept.known(shown)
        return next(known, None) or (found.case if found is not None else None)

    def is_in_use(self, shown: Shown) -> bool:
        """Whether the model that said it is the one in use."""
        return bool(shown.model_digest) and shown.model_digest == self._digest()


def prediction_of(shown: Shown) -> Prediction:
    """The answer as it was put before a reader, with the training images shown beside it."""
    return Prediction(
        case_of_key(shown.case_key),
        shown.labels,
        shown.probabilities,
        shown.label_set,
        shown.verdict if shown.verdict in ("refer", "refused") else "answer",  # type: ignore[arg-type]
        shown.reason,
        shown.nearest,
        fingerprint=shown.fingerprint,
        unkept=shown.unkept,
    )
