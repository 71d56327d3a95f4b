import numpy as np
import pytest

from precmed_gui.diagnosis.evaluation import Calibration
from precmed_gui.evaluation.calibration import calibrated, fit_calibration
from precmed_gui.evaluation.metrics import log_loss
from precmed_gui.evaluation.priors import fit_percentages, prior_bias

COUNTS = np.array([260, 740])


def balanced_logits(n: int, apart: float, *, sharpness: float = 1.0, seed: int = 0):
    """Cases of a cohort with one in four of the first class, and what a balanced network says."""
    random = np.random.default_rng(seed)
    truth = (random.random(n) < 0.74).astype(np.int64)
    seen = random.normal(apart * (truth - 0.5), 1.0)
    evidence = sharpness * apart * seen
    return np.column_stack([np.zeros(n), evidence]), truth


def test_classes_told_apart_well_count_as_equally_common() -> None:
    logits, truth = balanced_logits(600, 5.0)
    assert prior_bias(logits, truth, COUNTS) == pytest.approx([0.0, 0.0])


def test_where_images_tell_little_the_cohort_counts() -> None:
    logits, truth = balanced_logits(600, 1.0)
    assert prior_bias(logits, truth, COUNTS) == pytest.approx(np.log([0.26, 0.74]))


def test_images_that_tell_nothing_leave_the_cohort() -> None:
    truth = np.repeat([0, 1], [26, 74])
    assert prior_bias(np.zeros((100, 2)), truth, COUNTS) == pytest.approx(np.log([0.26, 0.74]))


def test_equally_common_classes_need_no_bias() -> None:
    random = np.random.default_rng(0)
    truth = random.integers(0, 2, 400)
    logits = np.column_stack([np.zeros(400), random.normal(truth - 0.5, 1)])
    assert not fit_percentages(logits, truth, np.array([50, 50])).bias[0]


def test_without_cases_or_without_images_of_a_class_nothing_is_assumed() -> None:
    logits, truth = balanced_logits(100, 1.0)
    assert not prior_bias(logits[:0], truth[:0], COUNTS).any()
    assert not prior_bias(logits, truth, np.array([0, 10])).any()
    assert fit_percentages(logits[:0], truth[:0], COUNTS).kind == "none"


def test_the_prior_and_a_known_temperature_are_both_found() -> None:
    logits, truth = balanced_logits(20_000, 1.0, sharpness=3.0)
    found = fit_percentages(logits, truth, COUNTS)
    assert found.scale == pytest.approx((1 / 3, 1 / 3), rel=0.1)
    assert found.bias[1] - found.bias[0] == pytest.approx(np.log(0.74 / 0.26), rel=0.1)
    true = Calibration("temperature", (1 / 3, 1 / 3), tuple(np.log([0.26, 0.74])))
    assert log_loss(truth, calibrated(logits, found)) == pytest.approx(
        log_loss(truth, calibrated(logits, true)), abs=1e-3
    )


def test_well_told_classes_get_the_plain_calibration() -> None:
    logits, truth = balanced_logits(300, 5.0)
    assert fit_percentages(logits, truth, COUNTS) == fit_calibration(logits, truth)


def test_percentages_of_the_cohort_are_right_on_average() -> None:
    logits, truth = balanced_logits(5000, 1.0)
    shown = calibrated(logits, fit_percentages(logits, truth, COUNTS))
    assert shown[:, 1].mean() == pytest.approx(truth.mean(), abs=0.01)


@pytest.mark.parametrize("seed", range(4))
def test_percentages_of_a_mixed_cohort_are_never_worse_than_the_prior_alone(seed: int) -> None:
    counts = np.array([486, 128, 206, 194, 66])
    random = np.random.default_rng(seed)
    truth = random.choice(5, 1200, p=counts / counts.sum())
    # A network that is surer of some classes than of others, so that a scale a class is tempting.
    sharpness = np.array([0.4, 1.5, 1.0, 1.0, 2.0])
    logits = sharpness * (1.2 * np.eye(5)[truth] + random.normal(0, 0.7, (1200, 5)))
    found = fit_percentages(logits, truth, counts)
    prior = Calibration("temperature", (1.0,) * 5, tuple(np.log(counts / counts.sum())))
    fitted = log_loss(truth, calibrated(logits, found))
    assert found.kind == "vector"
    assert fitted < log_loss(truth, calibrated(logits, prior)) - 0.01
