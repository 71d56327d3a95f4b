"""One plot of the training curves: a heading with its legend and read-out, and the axes.

The only module that knows pyqtgraph; imported when the first curve is drawn.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg  # noqa: TID253 - this module is itself imported late
from PySide6.QtCore import QEvent, QObject, QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from precmed_gui.window.curve_data import CurveData, EpochPoint
from precmed_gui.window.theme import current_tokens, font_of

_LEFT_AXIS = 44
_BELOW = 6
"""Pixels below the axis of epochs: the library moves its title 5 beyond it."""
_MARK_ROOM = 1.14
_SEE_THROUGH = 120


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a plot shows: its value during training and on the validation part.

    Parameters
    ----------
    training, validation
        Read one number from a finished epoch, in the unit of the axis.
    place
        Where the running value stands in `CurveData.running`.
    scale
        Factor from the running value to the unit of the axis.
    ceiling
        The largest value there can be, or None.
    """

    training: Callable[[EpochPoint], float]
    validation: Callable[[EpochPoint], float]
    place: int
    scale: float
    ceiling: float | None


LOSS = Quantity(lambda point: point.loss, lambda point: point.val_loss, 1, 1.0, None)
ACCURACY = Quantity(
    lambda point: 100 * point.accuracy, lambda point: 100 * point.val_accuracy, 2, 100.0, 100.0
)


@dataclass(frozen=True, slots=True)
class PlotTexts:
    """The translated words of one plot; `best` has an {epoch} in it."""

    title: str
    axis: str
    epoch: str
    training: str
    validation: str
    best: str


class LegendKey(QWidget):
    """A short line, solid or dashed, with its name."""

    def __init__(self, *, is_dashed: bool) -> None:
        super().__init__()
        self._is_dashed = is_dashed
        self._text = ""
        self.colour = QColor()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_text(self, text: str) -> None:
        self._text = text
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        font = font_of(current_tokens().caption)
        self.setFont(font)
        metrics = self.fontMetrics()
        return QSize(30 + metrics.horizontalAdvance(self._text), metrics.height() + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(_pen(self.colour, 2.0, is_dashed=self._is_dashed))
        middle = self.height() / 2
        painter.drawLine(QPointF(2, middle), QPointF(22, middle))
        painter.setPen(QColor(current_tokens().text_muted))
        painter.drawText(
            self.rect().adjusted(28, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self._text
        )
        painter.end()


class CurvePlot(QWidget):
    """Training solid and validation dashed in one hue, against finished epochs.

    Signals
    -------
    pointed
        The mouse is above this place of the epoch axis, a float.
    left
        The mouse is gone.
    reset_asked
        A double click: show everything again.
    """

    pointed = Signal(float)
    left = Signal()
    reset_asked = Signal()

    def __init__(self, quantity: Quantity) -> None:
        super().__init__()
        self._quantity = quantity
        self._texts = PlotTexts("", "", "", "", "", "{epoch}")
        self._data = CurveData()
        self._is_zoomed = False
        self._make_heading()
        self._make_plot()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(self._heading)
        layout.addWidget(self._readout)
        layout.addWidget(self._widget, 1)
        self.restyle()

    def _make_heading(self) -> None:
        self._title = QLabel()
        self._keys = (LegendKey(is_dashed=False), LegendKey(is_dashed=True))
        self._readout = QLabel()
        self._readout.setProperty("role", "caption")
        self._readout.setMinimumWidth(40)
        self._heading = QHBoxLayout()
        self._heading.setSpacing(12)
        self._heading.addWidget(self._title)
        self._heading.addStretch()
        for key in self._keys:
            self._heading.addWidget(key)

    def _make_plot(self) -> None:
        self._widget = pg.PlotWidget()
        self._widget.setProperty("bare", True)
        self._widget.setBackground(None)
        self._widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._widget.setMinimumSize(160, 110)
        self._widget.setFrameShape(self._widget.Shape.NoFrame)
        self._item = self._widget.getPlotItem()
        self._item.setMenuEnabled(False)
        self._item.hideButtons()
        self._item.layout.setContentsMargins(1, 1, 1, _BELOW)
        self._item.getAxis("left").setWidth(_LEFT_AXIS)
        self._item.getAxis("left").enableAutoSIPrefix(False)
        self._box = self._item.getViewBox()
        self._box.setDefaultPadding(0)
        self._box.disableAutoRange()
        self._running, self._training, self._validation = (
            self._item.plot(connect="finite", antialias=True, useCache=False) for _line in range(3)
        )
        self._best = pg.InfiniteLine(angle=90, movable=False, label="", labelOpts={"position": 1.0})
        self._cursor = pg.InfiniteLine(angle=90, movable=False)
        self._marks = pg.ScatterPlotItem(size=8, pxMode=True, antialias=True, useCache=False)
        for item in (self._best, self._cursor, self._marks):
            self._item.addItem(item, ignoreBounds=True)
            item.hide()
        self._box.sigXRangeChanged.connect(self._on_range_changed)
        self._box.sigRangeChangedManually.connect(self._on_zoomed)
        self._widget.scene().sigMouseMoved.connect(self._on_mouse_moved)
        self._widget.viewport().installEventFilter(self)

    def set_texts(self, texts: PlotTexts) -> None:
        self._texts = texts
        self._title.setText(texts.title)
        for key, text in zip(self._keys, (texts.training, texts.validation), strict=True):
            key.set_text(text)
        self._item.setLabel("bottom", texts.epoch)
        self._item.setLabel("left", texts.axis)
        self.show_data(self._data)

    def set_readout(self, text: str) -> None:
        self._readout.setText(text)

    def restyle(self, ratio: float = 0.0) -> None:
        """Take the colours of the theme in use; `ratio` is the picture's pixels a screen pixel.

        Curves keep their width when the axes are scaled, so theirs has to be set by hand.
        """
        tokens = current_tokens()
        thick = 2.0 * (ratio or self.devicePixelRatioF())
        colour = QColor(tokens.curve)
        self._title.setFont(font_of(tokens.body, bold=True))
        for key in self._keys:
            key.colour = colour
            key.update()
        faint = QColor(colour)
        faint.setAlphaF(0.4)
        self._running.setPen(_curve_pen(faint, max(ratio, 1.0)))
        self._training.setPen(_curve_pen(colour, thick))
        self._validation.setPen(_curve_pen(colour, thick, is_dashed=True))
        self._restyle_points(colour)
        self._restyle_marks()
        for name in ("left", "bottom"):
            self._restyle_axis(name)

    def _restyle_points(self, colour: QColor) -> None:
        surface = QColor(current_tokens().surface)
        self._training.setSymbolBrush(colour)
        self._validation.setSymbolBrush(surface)
        for line in (self._training, self._validation):
            line.setSymbolPen(pg.mkPen(colour, width=1.5))
            line.setSymbolSize(5)

    def _restyle_marks(self) -> None:
        tokens = current_tokens()
        self._best.setPen(pg.mkPen(QColor(tokens.success), width=1, dash=[2, 3]))
        self._best.label.setColor(QColor(tokens.success))
        behind = QColor(tokens.surface)
        behind.setAlpha(_SEE_THROUGH)  # the curve may pass below it
        self._best.label.fill = pg.mkBrush(behind)
        self._best.label.setFont(font_of(tokens.caption, bold=True))
        self._cursor.setPen(pg.mkPen(QColor(tokens.border_strong), width=1))
        self._marks.setPen(pg.mkPen(QColor(tokens.surface), width=1.5))
        self._marks.setBrush(QColor(tokens.text))

    def _restyle_axis(self, name: str) -> None:
        tokens = current_tokens()
        axis = self._item.getAxis(name)
        font: QFont = font_of(tokens.caption)
        axis.setTickFont(font)
        axis.setPen(pg.mkPen(QColor(tokens.border), width=1))
        axis.setTickPen(pg.mkPen(QColor(tokens.grid), width=1))
        axis.setTextPen(QColor(tokens.text_muted))
        axis.setStyle(tickLength=-4, tickTextOffset=5, autoExpandTextSpace=False, maxTickLevel=1)
        axis.setGrid(255 if name == "left" else 90)
        axis.setZValue(-1000)
        axis.label.setFont(font)
        axis.label.setDefaultTextColor(QColor(tokens.text_muted))

    def show_data(self, data: CurveData) -> None:
        """Draw these numbers; keeps the view a user has zoomed to."""
        self._data = data
        quantity = self._quantity
        epochs = np.array([point.epoch for point in data.points], dtype=float)
        for line, read, symbol in (
            (self._training, quantity.training, "o"),
            (self._validation, quantity.validation, "o"),
        ):
            values = np.array([read(point) for point in data.points], dtype=float)
            line.setData(epochs, values, symbol=symbol if len(values) <= 60 else None)
        if len(epochs):
            self._restyle_points(QColor(current_tokens().curve))
        self.show_running()
        self._best.setVisible(data.best_epoch > 0)
        if data.best_epoch:
            self._best.setValue(data.best_epoch)
            self._best.label.setText(self._texts.best.format(epoch=data.best_epoch))
            is_late = data.best_epoch > 0.6 * max(data.epochs, 1)
            ends_high = quantity.ceiling is not None  # the label stands where the curve is not
            side = (1.0 if is_late else 0.0, 1.0 if ends_high else 0.0)
            self._best.label.anchors = [side, side]
            self._best.label.orthoPos = 0.0 if ends_high else 1.0
            self._best.label.updatePosition()
        if not self._is_zoomed:
            self._show_all()

    def show_running(self) -> None:
        """Draw the values inside the epochs again: all that changes with a batch."""
        running = np.array(self._data.running, dtype=float).reshape(-1, 3)
        values = running[:, self._quantity.place] * self._quantity.scale
        self._running.setData(running[:, 0], values)
        if not self._is_zoomed and len(values):
            low, high = self.visible_range()[1]
            if values[-1] < low or values[-1] > high:
                self._show_all()

    def show_cursor(self, point: EpochPoint | None) -> None:
        """Mark one epoch on both curves, or none."""
        self._cursor.setVisible(point is not None)
        self._marks.setVisible(point is not None)
        if point is not None:
            self._cursor.setValue(point.epoch)
            values = (self._quantity.training(point), self._quantity.validation(point))
            shown = [value for value in values if math.isfinite(value)]
            self._marks.setData([point.epoch] * len(shown), shown)

    def reset_view(self) -> None:
        """Undo a user's zoom."""
        self._is_zoomed = False
        self._show_all()

    def visible_range(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """((first, last) epoch, (lowest, highest) value) in view."""
        across, up = self._box.viewRange()
        return (across[0], across[1]), (up[0], up[1])

    def _show_all(self) -> None:
        last = max(self._data.epochs, 1) * 1.02
        low, high = self._value_range()
        self._box.setLimits(xMin=0, xMax=last, minXRange=1, yMin=None, yMax=None)
        self._box.setRange(xRange=(0, last), yRange=(low, high), padding=0)

    def _value_range(self) -> tuple[float, float]:
        """From nothing, or from a round value below the curve, to a little above it."""
        quantity = self._quantity
        values = [row[quantity.place] * quantity.scale for row in self._data.running]
        for point in self._data.points:
            values += (quantity.training(point), quantity.validation(point))
        values = [value for value in values if math.isfinite(value)]
        if quantity.ceiling is None:
            return 0.0, max(max(values, default=1.0), 1e-3) * _MARK_ROOM
        lowest = min(values, default=0.0)
        floor = math.floor(max(lowest - 2, 0.0) / 10) * 10
        return float(floor), quantity.ceiling + 0.13 * (quantity.ceiling - floor)

    @Slot()
    def _on_zoomed(self) -> None:
        self._is_zoomed = True

    @Slot()
    def _on_range_changed(self) -> None:
        first, last = self._box.viewRange()[0]
        room = max(self._widget.width() - _LEFT_AXIS, 60) / 36
        step = next(
            (
                size
                for size in (1, 2, 5, 10, 20, 50, 100, 200, 500)
                if (last - first) / size <= room
            ),
            1000,
        )
        start = math.ceil(max(first, 0) / step) * step
        ticks = [(tick, str(tick)) for tick in range(start, math.floor(last) + 1, step)]
        self._item.getAxis("bottom").setTicks([ticks, []])

    def _on_mouse_moved(self, place: QPointF) -> None:
        if self._box.sceneBoundingRect().contains(place):
            self.pointed.emit(float(self._box.mapSceneToView(place).x()))
        else:
            self.left.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonDblClick:
            self.reset_asked.emit()
        return False

    def leaveEvent(self, event: object) -> None:
        self.left.emit()

    def resizeEvent(self, event: object) -> None:
        self._on_range_changed()


def _curve_pen(colour: QColor, width: float, *, is_dashed: bool = False) -> QPen:
    pen = _pen(colour, width, is_dashed=is_dashed)
    pen.setCosmetic(True)
    return pen


def _pen(colour: QColor, width: float, *, is_dashed: bool) -> QPen:
    pen = QPen(colour, width)
    if is_dashed:
        pen.setDashPattern([3.5, 2.5])
    return pen
