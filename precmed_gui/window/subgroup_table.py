"""How right the model was in groups of patients: by sex, age, site or device."""

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox, QLabel, QVBoxLayout, QWidget

from precmed_gui.diagnosis.evaluation import Subgroup
from precmed_gui.evaluation.wording import decimal_text, figure_text, group_text, trait_text
from precmed_gui.language import N_, _
from precmed_gui.window.calm_fields import keep_calm
from precmed_gui.window.interval_chart import (
    IntervalChart,
    IntervalRow,
    decimal_scale,
    percent_scale,
)
from precmed_gui.window.layouts import row
from precmed_gui.window.theme import set_role
from precmed_gui.window.wording import number

TITLE = N_("Equally right for everybody?")
NONE_KNOWN = N_(
    "Sex, age, site or device of the test images are not known, so groups cannot be compared."
)
DASHED = N_("Dashed: all test images. Where intervals overlap, chance may explain a difference.")


MEASURE = N_("Show")


class SubgroupTable(QWidget):
    """Right answers or AUC with error bars, group by group."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._groups: tuple[Subgroup, ...] = ()
        self._overall: tuple[float | None, float | None] = (None, None)
        self._title, self._note, self._measure_name = QLabel(), QLabel(), QLabel()
        self._note.setWordWrap(True)
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
        layout.addWidget(self.chart)
        layout.addWidget(self._note)

    def show_groups(
        self, groups: Sequence[Subgroup], overall: tuple[float | None, float | None]
    ) -> None:
        """Show these groups beside (right answers, AUC) of all test images."""
        self._groups, self._overall = tuple(groups), overall
        self.retranslate()

    def retranslate(self) -> None:
        self._title.setText(f"<b>{_(TITLE)}</b>")
        self._measure_name.setText(_(MEASURE))
        self.measure.setAccessibleName(_(MEASURE))
        for place, text in enumerate((_("Right answers"), _("AUC"))):
            self.measure.setItemText(place, text)
        for part in (self._measure_name, self.measure):
            part.setVisible(bool(self._groups))
        self._note.setText(_(DASHED) if self._groups else _(NONE_KNOWN))
        set_role(self._note, "caption" if self._groups else "hint")
        self.chart.setAccessibleName(_(TITLE))
        self._show_rows()

    def _show_rows(self) -> None:
        is_auc = self.measure.currentIndex() == 1
        rows = _rows(self._groups, is_auc=is_auc)
        mark = self._overall[1 if is_auc else 0]
        scale = decimal_scale(rows, mark) if is_auc else percent_scale(rows, mark)
        self.chart.show_rows(rows, scale)


def _rows(groups: Sequence[Subgroup], *, is_auc: bool) -> list[IntervalRow]:
    rows: list[IntervalRow] = []
    trait = ""
    for group in groups:
        if group.trait != trait:
            trait = group.trait
            rows.append(IntervalRow(trait_text(trait), is_heading=True))
        name = group_text(trait, group.group)
        label = _("{group} (n = {n})").format(group=name, n=number(group.n))
        figure = group.auc if is_auc else group.accuracy
        text = decimal_text(figure) if is_auc else figure_text(figure)
        rows.append(IntervalRow(label, figure, text))
    return rows
