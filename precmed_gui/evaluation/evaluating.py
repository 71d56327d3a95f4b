"""Puts together what a model is worth on cases nobody trained it on: after a training, and later.

The parts are `measuring`, `calibration`, `reliability`, `sets`, `shift` and `subgroups`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.evaluation import (
    Calibration,
    Evaluation,
    Figure,
    JudgedCases,
    SetRule,
    Shift,
)
from precmed_gui.evaluation.calibration import calibrated, no_calibration
from precmed_gui.evaluation.intervals import (
    patient_weights,
    proportion,
    reflected_interval,
)
from precmed_gui.evaluation.measuring import measure
from precmed_gui.evaluation.metrics import (
    confidence_bins,
    confidence_gaps,
    expected_calibration_error,
)
from precmed_gui.evaluation.reliability import (
    perfect_ece_band,
    reliability,
    reliability_of_classes,
)
from precmed_gui.evaluation.sets import coverage, coverage_by_class, label_sets
from precmed_gui.evaluation.shift import ShiftSample, find_shift
from precmed_gui.evaluation.subgroups import by_subgroup

BINS = 15


@dataclass(frozen=True)
class Sample:
    """Cases with what else a model said of them.

    Parameters
    ----------
    cases
        At least one.
    features
        (n, d) in any space that both samples of an evaluation share; None where there are none.
    is_refused
        (n,) by the gate; None where the model has none.
    """

    cases: JudgedCases
    features: NDArray[np.floating] | None = None
    is_refused: NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """How a model's percentages and sets come about; None for a model without them."""

    calibration: Calibration | None
    sets: SetRule | None


def evaluate_cases(
    tested: Sample, rules: Rules, validation: Sample | None = None, *, seed: int = 0
) -> Evaluation:
    """Measure a model on `tested`.

    Parameters
    ----------
    tested
        Cases that the model was neither trained on nor chosen by. Refused ones are measured too.
    rules
        Of the model. Without sets the set of a case is its most probable class.
    validation
        The cases that percentages and sets were fitted on, to look for a shift; None: do not look.
    seed
        Of bootstraps and permutations.

    Returns
    -------
    Evaluation
        Without learning curve, cross-validation and what was seen in training.
    """
    cases, truth = tested.cases, tested.cases.truth
    before = shown(cases.logits, None)
    after = shown(cases.logits, rules.calibration)
    sets = sets_of(after, rules.sets)
    return Evaluation(
        measures=measure(truth, after, cases.patients, cases.labels, seed=seed),
        ece_uncalibrated=_calibration_error(truth, before, cases.patients, seed),
        ece_of_perfect=perfect_ece_band(after, bins=BINS, seed=seed),
        reliability=reliability(truth, after),
        reliability_uncalibrated=reliability(truth, before),
        reliability_of_classes=reliability_of_classes(truth, after),
        coverage=coverage(truth, sets),
        coverage_by_class=coverage_by_class(truth, sets),
        mean_set_size=float(sets.sum(axis=1).mean()),
        referred=_share(is_referred(sets, rules.sets), cases.patients),
        refused=None if tested.is_refused is None else _share(tested.is_refused, cases.patients),
        shift=_shift(tested, validation, rules.calibration, seed),
        subgroups=by_subgroup(cases, after, seed=seed),
    )


def shown(logits: NDArray[np.floating], calibration: Calibration | None) -> NDArray[np.float64]:
    """Give the (n, classes) probabilities that are shown for such logits; None: as they are."""
    return calibrated(logits, calibration or no_calibration(logits.shape[1]))


def sets_of(probabilities: NDArray[np.float64], rule: SetRule | None) -> NDArray[np.bool_]:
    """Give the (n, classes) sets; without a rule the most probable class alone."""
    if rule is not None:
        return label_sets(probabilities, rule)
    classes = probabilities.shape[1]
    return np.asarray(np.argmax(probabilities, axis=1)[:, None] == np.arange(classes))


def is_referred(sets: NDArray[np.bool_], rule: SetRule | None) -> NDArray[np.bool_]:
    """Tell the (n,) cases whose set is empty or too wide to answer."""
    sizes = sets.sum(axis=1)
    widest = sets.shape[1] if rule is None else rule.largest_answered
    return np.asarray((sizes == 0) | (sizes > widest))


def _calibration_error(
    truth: NDArray[np.integer],
    probabilities: NDArray[np.float64],
    patients: Sequence[str],
    seed: int,
) -> Figure:
    """The error with its interval, as `measure` gives it, without all the other figures."""
    weights = patient_weights(patients, seed=seed)
    members = np.eye(BINS)[confidence_bins(probabilities, BINS)]
    sums = (members * confidence_gaps(truth, probabilities)[:, None]).T @ weights
    return reflected_interval(
        expected_calibration_error(truth, probabilities, BINS),
        np.abs(sums).sum(axis=0) / weights.sum(axis=0),
        patients=len(set(patients)),
    )


def _share(is_it: NDArray[np.bool_], patients: Sequence[str]) -> Figure:
    found = proportion(is_it, patients)
    if found is None:
        raise ValueError("there are no cases to measure")
    return found


def _shift(
    tested: Sample, validation: Sample | None, calibration: Calibration | None, seed: int
) -> Shift | None:
    if validation is None:
        return None
    has_features = tested.features is not None and validation.features is not None
    samples = [
        ShiftSample(
            features=sample.features if has_features else None,
            truth=sample.cases.truth,
            probabilities=shown(sample.cases.logits, calibration),
            patients=sample.cases.patients,
        )
        for sample in (validation, tested)
    ]
    return find_shift(samples[0], samples[1], seed=seed)
