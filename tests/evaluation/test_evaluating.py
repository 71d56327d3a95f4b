from dataclasses import replace

import numpy as np
import pytest

from precmed_gui.diagnosis.evaluation import Calibration, JudgedCases
from precmed_gui.evaluation.calibration import calibrated
from precmed_gui.evaluation.evaluating import (
    Rules,
    Sample,
    evaluate_cases,
    is_referred,
    sets_of,
    shown,
)
from precmed_gui.evaluation.measuring import measure
from precmed_gui.evaluation.sets import fit_sets

LABELS = ("benign", "malignant", "normal")
HALF = Calibration("temperature", (0.5,) * 3, (0.0,) * 3, 100)
NOTHING = Rules(None, None)


def sample(n: int = 120, seed: int = 0, *, move: float = 0.0) -> Sample:
    """Cases of a network that is twice as sure as it should be."""
    random = np.random.default_rng(seed)
    truth = random.integers(0, 3, n)
    features = random.normal(size=(n, 4)) + move
    features[:, 0] += truth
    logits = 3 * (random.normal(size=(n, 3)) + 1.5 * np.eye(3)[truth])
    sexes = random.choice(["F", "M"], n)
    cases = JudgedCases(
        labels=LABELS,
        keys=tuple(f"{i}.png" for i in range(n)),
        patients=tuple(str(i // 2) for i in range(n)),
        truth=truth,
        logits=logits - np.log(np.exp(logits).sum(axis=1, keepdims=True)),
        distances=np.empty(0),
        traits=tuple((("sex", str(sex)),) for sex in sexes),
    )
    return Sample(cases, features, np.arange(n) < 6)


def test_figures_are_of_the_calibrated_probabilities() -> None:
    tested = sample()
    found = evaluate_cases(tested, Rules(HALF, None))
    after = calibrated(tested.cases.logits, HALF)
    assert found.measures == measure(tested.cases.truth, after, tested.cases.patients, LABELS)
    assert found.measures.ece.value < found.ece_uncalibrated.value


def test_the_error_before_calibration_is_the_one_measured_without_it() -> None:
    tested = sample()
    before = evaluate_cases(tested, NOTHING)
    after = evaluate_cases(tested, Rules(HALF, None))
    assert before.measures.ece.value == pytest.approx(after.ece_uncalibrated.value)
    assert before.measures.ece.low == pytest.approx(after.ece_uncalibrated.low)
    assert before.measures.ece.high == pytest.approx(after.ece_uncalibrated.high)
    assert before.reliability == after.reliability_uncalibrated
    assert after.reliability != after.reliability_uncalibrated


def test_sets_are_judged_by_what_they_promise() -> None:
    fitting, tested = sample(600, seed=1).cases, sample(600).cases
    rule = fit_sets(calibrated(fitting.logits, HALF), fitting.truth)
    found = evaluate_cases(Sample(tested), Rules(HALF, rule))
    assert found.coverage.value == pytest.approx(0.9, abs=0.04)
    assert 1 < found.mean_set_size < 3
    sizes = sets_of(calibrated(tested.logits, HALF), rule).sum(axis=1)
    assert found.referred.value == pytest.approx(np.mean(sizes > 1))
    assert len(found.coverage_by_class) == 3


def test_without_a_rule_the_first_class_is_the_set_and_nobody_is_referred() -> None:
    found = evaluate_cases(sample(), NOTHING)
    assert found.mean_set_size == 1
    assert found.coverage.value == found.measures.accuracy.value
    assert found.referred.value == 0


def test_an_empty_or_a_wide_set_is_for_a_colleague() -> None:
    rule = fit_sets(np.full((50, 3), 1 / 3), np.zeros(50, np.int64))
    sets = np.array([[True, False, False], [True, True, False], [False, False, False]])
    assert is_referred(sets, rule).tolist() == [False, True, True]


def test_refusals_are_counted_only_where_there_is_a_gate() -> None:
    tested = sample()
    assert evaluate_cases(replace(tested, is_refused=None), NOTHING).refused is None
    refused = evaluate_cases(tested, NOTHING).refused
    assert refused is not None
    assert refused.value == 6 / 120


def test_a_moved_sample_is_called_shifted_and_a_like_one_is_not() -> None:
    validation = sample(200, seed=1)
    moved = evaluate_cases(sample(200, move=1.5), NOTHING, validation).shift
    alike = evaluate_cases(sample(200), NOTHING, validation).shift
    assert moved is not None
    assert moved.is_found
    assert alike is not None
    assert not alike.is_found


def test_without_features_in_both_samples_only_the_drop_is_tested() -> None:
    validation = replace(sample(200, seed=1), features=None)
    shift = evaluate_cases(sample(200, move=1.5), NOTHING, validation).shift
    assert shift is not None
    assert shift.p_value is None


def test_without_validation_nothing_is_said_of_a_shift() -> None:
    assert evaluate_cases(sample(), NOTHING).shift is None


def test_groups_are_measured_where_they_are_known() -> None:
    found = evaluate_cases(sample(), NOTHING).subgroups
    assert [(group.trait, group.group) for group in found] == [("sex", "F"), ("sex", "M")]
    assert sum(group.n for group in found) == 120


def test_the_same_cases_give_the_same_evaluation() -> None:
    rules = Rules(HALF, None)
    validation = sample(80, seed=1)
    first = evaluate_cases(sample(), rules, validation)
    assert first == evaluate_cases(sample(), rules, validation)


def test_without_calibration_the_probabilities_stay() -> None:
    logits = np.log(np.array([[0.2, 0.5, 0.3]]))
    assert shown(logits, None) == pytest.approx(np.array([[0.2, 0.5, 0.3]]))
