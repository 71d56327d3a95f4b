"""Which patient a file name means: rules a user writes, and rules learned from the names.

A wrong rule is worse than none, so what is learned is only offered, and only with evidence in the
names. The patients dialog uses this; `diagnosis.cases.with_patients` applies a rule.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from precmed_gui.cohorts.name_families import common_prefixes, keyword_patterns
from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.work import CancelToken, Report
from precmed_gui.language import _

MOST_SUGGESTED = 3
_MOST_EXAMPLES = 6
_MOST_ROWS = 100
_LONGEST_PATTERN = 300
_LEAST_COVERED = 0.8
_LEAST_REPEATED = 0.05
_FEWEST_PATIENTS = 3
_ALIKE = 0.02
_REPEATED_REPEAT = re.compile(r"\((?:[^()\\]|\\.)*[+*}](?:[^()\\]|\\.)*\)[+*{]")
_ALTERNATIVES_REPEATED = re.compile(r"\((?:[^()\\]|\\.)*\|(?:[^()\\]|\\.)*\)[+*{]")


@dataclass(frozen=True, slots=True)
class NameRule:
    """A regular expression, and what it makes of the file names it was tried on.

    Parameters
    ----------
    pattern
        Searched for in a file name; the patient is the first group, or all that matches.
    title
        What it does, translated, with patients it found.
    patients, images
        How many patients it finds, in how many images.
    unmatched
        Images whose names do not fit.
    examples
        (file name, patient) of a few images; those of one patient come together.
    """

    pattern: str
    title: str
    patients: int
    images: int
    unmatched: int
    examples: tuple[tuple[str, str], ...]


def suggested_rules(names: Sequence[str]) -> tuple[NameRule, ...]:
    """Up to three rules for which the names give evidence, the best first; often none.

    Parameters
    ----------
    names
        File names (of paths the last part), one an image.

    Returns
    -------
    tuple of NameRule
        Each covers at least 80 % of the names, makes fewer patients than images, and gives
        several images to the patients of at least 5 % of them.
    """
    files = file_names(names)
    if len(set(files)) < 2 * _FEWEST_PATIENTS:
        return ()
    rules: list[NameRule] = []
    for pattern in dict.fromkeys((*common_prefixes(files), *keyword_patterns(files))):
        patients = patients_of(re.compile(pattern), files)
        if _has_evidence(patients):
            rule = _rule(pattern, files, patients)
            if not any(_are_alike(rule, other) for other in rules):
                rules.append(rule)
    return tuple(sorted(rules, key=lambda rule: rule.unmatched > 0)[:MOST_SUGGESTED])


def suggest_rules(names: tuple[str, ...], report: Report, cancel: CancelToken) -> object:
    """`suggested_rules` as a work function; a tuple of `NameRule`."""
    cancel.raise_if_set()
    return suggested_rules(names)


def rule_of(pattern: str, names: Sequence[str]) -> NameRule:
    """What a user's own expression makes of `names`.

    Raises
    ------
    PrecmedError
        If it is not a regular expression, or one that might never end.
    """
    files = file_names(names)
    return _rule(pattern, files, patients_of(compiled(pattern), files))


def compiled(pattern: str) -> re.Pattern[str]:
    """`pattern`, ready to be searched for; raises `PrecmedError` as `rule_of` does."""
    if len(pattern) > _LONGEST_PATTERN:
        raise PrecmedError(_("The expression is too long."))
    if _REPEATED_REPEAT.search(pattern) or _ALTERNATIVES_REPEATED.search(pattern):
        raise PrecmedError(
            _("The expression repeats a repetition, which could take for ever."),
            _("Take away one of the two signs + or *."),
        )
    try:
        return re.compile(pattern)
    except re.error as error:
        raise PrecmedError(
            _("This is not a regular expression: {why}.").format(why=error),
            _("For instance: {example}").format(example=r"person\d+"),
        ) from error


def without_patients(cohort: Cohort) -> Cohort:
    """`cohort` with no patient known: each image counts as one of its own."""
    return replace(cohort, cases=tuple(replace(case, patient="") for case in cohort.cases))


def file_names(names: Iterable[str]) -> list[str]:
    """The last parts of paths of any system."""
    return [PurePath(name.replace("\\", "/")).name for name in names]


def patients_of(pattern: re.Pattern[str], files: Iterable[str]) -> list[str | None]:
    """The patient of each file name, None where it does not fit; as `with_patients` reads them."""
    found = (pattern.search(file) for file in files)
    group = 1 if pattern.groups else 0
    return [(match[group] or None) if match else None for match in found]


def _rule(pattern: str, files: list[str], patients: list[str | None]) -> NameRule:
    counts = Counter(patient for patient in patients if patient is not None)
    images = counts.total()
    examples = _examples(files, patients, counts)
    return NameRule(
        pattern=pattern,
        title=_title(examples),
        patients=len(counts),
        images=images,
        unmatched=len(files) - images,
        examples=examples,
    )


def _examples(
    files: list[str], patients: list[str | None], counts: Counter[str]
) -> tuple[tuple[str, str], ...]:
    """Two images each of patients of different families, those with several images first."""
    chosen: dict[str, str] = {}
    for patient in sorted(counts, key=lambda patient: counts[patient] < 2):
        family = re.sub(r"\d+", "#", patient)
        if family not in chosen and len(chosen) < _MOST_EXAMPLES // 2:
            chosen[family] = patient
    wanted = list(chosen.values())
    shown: dict[str, list[str]] = {patient: [] for patient in wanted}
    for file, of_file in zip(files, patients, strict=True):
        if of_file in shown and len(shown[of_file or ""]) < 2:
            shown[of_file or ""].append(file)
    return tuple((file, patient) for patient in wanted for file in shown[patient])


def _title(examples: tuple[tuple[str, str], ...]) -> str:
    patients = list(dict.fromkeys(patient for _file, patient in examples))
    if not patients:
        return _("No name fits")
    return _("Patients such as {patients}").format(
        patients=", ".join(f"“{patient}”" for patient in patients)
    )


def _has_evidence(patients: list[str | None]) -> bool:
    """Whether these look like patients: most names fit, and some have several images."""
    counts = Counter(patient for patient in patients if patient is not None)
    images = counts.total()
    repeated = sum(count for count in counts.values() if count > 1)
    return (
        len(counts) >= _FEWEST_PATIENTS
        and images >= _LEAST_COVERED * len(patients)
        and repeated >= _LEAST_REPEATED * images
        and max(counts.values()) <= max(images / _FEWEST_PATIENTS, 2)
    )


def _are_alike(rule: NameRule, other: NameRule) -> bool:
    """Whether there is no use in offering both."""
    apart = abs(rule.patients - other.patients)
    return rule.unmatched == other.unmatched and apart <= _ALIKE * other.patients


@dataclass(frozen=True, slots=True)
class NamePreview:
    """What a rule does, to look at before it is applied.

    Parameters
    ----------
    rule
        With its counts.
    rows
        (file name, patient) of some images, "" where the name does not fit: the examples first,
        then names that do not fit, then others.
    """

    rule: NameRule
    rows: tuple[tuple[str, str], ...]


def preview_rule(
    pattern: str, names: tuple[str, ...], report: Report, cancel: CancelToken
) -> NamePreview:
    """Try `pattern` on `names`, as a work function; raises `PrecmedError` as `rule_of` does."""
    cancel.raise_if_set()
    files = file_names(names)
    patients = patients_of(compiled(pattern), files)
    rule = _rule(pattern, files, patients)
    pairs = list(zip(files, patients, strict=True))
    unfit = [(file, "") for file, patient in pairs if patient is None]
    fitting = [(file, patient) for file, patient in pairs if patient is not None]
    rows = dict.fromkeys((*rule.examples, *unfit[: _MOST_ROWS // 2], *fitting[:_MOST_ROWS]))
    return NamePreview(rule, tuple(rows)[:_MOST_ROWS])
