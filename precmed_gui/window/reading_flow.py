"""Between the prediction panel and the engines: predictions, pictures, models, tables."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.pictures import Picture
from precmed_gui.diagnosis.prediction import CasesRead, PredictionList
from precmed_gui.exchange.predictions_csv import write_predictions_csv
from precmed_gui.jobs.jobs import Jobs, Lane
from precmed_gui.jobs.messages import EngineDied, Failed, Outcome, Succeeded
from precmed_gui.language import sentences
from precmed_gui.learning.predict import predict, predict_paths
from precmed_gui.modalities import read_picture
from precmed_gui.window.prediction_panel import PredictionPanel
from precmed_gui.window.workspace import Workspace


class ReadingFlow(QObject):
    """Turns dropped images into predictions, and the current row into a picture."""

    finished = Signal()
    case_shown = Signal(object)

    def __init__(self, workspace: Workspace, jobs: Jobs, panel: PredictionPanel) -> None:
        super().__init__(panel)
        self._workspace, self._jobs, self._panel = workspace, jobs, panel
        self._job = self._picture = 0
        self._is_engine_ready = False
        self._waiting_paths: list[str] = []
        jobs.reported.connect(self._on_reported)
        jobs.ended.connect(self._on_ended)
        panel.paths_dropped.connect(self.read_paths)
        panel.picture_wished.connect(self.show_case)
        panel.stop_wished.connect(self.stop)
        panel.clear_wished.connect(self.clear)
        workspace.model_changed.connect(self._on_model_changed)

    @property
    def is_reading(self) -> bool:
        """Whether images are being read or waiting for it."""
        return self._job != 0

    def set_engine_ready(self, *, is_ready: bool) -> None:
        """Whether what is dropped now will be answered at once."""
        self._is_engine_ready = is_ready

    @Slot(list)
    def read_paths(self, paths: list[str]) -> None:
        """Have the chosen model read everything in these files and folders."""
        if self._workspace.model is None:
            self._waiting_paths += paths
            self._panel.show_no_model()
            return
        if self._job:
            self._waiting_paths += paths
            return
        self._start(partial(predict_paths, str(self._workspace.model), tuple(paths)))

    def read_cases(self, cases: tuple[Case, ...]) -> None:
        """Have the chosen model read these cases."""
        if self._workspace.model is not None and cases:
            self._jobs.abandon(self._job)
            self._start(partial(predict, str(self._workspace.model), cases))

    def read_one(self, case: Case) -> None:
        """Have the chosen model read one image of the cohort and put it on the screen."""
        if self._workspace.model is None:
            self._panel.show_no_model()
        elif not self._job:
            self._panel.show_when_read(case.key)
            self._start(partial(predict, str(self._workspace.model), (case,)))

    @Slot()
    def stop(self) -> None:
        """Stop reading; the answers so far stay."""
        self._waiting_paths = []
        self._jobs.cancel(self._job)

    @Slot()
    def clear(self) -> None:
        """Forget the list."""
        self._waiting_paths = []
        self._jobs.abandon(self._job)
        self._job = 0
        self._panel.show_finished(None)
        self._panel.clear()

    @Slot(object)
    def show_case(self, case: Case) -> None:
        """Fetch the pixels of one case for the eye."""
        self._jobs.abandon(self._picture)
        card = self._workspace.card
        name = card.modality if card else self._workspace.cohort.modality
        work = partial(read_picture, name, case)
        self._picture = self._jobs.start(work, Lane.READING, is_quick=True)

    def save_table(self, path: Path) -> PrecmedError | None:
        """Write the answers as CSV; the error, if the disk refuses."""
        card = self._workspace.card
        model = card.name if card else ""
        rows = self._panel.readings
        answers = PredictionList(model, rows.predictions(), rows.unreadable())
        try:
            write_predictions_csv(path, answers)
        except PrecmedError as error:
            return error
        return None

    def _start(self, work: partial[PredictionList]) -> None:
        self._panel.show_reading(is_waiting=not self._is_engine_ready)
        self._job = self._jobs.start(work, is_quick=True)

    @Slot(object)
    def _on_model_changed(self, card: object) -> None:
        self._panel.show_model(self._workspace.card)
        cases = self._panel.readings.cases()
        if cases:
            self.read_cases(cases)
        elif self._waiting_paths and not self._job:
            paths, self._waiting_paths = self._waiting_paths, []
            self.read_paths(paths)

    @Slot(int, object)
    def _on_reported(self, job: int, event: object) -> None:
        if job == self._job and isinstance(event, CasesRead):
            self._panel.show_read(event)

    @Slot(int, object)
    def _on_ended(self, job: int, outcome: Outcome) -> None:
        if job == self._picture:
            self._picture = 0
            self._take_picture(outcome)
        elif job == self._job:
            self._job = 0
            self._take_answers(outcome)
            if self._waiting_paths:
                paths, self._waiting_paths = self._waiting_paths, []
                self.read_paths(paths)
            else:
                self.finished.emit()

    def _take_picture(self, outcome: Outcome) -> None:
        if isinstance(outcome, Succeeded) and isinstance(outcome.result, Picture):
            self._panel.show_picture(outcome.result)
            self.case_shown.emit(outcome.result.case)
        elif isinstance(outcome, Failed):
            self._panel.show_unreadable_picture(outcome.message)
        elif isinstance(outcome, EngineDied):
            self._panel.show_unreadable_picture(outcome.reason)

    def _take_answers(self, outcome: Outcome) -> None:
        if isinstance(outcome, Succeeded) and isinstance(outcome.result, PredictionList):
            self._panel.show_finished(outcome.result)
        elif isinstance(outcome, Failed):
            self._panel.show_failure(sentences(outcome.message, outcome.hint))
        elif isinstance(outcome, EngineDied):
            self._panel.show_failure(sentences(outcome.reason, outcome.hint))
        else:
            self._panel.show_finished(None)
