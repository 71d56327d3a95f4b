"""Whether a model is as right for women as for men, for old as for young, for every device."""

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.evaluation import JudgedCases, Subgroup
from precmed_gui.evaluation.measuring import measure

LEAST = 5


def by_subgroup(
    cases: JudgedCases, probabilities: NDArray[np.floating], *, seed: int = 0
) -> tuple[Subgroup, ...]:
    """Measure the groups of each trait that is known of the cases.

    A group of fewer than 5 cases is left out: its figures would say nothing and could point at a
    person. A trait with fewer than two groups left is left out, for there is nothing to compare.

    Parameters
    ----------
    cases
        With the traits, the truth and the patients.
    probabilities
        (n, classes), calibrated.
    seed
        Of the bootstrap.

    Returns
    -------
    tuple of Subgroup
        Traits in the order in which the cases name them, groups by name. A case is counted once a
        trait at most, and not at all where the trait is not known.
    """
    found: dict[str, dict[str, set[int]]] = {}
    for row, traits in enumerate(cases.traits):
        for trait, group in dict(traits).items():
            found.setdefault(trait, {}).setdefault(group, set()).add(row)
    result: list[Subgroup] = []
    for trait, groups in found.items():
        large = {name: rows for name, rows in sorted(groups.items()) if len(rows) >= LEAST}
        if len(large) < 2:
            continue
        for group, rows in large.items():
            result.append(
                _measured((trait, group), cases, probabilities, np.array(sorted(rows)), seed)
            )
    return tuple(result)


def _measured(
    name: tuple[str, str],
    cases: JudgedCases,
    probabilities: NDArray[np.floating],
    rows: NDArray[np.int64],
    seed: int,
) -> Subgroup:
    patients = [cases.patients[row] for row in rows]
    measures = measure(cases.truth[rows], probabilities[rows], patients, cases.labels, seed=seed)
    return Subgroup(
        trait=name[0], group=name[1], n=len(rows), accuracy=measures.accuracy, auc=measures.auc
    )
