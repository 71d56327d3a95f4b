"""What the pictures of a cohort are like: each is read once, and what was found out is kept.

A second check takes seconds. Of a case with several slices the facts are those of the middle one.
Used by `check`, and by whoever sorts a cohort by size or exposure.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from precmed_gui.cohorts.facts_cache import FactsCache, stamps_of
from precmed_gui.cohorts.picture_facts import FACTS, picture_facts
from precmed_gui.diagnosis.cases import Case, Cohort, Unreadable
from precmed_gui.diagnosis.errors import UnreadableFile
from precmed_gui.diagnosis.work import CancelToken, Report, Step
from precmed_gui.language import _
from precmed_gui.modalities import modality

_REPORT_SECONDS = 0.1
_STORE_SECONDS = 3.0


@dataclass(frozen=True)
class ImageFacts:
    """Facts about the readable ones of some cases.

    Parameters
    ----------
    cases
        (n) those that could be read, in their order.
    table
        (n,) rows of `picture_facts.FACTS`.
    unreadable
        Why the others could not; their `path` is `Case.key`.
    """

    cases: tuple[Case, ...]
    table: NDArray[np.void]
    unreadable: tuple[Unreadable, ...]

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """What tells the pixels of each from all others."""
        return tuple(text.decode() for text in self.table["fingerprint"].tolist())


def image_facts(cohort: Cohort, report: Report, cancel: CancelToken) -> ImageFacts:
    """The facts of all cases that are not excluded, from the cache where it has them.

    Raises
    ------
    Cancelled
        If the user stopped; what was read until then is kept.
    """
    cases = tuple(case for case in cohort.cases if not case.is_excluded)
    table = np.zeros(len(cases), FACTS)
    stamps = stamps_of(cases)
    with FactsCache() as cache:
        known = cache.known(stamps, table)
        missing = np.flatnonzero(~known)
        reasons: dict[int, str] = {}
        kept: list[int] = []
        last = time.monotonic()
        try:
            for position in _counted(missing.tolist(), report, cancel):
                reason = _read_into(table, position, cohort.modality, cases[position])
                if reason:
                    reasons[position] = reason
                    continue
                kept.append(position)
                if time.monotonic() - last >= _STORE_SECONDS:
                    cache.keep(stamps, table, kept)
                    kept, last = [], time.monotonic()
        finally:
            cache.keep(stamps, table, kept)
    rows = [position for position in range(len(cases)) if position not in reasons]
    unreadable = tuple(Unreadable(cases[i].key, reason) for i, reason in reasons.items())
    return ImageFacts(tuple(cases[row] for row in rows), table[rows], unreadable)


def _read_into(table: NDArray[np.void], position: int, modality_name: str, case: Case) -> str:
    """Fill one row; answers why it could not be filled."""
    reader = modality(modality_name)
    try:
        table[position] = picture_facts(reader.read(case))
    except UnreadableFile as error:
        return error.message
    if not case.item:
        table[position]["misnamed"] = reader.misnamed(Path(case.path)).encode()
    return ""


def _counted(positions: Sequence[int], report: Report, cancel: CancelToken) -> Iterator[int]:
    stage, last = _("Looking at each image"), -_REPORT_SECONDS
    for done, position in enumerate(positions):
        cancel.raise_if_set()
        if time.monotonic() - last >= _REPORT_SECONDS:
            last = time.monotonic()
            report(Step(stage, done, len(positions)))
        yield position
    report(Step(stage, len(positions), len(positions)))
