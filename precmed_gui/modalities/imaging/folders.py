"""What the folders around a file say: its class, and the part of a split it came with.

Looks at names only; no file is opened here but a DICOMDIR, which says what to look at.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from precmed_gui.diagnosis.cases import Part, Unreadable, natural_key
from precmed_gui.diagnosis.errors import UnreadableFile
from precmed_gui.language import _
from precmed_gui.modalities.imaging.dicomdir import is_dicomdir, referenced_files
from precmed_gui.modalities.imaging.kinds import has_image_name, has_table_name

_PART_WORDS: dict[str, Part] = {
    "train": "train", "training": "train",
    "val": "validation", "valid": "validation", "validation": "validation",
    "test": "test", "testing": "test",
}  # fmt: skip
_TURNING = dict.fromkeys([0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
"""Bidirectional marks (Unicode annex 9)."""
_FEWEST_OF_A_CLASS = 5
_IGNORED = {"thumbs.db", "desktop.ini", "__macosx", "about.txt", "icon\r"}
"""Left by systems beside images; about.txt is what the demo cohort says of itself."""


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to look into, with what its folders say about it."""

    path: Path
    label: str | None = None
    part: Part | None = None


@dataclass(slots=True)
class Search:
    """A walk over what was dropped: files in display order, and what had to be left out.

    Parameters
    ----------
    on_folder
        Called with the number of files so far whenever a folder has been listed.
    """

    on_folder: Callable[[int], None]
    files: list[FoundFile] = field(default_factory=list)
    left_out: list[Unreadable] = field(default_factory=list)
    _visited: set[tuple[int, int]] = field(default_factory=set)

    def search(self, dropped: list[Path]) -> None:
        """Go through everything that was dropped together."""
        folders = [path for path in dropped if _is_folder(path)]
        for path in dropped:
            if _is_file(path):
                self._add_files([path], None, None)
            elif not _is_folder(path):
                self._leave_out(path, _("There is no such file or folder."))
        parts = {_part(folder) for folder in folders} - {None}
        are_parts = len(parts) > 1 or (len(folders) == 1 and bool(_listing(folders[0])[0]))
        are_classes = len(folders) > 1 and not _are_cohorts(folders)
        for folder in folders:
            if are_parts and _part(folder):
                self._add_classes(folder, _part(folder))
            elif are_classes and not _is_divided(folder):
                self._add_tree(folder, folder.name, None)
            else:
                self._add_folder(self._unwrapped(folder))

    def _add_folder(self, folder: Path) -> None:
        subfolders, files = self._listing(folder)
        if self._add_files(files, None, None):
            return
        parts = {sub: part for sub in subfolders if (part := _part(sub))}
        if len(set(parts.values())) > 1:
            for subfolder in subfolders:
                if subfolder in parts:
                    self._add_classes(subfolder, parts[subfolder])
                else:
                    self._leave_out(subfolder, _("It is beside the folders of a given division."))
        else:
            for subfolder in subfolders:
                self._add_tree(subfolder, subfolder.name, None)

    def _add_classes(self, folder: Path, part: Part | None) -> None:
        subfolders, files = self._listing(folder)
        self._add_files(files, None, None)
        for subfolder in subfolders:
            self._add_tree(subfolder, subfolder.name, part)

    def _add_tree(self, folder: Path, label: str, part: Part | None) -> None:
        waiting = [folder]
        while waiting:
            subfolders, files = self._listing(waiting.pop())
            if not self._add_files(files, label, part):
                waiting.extend(reversed(subfolders))

    def _add_files(self, files: list[Path], label: str | None, part: Part | None) -> bool:
        """Add them, or what a DICOMDIR among them names; then nothing else of the folder counts."""
        contents = next((path for path in files if is_dicomdir(path)), None)
        named = None if contents is None else self._contents(contents)
        chosen = named or [p for p in files if p != contents and not has_table_name(p.name)]
        self.files.extend(FoundFile(path, label, part) for path in chosen)
        return named is not None

    def _contents(self, path: Path) -> list[Path] | None:
        """The files a DICOMDIR names, or None where it is of no use; what is missing is listed."""
        try:
            found, missing = referenced_files(path)
        except UnreadableFile as error:
            self._leave_out(path, error.message)
            return None
        for place in missing:
            self._leave_out(place, _("The DICOMDIR names it, but it is not there."))
        return found or None

    def _unwrapped(self, folder: Path) -> Path:
        """The folder inside folders that hold only it (and no images)."""
        for _depth in range(32):
            subfolders, files = _listing(folder)
            if len(subfolders) != 1 or any(map(_stops_unwrapping, files)):
                return folder
            if not _listing(subfolders[0])[0]:
                return folder  # its images are a class by that name
            self._add_files(files, None, None)
            folder = subfolders[0]
        return folder

    def _listing(self, folder: Path) -> tuple[list[Path], list[Path]]:
        """Sub-folders and files in natural order, each folder of the disk once."""
        try:
            status = folder.stat()
            if (status.st_dev, status.st_ino) in self._visited:
                return [], []
            self._visited.add((status.st_dev, status.st_ino))
            found = _listing(folder, strict=True)
        except OSError:
            self._leave_out(folder, _("The folder cannot be opened."))
            return [], []
        self.on_folder(len(self.files) + len(found[1]))
        return found

    def _leave_out(self, path: Path, reason: str) -> None:
        self.left_out.append(Unreadable(str(path), reason))


def _stops_unwrapping(file: Path) -> bool:
    return has_image_name(file.name) or is_dicomdir(file)


def _is_divided(folder: Path) -> bool:
    """Whether it holds the parts of a given split."""
    return len({_part(subfolder) for subfolder in _listing(folder)[0]} - {None}) > 1


def _are_cohorts(folders: list[Path]) -> bool:
    """Whether folders dropped together are cohorts with the same classes, and not classes.

    Sub-folders with a handful of images each are taken for patients and not for classes.
    """
    inside = [_listing(folder)[0] for folder in folders]
    names = {frozenset(subfolder.name for subfolder in subfolders) for subfolders in inside}
    if len(names) > 1 or not all(len(subfolders) > 1 for subfolders in inside):
        return False
    counts = [len(_listing(subfolder)[1]) for subfolders in inside for subfolder in subfolders]
    return sum(counts) / len(counts) >= _FEWEST_OF_A_CLASS


def _listing(folder: Path, *, strict: bool = False) -> tuple[list[Path], list[Path]]:
    try:
        entries = sorted(_visible(folder), key=lambda entry: natural_key(entry.name))
    except OSError:
        if strict:
            raise
        return [], []
    subfolders = [folder / entry.name for entry in entries if _is_folder(entry)]
    return subfolders, [folder / entry.name for entry in entries if _is_file(entry)]


def _visible(folder: Path) -> Iterator["os.DirEntry[str]"]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if not entry.name.startswith(".") and entry.name.casefold() not in _IGNORED:
                yield entry


def _is_folder(entry: "Path | os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself, or behind a folder that may not be opened
        return False


def _is_file(entry: "Path | os.DirEntry[str]") -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False


def class_name(name: str) -> str | None:
    """A name without the invisible characters that turn the text and figures after it round."""
    return name.translate(_TURNING) or None


def _part(folder: Path) -> Part | None:
    return _PART_WORDS.get(folder.name.casefold())
