"""The numbers behind the training curves: what was measured, epoch by epoch. No Qt.

The curves draw from it, the cursor read-out and the CSV file quote it.
"""

import csv
import io
import math
from dataclasses import dataclass, field

from precmed_gui.diagnosis.model_card import History

CSV_COLUMNS = ("epoch", "loss", "accuracy", "val_loss", "val_accuracy", "is_best")
_POINTS_AN_EPOCH = 60


@dataclass(frozen=True, slots=True)
class EpochPoint:
    """One finished epoch, counted from 1; accuracies in [0, 1]."""

    epoch: int
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float


@dataclass(slots=True)
class CurveData:
    """Epochs so far and the running values in between.

    Parameters
    ----------
    epochs
        How many epochs there will be at most.
    points
        The finished epochs, in order.
    running
        (epochs trained, a fraction; running loss; running accuracy) inside the epochs.
    best_epoch
        The best one so far; 0 where none is known.
    """

    epochs: int = 0
    points: list[EpochPoint] = field(default_factory=list)
    running: list[tuple[float, float, float]] = field(default_factory=list)
    best_epoch: int = 0

    def add_batch(self, epoch: int, batch: int, batches: int, values: tuple[float, float]) -> None:
        """Add running (loss, accuracy); keeps at most about sixty points an epoch."""
        step = max(1, batches // _POINTS_AN_EPOCH)
        if batch % step and batch != batches:
            return
        self.running.append((epoch - 1 + batch / max(batches, 1), *values))

    def add_epoch(self, point: EpochPoint, *, is_best: bool) -> None:
        """Add a finished epoch."""
        self.points.append(point)
        self.epochs = max(self.epochs, point.epoch)
        if is_best:
            self.best_epoch = point.epoch

    def point(self, epoch: int) -> EpochPoint | None:
        """The finished epoch of this number."""
        return next((point for point in self.points if point.epoch == epoch), None)

    def nearest(self, epochs: float) -> EpochPoint | None:
        """The finished epoch nearest to this place on the axis."""
        return min(self.points, key=lambda point: abs(point.epoch - epochs), default=None)

    def to_csv(self) -> str:
        """One line an epoch, with a heading."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(CSV_COLUMNS)
        for point in self.points:
            values = (point.loss, point.accuracy, point.val_loss, point.val_accuracy)
            shown = (f"{value:.6g}" if math.isfinite(value) else "" for value in values)
            writer.writerow((point.epoch, *shown, int(point.epoch == self.best_epoch)))
        return text.getvalue()


def data_of(history: History) -> CurveData:
    """The curves of a finished training."""
    rows = zip(history.loss, history.accuracy, history.val_loss, history.val_accuracy, strict=True)
    points = [EpochPoint(epoch, *row) for epoch, row in enumerate(rows, start=1)]
    return CurveData(epochs=len(points), points=points, best_epoch=history.best_epoch)
