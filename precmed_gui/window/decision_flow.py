"""Between an answer on the screen and the record: who decides what, blinded or not, how long."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication

from precmed_gui.diagnosis.record import Decision, Shown
from precmed_gui.language import N_, _
from precmed_gui.window.decision_bar import BarState, DecisionBar
from precmed_gui.window.prediction_panel import PredictionPanel
from precmed_gui.window.reading_stage import (
    Choice,
    Stage,
    Stopwatch,
    blind_decision,
    kind_and_label,
    said_label,
    stage_of,
)
from precmed_gui.window.readings_model import Reading
from precmed_gui.window.record_keeper import RecordKeeper

COMPARING = N_("The image is still being compared with the one that was read. Decide in a moment.")
_Answer = tuple[str, str, str]
"""Case, pixels and model: what a reader has seen, whatever its row in the record."""


class DecisionFlow(QObject):
    """Turns a reader's choices into rows of the record.

    Signals
    -------
    decided
        A case is done: the `Decision` that ended it is on the disk.
    reader_changed
        The name of who reads from now on.
    """

    decided = Signal(object)
    reader_changed = Signal(str)

    def __init__(
        self,
        keeper: RecordKeeper,
        panel: PredictionPanel,
        ask_reader: Callable[[str], str],
        watch: Stopwatch,
    ) -> None:
        super().__init__(panel)
        self._keeper, self._panel, self._ask_reader = keeper, panel, ask_reader
        self._bar: DecisionBar = panel.decisions
        self._reader = ""
        self._is_blinded = False
        self._stages: dict[int, Stage] = {}
        self._seen: set[tuple[str, _Answer]] = set()
        self._is_compared: Callable[[Shown], bool] = _is_always
        self._is_waiting = False
        self._key = self._problem = ""
        self._watch = watch
        panel.hide_answers_by(self.hides_case)
        panel.reading_shown.connect(self._on_reading_shown)
        self._bar.chosen.connect(self.decide)
        self._bar.reader_wished.connect(self.name_reader)
        keeper.failed.connect(self._on_failed)
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.applicationStateChanged.connect(self._on_application_state)

    @property
    def reader(self) -> str:
        """Who reads; "" until somebody said."""
        return self._reader

    @property
    def is_blinded(self) -> bool:
        """Whether answers are hidden until a reader commits."""
        return self._is_blinded

    def wait_until(self, is_compared: Callable[[Shown], bool]) -> None:
        """What says whether the image on the screen is known to be the one that was read."""
        self._is_compared = is_compared

    @Slot()
    def go_on(self) -> None:
        """An image was compared: a decision that came too early may be made now."""
        if self._is_waiting:
            self._is_waiting = False
            self.refresh()

    def use_reader(self, name: str) -> None:
        """Take this person for the reader from now on; what nobody in particular saw, they saw."""
        if not self._reader:
            self._seen |= {(name, answer) for _nobody, answer in self._seen}
        self._reader = name
        self._bar.show_reader(name)
        self.refresh()

    @Slot()
    def name_reader(self) -> bool:
        """Ask who reads; False where nobody says."""
        name = self._ask_reader(self._reader).strip()
        if name and name != self._reader:
            self.use_reader(name)
            self.reader_changed.emit(name)
        return bool(self._reader) and bool(name)

    def set_blinded(self, *, is_blinded: bool) -> bool:
        """Hide answers from now on, or no longer; what holds then.

        It takes a reader with a name, or nobody could say to whom they were hidden.
        """
        if is_blinded and not self._reader and not self.name_reader():
            return False
        if is_blinded and not self._is_blinded:
            self._see_listed()
        self._is_blinded = self._keeper.is_blinded = is_blinded
        self.refresh()
        return is_blinded

    def sees(self, shown: Shown) -> None:
        """The answer is put before the reader, who cannot be blinded to it any more."""
        self._seen.add((self._reader, _answer(shown)))

    @property
    def has_seen(self) -> bool:
        """Whether the reader has seen answers in this session."""
        return any(reader == self._reader for reader, _seen in self._seen)

    def _see_listed(self) -> None:
        """The list below the picture has shown what the model said of its images."""
        for prediction in self._panel.readings.predictions():
            shown = self._keeper.shown_of(prediction.case.key)
            if shown is not None:
                self.sees(shown)

    def hides(self, shown: Shown) -> bool:
        """Whether what the model said there is hidden from the reader."""
        return self._is_blinded and self._stage(shown) == "blind"

    def hides_case(self, key: str) -> bool:
        """The same for a case of the prediction panel."""
        shown = self._keeper.shown_of(key)
        return self._is_blinded if shown is None else self.hides(shown)

    def refresh(self) -> None:
        """Look again at how far the reader is."""
        self._stages.clear()
        self._panel.say_again()

    @Slot(object)
    def decide(self, choice: Choice) -> None:
        """Keep a decision, then go on: to the answer after a blind one, else to the next case."""
        shown = self._shown()
        if shown is None or not (self._reader or self.name_reader()):
            return
        if not self._is_compared(shown):
            self._bar.show_problem(_(COMPARING))
            self._is_waiting = True
            return
        stage = self._stage(shown)
        before = blind_decision(self._keeper.decisions(shown), self._reader)
        meant = kind_and_label(choice, shown, before if stage == "revise" else None)
        if meant is None or (stage == "blind" and choice.kind == "agree"):
            return
        kept = self._keep(shown, meant, stage)
        if kept is None:
            self._bar.show_problem(self._problem)
            return
        self._bar.comment.clear()
        self.refresh()
        if stage != "blind":
            self.decided.emit(kept)

    def _keep(self, shown: Shown, meant: tuple[str, str], stage: Stage) -> Decision | None:
        kind, label = meant
        decision = Decision(
            shown.number,
            kind,  # type: ignore[arg-type]
            label,
            self._reader,
            self._bar.take_comment(),
            is_blind=stage == "blind",
            seconds=round(self._watch.seconds, 1),
        )
        return self._keeper.decide(decision)

    def _shown(self) -> Shown | None:
        reading = self._panel.current()
        if reading is None or reading.prediction is None:
            return None
        return self._keeper.shown_of(reading.case.key)

    def _stage(self, shown: Shown) -> Stage:
        """A reader who has seen the answer, now or on another day, cannot be blinded to it."""
        if shown.number not in self._stages:
            has_seen = (self._reader, _answer(shown)) in self._seen or (
                self._is_blinded and self._keeper.has_read_openly(self._reader, shown)
            )
            is_blinded = self._is_blinded and not has_seen
            decisions = self._keeper.decisions(shown)
            self._stages[shown.number] = stage_of(decisions, self._reader, is_blinded=is_blinded)
        return self._stages[shown.number]

    @Slot(object)
    def _on_reading_shown(self, reading: Reading | None) -> None:
        key = reading.case.key if reading is not None else ""
        if key != self._key:
            self._key = key
            self._bar.comment.clear()
            self._watch.restart()
        shown = self._shown()
        reason = self._keeper.reason(key) if reading is not None and reading.prediction else ""
        self._panel.answer.show_unkept(reason)
        self._bar.show_state(self._state(shown) if shown is not None else None)

    def _state(self, shown: Shown) -> BarState:
        stage = self._stage(shown)
        if stage != "blind":
            self.sees(shown)
        decisions = self._keeper.decisions(shown)
        return BarState(
            labels=shown.labels,
            stage=stage,
            can_agree=bool(said_label(shown)),
            decisions=() if stage == "blind" else self._keeper.decisions_before(shown) + decisions,
            blind=blind_decision(decisions, self._reader),
            earlier=len(self._keeper.earlier(shown)),
        )

    @Slot(str, str)
    def _on_failed(self, message: str, hint: str) -> None:
        self._problem = f"{message} {hint}"

    @Slot(Qt.ApplicationState)
    def _on_application_state(self, state: Qt.ApplicationState) -> None:
        self._watch.set_running(is_running=state == Qt.ApplicationState.ApplicationActive)


def _answer(shown: Shown) -> _Answer:
    return shown.case_key, shown.fingerprint, shown.model_digest


def _is_always(_shown: Shown) -> bool:
    return True
