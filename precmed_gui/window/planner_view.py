"""How accuracy grew with the number of training images, and what more of them would bring."""

from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from precmed_gui.diagnosis.evaluation import ExpectedGain, LearningCurve
from precmed_gui.evaluation.wording import learning_texts, points_text
from precmed_gui.language import N_, _
from precmed_gui.window.drawn_plot import Axis, DrawnPlot, line_pen, percent_axis
from precmed_gui.window.interval_chart import IntervalChart, IntervalRow, Scale, paint_error_bar
from precmed_gui.window.theme import current_tokens
from precmed_gui.window.wording import number

TITLE = N_("Would more images help?")
IMAGES = N_("Training images")
RIGHT = N_("Right on validation")
GAINS = N_("Expected gain in percentage points, with its 95 % interval")
NOTE = N_("Estimated from training on parts of your images with a quick stand-in network.")

_NICE = (1, 2, 2.5, 5, 10)


class LearningCurvePlot(DrawnPlot):
    """Accuracy on validation against training images, each with its interval."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curve = LearningCurve((), ())

    def show_curve(self, curve: LearningCurve) -> None:
        """Show the points of a curve."""
        self._curve = curve
        low = min((point.accuracy.low for point in curve.points), default=0.0)
        floor = max(int((low - 0.02) * 10) / 10, 0.0)
        last = max((point.n for point in curve.points), default=1)
        self.set_axes(_(TITLE), _count_axis(_(IMAGES), last), percent_axis(_(RIGHT), floor))
        spoken = (f"{number(point.n)}: {point.accuracy.value:.0%}" for point in curve.points)
        self.setAccessibleDescription("; ".join(spoken))

    def paint_content(self, painter: QPainter) -> None:
        points = self._curve.points
        painter.setPen(line_pen(current_tokens().curve, 2))
        painter.drawPolyline(self.places([(point.n, point.accuracy.value) for point in points]))
        for point in points:
            values = (point.accuracy.low, point.accuracy.value, point.accuracy.high)
            paint_error_bar(painter, [self.place(point.n, value) for value in values])


class PlannerView(QWidget):
    """Curve, gains with error bars around zero, and the same in sentences."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curve: LearningCurve | None = None
        self.plot = LearningCurvePlot()
        self.gains = IntervalChart()
        self._heading, self._sentences, self._note = (QLabel() for _label in range(3))
        self._note.setProperty("role", "caption")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for label in (self._heading, self._sentences, self._note):
            label.setWordWrap(True)
        for part in (self._heading, self.plot, self._sentences, self.gains, self._note):
            layout.addWidget(part)

    def show_curve(self, curve: LearningCurve | None) -> None:
        """Show a curve, or say that there are too few images for one."""
        self._curve = curve
        self.retranslate()

    def retranslate(self) -> None:
        curve = self._curve
        has_points = curve is not None and bool(curve.points)
        self._heading.setText(f"<b>{_(TITLE)}</b>")
        self._heading.setVisible(not has_points)
        self.plot.setVisible(has_points)
        self._note.setVisible(has_points)
        self._note.setText(_(NOTE))
        self._sentences.setText(learning_texts(curve)[_greatest(curve)])
        self.gains.setAccessibleName(_(GAINS))
        if curve is None:
            self.gains.show_rows([])
            return
        self.plot.show_curve(curve)
        rows = [_gain_row(gain) for gain in curve.gains]
        heading = [IntervalRow(_(GAINS), is_heading=True)] if rows else []
        self.gains.show_rows([*heading, *rows], around_zero(rows))


def around_zero(rows: list[IntervalRow]) -> Scale:
    """An axis of percentage points with nothing in the middle, as wide as the rows need."""
    ends = [abs(end) for row in rows if row.figure for end in (row.figure.low, row.figure.high)]
    widest = max(ends, default=0.01)
    reach = next((reach for reach in (0.02, 0.05, 0.1, 0.2, 0.5) if widest <= reach), 1.0)
    whole = f"{reach * 100:.0f}"
    return Scale(-reach, reach, ((-reach, f"−{whole}"), (0.0, "0"), (reach, f"+{whole}")), 0.0)


def _greatest(curve: LearningCurve | None) -> int:
    """The place of the gain worth a sentence: the greatest one."""
    gains = curve.gains if curve is not None else ()
    return max(range(len(gains)), key=lambda place: gains[place].gain.value, default=0)


def _gain_row(gain: ExpectedGain) -> IntervalRow:
    name = gain.label if gain.label is not None else _("all classes")
    label = _("{more} more of {name}").format(more=number(gain.more), name=name)
    return IntervalRow(label, gain.gain, points_text(gain.gain))


def _count_axis(title: str, last: int) -> Axis:
    rough = last / 4
    size = 10 ** max(len(str(int(rough))) - 1, 0)
    step = next(int(nice * size) for nice in _NICE if nice * size >= rough) if rough > 1 else 1
    ticks = tuple((float(n), number(n)) for n in range(0, last + 1, step))
    return Axis(title, 0.0, last * 1.04, ticks)
