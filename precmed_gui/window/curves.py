"""The training curves: loss and accuracy as the network learns, with a cursor and exports.

pyqtgraph is loaded by `prepare()`, at the latest after the first epoch, never at start-up; what
is shown before that is kept and drawn then.
"""

import math
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QIODevice,
    QPoint,
    QSaveFile,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import QBoxLayout, QLabel, QSizePolicy, QWidget

from precmed_gui.diagnosis.errors import FailedStorage
from precmed_gui.diagnosis.model_card import History
from precmed_gui.language import _
from precmed_gui.window.curve_data import CurveData, EpochPoint, data_of
from precmed_gui.window.theme import current_tokens, theme_signals

if TYPE_CHECKING:
    from precmed_gui.window.curve_plot import CurvePlot, PlotTexts

_REDRAW_MS = 100
_NARROW = 540
_WIDE_ENOUGH = 1.4
"""Side by side only where each plot is then not much higher than wide."""
_LOW = 250
"""Two plots above each other would have no room for their curves."""
_PNG_SCALE = 2


class TrainingCurves(QWidget):
    """Two plots side by side, or one above the other where that gives them a better shape.

    Left and Right move the read-out from epoch to epoch, Home and End to the first and last,
    Esc hides it.

    Signals
    -------
    read_out
        The number of the epoch under the cursor, 0 for none.
    """

    read_out = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._data = CurveData()
        self._cursor_epoch = 0
        self._plots: tuple[CurvePlot, ...] = ()
        self._are_plots_shown = False
        self._is_whole_redraw = True
        self._is_pictured = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(220, 190)
        self._placeholder = QLabel(self)
        self._placeholder.setProperty("role", "hint")
        self._placeholder.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._placeholder.setWordWrap(True)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(8, 8, 8, 8)
        self._row.setSpacing(16)
        self._row.addWidget(self._placeholder)
        self._redraw = QTimer(self)
        self._redraw.setSingleShot(True)
        self._redraw.setInterval(_REDRAW_MS)
        self._redraw.timeout.connect(self._on_redraw)
        theme_signals().changed.connect(self._on_theme_changed)
        self.retranslate()

    def prepare(self) -> None:
        """Load pyqtgraph (about a second when cold) and build the plots; later calls do nothing."""
        if self._plots:
            return
        from precmed_gui.window.curve_plot import ACCURACY, LOSS, CurvePlot

        self._plots = (CurvePlot(LOSS), CurvePlot(ACCURACY))
        for plot in self._plots:
            self._row.addWidget(plot, 1)
            plot.pointed.connect(self._on_pointed)
            plot.left.connect(self._on_left)
            plot.reset_asked.connect(self.reset_view)
        self._word_plots()
        self._draw_all()

    @property
    def is_prepared(self) -> bool:
        """Whether pyqtgraph is loaded."""
        return bool(self._plots)

    @property
    def has_data(self) -> bool:
        """Whether there is anything to draw or export."""
        return bool(self._data.points or self._data.running)

    @property
    def cursor_epoch(self) -> int:
        """The epoch under the cursor, 0 for none."""
        return self._cursor_epoch

    def start(self, epochs: int) -> None:
        """Begin new curves of at most so many epochs."""
        self._show(CurveData(epochs=epochs))

    def add_batch(self, epoch: int, batch: int, batches: int, loss: float, accuracy: float) -> None:
        """Add the running means of an epoch (all counts from 1, accuracy in [0, 1])."""
        self._data.add_batch(epoch, batch, batches, (loss, accuracy))
        self._redraw_soon(whole=False)

    def add_epoch(
        self,
        epoch: int,
        loss: float,
        accuracy: float,
        val_loss: float,
        val_accuracy: float,
        *,
        is_best: bool,
    ) -> None:
        """Add a finished epoch."""
        self.prepare()
        point = EpochPoint(epoch, loss, accuracy, val_loss, val_accuracy)
        self._data.add_epoch(point, is_best=is_best)
        self._redraw_soon(whole=True)

    def show_history(self, history: History) -> None:
        """Show the curves of a finished training, at once or when `prepare()` is called."""
        self._show(data_of(history))

    def clear(self) -> None:
        """Show the placeholder."""
        self._show(CurveData())

    @Slot()
    def reset_view(self) -> None:
        """Show all epochs after a zoom."""
        for plot in self._plots:
            plot.reset_view()

    def export_csv(self, path: Path) -> None:
        """Write one line an epoch; raises `FailedStorage`."""
        _write(path, self._data.to_csv().encode("utf-8"))

    def export_png(self, path: Path) -> None:
        """Write a picture of the curves at twice the resolution; raises `FailedStorage`."""
        content = QByteArray()
        buffer = QBuffer(content)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        self._picture().save(buffer, "PNG")  # type: ignore[call-overload]
        _write(path, bytes(content.data()))

    def _picture(self) -> QImage:
        """The curves without the cursor and the focus ring."""
        self._cursor_epoch = 0
        self._draw_all()
        for plot in self._plots:
            plot.restyle(_PNG_SCALE)
        image = QImage(self.size() * _PNG_SCALE, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(_PNG_SCALE)
        image.fill(QColor(current_tokens().surface))
        self._is_pictured = True
        for plot in self._plots:
            plot.show()
        self._row.activate()
        self.render(image, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)
        self._is_pictured = False
        self._arrange()
        for plot in self._plots:
            plot.restyle()
        return image

    def retranslate(self) -> None:
        """Word its own texts again."""
        self._placeholder.setText(_("The curves appear here as the network learns."))
        self.setAccessibleName(_("Training curves"))
        self._word_plots()
        self._show_cursor()

    def _word_plots(self) -> None:
        titles = ((_("Loss"), _("Loss")), (_("Accuracy"), _("Accuracy (%)")))
        for plot, (title, axis) in zip(self._plots, titles, strict=False):
            plot.set_texts(_plot_texts(title, axis))

    def _show(self, data: CurveData) -> None:
        self._data = data
        self._cursor_epoch = 0
        self.reset_view()
        self._draw_all()

    def _redraw_soon(self, *, whole: bool) -> None:
        self._is_whole_redraw = self._is_whole_redraw or whole
        if not self._redraw.isActive():
            self._redraw.start()

    @Slot()
    def _on_redraw(self) -> None:
        if self._is_whole_redraw or not self._are_plots_shown:
            self._draw_all()
        else:
            for plot in self._plots:
                plot.show_running()

    def _draw_all(self) -> None:
        self._is_whole_redraw = False
        is_empty = not self._plots or not (self.has_data or self._data.epochs)
        self._placeholder.setVisible(is_empty)
        for plot in self._plots:
            plot.show_data(self._data)
        self._are_plots_shown = bool(self._plots) and not is_empty
        self._arrange()
        self._show_cursor()

    def _show_cursor(self) -> None:
        """The read-out of the epoch under the cursor, else of the last one."""
        chosen = self._data.point(self._cursor_epoch)
        point = chosen or (self._data.points[-1] if self._data.points else None)
        texts = _readouts(point)
        for plot, text in zip(self._plots, texts, strict=False):
            plot.show_cursor(chosen)
            plot.set_readout(text)
        said = _("Loss: {loss}. Accuracy: {accuracy}.").format(loss=texts[0], accuracy=texts[1])
        self.setAccessibleDescription(said if point else self._placeholder.text())

    def _point_at(self, epoch: int) -> None:
        if epoch != self._cursor_epoch:
            self._cursor_epoch = epoch
            self._show_cursor()
            self.read_out.emit(epoch)

    @Slot(float)
    def _on_pointed(self, epochs: float) -> None:
        point = self._data.nearest(epochs)
        self._point_at(point.epoch if point else 0)

    @Slot()
    def _on_left(self) -> None:
        self._point_at(0)

    @Slot()
    def _on_theme_changed(self) -> None:
        for plot in self._plots:
            plot.restyle()
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        epoch = self._epoch_after(Qt.Key(event.key()))
        if epoch is None:
            super().keyPressEvent(event)
        else:
            self._point_at(epoch)

    def _epoch_after(self, key: Qt.Key) -> int | None:
        """Where a key moves the read-out; None where it means nothing here."""
        known = [point.epoch for point in self._data.points]
        if not known:
            return None
        if key == Qt.Key.Key_Escape:
            return 0 if self._cursor_epoch else None
        if key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            return known[0] if key == Qt.Key.Key_Home else known[-1]
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(key)
        if step is None:
            return None
        if self._cursor_epoch not in known:
            return known[-1] if step < 0 else known[0]
        place = known.index(self._cursor_epoch) + step
        return known[min(max(place, 0), len(known) - 1)]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Side by side, above each other, or the loss alone: whatever the room is enough for."""
        direction = QBoxLayout.Direction
        is_narrow = self.width() < max(_NARROW, self.height() * _WIDE_ENOUGH)
        self._row.setDirection(direction.TopToBottom if is_narrow else direction.LeftToRight)
        for place, plot in enumerate(self._plots):
            has_room = place == 0 or self.height() >= _LOW or self.width() >= _NARROW
            plot.setVisible(self._are_plots_shown and has_room)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._is_pictured or not self.hasFocus():
            return
        tokens = current_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.focus), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        ring = self.rect().adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(ring, tokens.radius, tokens.radius)
        painter.end()


def _plot_texts(title: str, axis: str) -> "PlotTexts":
    from precmed_gui.window.curve_plot import PlotTexts

    return PlotTexts(
        title=title,
        axis=axis,
        epoch=_("Epoch"),
        training=_("training"),
        validation=_("validation"),
        best=_("kept: epoch {epoch}"),
    )


def _readouts(point: EpochPoint | None) -> tuple[str, str]:
    """What is said of an epoch above each plot."""
    if point is None:
        return "", ""
    pairs = (
        (_number(point.loss, "{:.3g}"), _number(point.val_loss, "{:.3g}")),
        (_number(100 * point.accuracy, "{:.1f} %"), _number(100 * point.val_accuracy, "{:.1f} %")),
    )
    text = _("epoch {epoch} · training {training} · validation {validation}")
    first, second = (
        text.format(epoch=point.epoch, training=training, validation=validation)
        for training, validation in pairs
    )
    return first, second


def _number(value: float, form: str) -> str:
    return form.format(value) if math.isfinite(value) else "–"


def _write(path: Path, content: bytes) -> None:
    """Write all of it or nothing."""
    file = QSaveFile(str(path))
    is_whole = (
        file.open(QIODevice.OpenModeFlag.WriteOnly)
        and file.write(content) == len(content)
        and file.commit()
    )
    if not is_whole:
        raise FailedStorage(
            _("The curves could not be written to {path}: {reason}").format(
                path=path, reason=file.errorString()
            ),
            _("Choose another folder, or free some space, and try again."),
        )
