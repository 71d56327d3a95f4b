"""What the worklist shows where there is no record to look into: why, and what to do about it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget


class ClosedPage(QWidget):
    """One sentence and one button in the middle."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text, self.action = QLabel(), QPushButton()
        self._text.setWordWrap(True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.action.setProperty("primary", True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(32, 32, 32, 32)
        layout.setSpacing(16)
        layout.addStretch(1)
        layout.addWidget(self._text)
        layout.addWidget(self.action, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(1)

    @property
    def is_needed(self) -> bool:
        """Whether there is something to say."""
        return bool(self._text.text())

    def show_reason(self, text: str, verb: str) -> None:
        """Say `text`, "" for nothing; the button is called `verb`."""
        self._text.setText(text)
        self.action.setText(verb)
        self.action.setAccessibleDescription(text)

    def text(self) -> str:
        """What is being said."""
        return self._text.text()
