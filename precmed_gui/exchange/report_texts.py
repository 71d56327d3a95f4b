"""The sentences of a report that no other page has; for the PDF, the SR and the capture."""

from datetime import UTC, datetime

from precmed_gui.diagnosis.explanation import Explanation
from precmed_gui.diagnosis.record import Decision, Shown
from precmed_gui.diagnosis.report import Report
from precmed_gui.language import N_, _, sentences

NOTICE = N_("Research use only. Designed to support a reader, never to replace one.")
_METHODS = {
    "class-activation": N_("class activation"),
    "gradient": N_("gradient"),
    "occlusion": N_("occlusion"),
}


def verdict_title(shown: Shown) -> str:
    """What may be done with the answer, in a few words."""
    if shown.verdict == "refused":
        return _("Refused")
    if shown.verdict == "refer":
        return _("Refer to a colleague")
    return _("Answer: “{label}”").format(label=first_label(shown))


def verdict_text(shown: Shown) -> str:
    """Why it is no plain answer, "" for one."""
    if shown.verdict != "refused":
        return shown.reason
    none_shown = _("No percentages are shown: for this image they would mean nothing.")
    return sentences(shown.reason, none_shown)


def decision_text(decision: Decision, shown: Shown) -> str:
    """What a reader decided, one sentence."""
    if decision.kind == "refer":
        return (
            _("Refers the case to a colleague, before seeing the model's answer.")
            if decision.is_blind
            else _("Refers the case to a colleague.")
        )
    if decision.kind == "reject":
        return (
            _("Rejects the image, before seeing the model's answer.")
            if decision.is_blind
            else _("Rejects the image.")
        )
    label = decision.label or first_label(shown)
    if decision.is_blind:
        return _("Says “{label}”, before seeing the model's answer.").format(label=label)
    if decision.kind == "agree":
        return _("Agrees with the model: “{label}”.").format(label=label)
    return _("Says another class than the model: “{label}”.").format(label=label)


def first_label(shown: Shown) -> str:
    """The most probable class."""
    pairs = zip(shown.labels, shown.probabilities, strict=True)
    return max(pairs, key=lambda pair: pair[1])[0] if shown.labels else ""


def map_title(explanation: Explanation) -> str:
    """Which class the map is about, and how it was made."""
    method = _(_METHODS[explanation.method])
    return _("Map for “{label}” ({method})").format(label=explanation.label, method=method)


def map_caveat(explanation: Explanation) -> str:
    """What the colours mean, and whether the map passed its check."""
    meaning = _(
        "The colours show where the model's answer depends on the picture. They do not outline a "
        "finding and do not say why the answer is so."
    )
    checks = explanation.checks
    if not checks.passed:
        failed = _("This map did not pass its check.")
        return sentences(failed, checks.reason, _("Do not draw conclusions from it."), meaning)
    figures = _(
        "It passed its check: likeness to a map of untrained networks {randomisation}, to maps of "
        "slightly changed copies {repeatability} (1 is alike)."
    ).format(
        randomisation=f"{checks.randomisation:.2f}", repeatability=f"{checks.repeatability:.2f}"
    )
    return sentences(meaning, figures)


def record_text(report: Report) -> str:
    """The head of the chain, which shows a record whose end was cut off."""
    if not report.chain_head:
        return _("Not kept in a record.")
    return _("Head of the record: {head}").format(head=report.chain_head)


def time_text(stamp: str) -> str:
    """A moment to the minute; what is no ISO time stays as it is."""
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return stamp
    if moment.tzinfo is not None:
        return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return f"{moment:%Y-%m-%d %H:%M}"
