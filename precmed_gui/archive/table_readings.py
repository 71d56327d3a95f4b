"""Which answers of the record go into a table, with their decisions; window and commands; no Qt."""

from precmed_gui.archive.record import Record
from precmed_gui.diagnosis.record import Decision, Shown
from precmed_gui.diagnosis.work import CancelToken, Report, Step
from precmed_gui.language import _

_STEP = 1000
Readings = tuple[tuple[Shown, tuple[Decision, ...]], ...]


def decided_readings(record: Record, blinded: str, report: Report, cancel: CancelToken) -> Readings:
    """All answers that somebody decided about, with the decisions, the oldest first.

    Parameters
    ----------
    blinded
        A reader who must not learn of answers without a reading of his own; "" for nobody.
    """
    return _readings(record, frozenset(), blinded, report, cancel)


def table_readings(record: Record, blinded: str, report: Report, cancel: CancelToken) -> Readings:
    """As `decided_readings`, and the newest answer of each case that waits, unless blinded."""
    waiting = frozenset() if blinded else record.waiting()
    return _readings(record, waiting, blinded, report, cancel)


def cases_in(readings: Readings) -> int:
    """How many cases these are about; an erased answer is a case of its own."""
    return len({shown.case_key or str(shown.number) for shown, _decisions in readings})


def _readings(
    record: Record, waiting: frozenset[int], blinded: str, report: Report, cancel: CancelToken
) -> Readings:
    found = []
    for count, (shown, decisions) in enumerate(record.every(), 1):
        if count % _STEP == 0:
            cancel.raise_if_set()
            report(Step(_("Reading the record"), count, 0))
        readers = {decision.reader for decision in decisions}
        is_seen = bool(decisions) and (not blinded or blinded in readers)
        if is_seen or shown.number in waiting:
            found.append((shown, decisions))
    return tuple(found)
