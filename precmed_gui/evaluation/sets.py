"""The classes that cannot be ruled out for a case, with a promise of how often the truth is in.

Fitted on calibrated validation probabilities; a prediction shows the set, and a set that is too
wide makes it "refer to a colleague".
"""

import math

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.evaluation import Figure, SetRule
from precmed_gui.evaluation.intervals import wilson

LEVELS = (0.9, 0.95, 0.99, 0.995, 0.999)
PENALTY = 0.1
"""What each rank beyond the free ones adds; fixed, so that no validation case is used twice."""
FREE_RANKS = 2
DIGITS = 9
"""Scores are rounded, so that equal ones stay equal whatever the size of a batch."""


def usual_level(probabilities: NDArray[np.floating], truth: NDArray[np.integer]) -> float:
    """Choose the share of cases whose set shall hold the truth: 90 %, or more than the accuracy.

    A network that is right in 98 % of cases keeps a promise of 90 % by always naming one class;
    then no case would ever be one for a colleague, however unsure the network is of it. So the
    level is the least of `LEVELS` above the accuracy on these cases, as far as their number
    allows: a level of 99 % needs 99 of them.

    Parameters
    ----------
    probabilities
        (n, classes) calibrated.
    truth
        (n,) class numbers.

    Returns
    -------
    float
        One of `LEVELS`.
    """
    right = float(np.mean(probabilities.argmax(axis=1) == truth)) if len(truth) else 0.0
    possible = [level for level in LEVELS if round((len(truth) + 1) * (1 - level), DIGITS) >= 1]
    above = [level for level in possible if level > right]
    return above[0] if above else max(possible, default=LEVELS[0])


def fit_sets(
    probabilities: NDArray[np.floating], truth: NDArray[np.integer], level: float = 0.9
) -> SetRule:
    """Find how much probability a set must hold for the truth to be in `level` of the sets.

    Regularised adaptive prediction sets of Angelopoulos et al. 2021 (RAPS, arXiv:2009.14193)
    without their random part, so that the same image always has the same set: the score of a
    class is the probability of the classes ranked before it, plus a penalty for late ranks. The
    quantile is the ceil((n + 1) * level)-th smallest score of a true class: for a new case drawn
    as the validation cases were, the set holds the truth with a probability of at least `level`
    on average over validation sets and cases. It promises nothing for a single class, for
    shifted cases, or for a model that these very cases chose. As the first class is always in,
    a network that is right more often than `level` covers more than `level`.

    Parameters
    ----------
    probabilities
        (n, classes) calibrated, rows sum to 1.
    truth
        (n,) class numbers.
    level
        In (0, 1).

    Returns
    -------
    SetRule
        Where n is too small for the level (9 cases for 0.9) every set holds all classes.
    """
    n, classes = probabilities.shape
    free_ranks = min(FREE_RANKS, max(1, classes // 2))
    scores = _scores(probabilities, PENALTY, free_ranks)[np.arange(n), truth]
    place = math.ceil(round((n + 1) * level, DIGITS))
    everything = 1.0 + PENALTY * (classes - free_ranks)
    return SetRule(
        level=level,
        quantile=float(np.sort(scores)[place - 1]) if place <= n else everything,
        penalty=PENALTY,
        free_ranks=free_ranks,
        largest_answered=max(1, classes // 2),
        n=n,
    )


def label_sets(probabilities: NDArray[np.floating], rule: SetRule) -> NDArray[np.bool_]:
    """Return which classes cannot be ruled out, case by case.

    Parameters
    ----------
    probabilities
        (n, classes) calibrated as those that `rule` was fitted on.

    Returns
    -------
    ndarray
        (n, classes) bool; the most probable class of a case is always in.
    """
    scores = _scores(probabilities, rule.penalty, rule.free_ranks)
    return np.asarray(scores <= max(rule.quantile, 0.0))


def coverage(truth: NDArray[np.integer], sets: NDArray[np.bool_]) -> Figure:
    """Share of cases whose set holds the truth, with its Wilson interval; at least one case."""
    return wilson(int(sets[np.arange(len(truth)), truth].sum()), len(truth))


def coverage_by_class(
    truth: NDArray[np.integer], sets: NDArray[np.bool_]
) -> tuple[Figure | None, ...]:
    """Return the coverage among the cases of each class; None for a class without a case."""
    return tuple(
        coverage(truth[truth == k], sets[truth == k]) if (truth == k).any() else None
        for k in range(sets.shape[1])
    )


def _scores(
    probabilities: NDArray[np.floating], penalty: float, free_ranks: int
) -> NDArray[np.float64]:
    """(n, classes) how late a class comes; of equal probabilities the first class comes first."""
    wide = np.asarray(probabilities, dtype=np.float64)
    order = np.argsort(-wide, axis=1, kind="stable")
    ranked = np.take_along_axis(wide, order, axis=1)
    before = np.cumsum(ranked, axis=1) - ranked
    before[:, 0] = 0.0
    late = penalty * np.maximum(0, np.arange(1, wide.shape[1] + 1) - free_ranks)
    scores = np.empty_like(wide)
    np.put_along_axis(scores, order, np.minimum(before, 1.0) + late, axis=1)
    return np.round(scores, DIGITS)
