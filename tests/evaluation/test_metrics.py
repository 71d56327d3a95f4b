import numpy as np
import pytest

from precmed_gui.evaluation.metrics import accuracy, macro_auc


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
