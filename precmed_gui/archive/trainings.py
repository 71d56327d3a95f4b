"""What the record keeps of a training, out of its model's card; window and `precmed train`."""

from datetime import datetime, timedelta

from precmed_gui.archive.used_models import origin_of
from precmed_gui.diagnosis.record import Training
from precmed_gui.diagnosis.training import TrainingResult
from precmed_gui.evaluation.wording import worth


def training_of(result: TrainingResult, digest: str, reader: str = "") -> Training:
    """The row of a training whose model folder has this digest; `reader` was at the computer."""
    card = result.card
    return Training(
        model_name=card.name,
        model_digest=digest,
        origin=origin_of(card),
        test_sentence=worth(card),
        started=_before(card.trained_at, card.seconds or result.seconds),
        ended=card.trained_at,
        is_stopped=result.is_stopped or card.is_stopped,
        reader=reader,
    )


def _before(ended: str, seconds: float) -> str:
    """When it began; "" where nobody knows how long it took."""
    try:
        end = datetime.fromisoformat(ended)
    except ValueError:
        return ""
    return (end - timedelta(seconds=seconds)).isoformat(timespec="seconds") if seconds else ""
