"""How far a check is, how long it still takes as far as that can be known, and its Stop button."""

from PySide6.QtCore import QElapsedTimer, Signal
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from precmed_gui.diagnosis.work import Step
from precmed_gui.language import N_, _
from precmed_gui.window.icons import keep_icon
from precmed_gui.window.layouts import row
from precmed_gui.window.wording import duration, number

STEP = N_("{stage} · {done} of {total}")
LEFT = N_("about {time} left")
_SURE_AFTER_MS = 1500
_SURE_AFTER_SHARE = 0.05


class CheckProgress(QWidget):
    """Hidden while nothing is being checked."""

    stop_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stage = ""
        self._since = QElapsedTimer()
        self._text, self._bar, self.stop = QLabel(), QProgressBar(), QPushButton()
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._bar.setTextVisible(False)
        keep_icon(self.stop, "stop")
        self.stop.clicked.connect(self.stop_wished)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(row((self._text, 1), self.stop))
        layout.addWidget(self._bar)
        self.retranslate()
        self.hide()

    def show_busy(self, text: str) -> None:
        """Say what is being done; its end is not known."""
        self._stage = ""
        self._show(text, 0, 0)

    def show_step(self, step: Step) -> None:
        """Say the stage, how much of it is done, and the time left once that can be guessed."""
        if step.stage != self._stage:
            self._stage = step.stage
            self._since.start()
        if step.total <= 0:
            self._show(step.stage, 0, 0)
            return
        text = _(STEP).format(stage=step.stage, done=number(step.done), total=number(step.total))
        left = seconds_left(self._since.elapsed(), step.done, step.total)
        if left is not None:
            text = f"{text} · {_(LEFT).format(time=duration(left))}"
        self._show(text, step.done, step.total)

    def text(self) -> str:
        """What is being said."""
        return self._text.text() if not self.isHidden() else ""

    def retranslate(self) -> None:
        """Say its own texts in the language in use."""
        self.stop.setText(_("Stop"))
        self.stop.setToolTip(_("Stop the check; what was looked at is remembered") + " (Esc)")

    def _show(self, text: str, done: int, total: int) -> None:
        self._text.setText(text)
        self._text.setToolTip(text)
        self._bar.setAccessibleName(text)
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        self.show()


def seconds_left(elapsed: int, done: int, total: int) -> float | None:
    """From milliseconds so far; None while it would be a wild guess."""
    if elapsed < _SURE_AFTER_MS or done < _SURE_AFTER_SHARE * total:
        return None
    return elapsed / 1000 * (total - done) / done
