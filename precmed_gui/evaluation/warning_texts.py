"""What a reader must know before relying on a model, as sentences; part of `wording`."""

from precmed_gui.diagnosis.evaluation import Evaluation, Figure, SetRule, Shift
from precmed_gui.diagnosis.model_card import ModelCard, SplitReceipt
from precmed_gui.evaluation.figure_texts import (
    figure_text,
    level_text,
    listed,
    number,
    points_text,
    share,
)
from precmed_gui.evaluation.shortcut_texts import shortcut_warnings
from precmed_gui.language import _, ngettext, sentences

TOO_WIDE = 0.15
"""A test part is too small where the interval of the accuracy is wider than this."""

FEW_OF_A_CLASS = 20
"""With fewer images than this, the interval of a sensitivity of .8 is wider than .3."""

MANY_REFUSED = 0.05


def warnings(card: ModelCard) -> tuple[str, ...]:
    """What a reader must know before relying on the model, most important first."""
    found = [
        never_tested() if card.evaluation is None else "",
        *(evaluation_warnings(card.evaluation, card.sets) if card.evaluation else ()),
        *(shortcut_warnings(card.shortcuts, card.labels) if card.shortcuts else ()),
        "" if are_patients_apart(card) else patients_text(card.split),
        parted() if card.has_parted else "",
        "" if card.intended_use else no_intended_use(),
    ]
    return tuple(text for text in found if text)


def are_patients_apart(card: ModelCard) -> bool:
    """Whether it is known that no patient of the test is one of the training."""
    return card.split.are_patients_known and not card.split.patients_shared


def never_tested() -> str:
    """What to say of a model without an evaluation."""
    return _("This model was never tested: do not rely on it.")


def patients_text(split: SplitReceipt) -> str:
    """Whether test and training share patients, as far as it is known."""
    if split.patients_shared:
        return _("Patients are shared with training: expect less.")
    if not split.are_patients_known:
        return _("Patients are not known, so one may be on both sides.")
    return _("No patient is shared with training.")


def evaluation_warnings(evaluation: Evaluation, sets: SetRule | None = None) -> tuple[str, ...]:
    """What limits the figures of one evaluation; `sets` tells what coverage was promised."""
    found = [
        _seen_in_training(evaluation.seen_in_training),
        _too_small(evaluation),
        _few_of_a_class(evaluation),
        shift_text(evaluation.shift) if evaluation.shift and evaluation.shift.is_found else "",
        _badly_calibrated(evaluation),
        _too_little_covered(evaluation, sets),
        _many_refused(evaluation),
    ]
    return tuple(text for text in found if text)


def parted() -> str:
    """What over-fitting means."""
    return _(
        "Training and validation have parted: the network began to learn its training images by "
        "heart."
    )


def no_intended_use() -> str:
    """What every page and prediction says until somebody states what the model is for."""
    return _("No intended use stated.")


def _seen_in_training(count: int) -> str:
    if not count:
        return ""
    text = _("Beware: the model was trained or chosen on {count} of these images.")
    return text.format(count=number(count))


def _too_small(evaluation: Evaluation) -> str:
    accuracy, n = evaluation.measures.accuracy, evaluation.measures.n
    if accuracy.high - accuracy.low <= TOO_WIDE:
        return ""
    return ngettext(
        "{n} test image is too few to say: the true share of right answers may be anything from "
        "{low} to {high}.",
        "{n} test images are too few to say: the true share of right answers may be anything from "
        "{low} to {high}.",
        n,
    ).format(n=number(n), low=share(accuracy.low), high=share(accuracy.high))


def _few_of_a_class(evaluation: Evaluation) -> str:
    few = [found for found in evaluation.measures.classes if found.n < FEW_OF_A_CLASS]
    if not few:
        return ""
    names = listed([_("“{name}” ({n})").format(name=found.label, n=found.n) for found in few])
    return ngettext(
        "Few test images have the class {classes}: its own figures say little.",
        "Few test images have the classes {classes}: their own figures say little.",
        len(few),
    ).format(classes=names)


def shift_text(shift: Shift) -> str:
    """Whether the tested images differ from those the percentages were set on."""
    if not shift.is_found:
        return _("No difference was found between the tested images and those of the training.")
    return sentences(
        _(
            "The tested images differ from those that the percentages were set on: percentages and "
            "sets promise less here."
        ),
        _("Change of right answers: {points}.").format(
            points=points_text(_change(shift.accuracy_drop))
        ),
    )


def _badly_calibrated(evaluation: Evaluation) -> str:
    off, highest = evaluation.measures.ece.value, evaluation.ece_of_perfect[1]
    if off <= highest:
        return ""
    return _(
        "The percentages are off by {off} on average; chance alone would explain up to {highest}."
    ).format(off=share(off), highest=share(highest))


def _too_little_covered(evaluation: Evaluation, sets: SetRule | None) -> str:
    if sets is None or evaluation.coverage.high >= sets.level:
        return ""
    return _(
        "The sets hold the true class less often than promised: {found} instead of {level}."
    ).format(found=figure_text(evaluation.coverage), level=level_text(sets.level))


def _many_refused(evaluation: Evaluation) -> str:
    if evaluation.refused is None or evaluation.refused.low <= MANY_REFUSED:
        return ""
    return _("Many of these images are refused as unlike the training images: {share}.").format(
        share=figure_text(evaluation.refused)
    )


def _change(drop: Figure) -> Figure:
    return Figure(-drop.value, -drop.high, -drop.low)
