"""The SQLite file under a project: opened by one window at a time, checked, brought up to date.

Used by `project` alone. Everything SQLite can refuse ends here as a sentence.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from precmed_gui.diagnosis.errors import FailedStorage, PrecmedError
from precmed_gui.language import _

APPLICATION = 0x50724D64
"""What marks the file as ours, in SQLite's header."""
MEMORY = ":memory:"
_WAIT_SECONDS = 0.1

_FIRST = """
CREATE TABLE edits (
    number INTEGER PRIMARY KEY, text TEXT NOT NULL, made_at TEXT NOT NULL,
    change BLOB NOT NULL, seal BLOB NOT NULL);
CREATE TABLE place (
    id INTEGER PRIMARY KEY CHECK (id = 1), number INTEGER NOT NULL, seal BLOB NOT NULL);
CREATE TABLE snapshots (
    number INTEGER PRIMARY KEY, cohort BLOB NOT NULL, seal BLOB NOT NULL);
CREATE TABLE view (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE contents (path BLOB PRIMARY KEY, content BLOB NOT NULL) WITHOUT ROWID;
"""
STEPS = (_FIRST,)
"""What makes a file of version n one of version n + 1; SQLite's user_version counts them."""

_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_FORBIDDEN = {
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_AUTH,
}


class LockedProject(PrecmedError):
    """Another window works on it."""


class DamagedProject(PrecmedError):
    """Not a project, or one whose content has changed by itself."""


class NewerProject(PrecmedError):
    """A later version of the program made it."""


def connect(path: Path | None) -> sqlite3.Connection:
    """The file at `path`, new if there is none, locked for us until it is closed.

    `path` None is a project in memory. Raises the errors above, or `FailedStorage`.
    """
    if path is not None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unkept() from error
    connection = None
    try:
        connection = sqlite3.connect(
            path or MEMORY, isolation_level=None, timeout=_WAIT_SECONDS, cached_statements=32
        )
        _prepare(connection)
    except (sqlite3.Error, PrecmedError) as error:
        if connection is not None:
            connection.close()
        if isinstance(error, sqlite3.Error):
            raise refusal(error) from error
        raise
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of the block is on the disk when it ends, or nothing of it.

    Raises
    ------
    FailedStorage
        If the disk refuses.
    DamagedProject
        If SQLite finds the file damaged.
    """
    try:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
    except sqlite3.Error as error:
        raise refusal(error) from error


def refusal(error: sqlite3.Error) -> PrecmedError:
    """What to tell a user about an error of SQLite."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in _LOCKED:
        return LockedProject(
            _("Another window of PrecMed is open and works on your images."),
            _("Go on in that window, or close it."),
        )
    if code in _DAMAGED or code == sqlite3.SQLITE_ERROR:
        return damaged()
    if code == sqlite3.SQLITE_FULL:
        return FailedStorage(
            _("The disk is full: your change could not be kept, so it was not made."),
            _("Free some space, then try again."),
        )
    if code in _FORBIDDEN:
        return unkept()
    return FailedStorage(
        _("The disk does not answer: your change could not be kept, so it was not made."),
        _("Check that the disk is connected, then try again."),
    )


def unkept() -> FailedStorage:
    """The folder cannot be written to."""
    return FailedStorage(
        _("The folder of your PrecMed files cannot be written to: changes cannot be kept."),
        _("Save the cohort to another folder before you close the window."),
    )


def damaged() -> DamagedProject:
    """The content is not what was written."""
    return DamagedProject(
        _("The file that keeps your images and changes is damaged."),
        _("Add the images again, or open a cohort that you saved."),
    )


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    with transaction(connection):
        version = _number(connection, "user_version")
        is_new = not _number(connection, "schema_version")
        if not is_new and _number(connection, "application_id") != APPLICATION:
            raise damaged()
        if version > len(STEPS):
            raise NewerProject(
                _("Your images were last worked on with a newer version of PrecMed."),
                _("Start that version to go on with them."),
            )
        if not is_new and connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise damaged()
        _bring_up_to_date(connection, version)


def _bring_up_to_date(connection: sqlite3.Connection, version: int) -> None:
    for step in STEPS[version:]:
        for statement in filter(str.strip, step.split(";")):
            connection.execute(statement)
    if version < len(STEPS):
        connection.execute(f"PRAGMA user_version = {len(STEPS)}")
        connection.execute(f"PRAGMA application_id = {APPLICATION}")


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])
