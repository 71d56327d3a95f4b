"""A window with what readers and model are worth, alone and together; `record_flow.py` opens it."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QScrollArea,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from precmed_gui.evaluation.agreement import Agreement
from precmed_gui.evaluation.figure_texts import decimal_text, figure_text
from precmed_gui.evaluation.reader_statistics import Arm, ReaderStatistics, Times
from precmed_gui.evaluation.reader_texts import ALONE, MODEL, TOGETHER, reader_texts
from precmed_gui.language import N_, _, sentences
from precmed_gui.window.wording import number

TITLE = N_("Readers' statistics")
ALL_READERS = N_("All readers")
EXPORT = N_("Save decisions as table…")
NO_FIGURE = "–"
LIMITS = N_(
    "Brackets hold 95 % intervals. Right and wrong rest on the classes of the cohort on the table."
)


class ReaderStatisticsView(QDialog):
    """Shows the figures of all readers, or of one."""

    export_wished = Signal()

    def __init__(
        self,
        found: Sequence[tuple[str, ReaderStatistics]],
        parent: QWidget | None = None,
        *,
        note: str = "",
    ) -> None:
        super().__init__(parent)
        self._found = tuple(found)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_(TITLE))
        self.resize(760, 680)
        self.readers, self.table, self.words = QComboBox(), QTableWidget(), QLabel()
        self.readers.addItems([name or _(ALL_READERS) for name, _found in self._found])
        self.readers.setAccessibleName(_("Reader"))
        self.readers.setVisible(len(self._found) > 1)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setShowGrid(False)
        self.table.setAccessibleName(_(TITLE))
        self.words.setWordWrap(True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        area, limits = QScrollArea(), QLabel(sentences(_(LIMITS), note))
        area.setWidgetResizable(True)
        area.setWidget(self.words)
        limits.setProperty("role", "caption")
        limits.setWordWrap(True)
        buttons = QDialogButtonBox()
        self.export = buttons.addButton(_(EXPORT), QDialogButtonBox.ButtonRole.ActionRole)
        self.export.clicked.connect(self.export_wished)
        buttons.addButton(_("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        for part, stretch in ((self.readers, 0), (self.table, 4), (area, 2), (limits, 0)):
            layout.addWidget(part, stretch)
        layout.addWidget(buttons)
        self.readers.currentIndexChanged.connect(self._on_reader)
        self._on_reader(0)

    @Slot(int)
    def _on_reader(self, place: int) -> None:
        found = self._found[place][1]
        rows = statistics_rows(found)
        self.table.setColumnCount(3)
        self.table.setRowCount(len(rows))
        self.table.setHorizontalHeaderLabels([_(ALONE), _(MODEL), _(TOGETHER)])
        self.table.setVerticalHeaderLabels([name for name, _cells in rows])
        for row, (_name, cells) in enumerate(rows):
            for column, text in enumerate(cells):
                self.table.setItem(row, column, QTableWidgetItem(text))
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.words.setText("\n\n".join(reader_texts(found)))


def statistics_rows(found: ReaderStatistics) -> tuple[tuple[str, tuple[str, str, str]], ...]:
    """(measure, (reader alone, model alone, reader with model)), all in words and figures."""
    arms = (found.blind, found.model, found.together)
    rows = [
        (_("Cases compared"), _cells(arms, lambda arm: number(arm.n))),
        (_("Accuracy"), _cells(arms, lambda arm: figure_text(arm.accuracy))),
    ]
    labels = dict.fromkeys(one.label for arm in arms if arm for one in arm.classes)
    for place, label in enumerate(labels):
        for name, rate in ((_("Sensitivity, {label}"), 0), (_("Specificity, {label}"), 1)):
            cells = tuple(_rate(arm, place, rate) for arm in arms)
            rows.append((name.format(label=label), (cells[0], cells[1], cells[2])))
    before, after = _kappa(found.blind_and_model), _kappa(found.final_and_model)
    rows.append((_("Kappa with the model"), (before, NO_FIGURE, after)))
    last = found.final_times if found.blind_times else found.open_times
    times = _seconds(found.blind_times), NO_FIGURE, _seconds(last)
    rows.append((_("Seconds a case (median)"), times))
    return tuple(rows)


def _cells(arms: Sequence[Arm | None], text: Callable[[Arm], str]) -> tuple[str, str, str]:
    cells = [NO_FIGURE if arm is None else text(arm) for arm in arms]
    return cells[0], cells[1], cells[2]


def _rate(arm: Arm | None, place: int, which: int) -> str:
    if arm is None or place >= len(arm.classes):
        return NO_FIGURE
    rates = arm.classes[place]
    return figure_text((rates.sensitivity, rates.specificity)[which])


def _kappa(found: Agreement) -> str:
    return NO_FIGURE if found.kappa is None else decimal_text(found.kappa)


def _seconds(found: Times | None) -> str:
    return NO_FIGURE if found is None else f"{found.median:.1f}"
