import numpy as np
import pytest

from precmed_gui.evaluation.calibration import calibrated, fit_calibration, no_calibration


def log_softmax(scores):
    shifted = scores - scores.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def drawn(honest, seed=0):
    """Classes drawn with the probabilities of `honest` log-probabilities."""
    random = np.random.default_rng(seed)
    below = np.exp(honest).cumsum(axis=1)
    return (random.random((len(honest), 1)) > below[:, :-1]).sum(axis=1)


def log_loss(probabilities, truth):
    return -np.mean(np.log(probabilities[np.arange(len(truth)), truth]))


def simulated(n, classes, temperature, seed=0):
    """Log-probabilities that are too sure by `temperature`, and the truth."""
    honest = log_softmax(np.random.default_rng(seed).normal(0, 2, (n, classes)))
    return log_softmax(honest * temperature), drawn(honest, seed + 1)


@pytest.mark.parametrize("classes", [2, 3, 8])
@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_a_known_temperature_is_found(classes, temperature):
    calibration = fit_calibration(*simulated(20_000, classes, temperature))
    assert calibration.kind == "temperature"
    assert calibration.n == 20_000
    assert calibration.bias == (0.0,) * classes
    np.testing.assert_allclose(1 / np.array(calibration.scale), temperature, rtol=0.05)


def test_a_temperature_makes_overconfident_percentages_honest():
    logits, truth = simulated(2_000, 4, 3.0)
    said = calibrated(logits, fit_calibration(logits[:1000], truth[:1000]))[1000:]
    right = np.mean(said.argmax(axis=1) == truth[1000:])
    assert np.mean(np.exp(logits[1000:]).max(axis=1)) > right + 0.1
    assert np.mean(said.max(axis=1)) == pytest.approx(right, abs=0.03)


def test_a_temperature_never_changes_the_order_of_classes():
    logits, truth = simulated(60, 5, 4.0)
    calibration = fit_calibration(logits, truth)
    assert calibration.kind == "temperature"
    wild = np.random.default_rng(3).normal(0, 10, (500, 5))
    after = calibrated(log_softmax(wild), calibration)
    np.testing.assert_array_equal(np.argsort(after, axis=1), np.argsort(wild, axis=1))


def test_a_vector_is_chosen_where_a_class_is_systematically_too_sure():
    honest = log_softmax(np.random.default_rng(0).normal(0, 2, (800, 4)))
    truth = drawn(honest)
    skewed = log_softmax(honest + np.array([1.5, 0.0, 0.0, -1.5]))
    calibration = fit_calibration(skewed[:400], truth[:400])
    assert calibration.kind == "vector"
    assert log_loss(calibrated(skewed[400:], calibration), truth[400:]) < (
        log_loss(np.exp(skewed[400:]), truth[400:]) - 0.1
    )


@pytest.mark.parametrize("n", [60, 300, 800])
def test_a_vector_is_hardly_ever_chosen_where_a_temperature_is_enough(n):
    kinds = [fit_calibration(*simulated(n, 4, 2.0, seed=s)).kind for s in range(0, 60, 2)]
    assert kinds.count("vector") <= 2


def test_two_classes_never_get_a_vector():
    honest = log_softmax(np.random.default_rng(0).normal(0, 2, (800, 2)))
    skewed = log_softmax(honest + np.array([2.0, 0.0]))
    assert fit_calibration(skewed, drawn(honest)).kind == "temperature"


def test_few_cases_that_are_all_right_do_not_make_a_network_certain():
    logits = np.log(np.array([[0.8, 0.2], [0.2, 0.8]] * 10))
    calibration = fit_calibration(logits, np.array([0, 1] * 10))
    assert 1.0 < calibration.scale[0] < 3.0
    assert calibrated(logits, calibration).max() < 0.99


@pytest.mark.parametrize("n", [20, 50])
def test_calibration_on_few_cases_still_helps_an_overconfident_network(n):
    gains = []
    for seed in range(0, 60, 2):
        logits, truth = simulated(n + 1000, 3, 3.0, seed=seed)
        after = calibrated(logits[n:], fit_calibration(logits[:n], truth[:n]))
        gains.append(log_loss(np.exp(logits[n:]), truth[n:]) - log_loss(after, truth[n:]))
    assert np.mean(gains) > 0.3
    assert np.min(gains) > 0


def test_no_calibration_leaves_probabilities_as_they_are():
    logits, _ = simulated(50, 3, 1.0)
    np.testing.assert_allclose(calibrated(logits, no_calibration(3)), np.exp(logits), atol=1e-12)


def test_without_cases_nothing_is_calibrated():
    calibration = fit_calibration(np.zeros((0, 3)), np.zeros(0, dtype=np.int64))
    assert calibration == no_calibration(3)


def test_probabilities_of_zero_stay_numbers_even_where_they_were_the_truth():
    with np.errstate(divide="ignore"):
        logits = np.log(np.array([[1.0, 0.0], [0.0, 1.0]] * 15))
    truth = np.array([0, 1] * 14 + [0, 0])
    after = calibrated(logits, fit_calibration(logits, truth))
    assert np.isfinite(after).all()
    np.testing.assert_allclose(after.sum(axis=1), 1)


def test_a_class_without_a_case_is_no_obstacle():
    logits, truth = simulated(100, 4, 2.0)
    calibration = fit_calibration(logits[truth != 2], truth[truth != 2])
    assert np.isfinite(calibrated(logits, calibration)).all()
