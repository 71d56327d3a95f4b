"""The sentences beside one answer, out of figures that the record keeps; window, reports, record.

An answer shown now and one kept for years are worded by the same functions from the same figures.
"""

from collections.abc import Sequence
from dataclasses import replace

from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.diagnosis.record import ModelFigures
from precmed_gui.evaluation.wording import meaning_of, meaning_of_class, set_text
from precmed_gui.language import N_, _

NOT_TESTED = N_("The model was never tested: nobody knows how often this is right.")
NOT_RULED_OUT = N_("Could not be ruled out: {labels}.")


def figures_of(card: ModelCard) -> ModelFigures:
    """What the sentences beside an answer of this model are made from."""
    evaluation, calibration = card.evaluation, card.calibration
    found = ModelFigures(
        level=card.sets.level if card.sets else 0.0,
        calibration=calibration.kind if calibration else "",
        calibrated_on=calibration.n if calibration else 0,
    )
    if evaluation is None:
        return found
    return replace(
        found,
        coverage=evaluation.coverage,
        is_tested=True,
        reliability=evaluation.reliability,
        reliability_of_classes=evaluation.reliability_of_classes,
    )


def bar_meaning(place: int, probability: float, figures: ModelFigures | None) -> str:
    """What a bar says of its percentage.

    Parameters
    ----------
    place
        0 for the most probable class.
    probability
        Calibrated, in [0, 1].
    figures
        Of the model that said it; None where nobody knows of any test.
    """
    if figures is None or not figures.is_tested:
        return _(NOT_TESTED)
    return (meaning_of_class if place else meaning_of)(probability, figures)


def set_sentence(
    label_set: Sequence[str], figures: ModelFigures | None, *, has_coverage: bool = False
) -> str:
    """Which classes cannot be ruled out at the model's level; "" where it has no rule for sets.

    With `has_coverage` also how often such a set held the truth in the test.
    """
    if figures is None or not figures.level:
        return ""
    return set_text(label_set, figures.level, figures.coverage if has_coverage else None)


def bare_set_line(label_set: Sequence[str]) -> str:
    """Which classes could not be ruled out, where the record does not say at which level."""
    return _(NOT_RULED_OUT).format(labels=", ".join(label_set)) if label_set else ""
