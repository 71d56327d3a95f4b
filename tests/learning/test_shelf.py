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
from precmed_gui.diagnosis.work import NeverCancelled, ignore
from precmed_gui.evaluation.gate import Reference
from precmed_gui.learning.judged import load_judged
from precmed_gui.learning.kept_features import KeptFeatures
from precmed_gui.learning.predict import loaded_model
from precmed_gui.learning.shelf import (
    ModelContents,
    SplitRow,
    list_models,
    load_card,
    load_reference,
    load_weights,
    save_model,
    split_rows,
    state_intended_use,
)

FILES = (
    "card.json", "predictions.csv", "reference.safetensors", "split.csv", "weights.safetensors",
)  # fmt: skip
PAIR = FILES[1:3]


@pytest.fixture
def model(trained: TrainingResult, tmp_path: Path) -> Path:
    return Path(shutil.copytree(trained.folder, tmp_path / "model"))


def seal(folder: Path) -> None:
    """Make the hashes right again, as somebody who builds a model folder by hand would."""
    lines = [
        f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n"
        for name in FILES
        if (folder / name).exists()
    ]
    (folder / "SHA256SUMS").write_text("".join(lines))


def contents_of(folder: Path) -> ModelContents:
    return ModelContents(
        load_card(folder),
        load_weights(folder),
        split_rows(folder),
        (folder / "predictions.csv").read_text(),
        load_reference(folder),
    )


def checkpoint_of(trained: TrainingResult) -> ModelContents:
    card = replace(trained.card, calibration=None, sets=None, gate=None, evaluation=None)
    return ModelContents(card, load_weights(Path(trained.folder)), ())


def flip(path: Path, bit: int) -> None:
    data = bytearray(path.read_bytes())
    data[bit // 8] ^= 1 << bit % 8
    path.write_bytes(data)


def test_a_model_comes_back_as_it_was_saved(trained: TrainingResult, tmp_path: Path) -> None:
    whole = contents_of(Path(trained.folder))
    rows = (SplitRow("train", "a, “b”", "=x\n\udcff.png#page/1", "00"), *whole.rows)
    save_model(tmp_path / "m", replace(whole, rows=rows))
    again = contents_of(tmp_path / "m")
    assert again.card == whole.card
    assert again.rows == rows
    assert again.tables == whole.tables
    assert all(np.array_equal(again.weights[name], whole.weights[name]) for name in whole.weights)
    assert again.reference is not None
    assert whole.reference is not None
    assert np.array_equal(again.reference.validation, whole.reference.validation)
    assert np.array_equal(again.reference.reference.rows, whole.reference.reference.rows)
    assert "\n=" not in (tmp_path / "m" / "split.csv").read_bytes().decode("utf-8", "replace")


def test_a_checkpoint_has_neither_predictions_nor_features(
    trained: TrainingResult, tmp_path: Path
) -> None:
    contents = checkpoint_of(trained)
    save_model(tmp_path / "m", contents)
    assert load_card(tmp_path / "m") == contents.card
    assert not [name for name in PAIR if (tmp_path / "m" / name).exists()]
    assert load_reference(tmp_path / "m") is None
    assert load_judged(tmp_path / "m", contents.card.labels) == {}


def test_a_model_with_a_gate_needs_what_the_gate_compares_with(model: Path) -> None:
    for name in PAIR:
        (model / name).unlink()
    with pytest.raises(RefusedModel, match=PAIR[0]):
        load_card(model)
    seal(model)
    with pytest.raises(RefusedModel, match=PAIR[0]):
        load_card(model)


def test_files_that_the_hashes_do_not_name_are_refused(
    trained: TrainingResult, model: Path, tmp_path: Path
) -> None:
    save_model(tmp_path / "m", checkpoint_of(trained))
    for name in PAIR:
        shutil.copyfile(model / name, tmp_path / "m" / name)
    with pytest.raises(RefusedModel, match="hashes"):
        load_card(tmp_path / "m")


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


@pytest.mark.parametrize("name", FILES)
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


@pytest.mark.parametrize("name", [*FILES, "SHA256SUMS"])
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
        {"evaluation": {"measures": "high"}},
        {"format": 99},
        {"history": None},
        {"views": 0},
        {"views": 1000},
        {"members": []},
        {"members/0/recipe": "vision-transformer"},
        {"members/0/recipe": "auto"},
        {"members/0/image_size": 1_000_000},
        {"members/0/weight": 0.5},
        {"members/0/weight": float("nan")},
        {"members/0/scale": 0.0},
        {"members/0/scale": float("inf")},
        {"data/counts": [44]},
        {"calibration/kind": "spell"},
        {"calibration/scale": [1.0]},
        {"calibration/scale": [1.0, -1.0]},
        {"calibration/bias": [0.0, 1e300]},
        {"calibration/bias": [0.0, float("nan")]},
        {"sets/level": 1.0},
        {"sets/quantile": float("nan")},
        {"sets/quantile": -0.5},
        {"sets/largest_answered": 3},
        {"gate/threshold": float("inf")},
        {"gate/threshold": -1.0},
        {"gate/neighbours": 0},
        {"gate/neighbours": 10**9},
        {"gate/least_contrast": 2.0},
        {"evaluation/measures/accuracy/value": float("nan")},
        {"evaluation/measures/n": 0},
        {"evaluation/measures/confusion": [[1, 2], [3]]},
        {"evaluation/measures/confusion": [[-1, 2], [3, 4]]},
        {"evaluation/coverage_by_class": []},
        {"evaluation/measures/classes": []},
    ],
)
def test_a_card_that_cannot_be_rebuilt_is_refused(model: Path, change: dict[str, object]) -> None:
    card = json.loads((model / "card.json").read_text())
    for path, value in change.items():
        set_at(card, path.split("/"), value)
    (model / "card.json").write_text(json.dumps(card))
    seal(model)
    with pytest.raises(RefusedModel) as refusal:
        load_card(model)
    assert refusal.value.hint


def set_at(document: dict[str, object], path: list[str], value: object) -> None:
    place: object = document
    for step in path[:-1]:
        place = place[int(step) if step.isdigit() else step]  # type: ignore[index]
    place[path[-1]] = value  # type: ignore[index]


def changed_weights(model: Path, change: Callable[[dict[str, np.ndarray]], object]) -> Path:
    contents = contents_of(model)
    weights = {name: array.copy() for name, array in contents.weights.items()}
    change(weights)
    save_model(model, replace(contents, weights=weights))
    return model


@pytest.mark.parametrize(
    "change",
    [
        lambda weights: weights.update({"0/classes/kernel": weights["0/classes/kernel"][None]}),
        lambda weights: weights.update({"0/classes/bias": np.zeros(7, np.float32)}),
        lambda weights: weights.update({"0/more/kernel": np.zeros(7, np.float32)}),
        lambda weights: weights.pop("0/classes/bias"),
        lambda weights: weights.update({"0/classes/bias": np.zeros(2, np.float64)}),
        lambda weights: weights.update({"0/classes/bias": np.full(2, np.nan, np.float32)}),
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


def changed_reference(model: Path, **changes: np.ndarray) -> Path:
    contents = contents_of(model)
    kept = contents.reference
    assert kept is not None
    others = {name: changes.pop(name, getattr(kept, name)) for name in ("validation", "template")}
    reference = replace(kept.reference, **changes)
    save_model(model, replace(contents, reference=KeptFeatures(reference, **others)))
    return model


@pytest.mark.parametrize(
    "change",
    [
        lambda kept: {"rows": kept.rows + 10_000},
        lambda kept: {"rows": kept.rows - 10_000},
        lambda kept: {"rows": kept.rows[:-1]},
        lambda kept: {"rows": kept.rows.astype(np.int64)},
        lambda kept: {"mean": kept.mean[:-1]},
        lambda kept: {"mean": kept.mean[:-1], "projection": kept.projection[:-1]},
        lambda kept: {"mean": np.full_like(kept.mean, np.nan)},
        lambda kept: {"mean": kept.mean.astype(np.float64)},
        lambda kept: {"projection": kept.projection * 0},
        lambda kept: {"projection": kept.projection[:, 0]},
        lambda kept: {"features": kept.features[:, :-1]},
        lambda kept: {"features": kept.features[:0], "rows": kept.rows[:0]},
        lambda kept: {"validation": np.zeros((3, 1), np.float32)},
        lambda kept: {"template": np.zeros((5, 5), np.float32)},
        lambda kept: {"template": np.zeros(28, np.float32)},
    ],
)
def test_features_of_another_network_are_refused(
    model: Path, change: Callable[[Reference], dict[str, np.ndarray]]
) -> None:
    kept = load_reference(model)
    assert kept is not None
    with pytest.raises(RefusedModel, match="training images") as refusal:
        loaded_model(changed_reference(model, **change(kept.reference)))
    assert refusal.value.hint


def test_a_features_file_that_is_none_is_refused(model: Path) -> None:
    (model / "reference.safetensors").write_bytes(b"\xff" * 100)
    seal(model)
    with pytest.raises(RefusedModel, match="training images"):
        loaded_model(model)


@pytest.mark.parametrize(
    "text",
    ["", "part,label,case\n", "part,label,case,pixels\nprivate,a,b,c\n",
     "part,label,case,pixels\ntest,a,b\n", 'part,label,case,pixels\ntest,"a,b,c\n'],
)  # fmt: skip
def test_a_split_that_is_none_is_refused(model: Path, text: str) -> None:
    (model / "split.csv").write_text(text)
    with pytest.raises(RefusedModel, match="split"):
        split_rows(model)


def test_what_a_model_is_for_is_written_on_its_card_alone(model: Path) -> None:
    before = contents_of(model)
    card = state(model, "  To learn to read spots.\nNot for patients. ")
    assert card.intended_use == "To learn to read spots.\nNot for patients."
    after = contents_of(model)
    assert after.card == card == replace(before.card, intended_use=card.intended_use)
    assert (after.rows, after.tables) == (before.rows, before.tables)
    assert [path.name for path in model.parent.iterdir()] == ["model"]


def test_a_very_long_use_is_cut(model: Path) -> None:
    assert state(model, "x" * 5000).intended_use == "x" * 2000


def test_a_damaged_model_gets_no_use(model: Path) -> None:
    flip(model / "card.json", 5)
    with pytest.raises(RefusedModel):
        state(model, "To learn.")


def test_models_that_came_with_the_program_stay_as_they_are(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("precmed_gui.learning.shelf.shipped_models_folder", lambda: model.parent)
    whole = (model / "card.json").read_bytes()
    with pytest.raises(FailedStorage, match="came with the program") as refusal:
        state(model, "To learn.")
    assert "copy" in refusal.value.hint
    assert (model / "card.json").read_bytes() == whole


def test_a_use_that_cannot_be_written_leaves_the_model_intact(
    model: Path, full_disk: Callable[[int], AbstractContextManager[None]]
) -> None:
    card = load_card(model)
    with full_disk(100_000), pytest.raises(FailedStorage):
        state(model, "To learn.")
    assert load_card(model) == card


def state(model: Path, text: str):  # type: ignore[no-untyped-def]
    return state_intended_use(str(model), text, ignore, NeverCancelled())


def test_a_full_disk_leaves_the_earlier_model_intact(
    model: Path, full_disk: Callable[[int], AbstractContextManager[None]]
) -> None:
    card = load_card(model)
    with full_disk(100_000), pytest.raises(FailedStorage):
        save_model(model, replace(contents_of(model), card=replace(card, name="new")))
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
