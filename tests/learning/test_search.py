"""The search among networks: what is shown to each, what is kept, and what a mishap costs."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from trainings import read

from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.model_card import History
from precmed_gui.diagnosis.training import TrainingSettings
from precmed_gui.diagnosis.work import Cancelled, NeverCancelled, Notice
from precmed_gui.learning import search as searching
from precmed_gui.learning.attempts import Attempt
from precmed_gui.learning.fitting import Course, Fitted
from precmed_gui.learning.search import Search, Trained, search
from precmed_gui.learning.training_data import TrainingData
from precmed_gui.modalities import modality

RECIPES = modality("imaging").recipes()
Skill = Callable[[Attempt], float]


@pytest.fixture
def data(cohort: Cohort) -> TrainingData:
    cases = tuple(replace(case, patient=f"p{i // 2}") for i, case in enumerate(cohort.cases))
    return read(replace(cohort, cases=cases), TrainingSettings())


@dataclass
class Trainings:
    """Trainings that take no time: networks are strings, their answers as skilled as told."""

    skill: Skill = lambda _attempt: 2.0
    mishaps: dict[int, Exception] = field(default_factory=dict)
    stopped: int = -1
    seen: list[TrainingData] = field(default_factory=list)

    def fit(self, data: TrainingData, attempt: Attempt, course: Course) -> Fitted:
        number = len(self.seen)
        self.seen.append(data)
        if number in self.mishaps:
            raise self.mishaps[number]
        is_described = attempt.folds and attempt.recipe.is_pretrained
        part = data.split.train if is_described else data.split.validation
        judged = np.array(part, np.int64)
        truth = data.every.labels[judged]
        random = np.random.default_rng([attempt.seed, number])
        scores = self.skill(attempt) * (2 * truth - 1) + random.normal(0, 1, len(truth))
        second = 1 / (1 + np.exp(-2 * scores))
        answers = np.stack([1 - second, second], axis=1)
        network, is_stopped = f"{attempt.recipe.name} {number}", number == self.stopped
        history = History(loss=(1.0 + number,))
        return Fitted(network, history, judged, answers, is_stopped, False, 1.0)


def run(
    data: TrainingData,
    attempts: tuple[Attempt, ...],
    trainings: Trainings,
    patch: pytest.MonkeyPatch,
) -> tuple[Trained, list[Trained], list[Any]]:
    """What came of it, the models on the way, and what was told."""
    patch.setattr(searching, "fit_attempt", trainings.fit)
    models: list[Trained] = []
    events: list[Any] = []
    plan = Search(attempts, 0, lambda *_: None, models.append, events.append, NeverCancelled())
    return search(data, plan), models, events


def whole(*names: str) -> tuple[Attempt, ...]:
    return tuple(Attempt(RECIPES[name], 64, seed) for seed, name in enumerate(names))


def divided(folds: int) -> tuple[Attempt, ...]:
    small = Attempt(RECIPES["small-cnn"], 28, 1, folds=folds)
    first = replace(small, recipe=RECIPES["transfer"], image_size=96)
    return (first, *(replace(small, fold=fold, seed=10 + fold) for fold in range(folds)))


def test_all_networks_become_the_model_with_equal_weights(
    data: TrainingData, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts = whole("transfer", "small-cnn", "fine-tuned")
    trained, models, _ = run(data, attempts, Trainings(), monkeypatch)
    assert trained.networks == ("transfer 0", "small-cnn 1", "fine-tuned 2")
    assert [member.weight for member in trained.members] == pytest.approx([1 / 3] * 3)
    assert trained.attempts == attempts
    assert [len(model.members) for model in models] == [1, 2]
    assert trained.history.loss == (3.0,)


def test_a_dropped_pretrained_network_stays_to_describe_images(
    data: TrainingData, monkeypatch: pytest.MonkeyPatch
) -> None:
    def skill(attempt: Attempt) -> float:
        return 0.0 if attempt.recipe.name == "transfer" else 4.0

    more = divided(3)
    trained, _, _ = run(data, more, Trainings(skill), monkeypatch)
    assert [member.recipe for member in trained.members] == ["small-cnn"] * 3 + ["transfer"]
    assert [member.weight for member in trained.members] == pytest.approx([1 / 3] * 3 + [0])
    assert trained.networks[-1] == "transfer 0"
    assert trained.attempts == (*more[1:], more[0])
    (kept,) = (candidate for candidate in trained.candidates if candidate.is_kept)
    assert kept.recipes == ("small-cnn",)
    assert trained.history.loss == (4.0,)


def test_each_part_of_the_training_images_is_left_out_once_and_by_patient(
    data: TrainingData, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainings = Trainings()
    trained, models, _ = run(data, divided(3), trainings, monkeypatch)
    assert trainings.seen[0] is data
    judged: list[int] = []
    for seen in trainings.seen[1:]:
        judged += seen.split.validation
        assert seen.split.test == data.split.test
        both = sorted((*seen.split.train, *seen.split.validation))
        assert both == list(data.split.train)
        learned, left_out = (
            {data.cohort.cases[i].patient for i in part}
            for part in (seen.split.train, seen.split.validation)
        )
        assert not learned & left_out
    assert sorted(judged) == list(data.split.train)
    assert np.array_equal(np.sort(trained.judged), data.split.train)
    assert len(models) == 1  # the networks of a divided training part stand or fall together


def test_a_training_that_goes_astray_is_left_out(
    data: TrainingData, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainings = Trainings(mishaps={1: PrecmedError("The loss is no number.", "Try again.")})
    attempts = whole("transfer", "small-cnn", "small-cnn")
    trained, _, events = run(data, attempts, trainings, monkeypatch)
    assert trained.networks == ("transfer 0", "small-cnn 2")
    assert trained.attempts == (attempts[0], attempts[2])
    (notice,) = (event for event in events if isinstance(event, Notice))
    assert "left out" in notice.text
    assert "no number" in notice.text


@pytest.mark.parametrize("mishap", [PrecmedError("astray", "again"), Cancelled()])
def test_without_any_network_a_mishap_ends_it(
    data: TrainingData, monkeypatch: pytest.MonkeyPatch, mishap: Exception
) -> None:
    with pytest.raises(type(mishap)):
        run(data, whole("transfer", "small-cnn"), Trainings(mishaps={0: mishap}), monkeypatch)


def test_stop_keeps_the_network_in_work_and_those_before_it(
    data: TrainingData, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts = whole("transfer", "small-cnn", "small-cnn")
    trained, _, _ = run(data, attempts, Trainings(stopped=1), monkeypatch)
    assert trained.is_stopped
    assert trained.networks == ("transfer 0", "small-cnn 1")


def test_the_search_ends_when_far_more_than_the_budget_is_used_up(
    data: TrainingData, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "fit_attempt", Trainings().fit)
    events: list[Any] = []
    plan = Search(
        whole("transfer", "small-cnn"),
        1e-9,
        lambda *_: None,
        lambda _: None,
        events.append,
        NeverCancelled(),
    )
    trained = search(data, plan)
    assert trained.networks == ("transfer 0",)
    assert any("time is used up" in event.text for event in events if isinstance(event, Notice))


def test_a_single_network_is_not_compared_with_anything(
    data: TrainingData, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained, models, _ = run(data, whole("small-cnn"), Trainings(), monkeypatch)
    assert [(member.weight, member.scale) for member in trained.members] == [(1, 1)]
    assert trained.candidates == ()
    assert len(trained.judged) == 0
    assert models == []


def test_parted_networks_are_told_of_the_model(
    data: TrainingData, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainings = Trainings()
    plain = trainings.fit

    def fit(data: TrainingData, attempt: Attempt, course: Course) -> Fitted:
        return replace(plain(data, attempt, course), has_parted=attempt.seed == 1)

    monkeypatch.setattr(trainings, "fit", fit)
    trained, models, _ = run(data, whole("transfer", "small-cnn"), trainings, monkeypatch)
    assert trained.has_parted
    assert not models[0].has_parted


def test_few_patients_do_not_leave_a_network_without_images_to_be_judged_on(
    cohort: Cohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = tuple(
        replace(case, patient=f"{case.label} {i % 4}") for i, case in enumerate(cohort.cases)
    )
    data = read(replace(cohort, cases=cases), TrainingSettings())
    trainings = Trainings()
    run(data, divided(5), trainings, monkeypatch)
    for seen in trainings.seen:
        assert seen.split.validation
        assert set(seen.parts["train"].labels.tolist()) == {0, 1}
