"""Cross-validation: everybody is judged once, by networks that saw neither them nor the test."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from trainings import StopWhen, read

from precmed_gui.cohorts.case_names import case_name, source_folder_of
from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.diagnosis.errors import UnfitCohort
from precmed_gui.diagnosis.model_card import Member
from precmed_gui.diagnosis.training import EpochEnded, TrainingSettings
from precmed_gui.diagnosis.work import Cancelled, NeverCancelled, Notice, ignore
from precmed_gui.learning import folds as folding
from precmed_gui.learning.attempts import Attempt
from precmed_gui.learning.folds import cross_validate, divided
from precmed_gui.learning.training_data import TrainingData
from precmed_gui.modalities import modality

FOLDS = 3


@pytest.fixture
def data(cohort: Cohort) -> TrainingData:
    cases = tuple(replace(case, patient=f"p{i // 3}") for i, case in enumerate(cohort.cases))
    return read(replace(cohort, cases=cases), TrainingSettings(recipe="article-cnn"))


def attempts(*weights: float) -> list[tuple[Attempt, Member]]:
    recipe = replace(modality("imaging").recipes()["article-cnn"], epochs=2, batch_size=8)
    return [
        (Attempt(recipe, 28, seed), Member("article-cnn", 28, weight))
        for seed, weight in enumerate(weights, 1)
    ]


def patients(data: TrainingData, part: Any) -> set[str]:
    return {data.cohort.cases[position].patient for position in part}


@pytest.mark.parametrize("folds", [2, 3, 5])
def test_every_training_and_validation_case_is_judged_exactly_once(
    data: TrainingData, folds: int
) -> None:
    parts = divided(data, folds)
    judged = sorted(position for part in parts for position in part.split.test)
    assert len(parts) == folds
    assert judged == sorted((*data.split.train, *data.split.validation))
    assert not set(judged) & set(data.split.test)


@pytest.mark.parametrize("folds", [2, 3, 5])
def test_no_patient_is_judged_by_networks_that_saw_images_of_them(
    data: TrainingData, folds: int
) -> None:
    for part in divided(data, folds):
        judged = patients(data, part.split.test)
        seen = patients(data, (*part.split.train, *part.split.validation))
        assert not judged & seen
        assert folds == 2 or not set(part.split.train) & set(part.split.validation)
        assert not seen & patients(data, data.split.test)


def test_the_answers_are_kept_fold_by_fold_under_the_names_of_the_cases(
    data: TrainingData,
) -> None:
    told: list[Any] = []
    found = cross_validate(data, attempts(1.0), FOLDS, told.append, NeverCancelled())
    assert list(found) == ["fold-1", "fold-2", "fold-3"]
    folder = source_folder_of(data.cohort.cases)
    wanted = {
        case_name(data.cohort.cases[i], folder): i
        for i in (*data.split.train, *data.split.validation)
    }
    keys = [key for cases in found.values() for key in cases.keys]
    assert sorted(keys) == sorted(wanted)
    for cases in found.values():
        assert cases.labels == data.cohort.labels
        places = [wanted[key] for key in cases.keys]
        assert cases.truth.tolist() == data.every.labels[places].tolist()
        np.testing.assert_allclose(np.exp(cases.logits).sum(1), 1, atol=1e-5)
    together = {name for cases in found.values() for name in cases.patients}
    assert sum(len(set(cases.patients)) for cases in found.values()) == len(together)
    notices = [event.text for event in told if isinstance(event, Notice)]
    assert notices == [f"Cross-validation: part {n} of 3" for n in (1, 2, 3)]


def test_networks_that_were_not_asked_for_their_answer_are_not_trained(
    data: TrainingData, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained: list[Attempt] = []
    plain = folding.fit_attempt

    def spy(fold: TrainingData, attempt: Attempt, course: Any) -> Any:
        trained.append(attempt)
        return plain(fold, attempt, course)

    monkeypatch.setattr(folding, "fit_attempt", spy)
    (kept,) = attempts(1.0)
    describer = (replace(kept[0], seed=9), replace(kept[1], recipe="transfer", weight=0.0))
    cross_validate(data, [kept, describer], 2, ignore, NeverCancelled())
    assert [attempt.seed for attempt in trained] == [1, 1]


def test_classes_weigh_as_they_do_for_the_model(
    data: TrainingData, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights: list[set[float]] = []
    plain = folding.fit_attempt

    def spy(fold: TrainingData, attempt: Attempt, course: Any) -> Any:
        weights.append(set(fold.parts["train"].weights.tolist()))
        return plain(fold, attempt, course)

    monkeypatch.setattr(folding, "fit_attempt", spy)
    fewer = replace(data.split, train=data.split.train[9:])
    cross_validate(replace(data, split=fewer), attempts(1.0), 2, ignore, NeverCancelled())
    assert weights == [{1.0}, {1.0}]


def test_a_class_with_too_few_patients_is_refused_before_any_training(
    cohort: Cohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = tuple(
        replace(case, patient=f"{case.label} {i % 3}" if case.label == "left" else f"p{i}")
        for i, case in enumerate(cohort.cases)
    )
    data = read(replace(cohort, cases=cases), TrainingSettings(recipe="article-cnn"))
    monkeypatch.setattr(folding, "fit_attempt", None)
    with pytest.raises(UnfitCohort, match="too few patients") as refusal:
        cross_validate(data, attempts(1.0), 3, ignore, NeverCancelled())
    assert "fewer parts" in refusal.value.hint


def test_a_network_stopped_halfway_is_not_judged(data: TrainingData) -> None:
    stop = StopWhen(lambda event: isinstance(event, EpochEnded))
    with pytest.raises(Cancelled):
        cross_validate(data, attempts(1.0), 2, stop.report, stop)
