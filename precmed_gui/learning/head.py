"""The last step of a pretrained network: multinomial logistic regression on its features.

A convex problem, solved in seconds and always alike; how strongly it is regularised is decided by
cross-validation within the training part, grouped by patient.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from precmed_gui.learning.training_data import folds_by_patient

PENALTIES = (10.0, 3.0, 1.0, 0.3, 0.1, 0.03)
"""What is tried for `HeadData` of unit variance, strongest first."""
FOLDS = 4
_LARGEST_CROSS_VALIDATED = 2000
_ITERATIONS = 60
_FLAT = 1e-3
"""A feature that varies less than this is not blown up to unit variance."""


@dataclass(frozen=True)
class HeadData:
    """Features of some cases.

    Parameters
    ----------
    features
        (n, d) float32.
    labels
        (n,) class numbers.
    weights
        (n,) how much each counts in the loss.
    patients
        (n) who they are of.
    """

    features: NDArray[np.float32]
    labels: NDArray[np.int32]
    weights: NDArray[np.float32]
    patients: Sequence[str]

    def rows(self, chosen: NDArray[np.int64]) -> "HeadData":
        """Some of the cases."""
        return HeadData(
            self.features[chosen],
            self.labels[chosen],
            self.weights[chosen],
            [self.patients[row] for row in chosen],
        )


@dataclass(frozen=True)
class Head:
    """(d, classes) and (classes,): probabilities are softmax(features @ kernel + bias)."""

    kernel: NDArray[np.float64]
    bias: NDArray[np.float64]

    def probabilities(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n, classes)."""
        return _softmax(features.astype(np.float64) @ self.kernel + self.bias)


Watch = Callable[[int, Head, float], bool]
"""Gets each iteration from 1 on, its head and its training loss; answers whether to go on."""


class _Enough(Exception):
    """The watcher wants no further iteration."""


def fit_head(data: HeadData, classes: int, penalty: float, watch: Watch | None = None) -> Head:
    """The head with the least weighted log loss plus penalty / 2 times its squared weights.

    Features are first brought to mean 0 and variance 1 (over `data`), which the head undoes, so
    that the penalty means the same for each. Solved by L-BFGS (Liu and Nocedal 1989,
    doi:10.1007/BF01589116), at most 60 iterations.
    """
    mean, deviation = data.features.mean(axis=0), np.maximum(data.features.std(axis=0), _FLAT)
    standard = (data.features - mean) / deviation
    size = standard.shape[1] * classes
    truth = np.eye(classes, dtype=np.float32)[data.labels]
    share = (data.weights / data.weights.sum())[:, np.newaxis]
    count = 0

    def split(point: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return point[:size].reshape(-1, classes), point[size:]

    def loss(point: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        kernel, bias = split(point)
        logs = _log_softmax(standard @ kernel.astype(np.float32) + bias.astype(np.float32))
        slope = share * (np.exp(logs) - truth)
        value = -float((share * truth * logs).sum()) + penalty / 2 * float((kernel**2).sum())
        rise = standard.T @ slope + penalty * kernel
        return value, np.concatenate([rise.ravel(), slope.sum(axis=0)]).astype(np.float64)

    def head(point: NDArray[np.float64]) -> Head:
        kernel, bias = split(point)
        scaled = kernel / deviation[:, np.newaxis]
        return Head(scaled, bias - mean @ scaled)

    last = np.zeros(size + classes)

    def on_iteration(point: NDArray[np.float64]) -> None:
        nonlocal count, last
        count, last = count + 1, point.copy()
        if watch is not None and not watch(count, head(point), loss(point)[0]):
            raise _Enough

    with suppress(_Enough):
        last = _minimum(loss, last, on_iteration)
    return head(last)


def _minimum(
    loss: Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]],
    start: NDArray[np.float64],
    on_iteration: Callable[[NDArray[np.float64]], None],
) -> NDArray[np.float64]:
    """Where `loss` is least, found on one core.

    The threads of products as small as these wait for each other: where other programs want the
    cores too, a fit takes up to forty times longer with them.
    """
    from scipy.optimize import minimize
    from threadpoolctl import threadpool_limits

    options = {"maxiter": _ITERATIONS}
    with threadpool_limits(1):
        found = minimize(
            loss, start, jac=True, method="L-BFGS-B", callback=on_iteration, options=options
        )
    return np.asarray(found.x, dtype=np.float64)


def choose_penalty(
    data: HeadData, validation: HeadData, seed: int, attend: Callable[[int, int], None]
) -> float:
    """The penalty of `PENALTIES` with the least weighted log loss on cases it was not fitted to.

    Up to 2000 cases: in 4 folds of `data` by patient; above, or with one patient, on `validation`.
    `attend` is called with (done, total) between fits.
    """
    classes = int(max(data.labels.max(), validation.labels.max())) + 1
    every = np.arange(len(data.labels))
    if len(data.labels) > _LARGEST_CROSS_VALIDATED:
        pairs = [(data, validation)]
    else:
        parts = folds_by_patient(data.patients, FOLDS, seed)
        pairs = [
            (data.rows(np.setdiff1d(every, part)), data.rows(part))
            for part in parts
            if 0 < len(part) < len(every)
        ]
        pairs = pairs or [(data, validation)]
    losses = np.zeros(len(PENALTIES))
    for number, penalty in enumerate(PENALTIES):
        attend(number, len(PENALTIES))
        for fitting, judging in pairs:
            answers = fit_head(fitting, classes, penalty).probabilities(judging.features)
            losses[number] += _log_loss(answers, judging)
    return PENALTIES[int(np.argmin(losses))]


def _log_loss(probabilities: NDArray[np.float64], cases: HeadData) -> float:
    true = probabilities[np.arange(len(cases.labels)), cases.labels]
    return float(-(cases.weights * np.log(np.maximum(true, 1e-12))).sum() / cases.weights.sum())


def _log_softmax(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    shifted = scores - scores.max(axis=1, keepdims=True)
    found: NDArray[np.float32] = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return found


def _softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    found: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return found
