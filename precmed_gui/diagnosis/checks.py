"""What a check of a cohort finds before a training: vocabulary of `checking` and the window."""

from dataclasses import dataclass
from typing import Literal

from precmed_gui.diagnosis.cases import Cohort

Severity = Literal["blocks", "warns", "tells"]
"""A training is refused; something should be looked at; good to know."""

FindingKind = Literal[
    "unreadable", "wrong_extension", "tiny", "blank", "inverted", "exposure", "colour", "sizes",
    "duplicates", "near_duplicates", "across_labels", "few_cases", "imbalance",
    "alike_names", "patient_in_classes", "patient_leak", "duplicate_leak", "burnt_in_text",
    "metadata", "kinds", "split", "cost",
]  # fmt: skip

FixKind = Literal["exclude", "exclude_copies", "relabel", "merge", "group", "redivide", "repair"]
"""Exclude all cases; all but the first of each group; give the cases one class; make two classes
one; make each group one patient; forget the given split; leave copies out of the earlier part."""


@dataclass(frozen=True, slots=True)
class Fix:
    """What one click can do about a finding.

    Parameters
    ----------
    kind
        What it does, see `FixKind`.
    title
        Translated, for a button: "Exclude 3 copies".
    labels
        For "relabel": the classes to choose from; for "merge": the class to keep, then the others.
    """

    kind: FixKind
    title: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One row of the list.

    Parameters
    ----------
    kind, severity
        What it is, and how bad.
    title
        Translated, with figures: "22 groups of identical images (47 images)".
    why
        Translated, one or two sentences: why it matters, and what to do.
    groups
        Keys of the cases it is about; those of one group belong together (copies of each other,
        cases of one patient). For "unreadable": paths of files.
    fixes
        What can be done with one click, the usual one first; may be empty.
    reasons
        For each group, one translated sentence about it alone; empty, or as many as `groups`.
    """

    kind: FindingKind
    severity: Severity
    title: str
    why: str
    groups: tuple[tuple[str, ...], ...] = ()
    fixes: tuple[Fix, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """All its cases, each once, in order."""
        return tuple(dict.fromkeys(key for group in self.groups for key in group))


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Groups of keys; a case is in at most one group of each kind.

    Parameters
    ----------
    exact
        Equal pixels, whatever the files are called and however they were compressed.
    near
        Nearly the same picture, perhaps turned or mirrored, brighter or smaller; never exact.
    across_labels
        Those of both kinds whose cases have different classes.
    """

    exact: tuple[tuple[str, ...], ...] = ()
    near: tuple[tuple[str, ...], ...] = ()
    across_labels: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class SplitView:
    """How a training would divide the cohort, before it does: the receipt to look at.

    Parameters
    ----------
    images
        (train, validation, test) by class, in label order.
    patients
        Patients in each part.
    patients_shared, is_given, seed, are_patients_known
        As in `SplitReceipt`.
    fingerprint
        SHA-256 over the parts, or "" where the cohort cannot be divided.
    problem
        Why it cannot be divided, translated; else "".
    """

    images: tuple[tuple[str, int, int, int], ...] = ()
    patients: tuple[int, int, int] = (0, 0, 0)
    patients_shared: int = 0
    is_given: bool = False
    seed: int = 1
    are_patients_known: bool = False
    fingerprint: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a training of this cohort would take, roughly.

    Parameters
    ----------
    memory, disk
        Bytes.
    free_disk
        Bytes free where the prepared images go.
    minutes
        Of reading, before the time budget of the training itself.
    """

    memory: int
    disk: int
    free_disk: int
    minutes: float


@dataclass(frozen=True, slots=True)
class CheckReport:
    """All that a check found out.

    Parameters
    ----------
    cohort
        What was looked at; cases that could not be read are in its `unreadable` now.
    findings
        Worst first.
    duplicates
        Groups of copies.
    patient_leaks, duplicate_leaks
        Known patients, and pictures (equal pixels), that the given split has in more than one part.
    sizes
        Smallest and largest (width, height) in pixels.
    modes
        Images that are "grey" and "colour", with 8 or 16 bits: (("grey, 8 bits", 120), ...).
    """

    cohort: Cohort
    findings: tuple[Finding, ...]
    duplicates: Duplicates
    patient_leaks: int
    duplicate_leaks: int
    split: SplitView
    cost: Cost
    sizes: tuple[tuple[int, int], tuple[int, int]] = ((0, 0), (0, 0))
    modes: tuple[tuple[str, int], ...] = ()
    seconds: float = 0.0

    @property
    def blocks(self) -> bool:
        """Whether a training should not begin like this."""
        return any(finding.severity == "blocks" for finding in self.findings)
