"""What a result is worth: figures with intervals, calibration, sets, gate and shift; plain data.

Everything here is written to card.json as it is and read back by `documents.from_document`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value with its 95 % interval: low <= high; the value is as a rule between them."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ClassMeasures:
    """One class against the rest; a figure is None where it cannot be computed (nothing to count).

    Parameters
    ----------
    label, n
        The class and how many of the cases have it.
    sensitivity, specificity, ppv, npv, f1
        Of the answer "most probable class", in [0, 1].
    auc, average_precision
        Of its probability, in [0, 1].
    """

    label: str
    n: int
    sensitivity: Figure | None
    specificity: Figure | None
    ppv: Figure | None
    npv: Figure | None
    f1: Figure | None
    auc: Figure | None
    average_precision: Figure | None


@dataclass(frozen=True, slots=True)
class Measures:
    """How right and how well calibrated probabilities are on `n` cases of `patients` patients.

    Parameters
    ----------
    accuracy, balanced_accuracy, auc, average_precision
        In [0, 1], higher is better; auc is the macro mean of one class against the rest, balanced
        accuracy the mean sensitivity; None where a class has no case.
    brier
        Mean squared distance to the truth summed over classes, in [0, 2], lower is better.
    ece
        Expected calibration error over 15 bins, in [0, 1], lower is better.
    log_loss
        Mean negative natural logarithm of the true class' probability, lower is better.
    classes
        One a class, in the model's order.
    confusion
        (classes, classes) counts: rows are the truth, columns the answers.
    """

    n: int
    patients: int
    accuracy: Figure
    balanced_accuracy: Figure | None
    auc: Figure | None
    average_precision: Figure | None
    brier: Figure
    ece: Figure
    log_loss: Figure
    classes: tuple[ClassMeasures, ...]
    confusion: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Cases of similar confidence: `right` of `n` had the class, `confidence` was said on average.

    `low` and `high` are the least and the greatest confidence in it; `share` is right / n with its
    Wilson interval.
    """

    low: float
    high: float
    confidence: float
    n: int
    right: int
    share: Figure


@dataclass(frozen=True, slots=True)
class Calibration:
    """How log-probabilities z become the percentages shown: softmax(scale * z + bias).

    Parameters
    ----------
    kind
        "none", "temperature" (one scale, 1 / T) or "vector" (a scale a class); either may have a
        bias a class, which a temperature has only for how common the classes are.
    scale, bias
        (classes,) each.
    n
        Cases left out of learning that it was fitted on; 0 for "none".
    """

    kind: str
    scale: tuple[float, ...]
    bias: tuple[float, ...]
    n: int = 0


@dataclass(frozen=True, slots=True)
class SetRule:
    """Which classes cannot be ruled out: adaptive, regularised conformal sets without chance.

    Parameters
    ----------
    level
        The share of cases whose set shall hold the truth, for instance 0.9.
    quantile
        Classes whose score is at most this are in the set.
    penalty, free_ranks
        What each rank beyond the first `free_ranks` adds to the score.
    largest_answered
        A set of more classes than this is "refer to a colleague".
    n
        Cases left out of learning that it was fitted on.
    """

    level: float
    quantile: float
    penalty: float
    free_ranks: int
    largest_answered: int
    n: int


@dataclass(frozen=True, slots=True)
class GateRule:
    """When an image is refused as unlike the training images.

    Parameters
    ----------
    threshold
        The largest distance in feature space that passes.
    neighbours
        The distance is the mean to this many nearest training images.
    target
        The share of fitting images the threshold was set to refuse, for instance 0.01.
    validation
        The share refused among the validation images, by which the threshold was set, with its
        interval.
    is_grey
        Whether all training images were grey.
    smallest_side
        Pixels; one training image in twenty is smaller. An image of less than half is refused.
    least_contrast
        An image whose grey values spread less than this (standard deviation, in [0, 1]) is blank.
    """

    threshold: float
    neighbours: int
    target: float
    validation: Figure
    is_grey: bool
    smallest_side: int
    least_contrast: float


@dataclass(frozen=True, slots=True)
class Shift:
    """Whether tested cases differ from the validation cases of the training.

    Parameters
    ----------
    p_value
        Of a two-sample test on features; None where there were no features to compare.
    accuracy_drop
        Accuracy on validation minus accuracy here, with its interval.
    is_found
        Whether the evaluation must say so in words; `alpha` is how often it does so by chance.
    """

    p_value: float | None
    accuracy_drop: Figure
    is_found: bool
    alpha: float


@dataclass(frozen=True, slots=True)
class Subgroup:
    """The cases of one `group` ("F") of a `trait` ("sex")."""

    trait: str
    group: str
    n: int
    accuracy: Figure
    auc: Figure | None


@dataclass(frozen=True, slots=True)
class LearningCurvePoint:
    """Accuracy on validation after learning from `n` training images."""

    n: int
    accuracy: Figure


@dataclass(frozen=True, slots=True)
class ExpectedGain:
    """What `more` images of class `label` (None: of all classes alike) would add to accuracy."""

    label: str | None
    more: int
    gain: Figure


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """How accuracy grew with the number of training images, and what more would bring."""

    points: tuple[LearningCurvePoint, ...]
    gains: tuple[ExpectedGain, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The worth of a model on cases nobody trained it on; the calibrated probabilities.

    Parameters
    ----------
    measures
        Of the calibrated probabilities.
    ece_uncalibrated
        The calibration error before calibration.
    ece_of_perfect
        (2.5 %, 97.5 %) of the error that a perfectly calibrated model with the same confidences
        would show on as many cases (Broecker and Smith 2007, doi:10.1175/WAF993.1).
    reliability, reliability_uncalibrated
        Of the most probable class.
    reliability_of_classes
        Of every class' probability, for the bars below the first.
    coverage, coverage_by_class
        Share of cases whose set holds the truth; by class in the model's order.
    mean_set_size, referred
        Classes a set; share of cases that are "refer to a colleague".
    refused
        Share the gate refuses; None where the model has no gate.
    shift, subgroups, learning_curve, cross_validation
        Empty or None where not measured; the last is of out-of-fold predictions.
    seen_in_training
        Cases among them that the model was trained on or chosen by.
    """

    measures: Measures
    ece_uncalibrated: Figure
    ece_of_perfect: tuple[float, float]
    reliability: tuple[ReliabilityBin, ...]
    reliability_uncalibrated: tuple[ReliabilityBin, ...]
    reliability_of_classes: tuple[ReliabilityBin, ...]
    coverage: Figure
    coverage_by_class: tuple[Figure | None, ...]
    mean_set_size: float
    referred: Figure
    refused: Figure | None = None
    shift: Shift | None = None
    subgroups: tuple[Subgroup, ...] = ()
    learning_curve: LearningCurve | None = None
    cross_validation: Measures | None = None
    seen_in_training: int = 0


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """A threshold on one class' probability: at or above it the answer is "yes".

    Parameters
    ----------
    label
        The class that is looked for.
    threshold
        In [0, 1].
    sensitivity, specificity
        Measured, with Wilson intervals.
    prevalence
        Where the tool is to be used, in (0, 1).
    ppv, npv
        At that prevalence (Bayes), from the figures above; None where nothing is called so.
    """

    label: str
    threshold: float
    sensitivity: Figure
    specificity: Figure
    prevalence: float
    ppv: Figure | None
    npv: Figure | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two models on the same cases; differences are second minus first, paired by patient."""

    n: int
    patients: int
    accuracy: tuple[Figure, Figure]
    accuracy_difference: Figure
    auc: tuple[Figure, Figure] | None
    auc_difference: Figure | None
    only_first_right: int
    only_second_right: int


@dataclass(frozen=True)
class JudgedCases:
    """What a model said about cases whose class is known, row by row.

    Parameters
    ----------
    labels
        The classes, in the model's order.
    keys, patients
        (n) `Case.key` as the model folder stores it, and `Case.patient_key`.
    truth
        (n,) class numbers.
    logits
        (n, classes) natural logarithms of the probabilities before calibration.
    distances
        (n,) to the training images in feature space; empty where the model has no gate.
    traits
        (n) what is known of each case: (trait, group) pairs.
    """

    labels: tuple[str, ...]
    keys: tuple[str, ...]
    patients: tuple[str, ...]
    truth: NDArray[np.int64]
    logits: NDArray[np.float64]
    distances: NDArray[np.float64]
    traits: tuple[tuple[tuple[str, str], ...], ...]
