"""The automatic recipe from end to end: a first model soon, a better one later, tested once."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import opened
from trainings import StopWhen, run, run_until, shorten

from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.diagnosis.training import (
    EpochEnded,
    FirstModelReady,
    TrainingResult,
    TrainingSettings,
    TrainingStarted,
)
from precmed_gui.diagnosis.work import NeverCancelled, Step, ignore
from precmed_gui.learning import train as training
from precmed_gui.learning.checkpoints import checkpoints_folder
from precmed_gui.learning.judged import load_judged
from precmed_gui.learning.predict import predict
from precmed_gui.learning.shelf import list_models, load_card, load_weights

AUTOMATIC = TrainingSettings(budget=0.05, seed=4)


class Watched(np.ndarray[Any, Any]):
    """Pixels that remember which rows were read, in one list with the events."""

    timeline: list[object]

    def __getitem__(self, key: Any) -> Any:
        self.timeline.append(frozenset(np.atleast_1d(key).tolist()))
        return np.asarray(super().__getitem__(key))


@dataclass
class Automatic:
    """One automatic training: events and rows read in order, and what was there on the way."""

    result: TrainingResult
    timeline: list[object]
    first: Path
    killed: Path
    test_rows: set[int] = field(default_factory=set)

    def of(self, kind: type) -> list[Any]:
        return [event for event in self.timeline if isinstance(event, kind)]


@pytest.fixture(scope="module")
def automatic(spots: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Automatic]:
    home = tmp_path_factory.mktemp("automatic")
    shelf, first, killed = home / "shelf", home / "first", home / "killed"
    timeline: list[object] = []
    test_rows: set[int] = set()
    plain = training.read_training_data

    def watched(*arguments: Any) -> Any:
        data = plain(*arguments)
        test_rows.update(data.parts["test"].rows.tolist())
        pixels = np.asarray(data.every.pixels).view(Watched)
        pixels.timeline = timeline
        for part in (data.every, *data.parts.values()):
            object.__setattr__(part, "pixels", pixels)
        return data

    def report(event: object) -> None:
        timeline.append(event)
        if isinstance(event, FirstModelReady):
            shutil.copytree(shelf, first)
        if isinstance(event, EpochEnded) and first.exists():
            shutil.rmtree(killed, ignore_errors=True)
            shutil.copytree(shelf, killed)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PRECMED_HOME", str(home))
        shorten(patch)
        patch.setattr(training, "read_training_data", watched)
        result = run(opened(spots), shelf / "model", AUTOMATIC, report)
        yield Automatic(result, timeline, first, killed, test_rows)


def test_the_first_model_is_calibrated_and_untested_and_the_last_one_tested(
    automatic: Automatic,
) -> None:
    (ready,) = automatic.of(FirstModelReady)
    first, last = ready.card, automatic.result.card
    assert load_card(automatic.first / "model") == first
    assert [member.recipe for member in first.members] == ["transfer"]
    assert first.calibration is not None
    assert first.sets is not None
    assert first.gate is not None
    assert first.evaluation is None
    assert not first.is_checkpoint
    assert load_card(Path(automatic.result.folder)) == last
    assert last.tested == 8
    assert last.recipe == "auto"
    assert last.settings == {"seed": 4, "budget": 0.05}


def test_the_first_model_comes_before_the_search_ends(automatic: Automatic) -> None:
    kinds = [type(event) for event in automatic.timeline]
    started = [event.recipe for event in automatic.of(TrainingStarted)]
    assert started == ["transfer", "small-cnn", "small-cnn"]
    numbers = [(event.attempt, event.attempts) for event in automatic.of(TrainingStarted)]
    assert numbers == [(1, 3), (2, 3), (3, 3)]
    second = [place for place, kind in enumerate(kinds) if kind is TrainingStarted][1]
    assert kinds.index(FirstModelReady) < second


def test_the_test_part_is_not_read_before_everything_is_chosen(automatic: Automatic) -> None:
    is_test = [
        bool(automatic.test_rows & rows) if isinstance(rows, frozenset) else False
        for rows in automatic.timeline
    ]
    assert len(automatic.test_rows) == 8
    assert any(is_test)
    before = automatic.timeline[: is_test.index(True)]
    after = automatic.timeline[is_test.index(True) :]
    assert sum(isinstance(event, EpochEnded) for event in before) == len(automatic.of(EpochEnded))
    assert {type(event) for event in after} <= {frozenset, Step}


def test_what_was_killed_in_the_search_leaves_the_first_model(
    automatic: Automatic, cohort: Cohort
) -> None:
    (shelved,) = list_models(automatic.killed)
    assert shelved.folder.name == "model"
    assert shelved.card == automatic.of(FirstModelReady)[0].card
    assert not checkpoints_folder(automatic.killed / "model").exists()
    some = (*cohort.cases[:3], *cohort.cases[-3:])
    answers = predict(str(automatic.killed / "model"), some, ignore, NeverCancelled())
    assert len(answers.predictions) == 6
    for answer in answers.predictions:
        assert sum(answer.probabilities) == pytest.approx(1, abs=1e-6)
    assert sum(answer.label == answer.case.label for answer in answers.predictions) >= 5


def test_the_card_tells_what_was_tried(automatic: Automatic) -> None:
    card = automatic.result.card
    tried = {candidate.recipes for candidate in card.candidates}
    assert tried == {("transfer",), ("small-cnn",), ("transfer", "small-cnn")}
    (kept,) = (candidate for candidate in card.candidates if candidate.is_kept)
    assert {member.recipe for member in card.members if member.weight} == set(kept.recipes)
    assert sum(member.weight for member in card.members) == pytest.approx(1)
    assert all(member.scale > 0 for member in card.members)
    assert card.members[0].recipe == "transfer" or card.members[-1].weight == 0


def test_what_the_networks_left_out_is_kept_case_by_case(automatic: Automatic) -> None:
    folder = Path(automatic.result.folder)
    judged = load_judged(folder, automatic.result.card.labels)
    assert set(judged) == {"validation", "test", "fold-1", "fold-2"}
    keys = [key for name, cases in judged.items() for key in cases.keys]
    assert len(keys) == len(set(keys)) == 60
    assert len(judged["test"].keys) == len(judged["validation"].keys) == 8


def test_the_same_seed_twice_gives_the_same_model(
    automatic: Automatic, cohort: Cohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shorten(monkeypatch)
    again = run(cohort, tmp_path / "model", AUTOMATIC).card
    first = automatic.result.card
    assert again.evaluation == first.evaluation
    assert (again.members, again.views, again.history) == (
        first.members,
        first.views,
        first.history,
    )
    assert again.calibration == first.calibration
    weights = load_weights(Path(automatic.result.folder))
    assert all(np.array_equal(a, weights[n]) for n, a in load_weights(tmp_path / "model").items())


def test_stop_in_the_search_keeps_what_there_is_tested(
    cohort: Cohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shorten(monkeypatch)
    stop = StopWhen(lambda event: isinstance(event, TrainingStarted) and event.attempt == 2)
    result = run_until(cohort, tmp_path / "model", stop, AUTOMATIC)
    assert result.is_stopped
    assert result.card.is_stopped
    assert [member.recipe for member in result.card.members] == ["transfer"]
    assert result.card.tested == 8
    assert load_card(tmp_path / "model") == result.card


def test_stop_in_the_first_of_several_divided_networks_keeps_it_too(
    cohort: Cohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shorten(monkeypatch)
    begun: list[int] = []

    def is_an_epoch_of_the_second(event: object) -> bool:
        if isinstance(event, TrainingStarted):
            begun.append(event.attempt)
        return isinstance(event, EpochEnded) and begun[-1:] == [2]

    stop = StopWhen(is_an_epoch_of_the_second)
    result = run_until(cohort, tmp_path / "model", stop, AUTOMATIC)
    assert result.is_stopped
    assert result.card.tested == 8
    assert result.card.evaluation is not None
    assert result.card.evaluation.cross_validation is None
    assert load_card(tmp_path / "model") == result.card
