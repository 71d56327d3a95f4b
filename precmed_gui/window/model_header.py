"""The head of the prediction panel: which model reads, how it did on its test, what it is for."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QVBoxLayout, QWidget

from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.language import N_, _, sentences
from precmed_gui.window.calm_fields import keep_calm
from precmed_gui.window.layouts import row
from precmed_gui.window.theme import set_role
from precmed_gui.window.wording import tested_on

MODEL = N_("Model")
NO_MODEL = N_("No model yet: train one, or choose one from the Model menu.")
ALWAYS_NAMES = N_("Whatever it is shown, it names one of: {labels}.")
KNOWS = N_("It knows these classes: {labels}.")
NO_USE = N_("No intended use stated.")
USE = N_("Intended use: {text}")
STATE_USE = N_("State it…")
STATE_TIP = N_("Say in your own words what this model is for")


class ModelHeader(QWidget):
    """Shows the model in use and forwards the wishes to change it or to say what it is for."""

    model_wished = Signal(str)
    intended_use_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._card: ModelCard | None = None
        self._label = QLabel()
        self._model = QComboBox()
        self._model.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        keep_calm(self._model)
        self._label.setBuddy(self._model)
        self._model.activated.connect(self._on_model_chosen)
        self._worth = QLabel()
        self._worth.setProperty("role", "caption")
        self._use = QLabel()
        self._use.setProperty("role", "caption")
        for label in (self._worth, self._use):
            label.setWordWrap(True)
        self._state_use = QPushButton()
        self._state_use.setProperty("flat", True)
        self._state_use.clicked.connect(self.intended_use_wished)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(row(self._label, (self._model, 1)))
        layout.addWidget(self._worth)
        layout.addLayout(row((self._use, 1), self._state_use))
        self.retranslate()

    def show_models(self, models: Sequence[tuple[str, str]], chosen: str) -> None:
        """(folder, name) of every model on the shelf, and the folder of the one in use."""
        self._model.clear()
        for folder, name in models:
            self._model.addItem(name, folder)
        self._model.setCurrentIndex(self._model.findData(chosen))
        self._model.setEnabled(bool(models))

    def show_card(self, card: ModelCard | None) -> None:
        """The model in use."""
        self._card = card
        self._worth.setText(_worth(card))
        classes = _(", ").join(card.labels) if card else ""
        self._worth.setToolTip(_(KNOWS).format(labels=classes) if card else "")
        use = card.intended_use if card else ""
        self._use.setText(_(USE).format(text=_first_line(use)) if use else _(NO_USE))
        self._use.setToolTip(use)
        set_role(self._use, "caption" if use else "warning")
        self._use.setVisible(card is not None)
        self._state_use.setVisible(card is not None and not use)

    def retranslate(self) -> None:
        self._label.setText(_(MODEL))
        self._model.setAccessibleName(_("Model in use"))
        self._state_use.setText(_(STATE_USE))
        self._state_use.setToolTip(_(STATE_TIP))
        self.show_card(self._card)

    def _on_model_chosen(self, index: int) -> None:
        self.model_wished.emit(str(self._model.itemData(index)))


def _worth(card: ModelCard | None) -> str:
    """What to know before believing a bar; without a gate, that every image gets an answer."""
    if card is None:
        return _(NO_MODEL)
    if card.gate is not None:
        return tested_on(card)
    always = _(ALWAYS_NAMES).format(labels=_(", ").join(card.labels))
    return sentences(tested_on(card), always)


def _first_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[0] if len(lines) == 1 else f"{lines[0]} …"
