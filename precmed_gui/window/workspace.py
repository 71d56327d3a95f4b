"""What the window is about right now: the cohort with its undo history, and the chosen model.

The history is the project's, on the disk: a change is kept there first and shown then.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QUndoCommand, QUndoStack

from precmed_gui.archive.project import Project, open_project
from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.model_card import ModelCard

VIEW_DELAY_MS = 500


class History(QUndoStack):
    """The project's changes as menus want them: its commands are texts, the project undoes."""

    undo_wished = Signal()
    redo_wished = Signal()

    def undo(self) -> None:
        """Wish that the last change be taken back."""
        if self.canUndo():
            self.undo_wished.emit()

    def redo(self) -> None:
        """Wish that the change undone last be done again."""
        if self.canRedo():
            self.redo_wished.emit()

    def step_back(self) -> None:
        """A change was taken back."""
        super().undo()

    def step_forward(self) -> None:
        """A change was done again."""
        super().redo()

    def show_changes(self, done: list[str], undone: list[str]) -> None:
        """Hold exactly these changes, the first one first."""
        was_blocked = self.blockSignals(True)
        self.clear()
        for text in (*done, *undone):
            self.push(QUndoCommand(text))
        self.blockSignals(was_blocked)
        self.setIndex(len(done))
        self._tell()

    def _tell(self) -> None:
        self.canUndoChanged.emit(self.canUndo())
        self.canRedoChanged.emit(self.canRedo())
        self.undoTextChanged.emit(self.undoText())
        self.redoTextChanged.emit(self.redoText())


class Workspace(QObject):
    """The state that all panels look at; panels never change it themselves."""

    cohort_changed = Signal(object)
    model_changed = Signal(object)
    view_found = Signal(object)
    """Where the user was, as `view_state` has it; after the cohort of a reopened project."""
    not_kept = Signal(str, str)
    """The disk refused a change, which was therefore not made: what happened, what to do."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.cohort = Cohort()
        self.model: Path | None = None
        self.card: ModelCard | None = None
        self.view_state: dict[str, str] = {}
        """Where the user is: filter, order, what is selected, by names of the panels' own."""
        self._project = open_project(None)
        self._unkept_view: dict[str, str] = {}
        self._keep_view_later = QTimer(self, singleShot=True, interval=VIEW_DELAY_MS)
        self._keep_view_later.timeout.connect(self._keep_view)
        self.undo_stack = History(self)
        self.undo_stack.undo_wished.connect(self._on_undo_wished)
        self.undo_stack.redo_wished.connect(self._on_redo_wished)

    def use_project(self, project: Project) -> None:
        """Go on with this project: its cohort, its changes, and where the user was."""
        self.close()
        self._project, self.view_state = project, {}
        with suppress(PrecmedError):
            self.view_state = project.view()
        found = dict(self.view_state)
        self.undo_stack.show_changes(project.undo_texts, project.redo_texts)
        self._show(project.cohort)
        self.view_found.emit(found)

    def edit(self, text: str, cohort: Cohort) -> None:
        """Change the cohort in a way that can be undone; `text` names the change in the menu.

        The change is on the disk before anybody sees it. If the disk refuses, nothing changes and
        `not_kept` says why.
        """
        if cohort != self.cohort and self._is_recorded(text, cohort):
            self.undo_stack.push(QUndoCommand(text))
            self._show(cohort)

    def show_cohort(self, cohort: Cohort) -> None:
        """Put a cohort on the table without an entry of its own in the history."""
        if cohort == self.cohort:
            self._show(cohort)
        elif self._is_recorded("", cohort):
            if self.undo_stack.canRedo():
                self.undo_stack.show_changes(self._project.undo_texts, [])
            self._show(cohort)

    def keep_view(self, name: str, value: str) -> None:
        """Remember where the user is, for the next start; may be called often."""
        if self.view_state.get(name) != value:
            self.view_state[name] = self._unkept_view[name] = value
            self._keep_view_later.start()

    def keep_contents(self, contents: Mapping[str, bytes]) -> None:
        """Remember what files contain; that helps, but nothing hangs on it."""
        with suppress(PrecmedError):
            self._project.keep_contents(contents)

    def contents(self) -> dict[str, bytes]:
        """What is known about the content of files, by path."""
        with suppress(PrecmedError):
            return self._project.contents()
        return {}

    def choose_model(self, folder: Path, card: ModelCard) -> None:
        """Read images with this model from now on."""
        self.model, self.card = folder, card
        self.model_changed.emit(card)

    def close(self) -> None:
        """Set the project free; everything is on the disk already."""
        self._keep_view_later.stop()
        self._keep_view()
        with suppress(PrecmedError):
            self._project.close()

    def _show(self, cohort: Cohort) -> None:
        self.cohort = cohort
        self.cohort_changed.emit(cohort)

    def _is_recorded(self, text: str, cohort: Cohort) -> bool:
        try:
            self._project.record(text, cohort)
        except PrecmedError as error:
            self.not_kept.emit(error.message, error.hint)
            return False
        return True

    @Slot()
    def _keep_view(self) -> None:
        values, self._unkept_view = self._unkept_view, {}
        if values:
            with suppress(PrecmedError):
                self._project.keep_view(values)

    @Slot()
    def _on_undo_wished(self) -> None:
        self._step(self._project.undo, self.undo_stack.step_back)

    @Slot()
    def _on_redo_wished(self) -> None:
        self._step(self._project.redo, self.undo_stack.step_forward)

    def _step(self, go: Callable[[], Cohort], follow: Callable[[], None]) -> None:
        try:
            cohort = go()
        except PrecmedError as error:
            self.not_kept.emit(error.message, error.hint)
            return
        follow()
        self._show(cohort)
