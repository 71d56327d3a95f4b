"""The questions around the record: who reads, which passphrase, whom to erase."""

from dataclasses import dataclass

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QMessageBox,
    QVBoxLayout,
    QWidget,
)

from precmed_gui.language import N_, _
from precmed_gui.window.passphrase_dialog import PassphraseDialog

WHO = N_("Who reads?")
WHO_WHY = N_(
    "Your name is kept with every decision and printed on reports. It stays on this computer."
)
PASSPHRASE = N_("The record is encrypted. Type its passphrase:")
PASSPHRASE_WHY = N_("Without it no answer can be kept. A forgotten passphrase cannot be recovered.")
BACKUP = N_("The backup is encrypted. Type its passphrase:")
BACKUP_WHY = N_("From then on it is the passphrase of the record.")
ERASE = N_("Whose answers are to be erased?")
ERASE_WHY = N_(
    "The patient as the worklist names it, or the file of a case without one. The answers keep "
    "their place in the chain, without name, file or patient. Backups made before still hold them."
)


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
        layout = QVBoxLayout(self)
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

    @Slot()
    def _on_text_changed(self) -> None:
        self.keep.setEnabled(bool(self.words()))


class RecordDialogs:
    """Asks with a window as parent; "" means "changed my mind"."""

    def __init__(self, parent: QWidget) -> None:
        self._parent = parent

    def reader(self, name: str) -> str:
        """Who reads from now on."""
        return self._ask(LineQuestion(_(WHO), _(WHO_WHY), _("This is me"), name))

    def passphrase(self, trouble: str) -> str:
        """What opens an encrypted record; `trouble` says why the last one did not."""
        why = f"{trouble} {_(PASSPHRASE_WHY)}".strip()
        return self._ask(LineQuestion(_(PASSPHRASE), why, _("Open the record"), is_secret=True))

    def passphrase_of_backup(self, trouble: str) -> str:
        """What opens an encrypted backup; `trouble` says why the last one did not."""
        why = f"{trouble} {_(BACKUP_WHY)}".strip()
        return self._ask(LineQuestion(_(BACKUP), why, _("Restore"), is_secret=True))

    def new_passphrase(self, present: str) -> str | None:
        """The passphrase from now on, "" to have none; None for "changed my mind"."""
        dialog = PassphraseDialog(present, self._parent)
        is_given = dialog.exec() == QDialog.DialogCode.Accepted
        wish = dialog.wish if is_given else None
        dialog.deleteLater()
        return wish

    def patient(self, name: str) -> str:
        """Whom to erase; asked once more before anything is done."""
        asked = LineQuestion(_(ERASE), _(ERASE_WHY), _("Go on…"), name)
        return self._ask(asked)

    def tell(self, title: str, text: str) -> None:
        """Say a result that must not pass by."""
        box = QMessageBox(QMessageBox.Icon.Information, "PrecMed", title, parent=self._parent)
        box.setInformativeText(text)
        box.addButton(_("Close"), QMessageBox.ButtonRole.AcceptRole)
        box.exec()

    def _ask(self, asked: LineQuestion) -> str:
        dialog = LineDialog(asked, self._parent)
        is_given = dialog.exec() == QDialog.DialogCode.Accepted
        words = dialog.words() if is_given else ""
        dialog.deleteLater()
        return words
