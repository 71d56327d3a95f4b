"""Which of two models is better on the same cases, and whether that could be chance."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.evaluation import Comparison, Figure
from precmed_gui.evaluation.intervals import patient_weights, percentile_interval, wilson
from precmed_gui.evaluation.measuring import measure
from precmed_gui.evaluation.weighted import mean_of_classes, weighted_rankings

REPLICATES = 1000
CHUNK = 1_000_000

Array = NDArray[np.float64]


@dataclass(frozen=True)
class _Paired:
    truth: NDArray[np.integer]
    first: NDArray[np.floating]
    second: NDArray[np.floating]


def compare(
    truth: NDArray[np.integer],
    first: NDArray[np.floating],
    second: NDArray[np.floating],
    patients: Sequence[str],
    *,
    seed: int = 0,
) -> Comparison:
    """Compare two models on the same cases, paired: every sample of patients judges both.

    Bootstrap by patient (Davison and Hinkley 1997, doi:10.1017/CBO9780511802843). Where no sample
    differs though the models do, Wilson's interval for as many patients without one stands in.

    Parameters
    ----------
    truth, first, second, patients
        (n,) class numbers, (n, classes) probabilities of either model, (n) whose cases they are.
    seed
        Of the bootstrap.

    Returns
    -------
    Comparison
        Differences are second minus first; the areas are None where a class has no case.

    Raises
    ------
    ValueError
        When the models do not speak of the same cases and classes.
    """
    if first.shape != second.shape or len(first) != len(truth):
        raise ValueError(f"{first.shape} and {second.shape} are not of the same {len(truth)} cases")
    labels = [str(k) for k in range(first.shape[1])]
    before, after = (measure(truth, p, patients, labels, seed=seed) for p in (first, second))
    both = None if before.auc is None or after.auc is None else (before.auc, after.auc)
    was_right, is_right = (np.argmax(said, axis=1) == truth for said in (first, second))
    weights = patient_weights(patients, replicates=REPLICATES, seed=seed)
    paired = _Paired(truth, first, second)
    return Comparison(
        n=len(truth),
        patients=before.patients,
        accuracy=(before.accuracy, after.accuracy),
        accuracy_difference=_difference(paired, _accuracies_gained, weights, before.patients),
        auc=both,
        auc_difference=both and _difference(paired, _areas_gained, weights, before.patients),
        only_first_right=int(np.sum(was_right & ~is_right)),
        only_second_right=int(np.sum(is_right & ~was_right)),
    )


def _accuracies_gained(paired: _Paired, weights: Array) -> Array:
    is_right = [np.argmax(said, axis=1) == paired.truth for said in (paired.first, paired.second)]
    gained = is_right[1].astype(np.float64) - is_right[0]
    return np.asarray(gained @ weights / weights.sum(axis=0), dtype=np.float64)


def _areas_gained(paired: _Paired, weights: Array) -> Array:
    step = max(1, CHUNK // len(paired.truth))
    parts = []
    for start in range(0, weights.shape[1], step):
        some = weights[:, start : start + step]
        first, second = (
            mean_of_classes(weighted_rankings(paired.truth, said, some)[0])
            for said in (paired.first, paired.second)
        )
        parts.append(second - first)
    return np.concatenate(parts)


def _difference(
    paired: _Paired,
    gained: Callable[[_Paired, Array], Array],
    weights: Array,
    patients: int,
) -> Figure:
    value = float(gained(paired, np.ones((len(weights), 1)))[0])
    figure = percentile_interval(value, gained(paired, weights), patients=patients)
    if np.array_equal(paired.first, paired.second) or figure.high - figure.low > 1e-12:
        return figure
    unseen = wilson(0, patients).high
    return Figure(value, max(-1.0, value - unseen), min(1.0, value + unseen))
