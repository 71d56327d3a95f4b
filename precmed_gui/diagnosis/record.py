"""What readers saw and decided: the vocabulary of the record, its audit trail and statistics."""

from dataclasses import dataclass
from typing import Literal

DecisionKind = Literal["agree", "other", "refer", "reject"]
"""The reader agrees with the model, names another class, asks a colleague, or rejects the image."""

CaseState = Literal["waiting", "read", "referred"]


@dataclass(frozen=True, slots=True)
class Shown:
    """One answer of a model as it was put before a reader; never changed afterwards.

    Parameters
    ----------
    number
        Of the row in the record, from 1; 0 before it is kept.
    at
        ISO 8601, UTC.
    case_key, case_name, patient
        `Case.key`, `Case.name` and the patient; all three are emptied when a patient is erased.
    fingerprint
        Of the pixels that were read (32 hexadecimal digits), or "".
    model_name, model_digest
        Which model; the digest is that of its folder (`learning.shelf.model_digest`).
    labels, probabilities
        One a class, calibrated.
    label_set, verdict, reason
        As in `Prediction`.
    intended_use, test_sentence
        What stood beside the answer.
    slices
        Pictures the case held when it was read, at least 1.
    """

    case_key: str
    case_name: str
    patient: str
    fingerprint: str
    model_name: str
    model_digest: str
    labels: tuple[str, ...]
    probabilities: tuple[float, ...]
    label_set: tuple[str, ...] = ()
    verdict: str = "answer"
    reason: str = ""
    intended_use: str = ""
    test_sentence: str = ""
    number: int = 0
    at: str = ""
    slices: int = 1


@dataclass(frozen=True, slots=True)
class Decision:
    """What a reader decided about one answer; a later one never replaces an earlier one.

    Parameters
    ----------
    shown
        `Shown.number` it is about.
    kind, label
        What was decided, and the class where there is one.
    reader, comment
        Who, and in which words.
    is_blind
        Whether the reader had not seen the model's answer yet.
    seconds
        From the case on the screen to the decision.
    number, at
        Of the row, from 1; ISO 8601, UTC.
    """

    shown: int
    kind: DecisionKind
    label: str
    reader: str
    comment: str = ""
    is_blind: bool = False
    seconds: float = 0.0
    number: int = 0
    at: str = ""


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody wrote about an answer, apart from any decision.

    Parameters
    ----------
    shown
        `Shown.number` it is about.
    reader, text
        Who, and in which words; the words are emptied when the patient is erased.
    number, at
        Of the row, from 1; ISO 8601, UTC.
    """

    shown: int
    reader: str
    text: str
    number: int = 0
    at: str = ""


@dataclass(frozen=True, slots=True)
class Export:
    """Something about an answer that left the program.

    Parameters
    ----------
    shown
        `Shown.number` it is about; 0 for what is about many.
    kind
        "pdf", "sr", "capture", "csv", "xlsx" …
    name
        Of the file, without its folder; emptied when the patient is erased.
    digest
        SHA-256 of the file, 64 hexadecimal digits.
    number, at
        Of the row, from 1; ISO 8601, UTC.
    """

    shown: int
    kind: str
    name: str
    digest: str
    number: int = 0
    at: str = ""


@dataclass(frozen=True, slots=True)
class UsedModel:
    """What stands beside each answer of a model.

    Parameters
    ----------
    name, digest
        Which one; the digest is that of its folder (`learning.shelf.model_digest`).
    intended_use, test_sentence
        What it is for, and how right it was when it was tested.
    """

    name: str
    digest: str
    intended_use: str = ""
    test_sentence: str = ""


@dataclass(frozen=True, slots=True)
class WorklistRow:
    """One case of the worklist: the newest answer and the newest decision about it."""

    shown: Shown
    decision: Decision | None
    state: CaseState
    earlier: int = 0
    """Cases of the same patient that were shown before."""


@dataclass(frozen=True, slots=True)
class Audit:
    """Whether the chain of the record holds.

    Parameters
    ----------
    valid
        Whether every row is as it was written and none is missing between.
    rows
        Rows in the chain.
    head
        SHA-256 of the last row, 64 hexadecimal digits; printed on every report, so that a tail
        that was cut off shows.
    first_bad
        The first row that does not fit, from 1; 0 where all do.
    reason
        What is wrong with it, translated; "" where nothing is.
    """

    valid: bool
    rows: int
    head: str
    first_bad: int = 0
    reason: str = ""
