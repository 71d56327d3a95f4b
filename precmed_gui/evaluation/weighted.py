"""The figures of `metrics` for many weightings of the same cases at once, for the bootstrap.

`measuring` and `comparison` weigh each case by how often a bootstrap sample holds its patient; a
thousand samples then cost a few matrix products and cumulative sums instead of a thousand sorts.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from precmed_gui.evaluation.metrics import (
    confidence_bins,
    confidence_gaps,
    squared_distances,
    surprises,
)

BINS = 15

Array = NDArray[np.float64]


@dataclass(frozen=True)
class WeightedFigures:
    """Figures of r weightings; NaN where there is nothing to count.

    Parameters
    ----------
    accuracy, brier, ece, log_loss
        (r,) as in `metrics`.
    sensitivity, f1, auc, average_precision
        (classes, r) of each class against the rest.
    """

    accuracy: Array
    brier: Array
    ece: Array
    log_loss: Array
    sensitivity: Array
    f1: Array
    auc: Array
    average_precision: Array


def weighted_figures(
    truth: NDArray[np.integer], probabilities: NDArray[np.floating], weights: Array
) -> WeightedFigures:
    """Compute all figures for (n, r) weights, none negative, of (n, classes) probabilities."""
    counts = weighted_confusion(truth, probabilities, weights)
    hits = np.diagonal(counts).T
    cases, answers = counts.sum(axis=1), counts.sum(axis=0)
    auc, average_precision = weighted_rankings(truth, probabilities, weights)
    total = weights.sum(axis=0)
    return WeightedFigures(
        accuracy=hits.sum(axis=0) / total,
        brier=squared_distances(truth, probabilities) @ weights / total,
        ece=_weighted_ece(truth, probabilities, weights) / total,
        log_loss=surprises(truth, probabilities) @ weights / total,
        sensitivity=_share(hits, cases),
        f1=_share(2 * hits, cases + answers),
        auc=auc,
        average_precision=average_precision,
    )


def weighted_confusion(
    truth: NDArray[np.integer], probabilities: NDArray[np.floating], weights: Array
) -> Array:
    """Sum (n, r) weights into (classes, classes, r): truth, most probable class, weighting."""
    classes = probabilities.shape[1]
    cells = truth * classes + np.argmax(probabilities, axis=1)
    summed = np.eye(classes**2)[cells].T @ weights
    return np.asarray(summed.reshape(classes, classes, -1), dtype=np.float64)


def weighted_rankings(
    truth: NDArray[np.integer], probabilities: NDArray[np.floating], weights: Array
) -> tuple[Array, Array]:
    """Compute (classes, r) areas under the ROC curve and average precisions."""
    pairs = [
        _ranking(truth == k, probabilities[:, k], weights) for k in range(probabilities.shape[1])
    ]
    return np.stack([area for area, _ in pairs]), np.stack([precision for _, precision in pairs])


def mean_of_classes(figures: Array) -> Array:
    """Average (classes, r) over the classes that have a figure; NaN where none has."""
    is_known = np.isfinite(figures)
    return _share(np.where(is_known, figures, 0).sum(axis=0), is_known.sum(axis=0))


def _ranking(
    is_positive: NDArray[np.bool_], scores: NDArray[np.floating], weights: Array
) -> tuple[Array, Array]:
    order = np.argsort(-scores, kind="stable")
    starts = np.flatnonzero(np.diff(scores[order], prepend=np.inf))
    ordered = weights[order]
    positive = ordered * is_positive[order, None]
    if len(starts) < len(order):
        ordered = np.add.reduceat(ordered, starts, axis=0)
        positive = np.add.reduceat(positive, starts, axis=0)
    called = np.cumsum(ordered, axis=0)
    found = np.cumsum(positive, axis=0)
    positives, negatives = found[-1], called[-1] - found[-1]
    # Of the rest, those called later rank below; of equal scores each pair counts one half.
    below = negatives - (called - found) + (ordered - positive) / 2
    area = _share(np.einsum("ij,ij->j", positive, below), positives * negatives)
    precision = np.divide(found, called, out=np.zeros_like(found), where=called > 0)
    return area, _share(np.einsum("ij,ij->j", positive, precision), positives)


def _weighted_ece(
    truth: NDArray[np.integer], probabilities: NDArray[np.floating], weights: Array
) -> Array:
    members = np.eye(BINS)[confidence_bins(probabilities, BINS)]
    sums = (members * confidence_gaps(truth, probabilities)[:, None]).T @ weights
    return np.asarray(np.abs(sums).sum(axis=0), dtype=np.float64)


def _share(part: Array, whole: NDArray[np.floating] | NDArray[np.integer]) -> Array:
    nothing = np.full(np.shape(part), np.nan)
    return np.asarray(np.divide(part, whole, out=nothing, where=whole > 0), dtype=np.float64)
