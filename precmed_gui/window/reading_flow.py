"""Between the prediction panel and the engines: predictions, nearest images, tables."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.pictures import Thumbnail, ThumbnailsRead
from precmed_gui.diagnosis.prediction import CasesRead, Prediction, PredictionList
from precmed_gui.exchange.predictions_csv import write_predictions_csv
from precmed_gui.jobs.jobs import Jobs, Lane
from precmed_gui.jobs.messages import EngineDied, Failed, Outcome, Succeeded
from precmed_gui.language import N_, _, sentences
from precmed_gui.learning.predict import predict, predict_paths
from precmed_gui.modalities import read_thumbnails
from precmed_gui.window.nearest_images import GONE, case_of_key
from precmed_gui.window.nearest_tile import SIDE
from precmed_gui.window.picture_flow import PictureFlow, modality_of
from precmed_gui.window.prediction_panel import PredictionPanel
from precmed_gui.window.workspace import Workspace

BLINDED = N_("The answers are hidden while you read blinded.")
BLINDED_HINT = N_("Commit to your own reading of every image first, or end the blinded reading.")


@dataclass(frozen=True, slots=True)
class _Request:
    """Images to read: files and folders still to be looked through, or known cases."""

    paths: tuple[str, ...] = ()
    cases: tuple[Case, ...] = ()

    def is_within(self, keys: set[str]) -> bool:
        """Whether these keys cover all that is to be read."""
        return not self.paths and all(case.key in keys for case in self.cases)

    def work(self, model: str) -> partial[PredictionList]:
        """What reads them with the model in this folder."""
        if self.paths:
            return partial(predict_paths, model, self.paths)
        return partial(predict, model, self.cases)


class ReadingFlow(QObject):
    """Turns dropped images into predictions; `picture_flow.py` shows the current one."""

    finished = Signal()
    case_shown = Signal(object)

    def __init__(self, workspace: Workspace, jobs: Jobs, panel: PredictionPanel) -> None:
        super().__init__(panel)
        self._workspace, self._jobs, self._panel = workspace, jobs, panel
        self._job = self._thumbnails = 0
        self.pictures = PictureFlow(workspace, jobs, panel)
        self.pictures.case_shown.connect(self.case_shown)
        self._is_engine_ready = False
        self._keep: Callable[[Sequence[Prediction]], None] = _keep_nothing
        self._waiting: list[_Request] = []
        self._current: _Request | None = None
        jobs.reported.connect(self._on_reported)
        jobs.ended.connect(self._on_ended)
        panel.paths_dropped.connect(self.read_paths)
        panel.thumbnails_wished.connect(self.show_nearest)
        panel.stop_wished.connect(self.stop)
        panel.clear_wished.connect(self.clear)
        workspace.model_changed.connect(self._on_model_changed)

    def keep_answers_by(self, keep: Callable[[Sequence[Prediction]], None]) -> None:
        """What writes answers down before they are shown."""
        self._keep = keep

    @property
    def is_reading(self) -> bool:
        """Whether images are being read or waiting for it."""
        return self._job != 0

    def set_engine_ready(self, *, is_ready: bool) -> None:
        """Whether what is dropped now will be answered at once."""
        self._is_engine_ready = is_ready

    @Slot(list)
    def read_paths(self, paths: list[str]) -> None:
        """Have the chosen model read everything in these files and folders."""
        self._ask(_Request(paths=tuple(paths)))

    def read_cases(self, cases: tuple[Case, ...]) -> None:
        """Have the chosen model read these cases."""
        if cases:
            self._ask(_Request(cases=cases))

    def read_one(self, case: Case) -> None:
        """Put one image of the cohort on the screen and have the chosen model read it."""
        self._panel.show_case(case)
        self.read_cases((case,))

    @Slot()
    def stop(self) -> None:
        """Stop reading; the answers so far stay."""
        self._waiting = []
        self._jobs.cancel(self._job)

    @Slot()
    def clear(self) -> None:
        """Forget the list."""
        self._waiting = []
        self._give_up()
        self._panel.show_finished(None)
        self._panel.clear()

    @Slot(object)
    def show_nearest(self, cases: tuple[Case, ...]) -> None:
        """Fetch small pictures of training images that are near to the one on the screen."""
        self._jobs.abandon(self._thumbnails)
        side = round(SIDE * self._panel.devicePixelRatioF())
        work = partial(read_thumbnails, modality_of(self._workspace), cases, side)
        self._thumbnails = self._jobs.start(work, Lane.READING, is_quick=True)

    def refusal_to_save(self) -> PrecmedError | None:
        """Why the answers must not be written now: a blinded reader would see them there."""
        if not self._panel.readings.has_hidden:
            return None
        return PrecmedError(_(BLINDED), _(BLINDED_HINT))

    def save_table(self, path: Path) -> PrecmedError | None:
        """Write the answers as CSV or XLSX; the error, if they are hidden or the disk refuses."""
        if (refusal := self.refusal_to_save()) is not None:
            return refusal
        card = self._workspace.card
        model, use = (card.name, card.intended_use) if card else ("", "")
        rows = self._panel.readings
        answers = PredictionList(model, rows.predictions(), rows.unreadable(), use)
        try:
            write_predictions_csv(path, answers)
        except PrecmedError as error:
            return error
        return None

    def read_again(self) -> None:
        """Have all images read once more: their reasons are worded in the language of then."""
        if self._panel.readings.cases():
            self._on_model_changed(self._workspace.card)

    def _ask(self, request: "_Request") -> None:
        self._waiting.append(request)
        if self._workspace.model is None:
            self._panel.show_no_model()
        else:
            self._start_next()

    def _start_next(self) -> None:
        if self._job or not self._waiting or self._workspace.model is None:
            return
        self._current = self._waiting.pop(0)
        self._panel.show_reading(is_waiting=not self._is_engine_ready)
        work = self._current.work(str(self._workspace.model))
        self._job = self._jobs.start(work, is_quick=True)

    def _give_up(self) -> None:
        self._jobs.abandon(self._job)
        self._job = 0
        self._current = None

    @Slot(object)
    def _on_model_changed(self, card: object) -> None:
        """All that was asked of the model before is asked of the new one."""
        if self._current is not None:
            self._waiting.insert(0, self._current)
        self._give_up()
        self._panel.show_model(self._workspace.card)
        cases = self._panel.readings.cases()
        if cases:
            listed = {case.key for case in cases}
            others = [asked for asked in self._waiting if not asked.is_within(listed)]
            self._waiting = [_Request(cases=cases), *others]
        self._start_next()

    @Slot(int, object)
    def _on_reported(self, job: int, event: object) -> None:
        if job == self._job and isinstance(event, CasesRead):
            self._keep(event.predictions)
            self._panel.show_read(event)
        elif job == self._thumbnails and isinstance(event, ThumbnailsRead):
            self._panel.show_thumbnails([_worded(found) for found in event.thumbnails])

    @Slot(int, object)
    def _on_ended(self, job: int, outcome: Outcome) -> None:
        if job == self._job:
            self._job = 0
            self._current = None
            self._take_answers(outcome)
            self._start_next()
            if not self._job:
                self.finished.emit()

    def _take_answers(self, outcome: Outcome) -> None:
        if isinstance(outcome, Succeeded) and isinstance(outcome.result, PredictionList):
            self._keep(outcome.result.predictions)
            self._panel.show_finished(outcome.result)
        elif isinstance(outcome, Failed):
            self._panel.show_failure(sentences(outcome.message, outcome.hint))
        elif isinstance(outcome, EngineDied):
            self._panel.show_failure(sentences(outcome.reason, outcome.hint))
        else:
            self._panel.show_finished(None)


def _keep_nothing(_predictions: Sequence[Prediction]) -> None:
    pass


def _worded(thumbnail: Thumbnail) -> Thumbnail:
    """A training image that cannot be shown: as a rule it was moved or deleted since."""
    is_gone = thumbnail.pixels is None and not Path(case_of_key(thumbnail.key).path).exists()
    return replace(thumbnail, reason=_(GONE)) if is_gone else thumbnail
