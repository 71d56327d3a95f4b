import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from precmed_gui.diagnosis.errors import FailedStorage, RefusedModel
from precmed_gui.diagnosis.training import TrainingResult
from precmed_gui.learning.predict import loaded_model
from precmed_gui.learning.shelf import (
    SplitRow,
    list_models,
    load_card,
    load_weights,
    save_model,
    split_rows,
)


@pytest.fixture
def model(trained: TrainingResult, tmp_path: Path) -> Path:
    return Path(shutil.copytree(trained.folder, tmp_path / "model"))


def seal(folder: Path) -> None:
    """Make the hashes right again, as somebody who builds a model folder by hand would."""
    lines = [
        f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n"
        for name in ("card.json", "split.csv", "weights.safetensors")
    ]
    (folder / "SHA256SUMS").write_text("".join(lines))


def flip(path: Path, bit: int) -> None:
    data = bytearray(path.read_bytes())
    data[bit // 8] ^= 1 << bit % 8
    path.write_bytes(data)


def test_a_model_comes_back_as_it_was_saved(trained: TrainingResult, tmp_path: Path) -> None:
    weights = {"a/kernel": np.arange(6, dtype=np.float32).reshape(2, 3)}
    rows = (SplitRow("train", "a, “b”", "x › 1", "00"),)
    save_model(tmp_path / "m", trained.card, weights, rows)
    assert load_card(tmp_path / "m") == trained.card
    assert np.array_equal(load_weights(tmp_path / "m")["a/kernel"], weights["a/kernel"])
    assert split_rows(tmp_path / "m") == rows


def test_the_hashes_are_those_of_sha256sum(model: Path) -> None:
    subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=model, check=True, capture_output=True)


def test_every_flipped_bit_of_the_hashes_is_refused(model: Path) -> None:
    sums = model / "SHA256SUMS"
    whole = sums.read_bytes()
    for bit in range(8 * len(whole)):
        flip(sums, bit)
        with pytest.raises(RefusedModel):
            load_card(model)
        sums.write_bytes(whole)


@pytest.mark.parametrize("name", ["card.json", "split.csv", "weights.safetensors"])
def test_a_flipped_bit_anywhere_is_refused_with_the_name_of_the_file(
    model: Path, name: str
) -> None:
    whole = (model / name).read_bytes()
    for bit in np.random.default_rng(0).integers(0, 8 * len(whole), 20).tolist():
        flip(model / name, bit)
        with pytest.raises(RefusedModel, match=name) as refusal:
            load_card(model)
        assert refusal.value.hint
        (model / name).write_bytes(whole)


@pytest.mark.parametrize("name", ["card.json", "split.csv", "weights.safetensors", "SHA256SUMS"])
def test_a_missing_file_is_named(model: Path, name: str) -> None:
    (model / name).unlink()
    with pytest.raises(RefusedModel, match=name):
        load_card(model)


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "saved_model.pb").write_bytes(b"x")
    with pytest.raises(RefusedModel, match="not a model of PrecMed"):
        load_card(tmp_path)
    with pytest.raises(RefusedModel, match="no model"):
        load_card(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "change",
    [
        {"modality": "sequences"},
        {"recipe": "vision-transformer"},
        {"image_size": 100_000},
        {"image_size": "28"},
        {"channels": 4},
        {"full_scale": 0},
        {"labels": ["only"]},
        {"labels": ["twice", "twice"]},
        {"trained_at": 3},
        {"test": {"accuracy": "high"}},
        {"format": 99},
        {"history": None},
    ],
)
def test_a_card_that_cannot_be_rebuilt_is_refused(model: Path, change: dict[str, object]) -> None:
    card = json.loads((model / "card.json").read_text())
    (model / "card.json").write_text(json.dumps(card | change))
    seal(model)
    with pytest.raises(RefusedModel) as refusal:
        load_card(model)
    assert refusal.value.hint


def changed_weights(model: Path, change: Callable[[dict[str, np.ndarray]], object]) -> Path:
    weights = {name: array.copy() for name, array in load_weights(model).items()}
    change(weights)
    save_model(model, load_card(model), weights, split_rows(model))
    return model


@pytest.mark.parametrize(
    "change",
    [
        lambda weights: weights.update({"classes/kernel": weights["classes/kernel"][None]}),
        lambda weights: weights.update({"classes/bias": np.zeros(7, np.float32)}),
        lambda weights: weights.update({"more/kernel": np.zeros(7, np.float32)}),
        lambda weights: weights.pop("classes/bias"),
        lambda weights: weights.update({"classes/bias": np.zeros(2, np.float64)}),
        lambda weights: weights.update({"classes/bias": np.full(2, np.nan, np.float32)}),
    ],
)
def test_weights_of_another_network_are_refused(
    model: Path, change: Callable[[dict[str, np.ndarray]], object]
) -> None:
    with pytest.raises(RefusedModel, match="weights"):
        loaded_model(changed_weights(model, change))


def test_a_weights_file_that_is_none_is_refused(model: Path) -> None:
    (model / "weights.safetensors").write_bytes(b"\xff" * 100)
    seal(model)
    with pytest.raises(RefusedModel, match="weights"):
        loaded_model(model)


def test_a_full_disk_leaves_the_earlier_model_intact(
    model: Path, full_disk: Callable[[int], AbstractContextManager[None]]
) -> None:
    card = load_card(model)
    with full_disk(100_000), pytest.raises(FailedStorage):
        save_model(model, replace(card, name="new"), load_weights(model), split_rows(model))
    assert load_card(model) == card
    assert [path.name for path in model.parent.iterdir()] == ["model"]


def test_the_shelf_lists_models_and_reasons_and_nothing_else(model: Path) -> None:
    shelf = model.parent
    broken = Path(shutil.copytree(model, shelf / "broken"))
    flip(broken / "card.json", 5)
    shutil.copytree(model, shelf / "model.checkpoints" / "epoch-0001")
    shutil.copytree(model, shelf / ".hidden.partial")
    (shelf / "notes.txt").write_text("x")
    (shelf / "empty").mkdir()
    found = {shelved.folder.name: shelved for shelved in list_models(shelf, shelf / "nowhere")}
    assert set(found) == {"model", "broken"}
    assert found["model"].card == load_card(model)
    assert found["broken"].card is None
    assert found["broken"].reason
