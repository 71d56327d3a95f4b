"""What the finders of the check look at, and how they say what they found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from precmed_gui.cohorts.image_facts import ImageFacts
from precmed_gui.diagnosis.cases import Case, Cohort
from precmed_gui.diagnosis.checks import Duplicates, Finding, Fix, SplitView
from precmed_gui.evaluation.figure_texts import number
from precmed_gui.language import ngettext


@dataclass(frozen=True)
class CheckedCohort:
    """A cohort whose pictures have been looked at.

    Parameters
    ----------
    cohort
        Without the cases that could not be read; excluded ones are still in it.
    facts
        About the cases that are not excluded.
    duplicates
        Copies among them.
    split
        How a training would divide it.
    """

    cohort: Cohort
    facts: ImageFacts
    duplicates: Duplicates
    split: SplitView

    @property
    def cases(self) -> tuple[Case, ...]:
        """Those the facts are about."""
        return self.facts.cases

    @property
    def table(self) -> NDArray[np.void]:
        """(n,) the facts."""
        return self.facts.table

    def keys(self, chosen: Iterable[int] | NDArray[np.bool_]) -> tuple[str, ...]:
        """Keys of the cases at these positions, or where a mask is true."""
        if isinstance(chosen, np.ndarray):
            chosen = np.flatnonzero(chosen).tolist()
        return tuple(self.cases[i].key for i in chosen)


def one_each(keys: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Each case as a group of its own."""
    return tuple((key,) for key in keys)


def exclude(count: int) -> Fix:
    """Leave all of a finding's images out."""
    title = ngettext("Exclude {n} image", "Exclude {n} images", count)
    return Fix("exclude", title.format(n=number(count)))


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What blocks, then what warns, then what only tells."""
    rank = {"blocks": 0, "warns": 1, "tells": 2}
    return tuple(sorted(findings, key=lambda finding: rank[finding.severity]))
