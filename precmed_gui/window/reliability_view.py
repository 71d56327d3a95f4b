"""The page "How sure": whether a percentage means what it says, before and after calibration.

Below it the sets: how often the classes that could not be ruled out held the truth.
"""

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from precmed_gui.diagnosis.evaluation import Evaluation, ReliabilityBin
from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.evaluation.wording import (
    calibration_text,
    decimal_text,
    figure_text,
    gate_text,
    level_text,
    meaning_of,
)
from precmed_gui.language import N_, _, sentences
from precmed_gui.window.drawn_plot import DrawnPlot, line_pen, percent_axis
from precmed_gui.window.interval_chart import (
    IntervalChart,
    IntervalRow,
    Scale,
    paint_error_bar,
    percent_scale,
)
from precmed_gui.window.theme import current_tokens, font_of
from precmed_gui.window.wording import share

TITLE = N_("Does its percentage mean what it says?")
SAID = N_("How sure it said it was")
RIGHT = N_("How often it was right")
AFTER = N_("after calibration, with 95 % interval")
BEFORE = N_("before calibration")
PERFECT = N_("perfect")
HOW = N_("Left and Right walk along the points.")
ERRORS = N_("Calibration in figures (0 is best)")
SETS = N_("Does the set hold the true class?")
PROMISED = N_("Dashed: the {level} that the sets promise. On average a set has {size} classes.")
REFERRED = N_("Left to a colleague because too many classes remained: {share}.")

_SQUARE, _LEGEND_ROW = 4.0, 17


class ReliabilityPlot(DrawnPlot):
    """Said against right; a circle a bin after calibration, a hollow square a bin before."""

    moved = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._before: tuple[ReliabilityBin, ...] = ()
        self._after: tuple[ReliabilityBin, ...] = ()
        self._evaluation: Evaluation | None = None
        self._current = 0
        self._low = 0.0
        self.setMouseTracking(True)
        self.keep_in_shape(340, 560)

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """Show the bins of an evaluation."""
        self._evaluation = evaluation
        self._after = evaluation.reliability
        self._before = evaluation.reliability_uncalibrated
        values = [value for bin_ in self._after for value in (bin_.confidence, bin_.share.low)]
        values += [value for bin_ in self._before for value in (bin_.confidence, bin_.share.value)]
        self._low = max(int(min(values, default=0.0) * 10) / 10, 0.0)
        self._current = max(len(self._after) - 1, 0)
        self.retranslate()

    def retranslate(self) -> None:
        """Say its own texts in the language in use."""
        across, up = percent_axis(_(SAID), self._low), percent_axis(_(RIGHT), self._low)
        self.set_axes(_(TITLE), across, up)
        self.setAccessibleDescription(self.readout() or _(HOW))

    def readout(self) -> str:
        """What the bin under the keys means."""
        if self._evaluation is None or not self._after:
            return ""
        confidence = self._after[self._current].confidence
        text = meaning_of(confidence, self._evaluation)
        return _("{confidence} sure: {meaning}").format(confidence=share(confidence), meaning=text)

    def paint_content(self, painter: QPainter) -> None:
        tokens = current_tokens()
        painter.setPen(line_pen(tokens.border_strong, 1.2))
        start = max(self.lowest)
        painter.drawLine(self.place(start, start), self.place(1, 1))
        self._paint_before(painter)
        self._paint_after(painter)
        self._paint_legend(painter)

    def _paint_before(self, painter: QPainter) -> None:
        tokens = current_tokens()
        painter.setPen(line_pen(tokens.text_muted, 1.3, is_dashed=True))
        points = [(bin_.confidence, bin_.share.value) for bin_ in self._before]
        painter.drawPolyline(self.places(points))
        for x, y in points:
            _paint_square(painter, self.place(x, y))

    def _paint_after(self, painter: QPainter) -> None:
        tokens = current_tokens()
        painter.setPen(line_pen(tokens.curve, 2))
        points = [(bin_.confidence, bin_.share.value) for bin_ in self._after]
        painter.drawPolyline(self.places(points))
        for place, bin_ in enumerate(self._after):
            values = (bin_.share.low, bin_.share.value, bin_.share.high)
            paint_error_bar(painter, [self.place(bin_.confidence, value) for value in values])
            if place == self._current:
                painter.setPen(QPen(QColor(tokens.focus), 2 if self.hasFocus() else 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawEllipse(self.place(*points[place]), 8, 8)

    def _paint_legend(self, painter: QPainter) -> None:
        tokens = current_tokens()
        painter.setFont(font_of(tokens.caption))
        frame = self.frame()
        texts = [_(AFTER), _(BEFORE), _(PERFECT)]
        widest = max(painter.fontMetrics().horizontalAdvance(text) for text in texts)
        left = frame.right() - widest - 8
        top = frame.bottom() - len(texts) * _LEGEND_ROW - 6
        back = QRectF(left - 34, top - 2, widest + 42, len(texts) * _LEGEND_ROW + 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.surface))
        painter.drawRect(back)
        for place, text in enumerate(texts):
            middle = top + (place + 0.5) * _LEGEND_ROW
            start, end = QPointF(left - 30, middle), QPointF(left - 8, middle)
            _paint_key(painter, place, start, end)
            painter.setPen(QColor(tokens.text_muted))
            box = QRectF(left, middle - _LEGEND_ROW / 2, widest + 4, _LEGEND_ROW)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        step = steps.get(Qt.Key(event.key()), 0)
        if not step or not self._after:
            super().keyPressEvent(event)
            return
        self._go_to(self._current + step)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go_near(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._go_near(event.position().x())

    def _go_near(self, x: float) -> None:
        distances = [abs(self.place(bin_.confidence, 0).x() - x) for bin_ in self._after]
        if distances:
            self._go_to(distances.index(min(distances)))

    def _go_to(self, place: int) -> None:
        self._current = min(max(place, 0), len(self._after) - 1)
        self.setAccessibleDescription(self.readout())
        self.update()
        self.moved.emit()


class ReliabilityView(QWidget):
    """Diagram, what it means, figures, sets, and the gate in words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._card: ModelCard | None = None
        self.plot = ReliabilityPlot()
        self.plot.moved.connect(self._show_readout)
        self._readout, self._meaning, self._promise, self._rest = (QLabel() for _label in range(4))
        for label in (self._readout, self._meaning, self._promise, self._rest):
            label.setWordWrap(True)
        self._promise.setProperty("role", "caption")
        self._readout.setProperty("role", "hint")
        self.errors, self.sets = IntervalChart(), IntervalChart()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        for part in (self._meaning, self.plot, self._readout, self.errors, self.sets):
            layout.addWidget(part)
        layout.addWidget(self._promise)
        layout.addWidget(self._rest)
        layout.addStretch(1)

    def show_card(self, card: ModelCard) -> None:
        """Show the calibration, sets and gate of a tested model."""
        self._card = card
        if card.evaluation is not None:
            self.plot.show_evaluation(card.evaluation)
        self.retranslate()

    def retranslate(self) -> None:
        if self._card is None or self._card.evaluation is None:
            return
        evaluation = self._card.evaluation
        self.plot.retranslate()
        self._show_readout()
        self._meaning.setText(calibration_text(evaluation))
        self.errors.setAccessibleName(_(ERRORS))
        rows = _error_rows(evaluation)
        self.errors.show_rows(rows, _from_nothing(rows))
        self._show_sets(self._card, evaluation)
        self._rest.setText(gate_text(self._card.gate, evaluation.refused))

    def _show_readout(self) -> None:
        self._readout.setText(self.plot.readout())

    def _show_sets(self, card: ModelCard, evaluation: Evaluation) -> None:
        rows = [IntervalRow(_(SETS), is_heading=True)]
        text = figure_text(evaluation.coverage)
        rows.append(IntervalRow(_("All test images"), evaluation.coverage, text))
        for place, (label, figure) in enumerate(
            zip(card.labels, evaluation.coverage_by_class, strict=False)
        ):
            rows.append(IntervalRow(label, figure, figure_text(figure), place))
        level = card.sets.level if card.sets else None
        self.sets.setAccessibleName(_(SETS))
        self.sets.show_rows(rows if card.sets else [], percent_scale(rows, mark=level))
        self._promise.setVisible(level is not None)
        if level is not None:
            promise = _(PROMISED).format(
                level=level_text(level), size=f"{evaluation.mean_set_size:.1f}"
            )
            referred = _(REFERRED).format(share=figure_text(evaluation.referred))
            self._promise.setText(sentences(promise, referred))


def _error_rows(evaluation: Evaluation) -> list[IntervalRow]:
    measures = evaluation.measures
    named = [
        (_("Calibration error"), measures.ece),
        (_("… before calibration"), evaluation.ece_uncalibrated),
        (_("Brier score"), measures.brier),
        (_("Log loss"), measures.log_loss),
    ]
    rows = [IntervalRow(label, figure, decimal_text(figure)) for label, figure in named]
    return [IntervalRow(_(ERRORS), is_heading=True), *rows]


def _from_nothing(rows: list[IntervalRow]) -> Scale:
    highest = max((row.figure.high for row in rows if row.figure), default=1.0)
    top = next(top for top in (0.1, 0.2, 0.4, 0.6, 1.0, 2.0, 4.0, 1e9) if highest <= top)
    ticks = tuple((part * top, f"{part * top:g}") for part in (0.0, 0.5, 1.0))
    return Scale(0.0, top, ticks)


def _paint_square(painter: QPainter, middle: QPointF) -> None:
    tokens = current_tokens()
    painter.save()
    painter.setPen(QPen(QColor(tokens.text_muted), 1.4))
    painter.setBrush(QColor(tokens.surface))
    corner = QPointF(_SQUARE, _SQUARE)
    painter.drawRect(QRectF(middle - corner, middle + corner))
    painter.restore()


def _paint_key(painter: QPainter, place: int, start: QPointF, end: QPointF) -> None:
    tokens = current_tokens()
    middle = (start + end) / 2
    if place == 0:
        paint_error_bar(painter, (start, middle, end))
    elif place == 1:
        painter.setPen(line_pen(tokens.text_muted, 1.3, is_dashed=True))
        painter.drawLine(start, end)
        _paint_square(painter, middle)
    else:
        painter.setPen(line_pen(tokens.border_strong, 1.2))
        painter.drawLine(start, end)
