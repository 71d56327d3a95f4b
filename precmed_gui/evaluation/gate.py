"""How unlike the training images an image is, in the network's feature space.

Fitted after a training; at a prediction the distance decides between an answer and "refused", and
the nearest training images are shown beside it.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

LARGEST_REFERENCE = 4000
MOST_DIRECTIONS = 64
CASES_A_DIRECTION = 4
MOST_NEIGHBOURS = 10
CASES_A_NEIGHBOUR = 10
FOLDS = 5
LEAST_SHARE = 1e-4
"""A direction with less than this share of the largest variance is not whitened."""
AT_ONCE = 512


@dataclass(frozen=True)
class Reference:
    """What is kept of the training images to compare others with.

    Parameters
    ----------
    mean
        (d,) float32.
    projection
        (d, p) float32: principal directions, each divided by the standard deviation along it.
    features
        (m, p + 1) float32: the whitened coordinates of the training images and, last, their
        distance from the space of the directions, in units of the smallest standard deviation.
    rows
        (m,) int32 which training images they are.
    """

    mean: NDArray[np.float32]
    projection: NDArray[np.float32]
    features: NDArray[np.float32]
    rows: NDArray[np.int32]


class GateFit(NamedTuple):
    """A reference, the largest distance that passes, and how it came about.

    `neighbours` is how many nearest images a distance is the mean to; `distances` are those of
    the (v,) validation images.
    """

    reference: Reference
    threshold: float
    neighbours: int
    distances: NDArray[np.float64]


def fit_gate(
    training: NDArray[np.floating],
    validation: NDArray[np.floating],
    *,
    target: float = 0.01,
    seed: int = 0,
) -> GateFit:
    """Learn where training images lie, and from which distance on an image is unlike them.

    The distance is the mean to the k nearest training images (Sun et al. 2022, arXiv:2204.06507,
    who take the k-th) in whitened principal directions (as a Mahalanobis distance, so that no
    single strong feature decides) and one more coordinate: the part of the features outside these
    directions (as Wang et al. 2022, arXiv:2203.10807), for what is foreign often shows exactly
    where training images do not vary.

    With v >= 1 / target - 1 validation images the threshold is the ceil((v + 1)(1 - target))-th
    smallest of their distances: a further image of the same kind exceeds it with a probability of
    at most `target` (split conformal; Vovk et al. 2005, doi:10.1007/b106715). With fewer it is the
    largest of: their distances, those of training images left out in five folds (of them the
    conformal one), and the upper prediction bound of the logarithms of both, taken as normal.

    Parameters
    ----------
    training
        (n, d) finite features, n at least 2.
    validation
        (v, d) features of images that were not trained on; v may be 0.
    target
        Share of fitting images to refuse, in (0, 1).
    seed
        Chooses the training images where there are more than 4000, and the folds.

    Returns
    -------
    GateFit
        `reference.rows` are rows of `training`.
    """
    random = np.random.default_rng(seed)
    rows = _rows(len(training), random)
    reference = _reference(training, rows, _directions(len(rows)))
    neighbours = _neighbours(len(reference.rows))
    found = distances(reference, validation, neighbours)
    if len(found) + 1 >= 1 / target:
        return GateFit(reference, _conformal(found, target), neighbours, found)
    left_out = _left_out(training[rows], neighbours, random)
    bounds = [_conformal(left_out, target), _prediction_bound(np.append(left_out, found), target)]
    return GateFit(reference, float(np.max([*bounds, *found])), neighbours, found)


def distances(
    reference: Reference, features: NDArray[np.floating], neighbours: int
) -> NDArray[np.float64]:
    """Return the mean distance of (n, d) features to the `neighbours` nearest training images."""
    _, away = nearest(reference, features, neighbours)
    return np.asarray(away.mean(axis=1))


def nearest(
    reference: Reference, features: NDArray[np.floating], count: int = 3
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find the training images most like each image.

    Parameters
    ----------
    features
        (n, d).
    count
        As many of the reference as exist are returned at most.

    Returns
    -------
    tuple of ndarray
        (n, count) positions in `reference.rows`, nearest first, and (n, count) their distances.
    """
    count = min(count, len(reference.rows))
    positions = np.empty((len(features), count), dtype=np.int64)
    away = np.empty((len(features), count))
    kept = reference.features.astype(np.float64)
    with _arithmetic().limit(limits=1, user_api="blas"):
        for start in range(0, len(features), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            asked = projected(reference, features[part])
            positions[part], away[part] = _nearest(kept, asked, count)
    return positions, away


@lru_cache(maxsize=1)
def _arithmetic() -> Any:
    """What sets the threads of NumPy's arithmetic.

    A few images are a millisecond's work for one thread. Several wait for each other and for those
    of the network, which keep the cores busy a while longer: 30 to 80 ms were measured.
    """
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def _nearest(
    kept: NDArray[np.float64], asked: NDArray[np.float64], count: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    squares = (asked**2).sum(axis=1)[:, None] + (kept**2).sum(axis=1) - 2 * asked @ kept.T
    some = np.argpartition(squares, count - 1, axis=1)[:, :count]
    # The expansion above loses digits where two points are close; the few that count are redone.
    exact = np.linalg.norm(asked[:, None, :] - kept[some], axis=2)
    order = np.argsort(exact, axis=1, kind="stable")
    return np.take_along_axis(some, order, axis=1), np.take_along_axis(exact, order, axis=1)


def _rows(images: int, random: np.random.Generator) -> NDArray[np.int64]:
    if images <= LARGEST_REFERENCE:
        return np.arange(images)
    return np.sort(random.choice(images, size=LARGEST_REFERENCE, replace=False))


def _directions(images: int) -> int:
    return int(np.clip(images // CASES_A_DIRECTION, 1, MOST_DIRECTIONS))


def _reference(
    training: NDArray[np.floating], rows: NDArray[np.int64], directions: int
) -> Reference:
    wide = training[rows].astype(np.float64)
    mean = wide.mean(axis=0)
    empty = Reference(
        mean=mean.astype(np.float32),
        projection=_whitening(wide - mean, directions).astype(np.float32),
        features=np.empty((0, 0), dtype=np.float32),
        rows=rows.astype(np.int32),
    )
    features = np.concatenate(
        [projected(empty, wide[i : i + AT_ONCE]) for i in range(0, len(wide), AT_ONCE)]
    )
    return Reference(empty.mean, empty.projection, features.astype(np.float32), empty.rows)


def _whitening(centred: NDArray[np.float64], directions: int) -> NDArray[np.float64]:
    """(d, p) principal directions over their standard deviations; one of length 1 if none vary."""
    from sklearn.utils.extmath import randomized_svd

    n, d = centred.shape
    _, strengths, axes = randomized_svd(centred, min(directions, n, d), random_state=0)
    deviations = strengths / np.sqrt(max(1, n - 1))
    is_alive = deviations**2 > LEAST_SHARE * deviations[0] ** 2
    if not is_alive.any():
        return np.eye(d, 1)
    return np.asarray(axes[is_alive].T / deviations[is_alive])


def projected(reference: Reference, features: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return (n, p + 1) whitened coordinates and, last, the distance from the space they span."""
    centred = features.astype(np.float64) - reference.mean
    projection = reference.projection.astype(np.float64)
    lengths = np.linalg.norm(projection, axis=0)
    whitened = centred @ projection
    outside = centred - (whitened / lengths) @ (projection / lengths).T
    rest = np.linalg.norm(outside, axis=1) * lengths.max()
    return np.concatenate([whitened, rest[:, None]], axis=1)


def _neighbours(images: int) -> int:
    return int(np.clip(images // CASES_A_NEIGHBOUR, 1, MOST_NEIGHBOURS))


def _left_out(
    training: NDArray[np.floating], neighbours: int, random: np.random.Generator
) -> NDArray[np.float64]:
    """Distance of each training image to a reference made without its fold.

    As many directions as in the whole, for the distance grows with them.
    """
    folds = random.permutation(len(training)) % min(FOLDS, len(training))
    directions = _directions(len(training))
    found = np.empty(len(training))
    for fold in np.unique(folds):
        is_out = folds == fold
        rest = _reference(training, np.flatnonzero(~is_out), directions)
        found[is_out] = distances(rest, training[is_out], neighbours)
    return found


def _conformal(found: NDArray[np.float64], target: float) -> float:
    place = int(np.ceil(np.round((len(found) + 1) * (1 - target), 9)))
    return float(np.sort(found)[min(place, len(found)) - 1])


def _prediction_bound(found: NDArray[np.float64], target: float) -> float:
    """Upper bound for one further distance, log-normal (Hahn and Meeker 1991, chapter 4)."""
    from scipy.special import stdtrit

    n = len(found)
    logs = np.log(np.maximum(found, np.finfo(np.float64).tiny))
    margin = stdtrit(n - 1, 1 - target) * np.sqrt(1 + 1 / n) * np.std(logs, ddof=1)
    return float(np.exp(np.mean(logs) + margin))
