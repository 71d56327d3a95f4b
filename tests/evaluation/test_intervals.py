from statistics import NormalDist

import numpy as np
import pytest
from numpy.typing import NDArray

from precmed_gui.diagnosis.evaluation import Figure
from precmed_gui.evaluation.intervals import (
    patient_weights,
    percentile_interval,
    proportion,
    reflected_interval,
    resamples,
    wilson,
)
from precmed_gui.evaluation.weighted import weighted_figures, weighted_rankings


# Newcombe 1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E, table I.
@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval_is_the_published_one(
    successes: int, n: int, low: float, high: float
) -> None:
    figure = wilson(successes, n)
    assert figure.value == successes / n
    assert (figure.low, figure.high) == pytest.approx((low, high), abs=6e-5)


def test_a_wider_level_gives_a_wider_interval() -> None:
    wide, narrow = wilson(8, 10, 0.99), wilson(8, 10, 0.5)
    assert wide.low < narrow.low < 0.8 < narrow.high < wide.high


@pytest.mark.parametrize(("successes", "n"), [(0, 0), (3, 2), (-1, 4)])
def test_what_is_no_share_is_refused(successes: int, n: int) -> None:
    with pytest.raises(ValueError, match="is not a share"):
        wilson(successes, n)


def test_with_one_case_a_patient_a_proportion_is_wilsons() -> None:
    is_right = np.arange(20) < 17
    assert proportion(is_right, [str(i) for i in range(20)]) == wilson(17, 20)


def test_cases_that_repeat_their_patient_make_nothing_surer() -> None:
    is_right = np.arange(40) < 34
    once = proportion(is_right, [str(i) for i in range(40)])
    tenfold = proportion(np.repeat(is_right, 10), np.repeat(np.arange(40), 10).astype(str).tolist())
    assert once is not None
    assert tenfold is not None
    assert tenfold.high - tenfold.low > 0.98 * (once.high - once.low)


def test_one_patient_says_next_to_nothing_however_many_images_there_are() -> None:
    assert proportion(np.ones(500, dtype=bool), ["a"] * 500) == wilson(1, 1)
    assert proportion(np.zeros(0, dtype=bool), []) is None


def test_a_bootstrap_sample_holds_whole_patients() -> None:
    patients = ["a", "b", "b", "c", "d", "d", "d"]
    weights = patient_weights(patients, replicates=50, seed=3)
    assert weights.shape == (7, 50)
    assert np.array_equal(weights[1], weights[2])
    assert np.array_equal(weights[4], weights[6])
    assert np.all(weights[[0, 1, 3, 4]].sum(axis=0) == 4)


def test_rows_and_weights_are_the_same_samples_and_the_seed_decides_them() -> None:
    patients = ["a", "b", "b", "c"]
    weights = patient_weights(patients, replicates=20, seed=5)
    rows = list(resamples(patients, replicates=20, seed=5))
    assert len(rows) == 20
    for sample, weight in zip(rows, weights.T, strict=True):
        assert np.array_equal(np.bincount(sample, minlength=4), weight)
    assert not np.array_equal(weights, patient_weights(patients, replicates=20, seed=6))


def test_replicates_without_the_figure_are_left_out() -> None:
    replicates = np.append(np.linspace(0, 1, 101), [np.nan, np.nan])
    figure = percentile_interval(0.5, replicates)
    assert (figure.low, figure.high) == pytest.approx((0.025, 0.975))
    assert percentile_interval(0.5, np.array([np.nan])) == Figure(0.5, 0.5, 0.5)


def test_few_patients_widen_the_percentiles() -> None:
    replicates = np.random.default_rng(0).normal(size=2000)
    few = percentile_interval(0, replicates, patients=8)
    many = percentile_interval(0, replicates, patients=8000)
    assert few.high - few.low > 1.15 * (many.high - many.low)


def test_a_distance_inflated_by_chance_is_reflected_downwards() -> None:
    figure = reflected_interval(0.05, np.linspace(0.05, 0.11, 101))
    assert figure.low == 0
    assert figure.high == pytest.approx(0.05, abs=0.002)
    assert figure.low <= figure.value <= figure.high


COHORTS = 400
SAMPLES = 300


def test_intervals_of_accuracy_hold_the_truth_as_often_as_they_say() -> None:
    """Cases of a patient are right or wrong together: their own share is Beta(4, 1)."""
    random = np.random.default_rng(11)
    of_case = np.repeat(np.arange(80), 1 + np.arange(80) % 4)
    patients = of_case.astype(str).tolist()
    own = random.beta(4, 1, size=(COHORTS, 80))
    is_right = random.random((COHORTS, len(of_case))) < own[:, of_case]
    weights = patient_weights(patients, replicates=SAMPLES)
    replicates = is_right @ weights / weights.sum(axis=0)
    drawn = [
        percentile_interval(float(right.mean()), again, patients=80)
        for right, again in zip(is_right, replicates, strict=True)
    ]
    counted = [figure for right in is_right if (figure := proportion(right, patients))]
    assert 0.93 <= _covered(drawn, 0.8) <= 0.97
    assert 0.93 <= _covered(counted, 0.8) <= 0.97
    ignoring = [wilson(int(right.sum()), len(of_case)) for right in is_right]
    assert _covered(ignoring, 0.8) < 0.93


def test_intervals_of_the_area_hold_the_truth_as_often_as_they_say() -> None:
    """Two images a patient share half their variance; 40 sick and 60 healthy patients."""
    random = np.random.default_rng(12)
    of_case = np.repeat(np.arange(100), 2)
    truth = (of_case < 40).astype(np.int64)
    weights = patient_weights(of_case.astype(str).tolist(), replicates=SAMPLES)
    figures = []
    for _ in range(COHORTS):
        score = (random.normal(size=100)[of_case] + random.normal(size=200)) / np.sqrt(2)
        score = score + 1.2 * truth
        probabilities = _two_columns(score)
        value = weighted_rankings(truth, probabilities, np.ones((200, 1)))[0][1, 0]
        again = weighted_rankings(truth, probabilities, weights)[0][1]
        figures.append(percentile_interval(float(value), again, patients=40))
    assert 0.93 <= _covered(figures, NormalDist().cdf(1.2 / np.sqrt(2))) <= 0.97


def test_intervals_of_the_calibration_error_hold_the_truth_of_an_overconfident_model() -> None:
    random = np.random.default_rng(13)
    truth, shown = _overconfident(random, 100_000)
    aim = weighted_figures(truth, shown, np.ones((len(truth), 1))).ece[0]
    weights = patient_weights([str(i) for i in range(400)], replicates=SAMPLES)
    figures = []
    for _ in range(150):
        truth, shown = _overconfident(random, 400)
        value = weighted_figures(truth, shown, np.ones((400, 1))).ece[0]
        again = weighted_figures(truth, shown, weights).ece
        figures.append(reflected_interval(float(value), again, patients=400))
    assert 0.92 <= _covered(figures, float(aim)) <= 0.98


def _covered(figures: list[Figure], truth: float) -> float:
    return float(np.mean([figure.low <= truth <= figure.high for figure in figures]))


def _two_columns(score: NDArray[np.float64]) -> NDArray[np.float64]:
    sick = 1 / (1 + np.exp(-score))
    return np.stack([1 - sick, sick], axis=1)


def _overconfident(
    random: np.random.Generator, n: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    logit = 2 * random.normal(size=n)
    truth = (random.random(n) < _two_columns(logit)[:, 1]).astype(np.int64)
    return truth, _two_columns(2.5 * logit)
