"""Whether a model is right for the wrong reason; a part of the evaluation's summary page.

What was found is said in words first; the figures below are what it was found from.
"""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QVBoxLayout, QWidget

from precmed_gui.diagnosis.model_card import ModelCard, Shortcuts
from precmed_gui.evaluation.shortcut_texts import (
    shortcut_basis,
    shortcut_rows,
    shortcut_text,
    shortcut_warnings,
)
from precmed_gui.evaluation.wording import decimal_text, figure_text, share
from precmed_gui.language import N_, _, sentences
from precmed_gui.window.calm_fields import keep_calm
from precmed_gui.window.evaluation_summary import WarningBox
from precmed_gui.window.interval_chart import (
    IntervalChart,
    IntervalRow,
    decimal_scale,
    percent_scale,
)
from precmed_gui.window.layouts import row
from precmed_gui.window.theme import set_role

TITLE = N_("Right for the wrong reason?")
NOT_LOOKED = N_(
    "This model was made before PrecMed looked for shortcuts: nobody knows whether it goes by "
    "letters, frames or marks in place of the disease. Train again to find out."
)
MEANING = N_(
    "What is masked is grey. The border alone should tell little, and removing marks should take "
    "nothing away."
)
DASHED_RIGHT = N_("Dashed: always saying the commonest class ({share}).")
DASHED_AUC = N_("Dashed: guessing.")
MEASURE = N_("Show")
_GUESSING = 0.5


class ShortcutView(QWidget):
    """The model's score on whole images and on parts of them, with what that means."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._card: ModelCard | None = None
        self._title, self._text, self._note, self._measure_name = (QLabel() for _label in range(4))
        for label in (self._text, self._note):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._note.setProperty("role", "caption")
        self.warnings = WarningBox()
        self.measure = QComboBox()
        self.measure.addItems(["", ""])
        keep_calm(self.measure)
        self._measure_name.setBuddy(self.measure)
        self.measure.currentIndexChanged.connect(self._show_rows)
        self.chart = IntervalChart()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row((self._title, 1), self._measure_name, self.measure))
        for part in (self.warnings, self._text, self.chart, self._note):
            layout.addWidget(part)

    def show_card(self, card: ModelCard) -> None:
        """Show what was found when the model was made."""
        self._card = card
        self.retranslate()

    def retranslate(self) -> None:
        self._title.setText(f"<b>{_(TITLE)}</b>")
        self._measure_name.setText(_(MEASURE))
        self.measure.setAccessibleName(_(TITLE))
        self.chart.setAccessibleName(_(TITLE))
        for place, text in enumerate((_("Right answers"), _("AUC"))):
            self.measure.setItemText(place, text)
        if self._card is None:
            return
        found, labels = self._card.shortcuts, self._card.labels
        for part in (self._measure_name, self.measure, self.chart, self._note):
            part.setVisible(found is not None)
        set_role(self._text, "hint" if found is None else "")
        if found is None:
            self.warnings.show_warnings(())
            self._text.setText(_(NOT_LOOKED))
            return
        self.warnings.show_warnings(shortcut_warnings(found, labels))
        said = (shortcut_text(found, labels), shortcut_basis(found))
        self._text.setText(sentences(*(text for text in said if text)))
        self._show_rows()

    def _show_rows(self) -> None:
        card = self._card
        if card is None or card.shortcuts is None:
            return
        is_auc = self.measure.currentIndex() == 1
        rows = _rows(card.shortcuts, is_auc=is_auc)
        if is_auc:
            scale, dashed = decimal_scale(rows, _GUESSING), _(DASHED_AUC)
        else:
            scale = percent_scale(rows, card.commonest)
            dashed = _(DASHED_RIGHT).format(share=share(card.commonest or 0.0))
        self.chart.show_rows(rows, scale)
        self._note.setText(sentences(dashed, _(MEANING)))


def _rows(found: Shortcuts, *, is_auc: bool) -> list[IntervalRow]:
    return [
        IntervalRow(name, seen.auc, decimal_text(seen.auc))
        if is_auc
        else IntervalRow(name, seen.accuracy, figure_text(seen.accuracy))
        for name, seen in shortcut_rows(found)
    ]
