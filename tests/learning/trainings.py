"""Trainings for the tests of learning: a Stop button, a quick run, and images known by number."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.diagnosis.training import (
    BatchEnded,
    TrainingPlan,
    TrainingResult,
    TrainingSettings,
)
from precmed_gui.diagnosis.work import Cancelled, NeverCancelled, Report, ignore
from precmed_gui.learning.train import train
from precmed_gui.learning.training_data import PartImages, TrainingData, read_training_data

QUICK = TrainingSettings(recipe="article-cnn", epochs=3, batch_size=8)


class StopWhen:
    """Both report and cancel token: Stop is pressed when an event fulfils `condition`."""

    def __init__(self, condition: Callable[[object], bool]) -> None:
        self._condition = condition
        self._is_set = False
        self.events: list[object] = []

    def report(self, event: object) -> None:
        self.events.append(event)
        self._is_set = self._is_set or self._condition(event)

    def is_set(self) -> bool:
        return self._is_set

    def raise_if_set(self) -> None:
        if self._is_set:
            raise Cancelled


def run(
    cohort: Cohort, folder: Path, settings: TrainingSettings = QUICK, report: Report = ignore
) -> TrainingResult:
    plan = TrainingPlan(cohort, settings, str(folder), "spots")
    return train(plan, report, NeverCancelled())


def run_until(
    cohort: Cohort, folder: Path, stop: StopWhen, settings: TrainingSettings = QUICK
) -> TrainingResult:
    return train(TrainingPlan(cohort, settings, str(folder), "spots"), stop.report, stop)


def in_epoch(number: int) -> Callable[[object], bool]:
    return lambda event: isinstance(event, BatchEnded) and (event.epoch, event.batch) == (number, 2)


def read(cohort: Cohort, settings: TrainingSettings) -> TrainingData:
    return read_training_data(cohort, settings, ignore, NeverCancelled())


def numbered(count: int) -> PartImages:
    """Images of one grey each, which is their number and their class."""
    values = np.arange(count)
    pixels = np.broadcast_to(values[:, None, None, None], (count, 28, 28, 1)).astype(np.uint8)
    factors = np.full(count, 1 / 255, np.float32)
    return PartImages(pixels, values, values.astype(np.int32), factors, np.ones(count, np.float32))


def shorten(patch: pytest.MonkeyPatch) -> None:
    """Make the automatic recipe try a pretrained and two small networks of two epochs each."""
    for module in ("batches", "attempts"):
        patch.setattr(f"precmed_gui.learning.{module}.LEAST_AUGMENTED", 2)
    patch.setattr("precmed_gui.learning.attempts.FOLDS", 2)
    patch.setattr("precmed_gui.learning.attempts.SMALL_EPOCHS", (2, 2))
    patch.setattr("precmed_gui.learning.attempts.SIZES", (64, 64))
    patch.setattr("precmed_gui.learning.search._OVERDRAWN", 1000)
    patch.setattr("precmed_gui.learning.train.MOST_VIEWS", 2)
