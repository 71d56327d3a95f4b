"""Jobs: the window's way to have work done elsewhere, and the signals its panels connect to."""

from collections.abc import Callable
from enum import Enum

from PySide6.QtCore import QObject, Signal, Slot

from precmed_gui.jobs.engine_thread import EngineThread, WarmUp


class Lane(Enum):
    """Which engine does the work."""

    LEARNING = "learning"
    """Has Keras; one long job at a time, quick ones between its batches."""
    READING = "reading"
    """Opens files from outside; never waits for Keras, and may crash without harm."""


class Jobs(QObject):
    """Two engines and the numbers of what they were asked to do.

    Every job answers with any number of `reported(job, event)` and exactly one
    `ended(job, outcome)`, always last; what comes after a job was abandoned is dropped.
    """

    reported = Signal(int, object)
    ended = Signal(int, object)
    engine_changed = Signal(object, object, str)

    def __init__(self, warm_ups: dict[Lane, WarmUp], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engines = {
            lane: EngineThread(lane.value, warm_up, self) for lane, warm_up in warm_ups.items()
        }
        self._lanes: dict[int, Lane] = {}
        self._last = 0
        for engine in self._engines.values():
            engine.reported.connect(self._on_reported)
            engine.ended.connect(self._on_ended)
            engine.state_changed.connect(self._on_state_changed)

    def open(self) -> None:
        """Start the engines; called when the window is on the screen."""
        for engine in self._engines.values():
            engine.start()

    def close(self) -> None:
        """End both engines; unfinished work is given up."""
        self._lanes.clear()
        for engine in self._engines.values():
            if engine.isRunning():
                engine.close()

    def start(
        self, work: Callable[..., object], lane: Lane = Lane.LEARNING, *, is_quick: bool = False
    ) -> int:
        """Have `work(report, cancel)` done; answers the job's number."""
        self._last += 1
        self._lanes[self._last] = lane
        self._engines[lane].start_work(self._last, work, is_quick=is_quick)
        return self._last

    def cancel(self, job: int) -> None:
        """Stop a job; its `ended` still comes."""
        if job in self._lanes:
            self._engines[self._lanes[job]].cancel(job)

    def abandon(self, job: int) -> None:
        """Stop a job and hear no more of it."""
        self.cancel(job)
        self._lanes.pop(job, None)

    def set_language(self, code: str) -> None:
        """Have errors and stages worded in this language from now on."""
        for engine in self._engines.values():
            engine.set_language(code)

    def process_ids(self) -> dict[Lane, int | None]:
        """The engines' process numbers, for the log and for tests."""
        return {lane: engine.process_id for lane, engine in self._engines.items()}

    @Slot(int, object)
    def _on_reported(self, job: int, event: object) -> None:
        if job in self._lanes:
            self.reported.emit(job, event)

    @Slot(int, object)
    def _on_ended(self, job: int, outcome: object) -> None:
        if self._lanes.pop(job, None) is not None:
            self.ended.emit(job, outcome)

    @Slot(str, object, str)
    def _on_state_changed(self, name: str, state: object, device: str) -> None:
        self.engine_changed.emit(Lane(name), state, device)
