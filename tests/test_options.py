"""Options that are refused before any work begins, with the option named."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from precmed_gui.cli import main
from precmed_gui.diagnosis.errors import UnfitCohort
from precmed_gui.diagnosis.training import TrainingPlan


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--budget", "0"),
        ("--budget", "-1"),
        ("--budget", "601"),
        ("--budget", "nan"),
        ("--folds", "1"),
        ("--folds", "21"),
        ("--folds", "-2"),
        ("--learning-rate", "nan"),
        ("--window", "liver"),
        ("--slices", "first"),
    ],
)
def test_a_value_out_of_range_is_wrong_use(
    option: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "x", "--recipe", "small-cnn", option, value]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert option in err


@pytest.mark.parametrize("command", [["compare", "a", "b"], ["card"], ["evaluate", "a"]])
def test_a_missing_argument_is_wrong_use(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command) == 2
    assert capsys.readouterr().out == ""


def test_window_and_slices_reach_the_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.fromarray(np.zeros((8, 8), np.uint8)).save(tmp_path / "a.png")
    plans: list[TrainingPlan] = []

    def refused(plan: TrainingPlan, *_rest: object) -> None:
        plans.append(plan)
        raise UnfitCohort("Enough seen.")

    monkeypatch.setattr("precmed_gui.learning.train.train", refused)
    assert main(["train", str(tmp_path), "--window", "lung", "--slices", "each"]) == 1
    assert main(["train", str(tmp_path), "--flips"]) == 1
    chosen = [(one.settings.window, one.settings.slices, one.settings.has_flips) for one in plans]
    assert chosen == [("lung", "each", False), ("", "middle", True)]
