import math
import os
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from precmed_gui.diagnosis.cases import Case, Cohort, merged
from precmed_gui.diagnosis.errors import FailedStorage, PrecmedError, RefusedModel, UnfitCohort
from precmed_gui.diagnosis.model_card import History
from precmed_gui.diagnosis.training import (
    BatchEnded,
    EpochEnded,
    TrainingPlan,
    TrainingResult,
    TrainingSettings,
    TrainingStarted,
)
from precmed_gui.diagnosis.work import Cancelled, NeverCancelled, Report, Step, ignore
from precmed_gui.learning.batches import LEAST_AUGMENTED, ordered_batches, training_batches
from precmed_gui.learning.checkpoints import checkpoints_folder, recover
from precmed_gui.learning.progress import Progress
from precmed_gui.learning.shelf import load_card, load_weights, split_rows
from precmed_gui.learning.train import train
from precmed_gui.learning.training_data import PartImages, choices, read_training_data

QUICK = TrainingSettings(recipe="article-cnn", epochs=3, batch_size=8)


class StopWhen:
    """Both report and cancel token: Stop is pressed when an event fulfils `condition`."""

    def __init__(self, condition: Callable[[object], bool]) -> None:
        self._condition = condition
        self._is_set = False
        self.events: list[object] = []

    def report(self, event: object) -> None:
        self.events.append(event)
        self._is_set = self._is_set or self._condition(event)

    def is_set(self) -> bool:
        return self._is_set

    def raise_if_set(self) -> None:
        if self._is_set:
            raise Cancelled


def run(
    cohort: Cohort, folder: Path, settings: TrainingSettings = QUICK, report: Report = ignore
) -> TrainingResult:
    plan = TrainingPlan(cohort, settings, str(folder), "spots")
    return train(plan, report, NeverCancelled())


def run_until(cohort: Cohort, folder: Path, stop: StopWhen) -> TrainingResult:
    return train(TrainingPlan(cohort, QUICK, str(folder), "spots"), stop.report, stop)


def in_epoch(number: int) -> Callable[[object], bool]:
    return lambda event: isinstance(event, BatchEnded) and (event.epoch, event.batch) == (number, 2)


def test_the_model_learns_and_its_card_says_how(trained: TrainingResult) -> None:
    card = load_card(Path(trained.folder))
    assert card == trained.card
    assert card.labels == ("left", "right")
    assert (card.image_size, card.channels, card.full_scale) == (28, 1, 255)
    assert (card.split.train, card.split.validation, card.split.test) == (44, 8, 8)
    assert card.test["n"] == 8
    assert float(card.test["accuracy"] or 0) >= 0.75
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
    cohort: Cohort, tmp_path: Path, settings: TrainingSettings
) -> None:
    first, second = (run(cohort, tmp_path / name, settings) for name in ("a", "b"))
    assert first.card.history == second.card.history
    assert first.card.test == second.card.test
    weights = load_weights(tmp_path / "b")
    assert all(np.array_equal(a, weights[n]) for n, a in load_weights(tmp_path / "a").items())


def test_another_seed_gives_other_weights(
    cohort: Cohort, tmp_path: Path, trained: TrainingResult
) -> None:
    other = run(cohort, tmp_path / "m", replace(QUICK, seed=2))
    assert other.card.history.loss != trained.card.history.loss


def test_colour_is_kept_where_there_is_any(cohort: Cohort, tmp_path: Path) -> None:
    red = tmp_path / "red.png"
    Image.new("RGB", (32, 32), (200, 10, 10)).save(red)
    coloured = replace(cohort, cases=(*cohort.cases, Case(str(red), label="left")))
    for recipe, channels in {"small-cnn": 3, "article-cnn": 1}.items():
        chosen = choices(TrainingSettings(recipe=recipe), "imaging")
        data = read_training_data(coloured, chosen, ignore, NeverCancelled())
        assert data.channels == channels
        assert data.parts["train"].pixels.shape[-1] == channels
    assert read_training_data(coloured, chosen, ignore, NeverCancelled()).image_size == 28


def test_rare_classes_weigh_more_and_the_mean_weight_is_one(cohort: Cohort) -> None:
    fewer = replace(cohort, cases=cohort.cases[20:])
    chosen = choices(TrainingSettings(recipe="small-cnn"), "imaging")
    part = read_training_data(fewer, chosen, ignore, NeverCancelled()).parts["train"]
    sums = [part.weights[part.labels == label].sum() for label in (0, 1)]
    assert sums[0] == pytest.approx(sums[1])
    assert part.weights.mean() == pytest.approx(1)


def test_every_image_is_seen_once_an_epoch_and_in_another_order_the_next() -> None:
    part = numbered(50)
    batches = list(training_batches(part, 8, 2, seed=1, is_augmented=False))
    labels = [
        np.concatenate([b[1] for b in batches[:7]]),
        np.concatenate([b[1] for b in batches[7:]]),
    ]
    assert len(batches) == 14
    assert all(sorted(seen.tolist()) == list(range(50)) for seen in labels)
    assert labels[0].tolist() != labels[1].tolist()
    images, numbers, _weights = batches[0]
    assert np.allclose(images[:, 0, 0, 0], numbers.numpy() / 255)


def test_small_augmented_cohorts_are_shown_several_times_an_epoch() -> None:
    batches = list(training_batches(numbered(50), 8, 1, seed=1, is_augmented=True))
    seen = np.bincount(np.concatenate([batch[1] for batch in batches]), minlength=50)
    assert len(batches) == LEAST_AUGMENTED
    assert seen.max() - seen.min() <= 1
    assert all(b[0].numpy().min() >= 0 and b[0].numpy().max() <= 1 for b in batches)


def test_only_the_training_part_is_varied() -> None:
    images = np.concatenate([batch[0] for batch in ordered_batches(numbered(50), 8)])
    assert np.allclose(images[:, 3, 3, 0], np.arange(50) / 255)


def numbered(count: int) -> PartImages:
    values = np.arange(count)
    pixels = np.broadcast_to(values[:, None, None, None], (count, 28, 28, 1)).astype(np.uint8)
    factors = np.full(count, 1 / 255, np.float32)
    return PartImages(pixels, values, values.astype(np.int32), factors, np.ones(count, np.float32))


def test_stopping_keeps_the_best_epoch_tested_and_saved(cohort: Cohort, tmp_path: Path) -> None:
    result = run_until(cohort, tmp_path / "m", StopWhen(in_epoch(3)))
    assert result.is_stopped
    assert result.card.is_stopped
    assert len(result.card.history.loss) == 2
    assert result.card.test["n"] == 8
    assert load_card(tmp_path / "m") == result.card
    assert [path.name for path in tmp_path.iterdir()] == ["m"]


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


def checkpoints_during(cohort: Cohort, folder: Path, copy: Path) -> list[list[str]]:
    """Train, looking at the checkpoints after each epoch; the last look is copied."""
    home = checkpoints_folder(folder)
    looks: list[list[str]] = []

    def look(event: object) -> None:
        if isinstance(event, EpochEnded):
            looks.append(sorted(path.name for path in home.glob("epoch-*")))
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(home, copy)

    run(cohort, folder, report=look)
    return looks


def test_each_epoch_leaves_a_whole_model_and_two_are_kept(cohort: Cohort, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    looks = checkpoints_during(cohort, tmp_path / "m", copy)
    assert looks == [
        ["epoch-0001"],
        ["epoch-0001", "epoch-0002"],
        ["epoch-0002", "epoch-0003"],
    ]
    assert not checkpoints_folder(tmp_path / "m").exists()
    cards = [load_card(folder) for folder in sorted(copy.glob("epoch-*"))]
    assert [len(card.history.loss) for card in cards] == [2, 3]
    assert all(card.is_checkpoint and not card.test for card in cards)


def test_the_newest_whole_checkpoint_can_be_recovered(cohort: Cohort, tmp_path: Path) -> None:
    lost = tmp_path / "lost"
    checkpoints_during(cohort, tmp_path / "m", checkpoints_folder(lost))
    weights = checkpoints_folder(lost) / "epoch-0003" / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    result = recover(str(lost), ignore, NeverCancelled())
    assert len(result.card.history.loss) == 2
    assert "interrupted" in result.card.notes
    assert load_card(lost) == result.card
    assert not checkpoints_folder(lost).exists()


def test_nothing_to_recover_is_told(tmp_path: Path) -> None:
    with pytest.raises(RefusedModel, match="Nothing was kept"):
        recover(str(tmp_path / "m"), ignore, NeverCancelled())


def test_unreadable_files_are_listed_and_the_rest_is_trained_on(
    cohort: Cohort, tmp_path: Path
) -> None:
    text = tmp_path / "text.png"
    text.write_text("no image")
    bad = replace(cohort, cases=(Case(str(text), label="left"),))
    result = run(merged(cohort, bad), tmp_path / "m", replace(QUICK, epochs=1))
    assert [file.path for file in result.unreadable] == [str(text)]
    assert result.card.split.train + result.card.split.validation + result.card.split.test == 60


def test_images_of_which_none_can_be_read_are_refused(tmp_path: Path) -> None:
    cases = []
    for label in ("a", "b"):
        for number in range(5):
            path = tmp_path / f"{label}{number}.png"
            path.write_text("no image")
            cases.append(Case(str(path), label=label))
    for recipe in ("small-cnn", "article-cnn"):
        with pytest.raises(UnfitCohort) as refusal:
            run(
                Cohort(cases=tuple(cases), label_order=("a", "b")),
                tmp_path / "m",
                TrainingSettings(recipe=recipe),
            )
        assert refusal.value.hint


@pytest.mark.parametrize(
    "settings",
    [
        TrainingSettings(recipe="nothing"),
        TrainingSettings(epochs=0),
        TrainingSettings(batch_size=0),
        TrainingSettings(learning_rate=0.0),
        TrainingSettings(recipe="article-cnn", image_size=64),
        TrainingSettings(seed=-1),
    ],
)
def test_settings_out_of_range_are_refused_before_anything_is_read(
    cohort: Cohort, tmp_path: Path, settings: TrainingSettings
) -> None:
    events: list[object] = []
    with pytest.raises(PrecmedError) as refusal:
        run(cohort, tmp_path / "m", settings, events.append)
    assert refusal.value.hint
    assert not events


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


def progress(keep: Callable[[int, History, object], None] = lambda *_: None) -> Progress:
    return Progress(5, 10, 2, ignore, NeverCancelled(), dict, keep)


def test_a_loss_that_is_no_number_is_told_with_a_hint() -> None:
    state = progress()
    state.on_epoch_begin(0)
    with pytest.raises(PrecmedError, match="lower learning rate"):
        state.on_train_batch_end(0, {"loss": math.nan, "accuracy": 0.5})


def test_it_stops_when_the_validation_loss_has_not_improved_for_long_enough() -> None:
    state = progress()
    ended = []
    for epoch, val_loss in enumerate([3.0, 2.0, 2.5, 2.0]):
        state.on_epoch_begin(epoch)
        logs = {"loss": 1.0, "accuracy": 0.5, "val_loss": val_loss, "val_accuracy": 0.5}
        state.on_epoch_end(epoch, logs)
        ended.append(state.has_run_out_of_patience)
    assert ended == [False, False, False, True]
    assert state.history.best_epoch == 2


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
