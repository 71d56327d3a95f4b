"""What came of a training: one figure and its basis, why this network, what to beware of."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.evaluation.wording import chosen_because, no_intended_use, warnings, worth
from precmed_gui.language import _, sentences
from precmed_gui.window.icons import icon
from precmed_gui.window.layouts import row
from precmed_gui.window.theme import theme_signals
from precmed_gui.window.wording import share


class ResultView(QWidget):
    """Hidden until there is a model to speak of."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._card: ModelCard | None = None
        self._figure = QLabel()
        self._figure.setProperty("role", "figure")
        self._verdict = QLabel()
        self._verdict.setWordWrap(True)
        self._reason = QLabel()
        self._reason.setProperty("role", "caption")
        self._reason.setWordWrap(True)
        self._warnings = QVBoxLayout()
        self._warnings.setSpacing(4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row(self._figure, (self._verdict, 1)))
        layout.addLayout(self._warnings)
        layout.addWidget(self._reason)
        theme_signals().changed.connect(self._show_warnings)
        self.hide()

    def show_card(self, card: ModelCard | None) -> None:
        """What this model is worth; None for nothing to say."""
        self._card = card
        self.setVisible(card is not None)
        if card is None:
            return
        self._figure.setText(share(card.accuracy.value) if card.accuracy else "–")
        self._verdict.setText(_("{model}: {text}").format(model=card.name, text=worth(card)))
        self._reason.setText("" if card.is_checkpoint else chosen_because(card))
        self._reason.setVisible(bool(self._reason.text()))
        self._show_warnings()

    def texts(self) -> tuple[str, ...]:
        """All that is being said, from top to bottom."""
        found = [label.text() for label in self.findChildren(QLabel) if not label.isHidden()]
        return tuple(text for text in found if text)

    def retranslate(self) -> None:
        self.show_card(self._card)

    def _show_warnings(self) -> None:
        while (item := self._warnings.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        if self._card is None:
            return
        for text in _warnings(self._card):
            self._warnings.addWidget(_Warning(text))


class _Warning(QWidget):
    """A sentence after its sign."""

    def __init__(self, text: str) -> None:
        super().__init__()
        sign, words = QLabel(), QLabel(text)
        sign.setPixmap(icon("warning", "warning").pixmap(16, 16))
        words.setWordWrap(True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(words, 1)


def _warnings(card: ModelCard) -> list[str]:
    """The warnings, without what is said above them and what a strip of its own asks for."""
    said = sentences(worth(card), no_intended_use())
    return [text for text in warnings(card) if text not in said]
