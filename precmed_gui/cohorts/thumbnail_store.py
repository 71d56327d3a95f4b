"""Thumbnails kept on disk from one day to the next, within a limit, so that big files rest.

The cases panel reads its thumbnails through here. The store is a cache: what is damaged in it, or
the whole of it, is read again from the images; where the disk refuses, it does without.
"""

import hashlib
import sqlite3
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from precmed_gui import modalities
from precmed_gui.cohorts.private_caches import is_private
from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.pictures import Thumbnail, ThumbnailsRead
from precmed_gui.diagnosis.work import CancelToken, Report
from precmed_gui.places import cache_folder

LIMIT = 512 * 1024**2
"""Bytes of all thumbnails together."""

MEMORY_LIMIT = 64 * 1024**2
"""The same where they are in memory."""

_VERSION = 1
_PAUSE_SECONDS = 5.0
_USE_SECONDS = 3600
_SHARE_KEPT = 0.9
_QUICKLY = 1
_TABLE = """
    CREATE TABLE IF NOT EXISTS thumbnails (
        name BLOB PRIMARY KEY, used INTEGER, bytes INTEGER, shape TEXT, sum INTEGER, pixels BLOB
    )"""
_INDEX = "CREATE INDEX IF NOT EXISTS by_use ON thumbnails (used, bytes)"


def store_file() -> Path:
    """Where the thumbnails are; may be deleted at any time."""
    return cache_folder() / "thumbnails.sqlite"


def read_thumbnails(
    name: str, cases: tuple[Case, ...], side: int, report: Report, cancel: CancelToken
) -> int:
    """As `modalities.read_thumbnails`; those that were read before come first, from the disk.

    A thumbnail is known by path, time, size and place of its file, and by `side`: a file that
    changed is read again. Reasons why there is no picture are never kept.
    """
    names = {case.key: _name(name, case, side) for case in cases}
    with _opened() as store:
        kept = _found(store, names)
        if kept:
            report(ThumbnailsRead(tuple(kept[case.key] for case in cases if case.key in kept)))
        missing = tuple(case for case in cases if case.key not in kept)
        read: list[Thumbnail] = []

        def forward(event: object) -> None:
            if isinstance(event, ThumbnailsRead):
                read.extend(event.thumbnails)
            report(event)

        try:
            modalities.read_thumbnails(name, missing, side, forward, cancel)
        finally:
            _keep(store, {names[thumbnail.key]: thumbnail for thumbnail in read})
    return len(cases)


def _name(name: str, case: Case, side: int) -> bytes:
    shown = case.files[len(case.files) // 2] if case.files else case.path
    try:
        status = Path(shown).stat()
        stamp = (status.st_mtime_ns, status.st_size)
    except OSError:
        stamp = (0, 0)
    facts = (_VERSION, name, case.path, case.item, case.slices, case.files, stamp, side)
    return hashlib.sha256(repr(facts).encode(errors="surrogatepass")).digest()


@contextmanager
def _opened() -> Iterator[sqlite3.Connection | None]:
    """The store, made anew if it is no store any more; None where there can be none."""
    if is_private():
        yield _in_memory()
        return
    try:
        connection = _connected()
    except sqlite3.OperationalError:
        connection = None
    except sqlite3.DatabaseError:
        connection = _made_anew()
    except OSError:
        connection = None
    if connection is None:
        yield None
        return
    with closing(connection):
        yield connection


@cache
def _in_memory() -> sqlite3.Connection:
    """The store of this process alone, while nothing may be on the disk."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection.execute(_TABLE)
    connection.execute(_INDEX)
    return connection


def _connected() -> sqlite3.Connection:
    store_file().parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(store_file(), timeout=_PAUSE_SECONDS, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute(_TABLE)
        connection.execute(_INDEX)
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


def _made_anew() -> sqlite3.Connection | None:
    forget_thumbnails()
    try:
        return _connected()
    except (OSError, sqlite3.DatabaseError):
        return None


def forget_thumbnails() -> None:
    """Delete the store."""
    for ending in ("", "-wal", "-shm"):
        with suppress(OSError):
            store_file().with_name(store_file().name + ending).unlink(missing_ok=True)


def _found(store: sqlite3.Connection | None, names: Mapping[str, bytes]) -> dict[str, Thumbnail]:
    if store is None or not names:
        return {}
    keys = {name: key for key, name in names.items()}
    marks = ",".join("?" * len(keys))
    now = int(time.time())
    try:
        rows = store.execute(
            f"SELECT name, used, shape, sum, pixels FROM thumbnails WHERE name IN ({marks})",
            list(keys),
        ).fetchall()
        old = [(now, row[0]) for row in rows if now - row[1] > _USE_SECONDS]
        if old:
            _in_one_go(store, "UPDATE thumbnails SET used = ? WHERE name = ?", old)
    except sqlite3.OperationalError:
        return {}
    except sqlite3.DatabaseError:
        store.close()
        forget_thumbnails()
        return {}
    thumbnails = {}
    for name, _used, shape, total, packed in rows:
        pixels = _unpacked(shape, total, packed)
        if pixels is not None:
            thumbnails[keys[name]] = Thumbnail(keys[name], pixels)
    return thumbnails


def _unpacked(shape: str, total: int, packed: bytes) -> NDArray[np.uint8] | None:
    """The pixels of a row, or None if it is not what was written."""
    try:
        if zlib.crc32(packed, zlib.crc32(shape.encode())) != total:
            return None
        sides = [int(side) for side in shape.split()]
        return np.frombuffer(zlib.decompress(packed), np.uint8).reshape(sides)
    except (ValueError, TypeError, AttributeError, zlib.error):
        return None


def _keep(store: sqlite3.Connection | None, thumbnails: Mapping[bytes, Thumbnail]) -> None:
    now, rows = int(time.time()), []
    for name, thumbnail in thumbnails.items():
        if thumbnail.pixels is not None:
            shape = " ".join(str(side) for side in thumbnail.pixels.shape)
            packed = zlib.compress(np.ascontiguousarray(thumbnail.pixels).data, _QUICKLY)
            total = zlib.crc32(packed, zlib.crc32(shape.encode()))
            rows.append((name, now, len(packed), shape, total, packed))
    if store is None or not rows:
        return
    try:
        _in_one_go(store, "INSERT OR REPLACE INTO thumbnails VALUES (?, ?, ?, ?, ?, ?)", rows)
        _drop_oldest(store)
    except sqlite3.OperationalError:
        return  # a full or locked disk: the thumbnails are read again another time
    except sqlite3.DatabaseError:
        store.close()
        forget_thumbnails()


def _in_one_go(
    store: sqlite3.Connection, statement: str, rows: Iterable[tuple[object, ...]]
) -> None:
    store.execute("BEGIN IMMEDIATE")
    try:
        store.executemany(statement, rows)
    except sqlite3.DatabaseError:
        store.execute("ROLLBACK")
        raise
    store.execute("COMMIT")


def _drop_oldest(store: sqlite3.Connection) -> None:
    """Above the limit, those not looked at for longest go, until there is some room again."""
    (total,) = store.execute("SELECT total(bytes) FROM thumbnails").fetchone()
    limit = MEMORY_LIMIT if is_private() else LIMIT
    if total <= limit:
        return
    gone: list[tuple[object, ...]] = []
    for name, size in store.execute("SELECT name, bytes FROM thumbnails ORDER BY used, rowid"):
        if total <= limit * _SHARE_KEPT:
            break
        gone.append((name,))
        total -= size
    _in_one_go(store, "DELETE FROM thumbnails WHERE name = ?", gone)
