"""What the panel says of one prediction: bars with their meanings, and what cannot be ruled out."""

from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.diagnosis.prediction import Prediction
from precmed_gui.evaluation.wording import meaning_of, meaning_of_class, set_text
from precmed_gui.language import N_, _
from precmed_gui.window.confidence_bars import Bar

NOT_RULED_OUT = N_("Could not be ruled out: {labels}.")
NOT_TESTED = N_("The model was never tested: nobody knows how often this is right.")


def bars_of(prediction: Prediction, card: ModelCard | None) -> tuple[Bar, ...]:
    """One bar a class, most probable first, each with what its figure meant in the test."""
    return tuple(
        Bar(label, probability, prediction.labels.index(label), _meaning(place, probability, card))
        for place, (label, probability) in enumerate(prediction.ranked)
    )


def kept_bars(prediction: Prediction, note: str) -> tuple[Bar, ...]:
    """The bars of an earlier answer; `note` says whose it is."""
    return tuple(
        Bar(label, probability, prediction.labels.index(label), note)
        for label, probability in prediction.ranked
    )


def kept_set_line(prediction: Prediction) -> str:
    """Which classes could not be ruled out then; "" where nothing is known of it."""
    if not prediction.label_set:
        return ""
    return _(NOT_RULED_OUT).format(labels=", ".join(prediction.label_set))


def set_line(prediction: Prediction, card: ModelCard | None) -> str:
    """Which classes cannot be ruled out; "" where the model has no rule for it."""
    if card is None or card.sets is None:
        return ""
    return set_text(prediction.label_set, card.sets.level)


def set_tip(prediction: Prediction, card: ModelCard | None) -> str:
    """The same, with how often such a list held the truth in the test."""
    if card is None or card.sets is None:
        return ""
    coverage = card.evaluation.coverage if card.evaluation else None
    return set_text(prediction.label_set, card.sets.level, coverage)


def _meaning(place: int, probability: float, card: ModelCard | None) -> str:
    evaluation = card.evaluation if card else None
    if evaluation is None:
        return _(NOT_TESTED)
    if place == 0:
        return meaning_of(probability, evaluation)
    return meaning_of_class(probability, evaluation)
