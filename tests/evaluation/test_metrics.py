import numpy as np
import pytest
from numpy.typing import NDArray

from precmed_gui.evaluation.metrics import (
    accuracy,
    average_precision,
    balanced_accuracy,
    brier,
    confusion,
    expected_calibration_error,
    log_loss,
    macro_auc,
)


def test_accuracy_is_the_share_of_right_answers() -> None:
    probabilities = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.3, 0.7]])
    assert accuracy(np.array([0, 1, 1, 1]), probabilities) == 0.75


def test_the_area_is_the_share_of_pairs_in_the_right_order() -> None:
    sick = np.array([0.1, 0.4, 0.35, 0.8])
    truth = np.array([0, 0, 1, 1])
    assert macro_auc(truth, np.stack([1 - sick, sick], axis=1)) == pytest.approx(0.75)


def test_the_area_is_the_mean_over_classes_whatever_their_size() -> None:
    truth = np.array([0, 0, 0, 0, 1, 2])
    probabilities = np.eye(3)[truth]
    probabilities[4] = [1.0, 0.0, 0.0]
    areas = [1 - 0.5 * 4 / 8, 0.5, 1.0]
    assert macro_auc(truth, probabilities) == pytest.approx(np.mean(areas))


def test_there_is_no_area_where_a_class_is_missing() -> None:
    assert macro_auc(np.array([1, 1]), np.array([[0.4, 0.6], [0.1, 0.9]])) is None


def cohort(
    n: int, classes: int, seed: int, *, has_ties: bool
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    random = np.random.default_rng(seed)
    truth = np.append(np.arange(classes), random.integers(classes, size=n - classes))
    logits = random.normal(size=(n, classes))
    logits[np.arange(n), truth] += 1.0
    exponents = np.exp(np.round(logits, 0 if has_ties else 12))
    return truth, exponents / exponents.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("has_ties", [False, True])
@pytest.mark.parametrize(("n", "classes"), [(20, 2), (156, 2), (400, 5), (700, 11)])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_metrics_equal_scikit_learns(n: int, classes: int, seed: int, has_ties: bool) -> None:
    from sklearn import metrics as reference

    truth, probabilities = cohort(n, classes, seed, has_ties=has_ties)
    answers, wanted = np.argmax(probabilities, axis=1), np.eye(classes)[truth]
    squares = [
        reference.brier_score_loss(wanted[:, k], probabilities[:, k]) for k in range(classes)
    ]
    pairs = [
        (accuracy(truth, probabilities), reference.accuracy_score(truth, answers)),
        (
            balanced_accuracy(truth, probabilities),
            reference.balanced_accuracy_score(truth, answers),
        ),
        (
            macro_auc(truth, probabilities),
            np.mean(
                [reference.roc_auc_score(wanted[:, k], probabilities[:, k]) for k in range(classes)]
            ),
        ),
        (
            average_precision(truth, probabilities),
            reference.average_precision_score(wanted, probabilities, average="macro"),
        ),
        (brier(truth, probabilities), sum(squares)),
        (log_loss(truth, probabilities), reference.log_loss(truth, probabilities)),
    ]
    for ours, theirs in pairs:
        assert ours == pytest.approx(theirs, abs=1e-12)
    expected = reference.confusion_matrix(truth, answers, labels=range(classes))
    assert np.array_equal(confusion(truth, probabilities), expected)


def test_a_class_without_cases_leaves_no_mean_over_classes() -> None:
    truth, probabilities = np.array([0, 1]), np.array([[0.5, 0.3, 0.2], [0.1, 0.8, 0.1]])
    assert balanced_accuracy(truth, probabilities) is None
    assert average_precision(truth, probabilities) is None


def test_a_probability_of_nothing_for_the_truth_is_a_large_but_finite_loss() -> None:
    assert log_loss(np.array([0]), np.array([[0.0, 1.0]])) == pytest.approx(36.04, abs=0.01)
    assert brier(np.array([0]), np.array([[0.0, 1.0]])) == 2


def test_the_calibration_error_is_the_gap_between_said_and_right() -> None:
    probabilities = np.array([[0.9, 0.1]] * 10 + [[0.3, 0.7]] * 10)
    truth = np.array([0] * 6 + [1] * 4 + [1] * 7 + [0] * 3)
    assert expected_calibration_error(truth, probabilities) == pytest.approx(0.15)
    assert expected_calibration_error(truth, probabilities, bins=1) == pytest.approx(0.15)


def test_gaps_of_one_bin_cancel_out() -> None:
    probabilities = np.array([[0.9, 0.1]] * 5 + [[0.3, 0.7]] * 5)
    truth = np.array([0] * 3 + [1] * 2 + [1] * 5)
    assert expected_calibration_error(truth, probabilities, bins=1) == pytest.approx(0)
    assert expected_calibration_error(truth, probabilities, bins=15) == pytest.approx(0.3)
