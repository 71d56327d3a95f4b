"""Between the patients dialog and the reading engine: learning rules, trying them, applying one."""

import re
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QDialog

from precmed_gui.cohorts.patient_names import (
    NamePreview,
    preview_rule,
    suggest_rules,
    without_patients,
)
from precmed_gui.diagnosis.cases import with_patients
from precmed_gui.jobs.jobs import Jobs, Lane
from precmed_gui.jobs.messages import EngineDied, Failed, Outcome, Succeeded
from precmed_gui.language import _
from precmed_gui.window.cases_panel import CasesPanel
from precmed_gui.window.patients_dialog import PatientsDialog
from precmed_gui.window.workspace import Workspace


class PatientsFlow(QObject):
    """Opens the dialog when the cases panel wishes it, and makes its answer an edit."""

    def __init__(self, workspace: Workspace, jobs: Jobs, panel: CasesPanel) -> None:
        super().__init__(panel)
        self._workspace, self._jobs, self._panel = workspace, jobs, panel
        self._learning = self._trying = 0
        self._names: tuple[str, ...] = ()
        self.dialog: PatientsDialog | None = None
        jobs.ended.connect(self._on_ended)
        panel.patients_wished.connect(self.ask)

    @Slot()
    def ask(self) -> None:
        """Show the dialog for the cohort on the table."""
        cohort = self._workspace.cohort
        if not cohort.cases or self.dialog is not None:
            return
        self._names = tuple(Path(case.path).name for case in cohort.cases)
        self.dialog = PatientsDialog(cohort, self._panel.window())
        self.dialog.preview_wished.connect(self._try)
        self.dialog.applied.connect(self._apply)
        self.dialog.finished.connect(self._on_finished)
        work = partial(suggest_rules, self._names)
        self._learning = self._jobs.start(work, Lane.READING, is_quick=True)
        self.dialog.open()

    @Slot(str)
    def _try(self, pattern: str) -> None:
        if self._trying:
            self._jobs.abandon(self._trying)
        work = partial(preview_rule, pattern, self._names)
        self._trying = self._jobs.start(work, Lane.READING, is_quick=True)

    @Slot(str)
    def _apply(self, pattern: str) -> None:
        before = self._workspace.cohort
        if pattern:
            after = with_patients(before, re.compile(pattern))
            self._workspace.edit(_("Patients from file names"), after)
        else:
            self._workspace.edit(_("Forget the patients"), without_patients(before))

    @Slot(int)
    def _on_finished(self, _result: int) -> None:
        for job in (self._learning, self._trying):
            if job:
                self._jobs.abandon(job)
        self._learning = self._trying = 0
        if isinstance(self.dialog, QDialog):
            self.dialog.deleteLater()
        self.dialog = None

    @Slot(int, object)
    def _on_ended(self, job: int, outcome: Outcome) -> None:
        if self.dialog is None:
            return
        if job == self._learning:
            self._learning = 0
            is_found = isinstance(outcome, Succeeded) and isinstance(outcome.result, tuple)
            self.dialog.show_rules(outcome.result if is_found else ())  # type: ignore[union-attr, arg-type]
        elif job == self._trying:
            self._trying = 0
            self._take_preview(outcome)

    def _take_preview(self, outcome: Outcome) -> None:
        if self.dialog is None:
            return
        if isinstance(outcome, Succeeded) and isinstance(outcome.result, NamePreview):
            self.dialog.show_preview(outcome.result)
        elif isinstance(outcome, Failed):
            self.dialog.show_error(outcome.message, outcome.hint)
        elif isinstance(outcome, EngineDied):
            self.dialog.show_error(outcome.reason, outcome.hint)
