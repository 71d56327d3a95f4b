"""A made cohort and what a check would say about it, for tests of the window."""

from dataclasses import replace

from precmed_gui.diagnosis.cases import Case, Cohort, Unreadable
from precmed_gui.diagnosis.checks import (
    CheckReport,
    Cost,
    Duplicates,
    Finding,
    Fix,
    SplitView,
)

CASES = tuple(
    Case(f"/images/{label}/{number}.png", label=label, patient=f"p{number}", part=part)
    for label in ("normal", "ill")
    for number, part in enumerate(("train", "train", "validation", "test"))
)
KEYS = tuple(case.key for case in CASES)
BROKEN = Unreadable("/images/letter.png", "It is a letter.")
COHORT = Cohort(name="Chest", cases=CASES, unreadable=(BROKEN,), label_order=("normal", "ill"))

LEAK = Finding(
    "patient_leak",
    "blocks",
    "2 patients are in training and test",
    "The network would be tested on patients it knows.",
    groups=((KEYS[0], KEYS[3]), (KEYS[4], KEYS[7])),
    fixes=(Fix("redivide", "Divide anew by patient"),),
    reasons=("Patient p0", "Patient p4"),
)
COPIES = Finding(
    "duplicates",
    "warns",
    "2 groups of identical images (5 images)",
    "Copies teach nothing and count twice.",
    groups=(KEYS[:3], KEYS[4:6]),
    fixes=(Fix("exclude_copies", "Exclude 3 copies"), Fix("group", "Make each group one patient")),
)
TWO_CLASSES = Finding(
    "across_labels",
    "warns",
    "1 image is in two classes",
    "One of the two is wrong.",
    groups=((KEYS[2], KEYS[6]),),
    fixes=(Fix("relabel", "Give both the class", ("normal", "ill")), Fix("exclude", "Exclude")),
)
BLANK = Finding(
    "blank",
    "tells",
    "2 images show nothing",
    "There is nothing to learn from them.",
    groups=((KEYS[1],), (KEYS[5],)),
    fixes=(Fix("exclude", "Exclude 2 images"),),
    reasons=("All one grey.", "All black."),
)
UNREADABLE = Finding(
    "unreadable",
    "tells",
    "1 file cannot be read",
    "It is left out.",
    groups=((BROKEN.path,),),
)
SPLIT = SplitView(
    images=(("normal", 2, 1, 1), ("ill", 2, 1, 1)),
    patients=(4, 2, 2),
    is_given=True,
    are_patients_known=True,
    fingerprint="0123456789abcdef" * 4,
)


def report(*findings, cohort=COHORT, **others):
    """A report with these findings about this cohort."""
    made = CheckReport(
        cohort,
        findings,
        Duplicates(),
        patient_leaks=sum(finding.kind == "patient_leak" for finding in findings),
        duplicate_leaks=0,
        split=SPLIT,
        cost=Cost(200_000_000, 50_000_000, 9_000_000_000, 0.5),
        sizes=((150, 168), (1920, 1446)),
        modes=(("grey, 8 bits", 6), ("colour, 8 bits", 2)),
        seconds=3.4,
    )
    return replace(made, **others)
