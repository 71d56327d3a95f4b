"""Whether a card from anywhere makes sense: only then is a network built from what it says."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from precmed_gui.diagnosis.errors import RefusedModel
from precmed_gui.diagnosis.evaluation import Calibration, Evaluation, GateRule, SetRule
from precmed_gui.diagnosis.model_card import Member, ModelCard
from precmed_gui.diagnosis.training import Recipe
from precmed_gui.evaluation.gate import LARGEST_REFERENCE
from precmed_gui.language import _
from precmed_gui.learning.ensemble import MOST_VIEWS
from precmed_gui.modalities import modality

MOST_MEMBERS = 16
IMAGE_SIZES = (8, 1024)
"""Of the square that a model takes; its networks bring it to a size of their own."""
MOST_LABELS = 1000
_CALIBRATIONS = ("none", "temperature", "vector")
_LARGEST_BIAS = 1e4
_LARGEST_SCALE = 1e3


def checked_card(card: ModelCard) -> ModelCard:
    """`card`, if this version can rebuild its networks; raises `RefusedModel` with the reason."""
    recipes = modality(card.modality).recipes()
    for name in (card.recipe, *(member.recipe for member in card.members)):
        if name not in recipes:
            raise RefusedModel(
                _("This version of PrecMed has no network called “{name}”.").format(name=name),
                _("Open the model with the version named on its card, or train again."),
            )
    classes = len(card.labels)
    is_sound = (
        _is_input_sound(card)
        and 2 <= len(set(card.labels)) == classes <= MOST_LABELS
        and len(card.data.counts) == classes
        and _are_members_sound(card.members, [recipes[member.recipe] for member in card.members])
        and (card.calibration is None or _is_calibration_sound(card.calibration, classes))
        and (card.sets is None or _are_sets_sound(card.sets, classes))
        and (card.gate is None or _is_gate_sound(card.gate))
        and (card.evaluation is None or _is_evaluation_sound(card.evaluation, card.labels))
    )
    if not is_sound:
        raise RefusedModel(
            _("The model's card contradicts itself."),
            _("Choose a model folder: it holds card.json and weights.safetensors."),
        )
    return card


def _is_input_sound(card: ModelCard) -> bool:
    return (
        IMAGE_SIZES[0] <= card.image_size <= IMAGE_SIZES[1]
        and card.channels in (1, 3)
        and card.full_scale in {(1 << bits) - 1 for bits in range(8, 17)}
        and 1 <= card.views <= MOST_VIEWS
    )


def _are_members_sound(members: Sequence[Member], recipes: Sequence[Recipe]) -> bool:
    weights = [member.weight for member in members]
    return (
        1 <= len(members) <= MOST_MEMBERS
        and all(
            recipe.image_sizes[0] <= member.image_size <= recipe.image_sizes[1]
            and not recipe.is_search
            for member, recipe in zip(members, recipes, strict=True)
        )
        and _are_finite((*weights, *(member.scale for member in members)))
        and all(0 < member.scale <= _LARGEST_SCALE for member in members)
        and min(weights) >= 0
        and abs(sum(weights) - 1) <= 1e-6
    )


def _is_calibration_sound(calibration: Calibration, classes: int) -> bool:
    return (
        calibration.kind in _CALIBRATIONS
        and len(calibration.scale) == len(calibration.bias) == classes
        and _are_finite((*calibration.scale, *calibration.bias))
        and min(calibration.scale) >= 0
        and max(calibration.scale) <= _LARGEST_SCALE
        and max(map(abs, calibration.bias)) <= _LARGEST_BIAS
    )


def _are_sets_sound(sets: SetRule, classes: int) -> bool:
    return (
        _are_finite((sets.level, sets.quantile, sets.penalty))
        and 0 < sets.level < 1
        and sets.quantile >= 0
        and sets.penalty >= 0
        and sets.free_ranks >= 1
        and 1 <= sets.largest_answered <= classes
    )


def _is_gate_sound(gate: GateRule) -> bool:
    return (
        _are_finite(_numbers(gate))
        and gate.threshold > 0
        and 1 <= gate.neighbours <= LARGEST_REFERENCE
        and gate.smallest_side >= 0
        and 0 <= gate.least_contrast <= 1
    )


def _is_evaluation_sound(evaluation: Evaluation, labels: Sequence[str]) -> bool:
    measures, classes = evaluation.measures, len(labels)
    counts = [count for row in measures.confusion for count in row]
    return (
        _are_finite(_numbers(evaluation))
        and [found.label for found in measures.classes] == list(labels)
        and [len(row) for row in measures.confusion] == [classes] * classes
        and len(evaluation.coverage_by_class) == classes
        and min(counts) >= 0
        and sum(counts) == measures.n >= 1
    )


def _numbers(document: Any) -> list[float]:
    """All numbers in a frozen dataclass and in those it holds."""
    if isinstance(document, (int, float)):
        return [document]
    if isinstance(document, tuple):
        return [number for item in document for number in _numbers(item)]
    names = getattr(document, "__dataclass_fields__", ())
    return [number for name in names for number in _numbers(getattr(document, name))]


def _are_finite(numbers: Iterable[float]) -> bool:
    return all(math.isfinite(number) for number in numbers)
