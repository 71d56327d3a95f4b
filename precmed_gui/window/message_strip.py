"""One sentence across a panel or the window, with at most one button: errors, warnings, offers."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from precmed_gui.language import N_, _
from precmed_gui.window.icons import icon, keep_icon
from precmed_gui.window.theme import repolish, theme_signals

DISMISS = N_("Dismiss")
_ICONS = {"error": "refused", "warning": "warning", "info": "info"}
_PANELS = {"error": "error", "warning": "notice", "info": "card"}


class MessageStrip(QFrame):
    """Hidden until there is something to say."""

    acted = Signal()
    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = "info"
        self._sign = QLabel()
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._action = QPushButton()
        self._close = QToolButton()
        self._close.setAutoRaise(True)
        keep_icon(self._close, "close")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._action, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(self._close, 0, Qt.AlignmentFlag.AlignVCenter)
        self._action.clicked.connect(self._on_acted)
        self._close.clicked.connect(self._on_dismissed)
        theme_signals().changed.connect(self._show_sign)
        self.retranslate()
        self.hide()

    def show_message(self, text: str, *, kind: str = "info", action: str = "") -> None:
        """Say `text`; `kind` is error, warning or info; `action` is the button's text, if any."""
        self.setProperty("panel", _PANELS[kind])
        repolish(self)
        self._kind = kind
        self._show_sign()
        self._text.setText(text)
        self.setAccessibleName(text)
        self._action.setText(action)
        self._action.setVisible(bool(action))
        self.show()

    def _show_sign(self) -> None:
        self._sign.setPixmap(icon(_ICONS[self._kind]).pixmap(18, 18))

    def text(self) -> str:
        """What is being said."""
        return self._text.text() if not self.isHidden() else ""

    def retranslate(self) -> None:
        self._close.setToolTip(_(DISMISS))
        self._close.setAccessibleName(_(DISMISS))

    def _on_acted(self) -> None:
        self.hide()
        self.acted.emit()

    def _on_dismissed(self) -> None:
        self.hide()
        self.dismissed.emit()
