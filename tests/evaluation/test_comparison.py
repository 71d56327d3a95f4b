import numpy as np
import pytest
from numpy.typing import NDArray

from precmed_gui.diagnosis.evaluation import Figure
from precmed_gui.evaluation import metrics
from precmed_gui.evaluation.comparison import compare
from precmed_gui.evaluation.measuring import measure

NOTHING = Figure(0.0, 0.0, 0.0)


def said(truth: NDArray[np.int64], skill: float, seed: int) -> NDArray[np.float64]:
    logits = np.random.default_rng(seed).normal(size=(len(truth), 3))
    logits[np.arange(len(truth)), truth] += skill
    exponents = np.exp(logits)
    return exponents / exponents.sum(axis=1, keepdims=True)


def cases(n: int) -> tuple[NDArray[np.int64], list[str]]:
    return np.arange(n) % 3, [f"p{i // 2}" for i in range(n)]


def test_a_model_compared_with_itself_differs_by_nothing() -> None:
    truth, patients = cases(90)
    probabilities = said(truth, 1.0, seed=0)
    comparison = compare(truth, probabilities, probabilities.copy(), patients)
    assert comparison.accuracy_difference == NOTHING
    assert comparison.auc_difference == NOTHING
    assert (comparison.only_first_right, comparison.only_second_right) == (0, 0)
    assert (comparison.n, comparison.patients) == (90, 45)


def test_a_truly_better_model_is_better_beyond_chance() -> None:
    truth, patients = cases(300)
    worse, better = said(truth, 0.8, seed=1), said(truth, 2.5, seed=2)
    comparison = compare(truth, worse, better, patients)
    assert comparison.accuracy_difference.low > 0
    assert comparison.auc_difference is not None
    assert comparison.auc_difference.low > 0
    assert comparison.only_second_right > comparison.only_first_right
    swapped = compare(truth, better, worse, patients)
    assert swapped.accuracy_difference.value == -comparison.accuracy_difference.value
    assert swapped.accuracy_difference.high < 0
    assert swapped.only_first_right == comparison.only_second_right


def test_differences_are_those_of_the_metrics_and_figures_those_of_measuring() -> None:
    truth, patients = cases(120)
    first, second = said(truth, 1.0, seed=3), said(truth, 1.2, seed=4)
    comparison = compare(truth, first, second, patients)
    gained = metrics.accuracy(truth, second) - metrics.accuracy(truth, first)
    assert comparison.accuracy_difference.value == pytest.approx(gained)
    assert comparison.accuracy[1] == measure(truth, second, patients, "abc").accuracy
    assert comparison.auc is not None
    assert comparison.auc[0] == measure(truth, first, patients, "abc").auc


def test_pairing_makes_alike_models_comparable() -> None:
    truth, patients = cases(300)
    first = said(truth, 1.0, seed=5)
    second = first.copy()
    second[:12] = np.eye(3)[truth[:12]]
    comparison = compare(truth, first, second, patients)
    alone = comparison.accuracy[0]
    difference = comparison.accuracy_difference
    assert difference.high - difference.low < (alone.high - alone.low) / 2


def test_equal_models_are_seldom_found_different() -> None:
    truth, patients = cases(120)
    found = [
        compare(truth, said(truth, 1.0, 10 + i), said(truth, 1.0, 1000 + i), patients, seed=i)
        for i in range(25)
    ]
    differences = [f.accuracy_difference for f in found]
    assert sum(d.low > 0 or d.high < 0 for d in differences) <= 4


def test_models_that_are_right_on_the_same_few_cases_may_still_differ() -> None:
    truth = np.arange(12) % 2
    first, second = np.eye(2)[truth] * 0.8 + 0.1, np.eye(2)[truth] * 0.6 + 0.2
    difference = compare(truth, first, second, [str(i) for i in range(12)]).accuracy_difference
    assert difference.value == 0
    assert difference.low < -0.1
    assert difference.high > 0.1


def test_without_a_case_of_each_class_there_is_no_area_to_compare() -> None:
    truth = np.array([0, 1, 0, 1])
    comparison = compare(truth, said(truth, 1, 0), said(truth, 1, 1), list("abcd"))
    assert comparison.auc is None
    assert comparison.auc_difference is None


def test_models_of_other_cases_are_refused() -> None:
    truth, patients = cases(30)
    with pytest.raises(ValueError, match="same 30 cases"):
        compare(truth, said(truth, 1, 0), said(truth, 1, 0)[:20], patients)
