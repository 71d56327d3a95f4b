"""Asks for the passphrase of the record from now on, or to take it away; for `RecordDialogs`."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from precmed_gui.archive.record_passphrase import forgotten_passphrase
from precmed_gui.language import N_, _
from precmed_gui.window.theme import set_role

SET_TITLE = N_("Encrypt the record with a passphrase")
CHANGE_TITLE = N_("Change the passphrase of the record")
PRESENT, NEW, AGAIN = N_("Present passphrase"), N_("New passphrase"), N_("The new one again")
SET, CHANGE, REMOVE = N_("Encrypt"), N_("Change"), N_("Remove encryption")
WRONG = N_("This is not the passphrase of the record.")
UNEQUAL = N_("The two new passphrases are not the same.")
_WIDTH, _ROOM_FOR_TROUBLE = 480, 40


class PassphraseDialog(QDialog):
    """Two fields for the new passphrase, and one for the present one where there is one."""

    def __init__(self, present: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._present = present
        self.wish = ""
        self.setWindowTitle("PrecMed")
        self.present, self.new, self.again = QLineEdit(), QLineEdit(), QLineEdit()
        self.present.setVisible(bool(present))
        self._trouble = QLabel()
        set_role(self._trouble, "error")
        buttons = QDialogButtonBox()
        role = QDialogButtonBox.ButtonRole
        verb = _(CHANGE) if present else _(SET)
        self.keep = buttons.addButton(verb, role.AcceptRole)
        self.keep.setProperty("primary", True)
        self.remove = buttons.addButton(_(REMOVE), role.DestructiveRole)
        self.remove.setVisible(bool(present))
        self.remove.setAutoDefault(False)
        buttons.addButton(_("Cancel"), role.RejectRole)
        self.keep.clicked.connect(self._on_keep)
        self.remove.clicked.connect(self._on_remove)
        buttons.rejected.connect(self.reject)
        self._lay_out(buttons)
        for field in (self.present, self.new, self.again):
            field.textChanged.connect(self._on_text_changed)
        self._on_text_changed()

    def _lay_out(self, buttons: QDialogButtonBox) -> None:
        title, why = QLabel(_(CHANGE_TITLE) if self._present else _(SET_TITLE)), QLabel()
        title.setProperty("role", "title")
        why.setText(forgotten_passphrase())
        why.setProperty("role", "warning")
        form = QFormLayout()
        form.setVerticalSpacing(8)
        fields = ((PRESENT, self.present), (NEW, self.new), (AGAIN, self.again))
        for text, field in fields if self._present else fields[1:]:
            field.setEchoMode(QLineEdit.EchoMode.Password)
            field.setAccessibleName(_(text))
            form.addRow(_(text), field)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        for label in (title, why, self._trouble):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        layout.addWidget(title)
        layout.addLayout(form)
        layout.addWidget(self._trouble)
        layout.addWidget(why)
        layout.addStretch(1)
        layout.addWidget(buttons)
        self.resize(_WIDTH, layout.totalHeightForWidth(_WIDTH) + _ROOM_FOR_TROUBLE)

    @Slot()
    def _on_text_changed(self) -> None:
        self._trouble.hide()
        is_known = not self._present or bool(self.present.text())
        self.keep.setEnabled(is_known and bool(self.new.text()) and bool(self.again.text()))
        self.remove.setEnabled(bool(self.present.text()))

    @Slot()
    def _on_keep(self) -> None:
        if self.new.text() != self.again.text():
            self._say(_(UNEQUAL))
        else:
            self._finish(self.new.text())

    @Slot()
    def _on_remove(self) -> None:
        self._finish("")

    def _finish(self, wish: str) -> None:
        if self._present and self.present.text() != self._present:
            self._say(_(WRONG))
            return
        self.wish = wish
        self.accept()

    def _say(self, text: str) -> None:
        self._trouble.setText(text)
        self._trouble.show()
