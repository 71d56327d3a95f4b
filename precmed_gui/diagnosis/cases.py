"""Cases, cohorts and splits: what is known about the images, never their pixels."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

Part = Literal["train", "validation", "test"]
PARTS: tuple[Part, ...] = ("train", "validation", "test")
Traits = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One image (later: one sequence, one record) of one patient.

    Parameters
    ----------
    path
        Absolute path of the file that holds it.
    item
        Which image of a file with several ("" where the file is the image), for instance
        "test_images/17" in an npz or "page/2" in a TIFF.
    label
        The name of its class, or None if nobody has said.
    patient
        Identity of the patient; unique to the case where the patient is unknown.
    part
        The part of a split that came with the data, or None.
    traits
        What else is known, as (trait, group) pairs, for results by subgroup; a trait that is not
        known is left out. "sex": "F", "M" or "O"; "age": "0–17", "18–39", "40–64" or "65+" years;
        "site": the institution; "device": maker and model; "modality": the DICOM code ("CT", "MR",
        "DX"); "year": of the examination. Never who the patient is.
    slices
        Pictures it holds, at least 1: the frames of a film, the files of a CT or MR series.
    files
        Absolute paths of a series' files in slice order, the first of them `path`; empty where one
        file holds the whole case.
    is_excluded
        Whether it stays in the list and is used for nothing.
    """

    path: str
    item: str = ""
    label: str | None = None
    patient: str = ""
    part: Part | None = None
    traits: Traits = ()
    slices: int = 1
    files: tuple[str, ...] = ()
    is_excluded: bool = False

    @property
    def key(self) -> str:
        """What tells this case from every other, stable over restarts."""
        return f"{self.path}#{self.item}" if self.item else self.path

    @property
    def name(self) -> str:
        """A short name for people: the file's, with the item where there is one."""
        name = Path(self.path).name
        return f"{name} › {self.item}" if self.item else name

    @property
    def patient_key(self) -> str:
        """The patient, or the case itself where the patient is unknown."""
        return self.patient or self.key

    def trait(self, name: str) -> str:
        """The group of one trait, "" where it is not known."""
        return dict(self.traits).get(name, "")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that did not become a picture, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Cohort:
    """The cases a user works with, in display order.

    Parameters
    ----------
    modality
        Name of the modality that reads the cases, for instance "imaging".
    name
        What the user calls it; the folder's name at first.
    cases
        All cases, each key once.
    unreadable
        What was dropped with them and could not be read.
    label_order
        The classes in the order of their colours; a class in `cases` is always in it.
    """

    modality: str = "imaging"
    name: str = ""
    cases: tuple[Case, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    label_order: tuple[str, ...] = ()

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by columns: a large cohort crosses to an engine without holding up the window.

        Equal traits become one object, which pickle then writes once.
        """
        columns = tuple(
            [getattr(case, name) for case in self.cases]
            for name in ("path", "item", "label", "patient", "part")
        )
        shared: dict[Traits, Traits] = {}
        traits = [shared.setdefault(case.traits, case.traits) for case in self.cases]
        plain = tuple(
            [getattr(case, name) for case in self.cases]
            for name in ("slices", "files", "is_excluded")
        )
        rest = (self.modality, self.name, self.unreadable, self.label_order)
        return _cohort_of_columns, ((*columns, traits, *plain), *rest)

    def label_counts(self) -> dict[str, int]:
        """Cases a class, in label order; unlabelled and excluded cases are not counted."""
        counts = Counter(case.label for case in self.cases if not case.is_excluded)
        return {label: counts[label] for label in self.label_order if counts[label]}

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes that have at least one case, in label order."""
        return tuple(self.label_counts())

    @property
    def labelled(self) -> tuple[Case, ...]:
        """The cases with a class that are not excluded: what a training may use."""
        return tuple(case for case in self.cases if case.label is not None and not case.is_excluded)

    @property
    def has_given_split(self) -> bool:
        """Whether the data came with a test part of its own."""
        return any(case.part == "test" for case in self.cases)

    @property
    def are_patients_known(self) -> bool:
        """Whether every case names its patient."""
        return all(case.patient for case in self.cases)

    @property
    def patient_count(self) -> int:
        """Patients, an unknown patient counting once a case."""
        return len({case.patient_key for case in self.cases})


def _cohort_of_columns(
    columns: tuple[list[Any], ...],
    modality: str,
    name: str,
    unreadable: tuple[Unreadable, ...],
    label_order: tuple[str, ...],
) -> Cohort:
    return Cohort(modality, name, tuple(map(Case, *columns)), unreadable, label_order)


def make_cohort(
    cases: Iterable[Case], *, modality: str, name: str, unreadable: Iterable[Unreadable] = ()
) -> Cohort:
    """A cohort of `cases`, first come first kept, with its classes in natural order."""
    return merged(
        Cohort(modality=modality, name=name),
        Cohort(modality=modality, name=name, cases=tuple(cases), unreadable=tuple(unreadable)),
    )


def merged(cohort: Cohort, other: Cohort) -> Cohort:
    """`cohort` with the cases and unreadable files of `other` that it does not have yet."""
    cases = {case.key: case for case in cohort.cases}
    for case in other.cases:
        cases.setdefault(case.key, case)
    unreadable = {file.path: file for file in (*cohort.unreadable, *other.unreadable)}
    found = {case.label for case in cases.values() if case.label is not None}
    known = [label for label in (*cohort.label_order, *other.label_order) if label in found]
    order = [*known, *sorted(found - set(known), key=natural_key)]
    return replace(
        cohort,
        name=cohort.name or other.name,
        cases=tuple(cases.values()),
        unreadable=tuple(unreadable.values()),
        label_order=tuple(dict.fromkeys(order)),
    )


def without(cohort: Cohort, keys: Iterable[str]) -> Cohort:
    """`cohort` without the cases of these keys; classes left empty disappear."""
    gone = set(keys)
    cases = tuple(case for case in cohort.cases if case.key not in gone)
    left = {case.label for case in cases}
    order = tuple(label for label in cohort.label_order if label in left)
    return replace(cohort, cases=cases, label_order=order)


def with_label_renamed(cohort: Cohort, old: str, new: str) -> Cohort:
    """`cohort` with class `old` called `new`; if `new` exists already the two become one."""
    cases = tuple(replace(case, label=new) if case.label == old else case for case in cohort.cases)
    order = dict.fromkeys(new if label == old else label for label in cohort.label_order)
    return replace(cohort, cases=cases, label_order=tuple(order))


def with_label(cohort: Cohort, keys: Iterable[str], label: str | None) -> Cohort:
    """`cohort` with the cases of these keys put into class `label` (None: no class)."""
    chosen = set(keys)
    cases = tuple(
        replace(case, label=label) if case.key in chosen else case for case in cohort.cases
    )
    left = {case.label for case in cases}
    order = [known for known in cohort.label_order if known in left]
    if label is not None and label not in order and label in left:
        order.append(label)
    return replace(cohort, cases=cases, label_order=tuple(order))


def with_excluded(cohort: Cohort, keys: Iterable[str], *, is_excluded: bool = True) -> Cohort:
    """`cohort` with the cases of these keys used for nothing, or used again."""
    chosen = set(keys)
    cases = tuple(
        replace(case, is_excluded=is_excluded) if case.key in chosen else case
        for case in cohort.cases
    )
    return replace(cohort, cases=cases)


def slice_case(case: Case, number: int) -> Case:
    """One slice of a case as a case of its own, of the same patient and class.

    Parameters
    ----------
    number
        1 to `case.slices`.
    """
    if case.slices == 1:
        return case
    if not 1 <= number <= case.slices:
        raise IndexError(f"slice {number} of {case.slices}")
    if case.files:
        return replace(case, path=case.files[number - 1], slices=1, files=())
    return replace(case, item=f"frame/{number}", slices=1)


def with_unreadable(cohort: Cohort, unreadable: Iterable[Unreadable]) -> Cohort:
    """`cohort` with more unreadable files, whose cases are taken out."""
    found = tuple(unreadable)
    smaller = without(cohort, {file.path for file in found})
    listed = {file.path: file for file in (*smaller.unreadable, *found)}
    return replace(smaller, unreadable=tuple(listed.values()))


def with_patients(cohort: Cohort, pattern: re.Pattern[str]) -> Cohort:
    """`cohort` with each patient read from the file name: the first group, or all that matches.

    A case whose name does not match keeps the patient it has.
    """

    def named(case: Case) -> Case:
        found = pattern.search(Path(case.path).name)
        if found is None:
            return case
        patient = found[1] if pattern.groups else found[0]
        return replace(case, patient=patient or case.patient)

    return replace(cohort, cases=tuple(named(case) for case in cohort.cases))


def natural_key(text: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key under which "grade 2" comes before "grade 10"."""
    pieces: list[str] = []
    for character in text.casefold():
        if pieces and character.isdigit() == pieces[-1][-1:].isdigit():
            pieces[-1] += character
        else:
            pieces.append(character)
    return tuple((0, int(piece), "") if piece.isdecimal() else (1, 0, piece) for piece in pieces)


@dataclass(frozen=True, slots=True)
class Split:
    """Which case of a cohort trains, chooses the best epoch, and tests.

    Parameters
    ----------
    train, validation, test
        Positions in `Cohort.cases`; no position is in two parts.
    seed
        The seed the division was drawn with.
    is_given
        Whether the data came with this division (as a whole or its test part).
    patients_shared
        Patients with cases in more than one part; 0 for every division we draw ourselves.
    """

    train: tuple[int, ...]
    validation: tuple[int, ...]
    test: tuple[int, ...]
    seed: int
    is_given: bool
    patients_shared: int

    def part(self, name: Part) -> tuple[int, ...]:
        """The positions of one part."""
        return {"train": self.train, "validation": self.validation, "test": self.test}[name]
