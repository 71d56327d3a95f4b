"""Writes each training that ends with a model into the record; the reading room has one.

What the record refuses is said in the training panel: the training itself is never in danger.
"""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from precmed_gui.archive.trainings import training_of
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.record import Training
from precmed_gui.diagnosis.training import TrainingResult
from precmed_gui.language import N_, _, sentences
from precmed_gui.learning.shelf import model_digest
from precmed_gui.window.training_flow import TrainingFlow
from precmed_gui.window.training_panel import TrainingPanel

UNKEPT = N_("The model is on your shelf, but the training is not in the record: {reason}")


class TrainingNotes(QObject):
    """Between the end of a training and the record."""

    def __init__(
        self,
        flow: TrainingFlow,
        panel: TrainingPanel,
        keep: Callable[[Training], PrecmedError | None],
        reader: Callable[[], str],
    ) -> None:
        super().__init__(panel)
        self._panel, self._keep, self._reader = panel, keep, reader
        flow.finished.connect(self._on_finished)

    @Slot(object)
    def _on_finished(self, result: TrainingResult) -> None:
        digest = model_digest(Path(result.folder))
        error = self._keep(training_of(result, digest, self._reader()))
        if error is not None:
            text = _(UNKEPT).format(reason=sentences(error.message, error.hint))
            said = self._panel.strip.text() if result.unreadable else ""
            self._panel.show_notice(sentences(said, text))
