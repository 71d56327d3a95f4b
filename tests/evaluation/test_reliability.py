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


def test_every_case_is_in_one_bin_by_rising_confidence():
    said, truth = perfect(np.random.default_rng(0), 437)
    bins = reliability(truth, said)
    assert sum(b.n for b in bins) == 437
    assert sum(b.right for b in bins) == np.sum(said.argmax(axis=1) == truth)
    assert all(b.low <= b.confidence <= b.high for b in bins)
    assert all(a.high < b.low for a, b in pairwise(bins))
    assert all(b.high - b.low <= 0.2 for b in bins)


def test_a_perfect_model_is_right_as_often_as_it_says():
    said, truth = perfect(np.random.default_rng(1), 4000)
    for one in reliability(truth, said):
        assert one.share.value == pytest.approx(one.confidence, abs=0.08)
        assert one.share.low <= one.share.value <= one.share.high


def test_neighbours_are_put_together_but_never_over_a_wide_span():
    said = np.array([[0.51, 0.49]] * 4 + [[0.62, 0.38]] * 3 + [[0.98, 0.02]] * 30)
    bins = reliability(np.zeros(37, dtype=np.int64), said)
    assert [(b.low, b.high, b.n) for b in bins] == [(0.51, 0.62, 7), (0.98, 0.98, 30)]


def test_many_cases_have_narrow_bins():
    said, truth = perfect(np.random.default_rng(2), 4000)
    assert all(b.high - b.low <= 0.1 for b in reliability(truth, said))


def test_without_cases_there_are_no_bins():
    assert reliability(np.zeros(0, np.int64), np.zeros((0, 2))) == ()


def test_equal_confidences_are_never_parted():
    said = np.array([[0.6, 0.4]] * 30 + [[0.9, 0.1]] * 5 + [[1.0, 0.0]] * 65)
    bins = reliability(np.zeros(100, dtype=np.int64), said)
    assert [(b.low, b.high, b.n) for b in bins] == [(0.6, 0.6, 30), (0.9, 1.0, 70)]


def test_every_class_of_every_case_is_counted():
    said, truth = perfect(np.random.default_rng(3), 500, classes=5)
    bins = reliability_of_classes(truth, said)
    assert sum(b.n for b in bins) == 2500
    assert sum(b.right for b in bins) == 500
    assert bins[0].confidence < 0.05
    assert bins[-1].confidence > 0.8
    for one in bins:
        assert one.share.value == pytest.approx(one.confidence, abs=0.2)


def test_a_confidence_is_supported_by_its_bin_or_one_close_by():
    said = np.array([[0.71, 0.29]] * 30 + [[0.97, 0.03]] * 30)
    low, high = bins = reliability(np.zeros(60, dtype=np.int64), said)
    assert [support(bins, one.confidence) for one in bins] == [low, high]
    assert support(bins, 0.68) == low
    assert support(bins, 1.0) == high
    assert support(bins, 0.51) is None
    assert support(bins, 0.85) is None
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
