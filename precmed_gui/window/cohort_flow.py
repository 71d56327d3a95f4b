"""Between the cases panel and the reading engine: opening, editing, thumbnails, saving."""

from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from precmed_gui.archive.cohort_file import load_cohort_work, save_cohort, save_cohort_work
from precmed_gui.diagnosis.cases import (
    Case,
    Cohort,
    Unreadable,
    merged,
    with_label,
    with_label_renamed,
    without,
)
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.pictures import ThumbnailsRead
from precmed_gui.diagnosis.work import Step
from precmed_gui.jobs.jobs import Jobs, Lane
from precmed_gui.jobs.messages import EngineDied, Failed, Outcome, Succeeded
from precmed_gui.language import _, ngettext
from precmed_gui.modalities import open_cohort, read_thumbnails
from precmed_gui.modalities.demo import open_demo_cohort
from precmed_gui.places import home_folder
from precmed_gui.window.cases_panel import CasesPanel
from precmed_gui.window.wording import number
from precmed_gui.window.workspace import Workspace

THUMBNAIL_SIDE = 96
SAVE_DELAY_MS = 400
MOST_DEATHS = 3


def last_cohort_file() -> Path:
    """Where the cohort on the table is kept from one start to the next."""
    return home_folder() / "last-cohort.json"


class CohortFlow(QObject):
    """Turns the wishes of the cases panel into works and edits."""

    last_cohort_found = Signal(object)
    failed = Signal(str, str)
    opened = Signal()

    def __init__(self, workspace: Workspace, jobs: Jobs, panel: CasesPanel) -> None:
        super().__init__(panel)
        self._workspace, self._jobs, self._panel = workspace, jobs, panel
        self._opening = self._thumbnails = self._saving = self._loading = 0
        self._is_offer = False
        self._deaths = 0
        self._save_later = QTimer(self, singleShot=True, interval=SAVE_DELAY_MS)
        self._save_later.timeout.connect(self._keep_last)
        jobs.reported.connect(self._on_reported)
        jobs.ended.connect(self._on_ended)
        panel.paths_dropped.connect(self.open_paths)
        panel.demo_wished.connect(self.open_demo)
        panel.remove_wished.connect(self.remove)
        panel.rename_wished.connect(self.rename)
        panel.relabel_wished.connect(self.relabel)
        panel.clear_wished.connect(self.clear)
        panel.thumbnails_wished.connect(self._read_thumbnails)
        panel.stop_wished.connect(self.stop)
        workspace.cohort_changed.connect(self._on_cohort_changed)

    @Slot(list)
    def open_paths(self, paths: list[str]) -> None:
        """Add everything in these files and folders to the cohort."""
        self._open(partial(open_cohort, tuple(paths)))

    @Slot()
    def open_demo(self) -> None:
        """Write the synthetic cohort into the user's folder and open it."""
        self._open(partial(open_demo_cohort, str(home_folder() / "demo-cohort")))

    def open_file(self, path: str) -> None:
        """Open a cohort that was saved to a file."""
        self._is_offer = False
        self._loading = self._jobs.start(partial(load_cohort_work, path), Lane.READING)

    def save_file(self, path: str) -> None:
        """Save the cohort (labels and places, not pixels) to a file."""
        work = partial(save_cohort_work, self._workspace.cohort, path)
        self._saving = self._jobs.start(work, Lane.READING)

    def look_for_last(self) -> None:
        """See whether there is a cohort from last time; `last_cohort_found` says so."""
        if last_cohort_file().exists():
            self._is_offer = True
            work = partial(load_cohort_work, str(last_cohort_file()))
            self._loading = self._jobs.start(work, Lane.READING)

    @Slot()
    def stop(self) -> None:
        """Stop opening; what was on the table stays."""
        self._jobs.cancel(self._opening)

    @property
    def is_opening(self) -> bool:
        """Whether files are being looked through."""
        return self._opening != 0

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

    @Slot()
    def clear(self) -> None:
        self._panel.forget_error()
        self._edit(_("Clear all images"), Cohort())

    # Inside

    def _edit(self, text: str, cohort: Cohort) -> None:
        self._workspace.edit(text, cohort)

    def _open(self, work: partial[Cohort]) -> None:
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
        if cohort.cases or self._workspace.undo_stack.canUndo():
            self._save_later.start()  # an empty table at the start is no reason to forget

    def keep_now(self) -> None:
        """Write what is waiting to be written, before the window closes."""
        if self._save_later.isActive():
            self._save_later.stop()
            with suppress(PrecmedError):  # the disk said no before; the window closes all the same
                save_cohort(self._workspace.cohort, last_cohort_file())

    def _keep_last(self) -> None:
        work = partial(save_cohort_work, self._workspace.cohort, str(last_cohort_file()))
        self._jobs.start(work, Lane.READING, is_quick=True)

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
        if not isinstance(outcome, Succeeded) or not isinstance(outcome.result, Cohort):
            self._tell_failure(outcome)
            return
        found, before = outcome.result, self._workspace.cohort
        after = merged(before, found)
        added = len(after.cases) - len(before.cases)
        if added:
            text = ngettext("Add {n} image", "Add {n} images", added).format(n=number(added))
            self._edit(text, after)
        else:
            self._workspace.show_cohort(after)
            self._panel.show_error(*_nothing_new(found))
        self.opened.emit()

    def _take_loaded(self, outcome: Outcome) -> None:
        is_cohort = isinstance(outcome, Succeeded) and isinstance(outcome.result, Cohort)
        if is_cohort and self._is_offer:
            if outcome.result.cases:  # type: ignore[union-attr]
                self.last_cohort_found.emit(outcome.result)  # type: ignore[union-attr]
        elif is_cohort:
            self._edit(_("Open cohort"), outcome.result)  # type: ignore[union-attr, arg-type]
        elif not self._is_offer:
            self._tell_failure(outcome)

    def _tell_failure(self, outcome: Outcome) -> None:
        if isinstance(outcome, Failed):
            self._tell(outcome.message, outcome.hint)
        elif isinstance(outcome, EngineDied):
            self._tell(outcome.reason, outcome.hint)

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
