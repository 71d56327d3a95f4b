"""The SQLite file under a record: shared by several windows, brought up to date, sealed at rest.

Used by `record*` alone. Everything SQLite can refuse ends here as a sentence.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from precmed_gui.archive.record_errors import (
    damaged,
    emptied,
    newer,
    refusal,
    replaced,
    unkept,
)
from precmed_gui.archive.record_keys import Cost, KeptKeys, Keys, kept, new_keys, opened
from precmed_gui.archive.record_schema import APPLICATION, STEPS
from precmed_gui.archive.record_seal import break_seal, hold, release, seal, seal_path
from precmed_gui.cohorts.private_caches import allow_caches, is_private, keep_private
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.places import record_file

_ATTEMPTS = 20
WAIT_SECONDS = 10.0
"""How long a window waits for another one's write."""
_GENERATION, _SMALLEST = 16, 512


@dataclass(slots=True)
class RecordFile:
    """An open file: the connection, where it is, its keys, and which generation these belong to."""

    connection: sqlite3.Connection
    path: Path
    keys: Keys
    generation: bytes


def open_file(path: Path, passphrase: str) -> RecordFile:
    """The file at `path`, a new one if there is none; encrypted if new and with a passphrase.

    Raises
    ------
    LockedRecord, DamagedRecord, NewerRecord, WrongPassphrase, FailedStorage
    """
    connection = connect(path)
    try:
        with reading_errors():
            found = found_keys(connection) or _first_keys(connection, path, passphrase)
            generation, kept_keys = found
        follow_encryption(path, is_encrypted=kept_keys.wrapped is not None)
        return RecordFile(connection, path, opened(kept_keys, passphrase), generation)
    except PrecmedError:
        disconnect(connection, path)
        raise


def follow_encryption(path: Path, *, is_encrypted: bool) -> None:
    """Have pictures cached on the disk only while the user's own record is not encrypted.

    Raises
    ------
    FailedStorage
        If that cannot be written down.
    """
    if path.resolve() != record_file().resolve():
        return
    try:
        if is_encrypted:
            keep_private()
        elif is_private():
            allow_caches()
    except OSError as error:
        raise unkept() from error


def connect(path: Path) -> sqlite3.Connection:
    """A connection with everything set that durability and sharing need; ends in `disconnect`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        hold(path)
    except OSError as error:
        raise unkept() from error
    try:
        connection = sqlite3.connect(path, isolation_level=None, timeout=WAIT_SECONDS)
    except sqlite3.Error as error:
        release(path)
        raise refusal(error) from error
    try:
        with reading_errors():
            _refuse_foreign(connection, path)
            _log_ahead(connection)
            for setting in (
                "synchronous = FULL",
                "secure_delete = ON",
                "temp_store = MEMORY",
                "recursive_triggers = ON",
                "cache_size = -32000",
            ):
                connection.execute(f"PRAGMA {setting}")
            _bring_up_to_date(connection, path)
    except PrecmedError:
        disconnect(connection, path)
        raise
    return connection


def disconnect(connection: sqlite3.Connection, path: Path) -> None:
    """Set the file free."""
    connection.close()
    release(path)


def close_file(file: RecordFile) -> None:
    """Bring all into one file, seal it if nobody else has it in use, and set it free."""
    seal(file.connection, file.path)
    disconnect(file.connection, file.path)


@contextmanager
def reading_errors() -> Iterator[None]:
    """Turn what SQLite says into our errors."""
    try:
        yield
    except sqlite3.Error as error:
        raise refusal(error) from error
    except UnicodeDecodeError as error:  # a text of SQLite's, for instance a name in its error
        raise damaged() from error


@contextmanager
def writing(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """All of the block is on the disk when it ends, or nothing of it; others wait for it.

    Raises
    ------
    LockedRecord, DamagedRecord, FailedStorage
    """
    with reading_errors():
        connection.execute("BEGIN IMMEDIATE")
        try:
            break_seal(path)
            yield
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")


def require_same(file: RecordFile) -> None:
    """Raise `ReplacedRecord` if another window has replaced all of it."""
    row = file.connection.execute("SELECT generation FROM keys").fetchone()
    if row is None or row[0] != file.generation:
        raise replaced()


def keep_keys(connection: sqlite3.Connection, keys: KeptKeys) -> bytes:
    """Write `keys` down in the place of those before; the new generation."""
    generation = os.urandom(_GENERATION)
    cost = keys.cost
    said = (cost.n, cost.r, cost.p) if cost else (None, None, None)
    row = (generation, keys.index, keys.salt, keys.wrapped, *said)
    connection.execute("DELETE FROM keys")
    connection.execute("INSERT INTO keys VALUES (1, ?, ?, ?, ?, ?, ?, ?)", row)
    return generation


def found_keys(connection: sqlite3.Connection) -> tuple[bytes, KeptKeys] | None:
    """The generation and the keys as the file has them; None in a new one."""
    names = "generation, index_key, salt, wrapped, scrypt_n, scrypt_r, scrypt_p"
    row = connection.execute(f"SELECT {names} FROM keys").fetchone()
    if row is None:
        return None
    generation, index, salt, wrapped, *said = row
    cost = None if said == [None] * 3 else Cost(*said)
    return generation, KeptKeys(index, salt, wrapped, cost)


def _first_keys(
    connection: sqlite3.Connection, path: Path, passphrase: str
) -> tuple[bytes, KeptKeys]:
    """Keys for a new file, unless another window was quicker."""
    keys = kept(new_keys(is_encrypted=bool(passphrase)), passphrase)
    with writing(connection, path):
        found = found_keys(connection)
        if found is None:
            if connection.execute("SELECT 1 FROM rows").fetchone():
                raise damaged()
            found = keep_keys(connection, keys), keys
    return found


def _log_ahead(connection: sqlite3.Connection) -> None:
    """Turn the write-ahead log on; SQLite does not wait for another window doing the same."""
    for _attempt in range(_ATTEMPTS):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            connection.execute("BEGIN IMMEDIATE")  # this one waits
            connection.execute("ROLLBACK")
        else:
            return
    connection.execute("PRAGMA journal_mode = WAL")


def _refuse_foreign(connection: sqlite3.Connection, path: Path) -> None:
    is_new = not _number(connection, "schema_version")
    if is_new and 0 < path.stat().st_size < _SMALLEST:  # SQLite would write over it
        raise damaged()
    if is_new and seal_path(path).exists():
        raise emptied(seal_path(path).name)
    if not is_new and _number(connection, "application_id") != APPLICATION:
        raise damaged()
    if _number(connection, "user_version") > len(STEPS):
        raise newer()


def _bring_up_to_date(connection: sqlite3.Connection, path: Path) -> None:
    if _number(connection, "user_version") == len(STEPS):
        return
    with writing(connection, path):
        for step in STEPS[_number(connection, "user_version") :]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(STEPS)}")
        connection.execute(f"PRAGMA application_id = {APPLICATION}")


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])
