"""One question with one line for an answer; for the dialogs around the record."""

from dataclasses import dataclass

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from precmed_gui.language import _

_BELOW = 2


@dataclass(frozen=True, slots=True)
class LineQuestion:
    """A question with one line for an answer, all of it translated."""

    question: str
    why: str
    verb: str
    words: str = ""
    is_secret: bool = False


class LineDialog(QDialog):
    """One question, one line; can be answered only when something was typed."""

    def __init__(self, asked: LineQuestion, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("PrecMed")
        self.resize(420, 180)
        question, why = QLabel(asked.question), QLabel(asked.why)
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
        for label in (question, why):
            label.setWordWrap(True)
        for part in (question, self.field, why):
            layout.addWidget(part)
        layout.addStretch(1)
        layout.addWidget(buttons)
        self._on_text_changed()

    def words(self) -> str:
        """What was typed; a passphrase keeps its blanks."""
        text = self.field.text()
        return text if self.field.echoMode() == QLineEdit.EchoMode.Password else text.strip()

    def put_below(self, part: QWidget) -> None:
        """Have `part` below the line."""
        self._parts.insertWidget(_BELOW, part)

    @Slot()
    def _on_text_changed(self) -> None:
        self.keep.setEnabled(bool(self.words()))
