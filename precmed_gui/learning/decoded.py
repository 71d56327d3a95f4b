"""Images decoded once, resized, and kept on disk, so that each epoch reads plain bytes.

The store is a folder in the user's cache, named after everything that shaped it; it is mapped into
memory, not loaded, and used again by later trainings. Old ones go when there are too many.
"""

import hashlib
import io
import json
import math
import os
import shutil
import tempfile
import time
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray

from precmed_gui.cohorts.picture_facts import fingerprint
from precmed_gui.cohorts.private_caches import is_private
from precmed_gui.diagnosis.cases import Case, Unreadable
from precmed_gui.diagnosis.errors import FailedStorage, UnreadableFile
from precmed_gui.diagnosis.pictures import StatedWindow
from precmed_gui.diagnosis.storage import atomic_folder
from precmed_gui.diagnosis.work import CancelToken, Report, Step
from precmed_gui.evaluation.figure_texts import bytes_text
from precmed_gui.language import N_, _
from precmed_gui.modalities import modality
from precmed_gui.places import cache_folder

BUDGET = 4 * 1024**3
MOST_MEMORY = 1024**3
"""Bytes that are kept in memory while nothing may be on the disk."""
MAKE_ROOM = N_("Free some space on that disk, choose a smaller image size, or use fewer images.")
_VERSION = 2
_SPARE = 64 * 1024**2
_REPORT_SECONDS = 0.1


_in_memory: dict[str, "DecodedImages"] = {}
"""The last ones, while nothing may be on the disk."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What the network wants to see; `window` None: as each file says."""

    modality: str
    size: int
    channels: Literal[1, 3]
    window: StatedWindow | None = None


@dataclass(frozen=True)
class DecodedImages:
    """All images of a cohort in rows, in its order; rows of unreadable cases are zero.

    Parameters
    ----------
    pixels
        (n, size, size, channels), uint8, or uint16 if any image has more than 8 bits; on disk.
    is_readable, is_wide
        (n,) whether the row holds an image, and whether that came with 16 bits.
    highest
        (n,) the largest value of the row.
    fingerprints
        (n,) 32 hexadecimal digits of a SHA-256 over the original pixels, as bytes.
    unreadable
        Why the others could not be used.
    """

    pixels: NDArray[np.uint8] | NDArray[np.uint16]
    is_readable: NDArray[np.bool_]
    is_wide: NDArray[np.bool_]
    highest: NDArray[np.uint16]
    fingerprints: NDArray[np.bytes_]
    unreadable: tuple[Unreadable, ...]


class _WiderThanThought(Exception):
    """A 16-bit image appeared in a store of 8 bits."""


def decoded(
    cases: Sequence[Case], frame: Frame, report: Report, cancel: CancelToken
) -> DecodedImages:
    """The store of `cases`, made now unless an earlier training made it.

    Raises
    ------
    FailedStorage
        If the disk has no room for it; nothing is left behind.
    Cancelled
        If the user stopped; nothing is left behind.
    """
    if is_private():
        return _privately(cases, frame, report, cancel)
    folder = _root() / _key(cases, frame)
    found = _opened(folder, cases)
    if found is None or found.unreadable:  # what could not be read may be readable by now
        _make(folder, cases, frame, report, cancel)
        found = _opened(folder, cases)
        _forget_old(keep=folder)
    if found is None:
        raise _failed()
    return found


def _root() -> Path:
    return cache_folder() / "decoded"


def _key(cases: Sequence[Case], frame: Frame) -> str:
    digest = hashlib.sha256(repr((_VERSION, frame)).encode())
    stamps: dict[str, tuple[int, int]] = {}
    for case in cases:
        if case.path not in stamps:
            stamps[case.path] = _stamp(case.path)
        digest.update(repr((case.path, case.item, stamps[case.path])).encode())
        if case.slices > 1:
            digest.update(repr((case.slices, case.files)).encode())
    return digest.hexdigest()[:40]


def _stamp(path: str) -> tuple[int, int]:
    try:
        status = Path(path).stat()
    except OSError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_size)


def _opened(folder: Path, cases: Sequence[Case]) -> DecodedImages | None:
    """The store in `folder`, or None if it is not there or not whole."""
    try:
        with (folder / "facts.npz").open("rb") as file, np.load(file) as facts:
            is_readable, is_wide = facts["is_readable"], facts["is_wide"]
            highest, fingerprints = facts["highest"], facts["fingerprints"]
        reasons = json.loads((folder / "reasons.json").read_text(encoding="utf-8"))
        pixels = np.load(folder / "pixels.npy", mmap_mode="r")
        os.utime(folder)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        return None
    if len(pixels) != len(cases):
        return None
    unreadable = tuple(Unreadable(cases[int(i)].key, text) for i, text in reasons.items())
    return DecodedImages(
        np.asarray(pixels), is_readable, is_wide, highest, fingerprints, unreadable
    )


def _make(
    folder: Path, cases: Sequence[Case], frame: Frame, report: Report, cancel: CancelToken
) -> None:
    for dtype in (np.dtype(np.uint8), np.dtype(np.uint16)):
        _check_room(len(cases) * frame.size**2 * frame.channels * dtype.itemsize)
        try:
            with atomic_folder(folder) as partial:
                _Store(partial, len(cases), frame, dtype).fill(cases, report, cancel)
            return
        except _WiderThanThought:
            continue
        except (FailedStorage, OSError) as error:
            raise _failed() from error


def _privately(
    cases: Sequence[Case], frame: Frame, report: Report, cancel: CancelToken
) -> DecodedImages:
    """In memory; many images in a file without a name, which the system deletes after use."""
    key = _key(cases, frame)
    found = _in_memory.get(key)
    if found is None or found.unreadable:
        _in_memory.clear()
        found = _decoded_privately(cases, frame, report, cancel)
        if found.pixels.nbytes <= MOST_MEMORY:
            _in_memory[key] = found
    return found


def _decoded_privately(
    cases: Sequence[Case], frame: Frame, report: Report, cancel: CancelToken
) -> DecodedImages:
    for dtype in (np.dtype(np.uint8), np.dtype(np.uint16)):
        shape = (len(cases), frame.size, frame.size, frame.channels)
        store = _Store(None, len(cases), frame, dtype)
        try:
            if math.prod(shape) * dtype.itemsize <= MOST_MEMORY:
                memory = io.BytesIO()
                store.write(memory, cases, report, cancel)
                return store.images(np.frombuffer(memory.getbuffer(), dtype).reshape(shape), cases)
            _check_room(math.prod(shape) * dtype.itemsize)
            with tempfile.TemporaryFile(dir=_root()) as file:
                store.write(file, cases, report, cancel)
                file.flush()
                return store.images(np.memmap(file, dtype, "r", shape=shape), cases)
        except _WiderThanThought:
            continue
        except OSError as error:
            raise _failed() from error
    raise AssertionError("no image is wider than 16 bits")


def _failed() -> FailedStorage:
    return FailedStorage(
        _("The prepared images could not be stored in “{folder}”.").format(folder=_root()),
        _(MAKE_ROOM),
    )


def _check_room(wanted: int) -> None:
    """Say what is needed before anything is read, instead of filling the disk."""
    try:
        _root().mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(_root()).free
    except OSError as error:
        raise _failed() from error
    if free < wanted + _SPARE:
        raise FailedStorage(
            _("The prepared images need {needed}, and “{folder}” has only {free} free.").format(
                needed=bytes_text(wanted + _SPARE), folder=_root(), free=bytes_text(free)
            ),
            _(MAKE_ROOM),
        )


def _forget_old(keep: Path) -> None:
    """Delete the stores unused for longest until all together are within `BUDGET`."""
    folders = [folder for folder in _root().iterdir() if folder.is_dir()]
    folders.sort(key=lambda folder: (folder == keep, folder.stat().st_mtime))
    sizes = {f: sum(file.stat().st_size for file in f.iterdir()) for f in folders}
    total = sum(sizes.values())
    for folder in folders[:-1]:
        if total > BUDGET:
            shutil.rmtree(folder, ignore_errors=True)
            total -= sizes[folder]


class _Store:
    """A store while it is written: bytes appended row by row, never through a memory map.

    A full disk then is an `OSError` that can be told; behind a memory map it would end the process.
    """

    def __init__(
        self, folder: Path | None, count: int, frame: Frame, dtype: np.dtype[np.generic]
    ) -> None:
        self._modality = modality(frame.modality)
        self._folder = folder
        self._frame = frame
        self._dtype = dtype
        self._shape = (count, frame.size, frame.size, frame.channels)
        self._is_readable = np.zeros(count, np.bool_)
        self._is_wide = np.zeros(count, np.bool_)
        self._highest = np.zeros(count, np.uint16)
        self._fingerprints = np.zeros(count, "S32")
        self._reasons: dict[int, str] = {}

    def fill(self, cases: Sequence[Case], report: Report, cancel: CancelToken) -> None:
        """Write everything into the folder."""
        assert self._folder is not None
        with (self._folder / "pixels.npy").open("wb") as file:
            header = {
                "descr": np.lib.format.dtype_to_descr(self._dtype),
                "fortran_order": False,
                "shape": self._shape,
            }
            np.lib.format.write_array_header_1_0(file, header)
            self.write(file, cases, report, cancel)
        self._write_facts(self._folder)

    def write(
        self, file: BinaryIO, cases: Sequence[Case], report: Report, cancel: CancelToken
    ) -> None:
        """Write the pixels alone."""
        last = -_REPORT_SECONDS
        for position, case in enumerate(cases):
            cancel.raise_if_set()
            if time.monotonic() - last >= _REPORT_SECONDS:
                last = time.monotonic()
                report(Step(_("Reading images"), position, len(cases)))
            self._add(file, position, case)
        report(Step(_("Reading images"), len(cases), len(cases)))

    def images(self, pixels: NDArray[Any], cases: Sequence[Case]) -> DecodedImages:
        """What `write` has read, with the pixels as they are now kept."""
        reasons = self._reasons.items()
        unreadable = tuple(Unreadable(cases[place].key, text) for place, text in reasons)
        facts = (self._is_readable, self._is_wide, self._highest, self._fingerprints)
        return DecodedImages(np.asarray(pixels), *facts, unreadable)

    def _add(self, file: BinaryIO, position: int, case: Case) -> None:
        try:
            image = self._modality.read(case, self._frame.window)
            row = self._modality.prepare(image, self._frame.size, self._frame.channels)
        except UnreadableFile as error:
            self._reasons[position] = error.message
            row = np.zeros(self._shape[1:], np.uint8)
        else:
            if row.dtype.itemsize > self._dtype.itemsize:
                raise _WiderThanThought
            self._is_readable[position] = True
            self._is_wide[position] = row.dtype == np.uint16
            self._highest[position] = row.max()
            self._fingerprints[position] = fingerprint(image).encode()
        file.write(np.ascontiguousarray(row.astype(self._dtype, copy=False)).data)

    def _write_facts(self, folder: Path) -> None:
        np.savez(
            folder / "facts.npz",
            is_readable=self._is_readable,
            is_wide=self._is_wide,
            highest=self._highest,
            fingerprints=self._fingerprints,
        )
        reasons = json.dumps({str(i): reason for i, reason in self._reasons.items()})
        (folder / "reasons.json").write_text(reasons, encoding="utf-8")
