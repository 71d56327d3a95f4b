"""Files of a cohort that are no longer where they were, found again by what they contain.

The window has the reading engine note what every file contains (`contents_of`), look which are
gone (`missing_of`), and look for those in a folder (`find_moved`) or among what is dropped
(`open_or_find`).
"""

import hashlib
import os
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from precmed_gui.diagnosis.cases import Case, Cohort
from precmed_gui.diagnosis.work import CancelToken, Report, Step
from precmed_gui.language import _
from precmed_gui.modalities import open_cohort

BLOCK = 1 << 20
STEP_SECONDS = 0.1
_SIZE_BYTES = 8
_LIKE_PARTS = 4

Contents = Mapping[str, bytes]
"""What files contain, by path: the size in 8 bytes, the greatest first, and the SHA-256."""
Places = dict[str, str]
"""Where files are now, by where they were."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What was dropped: its cases, and which of the cohort's missing files are among its files."""

    cohort: Cohort
    moved: Places


def files_of(cases: Iterable[Case]) -> tuple[str, ...]:
    """The paths of all files of `cases`, each once, in their order."""
    return tuple(dict.fromkeys(path for case in cases for path in case.files or (case.path,)))


def with_files_moved(cohort: Cohort, moved: Mapping[str, str]) -> Cohort:
    """`cohort` with these files at their new places; everything else stays as it is.

    A container moves with all its images, a series when all its files do. No two cases become
    one: where there is a case of the new place already, the old one stays.
    """
    taken = {case.key for case in cohort.cases}
    cases = []
    for case in cohort.cases:
        after = _moved(case, moved)
        if after is not case and after.key in taken:
            after = case
        taken.add(after.key)
        cases.append(after)
    return replace(cohort, cases=tuple(cases))


def contents_of(
    paths: tuple[str, ...], seconds: float, report: Report, cancel: CancelToken
) -> dict[str, bytes]:
    """What the first of these files contain, for about `seconds`; at least one is read.

    b"" for a file that cannot be read. The rest of `paths` is for the next call.
    """
    end, found = time.monotonic() + seconds, {}
    for path in paths:
        found[path] = content_of(path, cancel)
        if time.monotonic() > end:
            break
    return found


def missing_of(paths: tuple[str, ...], report: Report, cancel: CancelToken) -> tuple[str, ...]:
    """Those of these files that are not there."""
    missing = []
    for path in paths:
        cancel.raise_if_set()
        if not os.path.exists(path):  # noqa: PTH110 - many thousand calls
            missing.append(path)
    return tuple(missing)


def find_moved(folder: str, wanted: Contents, report: Report, cancel: CancelToken) -> Places:
    """Where below `folder` files with the content of `wanted` are, by where they were.

    Only files of the same size are read. Of several with the same content, that with the most
    like name is taken; each is the new place of one file.
    """
    stage = _("Looking through folders")
    progress = _Progress(report, cancel)
    files = []
    for path in _files_below(folder):
        files.append(path)
        progress.show(stage, len(files), 0)
    return _matched(files, wanted, progress)


def open_or_find(
    paths: tuple[str, ...],
    known: Contents,
    report: Report,
    cancel: CancelToken,
) -> Opened:
    """`open_cohort`, and which files of `known` that are gone are among what it found."""
    cohort = open_cohort(paths, report, cancel)
    new = [path for path in files_of(cohort.cases) if path not in known]
    missing = set(missing_of(tuple(known), report, cancel)) if new else set()
    wanted = {path: known[path] for path in missing}
    return Opened(cohort, _matched(new, wanted, _Progress(report, cancel)))


def content_of(path: str, cancel: CancelToken) -> bytes:
    """What a file contains, as `Contents` has it; b"" where it cannot be read."""
    sha256, size = hashlib.sha256(), 0
    cancel.raise_if_set()
    try:
        with Path(path).open("rb") as file:
            while block := file.read(BLOCK):
                cancel.raise_if_set()
                sha256.update(block)
                size += len(block)
    except OSError:
        return b""
    return _size_bytes(size) + sha256.digest()


class _Progress:
    """Tells how far it is, a few times a second."""

    def __init__(self, report: Report, cancel: CancelToken) -> None:
        self.report, self.cancel, self._told = report, cancel, 0.0

    def show(self, stage: str, done: int, total: int) -> None:
        self.cancel.raise_if_set()
        now = time.monotonic()
        if now - self._told >= STEP_SECONDS:
            self._told = now
            self.report(Step(stage, done, total))


def _files_below(folder: str) -> Iterator[str]:
    for root, _folders, names in os.walk(os.path.abspath(folder)):  # noqa: PTH100 - as typed
        yield from (os.path.join(root, name) for name in sorted(names))  # noqa: PTH118


def _matched(files: Iterable[str], wanted: Contents, progress: _Progress) -> Places:
    sizes = {content[:_SIZE_BYTES] for content in wanted.values() if content}
    candidates = [path for path in files if path not in wanted and _size(path) in sizes]
    news: dict[bytes, list[str]] = defaultdict(list)
    for done, path in enumerate(candidates, start=1):
        progress.show(_("Comparing files"), done, len(candidates))
        news[content_of(path, progress.cancel)].append(path)
    olds: dict[bytes, list[str]] = defaultdict(list)
    for path, content in wanted.items():
        olds[content].append(path)
    places: Places = {}
    for content, paths in olds.items():
        if content and content in news:
            places |= _paired(paths, news[content])
    return places


def _paired(olds: list[str], news: list[str]) -> Places:
    """Old to new places of files with one content, each used once: most alike in name first."""
    places: Places = {}
    for parts in range(_LIKE_PARTS, -1, -1):
        free: dict[tuple[str, ...], list[str]] = defaultdict(list)
        used = set(places.values())
        for new in reversed(news):
            if new not in used:
                free[_end(new, parts)].append(new)
        for old in olds:
            if old not in places and free[_end(old, parts)]:
                places[old] = free[_end(old, parts)].pop()
    return places


def _end(path: str, parts: int) -> tuple[str, ...]:
    """The last parts of a path: its name, the folder it is in, and so on upwards."""
    return Path(path).parts[-parts:] if parts else ()


def _size(path: str) -> bytes:
    try:
        return _size_bytes(Path(path).stat().st_size)
    except OSError:
        return b""


def _size_bytes(size: int) -> bytes:
    return size.to_bytes(_SIZE_BYTES, "big")


def _moved(case: Case, moved: Mapping[str, str]) -> Case:
    files = case.files or (case.path,)
    if not all(path in moved for path in files):
        return case
    places = tuple(moved[path] for path in files)
    return replace(case, path=places[0], files=places if case.files else ())
