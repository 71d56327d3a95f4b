"""Turns what a network says of itself into percentages that mean something.

Fitted on validation cases after a training, used on every later prediction. One temperature is
the rule; a scale and a bias for each class are the exception that has to prove its use.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.evaluation import Calibration

LARGEST_GAP = 104.0
"""A float32 probability cannot be further below the largest of its row, as a logarithm."""
USUAL_FACTOR = float(np.log(2.0))
"""Standard deviation of the prior of log(scale): a factor of two either way is usual."""
WIDEST = 3.0
"""The scale stays between exp(-WIDEST) and exp(WIDEST)."""
FOLDS = 5
FEWEST_OF_A_CLASS = 2 * FOLDS
CLEARLY = 2.0
"""Standard errors by which a vector must beat a temperature."""
Fit = Callable[
    [NDArray[np.float64], NDArray[np.integer]], tuple[NDArray[np.float64], NDArray[np.float64]]
]


def no_calibration(classes: int) -> Calibration:
    """Return the calibration that leaves the probabilities of `classes` classes as they are."""
    return Calibration("none", (1.0,) * classes, (0.0,) * classes)


def fit_calibration(
    logits: NDArray[np.floating],
    truth: NDArray[np.integer],
    offset: NDArray[np.float64] | None = None,
) -> Calibration:
    """Fit what makes the network's probabilities honest on cases it was not trained on.

    Temperature and vector scaling of Guo et al. 2017 (arXiv:1706.04599): both minimise the log
    loss. Unlike there the scale has a weak log-normal prior around 1, so that 20 cases that are
    all right do not make the network certain; with some hundred cases it no longer shows. A
    vector is taken for three classes or more, with at least `FEWEST_OF_A_CLASS` cases each, where
    its log loss on cases left out of its own fit (five stratified folds) is lower by more than
    `CLEARLY` standard errors of the paired difference.

    Parameters
    ----------
    logits
        (n, classes) natural logarithms of probabilities; minus infinity is allowed.
    truth
        (n,) class numbers, 0 to classes - 1.
    offset
        (classes,) what is added to the logits first, for instance how common the classes are; the
        bias that is returned contains it.

    Returns
    -------
    Calibration
        "temperature" or "vector"; "none" where there is no case.
    """
    n, classes = logits.shape
    if n == 0:
        return no_calibration(classes)
    added = np.zeros(classes) if offset is None else offset
    # Added after the logits are bounded, as `calibrated` does: a scale for each class would
    # otherwise turn the other largest value of a row into a bias of that row.
    bounded = _bounded(logits) + added
    is_vector = _is_vector_clearly_better(bounded, truth)
    scale, bias = (_fit_vector if is_vector else _fit_temperature)(bounded, truth)
    kind = "vector" if is_vector else "temperature"
    return Calibration(kind, tuple(scale.tolist()), tuple((scale * added + bias).tolist()), n)


def temperature_scale(logits: NDArray[np.floating], truth: NDArray[np.integer]) -> float:
    """Return 1 / T of the temperature alone, above 0; 1.0 where there is no case."""
    if len(truth) == 0:
        return 1.0
    scale, _ = _fit_temperature(_bounded(logits), truth)
    return float(scale[0])


def calibrated(logits: NDArray[np.floating], calibration: Calibration) -> NDArray[np.float64]:
    """Return the probabilities to be shown: softmax(scale * logits + bias).

    Parameters
    ----------
    logits
        (n, classes) natural logarithms of the network's probabilities.
    calibration
        Of as many classes. A temperature never changes the order of the classes of a case.

    Returns
    -------
    ndarray
        (n, classes) float64 in [0, 1]; rows sum to 1.
    """
    scores = _bounded(logits) * np.array(calibration.scale) + np.array(calibration.bias)
    return np.asarray(np.exp(_log_softmax(scores)), dtype=np.float64)


def _bounded(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """Logarithms relative to the row's largest, so that a probability of 0 stays finite."""
    wide = np.asarray(logits, dtype=np.float64)
    return np.asarray(np.maximum(wide - wide.max(axis=1, keepdims=True), -LARGEST_GAP))


def _log_softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    shifted = scores - scores.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))


def _losses(scores: NDArray[np.float64], truth: NDArray[np.integer]) -> NDArray[np.float64]:
    """Negative log-probability of the truth, case by case."""
    return np.asarray(-_log_softmax(scores)[np.arange(len(truth)), truth])


def _fit_temperature(
    logits: NDArray[np.float64], truth: NDArray[np.integer]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    from scipy.optimize import minimize_scalar

    def cost(log_scale: float) -> float:
        prior = 0.5 * (log_scale / USUAL_FACTOR) ** 2
        return float(_losses(np.exp(log_scale) * logits, truth).sum()) + prior

    best = minimize_scalar(cost, bounds=(-WIDEST, WIDEST), method="bounded")
    classes = logits.shape[1]
    return np.full(classes, float(np.exp(best.x))), np.zeros(classes)


def _fit_vector(
    logits: NDArray[np.float64], truth: NDArray[np.integer]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Scale and bias a class; normal priors around the temperature's scale and around 0."""
    from scipy.optimize import minimize

    middle, _ = _fit_temperature(logits, truth)
    classes = logits.shape[1]
    is_true = np.eye(classes)[truth]
    spread = np.concatenate([USUAL_FACTOR * middle, np.ones(classes)])
    start = np.concatenate([middle, np.zeros(classes)])

    def cost(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        logs = _log_softmax(logits * weights[:classes] + weights[classes:])
        away = (weights - start) / spread
        error = np.exp(logs) - is_true
        slope = np.concatenate([(error * logits).sum(axis=0), error.sum(axis=0)])
        return float(-(logs * is_true).sum() + 0.5 * away @ away), slope + away / spread

    bounds = [(0.0, None)] * classes + [(None, None)] * classes
    best = minimize(cost, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return best[:classes], best[classes:]


def _is_vector_clearly_better(logits: NDArray[np.float64], truth: NDArray[np.integer]) -> bool:
    classes = logits.shape[1]
    if classes < 3 or np.bincount(truth, minlength=classes).min() < FEWEST_OF_A_CLASS:
        return False
    folds = _folds(truth)
    gains = _losses_left_out(_fit_temperature, logits, truth, folds) - _losses_left_out(
        _fit_vector, logits, truth, folds
    )
    error = float(np.std(gains, ddof=1)) / np.sqrt(len(gains))
    return bool(np.mean(gains) > CLEARLY * error)


def _folds(truth: NDArray[np.integer]) -> NDArray[np.int64]:
    """A fold for each case, shuffled with a fixed seed, the classes spread evenly."""
    shuffled = np.random.default_rng(0).permutation(len(truth))
    by_class = shuffled[np.argsort(truth[shuffled], kind="stable")]
    folds = np.empty(len(truth), dtype=np.int64)
    folds[by_class] = np.arange(len(truth)) % FOLDS
    return folds


def _losses_left_out(
    fit: Fit,
    logits: NDArray[np.float64],
    truth: NDArray[np.integer],
    folds: NDArray[np.int64],
) -> NDArray[np.float64]:
    losses = np.empty(len(truth))
    for fold in range(FOLDS):
        left_out = folds == fold
        scale, bias = fit(logits[~left_out], truth[~left_out])
        losses[left_out] = _losses(logits[left_out] * scale + bias, truth[left_out])
    return losses
