"""What a percentage was worth on test cases: how many of 100 cases said so surely were right.

The evaluation stores the bins; the prediction panel looks up the one behind each bar.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.evaluation import ReliabilityBin
from precmed_gui.evaluation.intervals import wilson

GRID = (0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
"""Where bins may end; finer where most confidences of good networks are."""
WIDEST = 0.2
"""No bin is wider, however few cases it has: 95 % says nothing about 55 %."""
FARTHEST = 0.05
"""A confidence further from all tested ones has no support."""


def reliability(
    truth: NDArray[np.integer], probabilities: NDArray[np.floating], *, least: int = 20
) -> tuple[ReliabilityBin, ...]:
    """Group cases by the confidence of their most probable class and count the right ones.

    A reliability diagram (Guo et al. 2017, arXiv:1706.04599; Naeini et al. 2015,
    doi:10.1609/aaai.v29i1.9602). Bins follow a grid; neighbours are put together until they have
    `least` cases, but never over more than 0.2 of confidence: then a bin has few cases, and
    whoever reads it must be told so.

    Parameters
    ----------
    truth
        (n,) class numbers.
    probabilities
        (n, classes), rows sum to 1.
    least
        Cases a bin should have, at least 1.

    Returns
    -------
    tuple of ReliabilityBin
        By rising confidence, at most 14; empty where there is no case.
    """
    answers = np.argmax(probabilities, axis=1)
    return _binned(np.max(probabilities, axis=1), answers == truth, least)


def reliability_of_classes(
    truth: NDArray[np.integer], probabilities: NDArray[np.floating], *, least: int = 20
) -> tuple[ReliabilityBin, ...]:
    """Do the same for the probability of every class, not only of the most probable one.

    Each case counts once a class, right where the class is the true one; so a bin says how often
    a class that was given this probability was the truth.
    """
    is_true = np.asarray(truth)[:, None] == np.arange(probabilities.shape[1])
    return _binned(probabilities.ravel(), is_true.ravel(), least)


def support(bins: Sequence[ReliabilityBin], confidence: float) -> ReliabilityBin | None:
    """Return the bin that `confidence` falls in, or one within 0.05 of it; else None."""

    def away(one: ReliabilityBin) -> float:
        return max(one.low - confidence, confidence - one.high, 0.0)

    nearest = min(bins, key=away, default=None)
    return nearest if nearest is not None and away(nearest) <= FARTHEST else None


def perfect_ece_band(
    probabilities: NDArray[np.floating], *, bins: int = 15, seed: int = 0, replicates: int = 1000
) -> tuple[float, float]:
    """Calibration error that a perfectly calibrated model would show by chance on such cases.

    Consistency resampling of Broecker and Smith 2007 (doi:10.1175/WAF993.1), applied to the
    expected calibration error: draw the confidences with replacement, let each be right with the
    probability it states, compute the error over equal bins; do so `replicates` times.

    Parameters
    ----------
    probabilities
        (n, classes), rows sum to 1; n at least 1.
    bins
        As many as the error it is compared with has.

    Returns
    -------
    tuple of float
        The 2.5 % and the 97.5 % quantile, in [0, 1].
    """
    said = np.max(probabilities, axis=1).astype(np.float64)
    random = np.random.default_rng(seed)
    errors = [_error_by_chance(said, bins, random) for _ in range(replicates)]
    low, high = np.quantile(errors, [0.025, 0.975])
    return float(low), float(high)


def _error_by_chance(said: NDArray[np.float64], bins: int, random: np.random.Generator) -> float:
    drawn = random.choice(said, size=len(said))
    excess = (random.random(len(said)) < drawn) - drawn
    places = np.clip(np.ceil(drawn * bins).astype(np.int64) - 1, 0, bins - 1)
    return float(np.abs(np.bincount(places, weights=excess)).sum() / len(said))


def _binned(
    said: NDArray[np.floating], is_right: NDArray[np.bool_], least: int
) -> tuple[ReliabilityBin, ...]:
    order = np.argsort(said, kind="stable")
    said, is_right = said[order], is_right[order]
    edges = _edges(said, least)
    return tuple(_bin(said[start:end], is_right[start:end]) for start, end in pairwise(edges))


def _edges(said: NDArray[np.floating], least: int) -> list[int]:
    """Where bins start in the sorted confidences, and the end."""
    if not len(said):
        return [0]
    starts = np.unique(np.append(np.searchsorted(said, GRID, side="right"), [0, len(said)]))
    edges = [0]
    for start, end in pairwise(starts[1:].tolist()):
        is_short = min(start - edges[-1], end - start) < least
        if not (is_short and said[end - 1] - said[edges[-1]] <= WIDEST):
            edges.append(start)
    return [*edges, len(said)]


def _bin(said: NDArray[np.floating], is_right: NDArray[np.bool_]) -> ReliabilityBin:
    n, right = len(said), int(is_right.sum())
    return ReliabilityBin(
        low=float(said[0]),
        high=float(said[-1]),
        confidence=float(np.clip(np.mean(said, dtype=np.float64), said[0], said[-1])),
        n=n,
        right=right,
        share=wilson(right, n),
    )
