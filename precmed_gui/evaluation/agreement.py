"""How far two who name classes agree beyond chance; used by `reader_statistics`.

For reader and model, two readers, and each of them with the truth.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.evaluation import Figure
from precmed_gui.evaluation.intervals import (
    patient_weights,
    percentile_interval,
    proportion,
    wilson,
)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two who named a class for the same cases.

    Parameters
    ----------
    n
        Cases both named a class for.
    same
        The share with the same class; None without cases.
    kappa
        Cohen's kappa, unweighted, at most 1, 0 where they agree as often as by chance; None where
        it is not defined: no cases, or one of the two named one class only, which agrees as chance
        would whatever the other said.
    """

    n: int
    same: Figure | None
    kappa: Figure | None


def agreement(
    first: Sequence[str], second: Sequence[str], patients: Sequence[str], *, seed: int = 0
) -> Agreement:
    """Compare two answers a case.

    Kappa is (observed - expected) / (1 - expected) agreement, the expected one from how often each
    names each class (Cohen 1960, doi:10.1177/001316446002000104). It is not weighted, with any
    number of classes: they have no order here, so every other class differs as much. Its interval
    is a bootstrap by patient; for full agreement it is Wilson's of the observed agreement at the
    same expected one.

    Parameters
    ----------
    first, second, patients
        (n) the class each named, and whose case it is.
    seed
        Of the bootstrap.
    """
    same = np.array([one == other for one, other in zip(first, second, strict=True)], dtype=bool)
    if len(same) == 0:
        return Agreement(0, None, None)
    names = sorted({*first, *second})
    shares = [_is_class(answers, names) for answers in (first, second)]
    share = proportion(same, patients)
    if len(set(first)) == 1 or len(set(second)) == 1:
        return Agreement(len(same), share, None)
    kappa = _kappas(shares, same, np.ones((len(same), 1)))[0]
    again = _kappas(shares, same, patient_weights(patients, seed=seed))
    count = len(set(patients))
    figure = percentile_interval(float(kappa), again, patients=count)
    if same.all():
        expected = float((shares[0].mean(axis=0) * shares[1].mean(axis=0)).sum())
        figure = _of_full_agreement(float(kappa), expected, count)
    return Agreement(len(same), share, figure)


def _is_class(answers: Sequence[str], names: Sequence[str]) -> NDArray[np.float64]:
    """(n, classes) 1 where a case was given the class."""
    return np.array([[answer == name for name in names] for answer in answers], dtype=np.float64)


def _kappas(
    shares: Sequence[NDArray[np.float64]], same: NDArray[np.bool_], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(r,) one for each column of (n, r) weights; NaN where it is not defined."""
    total = weights.sum(axis=0)
    observed = same @ weights / total
    first, second = (share.T @ weights / total for share in shares)
    expected = (first * second).sum(axis=0)
    room = 1 - expected
    safe = np.where(room > 1e-12, room, 1.0)
    return np.asarray(np.where(room > 1e-12, (observed - expected) / safe, np.nan))


def _of_full_agreement(kappa: float, expected: float, patients: int) -> Figure:
    """Where every sample says the same: as far as Wilson lets the observed agreement be."""
    least = wilson(patients, patients).low
    return Figure(kappa, max(-1.0, (least - expected) / (1 - expected)), 1.0)
