"""What readers saw and decided: the vocabulary of the record, its audit trail and statistics."""

from dataclasses import dataclass, field
from typing import Literal

from precmed_gui.diagnosis.evaluation import Figure, ReliabilityBin
from precmed_gui.diagnosis.prediction import Neighbour

DecisionKind = Literal["agree", "other", "refer", "reject"]
"""The reader agrees with the model, names another class, asks a colleague, or rejects the image."""

CaseState = Literal["waiting", "read", "referred"]


@dataclass(frozen=True, slots=True)
class ModelOrigin:
    """Where a model comes from, out of its card; kept once a model.

    Parameters
    ----------
    recipe, trained_at, version
        How it was made, when (ISO 8601, UTC), and by which PrecMed.
    cohort, split
        The cohort's name, and the SHA-256 over the parts it was divided into.
    images, patients
        Counts of what it learned from and was tested on.
    counts
        (class, images), in the order of the model's classes.
    tested
        Images of the test part; 0 where it was never tested.
    """

    recipe: str
    trained_at: str
    version: str
    cohort: str
    split: str
    images: int
    patients: int
    counts: tuple[tuple[str, int], ...] = ()
    tested: int = 0


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """What the sentences beside an answer are made from; kept once a model.

    It comes out of the model's card. With it a kept answer says in two years, in any language,
    what its set and its bars meant.

    Parameters
    ----------
    level
        The share of cases whose set shall hold the truth; 0 where the model has no sets.
    coverage
        The share of test cases whose set did; None where it was never tested.
    calibration, calibrated_on
        `Calibration.kind`, and the cases that the percentages were set on; "" and 0 for none.
    is_tested
        Whether anybody knows how often a percentage is right.
    reliability, reliability_of_classes
        As in `Evaluation`: what the first bar meant, and the bars below it.
    """

    level: float = 0.0
    coverage: Figure | None = None
    calibration: str = ""
    calibrated_on: int = 0
    is_tested: bool = False
    reliability: tuple[ReliabilityBin, ...] = ()
    reliability_of_classes: tuple[ReliabilityBin, ...] = ()


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
    nearest
        The training images shown beside it, nearest first; their paths are emptied with the
        patient. The rows of a worklist do not have them, nor `unkept`.
    origin
        Where its model comes from, to be kept with the first answer of that model; None when read
        back.
    figures
        What its sentences are made from, kept likewise; None in records of earlier versions.
    unkept
        As in `Prediction`.
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
    nearest: tuple[Neighbour, ...] = ()
    origin: ModelOrigin | None = field(default=None, compare=False, repr=False)
    figures: ModelFigures | None = field(default=None, compare=False, repr=False)
    unkept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownMap:
    """A map as it was put on the screen or on a report; the picture itself is not kept.

    Parameters
    ----------
    shown
        `Shown.number` it is about.
    label, method, slice_number
        As in `Explanation`.
    randomisation, repeatability, passed
        As in `MapChecks`.
    digest
        SHA-256 of its strengths (`archive.record.map_of`); emptied when the patient is erased.
    number, at
        Of the row, from 1; ISO 8601, UTC.
    """

    shown: int
    label: str
    method: str
    slice_number: int
    randomisation: float
    repeatability: float
    passed: bool
    digest: str
    number: int = 0
    at: str = ""


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
class Export:
    """Something about an answer that left the program.

    Parameters
    ----------
    shown
        `Shown.number` it is about; 0 for what is about many.
    kind
        "pdf", "sr", "capture", "predictions", "readings" …
    name
        Of the file, without its folder; emptied when the patient is erased.
    digest
        SHA-256 of the file, 64 hexadecimal digits.
    number, at
        Of the row, from 1; ISO 8601, UTC.
    cases
        How many cases are in it, where it is about many.
    signed_by
        Who signed it; "" where nobody did.
    """

    shown: int
    kind: str
    name: str
    digest: str
    number: int = 0
    at: str = ""
    cases: int = 0
    signed_by: str = ""


@dataclass(frozen=True, slots=True)
class UsedModel:
    """What stands beside each answer of a model.

    Parameters
    ----------
    name, digest
        Which one; the digest is that of its folder (`learning.shelf.model_digest`).
    intended_use, test_sentence
        What it is for, and how right it was when it was tested.
    origin
        Where it comes from; None where nobody said.
    figures
        What the sentences on sets and percentages are made from; likewise.
    """

    name: str
    digest: str
    intended_use: str = ""
    test_sentence: str = ""
    origin: ModelOrigin | None = None
    figures: ModelFigures | None = None


@dataclass(frozen=True, slots=True)
class Training:
    """A training that ended with a model; who the images are about is not in it.

    Parameters
    ----------
    model_name, model_digest
        What came of it; the digest is that of its folder (`learning.shelf.model_digest`).
    origin
        Recipe, cohort by name and hash, counts and version, as on the model's card.
    test_sentence
        How right the model was when it was tested.
    started, ended
        ISO 8601, UTC; `started` is "" where nobody knows how long it took.
    is_stopped
        Whether somebody stopped it, or it broke off, before it was done.
    reader
        Who read at that computer then; "" where nobody said.
    number, at
        Of the row, from 1; ISO 8601, UTC.
    """

    model_name: str
    model_digest: str
    origin: ModelOrigin
    test_sentence: str
    started: str
    ended: str
    is_stopped: bool = False
    reader: str = ""
    number: int = 0
    at: str = ""


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
