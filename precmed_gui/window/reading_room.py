"""The worklist and all around it in one place: record, decisions, maps; the main window has one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from precmed_gui.archive.record import Record, open_record, shown_of
from precmed_gui.archive.record_errors import DamagedRecord, WrongPassphrase
from precmed_gui.archive.used_models import used_model
from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.diagnosis.prediction import Prediction
from precmed_gui.diagnosis.record import Decision, ModelFigures, Shown, Training, UsedModel
from precmed_gui.language import N_, _
from precmed_gui.learning.shelf import model_digest
from precmed_gui.places import record_file
from precmed_gui.window.decision_flow import DecisionFlow
from precmed_gui.window.kept_case_flow import KeptCaseFlow
from precmed_gui.window.map_flow import MapFlow
from precmed_gui.window.panel_layout import PREDICTION, WORKLIST
from precmed_gui.window.reading_stage import Stopwatch
from precmed_gui.window.record_dialogs import RecordDialogs
from precmed_gui.window.record_flow import RecordFlow
from precmed_gui.window.record_keeper import RecordKeeper
from precmed_gui.window.report_flow import ReportFlow
from precmed_gui.window.training_notes import TrainingNotes
from precmed_gui.window.worklist_flow import CaseFinder, WorklistFlow
from precmed_gui.window.worklist_panel import WorklistPanel

if TYPE_CHECKING:
    from precmed_gui.window.main_window import MainWindow

CLOSED = N_("The record is encrypted and was not opened.")
SEEN_BEFORE = N_(
    "Answers that you have seen since the start stay visible; all others wait for your own reading."
)
CLOSED_HINT = N_("Choose “Open…” in the worklist and type its passphrase.")


class ReadingRoom(QObject):
    """Builds the flows of reading and connects them; knows the window, the flows do not."""

    def __init__(self, window: "MainWindow", worklist: WorklistPanel) -> None:
        super().__init__(window)
        self._window, self._worklist = window, worklist
        self._settings = window.settings
        self._passphrase, self._is_refused = "", False
        self.is_damaged = False
        """Whether the record could not be opened, for its file is no record any more."""
        self._used = UsedModel("", "")
        self.dialogs = RecordDialogs(window)
        self._record: Record | None = None
        self.keeper = RecordKeeper(self._open, self._facts, self)
        panel = window.prediction
        self.decisions = DecisionFlow(self.keeper, panel, self._ask_reader, Stopwatch())
        self._kept = kept = KeptCaseFlow(window.jobs, self)
        finder = CaseFinder(panel, self._cases, self._digest, kept)
        kept.found.connect(self.decisions.go_on)
        kept.failed.connect(self.decisions.go_on)
        self.decisions.wait_until(lambda shown: not kept.is_looking_for(shown))
        self.worklist = WorklistFlow(self.keeper, worklist, panel, finder)
        self.maps = MapFlow(window.workspace, window.jobs, panel)
        self.trainings = TrainingNotes(
            window.training_flow, window.training, self._keep_training, self._reader
        )
        self.record, self.reports = RecordFlow(self, window), ReportFlow(self, window)
        self._connect()
        self.decisions.use_reader(str(self._settings.value("reader", "")))
        if self.decisions.reader and self._settings.value("blinded", False, bool):
            self._on_blinding_wished(True)

    def _connect(self) -> None:
        window = self._window
        window.workspace.model_changed.connect(self._on_model_changed)
        window.reading_flow.keep_answers_by(self._keep)
        window.prediction.answer.explain_kept_by(self._figures_of)
        self.maps.made.connect(self.keeper.note_map)
        window.prediction.next_waiting_wished.connect(self.worklist.show_next_waiting)
        window.prediction.decisions.earlier_wished.connect(self._on_earlier_wished)
        self.worklist.expected.connect(window.reading_flow.pictures.expect)
        self.worklist.opened.connect(self._on_opened)
        self._worklist.rows.hide_answers_by(self.decisions.hides, self.decisions.sees)
        self._worklist.blinding_changed.connect(self._on_blinding_wished)
        self._worklist.opening_wished.connect(self._on_opening_wished)
        self._worklist.statistics_wished.connect(self.record.show_statistics)
        self.decisions.reader_changed.connect(self._on_reader_changed)
        self.decisions.decided.connect(self._on_decided)

    def begin(self) -> None:
        """Open the record; called when the window is visible."""
        if self.keeper.open():
            self.worklist.refresh()

    def close(self) -> None:
        """Set the record free."""
        self.keeper.close()

    def reopen(self, passphrase: str | None = None) -> None:
        """The file is another one now, perhaps under another passphrase."""
        self._passphrase = self._passphrase if passphrase is None else passphrase
        self.keeper.reopen()
        self.decisions.refresh()

    @property
    def passphrase(self) -> str:
        """What opens the record; "" where it is not encrypted."""
        return self._passphrase

    def ask_again(self) -> None:
        """Whoever did not know the passphrase before may know it now."""
        self._is_refused = False

    @Slot()
    def _on_opening_wished(self) -> None:
        """Open the record that could not be looked into, or bring it back from a backup."""
        if isinstance(self.keeper.trouble, DamagedRecord):
            self.record.restore()
            return
        self.ask_again()
        self.reopen()

    def shown(self) -> Shown | None:
        """The recorded answer on the screen, if it may be seen."""
        found = self._on_screen()
        return None if found is None or self.decisions.hides(found) else found

    @property
    def is_hidden(self) -> bool:
        """Whether the answer on the screen waits for the reader to commit."""
        found = self._on_screen()
        return found is not None and self.decisions.hides(found)

    def _on_screen(self) -> Shown | None:
        reading = self._window.prediction.current()
        has_answer = reading is not None and reading.prediction is not None
        return self.keeper.shown_of(reading.case.key) if reading and has_answer else None

    def card_of(self, shown: Shown) -> ModelCard | None:
        """The card of the model that gave this answer, if it is the one in use."""
        is_in_use = bool(shown.model_digest) and shown.model_digest == self._used.digest
        return self._window.workspace.card if is_in_use else None

    def _open(self) -> Record:
        """The record; asks for the passphrase of an encrypted one until it fits or nobody knows."""
        while True:
            if self._is_refused:
                raise WrongPassphrase(_(CLOSED), _(CLOSED_HINT))
            self.is_damaged = False
            try:
                self._record = open_record(record_file(), self._passphrase)
                return self._record
            except DamagedRecord:
                self.is_damaged = True
                raise
            except WrongPassphrase as error:
                trouble = error.message if self._passphrase else ""
                self._passphrase = self.dialogs.passphrase(trouble)
                self._is_refused = not self._passphrase

    def _keep(self, predictions: Sequence[Prediction]) -> None:
        self.keeper.keep(predictions)
        self._kept.note_read(predictions)

    def _facts(self, prediction: Prediction) -> Shown:
        return shown_of(prediction, self._used)

    def _figures_of(self, key: str) -> ModelFigures | None:
        """What was known of the model whose kept answer about this case is on the screen."""
        shown = self.keeper.shown_of(key)
        return shown.figures if shown is not None else None

    def _keep_training(self, training: Training) -> PrecmedError | None:
        """Write a training down; why the record did not take it, if it did not."""
        if not self.keeper.open() or self._record is None:
            return self.keeper.trouble
        try:
            self._record.note_training(training)
        except PrecmedError as error:
            return error
        return None

    def _reader(self) -> str:
        return self.decisions.reader

    def _digest(self) -> str:
        return self._used.digest

    def _cases(self) -> tuple[Case, ...]:
        return self._window.workspace.cohort.cases

    def _ask_reader(self, name: str) -> str:
        return self.dialogs.reader(name)

    @Slot(object)
    def _on_model_changed(self, _card: object) -> None:
        card, folder = self._window.workspace.card, self._window.workspace.model
        if card is not None and folder is not None:
            self._used = used_model(card, model_digest(folder))

    @Slot()
    def _on_opened(self) -> None:
        """A case is on the screen; the prediction panel may be behind another one."""
        self._window.layout_.show_panel(PREDICTION)

    @Slot()
    def _on_earlier_wished(self) -> None:
        """The patient's cases, where they can be opened."""
        shown = self._on_screen()
        if shown is not None:
            self._window.layout_.show_panel(WORKLIST)
            self._worklist.search.setText(shown.patient)
            self._worklist.focus_search()

    @Slot(bool)
    def _on_blinding_wished(self, is_on: bool) -> None:
        holds = self.decisions.set_blinded(is_blinded=is_on)
        self._worklist.show_blinding(is_blinded=holds)
        self._window.evaluation.mistakes.hide_images(is_hidden=holds)
        self._settings.setValue("blinded", holds)
        if holds and self.decisions.has_seen:
            self._worklist.strip.show_message(_(SEEN_BEFORE), kind="warning")

    @Slot(str)
    def _on_reader_changed(self, name: str) -> None:
        self._settings.setValue("reader", name)
        self._worklist.rows.say_again()

    @Slot(object)
    def _on_decided(self, _decision: Decision) -> None:
        self.worklist.show_next_waiting()
