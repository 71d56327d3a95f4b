"""Between the cases panel and the engines: what must be known of images to sort them by it."""

from functools import partial

from PySide6.QtCore import QObject, Slot

from precmed_gui.cohorts.picture_measures import PictureMeasures, picture_measures
from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.prediction import CasesRead
from precmed_gui.diagnosis.work import Step
from precmed_gui.jobs.jobs import Jobs, Lane
from precmed_gui.jobs.messages import Outcome, Succeeded
from precmed_gui.window.cases_panel import CasesPanel
from precmed_gui.window.workspace import Workspace


class FactsFlow(QObject):
    """Has images measured when a sorting needs it, and notes how sure the model is of each."""

    def __init__(self, workspace: Workspace, jobs: Jobs, panel: CasesPanel) -> None:
        super().__init__(panel)
        self._workspace, self._jobs, self._panel = workspace, jobs, panel
        self._job = 0
        self._measured: tuple[Case, ...] = ()
        self._waiting: list[Case] = []
        jobs.reported.connect(self._on_reported)
        jobs.ended.connect(self._on_ended)
        panel.facts.measures_wished.connect(self._on_measures_wished)
        panel.stop_wished.connect(self.stop)
        workspace.model_changed.connect(self._on_model_changed)

    @Slot(list)
    def _on_measures_wished(self, cases: list[Case]) -> None:
        self._waiting += cases
        self._start()

    def _start(self) -> None:
        if self._job or not self._waiting:
            return
        self._measured, self._waiting = tuple(self._waiting), []
        work = partial(picture_measures, self._workspace.cohort.modality, self._measured)
        self._job = self._jobs.start(work, Lane.READING)

    @property
    def is_measuring(self) -> bool:
        """Whether images are being measured."""
        return self._job != 0

    @Slot()
    def stop(self) -> None:
        """Stop measuring; what was measured is not read again next time."""
        self._waiting = []
        self._jobs.cancel(self._job)

    @Slot(object)
    def _on_model_changed(self, _card: object) -> None:
        self._panel.facts.forget_confidences()

    @Slot(int, object)
    def _on_reported(self, job: int, event: object) -> None:
        if isinstance(event, CasesRead):
            found = {answer.case.key: answer.confidence for answer in event.predictions}
            self._panel.facts.take_confidences(found)
        elif job == self._job and isinstance(event, Step):
            self._panel.show_progress(event)

    @Slot(int, object)
    def _on_ended(self, job: int, outcome: Outcome) -> None:
        if job != self._job:
            return
        self._job = 0
        self._panel.show_idle()
        if isinstance(outcome, Succeeded) and isinstance(outcome.result, PictureMeasures):
            self._panel.facts.take_measures(self._measured, outcome.result)
        else:
            self._panel.facts.give_up_measures()
        self._start()
