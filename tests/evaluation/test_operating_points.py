import numpy as np
import pytest
from numpy.typing import NDArray

from precmed_gui.evaluation.intervals import wilson
from precmed_gui.evaluation.operating_points import (
    Target,
    operating_point,
    precision_recall_points,
    roc_points,
    threshold_for_sensitivity,
)


def scored(n: int, seed: int) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    random = np.random.default_rng(seed)
    is_sick = random.random(n) < 0.4
    return is_sick, np.round(1 / (1 + np.exp(-random.normal(size=n) - is_sick)), 2)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_curves_are_scikit_learns(seed: int) -> None:
    from sklearn.metrics import precision_recall_curve, roc_curve

    is_sick, scores = scored(80, seed)
    roc = roc_points(is_sick, scores)
    false, true, thresholds = roc_curve(is_sick, scores, drop_intermediate=False)
    assert roc[:, 0] == pytest.approx(false, abs=1e-12)
    assert roc[:, 1] == pytest.approx(true, abs=1e-12)
    assert roc[1:, 2] == pytest.approx(thresholds[1:], abs=1e-12)
    ppv, sensitivity, thresholds = precision_recall_curve(is_sick, scores)
    points = precision_recall_points(is_sick, scores)[::-1]
    assert points[:, 0] == pytest.approx(sensitivity[:-1], abs=1e-12)
    assert points[:, 1] == pytest.approx(ppv[:-1], abs=1e-12)
    assert points[:, 2] == pytest.approx(thresholds, abs=1e-12)


def test_the_first_point_of_the_roc_curve_calls_nobody() -> None:
    is_sick, scores = scored(30, 1)
    first = roc_points(is_sick, scores)[0]
    assert tuple(first[:2]) == (0, 0)
    assert not np.any(scores >= first[2])
    assert np.isfinite(first[2])


def test_a_curve_needs_cases_on_both_sides() -> None:
    scores = np.array([0.1, 0.9])
    assert roc_points(np.array([True, True]), scores).shape == (0, 3)
    assert roc_points(np.array([False, False]), scores).shape == (0, 3)
    assert precision_recall_points(np.array([False, False]), scores).shape == (0, 3)


@pytest.mark.parametrize("wanted", [0.5, 0.9, 0.98, 0.99, 1.0])
def test_the_sensitivity_asked_for_is_reached_on_these_cases(wanted: float) -> None:
    for seed in range(20):
        is_sick, scores = scored(150, seed)
        threshold = threshold_for_sensitivity(is_sick, scores, wanted)
        assert np.mean(scores[is_sick] >= threshold) >= wanted


def test_miss_at_most_one_in_fifty_holds_for_the_next_patients() -> None:
    random = np.random.default_rng(5)
    missed, next_sick = [], random.normal(size=5000)
    for _ in range(300):
        sick = random.normal(size=120)
        threshold = threshold_for_sensitivity(np.ones(120, dtype=bool), sick, 0.98)
        missed.append(np.mean(next_sick < threshold))
    assert np.mean(missed) <= 0.02


def test_the_threshold_is_no_lower_than_need_be() -> None:
    scores = np.arange(1, 100) / 100
    assert threshold_for_sensitivity(np.ones(99, dtype=bool), scores, 0.9) == 0.1


def test_too_few_positive_cases_call_the_least_of_them_and_none_call_everybody() -> None:
    is_sick, scores = np.array([True, False, True]), np.array([0.4, 0.2, 0.7])
    assert threshold_for_sensitivity(is_sick, scores, 0.98) == 0.4
    assert threshold_for_sensitivity(np.zeros(3, dtype=bool), scores, 0.98) == 0


def test_predictive_values_are_bayes_at_the_prevalence_of_use() -> None:
    is_sick = np.arange(200) < 100
    scores = np.where(np.arange(200) % 10 == 0, ~is_sick, is_sick).astype(np.float64)
    point = operating_point(is_sick, scores, Target("pneumonia", 0.01), 0.5)
    assert point is not None
    assert (point.sensitivity, point.specificity) == (wilson(90, 100), wilson(90, 100))
    assert point.ppv is not None
    assert point.npv is not None
    assert point.ppv.value == pytest.approx(0.9 * 0.01 / (0.9 * 0.01 + 0.1 * 0.99))
    assert point.npv.value == pytest.approx(0.9 * 0.99 / (0.9 * 0.99 + 0.1 * 0.01))
    assert point.ppv.low < point.ppv.value < point.ppv.high
    assert point.npv.low < point.npv.value < point.npv.high
    assert (point.label, point.threshold, point.prevalence) == ("pneumonia", 0.5, 0.01)


def test_at_the_prevalence_of_the_cases_the_ppv_is_the_one_counted() -> None:
    is_sick, scores = scored(200, 3)
    point = operating_point(is_sick, scores, Target("a", float(np.mean(is_sick))), 0.6)
    assert point is not None
    assert point.ppv is not None
    assert point.ppv.value == pytest.approx(np.mean(is_sick[scores >= 0.6]))


def test_where_nobody_is_called_there_is_no_ppv() -> None:
    is_sick, scores = scored(40, 2)
    nobody = operating_point(is_sick, scores, Target("a", 0.1), 1.1)
    everybody = operating_point(is_sick, scores, Target("a", 0.1), 0.0)
    assert nobody is not None
    assert everybody is not None
    assert nobody.ppv is None
    assert nobody.npv is not None
    assert nobody.npv.value == pytest.approx(0.9)
    assert everybody.npv is None


def test_images_of_the_same_patient_make_an_operating_point_less_sure() -> None:
    is_sick, scores = scored(60, 4)
    target = Target("a", 0.1)
    apart = operating_point(is_sick, scores, target, 0.5)
    together = operating_point(is_sick, scores, target, 0.5, [str(i // 6) for i in range(60)])
    assert apart is not None
    assert together is not None
    assert together.sensitivity.value == apart.sensitivity.value
    assert together.specificity.low != apart.specificity.low


def test_an_operating_point_needs_both_sides_and_a_possible_prevalence() -> None:
    is_sick, scores = scored(20, 1)
    assert operating_point(np.ones(20, dtype=bool), scores, Target("a", 0.1), 0.5) is None
    for prevalence in (0.0, 1.0, -0.1):
        with pytest.raises(ValueError, match="prevalence"):
            operating_point(is_sick, scores, Target("a", prevalence), 0.5)
