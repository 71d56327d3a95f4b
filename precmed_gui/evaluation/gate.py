"""How unlike the training images an image is, in the network's feature space.

Fitted after a training; at a prediction the distance decides between an answer and "refused", and
the nearest training images are shown beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

LARGEST_REFERENCE = 4000
LEAST_OF_CLASS = 3
"""So many of each class are in a reference, however rare the class is."""
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
    classes: NDArray[np.integer] | None = None,
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
    classes
        (n,) of the training images: of each class some are kept; None: of any.
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
    rows = _rows(np.zeros(len(training), np.int64) if classes is None else classes, random)
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
    reference: Reference,
    features: NDArray[np.floating],
    count: int = 3,
    classes: NDArray[np.int64] | None = None,
    each: int = 1,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find the training images most like each image, and those of each class.

    Parameters
    ----------
    features
        (n, d).
    count
        As many of the reference as exist are returned at most.
    classes
        (m,) of the reference, at least 0; None asks for no more than `count` of all.
    each
        As many of each class as exist are returned at most.

    Returns
    -------
    tuple of ndarray
        (n, columns) positions in `reference.rows` and (n, columns) their distances: `count` of
        all, nearest first; then `each` of class 0, nearest first, and so on.
    """
    count = min(count, len(reference.rows))
    order = (
        np.arange(len(reference.rows)) if classes is None else np.argsort(classes, kind="stable")
    )
    sizes = [] if classes is None else np.bincount(classes).tolist()
    columns = count + sum(min(each, size) for size in sizes)
    positions = np.empty((len(features), columns), dtype=np.int64)
    away = np.empty(positions.shape)
    kept = reference.features[order].astype(np.float64)
    with _arithmetic().limit(limits=1, user_api="blas"):
        for start in range(0, len(features), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            asked = projected(reference, features[part])
            found, away[part] = _nearest(kept, asked, count, [(size, each) for size in sizes])
            positions[part] = order[found]
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
    kept: NDArray[np.float64],
    asked: NDArray[np.float64],
    count: int,
    runs: Sequence[tuple[int, int]],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Rows of `kept` and distances; each of the `runs` of rows is (its length, how many of it)."""
    squares = (asked**2).sum(axis=1)[:, None] + (kept**2).sum(axis=1) - 2 * asked @ kept.T
    some = [np.argpartition(squares, count - 1, axis=1)[:, :count]]
    start = 0
    for length, wanted in runs:
        run = squares[:, start : start + length]
        some.append(start + _least(run, min(wanted, length)))
        start += length
    return _exactly(kept, asked, some)


def _exactly(
    kept: NDArray[np.float64], asked: NDArray[np.float64], some: Sequence[NDArray[np.int64]]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The same side by side, each part nearest first, with distances.

    The expansion that found them loses digits where two points are close.
    """
    found = np.concatenate(some, axis=1)
    exact = np.linalg.norm(asked[:, None, :] - kept[found], axis=2)
    parts = np.repeat(np.arange(len(some)), [part.shape[1] for part in some])
    order = np.lexsort((exact, np.broadcast_to(parts, exact.shape)), axis=1)
    return np.take_along_axis(found, order, axis=1), np.take_along_axis(exact, order, axis=1)


def _least(squares: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """(n, count) columns of the smallest values, of which `squares` is robbed; a few are wanted."""
    found = np.empty((len(squares), count), np.int64)
    for place in range(count):
        found[:, place] = np.argmin(squares, axis=1)
        np.put_along_axis(squares, found[:, place, None], np.inf, axis=1)
    return found


def _rows(classes: NDArray[np.integer], random: np.random.Generator) -> NDArray[np.int64]:
    """The training images to keep, drawn; the first few of each class come before all others."""
    images = len(classes)
    if images <= LARGEST_REFERENCE:
        return np.arange(images)
    order = random.permutation(images)
    shuffled = classes[order]
    is_spare = np.ones(images, np.bool_)
    for number in np.unique(shuffled):
        is_spare[np.flatnonzero(shuffled == number)[:LEAST_OF_CLASS]] = False
    kept = order[np.argsort(is_spare, kind="stable")][:LARGEST_REFERENCE]
    return np.sort(kept)


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
