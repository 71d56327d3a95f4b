"""The training, told as a story: check, read, fit, test, and put the model on the shelf."""

import os
import platform
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

import precmed_gui
from precmed_gui.diagnosis.cases import PARTS
from precmed_gui.diagnosis.errors import FailedStorage
from precmed_gui.diagnosis.model_card import History, ModelCard
from precmed_gui.diagnosis.storage import failed_storage
from precmed_gui.diagnosis.training import TrainingPlan, TrainingResult
from precmed_gui.diagnosis.work import CancelToken, Report, Step
from precmed_gui.evaluation.metrics import accuracy, macro_auc
from precmed_gui.language import _
from precmed_gui.learning.checkpoints import remove_checkpoints, save_checkpoint
from precmed_gui.learning.fitting import Fitted, fit, probabilities_of
from precmed_gui.learning.progress import Weights
from precmed_gui.learning.shelf import CARD, SUMS, SplitRow, save_model
from precmed_gui.learning.split import receipt
from precmed_gui.learning.training_data import (
    Choices,
    TrainingData,
    choices,
    read_training_data,
)
from precmed_gui.learning.warm_up import warm_up


def train(plan: TrainingPlan, report: Report, cancel: CancelToken) -> TrainingResult:
    """Train a network as planned, test it, and save it in `plan.folder`.

    Stopping after the first epoch keeps the best epoch so far, tested and saved like any other.
    An earlier model in `plan.folder` stays until the new one is whole.

    Raises
    ------
    UnfitCohort
        If the cohort cannot be divided into training, validation and test.
    FailedStorage
        If the folder cannot be written to, or the disk is full.
    Cancelled
        If the user stopped before one epoch was finished.
    PrecmedError
        If a setting is out of range, the loss became infinite, or the memory did not suffice.
    """
    began = time.monotonic()
    folder = Path(plan.folder)
    chosen = choices(plan.settings, plan.cohort.modality)
    _check_place(folder)
    data = read_training_data(plan.cohort, chosen, report, cancel)
    report(Step(_("Preparing the network"), 0, 0))
    device = warm_up()
    cancel.raise_if_set()
    card = _first_card(plan, chosen, data, device)
    rows = _split_rows(data)
    remove_checkpoints(folder)

    def keep(epoch: int, history: History, weights: Weights) -> None:
        checkpoint = replace(card, history=history, is_checkpoint=True, trained_at=_now())
        save_checkpoint(folder, epoch, checkpoint, weights, rows)

    fitted = fit(data, chosen, keep, report, cancel)

    def attend(done: int, total: int) -> None:
        cancel.is_set()  # tells the engine that Stop was heard; a finished training is kept
        report(Step(_("Testing"), done, total))

    card = _last_card(card, data, fitted, attend)
    save_model(folder, card, fitted.weights, rows)
    remove_checkpoints(folder)
    seconds = time.monotonic() - began
    return TrainingResult(plan.folder, card, fitted.is_stopped, seconds, data.unreadable)


def _check_place(folder: Path) -> None:
    """Find out before hours of training whether the model can be saved."""
    if folder.exists() and not _may_replace(folder):
        raise FailedStorage(
            _("“{folder}” holds other files and is not a model.").format(folder=folder),
            _("Choose a new folder, or an earlier model to replace."),
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        probe = folder.parent / f".{folder.name}.{os.getpid()}.probe"
        probe.write_bytes(b"PrecMed")
        probe.unlink()
    except OSError as error:
        raise failed_storage(error, folder) from error


def _may_replace(folder: Path) -> bool:
    if not folder.is_dir():
        return False
    names = {path.name for path in folder.iterdir()}
    return not names or {CARD, SUMS} <= names


def _split_rows(data: TrainingData) -> tuple[SplitRow, ...]:
    cases = data.cohort.cases
    return tuple(
        SplitRow(part, str(cases[i].label), cases[i].name, data.fingerprints[i])
        for part in PARTS
        for i in data.split.part(part)
    )


def _first_card(plan: TrainingPlan, chosen: Choices, data: TrainingData, device: str) -> ModelCard:
    """All that is known before the first batch."""
    return ModelCard(
        name=plan.name,
        modality=data.cohort.modality,
        recipe=chosen.recipe.name,
        labels=data.cohort.labels,
        image_size=data.image_size,
        channels=data.channels,
        full_scale=data.full_scale,
        settings={
            "epochs": chosen.epochs,
            "batch_size": chosen.batch_size,
            "learning_rate": chosen.learning_rate,
            "seed": chosen.seed,
        },
        history=History(),
        split=receipt(data.cohort, data.split),
        test={},
        trained_at=_now(),
        versions=_versions(),
        device=device,
        source=data.cohort.name,
        notes=plan.notes,
    )


def _last_card(
    card: ModelCard, data: TrainingData, fitted: Fitted, attend: Callable[[int, int], None]
) -> ModelCard:
    """The card with what the test part says; nobody can stop it any more."""
    part = data.parts["test"]
    probabilities = probabilities_of(fitted.network, part, attend)
    return replace(
        card,
        history=fitted.history,
        is_stopped=fitted.is_stopped,
        trained_at=_now(),
        test={
            "n": len(part.labels),
            "accuracy": accuracy(part.labels, probabilities),
            "auc": macro_auc(part.labels, probabilities),
            "commonest": float(np.bincount(part.labels).max() / len(part.labels)),
        },
    )


def _versions() -> dict[str, str]:
    import keras
    import tensorflow as tf

    return {
        "precmed": precmed_gui.__version__,
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
