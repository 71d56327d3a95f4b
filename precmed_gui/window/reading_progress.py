"""How far the reading of many images is, in words, with the time left once that can be guessed."""

from PySide6.QtCore import QElapsedTimer

from precmed_gui.language import N_, _
from precmed_gui.window.check_progress import LEFT, seconds_left
from precmed_gui.window.wording import duration, number

READING = N_("Reading {done} of {total}…")


class ReadingProgress:
    """Counts from the first answer on: opening files and waiting say nothing about the speed."""

    def __init__(self) -> None:
        self._since = QElapsedTimer()
        self._first = 0

    def restart(self) -> None:
        """Another list begins."""
        self._since.invalidate()

    def text(self, done: int, total: int) -> str:
        """What to say when `done` of `total` images are read."""
        if not self._since.isValid():
            self._since.start()
            self._first = done
        text = _(READING).format(done=number(done), total=number(total))
        fresh = done - self._first
        left = seconds_left(self._since.elapsed(), fresh, total - self._first) if fresh else None
        if left is None or done >= total:
            return text
        return f"{text} · {_(LEFT).format(time=duration(left))}"
