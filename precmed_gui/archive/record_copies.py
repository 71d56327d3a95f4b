"""Backups of a record, made and restored while windows work with it; `precmed archive` uses them.

A backup is one file that was verified before it got its name. Restoring is one transaction in the
record, so that other windows see all of it or nothing; what was there before is kept aside.
"""

import glob
import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

from precmed_gui.archive.record import Record
from precmed_gui.archive.record_audit import audit
from precmed_gui.archive.record_chain import Entry, appending
from precmed_gui.archive.record_erasing import empty_rows, scrub
from precmed_gui.archive.record_errors import DamagedRecord, no_backup
from precmed_gui.archive.record_file import (
    RecordFile,
    close_file,
    connect,
    disconnect,
    found_keys,
    open_file,
    reading_errors,
    writing,
)
from precmed_gui.archive.record_keys import opened
from precmed_gui.archive.record_passphrase import set_passphrase, without_triggers
from precmed_gui.archive.record_seal import seal_path
from precmed_gui.diagnosis.errors import FailedStorage
from precmed_gui.diagnosis.storage import failed_storage
from precmed_gui.diagnosis.work import CancelToken, Report, Step
from precmed_gui.language import _

_STEP_PAGES = 2000
_COMPANIONS = ("-wal", "-shm", "-journal", ".seal")
_ERASED = "SELECT number, hash FROM rows WHERE identity IS NULL AND identity_digest IS NOT NULL"
_TABLES = ("rows", "head", "answers", "words", "tallies", "keys")


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restoring did.

    Parameters
    ----------
    rows
        Rows the record has now.
    aside
        Where the former record is; None where there was none.
    has_lost_erasures
        Whether the former record was too damaged to tell who was erased since the backup.
    """

    rows: int
    aside: Path | None
    has_lost_erasures: bool = False


def erase_again() -> str:
    """What must be read after a restoring that `has_lost_erasures`."""
    return _(
        "The former record is too damaged to tell who was erased from it. Patients erased since "
        "the backup are in it again: erase them once more."
    )


@dataclass(frozen=True, slots=True)
class _Former:
    """The record that was replaced: where it is, the end of its chain, what was erased in it."""

    aside: Path | None
    head: str = ""
    emptied: tuple[tuple[int, bytes], ...] = ()
    is_whole: bool = True


def back_up(record: Record, target: Path, report: Report, cancel: CancelToken) -> int:
    """Make `target` a copy of `record` as it is now; the rows in it.

    Raises
    ------
    DamagedRecord
        If the copy does not verify; `target` is then as it was.
    FailedStorage
        If the disk refuses, or `target` is the record itself.
    """
    place = target.expanduser().absolute()
    _refuse_itself(record.path, place)
    with _beside(place) as partial:
        _copy(record.file.connection, partial, report, cancel)
        file = record.file
        copy = RecordFile(connect(partial), partial, file.keys, file.generation)
        rows = _verified(copy, report, cancel)
        _put(partial, place)
    return rows


def restore(
    path: Path, backup: Path, passphrase: str, report: Report, cancel: CancelToken
) -> Restored:
    """Make the record at `path` what it was when `backup` was made.

    Patients that were erased since stay erased, as far as a damaged record still tells. That it
    was restored, and which head the former record had ("" where that was damaged), is a row of its
    own. An encrypted record stays so: a backup without encryption is encrypted under the passphrase
    of the record.

    Parameters
    ----------
    passphrase
        Of the backup, else of the record; it is that of the record from then on.

    Raises
    ------
    DamagedRecord
        If the backup does not verify; the record is then as it was.
    WrongPassphrase, LockedRecord, FailedStorage
        Likewise.
    """
    path, backup = path.expanduser().absolute(), backup.expanduser().absolute()
    _refuse_itself(path, backup)
    with _beside(path) as partial:
        _fetch(backup, partial)
        file = _opened_backup(partial, backup.name, passphrase)
        _verified(file, report, cancel)
        if not file.keys.data and _is_encrypted(path, passphrase):
            _encrypt(partial, passphrase, report, cancel)
        try:
            former = _replace(path, partial, report, cancel)
        except DamagedRecord:
            former = _salvaged(_set_aside(path))
            _put(partial, path)
        rows = _note(path, passphrase, former)
    return Restored(rows, former.aside, has_lost_erasures=not former.is_whole)


def _is_encrypted(path: Path, passphrase: str) -> bool:
    """Whether the record is, and `passphrase` opens it; raises `WrongPassphrase` if not with that.

    Where a damaged one cannot say so, whoever names a passphrase means it.
    """
    if not path.exists():
        return False
    try:
        connection = connect(path)
        try:
            with reading_errors():
                found = found_keys(connection)
            return found is not None and bool(opened(found[1], passphrase).data)
        finally:
            disconnect(connection, path)
    except DamagedRecord:
        return bool(passphrase)


def _encrypt(partial: Path, passphrase: str, report: Report, cancel: CancelToken) -> None:
    """Encrypt a copy, which is closed and one file before and afterwards."""
    copy = Record(open_file(partial, ""))
    try:
        set_passphrase(copy, passphrase, report, cancel)
        with reading_errors():
            copy.file.connection.execute("PRAGMA journal_mode = DELETE")
    finally:
        disconnect(copy.file.connection, partial)


def _opened_backup(partial: Path, name: str, passphrase: str) -> RecordFile:
    """The copy of a backup; an empty file is none, though SQLite would begin a database in it."""
    if not partial.stat().st_size:
        raise no_backup(name)
    try:
        return open_file(partial, passphrase)
    except DamagedRecord as error:
        raise no_backup(name) from error


def _verified(file: RecordFile, report: Report, cancel: CancelToken) -> int:
    """The rows of a copy, which is closed and one file afterwards."""
    try:
        found = audit(file, report, cancel)
        if not found.valid:
            raise DamagedRecord(
                _("The copy is not sound, so nothing was replaced: {reason}").format(
                    reason=found.reason
                ),
                _("Verify the record, or choose another backup."),
            )
        with reading_errors():
            file.connection.execute("PRAGMA journal_mode = DELETE")
    finally:
        disconnect(file.connection, file.path)
    return found.rows


def _replace(path: Path, partial: Path, report: Report, cancel: CancelToken) -> _Former:
    """Put the copy's content into the record; what was there before."""
    connection = connect(path)
    try:
        with reading_errors():
            connection.execute("ATTACH ? AS copy", (str(partial),))
        with writing(connection, path):
            has_rows = connection.execute("SELECT 1 FROM rows").fetchone() is not None
            aside = _aside(path) if has_rows else None
            if aside:
                _keep_aside(path, aside, report, cancel)
            former = _former(connection, aside)
            with without_triggers(connection):
                for table in _TABLES:
                    connection.execute(f"DELETE FROM main.{table}")
                    connection.execute(f"INSERT INTO main.{table} SELECT * FROM copy.{table}")
            connection.execute("UPDATE keys SET generation = randomblob(16)")
        return former
    finally:
        disconnect(connection, path)


def _salvaged(aside: Path | None) -> _Former:
    """What a damaged record still tells about erased patients, read without changing it.

    It tells all where as many rows can be read as its head counts.
    """
    emptied: list[tuple[int, bytes]] = []
    if aside is None:
        return _Former(None)
    try:
        with closing(sqlite3.connect(f"{aside.as_uri()}?mode=ro", uri=True)) as connection:
            for number, known in connection.execute(_ERASED):
                emptied.append((number, known))
            rows = connection.execute("SELECT count(*), max(number) FROM rows NOT INDEXED")
            head = connection.execute("SELECT number FROM head").fetchone()
            is_whole = head is not None and rows.fetchone() == (head[0], head[0])
    except (sqlite3.Error, UnicodeDecodeError):
        is_whole = False
    return _Former(aside, "", tuple(emptied), is_whole=is_whole)


def _former(connection: sqlite3.Connection, aside: Path | None) -> _Former:
    head = connection.execute("SELECT hash FROM head").fetchone()
    emptied = connection.execute(_ERASED)
    return _Former(aside, bytes(head[0]).hex() if head else "", tuple(emptied))


def _keep_aside(path: Path, aside: Path, report: Report, cancel: CancelToken) -> None:
    """Copy what is there, by a connection of its own: SQLite copies nothing that it writes to."""
    connection = connect(path)
    try:
        _copy(connection, aside, report, cancel)
    finally:
        disconnect(connection, path)


def _note(path: Path, passphrase: str, former: _Former) -> int:
    """Erase again what was erased, and say in the chain what happened; the rows it has now."""
    file = open_file(path, passphrase)
    try:
        with appending(file) as tail:
            again = [
                number
                for number, known in former.emptied
                if file.connection.execute(
                    "SELECT 1 FROM rows WHERE number = ? AND hash = ? AND identity IS NOT NULL",
                    (number, known),
                ).fetchone()
            ]
            if again:
                tail.append(Entry("erasure", {"rows": empty_rows(file, again)}))
            aside = former.aside.name if former.aside else ""
            rows = tail.append(Entry("restored", {"aside": aside, "head": former.head}))
        scrub(file)
    finally:
        close_file(file)
    return rows


def _copy(source: sqlite3.Connection, target: Path, report: Report, cancel: CancelToken) -> None:
    def progress(_status: int, left: int, total: int) -> None:
        cancel.raise_if_set()
        report(Step(_("Copying the record"), total - left, total))

    with reading_errors(), closing(sqlite3.connect(target, isolation_level=None)) as copy:
        source.backup(copy, pages=_STEP_PAGES, progress=progress)
        copy.execute("PRAGMA journal_mode = DELETE")


def _fetch(backup: Path, partial: Path) -> None:
    try:
        shutil.copyfile(backup, partial)
        log = backup.with_name(backup.name + "-wal")
        if log.exists():
            shutil.copyfile(log, partial.with_name(partial.name + "-wal"))
    except OSError as error:
        raise FailedStorage(
            _("The backup “{name}” cannot be read.").format(name=backup.name),
            _("Check its name and that its disk is connected."),
        ) from error


def _put(partial: Path, target: Path) -> None:
    """Give a complete copy its name, on the disk."""
    try:
        with partial.open("rb+") as file:
            os.fsync(file.fileno())
        for companion in _COMPANIONS:
            target.with_name(target.name + companion).unlink(missing_ok=True)
        partial.replace(target)
    except OSError as error:
        raise failed_storage(error, target) from error


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A name for a copy that is not complete yet; nothing of it stays."""
    partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.touch()
        yield partial
    except OSError as error:
        raise failed_storage(error, target) from error
    finally:
        for companion in ("", *_COMPANIONS):
            with suppress(OSError):
                partial.with_name(partial.name + companion).unlink(missing_ok=True)


def _refuse_itself(record: Path, other: Path) -> None:
    if other.resolve() in (record.resolve(), seal_path(record).resolve()):
        raise FailedStorage(
            _("“{name}” is the record itself.").format(name=other.name),
            _("Choose another file for the backup."),
        )


def former_records(path: Path) -> tuple[Path, ...]:
    """What restoring set aside beside the record at `path`; it stays as it was then."""
    return tuple(sorted(path.parent.glob(f"{glob.escape(path.stem)}.before-*{path.suffix}")))


def _aside(path: Path) -> Path:
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    for number in count(1):
        more = f"-{number}" if number > 1 else ""
        aside = path.with_name(f"{path.stem}.before-{stamp}{more}{path.suffix}")
        if not aside.exists():
            return aside
    raise AssertionError("numbers never end")


def _set_aside(path: Path) -> Path | None:
    """Rename a record that cannot be opened, with what belongs to it."""
    aside = _aside(path)
    for companion in ("", *_COMPANIONS):
        with suppress(FileNotFoundError):
            path.with_name(path.name + companion).rename(aside.with_name(aside.name + companion))
    return aside
