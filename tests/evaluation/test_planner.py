import numpy as np
import pytest
from numpy.typing import NDArray

from precmed_gui.diagnosis.evaluation import LearningCurve
from precmed_gui.evaluation.planner import LabelledFeatures, learning_curve

LABELS = ("a", "b", "c")


def clouds(
    n: int, seed: int, shares: tuple[float, ...] = (1 / 3, 1 / 3, 1 / 3), images: int = 1
) -> LabelledFeatures:
    """Gaussian clouds in 40 dimensions, their centres 1.6 from the origin."""
    centres = np.random.default_rng(99).normal(size=(3, 40))
    centres *= 1.6 / np.linalg.norm(centres, axis=1, keepdims=True)
    random = np.random.default_rng(seed)
    truth = random.choice(3, size=n, p=shares)
    features = centres[truth] + random.normal(size=(n, 40))
    repeated = np.repeat(np.arange(n), images)
    return LabelledFeatures(
        features[repeated].astype(np.float32),
        truth[repeated],
        [f"{seed}-{patient}" for patient in repeated],
    )


def head_accuracy(training: LabelledFeatures, judged: LabelledFeatures) -> float:
    from sklearn.linear_model import LogisticRegression

    head = LogisticRegression(C=0.1, max_iter=2000).fit(training.features, training.truth)
    return float(head.score(judged.features, judged.truth))


def rows_of(cases: LabelledFeatures, rows: NDArray[np.int64]) -> LabelledFeatures:
    patients = [cases.patients[row] for row in rows]
    return LabelledFeatures(cases.features[rows], cases.truth[rows], patients)


def planned(training: LabelledFeatures, validation: LabelledFeatures) -> LearningCurve:
    curve = learning_curve(training, validation, LABELS)
    assert curve is not None
    return curve


def test_the_known_gain_of_doubling_lies_in_the_interval() -> None:
    judged = clouds(5000, seed=1)
    accuracies = []
    for seed in range(8):
        twice = clouds(400, seed=100 + seed)
        once = rows_of(twice, np.arange(200))
        accuracies.append((head_accuracy(once, judged), head_accuracy(twice, judged)))
    once, twice = np.mean(accuracies, axis=0)
    for seed in (5, 6, 7):
        curve = planned(clouds(200, seed), clouds(250, 20 + seed))
        everywhere = curve.gains[0]
        assert (everywhere.label, everywhere.more) == (None, 200)
        assert everywhere.gain.low <= twice - once <= everywhere.gain.high
        assert everywhere.gain.high < 0.1
        assert curve.points[-1].accuracy.low <= once <= curve.points[-1].accuracy.high


def test_the_points_are_quarters_of_the_training_images_and_rise() -> None:
    curve = planned(clouds(240, seed=2), clouds(400, seed=3))
    assert [point.n for point in curve.points] == pytest.approx([60, 120, 180, 240], abs=3)
    assert curve.points[-1].n == 240
    assert curve.points[-1].accuracy.value > curve.points[0].accuracy.value
    for point in curve.points:
        assert point.accuracy.low <= point.accuracy.value <= point.accuracy.high


def test_more_of_a_rare_class_brings_more_than_more_of_a_frequent_one() -> None:
    training = clouds(420, seed=4, shares=(0.48, 0.48, 0.04))
    curve = planned(training, clouds(600, seed=5))
    gains = {gain.label: gain for gain in curve.gains[1:]}
    assert set(gains) == set(LABELS)
    assert gains["c"].gain.low > 0
    assert gains["c"].gain.value > max(gains["a"].gain.value, gains["b"].gain.value)
    assert gains["c"].more < 40 < gains["a"].more


def test_where_everything_is_right_already_nothing_is_promised() -> None:
    training, validation = clouds(150, seed=6), clouds(150, seed=7)
    for cases in (training, validation):
        cases.features[:] += 10 * (np.arange(40) % 3 == cases.truth[:, None])
    for gain in planned(training, validation).gains:
        assert gain.gain.high < 0.01


def test_images_of_one_patient_stay_together_and_are_no_new_knowledge() -> None:
    curve = planned(clouds(120, seed=8, images=5), clouds(80, seed=9, images=5))
    single = planned(clouds(120, seed=8), clouds(80, seed=9))
    assert [point.n for point in curve.points] == [5 * point.n for point in single.points]
    wide, narrow = curve.points[-1].accuracy, single.points[-1].accuracy
    assert wide.high - wide.low > 0.8 * (narrow.high - narrow.low)


def test_the_seed_decides_the_plan() -> None:
    training, validation = clouds(120, seed=8), clouds(80, seed=9)
    assert planned(training, validation) == planned(training, validation)
    assert planned(training, validation) != learning_curve(training, validation, LABELS, seed=1)


def test_features_without_spread_do_no_harm() -> None:
    training, validation = clouds(120, seed=8), clouds(80, seed=9)
    training.features[:, 3] = 7
    validation.features[:, 3] = 7
    assert np.isfinite(planned(training, validation).gains[0].gain.high)


def test_too_little_data_say_nothing() -> None:
    enough = clouds(120, seed=8)
    assert learning_curve(clouds(30, seed=1), enough, LABELS) is None
    assert learning_curve(enough, clouds(20, seed=2), LABELS) is None
    rare = rows_of(enough, np.flatnonzero((enough.truth < 2) | (np.arange(120) < 6)))
    assert 0 < np.sum(rare.truth == 2) < 8
    assert learning_curve(rare, enough, LABELS) is None
    assert learning_curve(enough, enough, (*LABELS, "never seen")) is None


def test_many_images_of_few_patients_are_too_little_data() -> None:
    few = clouds(18, seed=3, images=20)
    assert len(few.truth) == 360
    assert learning_curve(few, clouds(120, seed=8), LABELS) is None
