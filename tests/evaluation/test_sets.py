import math

import numpy as np
import pytest

from precmed_gui.evaluation.sets import (
    coverage,
    coverage_by_class,
    fit_sets,
    label_sets,
    usual_level,
)


def simulated(random, n, classes, strength=1.0, excess=1.0):
    """Probabilities too sure by `excess`, and truths drawn from the honest ones."""
    scores = random.normal(0, strength, (n, classes))
    honest = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    truth = (random.random((n, 1)) > honest.cumsum(axis=1)[:, :-1]).sum(axis=1)
    said = np.exp(excess * scores)
    return said / said.sum(axis=1, keepdims=True), truth


def mean_coverage(n, classes, level, draws=300, tested=200):
    """Share of covered cases over many fits, and one standard error of it."""
    random = np.random.default_rng(n * classes)
    shares = []
    for _ in range(draws):
        said, truth = simulated(random, n + tested, classes, excess=2.0)
        rule = fit_sets(said[:n], truth[:n], level)
        shares.append(coverage(truth[n:], label_sets(said[n:], rule)).value)
    return np.mean(shares), np.std(shares) / math.sqrt(draws)


@pytest.mark.parametrize("classes", [2, 5, 8])
@pytest.mark.parametrize("n", [20, 80, 500])
@pytest.mark.parametrize("level", [0.8, 0.9])
def test_sets_hold_the_truth_as_often_as_promised(n, classes, level):
    covered, error = mean_coverage(n, classes, level)
    assert covered > level - 3 * error
    assert covered < level + 1 / (n + 1) + 3 * error + 0.005


def test_a_network_that_is_mostly_right_gets_sets_of_one_class():
    said, truth = simulated(np.random.default_rng(0), 600, 3, strength=8.0)
    sets = label_sets(said, fit_sets(said, truth))
    assert (sets.sum(axis=1) == 1).all()


def test_the_most_probable_class_is_always_in_and_a_set_is_never_empty():
    said, truth = simulated(np.random.default_rng(1), 500, 6, excess=3.0)
    sets = label_sets(said, fit_sets(said, truth))
    assert sets[np.arange(500), said.argmax(axis=1)].all()


def test_a_set_never_skips_a_more_probable_class():
    said, truth = simulated(np.random.default_rng(2), 500, 6)
    sets = label_sets(said, fit_sets(said, truth))
    ranked = np.take_along_axis(sets, np.argsort(-said, axis=1), axis=1).astype(int)
    assert (np.diff(ranked, axis=1) <= 0).all()
    assert 1 < sets.sum(axis=1).mean() < 6


def test_the_same_case_always_has_the_same_set():
    said, truth = simulated(np.random.default_rng(3), 200, 5)
    rule = fit_sets(said, truth)
    together = label_sets(said, rule)
    alone = np.concatenate([label_sets(row[None], rule) for row in said])
    np.testing.assert_array_equal(together, alone)


def test_a_doubtful_case_has_a_wider_set_than_a_clear_one():
    said, truth = simulated(np.random.default_rng(4), 500, 4)
    rule = fit_sets(said, truth)
    clear, doubtful = label_sets(np.array([[0.97, 0.01, 0.01, 0.01], [0.3, 0.25, 0.25, 0.2]]), rule)
    assert clear.sum() < doubtful.sum()


@pytest.mark.parametrize("n", [0, 1, 8])
def test_too_few_cases_rule_nothing_out(n):
    said, truth = simulated(np.random.default_rng(5), n, 4)
    rule = fit_sets(said, truth, 0.9)
    assert math.isfinite(rule.quantile)
    assert label_sets(np.array([[1.0, 0, 0, 0], [0.25, 0.25, 0.25, 0.25]]), rule).all()


def test_nine_cases_are_enough_for_nine_of_ten():
    said = np.tile([0.7, 0.2, 0.1], (9, 1))
    rule = fit_sets(said, np.array([0] * 8 + [1]), 0.9)
    np.testing.assert_array_equal(label_sets(said[:1], rule), [[True, True, False]])


@pytest.mark.parametrize(("classes", "largest"), [(2, 1), (3, 1), (5, 2), (8, 4)])
def test_a_set_of_more_than_half_the_classes_is_no_answer(classes, largest):
    said, truth = simulated(np.random.default_rng(6), 50, classes)
    assert fit_sets(said, truth).largest_answered == largest


def test_coverage_is_counted_over_all_and_by_class():
    sets = np.array([[True, False, False], [True, True, False], [False, True, False]])
    truth = np.array([0, 0, 0])
    assert coverage(truth, sets).value == pytest.approx(2 / 3)
    first, second, third = coverage_by_class(np.array([0, 1, 0]), sets)
    assert first.value == 0.5
    assert second.value == 1.0
    assert second.low < 1.0
    assert third is None


@pytest.mark.parametrize(
    ("right", "n", "level"),
    [
        (0.55, 1200, 0.9),
        (0.90, 1000, 0.95),
        (0.97, 524, 0.99),
        (0.992, 767, 0.995),
        (1.0, 60, 0.95),
    ],
)
def test_the_level_is_more_than_naming_one_class_would_keep(right, n, level):
    truth = np.zeros(n, np.int64)
    truth[round(right * n) :] = 1
    assert usual_level(np.tile([0.8, 0.2], (n, 1)), truth) == level


def test_a_case_an_accurate_network_is_unsure_of_is_one_for_a_colleague():
    random = np.random.default_rng(0)
    sure = random.beta(30, 1, 800)
    truth = (random.random(800) > sure).astype(np.int64)
    probabilities = np.column_stack([sure, 1 - sure])
    rule = fit_sets(probabilities, truth, usual_level(probabilities, truth))
    unsure, certain = label_sets(np.array([[0.54, 0.46], [0.999, 0.001]]), rule).sum(axis=1)
    assert (unsure, certain) == (2, 1)
