"""What a training has to say beside its progress: a first model, over-fitting, what is it for."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.language import N_, _
from precmed_gui.window.icons import icon
from precmed_gui.window.message_strip import MessageStrip
from precmed_gui.window.theme import theme_signals

FIRST_MODEL = N_("A first model is ready and can be used; the search goes on.")
PARTED = N_(
    "Training and validation have parted since epoch {epoch}: the network begins to learn the "
    "training images by heart. The best epoch before that is kept."
)
ASK_USE = N_("What is this model for? Until you say so, every reading says that nobody has.")
STATE_USE = N_("State it…")


class TrainingNews(QWidget):
    """Up to three strips; the warning cannot be dismissed."""

    intended_use_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parted_epoch = 0
        self.first_model = MessageStrip()
        self.parted = _Notice()
        self.use = MessageStrip()
        self.use.acted.connect(self.intended_use_wished)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for strip in (self.first_model, self.parted, self.use):
            layout.addWidget(strip)

    def clear(self) -> None:
        """Nothing to say."""
        self.forget_parted()
        self.first_model.hide()
        self.use.hide()

    def show_first_model(self) -> None:
        """A model can be used while the search goes on."""
        self.first_model.show_message(_(FIRST_MODEL))

    def show_parted(self, epoch: int) -> None:
        """The network on the screen learns by heart since this epoch."""
        self._parted_epoch = epoch
        self.parted.show_text(_(PARTED).format(epoch=epoch))

    def forget_parted(self) -> None:
        """Another network is on the screen."""
        self._parted_epoch = 0
        self.parted.show_text("")

    def show_card(self, card: ModelCard) -> None:
        """A finished model is on the screen; as long as nobody has said, ask what it is for."""
        self.clear()
        if not (card.intended_use or card.is_checkpoint):
            self.use.show_message(_(ASK_USE), action=_(STATE_USE))

    def retranslate(self) -> None:
        for strip in (self.first_model, self.use):
            strip.retranslate()
        if not self.first_model.isHidden():
            self.show_first_model()
        if self._parted_epoch:
            self.show_parted(self._parted_epoch)
        if not self.use.isHidden():
            self.use.show_message(_(ASK_USE), action=_(STATE_USE))


class _Notice(QFrame):
    """A warning that stays as long as it is true."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("panel", "notice")
        self._sign = QLabel()
        self._text = QLabel()
        self._text.setWordWrap(True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(self._text, 1)
        theme_signals().changed.connect(self._show_sign)
        self._show_sign()
        self.hide()

    def show_text(self, text: str) -> None:
        """Say it; "" hides the notice."""
        self._text.setText(text)
        self.setAccessibleName(text)
        self.setVisible(bool(text))

    def text(self) -> str:
        """What is being said."""
        return self._text.text()

    def _show_sign(self) -> None:
        self._sign.setPixmap(icon("warning").pixmap(18, 18))
