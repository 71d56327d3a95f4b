"""What one click does about a finding of the check; pure, so that it can be undone."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from precmed_gui.cohorts.duplicates import groups_of_pairs
from precmed_gui.cohorts.leaks import earlier, given_parts
from precmed_gui.diagnosis.cases import (
    Cohort,
    with_excluded,
    with_label,
    with_label_renamed,
)
from precmed_gui.diagnosis.checks import Finding, Fix, FixKind


def fixed(cohort: Cohort, finding: Finding, fix: Fix, label: str = "") -> Cohort:
    """`cohort` after one of the fixes of a finding.

    Parameters
    ----------
    finding
        Its groups may be some of those that the check found, where a user chose among them.
    fix
        "exclude_copies" keeps the first case of each group, which the check puts there.
    label
        For "relabel" the class; for "merge" the class to keep (default: the first of the fix).
    """
    return _FIXES[fix.kind](cohort, finding, fix, label)


def _excluded(cohort: Cohort, finding: Finding, _fix: Fix, _label: str) -> Cohort:
    return with_excluded(cohort, finding.keys)


def _without_copies(cohort: Cohort, finding: Finding, _fix: Fix, _label: str) -> Cohort:
    return with_excluded(cohort, [key for group in finding.groups for key in group[1:]])


def _relabelled(cohort: Cohort, finding: Finding, fix: Fix, label: str) -> Cohort:
    chosen = label or (fix.labels[0] if fix.labels else "")
    return with_label(cohort, finding.keys, chosen) if chosen else cohort


def _merged(cohort: Cohort, _finding: Finding, fix: Fix, label: str) -> Cohort:
    kept = label or fix.labels[0]
    for other in fix.labels:
        if other != kept:
            cohort = with_label_renamed(cohort, other, kept)
    return cohort


def _grouped(cohort: Cohort, finding: Finding, _fix: Fix, _label: str) -> Cohort:
    """Each group becomes one patient, and so does whoever was known to be one of them."""
    patients = {case.key: case.patient_key for case in cohort.cases}
    groups = [[patients[key] for key in group if key in patients] for group in finding.groups]
    known = {case.patient for case in cohort.cases if case.patient}
    same = _first_names(groups, known)
    cases = tuple(
        replace(case, patient=same[case.patient_key]) if case.patient_key in same else case
        for case in cohort.cases
    )
    return replace(cohort, cases=cases)


def _first_names(groups: Iterable[Sequence[str]], known: Collection[str]) -> dict[str, str]:
    """For each name the one that stands for all that groups connect it with; a known one first."""
    names = list(dict.fromkeys(name for group in groups for name in group))
    names.sort(key=lambda name: name not in known)
    numbers = {name: number for number, name in enumerate(names)}
    pairs = [(numbers[group[0]], numbers[name]) for group in groups for name in group[1:]]
    return {
        names[number]: names[connected[0]]
        for connected in groups_of_pairs(pairs)
        for number in connected
    }


def _redivided(cohort: Cohort, _finding: Finding, _fix: Fix, _label: str) -> Cohort:
    return without_parts(cohort)


def without_parts(cohort: Cohort) -> Cohort:
    """`cohort` without the split that it came with."""
    return replace(cohort, cases=tuple(replace(case, part=None) for case in cohort.cases))


def _repaired(cohort: Cohort, finding: Finding, _fix: Fix, _label: str) -> Cohort:
    """What is in several parts stays in the last of them: test, then validation."""
    positions = {case.key: i for i, case in enumerate(cohort.cases)}
    groups = [[positions[key] for key in group if key in positions] for group in finding.groups]
    gone = earlier(given_parts(cohort.cases), groups)
    return with_excluded(cohort, [cohort.cases[i].key for i in gone])


_FIXES: Mapping[FixKind, Callable[[Cohort, Finding, Fix, str], Cohort]] = {
    "exclude": _excluded,
    "exclude_copies": _without_copies,
    "relabel": _relabelled,
    "merge": _merged,
    "group": _grouped,
    "redivide": _redivided,
    "repair": _repaired,
}
