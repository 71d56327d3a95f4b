"""The questions around the record: who reads, which passphrase, whom to erase."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QMessageBox, QWidget

from precmed_gui.language import N_, _
from precmed_gui.window.head_dialog import HeadDialog
from precmed_gui.window.line_dialog import LineDialog, LineQuestion
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


class RecordDialogs:
    """Asks with a window as parent; "" means "changed my mind"."""

    def __init__(self, parent: QWidget) -> None:
        self._parent = parent

    def reader(self, name: str) -> str:
        """Who reads from now on."""
        return self._ask(LineQuestion(_(WHO), _(WHO_WHY), _("This is me"), name))

    def passphrase(self, trouble: str) -> str:
        """What opens an encrypted record; `trouble` says why the last one did not."""
        asked = LineQuestion(_(PASSPHRASE), _(PASSPHRASE_WHY), _("Open the record"), is_secret=True)
        return self._ask(replace(asked, trouble=trouble))

    def passphrase_of_backup(self, trouble: str) -> str:
        """What opens an encrypted backup; `trouble` says why the last one did not."""
        asked = LineQuestion(_(BACKUP), _(BACKUP_WHY), _("Restore"), is_secret=True)
        return self._ask(replace(asked, trouble=trouble))

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

    def head(self) -> str | None:
        """A head printed on a report, "" to verify without one; None for "changed my mind"."""
        dialog = HeadDialog(self._parent)
        is_given = dialog.exec() == QDialog.DialogCode.Accepted
        head = dialog.head() if is_given else None
        dialog.deleteLater()
        return head

    def tell(self, title: str, text: str, *, is_bad: bool = False) -> None:
        """Say a result that must not pass by."""
        kinds = QMessageBox.Icon
        kind = kinds.Warning if is_bad else kinds.Information
        box = QMessageBox(kind, "PrecMed", title, parent=self._parent)
        box.setInformativeText(text)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        box.addButton(_("Close"), QMessageBox.ButtonRole.AcceptRole)
        box.exec()

    def _ask(self, asked: LineQuestion) -> str:
        dialog = LineDialog(asked, self._parent)
        is_given = dialog.exec() == QDialog.DialogCode.Accepted
        words = dialog.words() if is_given else ""
        dialog.deleteLater()
        return words
