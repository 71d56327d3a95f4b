"""The last step of a pretrained network: what it solves, and whom its penalty is tried on."""

from collections.abc import Sequence

import numpy as np
import pytest

from precmed_gui.learning import head
from precmed_gui.learning.head import (
    PENALTIES,
    Head,
    HeadData,
    choose_penalty,
    fit_head,
    folds_by_patient,
)


def blobs(count: int = 240, classes: int = 3, seed: int = 0) -> HeadData:
    """Three overlapping clouds in 12 dimensions of very different scales, two cases a patient."""
    random = np.random.default_rng(seed)
    labels = np.arange(count) % classes
    features = random.normal(0, 1, (count, 12))
    features[:, :classes] += 1.2 * np.eye(classes)[labels]
    scales = np.logspace(-1, 2, 12)
    weights = random.uniform(0.2, 3, count)
    return HeadData(
        (features * scales + 5).astype(np.float32),
        labels.astype(np.int32),
        weights.astype(np.float32),
        [f"p{case // 2}" for case in range(count)],
    )


@pytest.mark.parametrize("penalty", [0.3, 0.03])
@pytest.mark.parametrize("classes", [2, 3])
def test_the_head_solves_the_problem_of_scikit_learn(penalty: float, classes: int) -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    data = blobs(classes=classes)
    standard = StandardScaler().fit_transform(data.features.astype(np.float64))
    weights = data.weights.astype(np.float64) / data.weights.sum()
    # scikit-learn minimises C times the sum of the losses plus half the squared weights; for two
    # classes with one vector w = w1 - w0, for which half of |w0|^2 + |w1|^2 is a quarter of |w|^2.
    strength = 1 / penalty if classes > 2 else 2 / penalty
    reference = LogisticRegression(C=strength, tol=1e-10, max_iter=5000)
    reference.fit(standard, data.labels, sample_weight=weights)
    found = fit_head(data, classes, penalty).probabilities(data.features)
    np.testing.assert_allclose(found, reference.predict_proba(standard), atol=1e-3)
    unweighted = LogisticRegression(C=strength / len(standard), tol=1e-10, max_iter=5000)
    unweighted.fit(standard, data.labels)
    assert np.abs(found - unweighted.predict_proba(standard)).max() > 1e-2


def test_a_stronger_penalty_gives_smaller_weights_and_less_certain_answers() -> None:
    data = blobs()
    heads = [fit_head(data, 3, penalty) for penalty in PENALTIES]
    sizes = [float((one.kernel * data.features.std(axis=0)[:, None]).std()) for one in heads]
    sureness = [float(one.probabilities(data.features).max(axis=1).mean()) for one in heads]
    assert sizes == sorted(sizes)
    assert sureness == sorted(sureness)


def test_a_feature_that_never_varies_does_no_harm() -> None:
    data = blobs()
    flat = np.full((len(data.labels), 1), 7, np.float32)
    more = HeadData(np.hstack([data.features, flat]), data.labels, data.weights, data.patients)
    np.testing.assert_allclose(
        fit_head(more, 3, 0.3).probabilities(more.features),
        fit_head(data, 3, 0.3).probabilities(data.features),
        atol=1e-4,
    )


def test_every_step_is_told_and_the_watcher_ends_it() -> None:
    steps: list[int] = []
    losses: list[float] = []

    def watch(step: int, _head: Head, loss: float) -> bool:
        steps.append(step)
        losses.append(loss)
        return step < 4

    last = fit_head(blobs(), 3, 0.1, watch)
    assert steps == [1, 2, 3, 4]
    assert losses == sorted(losses, reverse=True)
    assert np.abs(last.kernel - fit_head(blobs(), 3, 0.1).kernel).max() > 1e-6


def test_no_patient_is_on_both_sides_of_a_trial_of_penalties(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fitted: list[set[str]] = []
    judged: list[set[str]] = []
    fit, loss = head.fit_head, head._log_loss

    def spy_fit(data: HeadData, classes: int, penalty: float) -> Head:
        fitted.append(set(data.patients))
        return fit(data, classes, penalty)

    def spy_loss(probabilities: np.ndarray, cases: HeadData) -> float:
        judged.append(set(cases.patients))
        return loss(probabilities, cases)

    monkeypatch.setattr(head, "fit_head", spy_fit)
    monkeypatch.setattr(head, "_log_loss", spy_loss)
    data = blobs(80)
    assert choose_penalty(data, blobs(20, seed=9), 1, lambda *_: None) in PENALTIES
    assert len(fitted) == len(judged) == head.FOLDS * len(PENALTIES)
    for learning, left_out in zip(fitted, judged, strict=True):
        assert learning
        assert left_out
        assert not learning & left_out
    assert set().union(*judged) == set(data.patients)


def test_a_large_training_part_tries_penalties_on_validation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(head, "_LARGEST_CROSS_VALIDATED", 50)
    sizes: list[int] = []
    loss = head._log_loss
    monkeypatch.setattr(
        head, "_log_loss", lambda found, cases: sizes.append(len(found)) or loss(found, cases)
    )
    choose_penalty(blobs(80), blobs(21), 1, lambda *_: None)
    assert sizes == [21] * len(PENALTIES)


def test_the_images_of_a_single_patient_are_tried_on_validation() -> None:
    data = blobs(30)
    alone = HeadData(data.features, data.labels, data.weights, ["p"] * 30)
    assert choose_penalty(alone, blobs(20, seed=9), 1, lambda *_: None) in PENALTIES


def test_noise_is_penalised_more_than_a_clear_difference() -> None:
    random = np.random.default_rng(0)
    clear, names = blobs(120), [str(case) for case in range(120)]
    noise = HeadData(
        random.normal(0, 1, (120, 40)).astype(np.float32), clear.labels, clear.weights, names
    )
    strong = choose_penalty(noise, noise, 1, lambda *_: None)
    assert strong > choose_penalty(clear, clear, 1, lambda *_: None)
    assert strong == PENALTIES[0]


@pytest.mark.parametrize(
    "patients", [[f"p{case // 3}" for case in range(50)], ["a"] * 30 + list("bcdefghij") * 3]
)
def test_folds_keep_patients_whole_and_are_of_about_the_same_size(patients: Sequence[str]) -> None:
    parts = folds_by_patient(patients, 4, seed=2)
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(patients)))
    names = [{patients[case] for case in part} for part in parts]
    assert sum(map(len, names)) == len(set(patients))
    largest = max(patients.count(name) for name in set(patients))
    sizes = [len(part) for part in parts]
    assert max(sizes) - min(sizes) <= largest
    again = folds_by_patient(patients, 4, seed=2)
    assert all(np.array_equal(part, same) for part, same in zip(parts, again, strict=True))
