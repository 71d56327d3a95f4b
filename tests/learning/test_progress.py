"""What is told during a training, and when it ends by itself."""

import math

import pytest

from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.model_card import History
from precmed_gui.diagnosis.training import EpochEnded, NetworksParted
from precmed_gui.diagnosis.work import NeverCancelled, Report, ignore
from precmed_gui.learning.progress import Progress, have_parted

Losses = list[tuple[float, float]]


def progress(patience: int = 2, report: Report = ignore) -> Progress:
    return Progress(9, 10, patience, report, NeverCancelled(), dict, lambda *_: None)


def tell(state: Progress, losses: Losses) -> None:
    """Epochs of these (training, validation) losses."""
    for epoch, (loss, val_loss) in enumerate(losses):
        state.on_epoch_begin(epoch)
        logs = {"loss": loss, "accuracy": 0.5, "val_loss": val_loss, "val_accuracy": 0.5}
        state.on_epoch_end(epoch, logs)


def test_a_loss_that_is_no_number_is_told_with_a_hint() -> None:
    state = progress()
    state.on_epoch_begin(0)
    with pytest.raises(PrecmedError, match="no longer a number") as caught:
        state.on_train_batch_end(0, {"loss": math.nan, "accuracy": 0.5})
    assert "lower learning rate" in caught.value.hint
    with pytest.raises(PrecmedError, match="no longer a number"):
        tell(progress(), [(1.0, math.inf)])


def test_it_stops_when_the_validation_loss_has_not_improved_for_long_enough() -> None:
    ended = []
    for count in range(1, 5):
        state = progress()
        tell(state, [(1.0, loss) for loss in [3.0, 2.0, 2.5, 2.0][:count]])
        ended.append(state.has_run_out_of_patience)
    assert ended == [False, False, False, True]
    assert state.history.best_epoch == 2


def test_without_patience_it_never_stops_by_itself() -> None:
    state = progress(patience=0)
    tell(state, [(1.0, 1.0 + epoch) for epoch in range(9)])
    assert not state.has_run_out_of_patience


PARTED = [(1.0, 1.0), (0.8, 0.6), (0.6, 0.7), (0.4, 0.8), (0.2, 0.9)]


def test_parting_is_told_once_with_the_best_epoch_when_validation_rises_and_training_falls() -> (
    None
):
    events: list[object] = []
    state = progress(patience=0, report=events.append)
    tell(state, [*PARTED, (0.1, 1.2)])
    assert [event for event in events if isinstance(event, NetworksParted)] == [NetworksParted(2)]
    assert state.has_parted
    told = [type(event) for event in events]
    assert told.index(NetworksParted) == 1 + [i for i, t in enumerate(told) if t is EpochEnded][4]


@pytest.mark.parametrize(
    "losses",
    [
        PARTED[:4],  # too early to say
        [*PARTED[:4], (0.2, 0.65)],  # validation came back
        [*PARTED[:2], *[(0.9, 0.9)] * 3],  # training does not fall either: a rate too high
        [(1.0, 0.6), *[(0.5, 0.64)] * 5],  # a difference of less than a tenth
        [(1.0 / n, 1.0 / n) for n in range(1, 9)],
    ],
)
def test_nothing_is_told_while_they_go_together(losses: Losses) -> None:
    events: list[object] = []
    state = progress(patience=0, report=events.append)
    tell(state, losses)
    assert not state.has_parted
    assert not [event for event in events if isinstance(event, NetworksParted)]


def test_a_history_without_a_best_epoch_has_not_parted() -> None:
    assert not have_parted(History())
    assert not have_parted(History(loss=(1, 0.5, 0.1), val_loss=(1, 2, 3), best_epoch=0))
