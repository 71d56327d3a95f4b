"""What more training images would bring: learning curves on features that are computed already.

A small head learns from parts of the training patients; how its accuracy on validation grows is
continued a little beyond what there is. Learning again each time would cost hours, this seconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.evaluation import (
    ExpectedGain,
    Figure,
    LearningCurve,
    LearningCurvePoint,
)
from precmed_gui.evaluation.intervals import patient_weights, percentile_interval
from precmed_gui.evaluation.metrics import log_loss

FRACTIONS = (0.25, 0.5, 0.75, 1.0)
DRAWS = 6
CLASS_DRAWS = 2
REPLICATES = 600
DIMENSIONS = 64
EXPONENTS = np.linspace(0.2, 1.2, 11)
STRENGTHS = (0.01, 0.1, 1.0)
LEAST_PATIENTS_A_CLASS = 8
LEAST_TRAINING = 40
LEAST_VALIDATION = 30
# Among classes of like sensitivity more would be noise, and every class costs seconds.
MOST_CLASSES = 10

Array = NDArray[np.float64]


@dataclass(frozen=True)
class LabelledFeatures:
    """Features of cases: (n, d) numbers, their (n,) class numbers and (n) patients."""

    features: NDArray[np.float32]
    truth: NDArray[np.int64]
    patients: Sequence[str]


@dataclass(frozen=True)
class _Trials:
    """What heads got right: (draws, v) a size and a class, and the cases each learnt from."""

    sizes: Array
    hits: tuple[NDArray[np.bool_], ...]
    without_half: dict[int, NDArray[np.bool_]]


def learning_curve(
    training: LabelledFeatures,
    validation: LabelledFeatures,
    labels: Sequence[str],
    *,
    seed: int = 0,
) -> LearningCurve | None:
    """Measure accuracy against the number of training images and continue it to twice as many.

    A multinomial logistic head learns from 25, 50, 75 and 100 % of the patients of each class, and
    from all but half of one class. Accuracy is A - b n^-c, the inverse power law of Figueroa et al.
    2012, doi:10.1186/1472-6947-12-8; what halving a class costs, put into the same law, says what
    doubling it brings. The intervals hold the choice of validation patients (bootstrap), of
    training patients (draws) and of the exponent c in [0.2, 1.2], each as often as it fits.

    Parameters
    ----------
    training, validation
        Of the same features.
    labels
        (classes), the model's order.
    seed
        Of the draws and the bootstrap.

    Returns
    -------
    LearningCurve or None
        Four points; a gain for all classes alike, then one a class (of more than 10 classes those
        with the lowest sensitivity). None where a class has fewer than 8 training patients, or
        there are fewer than 40 training or 30 validation images: that says nothing.
    """
    from threadpoolctl import threadpool_limits

    strata = _strata(training)
    if not _is_enough(training, validation, [len(strata.get(k, ())) for k in range(len(labels))]):
        return None
    random = np.random.default_rng(seed)
    # Many small heads: threads of the linear algebra would wait for each other, up to ten times.
    with threadpool_limits(1):
        trials = _tried(training, validation, strata, random)
    weights = patient_weights(validation.patients, replicates=REPLICATES, seed=seed)
    accuracies = np.stack([_replicated(hits, weights, random) for hits in trials.hits])
    laws = _laws(trials, accuracies, random)
    by_class = tuple(
        _gain_of_class((k, labels[k]), training, _costs(trials, k, weights, random), laws[0])
        for k in sorted(trials.without_half)
    )
    points = _points(trials, accuracies, len(set(validation.patients)))
    return LearningCurve(points, (_gain_of_all(trials, accuracies[-1], laws), *by_class))


def _is_enough(
    training: LabelledFeatures, validation: LabelledFeatures, patients: list[int]
) -> bool:
    return (
        len(patients) >= 2
        and min(patients) >= LEAST_PATIENTS_A_CLASS
        and len(training.truth) >= LEAST_TRAINING
        and len(validation.truth) >= LEAST_VALIDATION
    )


def _strata(training: LabelledFeatures) -> dict[int, tuple[str, ...]]:
    """Patients by the class of their first case."""
    first: dict[str, int] = {}
    for patient, label in zip(training.patients, training.truth.tolist(), strict=True):
        first.setdefault(patient, label)
    found: dict[int, list[str]] = {}
    for patient, label in first.items():
        found.setdefault(label, []).append(patient)
    return {label: tuple(patients) for label, patients in found.items()}


def _tried(
    training: LabelledFeatures,
    validation: LabelledFeatures,
    strata: dict[int, tuple[str, ...]],
    random: np.random.Generator,
) -> _Trials:
    learnt, judged = _projected(training.features, validation.features)
    names = np.asarray(training.patients, dtype=str)

    strength = _strength((learnt, training.truth), (judged, validation.truth))

    def hits(shares: dict[int, float]) -> tuple[int, NDArray[np.bool_]]:
        rows = np.flatnonzero(np.isin(names, _drawn(strata, shares, random)))
        answers = _head(learnt[rows], training.truth[rows], strength).predict(judged)
        return len(rows), np.asarray(answers == validation.truth, dtype=np.bool_)

    sizes, sized = [], []
    for fraction in FRACTIONS:
        draws = 1 if fraction == 1 else DRAWS
        tried = [hits(dict.fromkeys(strata, fraction)) for _ in range(draws)]
        sizes.append(float(np.mean([size for size, _ in tried])))
        sized.append(np.stack([right for _, right in tried]))
    halves = {
        k: np.stack([hits({**dict.fromkeys(strata, 1.0), k: 0.5})[1] for _ in range(CLASS_DRAWS)])
        for k in _weakest(sized[-1][0], validation.truth, len(strata))
    }
    return _Trials(np.array(sizes), tuple(sized), halves)


def _projected(training: NDArray[np.float32], other: NDArray[np.float32]) -> tuple[Array, Array]:
    """Standardise, then keep the directions in which the training features spread most."""
    centre, spread = training.mean(axis=0), training.std(axis=0)
    scale = np.where(spread > 0, spread, 1)
    ours, theirs = (training - centre) / scale, (other - centre) / scale
    _, directions = np.linalg.eigh((ours.T @ ours).astype(np.float64) / len(ours))
    kept = directions[:, ::-1][:, :DIMENSIONS]
    first, second = ours @ kept, theirs @ kept
    size = float(first[:, 0].std()) or 1.0
    return first / size, second / size


def _drawn(
    strata: dict[int, tuple[str, ...]], shares: dict[int, float], random: np.random.Generator
) -> list[str]:
    return [
        str(patient)
        for label, patients in strata.items()
        for patient in random.permutation(patients)[: max(1, round(shares[label] * len(patients)))]
    ]


def _strength(
    training: tuple[Array, NDArray[np.int64]], validation: tuple[Array, NDArray[np.int64]]
) -> float:
    """Choose how free the head is by its log loss on validation."""

    def loss(strength: float) -> float:
        said = _head(*training, strength).predict_proba(validation[0])
        return log_loss(validation[1], np.asarray(said, dtype=np.float64))

    return min(STRENGTHS, key=loss)


def _head(learnt: Array, truth: NDArray[np.int64], strength: float) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=strength, tol=1e-3, max_iter=2000).fit(learnt, truth)


def _weakest(is_right: NDArray[np.bool_], truth: NDArray[np.int64], classes: int) -> list[int]:
    def sensitivity(k: int) -> float:
        return float(np.mean(is_right[truth == k])) if np.any(truth == k) else 1.0

    return sorted(range(classes), key=sensitivity)[:MOST_CLASSES]


def _replicated(hits: NDArray[np.bool_], weights: Array, random: np.random.Generator) -> Array:
    """Give (r,) accuracies: of as many draws, drawn again, on the patients of each sample."""
    accuracies = hits @ weights / weights.sum(axis=0)
    chosen = random.integers(len(hits), size=hits.shape[:1] + weights.shape[1:])
    return np.asarray(np.take_along_axis(accuracies, chosen, axis=0).mean(axis=0))


def _laws(trials: _Trials, accuracies: Array, random: np.random.Generator) -> tuple[Array, Array]:
    """Fit (r,) exponents c and slopes b >= 0 of A - b n^-c to (sizes, r) accuracies.

    For each exponent A and b are least squares; an exponent is taken with the probability that its
    squares deserve beside the spread of the draws.
    """
    noise = np.mean([np.var(hits.mean(axis=1), ddof=1) for hits in trials.hits[:-1]])
    powers = trials.sizes[:, None] ** -EXPONENTS
    centred = powers - powers.mean(axis=0)
    spread = np.sum(centred**2, axis=0)
    residual = accuracies - accuracies.mean(axis=0)
    slopes = np.maximum(-(centred.T @ residual) / spread[:, None], 0)
    fitted = -slopes[None] * centred[:, :, None]
    squares = np.sum((residual[:, None, :] - fitted) ** 2, axis=0)
    chance = -squares / (2 * max(float(noise), 1e-6)) + random.gumbel(size=squares.shape)
    best = np.argmax(chance, axis=0)
    return EXPONENTS[best], slopes[best, np.arange(slopes.shape[1])]


def _points(trials: _Trials, accuracies: Array, patients: int) -> tuple[LearningCurvePoint, ...]:
    return tuple(
        LearningCurvePoint(
            round(size), percentile_interval(float(np.mean(hits)), again, patients=patients)
        )
        for size, hits, again in zip(trials.sizes, trials.hits, accuracies, strict=True)
    )


def _gain_of_all(trials: _Trials, reached: Array, laws: tuple[Array, Array]) -> ExpectedGain:
    exponents, slopes = laws
    count = trials.sizes[-1]
    more = _rounded(int(count))
    gains = slopes * (count**-exponents - (count + more) ** -exponents)
    return ExpectedGain(None, more, _middle(np.minimum(gains, 1 - reached)))


def _costs(trials: _Trials, k: int, weights: Array, random: np.random.Generator) -> Array:
    """Give (r,) how much accuracy it costs to learn without half of class k."""
    whole = trials.hits[-1][0] @ weights / weights.sum(axis=0)
    return np.asarray(whole - _replicated(trials.without_half[k], weights, random))


def _gain_of_class(
    name: tuple[int, str], training: LabelledFeatures, costs: Array, exponents: Array
) -> ExpectedGain:
    count = int(np.sum(training.truth == name[0]))
    more = _rounded(count)
    ratio = (1 - (1 + more / count) ** -exponents) / (2.0**exponents - 1)
    return ExpectedGain(name[1], more, _middle(costs * ratio))


def _middle(replicates: Array) -> Figure:
    return percentile_interval(float(np.median(replicates)), replicates)


def _rounded(count: int) -> int:
    """Round to two digits: a plan, not a measurement."""
    step = int(10 ** max(0, len(str(count)) - 2))
    return round(count / step) * step
