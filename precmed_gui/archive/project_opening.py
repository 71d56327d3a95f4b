"""A project to work in, whatever state the disk is in: the window's one way to get its own.

A damaged file is set aside and never deleted; a second window gets a project of its own; where
nothing can be written, one in memory does, and the user is told.
"""

import shutil
import sqlite3
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

from precmed_gui.archive.cohort_file import load_cohort
from precmed_gui.archive.project import Project, open_project
from precmed_gui.archive.project_file import (
    DamagedProject,
    LockedProject,
    NewerProject,
    connect,
    damaged,
)
from precmed_gui.archive.project_history import sound_changes
from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.diagnosis.errors import FailedStorage, PrecmedError
from precmed_gui.language import _, ngettext

PROJECT_NAME = "project.sqlite"
LAST_COHORT_NAME = "last-cohort.json"
"""What kept the cohort before there were projects; taken over once."""
_COMPANIONS = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Opening:
    """A project, and what the user must know about it.

    Parameters
    ----------
    project
        Open; `project.path` is None where nothing outlives the window.
    message, hint
        What is not as usual, and what to do; "" where all is well.
    """

    project: Project
    message: str = ""
    hint: str = ""


def open_kept(folder: Path) -> Opening:
    """The project in `folder`, or the next best; never fails.

    Another window's project, and one of a newer version, stay as they are: the first free of
    "project-2.sqlite", "project-3.sqlite" … is opened instead.
    """
    told = ("", "")
    for path in (folder / _name(number) for number in count(1)):
        try:
            return _with_last_cohort(Opening(open_project(path), *told), folder)
        except LockedProject:
            told = (
                _("Another window of PrecMed is open: this one keeps its images apart."),
                _("To work on the same images in both, save the cohort here and open it there."),
            )
        except NewerProject as error:
            told = (error.message, error.hint)
        except DamagedProject:
            return _afresh(path)
        except FailedStorage as error:
            return Opening(_copy_in_memory(path), error.message, error.hint)
    raise AssertionError("numbers never end")


def set_aside(path: Path) -> Path:
    """Rename a project that cannot be used, with what belongs to it; where it is now."""
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    for number in count(1):
        more = f"-{number}" if number > 1 else ""
        aside = path.with_name(f"{path.stem}.damaged-{stamp}{more}{path.suffix}")
        if not aside.exists():
            break
    for companion in _COMPANIONS:
        with suppress(FileNotFoundError):
            path.with_name(path.name + companion).rename(aside.with_name(aside.name + companion))
    return aside


def _name(number: int) -> str:
    stem, dot, ending = PROJECT_NAME.partition(".")
    return PROJECT_NAME if number == 1 else f"{stem}-{number}{dot}{ending}"


def _afresh(path: Path) -> Opening:
    """A new project in place of a damaged one, with what could be read of that."""
    saved, changes = _saved(path)
    try:
        aside = set_aside(path)
        project = open_project(path)
    except (OSError, PrecmedError):
        error = damaged()
        return Opening(open_project(None), error.message, error.hint)
    message = _("The file that keeps your images and changes was damaged; it is now “{name}”.")
    message = message.format(name=aside.name)
    if not saved.cases:
        return Opening(project, message, damaged().hint)
    project.record(_("Save what could be read"), saved)
    hint = ngettext(
        "Its first {n} change could be read: look whether the later ones are there.",
        "Its first {n} changes could be read: look whether the later ones are there.",
        changes,
    )
    return Opening(project, message, hint.format(n=changes))


def _saved(path: Path) -> tuple[Cohort, int]:
    """The cohort after the changes of a damaged project that are sound, and how many these are."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            connection = sqlite3.connect(_copied(path, Path(folder)), isolation_level=None)
            try:
                return sound_changes(connection)
            finally:
                connection.close()
    except (OSError, sqlite3.Error):
        return Cohort(), 0


def _copied(path: Path, folder: Path) -> Path:
    for companion in ("", "-wal"):
        with suppress(FileNotFoundError):
            shutil.copyfile(
                path.with_name(path.name + companion), folder / (PROJECT_NAME + companion)
            )
    return folder / PROJECT_NAME


def _copy_in_memory(path: Path) -> Project:
    """What is in a project that cannot be written to, in memory; empty if it cannot be read."""
    memory = connect(None)
    with suppress(OSError, PrecmedError), tempfile.TemporaryDirectory() as folder:
        if path.is_file():
            readable = open_project(_copied(path, Path(folder)))
            readable.copy_into(memory)
            readable.close()
    return Project(memory, None)


def _with_last_cohort(opening: Opening, folder: Path) -> Opening:
    """Take over, once, what an earlier version kept."""
    earlier = folder / LAST_COHORT_NAME
    project = opening.project
    if project.path == folder / PROJECT_NAME and project.is_new and earlier.exists():
        with suppress(PrecmedError, OSError):
            cohort = load_cohort(earlier)
            if cohort.cases:
                project.record(_("Open the last cohort"), cohort)
            earlier.unlink()
    return opening
