"""What a user is told when the record cannot be opened, read or written; used by `record*`."""

import sqlite3

from precmed_gui.diagnosis.errors import FailedStorage, PrecmedError
from precmed_gui.language import _

_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}
_FORBIDDEN = {
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_AUTH,
}


class LockedRecord(PrecmedError):
    """Another program holds it for longer than anybody waits."""


class DamagedRecord(PrecmedError):
    """Not a record, or one whose content is not what was written."""


class NewerRecord(PrecmedError):
    """A later version of the program made it."""


class ReplacedRecord(PrecmedError):
    """Another window restored or encrypted it since it was opened."""


class WrongPassphrase(PrecmedError):
    """The record is encrypted, and this passphrase (or none) does not open it."""


class UnknownAnswer(PrecmedError):
    """Something is said about an answer that is not in the record, or was erased."""


def refusal(error: sqlite3.Error) -> PrecmedError:
    """What to tell a user about an error of SQLite."""
    exactly = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    code = exactly & 0xFF
    if code in _LOCKED:
        return LockedRecord(
            _("The record is busy: another window of PrecMed is writing to it."),
            _("Try again in a moment."),
        )
    if code in _DAMAGED:
        return damaged()
    if code == sqlite3.SQLITE_FULL or exactly == sqlite3.SQLITE_IOERR_SHMSIZE:
        return FailedStorage(
            _("The disk is full: nothing could be kept in the record."),
            _("Free some space, then try again."),
        )
    if code in _FORBIDDEN:
        return unkept()
    return FailedStorage(
        _("The disk does not answer: nothing could be kept in the record."),
        _("Check that the disk is connected, then try again."),
    )


def unkept() -> FailedStorage:
    """The folder cannot be written to."""
    return FailedStorage(
        _("The record cannot be opened: its file or folder cannot be written to."),
        _("Make the folder writable, then try again."),
    )


def damaged() -> DamagedRecord:
    """The content is not what was written."""
    return DamagedRecord(
        _("The file that keeps the record is damaged."),
        _("Restore a backup; the damaged file is kept aside."),
    )


def emptied(seal: str) -> DamagedRecord:
    """There was a record, and nothing of it is left."""
    return DamagedRecord(
        _("The file of the record is gone or empty, though its seal “{name}” is there.").format(
            name=seal
        ),
        _("Restore a backup; or remove the seal to begin a new record."),
    )


def no_backup(name: str) -> DamagedRecord:
    """What is to be restored is something else, or not whole."""
    return DamagedRecord(
        _("“{name}” is damaged, or no backup of a record.").format(name=name),
        _("Choose another backup. The record is as it was."),
    )


def newer() -> NewerRecord:
    """Nothing is changed in a file we do not understand."""
    return NewerRecord(
        _("The record was last written by a newer version of PrecMed."),
        _("Start that version to go on with it."),
    )


def replaced() -> ReplacedRecord:
    """What we know of the file is no longer so."""
    return ReplacedRecord(
        _("The record was restored or encrypted in another window."), _("Open it again.")
    )


def wrong_passphrase(*, is_given: bool) -> WrongPassphrase:
    """Encrypted, and not to be opened with what was given."""
    if not is_given:
        return WrongPassphrase(
            _("The record is encrypted."), _("Type the passphrase that was set for it.")
        )
    return WrongPassphrase(
        _("This passphrase does not open the record."),
        _("Type it again. A forgotten passphrase cannot be recovered."),
    )


def unknown_answer() -> UnknownAnswer:
    """The number is wrong, or the patient was erased."""
    return UnknownAnswer(
        _("This answer is not in the record, or its patient was erased."),
        _("Read the image again."),
    )
