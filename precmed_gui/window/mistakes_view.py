"""The page of right and wrong answers: the confusion matrix, and the images behind a cell."""

from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.evaluation import Figure, JudgedCases, Measures
from precmed_gui.diagnosis.model_report import ModelReport
from precmed_gui.evaluation.intervals import proportion, wilson
from precmed_gui.evaluation.wording import figure_text
from precmed_gui.language import N_, _, ngettext
from precmed_gui.window.case_list import CaseList, ListedCase
from precmed_gui.window.confusion_matrix import ConfusionMatrix
from precmed_gui.window.wording import number, share

HINT = N_("Choose a cell to see the images behind it; framed cells are right answers.")
NO_IMAGES = N_("The images were not kept with this model.")
BLINDED = N_("While somebody reads blinded, no image is shown with what the model said of it.")
NONE_SUCH = N_("No test image of “{truth}” was called “{answer}”.")

_MARGIN = 16


class MistakesView(QWidget):
    """Matrix above, sentence and images of the chosen cell below."""

    case_activated = Signal(object)
    thumbnails_wished = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._report: ModelReport | None = None
        self._is_blinded = False
        self._hint = QLabel()
        self._hint.setProperty("role", "hint")
        self._hint.setWordWrap(True)
        self.matrix = ConfusionMatrix()
        self._sentence = QLabel()
        self._sentence.setWordWrap(True)
        self.list = CaseList()
        self.matrix.current_changed.connect(self._on_cell_changed)
        self.matrix.cell_activated.connect(self._on_cell_opened)
        self.list.case_activated.connect(self.case_activated)
        self.list.thumbnails_wished.connect(self.thumbnails_wished)
        area = QScrollArea()
        area.setWidget(self.matrix)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area = area
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        layout.setSpacing(8)
        layout.addWidget(self._hint)
        layout.addWidget(area)
        layout.addWidget(self._sentence)
        layout.addWidget(self.list, 1)
        layout.addStretch()
        self.retranslate()

    def show_report(self, report: ModelReport) -> None:
        """Show the matrix, and the most frequent mistake's images."""
        self._report = report
        evaluation = report.card.evaluation
        if evaluation is None:
            return
        counts = evaluation.measures.confusion
        self.matrix.show_counts(report.card.labels, counts)
        self._fit_matrix()
        self.matrix.set_current(*_worst_cell(counts))
        self._show_cell()

    def hide_images(self, *, is_hidden: bool) -> None:
        """Whether a reader is blinded to what the model said of single images."""
        self._is_blinded = is_hidden
        self._show_cell()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_matrix()

    def _fit_matrix(self) -> None:
        """As high as the matrix is at this width, with a scroll bar where it is too wide."""
        room, least = self.width() - 2 * _MARGIN, self.matrix.minimumSizeHint().width()
        height = self.matrix.heightForWidth(max(room, least))
        self.matrix.setMinimumHeight(height)
        bar = self._area.horizontalScrollBar().sizeHint().height() if least > room else 0
        self._area.setFixedHeight(height + bar)

    def retranslate(self) -> None:
        self.matrix.retranslate()
        self.list.retranslate()
        self._show_sentence()

    def _on_cell_changed(self, _truth: int, _answer: int) -> None:
        self._show_cell()

    def _on_cell_opened(self, _truth: int, _answer: int) -> None:
        if self.list.rows.rowCount():
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_cell(self) -> None:
        self._show_sentence()
        cases = [] if self._is_blinded else cases_of_cell(self._report, *self.matrix.current)
        self.list.show_cases(cases)
        self.list.setVisible(bool(cases))

    def _show_sentence(self) -> None:
        report = self._report
        has_images = report is None or report.cases is not None
        if self._is_blinded:
            self._hint.setText(_(BLINDED))
        else:
            self._hint.setText(_(HINT) if has_images else _(NO_IMAGES))
        if report is not None and report.card.evaluation is not None:
            self._sentence.setText(
                sentence_of_cell(report, report.card.evaluation.measures, *self.matrix.current)
            )


def sentence_of_cell(report: ModelReport, measures: Measures, truth: int, answer: int) -> str:
    """What a cell says, with the interval of its share."""
    labels, count = report.card.labels, measures.confusion[truth][answer]
    total = sum(measures.confusion[truth])
    names = {"truth": labels[truth], "answer": labels[answer]}
    if not count:
        return _(NONE_SUCH).format(**names)
    text = ngettext(
        "{n} of {total} image of “{truth}” was called “{answer}”: {share}.",
        "{n} of {total} images of “{truth}” were called “{answer}”: {share}.",
        total,
    )
    part = figure_text(_share_of_row(report, truth, answer) or wilson(count, total))
    return text.format(n=number(count), total=number(total), share=part, **names)


def _share_of_row(report: ModelReport, truth: int, answer: int) -> Figure | None:
    """With an interval that knows which images are of one patient; None without the images."""
    if report.cases is None:
        return None
    rows = np.flatnonzero(report.cases.truth == truth)
    is_such = report.probabilities[rows].argmax(axis=1) == answer
    return proportion(is_such, [report.cases.patients[row] for row in rows])


def cases_of_cell(report: ModelReport | None, truth: int, answer: int) -> list[ListedCase]:
    """The images of a cell, those the model was surest of first."""
    if report is None or report.cases is None or not len(report.probabilities):
        return []
    answers = report.probabilities.argmax(axis=1)
    rows = np.flatnonzero((report.cases.truth == truth) & (answers == answer))
    order = rows[np.argsort(-report.probabilities[rows, answer], kind="stable")]
    return [_listed(report, report.cases, int(row)) for row in order]


def _listed(report: ModelReport, cases: JudgedCases, row: int) -> ListedCase:
    answer = int(report.probabilities[row].argmax())
    text = _("said “{answer}”, {share} sure").format(
        answer=cases.labels[answer], share=share(float(report.probabilities[row, answer]))
    )
    return ListedCase(case_of(report.paths[row], cases.keys[row]), text)


def case_of(path: str, key: str) -> Case:
    """The case at this path; `key` tells which image of a file that holds several."""
    _file, mark, item = key.rpartition("#")
    if not mark or key.endswith(Path(path).name):
        return Case(path)
    return Case(path.removesuffix(f"#{item}"), item)


def _worst_cell(counts: tuple[tuple[int, ...], ...]) -> tuple[int, int]:
    wrong = np.array(counts)
    np.fill_diagonal(wrong, -1)
    truth, answer = np.unravel_index(int(wrong.argmax()), wrong.shape)
    return int(truth), int(answer)
