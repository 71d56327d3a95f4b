"""The page "Compare": another model of the shelf on the same test images."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from precmed_gui.diagnosis.evaluation import Comparison, Figure
from precmed_gui.evaluation.wording import (
    comparison_text,
    decimal_text,
    difference_text,
    figure_text,
    points_text,
)
from precmed_gui.language import N_, _
from precmed_gui.window.calm_fields import keep_calm
from precmed_gui.window.interval_chart import IntervalChart, IntervalRow, Scale, decimal_scale
from precmed_gui.window.layouts import row
from precmed_gui.window.message_strip import MessageStrip
from precmed_gui.window.planner_view import around_zero
from precmed_gui.window.theme import set_role
from precmed_gui.window.wording import number

OTHER = N_("Compare with")
COMPARE = N_("Compare")
HINT = N_(
    "Choose another model that was tested on the same images. Both are compared image by image, "
    "which tells more than two percentages beside each other."
)
ALONE = N_("There is no other model on the shelf. Train a second one, and compare them here.")
BUSY = N_("Comparing…")
RIGHT, AUC = N_("Right answers"), N_("AUC (macro)")
FIRST, SECOND, DIFFERENCE = N_("This model"), N_("The other one"), N_("Difference")
ONLY_ONE = N_("Right only here: {first} images. Right only there: {second} images.")


class ComparisonView(QWidget):
    """A chooser, one button, and paired differences with their intervals."""

    compare_wished = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._comparison: Comparison | None = None
        self._names = ("", "")
        self._is_busy = False
        self._label, self._text, self._counts = (QLabel() for _label in range(3))
        self.other = QComboBox()
        self.other.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        keep_calm(self.other)
        self._label.setBuddy(self.other)
        self.button = QPushButton()
        self.button.clicked.connect(self._on_clicked)
        self.strip = MessageStrip()
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 0)
        self.charts = tuple(IntervalChart() for _chart in range(4))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        layout.addWidget(self._label)
        layout.addLayout(row((self.other, 1), self.button))
        for label in (self._text, self._counts):
            label.setWordWrap(True)
        for part in (self._bar, self.strip, self._text, *self.charts, self._counts):
            layout.addWidget(part)
        layout.addStretch(1)
        self.retranslate()

    def show_models(self, models: Sequence[tuple[str, str]]) -> None:
        """(folder, name) of the models to compare with."""
        chosen = self.other.currentData()
        self.other.clear()
        for folder, name in models:
            self.other.addItem(name, folder)
        self.other.setCurrentIndex(max(self.other.findData(chosen), 0))
        self._show_state()

    def show_comparing(self) -> None:
        """The wish is heard."""
        self.strip.hide()
        self._comparison = None
        self._is_busy = True
        self._show_state()

    def show_comparison(self, comparison: Comparison | None, first: str, second: str) -> None:
        """Show how two models did on the same images; None: nothing compared yet."""
        self._is_busy = False
        self._comparison, self._names = comparison, (first, second)
        self._show_state()

    def show_problem(self, text: str) -> None:
        """They cannot be compared, and why."""
        self.show_comparison(None, "", "")
        self.strip.show_message(text, kind="warning")

    def retranslate(self) -> None:
        self._label.setText(_(OTHER))
        self.other.setAccessibleName(_(OTHER))
        self.button.setText(_(COMPARE))
        self._bar.setAccessibleName(_(BUSY))
        self.strip.retranslate()
        self._show_state()

    def _show_state(self) -> None:
        comparison = self._comparison
        has_others = self.other.count() > 0
        for part in (self._label, self.other, self.button):
            part.setVisible(has_others)
        self.button.setEnabled(not self._is_busy)
        self._bar.setVisible(self._is_busy)
        self._counts.setVisible(comparison is not None)
        for chart in self.charts:
            chart.show_rows([])
        if comparison is None:
            idle = _(HINT) if has_others else _(ALONE)
            self._text.setText(_(BUSY) if self._is_busy else idle)
            set_role(self._text, "hint")
            return
        set_role(self._text, "")
        self._text.setText(comparison_text(comparison, *self._names))
        self._counts.setText(
            _(ONLY_ONE).format(
                first=number(comparison.only_first_right),
                second=number(comparison.only_second_right),
            )
        )
        self._show_charts(comparison)

    def _show_charts(self, comparison: Comparison) -> None:
        values, difference = self.charts[0], self.charts[1]
        values.setAccessibleName(_(RIGHT))
        values.show_rows(_pair(_(RIGHT), comparison.accuracy, is_decimal=False))
        gain = comparison.accuracy_difference
        rows = [IntervalRow(_(DIFFERENCE), gain, points_text(gain))]
        difference.show_rows(rows, around_zero(rows))
        if comparison.auc is None or comparison.auc_difference is None:
            return
        values, difference = self.charts[2], self.charts[3]
        values.setAccessibleName(_(AUC))
        pair = _pair(_(AUC), comparison.auc, is_decimal=True)
        values.show_rows(pair, decimal_scale(pair))
        gain = comparison.auc_difference
        rows = [IntervalRow(_(DIFFERENCE), gain, difference_text(gain))]
        difference.show_rows(rows, _as_decimals(around_zero(rows)))

    def _on_clicked(self) -> None:
        if folder := str(self.other.currentData() or ""):
            self.compare_wished.emit(folder)


def _pair(title: str, figures: tuple[Figure, Figure], *, is_decimal: bool) -> list[IntervalRow]:
    word = decimal_text if is_decimal else figure_text
    rows = [
        IntervalRow(_(name), figure, word(figure))
        for name, figure in zip((FIRST, SECOND), figures, strict=True)
    ]
    return [IntervalRow(title, is_heading=True), *rows]


def _as_decimals(scale: Scale) -> Scale:
    low, high = scale.low, scale.high
    return Scale(low, high, ((low, f"−{high:g}"), (0.0, "0"), (high, f"+{high:g}")), 0.0)
