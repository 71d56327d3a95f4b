"""What is being done right now, how far it is, and the button that stops it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from precmed_gui.diagnosis.work import Step
from precmed_gui.language import N_, _
from precmed_gui.window.icons import keep_icon
from precmed_gui.window.wording import number

PROGRESS = N_("{stage} · {done} of {total}")
STOP = N_("Stop")
STOP_TIP = N_("Stop; what is in the list already stays (Esc)")


class WorkStrip(QWidget):
    """Hidden while nothing is being done."""

    stop_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = QLabel()
        self._text.setObjectName("workText")
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._stop = QToolButton()
        self._stop.setObjectName("stopOpening")
        keep_icon(self._stop, "stop")
        self._stop.clicked.connect(self.stop_wished)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self._text, 1)
        line.addWidget(self._stop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(line)
        layout.addWidget(self._bar)
        self.retranslate()
        self.hide()

    def show_progress(self, step: Step) -> None:
        """Say the stage and how much of it is done; a moving bar where the end is unknown."""
        if step.total <= 0:
            self.show_busy(step.stage)
            return
        text = _(PROGRESS).format(
            stage=step.stage, done=number(step.done), total=number(step.total)
        )
        self._show(text, step.total)
        self._bar.setValue(step.done)

    def show_busy(self, text: str) -> None:
        """Say what is being done; its end is unknown."""
        self._show(text, 0)

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        self._stop.setToolTip(_(STOP_TIP))
        self._stop.setAccessibleName(_(STOP))

    def _show(self, text: str, total: int) -> None:
        self._text.setText(text)
        self._text.setToolTip(text)
        self._bar.setAccessibleName(text)
        if self._bar.maximum() != total:
            self._bar.setRange(0, total)
        self.show()
