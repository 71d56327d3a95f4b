"""Between the page of doubtful classes and the learning engine; what is decided is an edit."""

from functools import partial

from PySide6.QtCore import QObject, Slot

from precmed_gui.cohorts.thumbnail_store import read_thumbnails
from precmed_gui.diagnosis.cases import Case, Cohort, with_excluded, with_label
from precmed_gui.diagnosis.label_trouble import TroubleQueue
from precmed_gui.diagnosis.pictures import ThumbnailsRead
from precmed_gui.diagnosis.work import Step
from precmed_gui.jobs.jobs import Jobs, Lane
from precmed_gui.jobs.messages import EngineDied, Failed, Outcome, Succeeded
from precmed_gui.language import ngettext
from precmed_gui.learning.label_trouble import find_trouble
from precmed_gui.window.trouble_view import THUMBNAIL_SIDE, TroubleView
from precmed_gui.window.wording import number
from precmed_gui.window.workspace import Workspace

_SEED = 1


class TroubleFlow(QObject):
    """Has the doubtful cases looked for, and does what the user decides about them."""

    def __init__(self, workspace: Workspace, jobs: Jobs, view: TroubleView) -> None:
        super().__init__(view)
        self._workspace, self._jobs, self._view = workspace, jobs, view
        self._job = self._thumbnails = 0
        jobs.reported.connect(self._on_reported)
        jobs.ended.connect(self._on_ended)
        workspace.cohort_changed.connect(self._on_cohort_changed)
        view.find_wished.connect(self.find)
        view.stop_wished.connect(self.stop)
        view.relabel_wished.connect(self.relabel)
        view.exclude_wished.connect(self.exclude)
        view.thumbnails_wished.connect(self._read_thumbnails)
        view.show_cohort(workspace.cohort)

    @property
    def is_looking(self) -> bool:
        """Whether doubtful cases are being looked for."""
        return self._job != 0

    @Slot()
    def find(self) -> None:
        """Look for doubtful cases in the cohort as it is now."""
        if self._job or not self._workspace.cohort.cases:
            return
        self._view.show_busy()
        work = partial(find_trouble, self._workspace.cohort, _SEED)
        self._job = self._jobs.start(work, Lane.LEARNING)

    @Slot()
    def stop(self) -> None:
        """Stop looking; nothing is lost but the time."""
        self._jobs.cancel(self._job)

    @Slot(list, str)
    def relabel(self, keys: list[str], label: str) -> None:
        """Give these cases another class, in a way that can be undone."""
        text = ngettext("Move {n} image to “{label}”", "Move {n} images to “{label}”", len(keys))
        after = with_label(self._workspace.cohort, keys, label)
        self._workspace.edit(text.format(n=number(len(keys)), label=label), after)

    @Slot(list, bool)
    def exclude(self, keys: list[str], is_excluded: bool) -> None:
        """Leave these cases out, or use them again, in a way that can be undone."""
        if is_excluded:
            text = ngettext("Exclude {n} image", "Exclude {n} images", len(keys))
        else:
            text = ngettext("Use {n} image again", "Use {n} images again", len(keys))
        after = with_excluded(self._workspace.cohort, keys, is_excluded=is_excluded)
        self._workspace.edit(text.format(n=number(len(keys))), after)

    @Slot(list)
    def _read_thumbnails(self, cases: list[Case]) -> None:
        self._jobs.abandon(self._thumbnails)
        name = self._workspace.cohort.modality
        work = partial(read_thumbnails, name, tuple(cases), THUMBNAIL_SIDE)
        self._thumbnails = self._jobs.start(work, Lane.READING, is_quick=True)

    @Slot(object)
    def _on_cohort_changed(self, cohort: Cohort) -> None:
        if not cohort.cases and self._job:
            self._jobs.abandon(self._job)
            self._job = 0
            self._view.show_idle()
        self._view.show_cohort(cohort)

    @Slot(int, object)
    def _on_reported(self, job: int, event: object) -> None:
        if job == self._job and isinstance(event, Step):
            self._view.show_progress(event)
        elif job == self._thumbnails and isinstance(event, ThumbnailsRead):
            self._view.show_thumbnails(event)

    @Slot(int, object)
    def _on_ended(self, job: int, outcome: Outcome) -> None:
        if job != self._job:
            return
        self._job = 0
        self._view.show_idle()
        if isinstance(outcome, Succeeded) and isinstance(outcome.result, TroubleQueue):
            self._view.show_queue(outcome.result, self._workspace.cohort)
        elif isinstance(outcome, Failed):
            self._view.show_error(outcome.message, outcome.hint)
        elif isinstance(outcome, EngineDied):
            self._view.show_error(outcome.reason, outcome.hint)
