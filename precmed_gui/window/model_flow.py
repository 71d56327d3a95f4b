"""The shelf as the window sees it: which models there are, which one is chosen, copies, rescues."""

import json
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.diagnosis.storage import write_atomically
from precmed_gui.diagnosis.training import FirstModelReady
from precmed_gui.jobs.jobs import Jobs, Lane
from precmed_gui.jobs.messages import EngineDied, Failed, Outcome, Succeeded
from precmed_gui.learning.shelf import state_intended_use
from precmed_gui.learning.shelf_view import ShelfContent, copy_model, look_at_shelf
from precmed_gui.places import home_folder, shipped_models_folder, user_models_folder
from precmed_gui.window.prediction_panel import PredictionPanel
from precmed_gui.window.wording import model_title
from precmed_gui.window.workspace import Workspace


def last_model_file() -> Path:
    """Where the last chosen model is remembered."""
    return home_folder() / "last-model.json"


class ModelFlow(QObject):
    """Looks at the shelf in the reading engine, and makes a choice the workspace's."""

    failed = Signal(str, str)
    interrupted = Signal(str, int)
    copied = Signal(str)
    use_stated = Signal(object)

    def __init__(self, workspace: Workspace, jobs: Jobs, panel: PredictionPanel) -> None:
        super().__init__(panel)
        self._workspace, self._jobs, self._panel = workspace, jobs, panel
        self._looking = self._copying = self._stating = 0
        self._stated_of = ""
        self._wanted = ""
        self._usable: dict[str, ModelCard] = {}
        self._extra: list[str] = []
        self._offered: set[tuple[str, int]] = set()
        jobs.reported.connect(self._on_reported)
        jobs.ended.connect(self._on_ended)
        panel.model_wished.connect(self.choose)

    @property
    def was_asked_for(self) -> bool:
        """Whether the model in use was chosen or trained, and not just found at the start."""
        return bool(self._wanted)

    def look(self, wanted: str = "") -> None:
        """See what is on the shelf, and choose `wanted`, else the last model, else the first."""
        self._wanted = wanted
        places = (str(user_models_folder()), str(shipped_models_folder()))
        extra = dict.fromkeys(name for name in (*self._extra, _remembered()) if name)
        work = partial(look_at_shelf, places, tuple(extra))
        self._looking = self._jobs.start(work, Lane.READING, is_quick=True)

    @Slot(str)
    def choose(self, folder: str) -> None:
        """Read with the model of this folder, on the shelf or anywhere else."""
        if folder and Path(folder) != self._workspace.model:
            self._extra = [*self._extra, str(Path(folder))]
            self.look(str(Path(folder)))

    def copy(self, target: str) -> None:
        """Save a copy of the chosen model."""
        if self._workspace.model is not None:
            work = partial(copy_model, str(self._workspace.model), target)
            self._copying = self._jobs.start(work, Lane.READING, is_quick=True)

    def state_use(self, text: str) -> None:
        """Write down what the chosen model is for, in the user's words."""
        if self._workspace.model is not None and text.strip():
            self._stated_of = str(self._workspace.model)
            work = partial(state_intended_use, self._stated_of, text.strip())
            self._stating = self._jobs.start(work, Lane.READING, is_quick=True)

    @Slot(int, object)
    def _on_reported(self, _job: int, event: object) -> None:
        """A first model can be used at once; its training goes on."""
        if isinstance(event, FirstModelReady):
            self.look(event.folder)

    @Slot(int, object)
    def _on_ended(self, job: int, outcome: Outcome) -> None:
        if job == self._looking:
            self._looking = 0
            if isinstance(outcome, Succeeded) and isinstance(outcome.result, ShelfContent):
                self._take(outcome.result)
            else:
                self._tell(outcome)
        elif job == self._copying:
            self._copying = 0
            if isinstance(outcome, Succeeded):
                self.copied.emit(str(outcome.result))
            else:
                self._tell(outcome)
        elif job == self._stating:
            self._stating = 0
            if isinstance(outcome, Succeeded) and isinstance(outcome.result, ModelCard):
                self._take_use(outcome.result)
            else:
                self._tell(outcome)

    def _take_use(self, card: ModelCard) -> None:
        """The same model with other words on its card: nothing has to be read again."""
        self._usable[self._stated_of] = card
        if str(self._workspace.model) == self._stated_of:
            self._workspace.card = card
            self._panel.show_card(card)
            self.use_stated.emit(card)

    def _take(self, content: ShelfContent) -> None:
        usable = {str(model.folder): model.card for model in content.models if model.card}
        refused = {str(model.folder): model.reason for model in content.models if not model.card}
        if self._wanted in refused:
            self.failed.emit(refused[self._wanted], "")
        current = str(self._workspace.model or "")
        remembered = _remembered()
        choices = (self._wanted, current, remembered, *usable)
        chosen = next((choice for choice in choices if choice in usable), "")
        self._usable = usable
        self._show(chosen)
        if chosen and (chosen != current or usable[chosen] != self._workspace.card):
            self._workspace.choose_model(Path(chosen), usable[chosen])
            if self._wanted:
                self._remember(chosen)
        news = [found for found in content.interrupted if found not in self._offered]
        self._offered.update(content.interrupted)
        for folder, epoch in news[-1:]:
            self.interrupted.emit(folder, epoch)

    def retranslate(self) -> None:
        """Say the models again, with times as the language in use writes them."""
        self._show(str(self._workspace.model or ""))

    def _show(self, chosen: str) -> None:
        titles = [(folder, model_title(card)) for folder, card in self._usable.items()]
        self._panel.show_models(titles, chosen)

    def _remember(self, folder: str) -> None:
        try:
            write_atomically(last_model_file(), json.dumps({"folder": folder}).encode())
        except PrecmedError as error:
            self.failed.emit(error.message, error.hint)

    def _tell(self, outcome: Outcome) -> None:
        if isinstance(outcome, Failed):
            self.failed.emit(outcome.message, outcome.hint)
        elif isinstance(outcome, EngineDied):
            self.failed.emit(outcome.reason, outcome.hint)


def _remembered() -> str:
    try:
        document = json.loads(last_model_file().read_text(encoding="utf-8"))
        return str(document["folder"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
