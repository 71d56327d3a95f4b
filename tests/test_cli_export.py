"""`precmed export`, in this process."""

import json
from pathlib import Path

import numpy as np
import pytest

from precmed_gui.cli import main
from precmed_gui.export_commands import KINDS
from precmed_gui.learning.export_formats import FORMATS
from precmed_gui.places import shipped_models_folder

MODEL = str(shipped_models_folder() / "demo-phantoms")


def test_the_kinds_of_the_command_are_those_that_can_be_written() -> None:
    assert tuple(FORMATS) == KINDS


def test_export_answers_one_document_and_leaves_a_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", MODEL, str(tmp_path / "out"), "--to", "savedmodel", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["format"] == "savedmodel"
    assert found["images"] == 50
    assert found["largest_difference"] <= 1e-5
    names = {path.name for path in Path(found["folder"]).iterdir()}
    assert names == {"saved_model", "README.txt", "card.json"}
    ask = FORMATS["savedmodel"].open(tmp_path / "out" / found["file"])
    assert ask(np.zeros((1, 96, 96, 1), np.float32)).shape == (1, 3)


def test_export_says_in_a_sentence_what_it_did(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", MODEL, "--to", "keras", str(tmp_path / "out")]) == 0
    assert "probabilities only" in capsys.readouterr().out


def test_an_unknown_format_is_wrong_use(tmp_path: Path) -> None:
    assert main(["export", MODEL, str(tmp_path / "out"), "--to", "pickle"]) == 2
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_no_model_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(tmp_path), str(tmp_path / "out"), "--to", "keras"]) == 1
    assert "not a model" in capsys.readouterr().err
