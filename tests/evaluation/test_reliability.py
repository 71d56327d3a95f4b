from itertools import pairwise

import numpy as np
import pytest

from precmed_gui.evaluation.metrics import expected_calibration_error
from precmed_gui.evaluation.reliability import (
    perfect_ece_band,
    reliability,
    reliability_of_classes,
    support,
)


def perfect(random, n, classes=3):
    """Probabilities that mean what they say, and the truth."""
    scores = random.normal(0, 1.5, (n, classes))
    said = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return said, drawn(random, said)


def drawn(random, said):
    return (random.random((len(said), 1)) > said.cumsum(axis=1)[:, :-1]).sum(axis=1)


def test_every_case_is_in_one_bin_of_similar_size_by_rising_confidence():
    said, truth = perfect(np.random.default_rng(0), 437)
    bins = reliability(truth, said)
    assert len(bins) == 10
    assert sum(b.n for b in bins) == 437
    assert max(b.n for b in bins) - min(b.n for b in bins) <= 1
    assert sum(b.right for b in bins) == np.sum(said.argmax(axis=1) == truth)
    assert all(b.low <= b.confidence <= b.high for b in bins)
    assert all(a.high < b.low for a, b in pairwise(bins))


def test_a_perfect_model_is_right_as_often_as_it_says():
    said, truth = perfect(np.random.default_rng(1), 4000)
    for one in reliability(truth, said):
        assert one.share.value == pytest.approx(one.confidence, abs=0.08)
        assert one.share.low <= one.share.value <= one.share.high


@pytest.mark.parametrize(("n", "bins"), [(0, 0), (1, 1), (19, 1), (39, 1), (40, 2), (156, 7)])
def test_no_bin_is_under_the_least_unless_there_are_too_few_cases(n, bins):
    said, truth = perfect(np.random.default_rng(2), n)
    found = reliability(truth, said)
    assert len(found) == bins
    assert all(b.n >= min(n, 20) for b in found)


def test_equal_confidences_are_never_parted():
    said = np.array([[0.6, 0.4]] * 30 + [[0.9, 0.1]] * 5 + [[1.0, 0.0]] * 65)
    bins = reliability(np.zeros(100, dtype=np.int64), said)
    assert [(b.low, b.high, b.n) for b in bins] == [(0.6, 0.9, 35), (1.0, 1.0, 65)]


def test_every_class_of_every_case_is_counted():
    said, truth = perfect(np.random.default_rng(3), 500, classes=5)
    bins = reliability_of_classes(truth, said)
    assert sum(b.n for b in bins) == 2500
    assert sum(b.right for b in bins) == 500
    assert bins[0].confidence < 0.05
    assert bins[-1].confidence > 0.8
    for one in bins:
        assert one.share.value == pytest.approx(one.confidence, abs=0.2)


def test_a_confidence_is_supported_by_its_bin_or_the_nearest():
    said, truth = perfect(np.random.default_rng(4), 200)
    bins = reliability(truth, said)
    for one in bins:
        assert support(bins, one.confidence) == one
    assert support(bins, 0.0) == bins[0]
    assert support(bins, 1.0) == bins[-1]
    between = 0.9 * bins[3].high + 0.1 * bins[4].low
    assert support(bins, between) == bins[3]
    assert support((), 0.5) is None


@pytest.mark.parametrize("n", [156, 500])
def test_a_perfect_model_lies_within_the_band_about_95_times_of_100(n):
    random = np.random.default_rng(n)
    inside = 0
    for _ in range(200):
        said, truth = perfect(random, n)
        low, high = perfect_ece_band(said, replicates=200)
        inside += low <= expected_calibration_error(truth, said) <= high
    assert 180 <= inside <= 198


def test_an_overconfident_model_lies_above_the_band():
    random = np.random.default_rng(5)
    outside = 0
    for _ in range(30):
        honest, truth = perfect(random, 300)
        said = honest**3 / (honest**3).sum(axis=1, keepdims=True)
        outside += expected_calibration_error(truth, said) > perfect_ece_band(said)[1]
    assert outside >= 29


def test_the_band_is_the_same_for_the_same_seed_and_narrower_for_more_cases():
    said, _ = perfect(np.random.default_rng(6), 2000)
    assert perfect_ece_band(said) == perfect_ece_band(said)
    assert perfect_ece_band(said)[1] < 0.5 * perfect_ece_band(said[:150])[1]


def test_a_model_that_is_certain_and_right_has_no_error_by_chance():
    assert perfect_ece_band(np.array([[1.0, 0.0]] * 20)) == (0.0, 0.0)
