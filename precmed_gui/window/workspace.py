"""What the window is about right now: the cohort with its undo history, and the chosen model."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.diagnosis.model_card import ModelCard


class _Edit(QUndoCommand):
    """One change of the cohort; cohorts are frozen, so both sides are simply kept."""

    def __init__(self, text: str, workspace: "Workspace", after: Cohort) -> None:
        super().__init__(text)
        self._workspace = workspace
        self._before = workspace.cohort
        self._after = after

    def redo(self) -> None:
        self._workspace.show_cohort(self._after)

    def undo(self) -> None:
        self._workspace.show_cohort(self._before)


class Workspace(QObject):
    """The state that all panels look at; panels never change it themselves."""

    cohort_changed = Signal(object)
    model_changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.cohort = Cohort()
        self.model: Path | None = None
        self.card: ModelCard | None = None
        self.undo_stack = QUndoStack(self)

    def edit(self, text: str, cohort: Cohort) -> None:
        """Change the cohort in a way that can be undone; `text` names the change in the menu."""
        if cohort != self.cohort:
            self.undo_stack.push(_Edit(text, self, cohort))

    def show_cohort(self, cohort: Cohort) -> None:
        """Put a cohort on the table without a trace in the history."""
        self.cohort = cohort
        self.cohort_changed.emit(cohort)

    def choose_model(self, folder: Path, card: ModelCard) -> None:
        """Read images with this model from now on."""
        self.model, self.card = folder, card
        self.model_changed.emit(card)
