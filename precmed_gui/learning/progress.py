"""What happens during `fit`: events for the curves, the best epoch, and the ways to stop."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.model_card import History
from precmed_gui.diagnosis.training import BatchEnded, EpochEnded, NetworksParted
from precmed_gui.diagnosis.work import CancelToken, Report
from precmed_gui.language import _

Weights = dict[str, NDArray[np.float32]]

_PARTING_EPOCHS = 3


@dataclass
class Progress:
    """The state of one `fit`; its methods are Keras' callbacks.

    Parameters
    ----------
    epochs, batches
        How many of each are planned.
    patience
        Epochs without a better validation loss before it stops; 0: never.
    weights
        Copies the network's present weights.
    keep
        Called after each epoch with its number, the history so far and the present weights.
    takes_last
        Whether the last epoch counts, whatever the validation loss says. With a learning rate that
        falls to 0 the last epochs are the best; to pick one by a hundred cases picks their chance.
    """

    epochs: int
    batches: int
    patience: int
    report: Report
    cancel: CancelToken
    weights: Callable[[], Weights]
    keep: Callable[[int, History, Weights], None]
    takes_last: bool = False
    history: History = field(default_factory=History)
    best: Weights | None = None
    has_run_out_of_patience: bool = False
    has_parted: bool = False
    _epoch: int = 0
    _began: float = 0.0
    _epoch_began: float = 0.0
    _first_batch_ended: float = 0.0
    _epoch_seconds: float = 0.0

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Start the clock of an epoch."""
        self._epoch = epoch + 1
        self._epoch_began = time.monotonic()
        self._began = self._began or self._epoch_began

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float]) -> None:
        """Tell the batch; raises `Cancelled` to leave `fit` at once."""
        self.cancel.raise_if_set()
        if not math.isfinite(logs["loss"]):
            raise diverged()
        self.report(
            BatchEnded(
                epoch=self._epoch,
                epochs=self.epochs,
                batch=batch + 1,
                batches=self.batches,
                loss=logs["loss"],
                accuracy=logs["accuracy"],
                seconds_left=self._seconds_left(batch + 1),
            )
        )

    def on_test_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        """Leave the validation pass at once if the user wants to."""
        self.cancel.raise_if_set()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float]) -> None:
        """Tell and keep the epoch, and remember the weights if it is the best so far."""
        if not math.isfinite(logs["val_loss"]):
            raise diverged()
        is_best = self.takes_last or all(
            logs["val_loss"] < earlier for earlier in self.history.val_loss
        )
        self.history = _longer(self.history, logs, self._epoch if is_best else None)
        present = self.weights()
        if is_best:
            self.best = present
        self.keep(self._epoch, self.history, present)
        self._epoch_seconds = time.monotonic() - self._epoch_began
        self.report(
            EpochEnded(
                epoch=self._epoch,
                epochs=self.epochs,
                loss=logs["loss"],
                accuracy=logs["accuracy"],
                val_loss=logs["val_loss"],
                val_accuracy=logs["val_accuracy"],
                is_best=is_best,
                seconds=self._epoch_seconds,
            )
        )
        if not self.has_parted and have_parted(self.history):
            self.has_parted = True
            self.report(NetworksParted(self.history.best_epoch))
        waited = self._epoch - self.history.best_epoch
        self.has_run_out_of_patience = 0 < self.patience <= waited

    def _seconds_left(self, batch: int) -> float:
        """From the pace since the first batch, which alone pays for building the network."""
        now = time.monotonic()
        if not self._first_batch_ended:
            self._first_batch_ended = now
            return (now - self._began) * self.epochs
        if self._epoch == 1:
            pace = (now - self._first_batch_ended) / (batch - 1)
            return pace * (self.epochs * self.batches - batch)
        pace = (now - self._epoch_began) / batch
        later = (self.epochs - self._epoch) * max(self._usual_epoch(), pace * self.batches)
        return pace * (self.batches - batch) + later

    def _usual_epoch(self) -> float:
        if self._epoch > 2:
            return self._epoch_seconds
        building = self._first_batch_ended - self._began
        return max(0.0, self._epoch_seconds - building)


def have_parted(history: History) -> bool:
    """Whether the network began to learn its training images by heart after the best epoch.

    So it is when for three epochs the loss on the training images fell on, while that on the
    validation images was a tenth or more above its best.
    """
    later = slice(history.best_epoch, None)
    losses, validation = history.loss[later], history.val_loss[later]
    if len(validation) < _PARTING_EPOCHS or history.best_epoch == 0:
        return False
    best_loss = history.loss[history.best_epoch - 1]
    best = history.val_loss[history.best_epoch - 1]
    recent = slice(-_PARTING_EPOCHS, None)
    return max(losses[recent]) < best_loss and min(validation[recent]) > 1.1 * best


def diverged() -> PrecmedError:
    """What to tell when the loss is no number any more."""
    return PrecmedError(
        _("The training went astray: the loss is no longer a number."),
        _("Choose a lower learning rate, for instance a tenth of this one, and train again."),
    )


def _longer(history: History, logs: Mapping[str, float], best_epoch: int | None) -> History:
    return replace(
        history,
        loss=(*history.loss, logs["loss"]),
        accuracy=(*history.accuracy, logs["accuracy"]),
        val_loss=(*history.val_loss, logs["val_loss"]),
        val_accuracy=(*history.val_accuracy, logs["val_accuracy"]),
        best_epoch=best_epoch or history.best_epoch,
    )
