"""The pretrained network on sixty small images: usable in seconds, told step by step."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import opened
from trainings import StopWhen, read

from precmed_gui.diagnosis.model_card import History
from precmed_gui.diagnosis.training import (
    BatchEnded,
    EpochEnded,
    TrainingSettings,
    TrainingStarted,
)
from precmed_gui.diagnosis.work import Cancelled, NeverCancelled, Step
from precmed_gui.learning import transfer
from precmed_gui.learning.attempts import Attempt
from precmed_gui.learning.fitting import Course, Fitted, probabilities_of, weights_of
from precmed_gui.learning.head import HeadData, choose_penalty
from precmed_gui.learning.training_data import TrainingData
from precmed_gui.learning.transfer import fit_transfer, network_with_head
from precmed_gui.learning.tuning import tuned_optimizer
from precmed_gui.modalities import modality

SIZE = 64
EPOCHS = 12


def attempt(name: str = "transfer", folds: int = 0) -> Attempt:
    recipe = replace(modality("imaging").recipes()[name], epochs=EPOCHS)
    return Attempt(recipe, SIZE, seed=1, folds=folds)


def keep_nothing(*_: object) -> None:
    """Keep no epoch."""


@dataclass
class Described:
    """A cohort read, its images described once, and the first training on them."""

    data: TrainingData
    fitted: Fitted
    events: list[Any]
    kept: list[tuple[int, History]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("transfer")


@pytest.fixture(autouse=True)
def one_home(home: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRECMED_HOME", str(home))


@pytest.fixture(scope="module")
def described(spots: Path, home: Path) -> Described:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PRECMED_HOME", str(home))
        data = read(opened(spots), TrainingSettings(recipe="transfer"))
        events: list[Any] = []
        kept: list[tuple[int, History]] = []
        course = Course(
            events.append, NeverCancelled(), lambda n, history, _: kept.append((n, history))
        )
        return Described(data, fit_transfer(data, attempt(), course), events, kept)


def test_sixty_images_give_a_usable_network(described: Described) -> None:
    truth = described.data.parts["validation"].labels
    assert np.array_equal(described.fitted.judged, described.data.split.validation)
    assert np.mean(described.fitted.answers.argmax(1) == truth) >= 0.85
    assert not described.fitted.is_stopped
    assert not described.fitted.has_parted


def test_the_whole_network_says_what_its_head_was_judged_by(described: Described) -> None:
    found = probabilities_of(described.fitted.network, described.data.parts["validation"])
    np.testing.assert_allclose(found, described.fitted.answers, atol=1e-4)


def test_every_step_is_told_like_an_epoch(described: Described) -> None:
    told = [event for event in described.events if not isinstance(event, Step)]
    assert isinstance(told[0], TrainingStarted)
    steps = told[1:]
    assert [type(event) for event in steps] == [BatchEnded, EpochEnded] * (len(steps) // 2)
    epochs = steps[1::2]
    history = described.fitted.history
    assert [event.epoch for event in epochs] == list(range(1, len(epochs) + 1))
    assert 2 <= len(epochs) <= EPOCHS
    assert tuple(event.loss for event in epochs) == history.loss
    assert tuple(event.val_loss for event in epochs) == history.val_loss
    assert max(history.loss) < np.log(2)
    assert history.best_epoch == 1 + int(np.argmin(history.val_loss))
    assert [number for number, _ in described.kept] == list(range(1, len(epochs) + 1))
    stages = {event.stage for event in described.events if isinstance(event, Step)}
    assert stages == {"Looking at the images", "Preparing the last step"}


def test_the_same_seed_gives_the_same_network_and_the_images_are_known(
    described: Described,
) -> None:
    events: list[object] = []
    again = fit_transfer(
        described.data, attempt(), Course(events.append, NeverCancelled(), keep_nothing)
    )
    assert again.history == described.fitted.history
    assert np.array_equal(again.answers, described.fitted.answers)
    stages = {event.stage for event in events if isinstance(event, Step)}
    assert stages == {"Preparing the last step"}


@pytest.mark.parametrize("moment", [Step, TrainingStarted])
def test_stop_before_the_first_step_leaves_nothing(described: Described, moment: type) -> None:
    stop = StopWhen(lambda event: isinstance(event, moment))
    with pytest.raises(Cancelled):
        fit_transfer(described.data, attempt(), Course(stop.report, stop, keep_nothing))


def test_a_later_stop_keeps_the_best_step(described: Described) -> None:
    stop = StopWhen(lambda event: isinstance(event, EpochEnded) and event.epoch == 2)
    fitted = fit_transfer(described.data, attempt(), Course(stop.report, stop, keep_nothing))
    assert fitted.is_stopped
    whole = described.fitted.history
    assert fitted.history.val_loss == whole.val_loss[:2]
    true = described.data.parts["validation"]
    losses = -np.log(fitted.answers[np.arange(len(true.labels)), true.labels])
    loss = float((losses * true.weights).sum() / true.weights.sum())
    assert loss == pytest.approx(min(whole.val_loss[:2]), rel=1e-4)


def test_in_a_divided_training_part_every_case_is_judged_by_others(
    described: Described, monkeypatch: pytest.MonkeyPatch
) -> None:
    learned: list[set[bytes]] = []
    plain = transfer.fit_head

    def spy(data: HeadData, *rest: Any) -> Any:
        learned.append({row.tobytes() for row in data.features})
        return plain(data, *rest)

    monkeypatch.setattr(transfer, "fit_head", spy)
    monkeypatch.setattr(transfer, "choose_penalty", lambda *_: 0.3)
    fitted = fit_transfer(
        described.data, attempt(folds=3), Course(lambda _: None, NeverCancelled(), keep_nothing)
    )
    assert np.array_equal(fitted.judged, described.data.split.train)
    np.testing.assert_allclose(fitted.answers.sum(1), 1)
    sizes = [len(part) for part in described.data.folds(3)]
    assert [len(rows) for rows in learned] == [44, *(44 - size for size in sizes)]
    truth = described.data.parts["train"].labels
    own = probabilities_of(fitted.network, described.data.parts["train"])
    assert np.mean(fitted.answers.argmax(1) == truth) >= 0.75
    here = np.arange(len(truth))
    assert fitted.answers[here, truth].mean() < own[here, truth].mean()


def test_penalties_are_tried_with_patients_kept_together(
    described: Described, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[HeadData] = []

    def spy(training: HeadData, validation: HeadData, *rest: Any) -> float:
        given.extend((training, validation))
        return choose_penalty(training, validation, *rest)

    monkeypatch.setattr(transfer, "choose_penalty", spy)
    data = described.data
    fit_transfer(data, attempt(), Course(lambda _: None, NeverCancelled(), keep_nothing))
    for head_data, part in zip(given, ("train", "validation"), strict=True):
        positions = data.split.part(part)
        assert head_data.patients == [data.cohort.cases[i].patient_key for i in positions]


def test_fine_tuning_starts_with_the_fitted_head_and_spares_what_is_general(
    described: Described,
) -> None:
    import keras
    import tensorflow as tf

    data, one = described.data, attempt("fine-tuned")
    network = network_with_head(data, one, Course(lambda _: None, NeverCancelled(), keep_nothing))
    train = data.parts["train"]
    before = weights_of(network)
    assert np.mean(probabilities_of(network, train).argmax(1) == train.labels) >= 0.9
    optimizer = tuned_optimizer(network, one.recipe, 3)
    images = train.pixels[train.rows[:8]].astype(np.float32) / 255
    for _step in range(3):
        with tf.GradientTape() as tape:
            answers = network(images, training=True)
            losses = keras.losses.sparse_categorical_crossentropy(1 - train.labels[:8], answers)
        slopes = tape.gradient(losses, [v.value for v in network.trainable_variables])
        optimizer.apply(slopes, network.trainable_variables)
    after = weights_of(network)
    moved = {path: float(np.abs(after[path] - before[path]).max()) for path in after}
    norms = [path for path in moved if "_norm/" in path]
    assert len(norms) > 100
    assert all(moved[path] == 0 for path in norms)
    early, late = moved["stem_filters/kernel"], moved["stage7_block1_project_filters/kernel"]
    assert 0 < early < late / 3


def test_images_that_are_all_alike_give_a_network_that_knows_nothing(
    described: Described,
) -> None:
    data = described.data
    pixels = np.zeros_like(np.asarray(data.every.pixels))
    blank = replace(
        data,
        every=replace(data.every, pixels=pixels),
        parts={name: replace(part, pixels=pixels) for name, part in data.parts.items()},
    )
    fitted = fit_transfer(blank, attempt(), Course(lambda _: None, NeverCancelled(), keep_nothing))
    assert len(fitted.history.loss) >= 1
    np.testing.assert_allclose(fitted.answers, 0.5, atol=0.05)
