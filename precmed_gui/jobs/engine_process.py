"""The child process: imports Keras once, runs work functions one by one, sends their reports.

No Qt here. The process watches its parent: when the pipe closes, it ends at once.
"""

import faulthandler
import logging
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from multiprocessing.connection import Connection

from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.training import BatchEnded
from precmed_gui.diagnosis.work import Cancelled
from precmed_gui.jobs.messages import (
    Begun,
    Cancel,
    CancelSeen,
    Ended,
    Failed,
    Loaded,
    Outcome,
    Reported,
    SetLanguage,
    Start,
    Succeeded,
    WasCancelled,
)
from precmed_gui.language import _, use_language
from precmed_gui.places import logs_folder

BATCH_EVENT_SECONDS = 0.05
"""Batch events come at most this often; epoch events always."""

_log = logging.getLogger(__name__)


class _Desk:
    """What this process has been asked to do, shared by the reading thread and the working one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._waiting: deque[Start] = deque()
        self._changed = threading.Condition()
        self._cancelled: set[int] = set()
        self._acknowledged: set[int] = set()
        self._running: list[int] = []
        self._worker = threading.get_ident()

    def read_forever(self) -> None:
        """Take messages from the parent until it is gone, then end the process."""
        while True:
            try:
                message = self._connection.recv()
            except (EOFError, OSError):
                os._exit(0)
            if isinstance(message, SetLanguage):
                use_language(message.code)
                continue
            with self._changed:
                if isinstance(message, Start):
                    self._waiting.append(message)
                elif isinstance(message, Cancel):
                    self._cancelled.add(message.job)
                self._changed.notify()

    def send(self, message: object) -> None:
        """Tell the parent; a parent that is gone ends the process."""
        try:
            self._connection.send(message)
        except OSError:
            os._exit(0)

    def serve_forever(self) -> None:
        """Run whatever comes, in the order it came."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._waiting))
                start = self._waiting.popleft()
            self._serve(start)

    def is_cancelled(self, job: int) -> bool:
        """Whether `job` is to stop; also the moment at which quick work may slip in."""
        if threading.get_ident() == self._worker:
            self._acknowledge()
            self._serve_quick()
        return job in self._cancelled

    def _acknowledge(self) -> None:
        for job in self._running:
            if job in self._cancelled and job not in self._acknowledged:
                self._acknowledged.add(job)
                self.send(CancelSeen(job))

    def _serve_quick(self) -> None:
        if len(self._running) != 1:
            return
        while start := self._take_quick():
            self._serve(start)

    def _take_quick(self) -> Start | None:
        with self._changed:
            for start in self._waiting:
                if start.is_quick:
                    self._waiting.remove(start)
                    return start
        return None

    def _serve(self, start: Start) -> None:
        if start.job in self._cancelled:
            self.send(Ended(start.job, WasCancelled()))
            return
        self.send(Begun(start.job))
        self._running.append(start.job)
        outcome = self._outcome(start)
        self._running.remove(start.job)
        try:
            self.send(Ended(start.job, outcome))
        except (pickle.PicklingError, TypeError, AttributeError) as error:
            _log.exception("The result of job %s cannot be sent", start.job)
            self.send(Ended(start.job, _unexpected(error)))

    def _outcome(self, start: Start) -> Outcome:
        try:
            work: Callable[..., object] = pickle.loads(start.work)
            return Succeeded(work(_Reporter(self, start.job), _Token(self, start.job)))
        except Cancelled:
            return WasCancelled()
        except PrecmedError as error:
            _log.info("Job %s failed: %s", start.job, error)
            return Failed(error.message, error.hint, traceback.format_exc())
        except MemoryError:
            return Failed(
                _("This computer ran out of memory."),
                _("Close other programs, or choose a smaller image size or batch size."),
                traceback.format_exc(),
            )
        except Exception as error:  # noqa: BLE001 - here work meets the engine, and only here
            _log.exception("Job %s failed unexpectedly", start.job)
            return _unexpected(error)


class _Reporter:
    """The `report` of one job: sends events on, thins out those of batches."""

    def __init__(self, desk: _Desk, job: int) -> None:
        self._desk = desk
        self._job = job
        self._last_batch = 0.0

    def __call__(self, event: object) -> None:
        if isinstance(event, BatchEnded):
            now = time.monotonic()
            if now - self._last_batch < BATCH_EVENT_SECONDS:
                return
            self._last_batch = now
        self._desk.send(Reported(self._job, event))


class _Token:
    """The `cancel` of one job."""

    def __init__(self, desk: _Desk, job: int) -> None:
        self._desk = desk
        self._job = job

    def is_set(self) -> bool:
        return self._desk.is_cancelled(self._job)

    def raise_if_set(self) -> None:
        if self.is_set():
            raise Cancelled


def _unexpected(error: BaseException) -> Failed:
    return Failed(
        _("Something unexpected went wrong: {error}.").format(error=f"{type(error).__name__}"),
        _("Nothing was lost. The details are in the log; please send it to the developers."),
        "".join(traceback.format_exception(error)),
    )


def serve(connection: Connection, name: str, warm_up: bytes, language: str) -> None:
    """Be an engine until the parent is gone.

    Parameters
    ----------
    connection
        This process' end of the pipe.
    name
        "learning" or "reading"; names the log file.
    warm_up
        Pickled function without arguments that imports what the work will need and returns the
        name of the device.
    language
        The code of the language for texts.
    """
    _prepare_process(name)
    use_language(language)
    desk = _Desk(connection)
    threading.Thread(target=desk.read_forever, daemon=True, name="from parent").start()
    desk.send(Loaded(pickle.loads(warm_up)()))
    desk.serve_forever()


def _prepare_process(name: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    _lower_priority()
    try:
        logs_folder().mkdir(parents=True, exist_ok=True)
        log = (logs_folder() / f"{name}.log").open("a", buffering=1, encoding="utf-8")
    except OSError:
        return
    faulthandler.enable(log)
    logging.basicConfig(
        stream=log, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s"
    )


def _lower_priority() -> None:
    """Let the window win every race for a processor."""
    if sys.platform == "win32":
        import ctypes

        below_normal = 0x00004000
        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), below_normal)
    else:
        os.nice(10)
