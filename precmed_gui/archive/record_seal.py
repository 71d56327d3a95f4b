"""The seal of a record at rest: a digest of the whole file, so that really every byte counts.

The chain speaks of rows; a page of SQLite also has bytes that belong to none. So whoever closes
the file last writes its SHA-256 beside it ("record.sqlite.seal"), and whoever writes next removes
that first. A file that was not closed, because the machine died, has no seal until it is closed
again: then the chain and SQLite's own check say what can be said.
"""

import hashlib
import io
import json
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, cast

from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.storage import write_atomically

_held: dict[Path, tuple[BinaryIO, int]] = {}
"""Of every record open in this process: a handle to read its bytes with, and how many hold it.

Closing any handle of a file drops all of the process's POSIX locks on it, SQLite's too: so bytes
are read through one handle, which is closed after the last connection.
"""


def hold(path: Path) -> None:
    """Before a connection is opened: keep a handle on the file, which is made if need be."""
    place = path.resolve()
    handle, users = _held.get(place) or (place.open("ab+"), 0)
    _held[place] = handle, users + 1


def release(path: Path) -> None:
    """After the connection is closed."""
    place = path.resolve()
    handle, users = _held.pop(place)
    if users > 1:
        _held[place] = handle, users - 1
    else:
        handle.close()


def seal_path(path: Path) -> Path:
    """Where the seal of the record at `path` is."""
    return path.with_name(path.name + ".seal")


def break_seal(path: Path) -> None:
    """Before the file changes: its seal goes. To be called with the write lock held."""
    with suppress(OSError):
        seal_path(path).unlink(missing_ok=True)


def seal(connection: sqlite3.Connection, path: Path) -> bool:
    """Bring everything into the one file and write its seal; whether that was possible.

    It is not while another window reads or writes; that one seals when it is closed.
    """
    try:
        connection.execute("PRAGMA busy_timeout = 0")
        busy, _frames, _done = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            return False
        connection.execute("BEGIN IMMEDIATE")
        try:
            if _log_size(path) or seal_path(path).exists():
                return False
            write_atomically(seal_path(path), _document(path))
        finally:
            connection.execute("ROLLBACK")
    except (sqlite3.Error, OSError, PrecmedError):
        return False
    return True


def is_sealed(path: Path) -> bool | None:
    """Whether the file is as it was sealed, byte for byte; None where it has no seal.

    To be called inside a transaction. Whoever writes meanwhile breaks the seal before, and cannot
    seal again while that transaction reads: a seal that is still there spoke of these bytes.
    """
    try:
        found = seal_path(path).read_bytes()
        is_same = found == _document(path) and not _log_size(path)
        return is_same if is_same or found == seal_path(path).read_bytes() else None
    except FileNotFoundError:
        return None
    except OSError:
        return False


def _document(path: Path) -> bytes:
    file, _users = _held[path.resolve()]
    file.seek(0)
    digest = hashlib.file_digest(cast("io.BufferedRandom", file), "sha256")
    size = file.tell()
    return json.dumps({"sha256": digest.hexdigest(), "size": size}, sort_keys=True).encode("ascii")


def _log_size(path: Path) -> int:
    try:
        return path.with_name(path.name + "-wal").stat().st_size
    except FileNotFoundError:
        return 0
