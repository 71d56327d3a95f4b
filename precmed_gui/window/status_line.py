"""The bottom line: the engine, the cohort in one breath, and the promise about the network."""

from PySide6.QtWidgets import QLabel, QStatusBar, QWidget

from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.jobs.engine_thread import EngineState
from precmed_gui.language import N_, _
from precmed_gui.window.wording import cohort_text

STATES = {
    EngineState.ASLEEP: N_("The engine starts in a moment"),
    EngineState.LOADING: N_("The engine is loading; you can work already"),
    EngineState.READY: N_("Engine ready"),
    EngineState.BUSY: N_("Engine working"),
    EngineState.BROKEN: N_("The engine does not start; the log says why"),
}
PROMISE = N_("Nothing leaves this computer")
RESEARCH = N_("Research use only")


class StatusLine(QStatusBar):
    """Three quiet facts; nothing here needs an answer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state, self._device = EngineState.ASLEEP, ""
        self._cohort = Cohort()
        self._engine = QLabel()
        self._facts = QLabel()
        self._promise = QLabel()
        self.setSizeGripEnabled(False)
        self.addWidget(self._engine)
        self.addWidget(self._facts, 1)
        self.addPermanentWidget(self._promise)
        self.retranslate()

    @property
    def state(self) -> EngineState:
        """What the learning engine is doing, as far as the screen knows."""
        return self._state

    def promise(self) -> str:
        """What stands on the right."""
        return self._promise.text()

    def show_engine(self, state: EngineState, device: str) -> None:
        """What the learning engine does, and on what."""
        self._state, self._device = state, device
        text = _(STATES[state])
        self._engine.setText(f"{text} · {device}" if device else text)

    def show_cohort(self, cohort: Cohort) -> None:
        """Images, classes and patients."""
        self._cohort = cohort
        if not cohort.cases:
            self._facts.clear()
            return
        self._facts.setText(cohort_text(cohort))

    def retranslate(self) -> None:
        self._promise.setText(f"{_(RESEARCH)} · {_(PROMISE)}")
        self.show_engine(self._state, self._device)
        self.show_cohort(self._cohort)
