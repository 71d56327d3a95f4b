"""What an interrupted training leaves behind can be recovered."""

import shutil
from pathlib import Path

import pytest
from trainings import run

from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.diagnosis.errors import RefusedModel
from precmed_gui.diagnosis.training import EpochEnded
from precmed_gui.diagnosis.work import NeverCancelled, ignore
from precmed_gui.learning.checkpoints import checkpoints_folder, recover
from precmed_gui.learning.shelf import load_card


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
    assert all(card.is_checkpoint and not card.tested for card in cards)


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
