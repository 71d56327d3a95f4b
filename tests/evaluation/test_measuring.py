import numpy as np
import pytest
from numpy.typing import NDArray

from precmed_gui.diagnosis.evaluation import Figure, Measures
from precmed_gui.evaluation import metrics
from precmed_gui.evaluation.intervals import wilson
from precmed_gui.evaluation.measuring import measure
from precmed_gui.evaluation.weighted import weighted_figures


def cohort(
    n: int, classes: int, seed: int, decimals: int = 12
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    random = np.random.default_rng(seed)
    truth = np.append(np.arange(classes), random.integers(classes, size=n - classes))
    logits = random.normal(size=(n, classes))
    logits[np.arange(n), truth] += 1.0
    exponents = np.exp(np.round(logits, decimals))
    return truth, exponents / exponents.sum(axis=1, keepdims=True)


def of_own(n: int) -> list[str]:
    return [f"p{i}" for i in range(n)]


def all_figures(measures: Measures) -> list[Figure]:
    rows = [measures, *measures.classes]
    values = [getattr(row, name) for row in rows for name in type(row).__slots__]
    return [value for value in values if isinstance(value, Figure)]


@pytest.mark.parametrize(("n", "classes"), [(30, 2), (90, 3), (200, 9)])
def test_the_values_are_those_of_the_metrics(n: int, classes: int) -> None:
    truth, probabilities = cohort(n, classes, seed=n, decimals=1)
    measures = measure(truth, probabilities, of_own(n), [str(k) for k in range(classes)])
    for name in ("accuracy", "balanced_accuracy", "average_precision", "brier", "log_loss"):
        figure = getattr(measures, name)
        assert figure.value == pytest.approx(
            getattr(metrics, name)(truth, probabilities), abs=1e-12
        )
    assert measures.auc is not None
    assert measures.auc.value == pytest.approx(metrics.macro_auc(truth, probabilities), abs=1e-12)
    error = metrics.expected_calibration_error(truth, probabilities)
    assert measures.ece.value == pytest.approx(error, abs=1e-12)
    assert measures.confusion == tuple(map(tuple, metrics.confusion(truth, probabilities).tolist()))


@pytest.mark.parametrize("classes", [2, 5])
def test_the_figures_of_each_class_are_scikit_learns(classes: int) -> None:
    from sklearn.metrics import (
        average_precision_score,
        precision_recall_fscore_support,
        roc_auc_score,
    )

    truth, probabilities = cohort(120, classes, seed=7, decimals=1)
    measures = measure(truth, probabilities, of_own(120), [str(k) for k in range(classes)])
    for k, measured in enumerate(measures.classes):
        is_true, is_called = truth == k, np.argmax(probabilities, axis=1) == k
        ppv, sensitivity, f1, _ = precision_recall_fscore_support(
            is_true, is_called, average="binary"
        )
        npv, specificity, _, _ = precision_recall_fscore_support(
            ~is_true, ~is_called, average="binary"
        )
        expected = {
            "ppv": ppv,
            "sensitivity": sensitivity,
            "f1": f1,
            "npv": npv,
            "specificity": specificity,
            "auc": roc_auc_score(is_true, probabilities[:, k]),
            "average_precision": average_precision_score(is_true, probabilities[:, k]),
        }
        for name, value in expected.items():
            assert getattr(measured, name).value == pytest.approx(value, abs=1e-12), name
        assert measured.n == is_true.sum()


def test_every_interval_holds_its_value_and_stays_in_its_range() -> None:
    truth, probabilities = cohort(60, 3, seed=4)
    figures = all_figures(measure(truth, probabilities, of_own(60), ["a", "b", "c"]))
    assert len(figures) == 7 + 3 * 7
    assert all(f.low <= f.value <= f.high and f.low >= 0 for f in figures)
    assert all(f.low < f.high for f in figures)


def test_weighted_figures_are_those_of_the_cases_repeated_as_often() -> None:
    truth, probabilities = cohort(50, 3, seed=9, decimals=1)
    weights = np.random.default_rng(1).integers(1, 4, size=50)
    rows = np.repeat(np.arange(50), weights)
    weighted = weighted_figures(truth, probabilities, weights[:, None].astype(np.float64))
    repeated = weighted_figures(truth[rows], probabilities[rows], np.ones((len(rows), 1)))
    for name in ("accuracy", "brier", "ece", "log_loss", "sensitivity", "f1", "auc"):
        assert getattr(weighted, name) == pytest.approx(getattr(repeated, name), abs=1e-12), name
    assert weighted.average_precision == pytest.approx(repeated.average_precision, abs=1e-12)


def test_several_images_of_a_patient_widen_every_interval() -> None:
    truth, probabilities = cohort(60, 2, seed=2)
    single = measure(truth, probabilities, of_own(60), ["a", "b"])
    fivefold = measure(
        np.repeat(truth, 5),
        np.repeat(probabilities, 5, axis=0),
        np.repeat(of_own(60), 5).tolist(),
        ["a", "b"],
    )
    assert (fivefold.n, fivefold.patients) == (300, 60)
    for one, five in zip(all_figures(single), all_figures(fivefold), strict=True):
        assert five.value == pytest.approx(one.value)
        assert five.high - five.low > 0.85 * (one.high - one.low)


def test_the_seed_decides_the_intervals() -> None:
    truth, probabilities = cohort(40, 2, seed=3)
    first = measure(truth, probabilities, of_own(40), ["a", "b"], seed=1)
    assert first == measure(truth, probabilities, of_own(40), ["a", "b"], seed=1)
    assert first != measure(truth, probabilities, of_own(40), ["a", "b"], seed=2)


def test_a_perfect_model_on_few_cases_is_not_called_certain() -> None:
    truth = np.array([0] * 12 + [1] * 6)
    measures = measure(truth, np.eye(2)[truth] * 0.98 + 0.01, of_own(18), ["a", "b"])
    assert measures.accuracy == wilson(18, 18)
    assert measures.auc is not None
    assert measures.balanced_accuracy is not None
    sick = measures.classes[1]
    assert sick.auc is not None
    assert sick.auc.value == 1
    assert sick.auc.low == wilson(6, 6).low
    assert measures.auc.low == sick.auc.low
    assert measures.balanced_accuracy.low < 0.9


def test_what_cannot_be_counted_is_none() -> None:
    truth = np.array([0, 0, 1, 1, 0, 1])
    probabilities = np.array([[0.6, 0.3, 0.1], [0.2, 0.7, 0.1]])[truth]
    measures = measure(truth, probabilities, of_own(6), ["a", "b", "c"])
    assert measures.balanced_accuracy is None
    assert measures.auc is None
    assert measures.average_precision is None
    absent = measures.classes[2]
    assert (absent.n, absent.sensitivity, absent.ppv, absent.f1, absent.auc) == (0,) + (None,) * 4
    assert absent.specificity == wilson(6, 6)


def test_one_patient_alone_can_be_measured() -> None:
    truth, probabilities = cohort(10, 2, seed=1)
    measures = measure(truth, probabilities, ["a"] * 10, ["a", "b"])
    assert measures.patients == 1
    assert measures.accuracy.high - measures.accuracy.low > 0.5


def test_no_cases_at_all_are_refused() -> None:
    with pytest.raises(ValueError, match="no cases"):
        measure(np.zeros(0, dtype=np.int64), np.zeros((0, 2)), [], ["a", "b"])
