"""What the command line shows while work runs, on stderr only, and how Ctrl+C stops it."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from precmed_gui.diagnosis.prediction import CasesRead
from precmed_gui.diagnosis.training import (
    BatchEnded,
    EpochEnded,
    FirstModelReady,
    NetworksParted,
    TrainingStarted,
)
from precmed_gui.diagnosis.work import Cancelled, Notice, Step
from precmed_gui.evaluation.wording import parted
from precmed_gui.language import _

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_REFRESH_SECONDS = 0.1


def say(text: str) -> None:
    """Write a line to stderr; the answer alone goes to stdout."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


class InterruptToken:
    """The cancel token of the command line: set by the first Ctrl+C."""

    def __init__(self) -> None:
        self._is_set = False

    def is_set(self) -> bool:
        """Whether Ctrl+C was pressed."""
        return self._is_set

    def raise_if_set(self) -> None:
        """Raise `Cancelled` if Ctrl+C was pressed."""
        if self._is_set:
            raise Cancelled

    def set(self) -> None:
        """Ask the work to end."""
        self._is_set = True


@contextmanager
def stopping_on_interrupt() -> Iterator[InterruptToken]:
    """A token that Ctrl+C sets; a second Ctrl+C ends the program the hard way."""
    token = InterruptToken()

    def on_interrupt(_number: int, _frame: FrameType | None) -> None:
        if token.is_set():
            raise KeyboardInterrupt
        token.set()
        say(_("Stopping …"))

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield token
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def shown_progress() -> Iterator["Display"]:
    """A display that draws a bar if stderr is a terminal, and says the main events in any case."""
    if not sys.stderr.isatty():
        yield Display(None)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, auto_refresh=False, transient=True) as bars:
        yield Display(bars)


class Display:
    """A `Report` for the terminal."""

    def __init__(self, bars: "Progress | None") -> None:
        self._bars = bars
        self._task: TaskID | None = bars.add_task("", total=None) if bars else None
        self._drawn = 0.0

    def __call__(self, event: object) -> None:
        """Show one event."""
        match event:
            case Step(stage, done, total):
                self._draw(stage, done, total)
            case CasesRead(done=done, total=total):
                self._draw(_("Reading images"), done, total)
            case BatchEnded():
                self._draw(_batch_text(event), _batches_done(event), event.batches * event.epochs)
            case _:
                if text := _told(event):
                    self._say(text)

    def _say(self, text: str) -> None:
        if self._bars:
            self._bars.console.print(text, markup=False, highlight=False)
        else:
            say(text)

    def _draw(self, text: str, done: int, total: int) -> None:
        now = time.monotonic()
        if self._bars is None or self._task is None or now - self._drawn < _REFRESH_SECONDS:
            return
        self._drawn = now
        self._bars.update(self._task, description=text, completed=done, total=total or None)
        self._bars.refresh()


def _told(event: object) -> str:
    """What is said of an event; "" for one that is not for people."""
    match event:
        case TrainingStarted():
            return _started_text(event)
        case EpochEnded():
            return _epoch_text(event)
        case FirstModelReady(folder):
            text = _("A first model is in {folder}; looking for a better one.")
            return text.format(folder=folder)
        case NetworksParted():
            return parted()
        case Notice(text):
            return text
        case _:
            return ""


def _batches_done(event: BatchEnded) -> int:
    return (event.epoch - 1) * event.batches + event.batch


def _batch_text(event: BatchEnded) -> str:
    minutes, seconds = divmod(round(event.seconds_left), 60)
    return _("Epoch {epoch} of {epochs}, {time} left").format(
        epoch=event.epoch, epochs=event.epochs, time=f"{minutes}:{seconds:02}"
    )


def _started_text(event: TrainingStarted) -> str:
    return _(
        "Training on {train} images, judged on {validation} others, {test} test it ({device})."
    ).format(train=event.train, validation=event.validation, test=event.test, device=event.device)


def _epoch_text(event: EpochEnded) -> str:
    return _(
        "Epoch {epoch} of {epochs}: training loss {loss:.4f}, accuracy {accuracy:.3f}; "
        "validation loss {val_loss:.4f}, accuracy {val_accuracy:.3f}"
    ).format(
        epoch=event.epoch,
        epochs=event.epochs,
        loss=event.loss,
        accuracy=event.accuracy,
        val_loss=event.val_loss,
        val_accuracy=event.val_accuracy,
    )
