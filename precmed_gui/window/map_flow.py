"""Between the picture on the screen and the learning engine: the map of what an answer hangs on."""

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from precmed_gui.diagnosis.explanation import Explanation
from precmed_gui.jobs.jobs import Jobs
from precmed_gui.jobs.messages import EngineDied, Failed, Outcome, Succeeded
from precmed_gui.language import sentences
from precmed_gui.learning.explain import explain
from precmed_gui.window.map_overlay import MapStyle
from precmed_gui.window.prediction_panel import PredictionPanel
from precmed_gui.window.readings_model import Reading
from precmed_gui.window.workspace import Workspace


class MapFlow(QObject):
    """Has maps made of answers of the model in use, unless the answer is hidden.

    Signals
    -------
    made
        An `Explanation` that is about to be shown.
    """

    made = Signal(object)

    def __init__(self, workspace: Workspace, jobs: Jobs, panel: PredictionPanel) -> None:
        super().__init__(panel)
        self._workspace, self._jobs, self._panel = workspace, jobs, panel
        self._bar, self._viewer = panel.map_bar, panel.viewer
        self._job = 0
        self._strengths: dict[tuple[str, str], tuple[float, ...]] = {}
        self._about: tuple[str, bool] = ("", False)
        self.explanation: Explanation | None = None
        jobs.ended.connect(self._on_ended)
        panel.reading_shown.connect(self._on_reading_shown)
        self._bar.wished.connect(self.explain)
        self._bar.look_changed.connect(self._show)
        self._bar.hide_wished.connect(self.hide)
        self._bar.stop_wished.connect(self.stop)
        self._bar.slice_wished.connect(self._viewer.slice_wished)
        self._viewer.slice_shown.connect(self._on_slice_shown)

    @property
    def is_working(self) -> bool:
        """Whether a map is being made."""
        return self._job != 0

    @Slot(str)
    def explain(self, label: str) -> None:
        """Have the map of this class made: of the slice that counts most, then of any other."""
        reading = self._panel.current()
        if reading is None or self._workspace.model is None or self._bar.isHidden():
            return
        self._jobs.abandon(self._job)
        self._take_away()
        self._bar.show_busy()
        folder, case = str(self._workspace.model), reading.case
        is_first = case.slices > 1 and (case.key, label) not in self._strengths
        slice_number = 0 if is_first else self._viewer.slice_number
        work = partial(explain, folder, case, label, slice_number)
        self._job = self._jobs.start(work, is_quick=True)

    @Slot()
    def stop(self) -> None:
        """No map after all."""
        self._jobs.abandon(self._job)
        self._job = 0
        self.hide()

    @Slot()
    def hide(self) -> None:
        """The plain picture again."""
        self._take_away()
        self._bar.show_explanation(None)

    def _take_away(self) -> None:
        self.explanation = None
        self._show()

    @Slot()
    def _show(self) -> None:
        style, opacity = self._bar.look()
        found = self.explanation
        is_here = found is not None and found.slice_number == self._viewer.slice_number
        self._bar.is_elsewhere = found is not None and not is_here
        strength = found.strength if found is not None and is_here else None
        self._viewer.show_map(strength, is_beside=style is MapStyle.BESIDE)
        self._viewer.show_map_look(style, opacity)

    @Slot(object)
    def _on_reading_shown(self, reading: Reading | None) -> None:
        """Another answer, or one that was hidden and is no longer, has no map yet."""
        prediction = reading.prediction if reading is not None else None
        key = reading.case.key if reading is not None else ""
        can_show = (
            prediction is not None
            and reading is not None
            and not self._panel.readings.hides(reading)
            and prediction.verdict != "refused"
            and not reading.note
        )
        if (key, can_show) == self._about:
            return
        self._about = (key, can_show)
        self._jobs.abandon(self._job)
        self._job = 0
        self._take_away()
        labels = prediction.labels if prediction is not None else ()
        first = prediction.label if prediction is not None and can_show else ""
        self._bar.show_classes(labels, first)

    @Slot(int)
    def _on_slice_shown(self, _number: int) -> None:
        self._show()

    @Slot(int, object)
    def _on_ended(self, job: int, outcome: Outcome) -> None:
        if job != self._job or not self._job:
            return
        self._job = 0
        if isinstance(outcome, Succeeded) and isinstance(outcome.result, Explanation):
            self._take(outcome.result)
        elif isinstance(outcome, Failed):
            self._bar.show_error(sentences(outcome.message, outcome.hint))
        elif isinstance(outcome, EngineDied):
            self._bar.show_error(sentences(outcome.reason, outcome.hint))
        else:
            self._bar.show_explanation(None)

    def _take(self, found: Explanation) -> None:
        """Show a map, and the slice it is of; which slices count is told for the whole case."""
        place = (found.case.key, found.label)
        known = found.slice_strengths or self._strengths.get(place, ())
        if found.case.slices > 1:
            self._strengths[place] = known
        self.explanation = replace(found, slice_strengths=known)
        self.made.emit(self.explanation)
        self._bar.show_explanation(self.explanation)
        self._show()
        if found.slice_number != self._viewer.slice_number:
            self._viewer.slice_wished.emit(found.slice_number)
