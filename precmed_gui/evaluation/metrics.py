"""The figures that say how right a network is, from its probabilities and the truth."""

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
