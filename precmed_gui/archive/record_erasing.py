"""Erasing a patient: who it was goes from every byte, that something was goes on; for `record`."""

from collections.abc import Collection, Sequence
from itertools import chain

from precmed_gui.archive.record_chain import COLUMNS, Entry, Row, appending, opened_document
from precmed_gui.archive.record_errors import LockedRecord
from precmed_gui.archive.record_file import RecordFile, reading_errors
from precmed_gui.archive.record_keys import lookup_digest
from precmed_gui.archive.record_seal import break_seal
from precmed_gui.language import _

_OF_PATIENT = """SELECT number FROM answers WHERE case_key IN (
    SELECT case_key FROM answers WHERE patient = ? OR case_key = ?)"""
_WITH_IDENTITY = "SELECT number FROM rows WHERE about = ? AND about > 0 AND identity IS NOT NULL"
_NEAREST = f"SELECT {COLUMNS} FROM rows WHERE kind = 'nearest' AND identity IS NOT NULL"
_EMPTIED = "UPDATE rows SET identity = NULL WHERE number = ?"


def erase_patient(file: RecordFile, patient: str, images: Collection[str] = ()) -> int:
    """Take away who the answers of `patient` are about, with all that was said about them.

    Parameters
    ----------
    patient
        The patient, or the key of a case whose patient is unknown.
    images
        Keys of cases that are known to be this patient's otherwise, as training images may be.

    Returns
    -------
    int
        Answers that have no identity any more; where there are none, those of others which do not
        name the patient's training images any more.
    """
    digest = lookup_digest(file.keys, patient)
    with appending(file) as tail:
        found = file.connection.execute(_OF_PATIENT, (digest, digest)).fetchall()
        answers = [number for (number,) in found] if patient else []
        others = _beside_others(file, answers, {patient, *images}) if patient else []
        if answers or others:
            emptied = empty_rows(file, answers, others)
            tail.append(Entry("erasure", {"rows": emptied}))
    if answers or others or _has_erased(file):
        scrub(file)
    return len(answers) or len(others)


def _beside_others(file: RecordFile, answers: list[int], images: set[str]) -> list[int]:
    """The rows that name these images, or those of these answers, beside the answers of others."""
    query = f"SELECT {COLUMNS} FROM rows WHERE number = ?"
    rows = (file.connection.execute(query, (number,)).fetchone() for number in answers)
    keys = {opened_document(file.keys, Row(*row))["case_key"] for row in rows} | images
    own, found = set(answers), []
    for fields in file.connection.execute(_NEAREST):
        row = Row(*fields)
        if row.about not in own and not keys.isdisjoint(opened_document(file.keys, row)["keys"]):
            found.append(row.number)
    return found


def _has_erased(file: RecordFile) -> bool:
    """Whether anybody was erased before, perhaps while another window still read the file."""
    with reading_errors():
        query = "SELECT 1 FROM rows WHERE kind = 'erasure' LIMIT 1"
        return file.connection.execute(query).fetchone() is not None


def empty_rows(file: RecordFile, answers: list[int], others: Sequence[int] = ()) -> list[int]:
    """Take the identity from these answers, what is about them, and others; the rows it was in."""
    connection = file.connection
    about = (connection.execute(_WITH_IDENTITY, (number,)).fetchall() for number in answers)
    rows = sorted({*answers, *others, *(number for (number,) in chain.from_iterable(about))})
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
