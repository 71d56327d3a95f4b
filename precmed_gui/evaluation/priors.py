"""How common the classes are where a model is used: images cannot tell, percentages must know.

Used once after a training, on validation cases, together with `calibration`.
"""

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.evaluation import Calibration
from precmed_gui.evaluation.calibration import (
    USUAL_FACTOR,
    WIDEST,
    calibrated,
    fit_calibration,
)
from precmed_gui.evaluation.metrics import surprises

AFFORDABLE = 0.05
"""Share of what the images tell that may be given up for not depending on the cohort."""


def prior_bias(
    logits: NDArray[np.floating], truth: NDArray[np.integer], counts: NDArray[np.integer]
) -> NDArray[np.float64]:
    """Choose between equally common classes and those of the cohort.

    Our networks are trained so that every class counts alike; adding the logarithm of how common
    the classes are makes them those of a cohort (logit adjustment, Menon et al. 2021,
    arXiv:2007.07314; Saerens et al. 2002, doi:10.1162/089976602753284446). Where images tell the
    classes apart well this hardly matters here, but does harm where the classes are differently
    common, as in another hospital; where they tell little, leaving it out costs accuracy. So the
    classes count as equally common where this costs less than `AFFORDABLE` of the information that
    the images give: the entropy of the classes among the cases less the log loss of the better of
    the two, each after its own temperature.

    Parameters
    ----------
    logits
        (n, classes) natural logarithms of the network's probabilities on cases it has not learnt.
    truth
        (n,) class numbers.
    counts
        (classes,) training images.

    Returns
    -------
    ndarray
        (classes,) what to add to the logits after their temperature: zeros, or log(counts / sum).
    """
    equal = np.zeros(logits.shape[1])
    if len(truth) == 0 or np.any(counts < 1):
        return equal
    common = np.log(counts / counts.sum())
    losses = [
        _loss(logits, truth, _as_calibration(_scale(logits, truth, bias), bias))
        for bias in (equal, common)
    ]
    told = _entropy(truth) - min(losses)
    return equal if losses[0] - losses[1] <= AFFORDABLE * max(told, 0.0) else common


def fit_percentages(
    logits: NDArray[np.floating], truth: NDArray[np.integer], counts: NDArray[np.integer]
) -> Calibration:
    """Fit what turns the logits of a network trained on balanced classes into percentages.

    Parameters
    ----------
    logits, truth, counts
        As for `prior_bias`.

    Returns
    -------
    Calibration
        That of `fit_calibration`, whose bias also holds the classes' prevalence where it counts.
    """
    bias = prior_bias(logits, truth, counts)
    if not bias.any():
        return fit_calibration(logits, truth)
    # The temperature is for what the images tell, so the prior is divided by it beforehand.
    return fit_calibration(logits, truth, bias / _scale(logits, truth, bias))


def _scale(
    logits: NDArray[np.floating], truth: NDArray[np.integer], bias: NDArray[np.float64]
) -> float:
    """The factor of the logits that fits best beside a bias; with the prior of `calibration`."""
    from scipy.optimize import minimize_scalar

    def cost(log_scale: float) -> float:
        scaled = _as_calibration(float(np.exp(log_scale)), bias)
        unusual = 0.5 * (log_scale / USUAL_FACTOR) ** 2
        return _loss(logits, truth, scaled) * len(truth) + unusual

    return float(np.exp(minimize_scalar(cost, bounds=(-WIDEST, WIDEST), method="bounded").x))


def _as_calibration(scale: float, bias: NDArray[np.float64]) -> Calibration:
    return Calibration("temperature", (scale,) * len(bias), tuple(bias.tolist()))


def _loss(
    logits: NDArray[np.floating], truth: NDArray[np.integer], calibration: Calibration
) -> float:
    return float(np.mean(surprises(truth, calibrated(logits, calibration))))


def _entropy(truth: NDArray[np.integer]) -> float:
    shares = np.bincount(truth) / len(truth)
    present = shares[shares > 0]
    return float(-(present * np.log(present)).sum())
