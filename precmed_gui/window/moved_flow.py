"""Files that are no longer where they were: what each contains is noted, the missing looked for.

The reading engine notes the content of new files in small portions, so that whatever else it is
asked for comes between.
"""

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from precmed_gui.archive.moved_files import (
    contents_of,
    files_of,
    find_moved,
    missing_of,
    with_files_moved,
)
from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.diagnosis.work import Step
from precmed_gui.jobs.jobs import Jobs, Lane
from precmed_gui.jobs.messages import EngineDied, Failed, Outcome, Succeeded
from precmed_gui.language import _, ngettext
from precmed_gui.window.cases_panel import CasesPanel
from precmed_gui.window.wording import number
from precmed_gui.window.workspace import Workspace

NOTE_DELAY_MS = 400
PORTION_FILES, PORTION_SECONDS = 500, 0.5


class MovedFlow(QObject):
    """Notes contents after an opening, says what is missing at a start, and looks for it."""

    missing_found = Signal(int)
    """Images whose files are not where they were; 0 when there are none any more."""
    failed = Signal(str, str)

    def __init__(self, workspace: Workspace, jobs: Jobs, panel: CasesPanel) -> None:
        super().__init__(panel)
        self._workspace, self._jobs, self._panel = workspace, jobs, panel
        self._looking = self._finding = self._noting = 0
        self._missing: tuple[str, ...] = ()
        self._contents: dict[str, bytes] = {}
        self._unnoted: list[str] = []
        self._portion: tuple[str, ...] = ()
        self._noted_for: tuple[object, ...] = ()
        self._note_later = QTimer(self, singleShot=True, interval=NOTE_DELAY_MS)
        self._note_later.timeout.connect(self._note)
        jobs.reported.connect(self._on_reported)
        jobs.ended.connect(self._on_ended)
        workspace.cohort_changed.connect(self._on_cohort_changed)
        workspace.view_found.connect(self._on_reopened)

    def known(self) -> dict[str, bytes]:
        """What is known of the content of the cohort's files, by path."""
        paths = files_of(self._workspace.cohort.cases)
        return {path: self._contents[path] for path in paths if path in self._contents}

    def look(self) -> None:
        """See whether all files are where they were; `missing_found` says so if not."""
        paths = files_of(self._workspace.cohort.cases)
        if paths:
            work = partial(missing_of, paths)
            self._looking = self._jobs.start(work, Lane.READING, is_quick=True)

    @property
    def is_finding(self) -> bool:
        """Whether a folder is being looked through."""
        return self._finding != 0

    def find(self, folder: str) -> None:
        """Look for the missing files in a folder, by what they contain."""
        known = self.known()
        wanted = {path: known[path] for path in self._missing if path in known}
        if not wanted:
            self._tell(
                _("The program had no time to note what these files contain."),
                _("Add the images again from where they are now."),
            )
            return
        if self._finding:
            self._jobs.abandon(self._finding)
        self._panel.forget_error()
        self._panel.show_busy(_("Looking through folders"))
        self._finding = self._jobs.start(partial(find_moved, folder, wanted), Lane.READING)

    def stop(self) -> None:
        """Stop looking; the images stay as they are."""
        self._jobs.cancel(self._finding)

    def take_places(self, moved: dict[str, str]) -> None:
        """Show the images whose files are somewhere else now from there, as one change."""
        before = self._workspace.cohort
        after = with_files_moved(before, moved)
        pairs = zip(before.cases, after.cases, strict=True)
        count = sum(old is not new for old, new in pairs)
        if not count:
            return
        for old, new in moved.items():
            if old in self._contents:
                self._contents[new] = self._contents[old]
        self._workspace.keep_contents({new: self._contents[new] for new in moved.values()})
        text = ngettext("Find {n} image again", "Find {n} images again", count)
        self._workspace.edit(text.format(n=number(count)), after)
        self.look()

    # Inside

    @Slot(object)
    def _on_reopened(self, _view: object) -> None:
        self._contents = self._workspace.contents()
        self._noted_for = ()
        self.look()

    @Slot(object)
    def _on_cohort_changed(self, cohort: Cohort) -> None:
        if cohort.cases and self._mark(cohort) != self._noted_for:
            self._note_later.start()

    @staticmethod
    def _mark(cohort: Cohort) -> tuple[object, ...]:
        """Changes when files come or go; quick, for labels change often."""
        return len(cohort.cases), cohort.cases[0].path, cohort.cases[-1].path

    @Slot()
    def _note(self) -> None:
        """Have the next portion noted, unless one is on its way."""
        cohort = self._workspace.cohort
        if self._noting or not cohort.cases:
            return
        if self._mark(cohort) != self._noted_for:
            self._noted_for = self._mark(cohort)
            paths = files_of(cohort.cases)
            self._unnoted = [path for path in reversed(paths) if path not in self._contents]
        portion = tuple(self._unnoted[: -PORTION_FILES - 1 : -1])
        if portion:
            del self._unnoted[-len(portion) :]
            self._portion = portion
            work = partial(contents_of, portion, PORTION_SECONDS)
            self._noting = self._jobs.start(work, Lane.READING)

    @Slot(int, object)
    def _on_reported(self, job: int, event: object) -> None:
        if job == self._finding and isinstance(event, Step):
            self._panel.show_progress(event)

    @Slot(int, object)
    def _on_ended(self, job: int, outcome: Outcome) -> None:
        if job == self._looking:
            self._looking = 0
            self._take_missing(outcome)
        elif job == self._noting:
            self._noting = 0
            self._take_contents(outcome)
        elif job == self._finding:
            self._finding = 0
            self._panel.show_idle()
            self._take_found(outcome)

    def _take_missing(self, outcome: Outcome) -> None:
        if not isinstance(outcome, Succeeded) or not isinstance(outcome.result, tuple):
            return
        had_missing, self._missing = bool(self._missing), outcome.result
        if self._missing or had_missing:
            gone = set(self._missing)
            cases = self._workspace.cohort.cases
            files = (case.files or (case.path,) for case in cases)
            self.missing_found.emit(sum(not gone.isdisjoint(paths) for paths in files))

    def _take_contents(self, outcome: Outcome) -> None:
        if isinstance(outcome, Succeeded) and isinstance(outcome.result, dict):
            rest = [path for path in reversed(self._portion) if path not in outcome.result]
            self._unnoted += rest
            found = {path: content for path, content in outcome.result.items() if content}
            self._contents |= found
            self._workspace.keep_contents(found)
            self._note()

    def _take_found(self, outcome: Outcome) -> None:
        if isinstance(outcome, Succeeded) and isinstance(outcome.result, dict):
            if outcome.result:
                self.take_places(outcome.result)
            else:
                self._tell(
                    _("None of the missing images is in this folder."),
                    _("Choose the folder that holds them now, or add them again."),
                )
        elif isinstance(outcome, Failed):
            self._tell(outcome.message, outcome.hint)
        elif isinstance(outcome, EngineDied):
            self._tell(outcome.reason, outcome.hint)

    def _tell(self, message: str, hint: str) -> None:
        self._panel.show_error(message, hint)
        self.failed.emit(message, hint)
