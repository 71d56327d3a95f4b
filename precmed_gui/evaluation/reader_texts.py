"""What `reader_statistics` found, in sentences a clinician reads; for the window and reports."""

from precmed_gui.diagnosis.evaluation import Figure
from precmed_gui.evaluation.agreement import Agreement
from precmed_gui.evaluation.figure_texts import (
    decimal,
    decimal_text,
    figure_text,
    number,
    points_text,
)
from precmed_gui.evaluation.reader_statistics import (
    Arm,
    Changes,
    ClassRates,
    ReaderPair,
    ReaderStatistics,
    Times,
)
from precmed_gui.language import N_, _, ngettext, sentences

ALONE, MODEL, TOGETHER = N_("Reader alone"), N_("Model alone"), N_("Reader with model")
_CHANCE = 0.05


def reader_texts(found: ReaderStatistics) -> tuple[str, ...]:
    """One text a subject, in reading order; subjects with nothing to say are left out."""
    texts = [
        _counted(found),
        *(arm_text(_(who), arm) for who, arm in arms(found)),
        _gained(found.gain),
        _changed(found.changes),
        *_agreements(found),
        _timed(found.blind_times, found.final_times),
    ]
    return tuple(text for text in texts if text)


def arms(found: ReaderStatistics) -> tuple[tuple[str, Arm], ...]:
    """(untranslated name, arm) of those that were measured, in reading order."""
    named = ((ALONE, found.blind), (MODEL, found.model), (TOGETHER, found.together))
    return tuple((who, arm) for who, arm in named if arm is not None)


def arm_text(who: str, arm: Arm) -> str:
    """How often one of the three was right, then class by class."""
    first = _("{who}: {right} of {n} right, {share}.").format(
        who=who, right=number(arm.right), n=number(arm.n), share=figure_text(arm.accuracy)
    )
    return sentences(first, *(_class_text(one) for one in arm.classes if one.n))


def _class_text(rates: ClassRates) -> str:
    text = _("“{label}”: sensitivity {sensitivity}, specificity {specificity}.")
    return text.format(
        label=rates.label,
        sensitivity=figure_text(rates.sensitivity),
        specificity=figure_text(rates.specificity),
    )


def _counted(found: ReaderStatistics) -> str:
    read = ngettext("{n} reading.", "{n} readings.", found.readings).format(
        n=number(found.readings)
    )
    if not found.compared:
        return sentences(
            read,
            _(
                "Right and wrong cannot be counted: that needs a known true class, and a class "
                "named by each."
            ),
        )
    left = found.readings - found.compared
    if not left:
        return read
    return sentences(
        read,
        ngettext(
            "{n} is left out of right and wrong: no true class is known, or somebody named none.",
            "{n} are left out of right and wrong: no true class is known, or somebody named none.",
            left,
        ).format(n=number(left)),
    )


def _gained(gain: Figure | None) -> str:
    if gain is None:
        return ""
    if gain.low > 0:
        text = _("With the model the reader was right more often: {points}.")
    elif gain.high < 0:
        text = _("With the model the reader was right less often: {points}.")
    else:
        text = _("These readings cannot tell whether the model helped: {points}.")
    return text.format(points=points_text(gain))


def _changed(changes: Changes | None) -> str:
    if changes is None:
        return ""
    first = ngettext(
        "{changed} of {n} decision changed after the answer was seen, {to_model} to the model's "
        "class.",
        "{changed} of {n} decisions changed after the answer was seen, {to_model} to the model's "
        "class.",
        changes.n,
    ).format(
        changed=number(changes.changed), n=number(changes.n), to_model=number(changes.to_model)
    )
    if changes.p_value is None or not changes.changed:
        return first
    verdict = (
        _("That is more than chance would show (McNemar p = {p}).")
        if changes.p_value < _CHANCE
        else _("That could be chance (McNemar p = {p}).")
    )
    turned = _("From wrong to right: {gained}; from right to wrong: {lost}.")
    return sentences(
        first,
        turned.format(gained=number(changes.wrong_to_right), lost=number(changes.right_to_wrong)),
        verdict.format(p=decimal(changes.p_value)),
    )


def _agreements(found: ReaderStatistics) -> list[str]:
    before = _agreed(_("Reader and model, before the answer was seen"), found.blind_and_model)
    after = _agreed(_("Reader and model, after the answer was seen"), found.final_and_model)
    return [before, after, *(_pair(pair) for pair in found.pairs)]


def _pair(pair: ReaderPair) -> str:
    who = _("“{first}” and “{second}”").format(first=pair.first, second=pair.second)
    return _agreed(who, pair.agreement)


def _agreed(who: str, found: Agreement) -> str:
    if not found.n:
        return ""
    if found.kappa is None:
        return _("{who}: the same class in {share}; kappa is not defined.").format(
            who=who, share=figure_text(found.same)
        )
    return _("{who}: the same class in {share}; kappa {kappa}, where 0 is chance and 1 is full "
             "agreement.").format(
        who=who, share=figure_text(found.same), kappa=decimal_text(found.kappa)
    )  # fmt: skip


def _timed(blind: Times | None, final: Times | None) -> str:
    return sentences(
        _time(_("Time a case, alone: {median} s (middle half {lower} to {upper} s)."), blind),
        _time(
            _("Time a case, with the model: {median} s (middle half {lower} to {upper} s)."), final
        ),
    )


def _time(text: str, times: Times | None) -> str:
    if times is None:
        return ""
    fields = {"median": times.median, "lower": times.lower, "upper": times.upper}
    return text.format(**{name: _seconds(value) for name, value in fields.items()})


def _seconds(value: float) -> str:
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"
