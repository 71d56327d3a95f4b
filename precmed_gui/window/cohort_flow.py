"""Between the cases panel and the reading engine: opening, editing, thumbnails, saving."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from precmed_gui.archive.cohort_file import load_cohort_work, save_cohort_work
from precmed_gui.archive.moved_files import Opened, open_or_find
from precmed_gui.archive.project_opening import open_kept
from precmed_gui.cohorts.thumbnail_store import read_thumbnails
from precmed_gui.diagnosis.cases import (
    Case,
    Cohort,
    Unreadable,
    merged,
    with_excluded,
    with_label,
    with_label_renamed,
    without,
)
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.pictures import ThumbnailsRead
from precmed_gui.diagnosis.work import Step
from precmed_gui.exchange.table_files import is_table
from precmed_gui.jobs.jobs import Jobs, Lane
from precmed_gui.jobs.messages import EngineDied, Failed, Outcome, Succeeded
from precmed_gui.language import _, ngettext
from precmed_gui.modalities.demo import open_demo_cohort
from precmed_gui.places import home_folder
from precmed_gui.window.cases_panel import CasesPanel
from precmed_gui.window.moved_flow import MovedFlow
from precmed_gui.window.wording import number
from precmed_gui.window.workspace import Workspace

THUMBNAIL_SIDE = 96
MOST_DEATHS = 3


class CohortFlow(QObject):
    """Turns the wishes of the cases panel into works and edits."""

    failed = Signal(str, str)
    opened = Signal()
    opening = Signal(list)
    """Files and folders that are now looked through; the tables among them are `TableFlow`'s."""

    def __init__(self, workspace: Workspace, jobs: Jobs, panel: CasesPanel) -> None:
        super().__init__(panel)
        self._workspace, self._jobs, self._panel = workspace, jobs, panel
        self._opening = self._thumbnails = self._saving = self._loading = 0
        self._notice = ("", "")
        self._deaths = 0
        self.moved = MovedFlow(workspace, jobs, panel)
        jobs.reported.connect(self._on_reported)
        jobs.ended.connect(self._on_ended)
        panel.paths_dropped.connect(self.open_paths)
        panel.demo_wished.connect(self.open_demo)
        panel.remove_wished.connect(self.remove)
        panel.rename_wished.connect(self.rename)
        panel.relabel_wished.connect(self.relabel)
        panel.exclude_wished.connect(self.exclude)
        panel.clear_wished.connect(self.clear)
        panel.thumbnails_wished.connect(self._read_thumbnails)
        panel.stop_wished.connect(self.stop)
        panel.view_changed.connect(self._on_view_changed)
        workspace.cohort_changed.connect(self._on_cohort_changed)
        workspace.view_found.connect(panel.restore_view)
        workspace.not_kept.connect(self._tell)

    @Slot(list)
    def open_paths(self, paths: list[str]) -> None:
        """Add everything in these files and folders to the cohort."""
        self.opening.emit(paths)
        images = [path for path in paths if not is_table(path)]
        if images:
            self._open(partial(open_or_find, tuple(images), self.moved.known()))

    @Slot()
    def open_demo(self) -> None:
        """Write the synthetic cohort into the user's folder and open it."""
        self._open(partial(open_demo_cohort, str(home_folder() / "demo-cohort")))

    def open_file(self, path: str) -> None:
        """Open a cohort that was saved to a file."""
        self._loading = self._jobs.start(partial(load_cohort_work, path), Lane.READING)

    def save_file(self, path: str) -> None:
        """Save the cohort (labels and places, not pixels) to a file."""
        work = partial(save_cohort_work, self._workspace.cohort, path)
        self._saving = self._jobs.start(work, Lane.READING)

    def reopen(self, *, is_afresh: bool = False) -> None:
        """Go on where the last session ended; `is_afresh`: on an empty table, one undo away."""
        opening = open_kept(home_folder())
        if is_afresh and opening.project.cohort.cases:
            with suppress(PrecmedError):  # the images of last time are shown, then
                opening.project.record(_("Put the images of last time away"), Cohort())
                opening.project.forget_view()
        self._workspace.use_project(opening.project)
        self._notice = (opening.message, opening.hint)
        if opening.message:
            self._tell(*self._notice)

    @Slot()
    def stop(self) -> None:
        """Stop opening, or looking for missing files; what was on the table stays."""
        self._jobs.cancel(self._opening)
        self.moved.stop()

    @property
    def is_opening(self) -> bool:
        """Whether files are being looked through."""
        return self._opening != 0 or self.moved.is_finding

    @Slot(list)
    def remove(self, keys: list[str]) -> None:
        text = ngettext("Remove {n} image", "Remove {n} images", len(keys))
        self._edit(text.format(n=number(len(keys))), without(self._workspace.cohort, keys))

    @Slot(str, str)
    def rename(self, old: str, new: str) -> None:
        text = _("Rename “{old}” to “{new}”").format(old=old, new=new)
        self._edit(text, with_label_renamed(self._workspace.cohort, old, new))

    @Slot(list, str)
    def relabel(self, keys: list[str], label: str) -> None:
        text = ngettext("Move {n} image to “{label}”", "Move {n} images to “{label}”", len(keys))
        after = with_label(self._workspace.cohort, keys, label or None)
        shown = label or _("no class")
        self._edit(text.format(n=number(len(keys)), label=shown), after)

    @Slot(list, bool)
    def exclude(self, keys: list[str], is_excluded: bool) -> None:
        if is_excluded:
            text = ngettext("Exclude {n} image", "Exclude {n} images", len(keys))
        else:
            text = ngettext("Use {n} image again", "Use {n} images again", len(keys))
        after = with_excluded(self._workspace.cohort, keys, is_excluded=is_excluded)
        self._edit(text.format(n=number(len(keys))), after)

    @Slot()
    def clear(self) -> None:
        self._panel.forget_error()
        self._edit(_("Clear all images"), Cohort())

    # Inside

    def _edit(self, text: str, cohort: Cohort) -> None:
        self._workspace.edit(text, cohort)

    def _open(self, work: Callable[..., object]) -> None:
        if self._opening:
            self._jobs.abandon(self._opening)
        self._panel.forget_error()
        self._panel.show_busy(_("Looking through the files…"))
        self._opening = self._jobs.start(work, Lane.READING)

    @Slot(list)
    def _read_thumbnails(self, cases: list[Case]) -> None:
        if self._thumbnails:
            self._jobs.abandon(self._thumbnails)
        work = partial(
            read_thumbnails, self._workspace.cohort.modality, tuple(cases), THUMBNAIL_SIDE
        )
        self._thumbnails = self._jobs.start(work, Lane.READING, is_quick=True)

    @Slot(object)
    def _on_cohort_changed(self, cohort: Cohort) -> None:
        self._panel.show_cohort(cohort)

    @Slot(dict)
    def _on_view_changed(self, view: dict[str, str]) -> None:
        for name, value in view.items():
            self._workspace.keep_view(name, value)

    @Slot(int, object)
    def _on_reported(self, job: int, event: object) -> None:
        if job == self._opening and isinstance(event, Step):
            self._panel.show_progress(event)
        elif job == self._thumbnails and isinstance(event, ThumbnailsRead):
            self._panel.show_thumbnails(event)

    @Slot(int, object)
    def _on_ended(self, job: int, outcome: Outcome) -> None:
        if job == self._opening:
            self._opening = 0
            self._panel.show_idle()
            self._take_opened(outcome)
        elif job == self._thumbnails:
            self._thumbnails = 0
            if isinstance(outcome, EngineDied):
                self._panel.show_error(outcome.reason, outcome.hint)
                self._ask_again()
        elif job == self._loading:
            self._loading = 0
            self._take_loaded(outcome)
        elif job == self._saving:
            self._saving = 0
            self._tell_failure(outcome)

    def _ask_again(self) -> None:
        """Thumbnails after the reading engine died; a file that kills it gets few chances."""
        self._deaths += 1
        if self._deaths <= MOST_DEATHS:
            self._panel.wish_thumbnails()

    def _take_opened(self, outcome: Outcome) -> None:
        found = outcome.result if isinstance(outcome, Succeeded) else None
        if isinstance(found, Opened):
            self.moved.take_places(found.moved)
            self._take_cohort(found.cohort, has_moved=bool(found.moved))
        elif isinstance(found, Cohort):
            self._take_cohort(found)
        else:
            self._tell_failure(outcome)

    def _take_cohort(self, found: Cohort, *, has_moved: bool = False) -> None:
        before = self._workspace.cohort
        after = merged(before, found)
        added = len(after.cases) - len(before.cases)
        if added:
            text = ngettext("Add {n} image", "Add {n} images", added).format(n=number(added))
            self._edit(text, after)
            self._tell_again()
        else:
            self._workspace.show_cohort(after)
            if not has_moved:
                self._panel.show_error(*_nothing_new(found))
        self.opened.emit()

    def _tell_again(self) -> None:
        """Opening took what was said at the start away: say it once more, beside the images."""
        notice, self._notice = self._notice, ("", "")
        if notice[0]:
            self._tell(*notice)

    def _take_loaded(self, outcome: Outcome) -> None:
        if isinstance(outcome, Succeeded) and isinstance(outcome.result, Cohort):
            self._edit(_("Open cohort"), outcome.result)
            self.moved.look()
        else:
            self._tell_failure(outcome)

    def _tell_failure(self, outcome: Outcome) -> None:
        if isinstance(outcome, Failed):
            self._tell(outcome.message, outcome.hint)
        elif isinstance(outcome, EngineDied):
            self._tell(outcome.reason, outcome.hint)

    @Slot(str, str)
    def _tell(self, message: str, hint: str) -> None:
        self._panel.show_error(message, hint)
        self.failed.emit(message, hint)


def _nothing_new(found: Cohort) -> tuple[str, str]:
    if found.cases:
        return _("These images are in the list already."), ""
    unread: Iterable[Unreadable] = found.unreadable
    names = ", ".join(Path(file.path).name for file in list(unread)[:3])
    return _("None of these files is a readable image: {names}.").format(names=names), _(
        "The list of files below says why."
    )
