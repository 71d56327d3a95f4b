"""What was read and decided as a table: for a folder's results, statistics and second opinions.

One row a decision, so that a blinded reading and its revision are both there; an answer nobody has
decided about is one row without a decision. The window and the statistics read it back.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from precmed_gui.diagnosis.record import Decision, Shown
from precmed_gui.evaluation.wording import no_intended_use
from precmed_gui.exchange.cells import Cell, guarded, write_table
from precmed_gui.language import _

Reading = tuple[Shown, tuple[Decision, ...]]

_FIRST = ("number", "shown_at")
_IDENTITY = ("case_key", "case", "patient", "fingerprint")
_ANSWER = ("model", "model_digest", "verdict", "reason", "set", "label")
_LAST = (
    "intended_use", "decision_number", "decided_at", "decision", "decided_label", "reader",
    "is_blind", "seconds",
)  # fmt: skip
_WORDS = ("comment",)


def write_readings(path: Path, readings: Iterable[Reading], *, has_identity: bool = True) -> None:
    """Write answers and decisions as CSV, or as XLSX where `path` ends so.

    Columns: number and time in the record, key, name, patient and fingerprint of the case (only if
    `has_identity`), the answer, one probability a class (0 to 1, "p: class"), what the model is
    for, the decision, and its comment (only if `has_identity`, as people write names there). A
    refused image has neither class nor probabilities. Texts that a spreadsheet would run as a
    formula begin with an apostrophe.

    Raises
    ------
    PrecmedError
        If there are more rows than a sheet holds.
    FailedStorage
        If it cannot be written; what `path` held before is then still there.
    """
    kept = tuple(readings)
    labels = tuple(dict.fromkeys(label for shown, _some in kept for label in shown.labels))
    identity = _IDENTITY if has_identity else ()
    shares = (guarded(f"p: {label}") for label in labels)
    head = (*_FIRST, *identity, *_ANSWER, *shares, *_LAST, *(_WORDS if has_identity else ()))
    rows = _rows(kept, labels, has_identity=has_identity)
    write_table(path, [head, *rows], _("Readings"))


def _rows(
    readings: Sequence[Reading], labels: Sequence[str], *, has_identity: bool
) -> Iterator[tuple[Cell, ...]]:
    for shown, decisions in readings:
        identity = (shown.case_key, shown.case_name, shown.patient, shown.fingerprint)
        named = identity if has_identity else ()
        begin = (
            shown.number or "",
            shown.at,
            *map(guarded, named),
            *_answer(shown),
            *_shares(shown, labels),
            guarded(shown.intended_use.strip() or no_intended_use()),
        )
        for decision in decisions or (None,):
            words = (guarded(decision.comment if decision else ""),) if has_identity else ()
            yield (*begin, *_decision(decision), *words)


def _answer(shown: Shown) -> tuple[str, ...]:
    is_refused = shown.verdict == "refused"
    pairs = zip(shown.labels, shown.probabilities, strict=True)
    label = "" if is_refused or not shown.labels else max(pairs, key=lambda pair: pair[1])[0]
    label_set = "" if is_refused else " | ".join(shown.label_set)
    said = (shown.model_name, shown.model_digest, shown.verdict, shown.reason)
    return tuple(map(guarded, (*said, label_set, label)))


def _shares(shown: Shown, labels: Sequence[str]) -> tuple[Cell, ...]:
    if shown.verdict == "refused":
        return ("",) * len(labels)
    shares = dict(zip(shown.labels, shown.probabilities, strict=True))
    return tuple(round(shares[label], 6) if label in shares else "" for label in labels)


def _decision(decision: Decision | None) -> tuple[Cell, ...]:
    if decision is None:
        return ("",) * (len(_LAST) - 1)
    return (
        decision.number or "",
        decision.at,
        decision.kind,
        *map(guarded, (decision.label, decision.reader)),
        int(decision.is_blind),
        round(decision.seconds, 3),
    )
