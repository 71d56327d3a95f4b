"""A question that is answered in the user's own words, which then go on the model's card."""

from dataclasses import dataclass

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)


@dataclass(frozen=True, slots=True)
class WordsQuestion:
    """What is asked, all of it translated.

    Parameters
    ----------
    title, question, why
        Of the window, the field, and below the question.
    example
        Shown in the empty field.
    verbs
        For the button that keeps the words, and the one that does not.
    least
        How many characters make an answer.
    words
        What the field holds at first.
    """

    title: str
    question: str
    why: str
    example: str
    verbs: tuple[str, str]
    least: int = 1
    words: str = ""


class WordsDialog(QDialog):
    """One question, one field; can be kept only when enough was said."""

    def __init__(self, asked: WordsQuestion, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._least = asked.least
        self.setWindowTitle(asked.title)
        self.resize(480, 340)
        question, why = QLabel(asked.question), QLabel(asked.why)
        self.field = QPlainTextEdit(asked.words)
        self.field.setPlaceholderText(asked.example)
        self.field.setTabChangesFocus(True)
        self.field.textChanged.connect(self._on_text_changed)
        self.field.setAccessibleName(asked.question)
        question.setBuddy(self.field)
        why.setProperty("role", "caption")
        buttons = QDialogButtonBox()
        self.keep = buttons.addButton(asked.verbs[0], QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(asked.verbs[1], QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.keep.setProperty("primary", True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        for label in (question, why):
            label.setWordWrap(True)
            layout.addWidget(label)
        layout.addWidget(self.field, 1)
        layout.addWidget(buttons)
        self._on_text_changed()

    def words(self) -> str:
        """What was said, without blanks around it."""
        return self.field.toPlainText().strip()

    @Slot()
    def _on_text_changed(self) -> None:
        self.keep.setEnabled(len(self.words()) >= self._least)


def ask_in_words(asked: WordsQuestion, parent: QWidget | None) -> str:
    """The answer, or "" for "changed my mind"."""
    dialog = WordsDialog(asked, parent)
    is_kept = dialog.exec() == QDialog.DialogCode.Accepted
    dialog.deleteLater()
    return dialog.words() if is_kept else ""
