"""Where to draw the line on one class' probability, and what that means for the next patient.

The window draws the curves and lets the line be dragged; the user says how frequent the disease is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.evaluation import Figure, OperatingPoint
from precmed_gui.evaluation.intervals import proportion


@dataclass(frozen=True, slots=True)
class Target:
    """What is looked for: a class by its name, and its prevalence where the tool is to be used."""

    label: str
    prevalence: float


def roc_points(is_positive: NDArray[np.bool_], scores: NDArray[np.floating]) -> NDArray[np.float64]:
    """Give the ROC curve (Fawcett 2006, doi:10.1016/j.patrec.2005.10.010), one point a threshold.

    Parameters
    ----------
    is_positive
        (n,) whether a case has the class.
    scores
        (n,) its probability.

    Returns
    -------
    NDArray
        (m, 3): false positive rate, sensitivity, threshold, from the point that calls nobody (just
        above the greatest score) down to the least score. (0, 3) without cases on both sides.
    """
    if np.all(is_positive) or not np.any(is_positive):
        return np.zeros((0, 3))
    thresholds, found, called = _counts(is_positive, scores)
    positives, negatives = found[-1], called[-1] - found[-1]
    points = np.stack([(called - found) / negatives, found / positives, thresholds], axis=1)
    nobody = [[0.0, 0.0, np.nextafter(thresholds[0], np.inf)]]
    return np.concatenate([nobody, points])


def precision_recall_points(
    is_positive: NDArray[np.bool_], scores: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Give the precision-recall curve, one point a threshold, from the greatest score down.

    Davis and Goadrich 2006, doi:10.1145/1143844.1143874; the PPV is at the prevalence of these
    cases.

    Returns
    -------
    NDArray
        (m, 3): sensitivity, PPV, threshold; (0, 3) where no case has the class.
    """
    if not np.any(is_positive):
        return np.zeros((0, 3))
    thresholds, found, called = _counts(is_positive, scores)
    return np.stack([found / found[-1], found / called, thresholds], axis=1)


def threshold_for_sensitivity(
    is_positive: NDArray[np.bool_], scores: NDArray[np.floating], wanted: float
) -> float:
    """Give the greatest threshold that keeps a sensitivity: "miss at most 1 in 50" is 0.98.

    Of p positive scores at most (p + 1) (1 - wanted) lie below it, so that a further positive case
    from the same source is missed with probability at most 1 - wanted (Vovk, Gammerman and Shafer
    2005, doi:10.1007/b106715, section 2.2). Fewer than 1 / (1 - wanted) - 1 positive cases cannot
    promise that: then no one of them is missed, and the interval of the sensitivity says the rest.

    Parameters
    ----------
    is_positive
        (n,) whether a case has the class.
    scores
        (n,) its probability, in [0, 1].
    wanted
        In [0, 1].

    Returns
    -------
    float
        A case at or above it is called; 0 where there are no positive cases.
    """
    positive = np.sort(scores[is_positive])
    if len(positive) == 0:
        return 0.0
    # The small addition undoes rounding: 1 - 0.9 is a little under 0.1.
    missed = int((len(positive) + 1) * (1 - wanted) + 1e-9)
    return float(positive[min(max(missed, 1), len(positive)) - 1])


def operating_point(
    is_positive: NDArray[np.bool_],
    scores: NDArray[np.floating],
    target: Target,
    threshold: float,
    patients: Sequence[str] | None = None,
) -> OperatingPoint | None:
    """Say what a threshold means: sensitivity and specificity here, PPV and NPV in use.

    PPV and NPV are Bayes' at the target's prevalence, not at that of these cases (Altman and Bland
    1994, doi:10.1136/bmj.309.6947.102); their intervals, from both lower and both upper ends of the
    measured ones, are wider than need be.

    Parameters
    ----------
    is_positive, scores
        (n,) whether a case has the class, and its probability.
    target, threshold
        The class and its prevalence; a case at or above the threshold is called.
    patients
        (n), whose case each is; None: every case is another patient's.

    Returns
    -------
    OperatingPoint or None
        None where no case has the class, or all have it.

    Raises
    ------
    ValueError
        When the prevalence is not in (0, 1).
    """
    if not 0 < target.prevalence < 1:
        raise ValueError(f"a prevalence of {target.prevalence} is not within 0 and 1")
    names = np.arange(len(scores)).astype(str) if patients is None else np.asarray(patients)
    is_called = scores >= threshold
    sensitivity = proportion(is_called[is_positive], names[is_positive].tolist())
    specificity = proportion(~is_called[~is_positive], names[~is_positive].tolist())
    if sensitivity is None or specificity is None:
        return None
    return OperatingPoint(
        label=target.label,
        threshold=threshold,
        sensitivity=sensitivity,
        specificity=specificity,
        prevalence=target.prevalence,
        ppv=_predictive(sensitivity, specificity, target.prevalence),
        npv=_predictive(specificity, sensitivity, 1 - target.prevalence),
    )


def _counts(
    is_positive: NDArray[np.bool_], scores: NDArray[np.floating]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order].astype(np.float64)
    is_last = np.append(np.diff(ordered) != 0, True)
    found = np.cumsum(is_positive[order], dtype=np.int64)
    called = np.arange(1, len(order) + 1)
    return ordered[is_last], found[is_last], called[is_last]


def _predictive(right: Figure, other: Figure, prevalence: float) -> Figure | None:
    """Share of those called so who are so; `right` of them are called, 1 - `other` of the rest."""
    if right.value == 0 and other.value == 1:
        return None
    low, high = right.low * prevalence, right.high * prevalence
    return Figure(
        value=_of(right.value * prevalence, (1 - other.value) * (1 - prevalence)),
        low=_of(low, (1 - other.low) * (1 - prevalence)),
        high=_of(high, (1 - other.high) * (1 - prevalence)),
    )


def _of(true: float, false: float) -> float:
    return true / (true + false)
