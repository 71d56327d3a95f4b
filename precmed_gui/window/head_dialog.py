"""Asks for a head that is printed on a report, before the record is verified."""

import re
from itertools import dropwhile

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from precmed_gui.language import N_, _
from precmed_gui.window.line_dialog import LineDialog, LineQuestion

QUESTION = N_("Head printed on a report (if you have one):")
WHY = N_(
    "With it you learn whether everything up to that report is still here, even if rows were cut "
    "off at the end. Its first 8 digits are enough."
)
NO_HEAD = N_("A head has 8 to 64 digits: 0–9 and a–f.")
_HEAD = re.compile(r"[0-9a-f]{8,64}")


class HeadDialog(LineDialog):
    """Can be answered with nothing, too; not with what is no head."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(LineQuestion(_(QUESTION), _(WHY), _("Verify")), parent)

    def head(self) -> str:
        """Its digits; "" for none."""
        return head_digits(self.words())

    @Slot()
    def _on_text_changed(self) -> None:
        is_wrong = bool(self.words()) and not self.head()
        self.show_trouble(_(NO_HEAD) if is_wrong else "")
        self.keep.setEnabled(not is_wrong)


def head_digits(text: str) -> str:
    """The digits of a head as it is printed, with or without the words before it; "" if none.

    Blanks between them and large letters do not matter.
    """
    words = re.split("[:：]", text.lower())[-1].split()
    digits = "".join(dropwhile(_is_plain_word, words))
    return digits if _HEAD.fullmatch(digits) else ""


def _is_plain_word(word: str) -> bool:
    return re.fullmatch("[0-9a-f]+", word) is None and re.search("[0-9]", word) is None
