"""One network trained from end to end: what is told, what is kept, and what Stop leaves."""

import math
import os
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from trainings import QUICK, StopWhen, in_epoch, run, run_until, shorten

from precmed_gui.diagnosis.cases import Case, Cohort, merged
from precmed_gui.diagnosis.errors import FailedStorage
from precmed_gui.diagnosis.model_card import DataFingerprint, Member
from precmed_gui.diagnosis.training import (
    BatchEnded,
    EpochEnded,
    TrainingPlan,
    TrainingResult,
    TrainingSettings,
    TrainingStarted,
)
from precmed_gui.diagnosis.work import Cancelled, NeverCancelled, Notice, Step, ignore
from precmed_gui.learning.shelf import load_card, load_weights, split_rows
from precmed_gui.learning.train import train


def test_the_model_learns_and_its_card_says_how(trained: TrainingResult) -> None:
    card = load_card(Path(trained.folder))
    assert card == trained.card
    assert card.labels == ("left", "right")
    assert (card.image_size, card.channels, card.full_scale) == (28, 1, 255)
    assert (card.split.train, card.split.validation, card.split.test) == (44, 8, 8)
    assert card.tested == 8
    assert card.accuracy is not None
    assert card.accuracy.value >= 0.75
    assert card.members == (Member("article-cnn", 28),)
    assert card.settings == {"seed": 1, "epochs": 3, "batch_size": 8, "learning_rate": 0.001}
    assert card.data == DataFingerprint(60, 60, (30, 30), 32, 1, 1.0)
    assert len(card.history.loss) == len(card.history.val_accuracy) == 3
    assert card.history.best_epoch == 1 + int(np.argmin(card.history.val_loss))
    assert not card.is_checkpoint
    assert not card.is_stopped
    assert "/" not in card.source


def test_the_split_is_stored_with_the_model(trained: TrainingResult) -> None:
    rows = split_rows(Path(trained.folder))
    assert [row.part for row in rows] == ["train"] * 44 + ["validation"] * 8 + ["test"] * 8
    assert len({row.pixels for row in rows}) == 60
    assert {row.label for row in rows} == {"left", "right"}


def test_the_events_come_in_order(cohort: Cohort, tmp_path: Path) -> None:
    events: list[object] = []
    run(cohort, tmp_path / "m", report=events.append)
    kinds = [type(event) for event in events if not isinstance(event, Step)]
    assert kinds == [TrainingStarted, *[*[BatchEnded] * 6, EpochEnded] * 3]
    started = next(event for event in events if isinstance(event, TrainingStarted))
    assert (started.train, started.batches, started.epochs) == (44, 6, 3)
    batches = [event for event in events if isinstance(event, BatchEnded)]
    assert all(math.isfinite(b.seconds_left) and b.seconds_left >= 0 for b in batches)


@pytest.mark.parametrize(
    "settings", [QUICK, TrainingSettings(recipe="small-cnn", epochs=1, batch_size=4)]
)
def test_the_same_training_twice_gives_the_same_numbers(
    cohort: Cohort, tmp_path: Path, settings: TrainingSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    shorten(monkeypatch)
    first, second = (run(cohort, tmp_path / name, settings) for name in ("a", "b"))
    assert first.card.history == second.card.history
    assert first.card.evaluation == second.card.evaluation
    weights = load_weights(tmp_path / "b")
    assert all(np.array_equal(a, weights[n]) for n, a in load_weights(tmp_path / "a").items())


def test_another_seed_gives_other_weights(
    cohort: Cohort, tmp_path: Path, trained: TrainingResult
) -> None:
    other = run(cohort, tmp_path / "m", replace(QUICK, seed=2))
    assert other.card.history.loss != trained.card.history.loss


def test_stopping_keeps_the_best_epoch_tested_and_saved(cohort: Cohort, tmp_path: Path) -> None:
    result = run_until(cohort, tmp_path / "m", StopWhen(in_epoch(3)))
    assert result.is_stopped
    assert result.card.is_stopped
    assert len(result.card.history.loss) == 2
    assert result.card.tested == 8
    assert load_card(tmp_path / "m") == result.card
    assert [path.name for path in tmp_path.iterdir()] == ["m"]


def test_stopping_the_cross_validation_keeps_the_model(cohort: Cohort, tmp_path: Path) -> None:
    stop = StopWhen(lambda event: isinstance(event, Notice) and "part 2" in event.text)
    result = run_until(cohort, tmp_path / "m", stop, replace(QUICK, folds=2))
    assert not result.is_stopped
    assert result.card.tested == 8
    assert result.card.evaluation is not None
    assert result.card.evaluation.cross_validation is None
    assert [path.name for path in tmp_path.iterdir()] == ["m"]


def test_a_cross_validation_is_on_the_card(cohort: Cohort, tmp_path: Path) -> None:
    card = run(cohort, tmp_path / "m", replace(QUICK, folds=2)).card
    assert card.settings["folds"] == 2
    assert card.evaluation is not None
    assert card.evaluation.cross_validation is not None
    assert card.evaluation.cross_validation.n == 52


@pytest.mark.parametrize(
    "moment",
    [
        lambda event: isinstance(event, Step),
        lambda event: isinstance(event, TrainingStarted),
        in_epoch(1),
    ],
)
def test_stopping_before_the_first_epoch_leaves_the_earlier_model(
    cohort: Cohort, tmp_path: Path, trained: TrainingResult, moment: Callable[[object], bool]
) -> None:
    folder = Path(shutil.copytree(trained.folder, tmp_path / "m"))
    with pytest.raises(Cancelled):
        run_until(cohort, folder, StopWhen(moment))
    assert load_card(folder) == trained.card
    assert [path.name for path in tmp_path.iterdir()] == ["m"]


def test_unreadable_files_are_listed_and_the_rest_is_trained_on(
    cohort: Cohort, tmp_path: Path
) -> None:
    text = tmp_path / "text.png"
    text.write_text("no image")
    bad = replace(cohort, cases=(Case(str(text), label="left"),))
    result = run(merged(cohort, bad), tmp_path / "m", replace(QUICK, epochs=1))
    assert [file.path for file in result.unreadable] == [str(text)]
    assert result.card.split.train + result.card.split.validation + result.card.split.test == 60


def test_a_place_that_cannot_be_written_is_told_before_anything_is_read(
    cohort: Cohort, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "holiday.jpg").write_text("x")
    for place in (tmp_path / "file" / "m", tmp_path / "photos", tmp_path / "file"):
        events: list[object] = []
        with pytest.raises(FailedStorage) as refusal:
            run(cohort, place, report=events.append)
        assert refusal.value.hint
        assert not events
    assert (tmp_path / "photos" / "holiday.jpg").read_text() == "x"


def test_a_disk_that_fills_up_leaves_the_earlier_model(
    cohort: Cohort,
    tmp_path: Path,
    trained: TrainingResult,
    full_disk: Callable[[int], AbstractContextManager[None]],
) -> None:
    folder = Path(shutil.copytree(trained.folder, tmp_path / "m"))
    with full_disk(1_000_000), pytest.raises(FailedStorage):
        run(cohort, folder)
    assert load_card(folder) == trained.card


def test_a_file_name_of_another_age_does_not_stop_a_training(
    cohort: Cohort, spots: Path, tmp_path: Path
) -> None:
    strange = os.fsdecode(b"M\xfcller.png")
    (tmp_path / "left").mkdir()
    try:
        shutil.copy(spots / "left" / "000.png", tmp_path / "left" / strange)
    except OSError:
        pytest.skip("this disk takes only proper names")
    more = replace(cohort.cases[0], path=str(tmp_path / "left" / strange))
    mixed = replace(cohort, cases=(*cohort.cases, more))
    settings = TrainingSettings(recipe="article-cnn", epochs=1)
    plan = TrainingPlan(mixed, settings, str(tmp_path / "model"), "strange")
    result = train(plan, ignore, NeverCancelled())
    assert load_card(Path(result.folder)).split.train > 0
