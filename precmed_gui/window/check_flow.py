"""Between the check panel and the reading engine; also asked before each training.

A report holds for exactly the cohort it is about; whoever changes the cohort makes it stale.
"""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from precmed_gui.cohorts.check import check_cohort
from precmed_gui.cohorts.fixes import fixed
from precmed_gui.cohorts.thumbnail_store import read_thumbnails
from precmed_gui.diagnosis.cases import Case, Cohort, with_unreadable
from precmed_gui.diagnosis.checks import CheckReport, Finding, Fix
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.pictures import ThumbnailsRead
from precmed_gui.diagnosis.work import Step
from precmed_gui.jobs.jobs import Jobs, Lane
from precmed_gui.jobs.messages import EngineDied, Failed, Outcome, Succeeded
from precmed_gui.language import ngettext, sentences
from precmed_gui.window.check_panel import CheckPanel
from precmed_gui.window.finding_view import done_text
from precmed_gui.window.wording import number
from precmed_gui.window.workspace import Workspace

_THUMBNAIL_SIDE = 96


class CheckFlow(QObject):
    """Has cohorts checked, and does what a finding proposes.

    Signals
    -------
    progressed
        A `Step` of the check that runs.
    checked
        The check has ended with this `CheckReport`.
    failed
        It ended without one; a sentence says why, "" where it was stopped.
    report_changed
        The report of the cohort on the table, or None where there is none that still holds.
    """

    progressed = Signal(object)
    checked = Signal(object)
    failed = Signal(str)
    report_changed = Signal(object)

    def __init__(
        self, workspace: Workspace, jobs: Jobs, panel: CheckPanel, seed: Callable[[], int]
    ) -> None:
        super().__init__(panel)
        self._workspace, self._jobs, self._panel, self._seed = workspace, jobs, panel, seed
        self._job = self._thumbnails = 0
        self._asked: tuple[Cohort, int] = (Cohort(), 0)
        self._report: CheckReport | None = None
        self._checked: tuple[Cohort, int] = (Cohort(), 0)
        jobs.reported.connect(self._on_reported)
        jobs.ended.connect(self._on_ended)
        workspace.cohort_changed.connect(self._on_cohort_changed)
        panel.check_wished.connect(self.check)
        panel.stop_wished.connect(self.stop)
        panel.fix_wished.connect(self.fix)
        panel.thumbnails_wished.connect(self._read_thumbnails)

    @property
    def is_checking(self) -> bool:
        """Whether a check runs."""
        return self._job != 0

    def report_of(self, seed: int) -> CheckReport | None:
        """The report of the cohort on the table, divided with this seed; None: check it first."""
        cohort, used = self._checked
        is_same = cohort is self._workspace.cohort or cohort == self._workspace.cohort
        return self._report if is_same and used == seed else None

    @Slot()
    def check(self) -> None:
        """Check the cohort as it is now, with the seed set for the next training."""
        self.check_for(self._seed())

    def check_for(self, seed: int) -> None:
        """Check the cohort as it is now; a check of an older state is given up."""
        cohort = self._workspace.cohort
        if not cohort.cases:
            return
        if self._job and self._asked[0] is cohort and self._asked[1] == seed:
            return
        self._jobs.abandon(self._job)
        self._asked = (cohort, seed)
        self._panel.show_busy()
        self._job = self._jobs.start(partial(check_cohort, cohort, seed), Lane.READING)

    def check_again(self) -> None:
        """If there is a report, have it made anew: its words are in another language now."""
        if self._report is not None:
            self.check()

    @Slot()
    def stop(self) -> None:
        """Stop the check; what was looked at is remembered."""
        self._jobs.cancel(self._job)

    @Slot(object, object, str)
    def fix(self, finding: Finding, fix: Fix, label: str) -> None:
        """Do it in a way that can be undone, and check again."""
        if self._apply(finding, fix, label):
            self.check()

    def repair(self, finding: Finding) -> bool:
        """Do what is usual about it, without checking again; whether anything was changed."""
        return bool(finding.fixes) and self._apply(finding, finding.fixes[0], "")

    def _apply(self, finding: Finding, fix: Fix, label: str) -> bool:
        before = self._workspace.cohort
        try:
            after = fixed(before, finding, fix, label)
        except PrecmedError as error:
            self._panel.show_error(error.message, error.hint)
            return False
        self._workspace.edit(done_text(fix, finding, label), after)
        return after != before

    @Slot(list)
    def _read_thumbnails(self, cases: list[Case]) -> None:
        self._jobs.abandon(self._thumbnails)
        name = self._workspace.cohort.modality
        work = partial(read_thumbnails, name, tuple(cases), _THUMBNAIL_SIDE)
        self._thumbnails = self._jobs.start(work, Lane.READING, is_quick=True)

    @Slot(object)
    def _on_cohort_changed(self, cohort: Cohort) -> None:
        self._panel.show_cohort(cohort)
        if not cohort.cases:
            self._forget()
        self._tell_report()

    def _forget(self) -> None:
        if self._job:
            self._jobs.abandon(self._job)
            self._job = 0
            self._panel.show_idle()
            self.failed.emit("")
        self._report = None
        self._panel.show_report(None)

    def _tell_report(self) -> None:
        """Say whether the report still holds."""
        report = self.report_of(self._checked[1])
        self._panel.show_stale(is_stale=report is None)
        self.report_changed.emit(report)

    @Slot(int, object)
    def _on_reported(self, job: int, event: object) -> None:
        if job == self._job and isinstance(event, Step):
            self._panel.show_progress(event)
            self.progressed.emit(event)
        elif job == self._thumbnails and isinstance(event, ThumbnailsRead):
            self._panel.show_thumbnails(event)

    @Slot(int, object)
    def _on_ended(self, job: int, outcome: Outcome) -> None:
        if job != self._job:
            return
        self._job = 0
        self._panel.show_idle()
        if isinstance(outcome, Succeeded) and isinstance(outcome.result, CheckReport):
            self._take(outcome.result)
            return
        message, hint = _reason(outcome)
        if message:
            self._panel.show_error(message, hint)
        self.failed.emit(sentences(message, hint))

    def _take(self, report: CheckReport) -> None:
        cohort, seed = self._asked
        if self._workspace.cohort is cohort:
            cohort = self._without_broken(cohort, report.cohort)
        self._report, self._checked = report, (cohort, seed)
        self._panel.show_report(report)
        self._tell_report()
        self.checked.emit(report)

    def _without_broken(self, cohort: Cohort, seen: Cohort) -> Cohort:
        """Take the files that could not be read out of the cohort, and say what it is now."""
        known = {file.path for file in cohort.unreadable}
        broken = [file for file in seen.unreadable if file.path not in known]
        if not broken:
            return cohort
        text = ngettext(
            "Set aside {n} file that cannot be read",
            "Set aside {n} files that cannot be read",
            len(broken),
        )
        after = with_unreadable(cohort, broken)
        self._workspace.edit(text.format(n=number(len(broken))), after)
        return self._workspace.cohort


def _reason(outcome: Outcome) -> tuple[str, str]:
    """(what happened, what to do) of work that brought no result; ("", "") where it was stopped."""
    if isinstance(outcome, Failed):
        return outcome.message, outcome.hint
    return (outcome.reason, outcome.hint) if isinstance(outcome, EngineDied) else ("", "")
