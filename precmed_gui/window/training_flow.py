"""Between the training panel and the learning engine; no training starts without a check first."""

import re
from functools import partial
from pathlib import Path

from PySide6.QtCore import QDateTime, QObject, Signal, Slot

from precmed_gui.diagnosis.checks import CheckReport
from precmed_gui.diagnosis.training import (
    BatchEnded,
    EpochEnded,
    FirstModelReady,
    NetworksParted,
    TrainingPlan,
    TrainingResult,
    TrainingSettings,
    TrainingStarted,
)
from precmed_gui.diagnosis.work import Notice, Step
from precmed_gui.jobs.jobs import Jobs
from precmed_gui.jobs.messages import EngineDied, Failed, Outcome, Succeeded, WasCancelled
from precmed_gui.language import N_, _, sentences
from precmed_gui.learning.checkpoints import recover
from precmed_gui.learning.train import train
from precmed_gui.places import user_models_folder
from precmed_gui.window.check_flow import CheckFlow
from precmed_gui.window.check_words import leaks_of, things_to_see
from precmed_gui.window.training_panel import TrainingPanel
from precmed_gui.window.workspace import Workspace

STOPPED_HARD = N_("The training did not stop in time, so its engine was ended.")
MOST_REPAIRS = 5
"""Findings repaired one after the other before the user is asked again."""


class TrainingFlow(QObject):
    """Turns the wish to train into a work, and its events into curves."""

    finished = Signal(object)
    ended = Signal()

    def __init__(
        self, workspace: Workspace, jobs: Jobs, panel: TrainingPanel, checks: CheckFlow
    ) -> None:
        super().__init__(panel)
        self._workspace, self._jobs, self._panel, self._checks = workspace, jobs, panel, checks
        self._job = 0
        self._is_checking = False
        self._settings = TrainingSettings()
        self._statement = ""
        self._repairs = 0
        self._folder = ""
        self._last_epoch = 0
        self.last_result: TrainingResult | None = None
        jobs.reported.connect(self._on_reported)
        jobs.ended.connect(self._on_ended)
        panel.train_wished.connect(self.train)
        panel.stop_wished.connect(self.stop)
        panel.keep_wished.connect(self.keep)
        panel.leak_question.repair_wished.connect(self.repair)
        workspace.cohort_changed.connect(panel.show_cohort)
        checks.progressed.connect(self._on_check_progressed)
        checks.checked.connect(self._on_checked)
        checks.failed.connect(self._on_check_failed)
        checks.report_changed.connect(self._on_report_changed)

    @property
    def is_running(self) -> bool:
        """Whether a training was asked for and has not ended."""
        return self._job != 0 or self._is_checking

    @property
    def is_training(self) -> bool:
        """Whether a training runs or waits, its images being checked already."""
        return self._job != 0

    @property
    def is_checking(self) -> bool:
        """Whether the images of a training that was asked for are being checked."""
        return self._is_checking

    @Slot(object)
    def train(self, settings: TrainingSettings) -> None:
        """Train on the cohort as it is now, once a check has found no leak in it."""
        if not self.is_running:
            self._settings, self._statement, self._repairs = settings, "", 0
            self._go_on()

    @Slot()
    def repair(self) -> None:
        """Do what the check proposes about the leaks it found, then train."""
        if not self.is_running:
            self._repairs = MOST_REPAIRS
            self._go_on()

    def train_all_the_same(self, statement: str) -> None:
        """Train on a leak, with the user's reason for the card."""
        if not self.is_running:
            self._statement = statement
            self._go_on()

    def _go_on(self) -> None:
        """Check, repair, ask or train: whatever comes next."""
        if len(self._workspace.cohort.labels) < 2:  # nothing to divide; the training says so
            self._start()
            return
        report = self._checks.report_of(self._settings.seed)
        leaks = leaks_of(report) if report is not None else ()
        if leaks and self._repairs and self._checks.repair(leaks[0]):
            self._repairs -= 1
            report, leaks = None, ()
        if report is None:
            self._is_checking = True
            self._panel.show_checking(Step("", 0, 0))
            self._checks.check_for(self._settings.seed)
        elif leaks and not self._statement:
            self._panel.ask_about(leaks)
            self.ended.emit()
        else:
            self._start()

    def _start(self) -> None:
        settings, cohort = self._settings, self._workspace.cohort
        name = cohort.name or _("Images")
        if settings.recipe != TrainingSettings().recipe:
            name = f"{name} · {settings.recipe}"
        self._folder = str(_free_folder(user_models_folder(), name))
        self._last_epoch = 0
        plan = TrainingPlan(cohort, settings, self._folder, name, leak_statement=self._statement)
        self._panel.show_waiting()
        self._job = self._jobs.start(partial(train, plan))

    @Slot()
    def stop(self) -> None:
        """Stop at once and keep the best epoch; before the training began, stop the check."""
        if self._is_checking:
            self._checks.stop()
        else:
            self._jobs.cancel(self._job)

    @Slot()
    def keep(self) -> None:
        """After a crash, make the newest checkpoint a model."""
        self._last_epoch = 0
        self._panel.show_waiting()
        self._job = self._jobs.start(partial(recover, self._folder))

    def offer_interrupted(self, folder: str, epoch: int) -> None:
        """A training that an earlier start left unfinished can be kept."""
        if self.is_running:
            return
        self._folder = folder
        text = _("A training of an earlier session was interrupted after epoch {epoch}.")
        self._panel.show_failure(text.format(epoch=epoch), keepable_epoch=epoch)

    @Slot(object)
    def _on_check_progressed(self, step: Step) -> None:
        if self._is_checking:
            self._panel.show_checking(step)

    @Slot(object)
    def _on_checked(self, _report: CheckReport) -> None:
        if self._is_checking:
            self._is_checking = False
            self._go_on()

    @Slot(str)
    def _on_check_failed(self, text: str) -> None:
        if not self._is_checking:
            return
        self._is_checking = False
        if text:
            self._panel.show_failure(text)
        else:
            self._panel.show_not_started()
        self.ended.emit()

    @Slot(object)
    def _on_report_changed(self, report: CheckReport | None) -> None:
        count = things_to_see(report) if report is not None else 0
        self._panel.leak_question.show_things(count)

    @Slot(int, object)
    def _on_reported(self, job: int, event: object) -> None:
        if job != self._job:
            return
        if isinstance(event, BatchEnded):
            self._panel.show_batch(event)
        elif isinstance(event, EpochEnded):
            self._last_epoch = event.epoch
            self._panel.show_epoch(event)
        else:
            self._show_milestone(event)

    def _show_milestone(self, event: object) -> None:
        if isinstance(event, TrainingStarted):
            self._panel.show_started(event)
        elif isinstance(event, FirstModelReady):
            self._panel.show_first_model()
        elif isinstance(event, NetworksParted):
            self._panel.show_parted(event.epoch)
        elif isinstance(event, Notice):
            self._panel.show_remark(event.text)
        elif isinstance(event, Step):
            self._panel.show_step(event)

    @Slot(int, object)
    def _on_ended(self, job: int, outcome: Outcome) -> None:
        if job != self._job:
            return
        self._job = 0
        if isinstance(outcome, Succeeded) and isinstance(outcome.result, TrainingResult):
            self._take(outcome.result)
        elif isinstance(outcome, WasCancelled) and self._last_epoch:
            self._panel.show_failure(_(STOPPED_HARD), keepable_epoch=self._last_epoch)
        elif isinstance(outcome, WasCancelled):
            self._panel.show_nothing_kept()
        elif isinstance(outcome, EngineDied):
            text = sentences(outcome.reason, outcome.hint)
            self._panel.show_failure(text, keepable_epoch=self._last_epoch)
        elif isinstance(outcome, Failed):
            text = sentences(outcome.message, outcome.hint)
            self._panel.show_failure(text, keepable_epoch=self._last_epoch)
        self.ended.emit()

    def _take(self, result: TrainingResult) -> None:
        self.last_result = result
        self._panel.show_result(result.card, is_stopped=result.is_stopped, seconds=result.seconds)
        if result.unreadable:
            self._panel.show_left_out(result.unreadable)
        self.finished.emit(result)


def _free_folder(shelf: Path, name: str) -> Path:
    """A folder name that no model has, readable in a file manager on every system."""
    stem = re.sub(r"[^\w.-]+", "-", name).strip("-.") or "model"
    stamp = QDateTime.currentDateTime().toString("yyyyMMdd-HHmmss")
    folder = shelf / f"{stem[:60]}-{stamp}"
    count = 1
    while folder.exists():
        count += 1
        folder = shelf / f"{stem[:60]}-{stamp}-{count}"
    return folder
