"""Erasing a patient: who it was goes from every byte, that something was goes on; for `record`."""

from itertools import chain

from precmed_gui.archive.record_chain import Entry, appending
from precmed_gui.archive.record_errors import LockedRecord
from precmed_gui.archive.record_file import RecordFile, reading_errors
from precmed_gui.archive.record_keys import lookup_digest
from precmed_gui.archive.record_seal import break_seal
from precmed_gui.language import _

_OF_PATIENT = """SELECT number FROM answers WHERE case_key IN (
    SELECT case_key FROM answers WHERE patient = ? OR case_key = ?)"""
_WITH_IDENTITY = "SELECT number FROM rows WHERE about = ? AND about > 0 AND identity IS NOT NULL"
_EMPTIED = "UPDATE rows SET identity = NULL WHERE number = ?"


def erase_patient(file: RecordFile, patient: str) -> int:
    """Take away who the answers of `patient` are about, with all that was said about them.

    Parameters
    ----------
    patient
        The patient, or the key of a case whose patient is unknown.

    Returns
    -------
    int
        Answers that have no identity any more.
    """
    digest = lookup_digest(file.keys, patient)
    with appending(file) as tail:
        found = file.connection.execute(_OF_PATIENT, (digest, digest)).fetchall()
        answers = [number for (number,) in found] if patient else []
        if answers:
            emptied = empty_rows(file, answers)
            tail.append(Entry("erasure", {"rows": emptied}))
    if answers or _has_erased(file):
        scrub(file)
    return len(answers)


def _has_erased(file: RecordFile) -> bool:
    """Whether anybody was erased before, perhaps while another window still read the file."""
    with reading_errors():
        query = "SELECT 1 FROM rows WHERE kind = 'erasure' LIMIT 1"
        return file.connection.execute(query).fetchone() is not None


def empty_rows(file: RecordFile, answers: list[int]) -> list[int]:
    """Take the identity from these answers and from what is about them; the rows it was in."""
    connection = file.connection
    about = (connection.execute(_WITH_IDENTITY, (number,)).fetchall() for number in answers)
    rows = sorted([*answers, *(number for (number,) in chain.from_iterable(about))])
    connection.executemany(_EMPTIED, [(number,) for number in rows])
    for table in ("answers", "main.words"):
        connection.executemany(f"DELETE FROM {table} WHERE number = ?", [(n,) for n in answers])
    return rows


def scrub(file: RecordFile) -> None:
    """Write the file anew, so that nothing which was taken away is left between the rows.

    Raises
    ------
    LockedRecord
        If another window still reads what was there; the rows are changed all the same.
    """
    with reading_errors():
        file.connection.execute("VACUUM")
        break_seal(file.path)
        busy, _frames, _done = file.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise LockedRecord(
            _("What is erased is out of the rows, but another window still reads the former file."),
            _("Close the other window, then erase once more."),
        )
