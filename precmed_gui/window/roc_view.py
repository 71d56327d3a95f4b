"""The page "Threshold": from which probability on a class is called, in clinical words.

The operating point is dragged on a curve, moved by the arrow keys, or found from "miss at most 1
in so many"; all figures follow at once.
"""

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from precmed_gui.diagnosis.evaluation import OperatingPoint
from precmed_gui.diagnosis.model_report import ModelReport
from precmed_gui.evaluation.operating_points import (
    Target,
    operating_point,
    roc_points,
    threshold_for_sensitivity,
)
from precmed_gui.evaluation.wording import figure_text, operating_text
from precmed_gui.language import N_, _, sentences
from precmed_gui.window.calm_fields import keep_calm
from precmed_gui.window.drawn_plot import percent_axis
from precmed_gui.window.interval_chart import IntervalChart, IntervalRow
from precmed_gui.window.layouts import row
from precmed_gui.window.operating_plot import OperatingPlot
from precmed_gui.window.wording import number, share

LOOKED_FOR = N_("Looked for")
PREVALENCE = N_("How common where it is used")
PREVALENCE_TIP = N_("Prevalence: of 100 patients you examine, how many have it")
MISS = N_("Miss at most 1 in")
MISS_TIP = N_("The threshold that misses at most one in so many of the test images with it")
SET = N_("Set")
SAVED_NOTHING = N_(
    "This page only explores: it does not change what the model answers. The threshold is judged "
    "on the images it is chosen on, so expect a little less on new ones."
)
ROC, PRECISION = N_("Found against false alarms"), N_("Right “yes” against found")
FALSE_ALARMS = N_("False alarms (1 − specificity)")
FOUND = N_("Found (sensitivity)")
RIGHT_YES = N_("Right “yes” (PPV)")
HOW = N_("Drag the point, or move it with the arrow keys.")
ONE_CLASS_ONLY = N_("The test images do not hold both kinds of cases, so there is no curve.")
NO_CASES = N_("The answers to the single test images were not kept with this model.")
HEALTHY = {"normal", "healthy", "negative", "none", "no finding", "clear", "正常", "阴性"}

_DEFAULT_MISS = 20


class RocView(QWidget):
    """Two curves, one operating point, and what it means where the tool is to be used."""

    threshold_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._report: ModelReport | None = None
        self._is_positive: NDArray[np.bool_] = np.empty(0, bool)
        self._scores: NDArray[np.float64] = np.empty(0)
        self._patients: tuple[str, ...] = ()
        self._threshold = 0.5
        self._build_fields()
        self.roc, self.precision = OperatingPlot(), OperatingPlot()
        for plot in (self.roc, self.precision):
            plot.threshold_wished.connect(self.set_threshold)
        self._sentence, self._problem, self._note = (QLabel() for _label in range(3))
        for label in (self._sentence, self._problem, self._note):
            label.setWordWrap(True)
        self._problem.setProperty("role", "hint")
        self._note.setProperty("role", "caption")
        self.figures = IntervalChart()
        self._lay_out()
        self.retranslate()

    def _build_fields(self) -> None:
        self.label = QComboBox()
        self.label.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.label.setMinimumContentsLength(8)
        self.prevalence = QDoubleSpinBox()
        self.prevalence.setRange(0.1, 99.9)
        self.prevalence.setDecimals(1)
        self.prevalence.setSuffix(" %")
        self.miss = QSpinBox()
        self.miss.setRange(2, 1000)
        self.miss.setValue(_DEFAULT_MISS)
        self.set_miss = QPushButton()
        keep_calm(self.label, self.prevalence, self.miss)
        self._names = tuple(QLabel() for _label in range(3))
        for name, field in zip(self._names, (self.label, self.prevalence, self.miss), strict=True):
            name.setBuddy(field)
            field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.label.currentIndexChanged.connect(self._on_label_chosen)
        self.prevalence.valueChanged.connect(self._on_prevalence_changed)
        self.set_miss.clicked.connect(self._on_miss_set)
        self.miss.lineEdit().returnPressed.connect(self._on_miss_set)

    def _lay_out(self) -> None:
        fields = QGridLayout()
        fields.setHorizontalSpacing(8)
        fields.setVerticalSpacing(8)
        fields.addWidget(self._names[0], 0, 0)
        fields.addWidget(self.label, 0, 1)
        fields.addWidget(self._names[1], 1, 0)
        fields.addWidget(self.prevalence, 1, 1)
        fields.addWidget(self._names[2], 2, 0)
        fields.addLayout(row((self.miss, 1), self.set_miss), 2, 1)
        fields.setColumnStretch(1, 1)
        self._plots = QWidget()
        plots = QHBoxLayout(self._plots)
        plots.setContentsMargins(0, 0, 0, 0)
        plots.setSpacing(8)
        plots.addWidget(self.roc, 1)
        plots.addWidget(self.precision, 1)
        plots.addStretch(0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        layout.addLayout(fields)
        for part in (self._problem, self._plots, self._sentence, self.figures, self._note):
            layout.addWidget(part)
        layout.addStretch(1)

    # What the panel tells

    def show_report(self, report: ModelReport) -> None:
        """Start with the class that is most likely a finding, "yes" from 50 % on."""
        self._report = report
        self.label.blockSignals(True)
        self.label.clear()
        self.label.addItems(report.card.labels)
        self.label.setCurrentIndex(likely_finding(report.card.labels))
        self.label.blockSignals(False)
        self._on_label_chosen()

    @property
    def threshold(self) -> float:
        """From where on the answer is "yes"."""
        return self._threshold

    def set_threshold(self, threshold: float) -> None:
        """Move the operating point, in [0, 1]."""
        self._threshold = min(max(threshold, 0.0), 1.0)
        self._show_point()
        self.threshold_changed.emit(self._threshold)

    def point(self) -> OperatingPoint | None:
        """What is on the screen; None where there is nothing to measure."""
        if not self._can_measure():
            return None
        target = Target(self.label.currentText(), self.prevalence.value() / 100)
        return operating_point(
            self._is_positive, self._scores, target, self._threshold, self._patients
        )

    def retranslate(self) -> None:
        for label, text in zip(self._names, (LOOKED_FOR, PREVALENCE, MISS), strict=True):
            label.setText(_(text))
        for field, text in ((self.label, LOOKED_FOR), (self.prevalence, PREVALENCE)):
            field.setAccessibleName(_(text))
        self.miss.setAccessibleName(_(MISS))
        self.prevalence.setToolTip(_(PREVALENCE_TIP))
        self.miss.setToolTip(_(MISS_TIP))
        self.set_miss.setText(_(SET))
        self.set_miss.setToolTip(_(MISS_TIP))
        self._note.setText(_(SAVED_NOTHING))
        alarms, found, right = (
            percent_axis(_(text), most=3) for text in (FALSE_ALARMS, FOUND, RIGHT_YES)
        )
        self.roc.set_axes(_(ROC), alarms, found)
        self.precision.set_axes(_(PRECISION), found, right)
        for plot in (self.roc, self.precision):
            plot.setToolTip(_(HOW))
        self._show_point()

    # Inside

    def _can_measure(self) -> bool:
        positives = int(self._is_positive.sum())
        return 0 < positives < len(self._is_positive)

    def _on_label_chosen(self) -> None:
        report = self._report
        if report is None or report.cases is None:
            self._is_positive, self._scores = np.empty(0, bool), np.empty(0)
            self._show_point()
            return
        place = self.label.currentIndex()
        self._is_positive = report.cases.truth == place
        self._scores = report.probabilities[:, place]
        self._patients = report.cases.patients
        self._threshold = 0.5
        if self._can_measure():
            self.roc.show_points(roc_points(self._is_positive, self._scores), ((0, 0), (1, 1)))
            self.prevalence.blockSignals(True)
            self.prevalence.setValue(100 * float(self._is_positive.mean()))
            self.prevalence.blockSignals(False)
        self._on_prevalence_changed()

    def _on_prevalence_changed(self) -> None:
        if self._can_measure():
            common = self.prevalence.value() / 100
            roc = roc_points(self._is_positive, self._scores)
            self.precision.show_points(at_prevalence(roc, common), ((0, common), (1, common)))
        self._show_point()

    def _on_miss_set(self) -> None:
        if self._can_measure():
            wanted = 1 - 1 / self.miss.value()
            self.set_threshold(threshold_for_sensitivity(self._is_positive, self._scores, wanted))

    def _show_point(self) -> None:
        point = self.point()
        for part in (self._plots, self._sentence, self.figures, self._note, self.set_miss):
            part.setVisible(point is not None)
        self._problem.setVisible(point is None)
        if point is None:
            has_cases = self._report is not None and self._report.cases is not None
            self._problem.setText(_(ONE_CLASS_ONLY) if has_cases else _(NO_CASES))
            return
        text = sentences(operating_text(point), _most_missed(point))
        self._sentence.setText(text)
        self.figures.setAccessibleName(_("The operating point in figures"))
        self.figures.show_rows(_point_rows(point))
        for plot in (self.roc, self.precision):
            plot.show_threshold(self._threshold)
            plot.setAccessibleDescription(text)


def likely_finding(labels: tuple[str, ...]) -> int:
    """The first class whose name is none of the usual ones for "nothing found"."""
    places = (place for place, label in enumerate(labels) if label.casefold() not in HEALTHY)
    return next(places, 0)


def at_prevalence(roc: NDArray[np.float64], prevalence: float) -> NDArray[np.float64]:
    """Turn points of `roc_points` into precision and recall where so many have the class.

    Davis and Goadrich 2006, doi:10.1145/1143844.1143874, with Bayes' rule for the prevalence; at
    that of the test images these are the points of `precision_recall_points`.
    """
    alarms, found, thresholds = roc[1:].T  # at the first point nobody is called
    right = found * prevalence
    called = right + alarms * (1 - prevalence)
    return np.stack([found, right / called, thresholds], axis=1)


def _point_rows(point: OperatingPoint) -> list[IntervalRow]:
    named = (
        (_("Sensitivity: it is found"), point.sensitivity),
        (_("Specificity: it is cleared"), point.specificity),
        (_("PPV: a “yes” is right"), point.ppv),
        (_("NPV: a “no” is right"), point.npv),
    )
    title = _("“Yes” from {threshold} on, {prevalence} have it").format(
        threshold=share(point.threshold), prevalence=share(point.prevalence)
    )
    rows = [IntervalRow(label, figure, figure_text(figure)) for label, figure in named]
    return [IntervalRow(title, is_heading=True), *rows]


def _most_missed(point: OperatingPoint) -> str:
    missed = 1 - point.sensitivity.low
    if not 0 < missed <= 0.5:
        return ""
    text = _("Chance considered, it may miss as many as 1 in {n}.")
    return text.format(n=number(math.floor(1 / missed)))
