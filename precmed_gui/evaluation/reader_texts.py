"""What `reader_statistics` found, in sentences a clinician reads; for the window and reports."""

from precmed_gui.evaluation.agreement import Agreement
from precmed_gui.evaluation.figure_texts import (
    decimal,
    decimal_text,
    figure_text,
    listed,
    number,
    points_text,
)
from precmed_gui.evaluation.reader_statistics import (
    Arm,
    ClassRates,
    ReaderPair,
    ReaderStatistics,
    Times,
)
from precmed_gui.language import N_, _, ngettext, sentences

ALONE, MODEL, TOGETHER = N_("Reader alone"), N_("Model alone"), N_("Reader with model")
_CHANCE = 0.05
_REASONS = {
    "truth": N_("no true class is known: {n}"),
    "refused": N_("refused by the model: {n}"),
    "blind": N_("not read blinded: {n}"),
    "referred": N_("referred: {n}"),
    "rejected": N_("rejected: {n}"),
    "unfinished": N_("not confirmed yet: {n}"),
}


def reader_texts(found: ReaderStatistics, *, has_arms: bool = True) -> tuple[str, ...]:
    """One text a subject, in reading order; subjects with nothing to say are left out.

    Parameters
    ----------
    has_arms
        Whether to say what stands in a table, too: the three arms with their classes.
    """
    texts = [
        _counted(found),
        _of_one_model(found),
        *(arm_text(_(who), arm) for who, arm in arms(found) if has_arms),
        _gained(found),
        _changed(found),
        *_agreements(found),
        _timed(found),
    ]
    return tuple(text for text in texts if text)


def arms(found: ReaderStatistics) -> tuple[tuple[str, Arm], ...]:
    """(untranslated name, arm) of those that were measured, in reading order."""
    named = ((ALONE, found.blind), (MODEL, found.model), (TOGETHER, found.together))
    return tuple((who, arm) for who, arm in named if arm is not None)


def arm_text(who: str, arm: Arm) -> str:
    """How often one of the three was right, kappa with the truth, then class by class."""
    first = _("{who}: {right} of {n} right, {share}.").format(
        who=who, right=number(arm.right), n=number(arm.n), share=figure_text(arm.accuracy)
    )
    kappa = _("Kappa with the truth: {kappa}.").format(kappa=decimal_text(arm.kappa))
    return sentences(first, kappa, *(_class_text(one) for one in arm.classes if one.n))


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
    if not found.left_out:
        return read
    left = found.readings - found.compared
    reasons = [_(_REASONS[why]).format(n=number(count)) for why, count in found.left_out]
    return sentences(
        read,
        ngettext(
            "{n} is left out of right and wrong ({reasons}).",
            "{n} are left out of right and wrong ({reasons}).",
            left,
        ).format(n=number(left), reasons=listed(reasons)),
    )


def _of_one_model(found: ReaderStatistics) -> str:
    if not found.other_models:
        return ""
    return ngettext(
        "All figures are about the model “{model}”; {n} reading with another model is left out.",
        "All figures are about the model “{model}”; {n} readings with other models are left out.",
        found.other_models,
    ).format(model=found.model_name, n=number(found.other_models))


def _direction(found: ReaderStatistics) -> int:
    """1: the model helped, -1: it harmed, 0: not known; McNemar's test, if there is one, agrees."""
    gain, p_value = found.gain, found.changes.p_value if found.changes else None
    if gain is None or (p_value is not None and p_value >= _CHANCE):
        return 0
    return int(gain.low > 0) - int(gain.high < 0)


def _gained(found: ReaderStatistics) -> str:
    if found.gain is None:
        return ""
    texts = {
        1: _("With the model the reader was right more often: {points}."),
        -1: _("With the model the reader was right less often: {points}."),
        0: _("These readings cannot tell whether the model helped: {points}."),
    }
    return texts[_direction(found)].format(points=points_text(found.gain))


def _changed(found: ReaderStatistics) -> str:
    changes = found.changes
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
    if not changes.changed or not found.compared:
        return first
    turned = _("From wrong to right: {gained}; from right to wrong: {lost}.").format(
        gained=number(changes.wrong_to_right), lost=number(changes.right_to_wrong)
    )
    return sentences(first, turned, _by_chance(changes.p_value, _direction(found)))


def _by_chance(p_value: float | None, direction: int) -> str:
    if p_value is None:
        return ""
    if p_value >= _CHANCE:
        text = _("That could be chance (McNemar p {p}).")
    elif direction > 0:
        text = _("More of them went to the right than chance would show (McNemar p {p}).")
    elif direction < 0:
        text = _("More of them went to the wrong than chance would show (McNemar p {p}).")
    else:
        text = _("McNemar p {p}.")
    p = decimal(p_value)
    return text.format(p=p if p[0] in "<>" else f"= {p}")


def _agreements(found: ReaderStatistics) -> list[str]:
    before = _agreed(_("Reader and model, before the answer was seen"), found.blind_and_model)
    after = _agreed(_("Reader and model, after the answer was seen"), found.final_and_model)
    return [before, after, *(_pair(pair) for pair in found.pairs)]


def _pair(pair: ReaderPair) -> str:
    who = (
        _("“{first}” and “{second}”, before the model's answer was seen")
        if pair.is_blind
        else _("“{first}” and “{second}”, after the model's answer was seen")
    )
    return _agreed(who.format(first=pair.first, second=pair.second), pair.agreement)


def _agreed(who: str, found: Agreement) -> str:
    if not found.n:
        return ""
    if found.kappa is None:
        text = _(
            "{who}: the same class in {share}; kappa is not defined: one of them named one class "
            "only."
        )
        return text.format(who=who, share=figure_text(found.same))
    return _("{who}: the same class in {share}; kappa {kappa}, where 0 is chance and 1 is full "
             "agreement.").format(
        who=who, share=figure_text(found.same), kappa=decimal_text(found.kappa)
    )  # fmt: skip


def _timed(found: ReaderStatistics) -> str:
    alone, both, openly = found.blind_times, found.final_times, found.open_times
    texts = []
    if alone is not None and both is not None:
        steps = ngettext(
            "Time a case, of {n} reading with both steps: alone {alone}, alone and then with the "
            "model together {both}.",
            "Time a case, of {n} readings with both steps: alone {alone}, alone and then with the "
            "model together {both}.",
            alone.n,
        )
        texts.append(
            steps.format(n=number(alone.n), alone=times_text(alone), both=times_text(both))
        )
    if openly is not None:
        text = ngettext(
            "Time a case, of {n} reading with the model from the start: {time}.",
            "Time a case, of {n} readings with the model from the start: {time}.",
            openly.n,
        )
        texts.append(text.format(n=number(openly.n), time=times_text(openly)))
    return sentences(*texts)


def times_text(times: Times) -> str:
    """The median with the middle half: "25 s (middle half 18 to 33 s)"."""
    fields = {"median": times.median, "lower": times.lower, "upper": times.upper}
    text = _("{median} s (middle half {lower} to {upper} s)")
    return text.format(**{name: _seconds(value) for name, value in fields.items()})


def _seconds(value: float) -> str:
    return f"{value:.1f}" if value < 9.95 else f"{value:.0f}"
