"""What the panel says of one prediction: bars with their meanings, and what cannot be ruled out."""

from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.diagnosis.prediction import Prediction
from precmed_gui.diagnosis.record import ModelFigures
from precmed_gui.evaluation.answer_texts import (
    bar_meaning,
    bare_set_line,
    figures_of,
    set_sentence,
)
from precmed_gui.language import sentences
from precmed_gui.window.confidence_bars import Bar


def bars_of(prediction: Prediction, card: ModelCard | None) -> tuple[Bar, ...]:
    """One bar a class, most probable first, each with what its figure meant in the test."""
    figures = _figures(card)
    return tuple(
        Bar(label, share, prediction.labels.index(label), bar_meaning(place, share, figures))
        for place, (label, share) in enumerate(prediction.ranked)
    )


def kept_bars(prediction: Prediction, note: str, figures: ModelFigures | None) -> tuple[Bar, ...]:
    """The bars of an earlier answer with what they meant then, and `note`: whose it is.

    Where the record has no figures of that model, there is the note alone.
    """

    def meaning(place: int, share: float) -> str:
        return sentences(bar_meaning(place, share, figures), note) if figures else note

    return tuple(
        Bar(label, share, prediction.labels.index(label), meaning(place, share))
        for place, (label, share) in enumerate(prediction.ranked)
    )


def set_texts(prediction: Prediction, card: ModelCard | None) -> tuple[str, str]:
    """Which classes cannot be ruled out, and the same with how often such a list held the truth.

    Both are "" where the model has no rule for it.
    """
    return _set_texts(prediction, _figures(card))


def kept_set_texts(
    prediction: Prediction, note: str, figures: ModelFigures | None
) -> tuple[str, str]:
    """The same of an earlier answer, as it was said then, and `note`: whose it is."""
    if figures is None:
        return bare_set_line(prediction.label_set), note
    line, tip = _set_texts(prediction, figures)
    return line, sentences(tip, note)


def _set_texts(prediction: Prediction, figures: ModelFigures | None) -> tuple[str, str]:
    said = prediction.label_set, figures
    return set_sentence(*said), set_sentence(*said, has_coverage=True)


def _figures(card: ModelCard | None) -> ModelFigures | None:
    return figures_of(card) if card is not None else None
