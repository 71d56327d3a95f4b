"""What the check before a training has to say in the training panel: a leak, or things to see.

A leak keeps the training from starting until it is repaired or somebody says in words why it may.
"""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from precmed_gui.diagnosis.checks import Finding
from precmed_gui.language import N_, _
from precmed_gui.window.button_flow import ButtonFlow
from precmed_gui.window.check_words import leaks_text, things_text
from precmed_gui.window.icons import icon, keep_icon
from precmed_gui.window.theme import theme_signals

REPAIR = N_("Repair and train")
REPAIR_TIP = N_("Do what the check proposes first, then train; it can be undone (Ctrl+Z)")
ALL_THE_SAME = N_("Train all the same…")
ALL_THE_SAME_TIP = N_("Say why; your words go on the model's card")
LOOK = N_("Look at them")
_SIGN = 18


class LeakQuestion(QWidget):
    """Hidden until there is something to say.

    Signals
    -------
    repair_wished, statement_wished, findings_wished
        A button was pressed: repair and train, say why to train all the same, look at the check.
    """

    repair_wished = Signal()
    statement_wished = Signal()
    findings_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._leaks: tuple[Finding, ...] = ()
        self._things = 0
        self._sign, self._text = QLabel(), QLabel()
        self._text.setWordWrap(True)
        self.repair, self.all_the_same, self.look = QPushButton(), QPushButton(), QPushButton()
        self.repair.setProperty("primary", True)
        self.look.setProperty("flat", True)
        self.repair.clicked.connect(self.repair_wished)
        self.all_the_same.clicked.connect(self.statement_wished)
        self.look.clicked.connect(self.findings_wished)
        self.things = QPushButton()
        self.things.setProperty("flat", True)
        self.things.setStyleSheet("padding-left: 0;")
        keep_icon(self.things, "warning", "warning")
        self.things.clicked.connect(self.findings_wished)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._frame())
        layout.addWidget(self.things, 0, Qt.AlignmentFlag.AlignLeft)
        theme_signals().changed.connect(self._show_sign)
        self._show_sign()
        self.retranslate()

    def _frame(self) -> QFrame:
        self._box = QFrame()
        self._box.setProperty("panel", "error")
        self._buttons = ButtonFlow()
        for button in (self.repair, self.all_the_same, self.look):
            self._buttons.add(button)
        words = QHBoxLayout()
        words.setSpacing(8)
        words.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        words.addWidget(self._text, 1)
        layout = QVBoxLayout(self._box)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addLayout(words)
        layout.addWidget(self._buttons)
        return self._box

    def ask(self, leaks: Sequence[Finding]) -> None:
        """Say what leaks; nothing leaks: ask nothing."""
        self._leaks = tuple(leaks)
        self._show()
        if leaks:
            focus = self.repair if self.repair.isEnabled() else self.all_the_same
            focus.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_things(self, count: int) -> None:
        """How many findings are worth a look; 0: no line at all."""
        self._things = count
        self._show()

    @property
    def leaks(self) -> tuple[Finding, ...]:
        """What is being asked about."""
        return self._leaks

    def text(self) -> str:
        """What is being said about the leaks."""
        return self._text.text() if self._leaks else ""

    def retranslate(self) -> None:
        """Say its own texts in the language in use."""
        self.repair.setText(_(REPAIR))
        self.repair.setToolTip(_(REPAIR_TIP))
        self.all_the_same.setText(_(ALL_THE_SAME))
        self.all_the_same.setToolTip(_(ALL_THE_SAME_TIP))
        self.look.setText(_(LOOK))
        self.things.setToolTip(_("Open what the check found") + " (Ctrl+5)")
        self._show()

    def _show(self) -> None:
        self._box.setVisible(bool(self._leaks))
        if self._leaks:
            self._text.setText(leaks_text(self._leaks))
            self._box.setAccessibleName(self._text.text())
            self.repair.setEnabled(all(leak.fixes for leak in self._leaks))
        self.things.setText(things_text(self._things))
        self.things.setVisible(self._things > 0 and not self._leaks)
        self.setVisible(bool(self._leaks or self._things))

    @Slot()
    def _show_sign(self) -> None:
        self._sign.setPixmap(icon("refused").pixmap(_SIGN, _SIGN))
