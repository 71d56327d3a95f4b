"""The QThread worker around the Keras model: owns one engine process and speaks for it in signals.

A subclass with a Python `run()`, as the Qt worker-object pattern crashes with TensorFlow; the
process under it makes a crash, an exhausted memory or a stuck Stop survivable.
"""

import contextlib
import logging
import multiprocessing
import pickle
import queue
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from PySide6.QtCore import QObject, QThread, Signal

from precmed_gui.jobs import messages
from precmed_gui.jobs.engine_process import serve
from precmed_gui.language import _, current_language

STOP_SECONDS = 4.0
"""A child that has not noticed a Stop for this long is ended and replaced."""
TIDY_SECONDS = 90.0
"""A child that noticed the Stop may be silent for this long while it saves what was learned."""
QUICK_DEATHS = 3
"""After so many deaths before being ready, no new child is started until there is new work."""

_log = logging.getLogger(__name__)
WarmUp = Callable[[], str]


class EngineState(Enum):
    """What an engine is doing."""

    ASLEEP = "asleep"
    LOADING = "loading"
    READY = "ready"
    BUSY = "busy"
    BROKEN = "broken"


@dataclass(slots=True)
class _Job:
    """What the thread remembers of a piece of work that has not ended."""

    start: messages.Start
    has_begun: bool = False
    stop_deadline: float | None = None
    is_tidying: bool = False


class EngineThread(QThread):
    """Runs work in a child process; see `jobs.Jobs` for who listens.

    Parameters
    ----------
    name
        Names the log file.
    warm_up
        Module-level function run in the child before any work; returns the device's name.
    """

    reported = Signal(int, object)
    ended = Signal(int, object)
    state_changed = Signal(str, object, str)

    def __init__(self, name: str, warm_up: WarmUp, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._warm_up = pickle.dumps(warm_up)
        self._wishes: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._wake_reader, self._wake_writer = multiprocessing.Pipe(duplex=False)
        self._jobs: dict[int, _Job] = {}
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None
        self._device = ""
        self._is_loaded = False
        self._state = EngineState.ASLEEP
        self._quick_deaths = 0
        self._is_closing = False

    @property
    def process_id(self) -> int | None:
        """The child's process number while it lives."""
        return self._process.pid if self._process else None

    # What the window's thread may call

    def start_work(self, job: int, work: Callable[..., object], *, is_quick: bool = False) -> None:
        """Queue a picklable work function under a number that was never used before."""
        self._wish(messages.Start(job, pickle.dumps(work), is_quick))

    def cancel(self, job: int) -> None:
        """Stop one piece of work; it ends in seconds whatever it is doing."""
        self._wish(messages.Cancel(job))

    def set_language(self, code: str) -> None:
        """Word what comes from now on in this language."""
        self._wish(messages.SetLanguage(code))

    def close(self) -> None:
        """End the child and the thread; returns when both are gone."""
        self._wish(None)
        self.wait()

    def _wish(self, wish: object) -> None:
        self._wishes.put(wish)
        with contextlib.suppress(OSError):
            self._wake_writer.send_bytes(b"!")

    # The thread itself

    def run(self) -> None:
        """Own the child until `close`."""
        self._start_process()
        while not self._is_closing:
            self._turn()
        self._end_process()

    def _turn(self) -> None:
        sources: list[object] = [self._wake_reader]
        if self._process is not None and self._connection is not None:
            sources += [self._connection, self._process.sentinel]
        ready = wait(sources, timeout=self._seconds_to_deadline())  # type: ignore[arg-type]
        if self._wake_reader in ready:
            self._wake_reader.recv_bytes()
        if self._connection is not None and self._connection in ready:
            self._take_messages()
        elif self._process is not None and self._process.sentinel in ready:
            self._on_death()
        while not self._wishes.empty() and not self._is_closing:
            self._fulfil(self._wishes.get())
        self._enforce_deadlines()

    def _fulfil(self, wish: object) -> None:
        if wish is None:
            self._is_closing = True
        elif isinstance(wish, messages.Start):
            self._jobs[wish.job] = _Job(wish)
            if self._process is None:
                self._start_process()
            else:
                self._send(wish)
        elif isinstance(wish, messages.Cancel):
            self._stop(wish)
        else:
            self._send(wish)

    def _stop(self, wish: messages.Cancel) -> None:
        job = self._jobs.get(wish.job)
        if job is None:
            return
        self._send(wish)
        if not job.has_begun:
            self._finish(wish.job, messages.WasCancelled())
        elif job.stop_deadline is None:
            job.stop_deadline = time.monotonic() + STOP_SECONDS

    def _take_messages(self) -> None:
        connection = self._connection
        try:
            while connection is not None and connection.poll():
                self._take(connection.recv())
        except (EOFError, OSError, pickle.UnpicklingError):
            self._on_death()

    def _take(self, message: object) -> None:
        if isinstance(message, messages.Loaded):
            self._device = message.device
            self._is_loaded = True
            self._quick_deaths = 0
            self._show_state()
            return
        job = self._jobs.get(getattr(message, "job", -1))
        if job is None:
            return
        self._renew_tidying()
        if isinstance(message, messages.Begun):
            job.has_begun = True
            self._show_state()
        elif isinstance(message, messages.CancelSeen):
            job.is_tidying = True
            job.stop_deadline = time.monotonic() + TIDY_SECONDS
        elif isinstance(message, messages.Reported):
            self.reported.emit(message.job, message.event)
        elif isinstance(message, messages.Ended):
            self._finish(message.job, message.outcome)

    def _renew_tidying(self) -> None:
        """A child that speaks is alive, whichever of its nested jobs it speaks of."""
        for job in self._jobs.values():
            if job.is_tidying:
                job.stop_deadline = time.monotonic() + TIDY_SECONDS

    def _finish(self, number: int, outcome: messages.Outcome) -> None:
        del self._jobs[number]
        self._show_state()
        self.ended.emit(number, outcome)

    def _seconds_to_deadline(self) -> float | None:
        deadlines = [job.stop_deadline for job in self._jobs.values() if job.stop_deadline]
        return max(0.0, min(deadlines) - time.monotonic()) if deadlines else None

    def _enforce_deadlines(self) -> None:
        now = time.monotonic()
        late = [
            n for n, job in self._jobs.items() if job.stop_deadline and job.stop_deadline <= now
        ]
        if not late or self._process is None:
            return
        for number in late:
            self._finish(number, messages.WasCancelled())
        if any(job.has_begun and job.stop_deadline is None for job in self._jobs.values()):
            return  # it is nested in work that nobody stopped; its late words are dropped
        _log.warning("Jobs %s did not stop in time; the %s engine is replaced", late, self._name)
        self._process.kill()
        self._process.join()
        self._on_death()

    # The child's life

    def _start_process(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        arguments = (theirs, self._name, self._warm_up, current_language())
        self._device = ""
        self._is_loaded = False
        process = context.Process(
            target=serve, args=arguments, name=f"precmed {self._name}", daemon=True
        )
        self._set_state(EngineState.LOADING)
        process.start()
        self._process = process
        theirs.close()
        for job in self._jobs.values():
            self._send(job.start)

    def _send(self, message: object) -> None:
        if self._connection is not None:
            with contextlib.suppress(OSError):  # a dead child is noticed by its sentinel
                self._connection.send(message)

    def _on_death(self) -> None:
        if self._process is None:
            return
        self._process.join()
        exit_code = self._process.exitcode
        _log.error("The %s engine ended with code %s", self._name, exit_code)
        self._forget_process()
        self._quick_deaths = 0 if self._is_loaded else self._quick_deaths + 1
        is_hopeless = self._quick_deaths >= QUICK_DEATHS
        victims = [n for n, job in self._jobs.items() if job.has_begun or is_hopeless]
        for number in victims:
            self._finish(number, _death_notice(exit_code))
        if is_hopeless:
            self._quick_deaths = 0
            self._set_state(EngineState.BROKEN)
        else:
            self._start_process()

    def _forget_process(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None
        self._process = None

    def _end_process(self) -> None:
        process = self._process
        if process is None:
            return
        if self._connection is not None:
            self._connection.close()  # the child ends itself when the pipe closes
        process.join(1.0)
        if process.is_alive():
            process.kill()
            process.join()
        self._process = None

    def _show_state(self) -> None:
        if self._process is None or not self._is_loaded:
            return
        is_busy = any(job.has_begun for job in self._jobs.values())
        self._set_state(EngineState.BUSY if is_busy else EngineState.READY)

    def _set_state(self, state: EngineState) -> None:
        if state is not self._state:
            self._state = state
            self.state_changed.emit(self._name, state, self._device)


def _death_notice(exit_code: int | None) -> messages.EngineDied:
    killed_by_system = -9
    if exit_code == killed_by_system:
        return messages.EngineDied(
            _("The engine was ended by the system, most often because memory ran out."),
            _("Close other programs or choose a smaller image size, then start again."),
        )
    return messages.EngineDied(
        _("The engine stopped unexpectedly (code {code}).").format(code=exit_code),
        _("It has been started anew; please try again. The log has the details."),
    )
