"""What an evaluation says, in a clinician's sentences: for window, page and terminal."""

from collections.abc import Sequence

from precmed_gui.diagnosis.evaluation import (
    Comparison,
    Evaluation,
    Figure,
    GateRule,
    LearningCurve,
    OperatingPoint,
    ReliabilityBin,
)
from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.diagnosis.record import ModelFigures
from precmed_gui.evaluation.figure_texts import (
    decimal,
    decimal_text,
    difference_text,
    duration,
    figure_text,
    group_text,
    images_text,
    level_text,
    listed,
    named,
    number,
    of_hundred,
    points_text,
    share,
    trait_text,
)
from precmed_gui.evaluation.network_names import network_counts, networks_text, recipe_title
from precmed_gui.evaluation.reliability import support
from precmed_gui.evaluation.warning_texts import (
    are_patients_apart,
    evaluation_warnings,
    never_tested,
    no_intended_use,
    parted,
    patients_text,
    shift_text,
    warnings,
)
from precmed_gui.language import _, ngettext, sentences

__all__ = [
    "better_than_guessing",
    "calibration_text",
    "chosen_because",
    "comparison_text",
    "decimal",
    "decimal_text",
    "difference_text",
    "duration",
    "evaluation_warnings",
    "figure_text",
    "gate_text",
    "group_text",
    "images_text",
    "learning_texts",
    "left_out",
    "level_text",
    "listed",
    "meaning_of",
    "meaning_of_class",
    "named",
    "never_tested",
    "no_intended_use",
    "number",
    "of_hundred",
    "operating_text",
    "parted",
    "patients_text",
    "points_text",
    "referred_because",
    "right_of",
    "set_text",
    "share",
    "shift_text",
    "trait_text",
    "warnings",
    "worth",
]

FEW_IN_A_BIN = 10
"""With fewer cases than this a bar's meaning is not told in numbers."""


def chosen_because(card: ModelCard) -> str:
    """Two short sentences on what was tried and what was kept; a third where views are averaged."""
    if not card.candidates:
        return _single_recipe(card)
    groups = [candidate for candidate in card.candidates if len(candidate.recipes) == 1]
    count = sum(sum(network_counts(group)) for group in groups)
    tried = ngettext(
        "{count} network was trained in {time} on {images}.",
        "{count} networks were trained in {time} on {images}.",
        count,
    ).format(
        count=count,
        time=duration(sum(group.seconds for group in groups)),
        images=images_text(card.split.train),
    )
    return sentences(tried, _kept(card), _views(card))


def _single_recipe(card: ModelCard) -> str:
    recipe = card.members[0].recipe
    if card.recipe == recipe:
        first = _("One network was trained, as chosen: “{recipe}”.")
    else:
        first = _("One network was trained, for more there was no time: “{recipe}”.")
    n = left_out(card)
    if recipe == "transfer" and n > card.split.validation:
        second = _("Its percentages were set on {images} left out of learning.")
    else:
        second = _("Its best epoch was chosen on {images} it did not learn from.")
        n = card.split.validation
    return sentences(
        first.format(recipe=recipe_title(recipe)), second.format(images=images_text(n))
    )


def left_out(card: ModelCard) -> int:
    """Images that percentages and sets were fitted on; the validation part if nothing was."""
    fitted = card.calibration.n if card.calibration else 0
    return fitted or (card.sets.n if card.sets else card.split.validation)


def _kept(card: ModelCard) -> str:
    kept = next((candidate for candidate in card.candidates if candidate.is_kept), None)
    if kept is None:
        return _("None of them was kept.")
    if len(kept.recipes) < max(len(other.recipes) for other in card.candidates):
        text = _(
            "Kept: {networks}, clearly better than the average of all, with {right} right on the "
            "{images} left out of learning."
        )
    else:
        text = _("Kept: {networks}, with {right} right on the {images} left out of learning.")
    return text.format(
        networks=networks_text(kept),
        right=share(kept.accuracy),
        images=images_text(kept.n or left_out(card)),
    )


def _views(card: ModelCard) -> str:
    if card.views == 1:
        return ""
    return _("Each image is read {views} times, moved a little, and averaged.").format(
        views=card.views
    )


def worth(card: ModelCard) -> str:
    """What the model's test says, and on what it was measured; `warnings` says what limits it."""
    if card.evaluation is None:
        return never_tested()
    patients = patients_text(card.split) if are_patients_apart(card) else ""
    return sentences(right_of(card.evaluation), better_than_guessing(card), patients)


def right_of(evaluation: Evaluation) -> str:
    """How many of the cases were right, with the interval."""
    measures = evaluation.measures
    right = sum(row[place] for place, row in enumerate(measures.confusion))
    return ngettext(
        "{right} of {n} image that nobody trained on was right: {share}.",
        "{right} of {n} images that nobody trained on were right: {share}.",
        measures.n,
    ).format(right=number(right), n=number(measures.n), share=figure_text(measures.accuracy))


def better_than_guessing(card: ModelCard) -> str:
    """What a reader who always says the commonest class would get; "" where it is not known."""
    if card.commonest is None:
        return ""
    return _("Always saying the commonest class: {share}.").format(share=share(card.commonest))


def meaning_of(confidence: float, evaluation: Evaluation | ModelFigures) -> str:
    """How often the answer was right where the model was as sure as this, for a bar's tip."""
    found = support(evaluation.reliability, confidence)
    if found is None or found.n < FEW_IN_A_BIN:
        return _too_few(found.n if found else 0)
    return _(
        "Of 100 test cases with this confidence, about {right} were right "
        "({low} to {high}, n = {n})."
    ).format(**_hundred_fields(found))


def meaning_of_class(probability: float, evaluation: Evaluation | ModelFigures) -> str:
    """How often a class given this probability was the true one; for the bars below the first."""
    found = support(evaluation.reliability_of_classes, probability)
    if found is None or found.n < FEW_IN_A_BIN:
        return _too_few(found.n if found else 0)
    return _(
        "Of 100 classes given about this percentage in the test, about {right} were the true one "
        "({low} to {high}, n = {n})."
    ).format(**_hundred_fields(found))


def _too_few(n: int) -> str:
    if not n:
        return _("No test case tells how often this confidence is right.")
    return ngettext(
        "Only {n} test case had about this confidence: too few to say how often it is right.",
        "Only {n} test cases had about this confidence: too few to say how often it is right.",
        n,
    ).format(n=n)


def _hundred_fields(found: ReliabilityBin) -> dict[str, str]:
    shares = (found.share.value, found.share.low, found.share.high)
    right, low, high = (str(of_hundred(value)) for value in shares)
    return {"right": right, "low": low, "high": high, "n": number(found.n)}


def set_text(label_set: Sequence[str], level: float, coverage: Figure | None = None) -> str:
    """Which classes cannot be ruled out, and how often such a set held the truth in the test."""
    if not label_set:
        return ""
    text = _("Cannot be ruled out at {level}: {names}.").format(
        names=named(label_set), level=level_text(level)
    )
    if coverage is None:
        return text
    held = _("In the test, {share} of such sets held the true class.")
    return sentences(text, held.format(share=figure_text(coverage)))


def referred_because(label_set: Sequence[str], classes: int) -> str:
    """Why a case is one for a colleague."""
    text = _("{count} of {classes} classes cannot be ruled out: ask a colleague.")
    return text.format(count=len(label_set), classes=classes)


def gate_text(gate: GateRule | None, refused: Figure | None = None) -> str:
    """What the model does with an image unlike its training images, and how often it errs.

    Where it was tested, `refused` of the test images; else of those that the threshold was set by.
    """
    if gate is None:
        return _("The model cannot tell whether an image is unlike its training images.")
    if refused is None:
        found = _("Of the validation images, by which this limit was set, {share} were refused.")
    else:
        found = _("In the test, {share} were refused.")
    return sentences(
        _("Images unlike the training images are refused."),
        found.format(share=figure_text(refused or gate.validation)),
    )


def calibration_text(evaluation: Evaluation) -> str:
    """How far the percentages are off, and what chance alone would explain."""
    high = evaluation.ece_of_perfect[1]
    off = evaluation.measures.ece.value
    verdict = (
        _("That is no more than chance alone would show (up to {high}).")
        if off <= high
        else _("That is more than chance alone would show (up to {high}).")
    )
    first = _("The percentages are off by {off} on average; before calibration by {before}.")
    return sentences(
        first.format(off=share(off), before=share(evaluation.ece_uncalibrated.value)),
        verdict.format(high=share(high)),
    )


def learning_texts(curve: LearningCurve | None) -> tuple[str, ...]:
    """What more images would bring, one sentence a gain."""
    if curve is None or not curve.gains:
        return (_("There are too few images to say what more of them would bring."),)
    texts = []
    for gain in curve.gains:
        if gain.gain.low > 0:
            text = _("About {more} more of {name} would bring {points} of right answers.")
        else:
            text = _("About {more} more of {name} may bring nothing: {points} of right answers.")
        name = named([gain.label]) if gain.label is not None else _("all classes together")
        points = points_text(gain.gain)
        texts.append(text.format(more=images_text(gain.more), name=name, points=points))
    return tuple(texts)


def operating_text(point: OperatingPoint) -> str:
    """A threshold in a clinician's words."""
    found = _(
        "“Yes” from {threshold} on: of 100 cases with “{label}” about {missed} are missed "
        "(sensitivity {sensitivity}), of 100 without it about {alarms} are called so "
        "(specificity {specificity})."
    ).format(
        threshold=share(point.threshold),
        label=point.label,
        missed=of_hundred(1 - point.sensitivity.value),
        sensitivity=figure_text(point.sensitivity),
        alarms=of_hundred(1 - point.specificity.value),
        specificity=figure_text(point.specificity),
    )
    values = _(
        "Where {prevalence} of cases have it, a “yes” is right in {ppv}, a “no” in {npv}."
    ).format(
        prevalence=share(point.prevalence), ppv=figure_text(point.ppv), npv=figure_text(point.npv)
    )
    return sentences(found, values)


def comparison_text(comparison: Comparison, first: str, second: str) -> str:
    """Which of two models, called `first` and `second`, was right more often, if one can say."""
    fields = {
        "first": first,
        "second": second,
        "images": images_text(comparison.n),
        "one": figure_text(comparison.accuracy[0]),
        "other": figure_text(comparison.accuracy[1]),
        "points": points_text(comparison.accuracy_difference),
    }
    facts = _("On the same {images}, “{first}” was right in {one}, “{second}” in {other}.")
    return sentences(facts.format(**fields), _decided(comparison).format(**fields))


def _decided(comparison: Comparison) -> str:
    difference = comparison.accuracy_difference
    if difference.low > 0:
        return _("“{second}” is better: {points}.")
    if difference.high < 0:
        return _("“{first}” is better; the other's difference: {points}.")
    return _("These images cannot tell which is better: {points}.")
