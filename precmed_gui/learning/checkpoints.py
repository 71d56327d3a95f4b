"""What an interrupted training leaves behind: whole models beside the place of the final one."""

import os
import shutil
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from precmed_gui.diagnosis.errors import FailedStorage, RefusedModel
from precmed_gui.diagnosis.storage import write_atomically
from precmed_gui.diagnosis.training import TrainingResult
from precmed_gui.diagnosis.work import CancelToken, Report
from precmed_gui.language import _
from precmed_gui.learning.shelf import (
    CHECKPOINTS_SUFFIX,
    ModelContents,
    load_card,
    load_weights,
    save_model,
    split_rows,
)

KEPT = 2
OWNER = "owner"
"""Holds the number of the process that trains."""


def checkpoints_folder(folder: Path) -> Path:
    """Where the checkpoints of the training that is to become `folder` are."""
    return folder.with_name(folder.name + CHECKPOINTS_SUFFIX)


def save_checkpoint(folder: Path, epoch: int, contents: ModelContents) -> None:
    """Keep the network after `epoch`, and only the `KEPT` newest; raises `FailedStorage`."""
    home = checkpoints_folder(folder)
    try:
        save_model(home / f"epoch-{epoch:04d}", contents)
    except FailedStorage:
        with suppress(OSError):
            home.rmdir()  # only if nothing was kept in it
        raise
    write_atomically(home / OWNER, str(os.getpid()).encode())
    for old in sorted(home.glob("epoch-*"))[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def is_in_use(checkpoints: Path) -> bool:
    """Whether the training that writes this folder is still alive.

    Windows does not tell without harm, so there the answer is always no.
    """
    try:
        process = int((checkpoints / OWNER).read_text(encoding="ascii"))
        if sys.platform == "win32":
            return False
        os.kill(process, 0)
    except (OSError, ValueError):
        return False
    return True


def remove_checkpoints(folder: Path) -> None:
    """Forget the checkpoints of the training that became `folder`."""
    shutil.rmtree(checkpoints_folder(folder), ignore_errors=True)


def recover(folder: str, report: Report, cancel: CancelToken) -> TrainingResult:
    """Make the newest whole checkpoint of an interrupted training the model in `folder`.

    Raises
    ------
    RefusedModel
        If no whole checkpoint is there.
    FailedStorage
        If the disk refuses; the checkpoints are then still there.
    """
    final = Path(folder)
    for checkpoint in sorted(checkpoints_folder(final).glob("epoch-*"), reverse=True):
        cancel.raise_if_set()
        try:
            card = load_card(checkpoint)
            weights = load_weights(checkpoint)
            rows = split_rows(checkpoint)
        except RefusedModel:
            continue
        note = _("The training was interrupted; this is its last epoch kept. It was not tested.")
        card = replace(card, notes="\n".join(filter(None, (card.notes, note))))
        save_model(final, ModelContents(card, weights, rows))
        remove_checkpoints(final)
        return TrainingResult(folder=folder, card=card, is_stopped=True, seconds=0.0)
    raise RefusedModel(
        _("Nothing was kept of the interrupted training: no epoch was finished."),
        _("Train again."),
    )
