"""What takes longer with the record: done in the reading engine, by its own connection; no Qt."""

from dataclasses import dataclass, field
from pathlib import Path

from precmed_gui.archive import table_readings
from precmed_gui.archive.exports import export_of
from precmed_gui.archive.record import Record, open_record
from precmed_gui.archive.record_copies import Restored, back_up, restore
from precmed_gui.archive.record_errors import WrongPassphrase
from precmed_gui.archive.record_passphrase import set_passphrase
from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.record import Audit
from precmed_gui.diagnosis.report import Report as CaseReport
from precmed_gui.diagnosis.work import CancelToken, Report
from precmed_gui.evaluation.reader_statistics import ReaderStatistics, by_reader
from precmed_gui.evaluation.readings import readings_of
from precmed_gui.exchange.readings_table import write_readings


@dataclass(frozen=True, slots=True)
class RecordPlace:
    """Which record, and what opens it."""

    path: Path
    passphrase: str = field(default="", repr=False)
    blinded: str = ""
    """A reader who must not learn of answers without a reading of his own; "" for nobody."""

    def open(self) -> Record:
        """The record, to be closed by whoever asked."""
        return open_record(self.path, self.passphrase)


@dataclass(frozen=True, slots=True)
class Verified:
    """Whether the chain holds, and which row a head on a report was that of; 0 for none."""

    audit: Audit
    head: str = ""
    row: int = 0


def verify_record(place: RecordPlace, head: str, report: Report, cancel: CancelToken) -> Verified:
    """Verify the chain, and find `head` in it; raises as `Record.verify`."""
    record = place.open()
    try:
        found = record.verify(report, cancel)
        return Verified(found, head, record.row_of_head(head) if head and found.valid else 0)
    finally:
        record.close()


def back_up_record(place: RecordPlace, target: Path, report: Report, cancel: CancelToken) -> int:
    """A verified copy; the rows in it. Raises as `record_copies.back_up`."""
    record = place.open()
    try:
        return back_up(record, target, report, cancel)
    finally:
        record.close()


@dataclass(frozen=True, slots=True)
class NeedsPassphrase:
    """A backup that another passphrase opens; `reason` says so."""

    reason: str


def restore_record(
    path: Path, backup: Path, passphrase: str, report: Report, cancel: CancelToken
) -> Restored | NeedsPassphrase:
    """Make the record what it was; raises as `record_copies.restore`."""
    try:
        return restore(path, backup, passphrase, report, cancel)
    except WrongPassphrase as error:
        return NeedsPassphrase(error.message)


def change_passphrase(
    place: RecordPlace, passphrase: str, report: Report, cancel: CancelToken
) -> None:
    """Encrypt the record, or no longer where it is ""; raises as `set_passphrase`."""
    record = place.open()
    try:
        set_passphrase(record, passphrase, report, cancel)
    finally:
        record.close()


def write_sr(
    path: Path, document: CaseReport, case: Case, signer: str, report: Report, cancel: CancelToken
) -> None:
    """Write a DICOM SR; raises as `write_structured_report`."""
    from precmed_gui.exchange.dicom_sr import write_structured_report

    cancel.raise_if_set()
    write_structured_report(path, document, case, signer=signer)


def capture_case(
    path: Path, document: CaseReport, case: Case, report: Report, cancel: CancelToken
) -> None:
    """Write a secondary capture; raises as `write_secondary_capture`."""
    from precmed_gui.exchange.secondary_capture import write_secondary_capture

    cancel.raise_if_set()
    write_secondary_capture(path, document, case)


def erase_patient(
    place: RecordPlace, patient: str, images: tuple[str, ...], report: Report, cancel: CancelToken
) -> int:
    """How many answers have no identity any more; raises as `Record.erase`."""
    cancel.raise_if_set()
    record = place.open()
    try:
        return record.erase(patient, images)
    finally:
        record.close()


def decided_readings(
    place: RecordPlace, report: Report, cancel: CancelToken
) -> table_readings.Readings:
    """All answers that somebody decided about, with the decisions, the oldest first.

    Of a blinded reader only those he decided about himself.
    """
    record = place.open()
    try:
        return table_readings.decided_readings(record, place.blinded, report, cancel)
    finally:
        record.close()


def export_readings(
    place: RecordPlace, target: Path, has_identity: bool, report: Report, cancel: CancelToken
) -> Path:
    """Write all readings as a table, with names only if `has_identity`; where it is.

    Cases that wait are in it, too, with an empty decision, unless somebody reads blinded. That it
    went out is kept in the record.
    """
    record = place.open()
    try:
        found = table_readings.table_readings(record, place.blinded, report, cancel)
        write_readings(target, found, has_identity=has_identity)
        record.note_export(export_of("readings", target, cases=table_readings.cases_in(found)))
    finally:
        record.close()
    return target


def count_readers(
    place: RecordPlace, truth: dict[str, str], report: Report, cancel: CancelToken
) -> tuple[tuple[str, ReaderStatistics], ...]:
    """What all readers, then each of them, are worth; ("", …) is all of them together.

    Parameters
    ----------
    truth
        The class by `Case.key`, where it is known.
    """
    return by_reader(readings_of(decided_readings(place, report, cancel), truth), cancel)
