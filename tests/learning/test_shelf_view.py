"""What the window is told about the shelf."""

import os
import shutil
from pathlib import Path

import pytest

from precmed_gui.diagnosis.errors import FailedStorage, RefusedModel
from precmed_gui.diagnosis.work import NeverCancelled, ignore
from precmed_gui.learning.shelf import load_card
from precmed_gui.learning.shelf_view import copy_model, look_at_shelf
from precmed_gui.places import shipped_models_folder

DEMO = shipped_models_folder() / "demo-phantoms"


def look(*shelves, extra=()):
    return look_at_shelf(tuple(map(str, shelves)), tuple(extra), ignore, NeverCancelled())


def copy(folder, target):
    return copy_model(str(folder), str(target), ignore, NeverCancelled())


def test_the_shipped_model_is_on_the_shelf_and_whole():
    content = look(shipped_models_folder())
    assert [model.folder for model in content.models] == [DEMO]
    assert content.models[0].card.test["n"] > 0
    assert content.interrupted == ()


def test_a_folder_from_elsewhere_comes_with_its_card_or_its_reason(tmp_path):
    content = look(tmp_path, extra=(str(DEMO), str(tmp_path)))
    whole, foreign = content.models
    assert whole.card.name == "demo-phantoms"
    assert foreign.card is None
    assert foreign.reason


def test_a_shelf_that_does_not_exist_is_empty(tmp_path):
    assert look(tmp_path / "none").models == ()


def test_what_an_interrupted_training_left_is_found(tmp_path):
    shutil.copytree(DEMO, tmp_path / "chest.checkpoints" / "epoch-0003")
    shutil.copytree(DEMO, tmp_path / "chest.checkpoints" / "epoch-0004")
    (tmp_path / "nothing.checkpoints").mkdir()
    content = look(tmp_path)
    assert content.interrupted == ((str(tmp_path / "chest"), 4),)
    assert content.models == ()


def test_a_copy_is_a_model(tmp_path):
    assert copy(DEMO, tmp_path / "copy") == str(tmp_path / "copy")
    assert load_card(tmp_path / "copy") == load_card(DEMO)


def test_a_copy_never_replaces_what_is_there(tmp_path):
    (tmp_path / "demo-phantoms").mkdir()
    (tmp_path / "demo-phantoms" / "thesis.txt").write_text("years of work")
    with pytest.raises(FailedStorage):
        copy(DEMO, tmp_path / "demo-phantoms")
    assert (tmp_path / "demo-phantoms" / "thesis.txt").read_text() == "years of work"


def test_a_model_is_not_copied_into_itself(tmp_path):
    shutil.copytree(DEMO, tmp_path / "model")
    with pytest.raises(FailedStorage):
        copy(tmp_path / "model", tmp_path / "model" / "copy")


def test_a_training_that_is_still_alive_is_not_called_interrupted(tmp_path):
    shutil.copytree(DEMO, tmp_path / "chest.checkpoints" / "epoch-0003")
    (tmp_path / "chest.checkpoints" / "owner").write_text(str(os.getpid()))
    assert look(tmp_path).interrupted == ()


def test_a_training_whose_model_is_there_is_not_called_interrupted(tmp_path):
    shutil.copytree(DEMO, tmp_path / "chest.checkpoints" / "epoch-0003")
    shutil.copytree(DEMO, tmp_path / "chest")
    assert look(tmp_path).interrupted == ()


def test_a_damaged_model_is_not_copied(tmp_path):
    shutil.copytree(DEMO, tmp_path / "damaged")
    (tmp_path / "damaged" / "card.json").write_text("{}")
    with pytest.raises(RefusedModel):
        copy(tmp_path / "damaged", tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_copy_that_cannot_be_written_leaves_nothing(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(FailedStorage):
        copy(DEMO, tmp_path / "file" / "copy")
    assert [path.name for path in Path(tmp_path).iterdir()] == ["file"]
