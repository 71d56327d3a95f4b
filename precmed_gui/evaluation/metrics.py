"""The figures that say how right a network is, from its probabilities and the truth.

They equal scikit-learn's where it has them; `measuring` gives them with their intervals.
"""

import numpy as np
from numpy.typing import NDArray


def accuracy(truth: NDArray[np.integer], probabilities: NDArray[np.floating]) -> float:
    """Share of cases whose most probable class is the true one.

    Parameters
    ----------
    truth
        (n,) class numbers, 0 to classes - 1; n at least 1.
    probabilities
        (n, classes), in [0, 1].

    Returns
    -------
    float
        In [0, 1]. Of equal probabilities the first class counts.
    """
    return float(np.mean(np.argmax(probabilities, axis=1) == truth))


def macro_auc(truth: NDArray[np.integer], probabilities: NDArray[np.floating]) -> float | None:
    """Area under the ROC curve, each class against the rest, averaged without weights.

    The area is the probability that a case of the class gets a higher probability for it than a
    case of another class (Hanley and McNeil 1982, doi:10.1148/radiology.143.1.7063747); the plain
    mean over classes is the macro average of Fawcett 2006, doi:10.1016/j.patrec.2005.10.010. For
    two classes it is the usual area.

    Parameters
    ----------
    truth
        (n,) class numbers, 0 to classes - 1.
    probabilities
        (n, classes), in [0, 1].

    Returns
    -------
    float or None
        In [0, 1]; None where a class has no case among `truth`, for then it has no curve.
    """
    from sklearn.metrics import roc_auc_score

    classes = probabilities.shape[1]
    if len(np.unique(truth)) < classes:
        return None
    areas = [roc_auc_score(truth == k, probabilities[:, k]) for k in range(classes)]
    return float(np.mean(areas))


def balanced_accuracy(
    truth: NDArray[np.integer], probabilities: NDArray[np.floating]
) -> float | None:
    """Mean over classes of the share of their cases that are recognised.

    Brodersen et al. 2010, doi:10.1109/ICPR.2010.764.

    Parameters
    ----------
    truth
        (n,) class numbers, 0 to classes - 1.
    probabilities
        (n, classes), in [0, 1].

    Returns
    -------
    float or None
        In [0, 1]; None where a class has no case.
    """
    counts = confusion(truth, probabilities)
    cases = counts.sum(axis=1)
    if np.any(cases == 0):
        return None
    return float(np.mean(np.diag(counts) / cases))


def average_precision(
    truth: NDArray[np.integer], probabilities: NDArray[np.floating]
) -> float | None:
    """Mean precision over the sensitivities reached, macro mean of one class against the rest.

    The step-wise sum, without interpolation (Davis and Goadrich 2006,
    doi:10.1145/1143844.1143874).

    Parameters
    ----------
    truth
        (n,) class numbers, 0 to classes - 1.
    probabilities
        (n, classes), in [0, 1].

    Returns
    -------
    float or None
        In [0, 1]; None where a class has no case.
    """
    from sklearn.metrics import average_precision_score

    classes = probabilities.shape[1]
    if len(np.unique(truth)) < classes:
        return None
    areas = [average_precision_score(truth == k, probabilities[:, k]) for k in range(classes)]
    return float(np.mean(areas))


def brier(truth: NDArray[np.integer], probabilities: NDArray[np.floating]) -> float:
    """Mean squared distance of the probabilities to the truth, summed over classes.

    The original form of Brier 1950,
    doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2: for two classes twice the one often seen.

    Parameters
    ----------
    truth
        (n,) class numbers, 0 to classes - 1; n at least 1.
    probabilities
        (n, classes), in [0, 1].

    Returns
    -------
    float
        In [0, 2], lower is better.
    """
    return float(np.mean(squared_distances(truth, probabilities)))


def log_loss(truth: NDArray[np.integer], probabilities: NDArray[np.floating]) -> float:
    """Mean negative natural logarithm of the true class' probability (Good 1952).

    Parameters
    ----------
    truth
        (n,) class numbers, 0 to classes - 1; n at least 1.
    probabilities
        (n, classes), in [0, 1]; a probability of 0 counts as the smallest step above it.

    Returns
    -------
    float
        At least 0, lower is better.
    """
    return float(np.mean(surprises(truth, probabilities)))


def expected_calibration_error(
    truth: NDArray[np.integer], probabilities: NDArray[np.floating], bins: int = 15
) -> float:
    """Mean distance between confidence and share of right answers, over bins of equal width.

    Naeini, Cooper and Hauskrecht 2015, doi:10.1609/aaai.v29i1.9602; of the most probable class as
    in Guo et al. 2017 (arXiv:1706.04599). Chance alone makes it larger than 0 on few cases.

    Parameters
    ----------
    truth
        (n,) class numbers, 0 to classes - 1; n at least 1.
    probabilities
        (n, classes), in [0, 1].
    bins
        How many bins (i / bins, (i + 1) / bins].

    Returns
    -------
    float
        In [0, 1], lower is better.
    """
    gaps = confidence_gaps(truth, probabilities)
    sums = np.bincount(confidence_bins(probabilities, bins), weights=gaps, minlength=bins)
    return float(np.sum(np.abs(sums)) / len(gaps))


def confusion(truth: NDArray[np.integer], probabilities: NDArray[np.floating]) -> NDArray[np.int64]:
    """Count (classes, classes) cases: rows are the truth, columns the most probable class."""
    classes = probabilities.shape[1]
    cells = truth * classes + np.argmax(probabilities, axis=1)
    return np.bincount(cells, minlength=classes**2).reshape(classes, classes).astype(np.int64)


def squared_distances(
    truth: NDArray[np.integer], probabilities: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Give the (n,) squared distances whose mean is the Brier score."""
    wanted = np.eye(probabilities.shape[1])[truth]
    return np.asarray(np.sum((probabilities - wanted) ** 2, axis=1), dtype=np.float64)


def surprises(
    truth: NDArray[np.integer], probabilities: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Give the (n,) negative logarithms whose mean is the log loss."""
    said = probabilities[np.arange(len(truth)), truth].astype(np.float64)
    least = np.finfo(np.float64).eps
    return np.asarray(-np.log(np.clip(said, least, 1 - least)), dtype=np.float64)


def confidence_gaps(
    truth: NDArray[np.integer], probabilities: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Give (n,) 1 for a right answer and 0 for a wrong one, less the confidence it was given."""
    is_right = np.argmax(probabilities, axis=1) == truth
    return np.asarray(is_right - probabilities.max(axis=1), dtype=np.float64)


def confidence_bins(probabilities: NDArray[np.floating], bins: int = 15) -> NDArray[np.int64]:
    """Give the (n,) number of the bin of equal width that each case's confidence falls in."""
    numbers = np.ceil(probabilities.max(axis=1) * bins).astype(np.int64) - 1
    return np.asarray(np.clip(numbers, 0, bins - 1), dtype=np.int64)
