"""What takes longer with the record: done in the reading engine, by its own connection; no Qt."""

from dataclasses import dataclass, field
from pathlib import Path

from precmed_gui.archive.record import Record, open_record
from precmed_gui.archive.record_copies import back_up
from precmed_gui.diagnosis.record import Audit, Decision, Shown
from precmed_gui.diagnosis.work import CancelToken, Report, Step
from precmed_gui.evaluation.reader_statistics import (
    ReaderStatistics,
    reader_statistics,
    readings_of,
)
from precmed_gui.exchange.readings_table import write_readings
from precmed_gui.language import _

_STEP = 1000


@dataclass(frozen=True, slots=True)
class RecordPlace:
    """Which record, and what opens it."""

    path: Path
    passphrase: str = field(default="", repr=False)

    def open(self) -> Record:
        """The record, to be closed by whoever asked."""
        return open_record(self.path, self.passphrase)


def verify_record(place: RecordPlace, report: Report, cancel: CancelToken) -> Audit:
    """Whether the chain holds; raises as `Record.verify`."""
    record = place.open()
    try:
        return record.verify(report, cancel)
    finally:
        record.close()


def back_up_record(place: RecordPlace, target: Path, report: Report, cancel: CancelToken) -> int:
    """A verified copy; the rows in it. Raises as `record_copies.back_up`."""
    record = place.open()
    try:
        return back_up(record, target, report, cancel)
    finally:
        record.close()


def erase_patient(place: RecordPlace, patient: str, report: Report, cancel: CancelToken) -> int:
    """How many answers have no identity any more; raises as `Record.erase`."""
    cancel.raise_if_set()
    record = place.open()
    try:
        return record.erase(patient)
    finally:
        record.close()


def decided_readings(
    place: RecordPlace, report: Report, cancel: CancelToken
) -> tuple[tuple[Shown, tuple[Decision, ...]], ...]:
    """All answers that somebody decided about, with the decisions, the oldest first."""
    record, found = place.open(), []
    try:
        for count, (shown, decisions) in enumerate(record.every(), 1):
            if count % _STEP == 0:
                cancel.raise_if_set()
                report(Step(_("Reading the record"), count, 0))
            if decisions:
                found.append((shown, decisions))
    finally:
        record.close()
    return tuple(found)


def export_readings(
    place: RecordPlace, target: Path, has_identity: bool, report: Report, cancel: CancelToken
) -> Path:
    """Write all decided readings as a table, with names only if `has_identity`; where it is."""
    write_readings(target, decided_readings(place, report, cancel), has_identity=has_identity)
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
    readings = readings_of(decided_readings(place, report, cancel), truth)
    readers = dict.fromkeys(reading.reader for reading in readings)
    found = [("", reader_statistics(readings))]
    for reader in readers if len(readers) > 1 else ():
        cancel.raise_if_set()
        own = [reading for reading in readings if reading.reader == reader]
        found.append((reader, reader_statistics(own)))
    return tuple(found)
