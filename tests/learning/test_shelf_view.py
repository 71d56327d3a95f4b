"""What the window is told about the shelf."""

import os
import shutil
from pathlib import Path

import pytest

from precmed_gui.diagnosis.errors import FailedStorage, RefusedModel
from precmed_gui.diagnosis.work import NeverCancelled, ignore
from precmed_gui.learning.shelf import load_card
from precmed_gui.learning.shelf_view import copy_model, look_at_shelf


@pytest.fixture
def model(trained):
    return Path(trained.folder)


def look(*shelves, extra=()):
    return look_at_shelf(tuple(map(str, shelves)), tuple(extra), ignore, NeverCancelled())


def copy(folder, target):
    return copy_model(str(folder), str(target), ignore, NeverCancelled())


def test_models_on_the_shelf_are_whole(model, tmp_path):
    shutil.copytree(model, tmp_path / "spots")
    content = look(tmp_path)
    assert [found.folder for found in content.models] == [tmp_path / "spots"]
    assert content.models[0].card.tested == 8
    assert content.interrupted == ()


def test_a_folder_from_elsewhere_comes_with_its_card_or_its_reason(model, tmp_path):
    content = look(tmp_path, extra=(str(model), str(tmp_path)))
    whole, foreign = content.models
    assert whole.card.name == "spots"
    assert foreign.card is None
    assert foreign.reason


def test_a_shelf_that_does_not_exist_is_empty(tmp_path):
    assert look(tmp_path / "none").models == ()


def test_what_an_interrupted_training_left_is_found(model, tmp_path):
    shutil.copytree(model, tmp_path / "chest.checkpoints" / "epoch-0003")
    shutil.copytree(model, tmp_path / "chest.checkpoints" / "epoch-0004")
    (tmp_path / "nothing.checkpoints").mkdir()
    content = look(tmp_path)
    assert content.interrupted == ((str(tmp_path / "chest"), 4),)
    assert content.models == ()


def test_a_copy_is_a_model(model, tmp_path):
    assert copy(model, tmp_path / "copy") == str(tmp_path / "copy")
    assert load_card(tmp_path / "copy") == load_card(model)


def test_a_copy_never_replaces_what_is_there(model, tmp_path):
    (tmp_path / "spots").mkdir()
    (tmp_path / "spots" / "thesis.txt").write_text("years of work")
    with pytest.raises(FailedStorage):
        copy(model, tmp_path / "spots")
    assert (tmp_path / "spots" / "thesis.txt").read_text() == "years of work"


def test_a_model_is_not_copied_into_itself(model, tmp_path):
    shutil.copytree(model, tmp_path / "model")
    with pytest.raises(FailedStorage):
        copy(tmp_path / "model", tmp_path / "model" / "copy")


def test_a_training_that_is_still_alive_is_not_called_interrupted(model, tmp_path):
    shutil.copytree(model, tmp_path / "chest.checkpoints" / "epoch-0003")
    (tmp_path / "chest.checkpoints" / "owner").write_text(str(os.getpid()))
    assert look(tmp_path).interrupted == ()


def test_a_training_whose_model_is_there_is_not_called_interrupted(model, tmp_path):
    shutil.copytree(model, tmp_path / "chest.checkpoints" / "epoch-0003")
    shutil.copytree(model, tmp_path / "chest")
    assert look(tmp_path).interrupted == ()


def test_a_damaged_model_is_not_copied(model, tmp_path):
    shutil.copytree(model, tmp_path / "damaged")
    (tmp_path / "damaged" / "card.json").write_text("{}")
    with pytest.raises(RefusedModel):
        copy(tmp_path / "damaged", tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_copy_that_cannot_be_written_leaves_nothing(model, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(FailedStorage):
        copy(model, tmp_path / "file" / "copy")
    assert [path.name for path in Path(tmp_path).iterdir()] == ["file"]
