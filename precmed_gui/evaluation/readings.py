"""One case as one reader read it with one model, out of the record.

`reader_statistics` counts them; `window/record_works.py` asks for them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from precmed_gui.diagnosis.record import Decision, Shown

LEFT_OUT = ("truth", "refused", "blind", "referred", "rejected", "unfinished")
"""Why a reading has no part in right and wrong, in the order in which it is asked."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One case as one reader read it; "" stands for "no class named" (referred, rejected, refused).

    Parameters
    ----------
    case, patient
        `Case.key`, and whose it is; an unknown patient is the case itself.
    labels
        The classes, in the model's order.
    model, probability
        Its most probable class and how probable that is; "" where it refused.
    reader
        Who.
    blind, final
        The class named before the model's answer was seen, and the last one named after.
    truth
        What is known to be right; "" where nothing is.
    blind_seconds, final_seconds
        From the case on the screen to the first decision of either kind: what was thought better
        of on another day has a clock of its own. 0: not known.
    blind_kind, final_kind
        `Decision.kind` of the two; "" where there was no such decision.
    digest, model_name
        Which model, as in `Shown`.
    """

    case: str
    patient: str
    labels: tuple[str, ...]
    model: str
    probability: float
    reader: str
    blind: str = ""
    final: str = ""
    truth: str = ""
    blind_seconds: float = 0.0
    final_seconds: float = 0.0
    blind_kind: str = ""
    final_kind: str = ""
    digest: str = ""
    model_name: str = ""

    @property
    def was_blind(self) -> bool:
        """Whether the reader decided before the model's answer was seen, be it to refer."""
        return bool(self.blind or self.blind_kind)


def readings_of(
    kept: Iterable[tuple[Shown, Sequence[Decision]]], truth: Mapping[str, str]
) -> tuple[Reading, ...]:
    """The readings in the record, one a case, reader and model, from its newest decided answer.

    Parameters
    ----------
    kept
        As `Record.every` gives them, the oldest first. Erased cases are left out.
    truth
        The class by `Case.key`, where it is known.
    """
    found: dict[tuple[str, str, str], Reading] = {}
    for shown, decisions in kept:
        if not shown.case_key:
            continue
        for reader in dict.fromkeys(decision.reader for decision in decisions):
            own = [decision for decision in decisions if decision.reader == reader]
            reading = _reading(shown, own, truth.get(shown.case_key, ""))
            found[shown.case_key, reader, shown.model_digest] = reading
    return tuple(found.values())


def _reading(shown: Shown, decisions: Sequence[Decision], truth: str) -> Reading:
    """Of the decisions of one reader the last blind one and the last other one count.

    The times are those of the first ones.
    """
    most = max(shown.probabilities, default=0.0)
    likely = shown.labels[shown.probabilities.index(most)] if shown.labels else ""
    model = "" if shown.verdict == "refused" else likely
    before = [one for one in decisions if one.is_blind]
    after = [one for one in decisions if not one.is_blind]
    blind = before[-1] if before else None
    final = after[-1] if after else None
    return Reading(
        case=shown.case_key,
        patient=shown.patient or shown.case_key,
        labels=shown.labels,
        model=model,
        probability=most if model else 0.0,
        reader=decisions[0].reader,
        blind=_named(blind, model),
        final=_named(final, model),
        truth=truth,
        blind_seconds=before[0].seconds if before else 0.0,
        final_seconds=after[0].seconds if after else 0.0,
        blind_kind=blind.kind if blind else "",
        final_kind=final.kind if final else "",
        digest=shown.model_digest,
        model_name=shown.model_name,
    )


def _named(decision: Decision | None, model: str) -> str:
    if decision is None or decision.kind in ("refer", "reject"):
        return ""
    return decision.label or (model if decision.kind == "agree" else "")


def most_read_model(readings: Sequence[Reading]) -> str:
    """The digest of the model with most readings, of several the newest; "" without readings."""
    counts = Counter(one.digest for one in reversed(readings))
    return max(counts, key=lambda digest: counts[digest], default="")


def left_out(reading: Reading, *, is_blinded: bool) -> str:
    """The first of `LEFT_OUT` that is true of a reading; "" where it can be right or wrong.

    Parameters
    ----------
    reading
        Any.
    is_blinded
        Whether a class is needed that was named before the model's answer was seen.
    """
    kinds = (reading.final_kind, reading.blind_kind if is_blinded else "")
    is_named = reading.final and (reading.blind or not is_blinded)
    reasons = {
        "truth": not reading.truth,
        "refused": not reading.model,
        "blind": is_blinded and not reading.was_blind,
        "referred": not is_named and "refer" in kinds,
        "rejected": not is_named and "reject" in kinds,
        "unfinished": not is_named,
    }
    return next((reason for reason in LEFT_OUT if reasons[reason]), "")
