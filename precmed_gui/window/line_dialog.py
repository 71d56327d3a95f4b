"""One question with one line for an answer; for the dialogs around the record."""

from dataclasses import dataclass

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from precmed_gui.language import _
from precmed_gui.window.theme import set_role

_WIDTH, _LEAST_HEIGHT = 440, 180


@dataclass(frozen=True, slots=True)
class LineQuestion:
    """A question with one line for an answer, all of it translated."""

    question: str
    why: str
    verb: str
    words: str = ""
    is_secret: bool = False
    trouble: str = ""
    """Why the last answer did not do."""


class LineDialog(QDialog):
    """One question, one line; can be answered only when something was typed."""

    def __init__(self, asked: LineQuestion, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("PrecMed")
        question, why, self.trouble = QLabel(asked.question), QLabel(asked.why), QLabel()
        set_role(self.trouble, "error")
        self.field = QLineEdit(asked.words)
        self.field.setAccessibleName(asked.question)
        if asked.is_secret:
            self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.textChanged.connect(self._on_text_changed)
        question.setBuddy(self.field)
        why.setProperty("role", "caption")
        buttons = QDialogButtonBox()
        self.keep = buttons.addButton(asked.verb, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(_("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.keep.setProperty("primary", True)
        layout = self._parts = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        for label in (question, self.trouble, why):
            label.setWordWrap(True)
        for part in (question, self.field, self.trouble, why):
            layout.addWidget(part)
        layout.addStretch(1)
        layout.addWidget(buttons)
        self.show_trouble(asked.trouble)
        self._on_text_changed()

    def words(self) -> str:
        """What was typed; a passphrase keeps its blanks."""
        text = self.field.text()
        return text if self.field.echoMode() == QLineEdit.EchoMode.Password else text.strip()

    def show_trouble(self, text: str) -> None:
        """Say below the line why what stands or stood there does not do; "" for nothing."""
        self.trouble.setText(text)
        self.trouble.setVisible(bool(text))
        self.field.setAccessibleDescription(text)
        height = max(_LEAST_HEIGHT, self._parts.totalHeightForWidth(_WIDTH))
        self.resize(max(self.width(), _WIDTH) if self.isVisible() else _WIDTH, height)

    @Slot()
    def _on_text_changed(self) -> None:
        self.keep.setEnabled(bool(self.words()))
