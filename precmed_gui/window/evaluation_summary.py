"""The first page of the evaluation: what the model is worth in sentences, then the figures.

Warnings come first, because figures are read past them.
"""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from precmed_gui.diagnosis.evaluation import ClassMeasures, Evaluation, Figure
from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.evaluation.wording import (
    chosen_because,
    decimal_text,
    figure_text,
    no_intended_use,
    share,
    warnings,
    worth,
)
from precmed_gui.language import N_, _
from precmed_gui.window.calm_fields import keep_calm
from precmed_gui.window.icons import icon
from precmed_gui.window.interval_chart import (
    IntervalChart,
    IntervalRow,
    decimal_scale,
    percent_scale,
)
from precmed_gui.window.layouts import row
from precmed_gui.window.theme import set_role, theme_signals
from precmed_gui.window.wording import number

INTENDED_USE = N_("Intended use: {text}")
STATE_USE = N_("State intended use…")
CHANGE_USE = N_("Change…")
OVERALL = N_("All classes together")
BY_CLASS = N_("Class by class")
MEASURE = N_("Show")
DASHED = N_("Dashed: always saying the commonest class ({share}). Lines are 95 % intervals.")
CROSS_VALIDATED = N_("On all images by cross-validation: {accuracy} right, AUC {auc}.")

_SIGN = 18

Measure = tuple[str, str, Callable[[ClassMeasures], Figure | None], bool]
MEASURES: tuple[Measure, ...] = (
    (
        N_("Sensitivity"),
        N_("Of the images that have the class: how many were called so."),
        lambda m: m.sensitivity,
        False,
    ),
    (
        N_("Specificity"),
        N_("Of the images that do not have the class: how many were not called so."),
        lambda m: m.specificity,
        False,
    ),
    (N_("PPV"), N_("Of the images called so: how many have the class."), lambda m: m.ppv, False),
    (
        N_("NPV"),
        N_("Of the images not called so: how many do not have it."),
        lambda m: m.npv,
        False,
    ),
    (N_("F1"), N_("Harmonic mean of sensitivity and PPV; 1 is best."), lambda m: m.f1, True),
    (N_("AUC"), N_("Area under the ROC curve; 0.5 is guessing, 1 is best."), lambda m: m.auc, True),
    (
        N_("Average precision"),
        N_("Area under the precision–recall curve; 1 is best."),
        lambda m: m.average_precision,
        True,
    ),
)


class EvaluationSummary(QWidget):
    """Sentences, warnings, and two charts of figures."""

    intended_use_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._card: ModelCard | None = None
        self._figure, self._worth, self._chosen, self._use = (QLabel() for _label in range(4))
        self._figure.setProperty("role", "figure")
        self._chosen.setProperty("role", "hint")
        for label in (self._worth, self._chosen, self._use):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._state_use = QPushButton()
        self._state_use.clicked.connect(self.intended_use_wished)
        self.warnings = WarningBox()
        self.overall, self.by_class = IntervalChart(), IntervalChart()
        self._note, self._meaning, self._cross = (QLabel() for _label in range(3))
        self._note.setProperty("role", "caption")
        self._meaning.setProperty("role", "caption")
        for label in (self._note, self._meaning, self._cross):
            label.setWordWrap(True)
        self._class_title, self._measure_name = QLabel(), QLabel()
        self.measure = QComboBox()
        self.measure.addItems([""] * len(MEASURES))
        keep_calm(self.measure)
        self._measure_name.setBuddy(self.measure)
        self.measure.currentIndexChanged.connect(self._show_classes)
        self._lay_out()
        self.retranslate()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row(self._figure, (self._worth, 1)))
        layout.addWidget(self.warnings)
        layout.addLayout(row((self._use, 1), self._state_use))
        for part in (self._chosen, self.overall, self._note, self._cross):
            layout.addWidget(part)
        layout.addSpacing(8)
        layout.addLayout(row((self._class_title, 1), self._measure_name, self.measure))
        layout.addWidget(self.by_class)
        layout.addWidget(self._meaning)

    def show_card(self, card: ModelCard) -> None:
        """Show what a tested model is worth."""
        self._card = card
        self.retranslate()

    def retranslate(self) -> None:
        self._class_title.setText(f"<b>{_(BY_CLASS)}</b>")
        self._measure_name.setText(_(MEASURE))
        self.measure.setAccessibleName(_(BY_CLASS))
        for place, (name, *_rest) in enumerate(MEASURES):
            self.measure.setItemText(place, _(name))
        card = self._card
        if card is None or card.evaluation is None:
            return
        self._figure.setText(share(card.evaluation.measures.accuracy.value))
        self._worth.setText(worth(card))
        self._chosen.setText(chosen_because(card))
        set_role(self._use, "" if card.intended_use else "warning")
        use = _(INTENDED_USE).format(text=card.intended_use)
        self._use.setText(use if card.intended_use else f"⚠ {no_intended_use()}")
        self._state_use.setText(_(CHANGE_USE) if card.intended_use else _(STATE_USE))
        found = tuple(text for text in warnings(card) if text != no_intended_use())
        self.warnings.show_warnings(found)
        self._show_overall(card, card.evaluation)
        self._show_classes()

    def _show_overall(self, card: ModelCard, evaluation: Evaluation) -> None:
        measures = evaluation.measures
        right, balanced = measures.accuracy, measures.balanced_accuracy
        rows = [
            IntervalRow(_(OVERALL), is_heading=True),
            IntervalRow(_("Right answers"), right, figure_text(right)),
        ]
        for label, figure, text in (
            (_("… every class equal"), balanced, figure_text(balanced)),
            (_("AUC"), measures.auc, decimal_text(measures.auc)),
            (
                _("Average precision"),
                measures.average_precision,
                decimal_text(measures.average_precision),
            ),
        ):
            rows.append(IntervalRow(label, figure, text, is_marked=False))
        self.overall.setAccessibleName(_(OVERALL))
        self.overall.show_rows(rows, percent_scale(rows, card.commonest))
        self._note.setText(_(DASHED).format(share=share(card.commonest or 0.0)))
        cross = evaluation.cross_validation
        self._cross.setVisible(cross is not None)
        if cross is not None:
            self._cross.setText(
                _(CROSS_VALIDATED).format(
                    accuracy=figure_text(cross.accuracy), auc=decimal_text(cross.auc)
                )
            )

    def _show_classes(self) -> None:
        if self._card is None or self._card.evaluation is None:
            return
        name, meaning, read, is_decimal = MEASURES[max(self.measure.currentIndex(), 0)]
        rows = []
        for place, found in enumerate(self._card.evaluation.measures.classes):
            figure = read(found)
            text = decimal_text(figure) if is_decimal else figure_text(figure)
            label = _("{label} (n = {n})").format(label=found.label, n=number(found.n))
            rows.append(IntervalRow(label, figure, text, place))
        self._meaning.setText(_(meaning))
        self.by_class.setAccessibleName(_(name))
        self.by_class.show_rows(rows, decimal_scale(rows) if is_decimal else None)


class WarningBox(QFrame):
    """What a reader must know first, one line each with a warning sign; hidden without any."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "notice")
        self._sign = QLabel()
        self._sign.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._text = QLabel()
        self._text.setWordWrap(True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._text, 1)
        theme_signals().changed.connect(self._show_sign)
        self._show_sign()
        self.hide()

    def show_warnings(self, texts: tuple[str, ...]) -> None:
        """Say these, most important first."""
        mark = "• " if len(texts) > 1 else ""
        self._text.setText("\n".join(f"{mark}{text}" for text in texts))
        self.setAccessibleName("\n".join(texts))
        self.setVisible(bool(texts))

    def text(self) -> str:
        """What is being said."""
        return self._text.text()

    def _show_sign(self) -> None:
        self._sign.setPixmap(icon("warning", "warning").pixmap(_SIGN, _SIGN))
