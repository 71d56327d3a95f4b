"""All figures of a test with their 95 % intervals: what a model card and the window show."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.evaluation import ClassMeasures, Figure, Measures
from precmed_gui.evaluation.intervals import (
    patient_weights,
    percentile_interval,
    proportion,
    reflected_interval,
    wilson,
)
from precmed_gui.evaluation.metrics import confusion
from precmed_gui.evaluation.weighted import WeightedFigures, mean_of_classes, weighted_figures

CHUNK = 1_000_000


@dataclass(frozen=True)
class _Measured:
    """The cases, their figures (r = 1) and the replicates of those."""

    truth: NDArray[np.integer]
    answers: NDArray[np.integer]
    patients: NDArray[np.str_]
    figures: WeightedFigures
    replicates: WeightedFigures


def measure(
    truth: NDArray[np.integer],
    probabilities: NDArray[np.floating],
    patients: Sequence[str],
    labels: Sequence[str],
    *,
    replicates: int = 1000,
    seed: int = 0,
) -> Measures:
    """Measure probabilities against the truth.

    Shares (accuracy, sensitivity, specificity, PPV, NPV) have `intervals.proportion`; all other
    figures a bootstrap by patient. Where no replicate differs, as for a perfect ranking, Wilson's
    interval for as many perfect patients stands in. Macro figures of a replicate are of the classes
    it holds. Source of each formula: `metrics`.

    Parameters
    ----------
    truth
        (n,) class numbers, 0 to classes - 1; n at least 1.
    probabilities
        (n, classes), in [0, 1], rows sum to 1.
    patients
        (n), whose case each is.
    labels
        (classes), the model's order.
    replicates, seed
        Of the bootstrap.

    Raises
    ------
    ValueError
        When there are no cases.
    """
    answers = np.argmax(probabilities, axis=1)
    right = proportion(answers == truth, patients)
    if right is None:
        raise ValueError("there are no cases to measure")
    measured = _Measured(
        truth=truth,
        answers=answers,
        patients=np.asarray(patients, dtype=str),
        figures=weighted_figures(truth, probabilities, np.ones((len(truth), 1))),
        replicates=_replicated(
            truth, probabilities, patient_weights(patients, replicates=replicates, seed=seed)
        ),
    )
    classes = tuple(_class_measures(measured, k, label) for k, label in enumerate(labels))
    counts = confusion(truth, probabilities)
    return _measures(measured, right, classes, counts)


def _replicated(
    truth: NDArray[np.integer], probabilities: NDArray[np.floating], weights: NDArray[np.float64]
) -> WeightedFigures:
    # A thousand samples of many cases at once would fill the memory.
    step = max(1, CHUNK // len(truth))
    parts = [
        weighted_figures(truth, probabilities, weights[:, start : start + step])
        for start in range(0, weights.shape[1], step)
    ]
    names = [field.name for field in fields(WeightedFigures)]
    return WeightedFigures(
        **{name: np.concatenate([getattr(p, name) for p in parts], axis=-1) for name in names}
    )


def _measures(
    measured: _Measured,
    accuracy: Figure,
    classes: tuple[ClassMeasures, ...],
    counts: NDArray[np.int64],
) -> Measures:
    figures, again = measured.figures, measured.replicates
    patients = len(np.unique(measured.patients))
    return Measures(
        n=len(measured.truth),
        patients=patients,
        accuracy=accuracy,
        balanced_accuracy=_macro(measured, "sensitivity", classes),
        auc=_macro(measured, "auc", classes),
        average_precision=_macro(measured, "average_precision", classes),
        brier=percentile_interval(float(figures.brier[0]), again.brier, patients=patients),
        ece=reflected_interval(float(figures.ece[0]), again.ece, patients=patients),
        log_loss=percentile_interval(float(figures.log_loss[0]), again.log_loss, patients=patients),
        classes=classes,
        confusion=tuple(tuple(int(count) for count in row) for row in counts),
    )


def _macro(measured: _Measured, name: str, classes: tuple[ClassMeasures, ...]) -> Figure | None:
    values = getattr(measured.figures, name)[:, 0]
    if not np.all(np.isfinite(values)):
        return None
    value = float(np.mean(values))
    replicates = mean_of_classes(getattr(measured.replicates, name))
    if _is_constant(replicates):
        own = [figure for c in classes if (figure := getattr(c, name)) is not None]
        low, high = np.mean([f.low for f in own]), np.mean([f.high for f in own])
        return Figure(value, float(low), float(high))
    smallest = min(_patients(measured, measured.truth == k) for k in range(len(values)))
    patients = min(len(np.unique(measured.patients)), smallest * len(values))
    return percentile_interval(value, replicates, patients=patients)


def _class_measures(measured: _Measured, k: int, label: str) -> ClassMeasures:
    is_true, is_called = measured.truth == k, measured.answers == k

    def share(is_success: NDArray[np.bool_], is_counted: NDArray[np.bool_]) -> Figure | None:
        return proportion(is_success[is_counted], measured.patients[is_counted].tolist())

    return ClassMeasures(
        label=label,
        n=int(np.sum(is_true)),
        sensitivity=share(is_called, is_true),
        specificity=share(~is_called, ~is_true),
        ppv=share(is_true, is_called),
        npv=share(~is_true, ~is_called),
        f1=_of_class(measured, "f1", k),
        auc=_of_class(measured, "auc", k),
        average_precision=_of_class(measured, "average_precision", k),
    )


def _of_class(measured: _Measured, name: str, k: int) -> Figure | None:
    value = float(getattr(measured.figures, name)[k, 0])
    is_true = measured.truth == k
    if not np.isfinite(value) or not np.any(is_true):
        return None
    fewest = min(_patients(measured, is_true), max(1, _patients(measured, ~is_true)))
    replicates = getattr(measured.replicates, name)[k]
    if _is_constant(replicates):
        limit = wilson(round(value) * fewest, fewest)
        return Figure(value, min(value, limit.low), max(value, limit.high))
    return percentile_interval(value, replicates, patients=fewest)


def _patients(measured: _Measured, is_counted: NDArray[np.bool_]) -> int:
    return len(np.unique(measured.patients[is_counted]))


def _is_constant(replicates: NDArray[np.float64]) -> bool:
    known = replicates[np.isfinite(replicates)]
    return len(known) == 0 or bool(np.ptp(known) < 1e-12)
