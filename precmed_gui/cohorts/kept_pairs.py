"""Near copies that were found once, kept on disk: a check before each training takes no time.

A cohort from which some images were taken since is answered, too. Used by `check`.
"""

import io
import zipfile
import zlib
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from precmed_gui.cohorts.duplicates import ALIKE, Pairs
from precmed_gui.cohorts.private_caches import is_private
from precmed_gui.diagnosis.errors import FailedStorage
from precmed_gui.diagnosis.storage import write_atomically
from precmed_gui.places import cache_folder

_VERSION = 1
_MOST_FILES = 4
_LEAST_LEFT = 0.8
"""Of fewer images what is usual may differ, and with it what counts as alike."""
_Kept = tuple[NDArray[np.bytes_], NDArray[np.bytes_]]
_in_memory: deque[_Kept] = deque(maxlen=_MOST_FILES)
"""The newest first, while nothing may be on the disk."""


def kept_pairs(fingerprints: NDArray[np.bytes_]) -> Pairs | None:
    """(m, 2) positions of near copies among different pictures, or None if nobody looked yet."""
    order = np.argsort(fingerprints)
    for known, pairs in _in_memory if is_private() else _on_disk():
        if len(fingerprints) < _LEAST_LEFT * len(known) or not np.isin(fingerprints, known).all():
            continue
        left = pairs[np.isin(pairs, fingerprints).all(axis=1)]
        places = order[np.searchsorted(fingerprints, left, sorter=order)]
        return np.sort(places.astype(np.int64).reshape(-1, 2), axis=1)
    return None


def keep_pairs(fingerprints: NDArray[np.bytes_], pairs: Pairs) -> None:
    """Remember what was found, and forget what was found longest ago."""
    if is_private():
        _in_memory.appendleft((fingerprints, fingerprints[pairs].reshape(-1, 2)))
        return
    file = io.BytesIO()
    np.savez(file, fingerprints=fingerprints, pairs=fingerprints[pairs].reshape(-1, 2))
    old = _files()
    number = 1 + max((int(path.stem.rpartition("-")[2]) for path in old), default=0)
    try:
        write_atomically(_folder() / f"{_name()}{number}.npz", file.getvalue())
        for path in old[_MOST_FILES - 1 :]:
            path.unlink(missing_ok=True)
    except (FailedStorage, OSError):
        return  # it only saves time


def _on_disk() -> Iterator[_Kept]:
    for file in _files():
        try:
            with file.open("rb") as opened, np.load(opened) as kept:
                found = kept["fingerprints"], kept["pairs"]
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
            continue
        yield found


def _folder() -> Path:
    return cache_folder() / "facts"


def _name() -> str:
    return f"pairs-{_VERSION}-{ALIKE:.2f}-"


def _files() -> list[Path]:
    """The newest first."""
    try:
        found = [path for path in _folder().glob(f"{_name()}*.npz") if path.stem[-1].isdigit()]
        return sorted(found, key=lambda path: -int(path.stem.rpartition("-")[2]))
    except (OSError, ValueError):
        return []
