"""The table of `reader_statistics_view`: reader alone, model alone, reader with model, by row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from precmed_gui.diagnosis.evaluation import Figure
from precmed_gui.evaluation.agreement import Agreement
from precmed_gui.evaluation.figure_texts import decimal_text, figure_text, number
from precmed_gui.evaluation.reader_statistics import Arm, ClassRates, ReaderStatistics, Times
from precmed_gui.evaluation.reader_texts import ALONE, MODEL, TOGETHER, times_text
from precmed_gui.language import N_, _, ngettext

MEASURE = N_("Measure")
NO_FIGURE = "–"
Cells = tuple[str, str, str]

_COMPARED = N_("Readings whose true class is known, and for which each of the three named a class.")
_KAPPA = N_(
    "Cohen's kappa, unweighted: agreement beyond chance; 0 is as often as by chance, 1 is always. "
    "With more than two classes every wrong class counts the same."
)
_SIDE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_AIR = 4


@dataclass(frozen=True, slots=True)
class StatisticsRow:
    """One line of the table.

    Parameters
    ----------
    name
        What was measured.
    cells
        Reader alone, model alone, reader with model.
    tip
        What the name means; "" where it speaks for itself.
    cell_tips
        What lies behind each cell, or "".
    """

    name: str
    cells: Cells
    tip: str = ""
    cell_tips: Cells = ("", "", "")


class StatisticsTable(QTableWidget):
    """Names of measures that wrap where a class has a long name; figures are never cut."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, 4, parent)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        header.sectionResized.connect(self._on_section_resized)
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._fit)
        self.verticalHeader().hide()

    def show_rows(self, rows: Sequence[StatisticsRow]) -> None:
        """Show these in place of what is there; without any the table goes away."""
        self.setVisible(bool(rows))
        for column, text in enumerate((MEASURE, ALONE, MODEL, TOGETHER)):
            self.setHorizontalHeaderItem(column, _item(_(text)))
        self.setRowCount(len(rows))
        for place, row in enumerate(rows):
            self.setItem(place, 0, _item(row.name, row.tip or row.name))
            for column, text in enumerate(row.cells):
                self.setItem(place, column + 1, _item(text, row.cell_tips[column]))
        self._fit()

    @Slot(int, int, int)
    def _on_section_resized(self, _column: int, _old: int, _new: int) -> None:
        """Only once the column has its width, lines can be broken by it."""
        self._later.start()

    @Slot()
    def _fit(self) -> None:
        """As high as its lines, wrapped ones among them, and no higher."""
        self.resizeRowsToContents()
        for place in range(self.rowCount()):
            self.setRowHeight(place, self.rowHeight(place) + _AIR)
        edges = self.horizontalHeader().sizeHint().height() + 2 * self.frameWidth()
        self.setMaximumHeight(self.verticalHeader().length() + edges)


def _item(text: str, tip: str = "") -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    item.setTextAlignment(_SIDE)
    item.setToolTip(tip)
    if tip and tip != text:
        item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, tip)
    return item


def statistics_rows(found: ReaderStatistics) -> tuple[StatisticsRow, ...]:
    """What the table shows, in words and figures; lines with no figure at all are left out."""
    arms = (found.blind, found.model, found.together)
    labels = dict.fromkeys(one.label for arm in arms if arm for one in arm.classes)
    rows = [
        StatisticsRow(_("Cases compared"), _cells(arms, _count), _(_COMPARED)),
        StatisticsRow(_("Accuracy"), _cells(arms, lambda arm: figure_text(arm.accuracy))),
        StatisticsRow(_("Kappa with the truth"), _cells(arms, _kappa_with_truth), _(_KAPPA)),
        *(row for label in labels for row in _class_rows(arms, label)),
        _model_row(found),
        _time_row(found),
    ]
    return tuple(row for row in rows if set(row.cells) != {NO_FIGURE})


def _cells(arms: Sequence[Arm | None], text: Callable[[Arm], str]) -> Cells:
    cells = [NO_FIGURE if arm is None else text(arm) for arm in arms]
    return cells[0], cells[1], cells[2]


def _count(arm: Arm) -> str:
    return number(arm.n)


def _kappa_with_truth(arm: Arm) -> str:
    return decimal_text(arm.kappa)


def _class_rows(arms: Sequence[Arm | None], label: str) -> tuple[StatisticsRow, StatisticsRow]:
    """Sensitivity and specificity of one class, and of how many."""

    def cells(text: Callable[[Arm, ClassRates], str]) -> Cells:
        return _cells(arms, lambda arm: text(arm, _of_class(arm, label)))

    return (
        StatisticsRow(
            _("Sensitivity, {label}").format(label=label),
            cells(lambda _arm, rates: figure_text(rates.sensitivity)),
            cell_tips=cells(lambda _arm, rates: _of_count(rates.n)),
        ),
        StatisticsRow(
            _("Specificity, {label}").format(label=label),
            cells(lambda _arm, rates: figure_text(rates.specificity)),
            cell_tips=cells(lambda arm, rates: _of_count(arm.n - rates.n)),
        ),
    )


def _of_class(arm: Arm, label: str) -> ClassRates:
    empty = ClassRates(label, 0, None, None)
    return next((one for one in arm.classes if one.label == label), empty)


def _of_count(n: int) -> str:
    return ngettext("Of {n} reading.", "Of {n} readings.", n).format(n=number(n))


def _model_row(found: ReaderStatistics) -> StatisticsRow:
    before, after = found.blind_and_model, found.final_and_model
    return StatisticsRow(
        _("Kappa with the model"),
        (_kappa(before), NO_FIGURE, _kappa(after)),
        _(_KAPPA),
        (_agreed(before), "", _agreed(after)),
    )


def _kappa(found: Agreement) -> str:
    return decimal_text(found.kappa) if found.n else NO_FIGURE


def _agreed(found: Agreement) -> str:
    same: Figure | None = found.same
    if same is None:
        return ""
    text = ngettext(
        "Of {n} reading; the same class in {share}.",
        "Of {n} readings; the same class in {share}.",
        found.n,
    )
    return text.format(n=number(found.n), share=figure_text(same))


def _time_row(found: ReaderStatistics) -> StatisticsRow:
    last = found.final_times if found.blind_times else found.open_times
    return StatisticsRow(
        _("Seconds a case (median)"),
        (_seconds(found.blind_times), NO_FIGURE, _seconds(last)),
        _("From the case on the screen to the decision."),
        (_timed(found.blind_times), "", _timed(last)),
    )


def _seconds(found: Times | None) -> str:
    return NO_FIGURE if found is None else f"{found.median:.1f}"


def _timed(found: Times | None) -> str:
    if found is None:
        return ""
    text = ngettext("Of {n} reading: {time}.", "Of {n} readings: {time}.", found.n)
    return text.format(n=number(found.n), time=times_text(found))
