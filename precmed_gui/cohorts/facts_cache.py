"""Facts about pictures, kept on disk by file, time of change and size; used by `image_facts`.

It only saves time: a damaged, locked or full cache is left aside, and nothing is lost.
"""

import hashlib
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from precmed_gui.cohorts.picture_facts import FACTS
from precmed_gui.cohorts.private_caches import is_private
from precmed_gui.diagnosis.cases import Case
from precmed_gui.places import cache_folder

MOST_ROWS = 250_000
"""Of about 1.3 kB each."""
_VERSION = 3
_GROUP = 500
_WAIT_SECONDS = 2.0
_TABLE = "CREATE TABLE IF NOT EXISTS facts (stamp BLOB PRIMARY KEY, picture BLOB NOT NULL)"


def stamps_of(cases: Sequence[Case]) -> tuple[bytes, ...]:
    """What changes with the file, the item and the version; of a series, the middle file's."""
    files: dict[str, tuple[int, int]] = {}
    stamps = []
    for case in cases:
        path = case.files[len(case.files) // 2] if case.files else case.path
        if path not in files:
            files[path] = _stamp(path)
        text = repr((_VERSION, path, case.item, case.slices, files[path]))
        stamps.append(hashlib.sha256(text.encode("utf-8", "backslashreplace")).digest()[:16])
    return tuple(stamps)


def _stamp(path: str) -> tuple[int, int]:
    try:
        status = Path(path).stat()
    except OSError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_size)


class FactsCache:
    """An open cache; without one (no room, damaged) it knows nothing and keeps nothing."""

    def __init__(self) -> None:
        self._connection: sqlite3.Connection | None = None
        self._is_private = is_private()

    def __enter__(self) -> "FactsCache":
        if self._is_private:
            self._connection = _in_memory()
            return self
        folder = cache_folder() / "facts"
        for _attempt in range(2):
            try:
                folder.mkdir(parents=True, exist_ok=True)
                self._connection = _opened(folder / "facts.sqlite")
                return self
            except sqlite3.OperationalError:
                return self
            except sqlite3.DatabaseError:
                _forget(folder / "facts.sqlite")
            except OSError:
                return self
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._connection is not None and not self._is_private:
            self._connection.close()

    def known(self, stamps: Sequence[bytes], table: NDArray[np.void]) -> NDArray[np.bool_]:
        """Fill the rows of `table` that are known; answers (n,) which these are."""
        found = np.zeros(len(stamps), np.bool_)
        if self._connection is None:
            return found
        positions: dict[bytes, int] = {stamp: i for i, stamp in enumerate(stamps)}
        try:
            for start in range(0, len(stamps), _GROUP):
                group = stamps[start : start + _GROUP]
                marks = ",".join("?" * len(group))
                query = f"SELECT stamp, picture FROM facts WHERE stamp IN ({marks})"
                for stamp, picture in self._connection.execute(query, group):
                    if len(picture) == FACTS.itemsize:
                        table[positions[stamp]] = np.frombuffer(picture, FACTS)[0]
                        found[positions[stamp]] = True
        except sqlite3.Error:
            pass
        return found

    def keep(
        self, stamps: Sequence[bytes], table: NDArray[np.void], positions: Sequence[int]
    ) -> None:
        """Remember these rows of `table`, and forget the oldest where there are too many."""
        if self._connection is None or not positions:
            return
        rows = [(stamps[i], table[i].tobytes()) for i in positions]
        try:
            with self._connection:
                self._connection.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", rows)
                self._connection.execute(
                    "DELETE FROM facts WHERE rowid <= (SELECT max(rowid) FROM facts) - ?",
                    (MOST_ROWS,),
                )
        except sqlite3.Error:
            self._connection.close()
            self._connection = None


@cache
def _in_memory() -> sqlite3.Connection:
    """The cache of this process alone, while nothing may be on the disk."""
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.execute(_TABLE)
    return connection


def _forget(file: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        with suppress(OSError):
            file.with_name(file.name + ending).unlink(missing_ok=True)


def _opened(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, timeout=_WAIT_SECONDS)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(_TABLE)
    except sqlite3.Error:
        connection.close()
        raise
    return connection
