"""Who trains, who chooses the best epoch, who tests: drawn by patient, nobody is on two sides."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from precmed_gui.cohorts.case_names import case_name, source_folder_of
from precmed_gui.cohorts.duplicates import groups_of_pairs
from precmed_gui.cohorts.leaks import known_patients, parts_of_split, shared, without_leaks
from precmed_gui.cohorts.picture_facts import linking
from precmed_gui.diagnosis.cases import PARTS, Case, Cohort, Part, Split
from precmed_gui.diagnosis.errors import UnfitCohort
from precmed_gui.diagnosis.model_card import Leaks, SplitReceipt
from precmed_gui.language import _, ngettext

SHARES: Mapping[Part, float] = {"train": 0.70, "validation": 0.15, "test": 0.15}
LEAST_PATIENTS = 3


def split_cohort(cohort: Cohort, seed: int, fingerprints: Sequence[str] = ()) -> Split:
    """Divide the labelled cases of `cohort` 70/15/15, each class alike, patients kept together.

    A division that came with the data is kept; what it lacks (validation, test) is taken from its
    training part by patient. The same cohort and seed give the same split.

    Parameters
    ----------
    cohort
        Cases that are excluded or have no class are left out.
    seed
        0 or more.
    fingerprints
        Of the pixels of each case, where they are known: who shares a picture counts as one
        patient, so that no copy is on two sides of a division that is drawn here. Where nothing
        is shared they change nothing.

    Raises
    ------
    UnfitCohort
        If there are fewer than two classes, or a class is too small to be in every part.
    """
    _check_classes(cohort)
    parts = _given_parts(cohort)
    has_parts = bool(parts["validation"] or parts["test"])
    if has_parts and not parts["train"]:
        raise UnfitCohort(
            _("The data came divided, but without images to train on."),
            _("Add the folder or file with the training images."),
        )
    missing: list[Part] = [part for part in PARTS[::-1] if not parts[part]]
    _check_patients(cohort, parts["train"], 1 + len(missing))
    people = _by_patient(cohort, parts["train"], fingerprints)
    parts |= _drawn(cohort, people, missing, seed)
    split = Split(
        train=tuple(sorted(parts["train"])),
        validation=tuple(sorted(parts["validation"])),
        test=tuple(sorted(parts["test"])),
        seed=seed,
        is_given=cohort.has_given_split,
        patients_shared=_patients_shared(cohort, parts),
    )
    _check_parts(cohort, split)
    return split


def divide(
    cohort: Cohort, seed: int, fingerprints: Sequence[str], statement: str = ""
) -> tuple[Split, Leaks]:
    """`split_cohort`, with the copies of a given split left out of the earlier part.

    Parameters
    ----------
    fingerprints
        Of the pixels of each case.
    statement
        Why what leaks is accepted, in the user's words; then a given split stays as it is.

    Raises
    ------
    UnfitCohort
        As `split_cohort`.
    """
    drawn = split_cohort(cohort, seed, fingerprints)
    split, leaks = without_leaks(cohort.cases, drawn, fingerprints, statement)
    _check_parts(cohort, split)
    return split, leaks


def refuse_shared_patients(cohort: Cohort, split: Split) -> None:
    """Raise `UnfitCohort` if a known patient is in more than one part of a given split."""
    parts = parts_of_split(split, len(cohort.cases))
    patients = len(shared(parts, known_patients(cohort.cases)))
    if patients:
        title = ngettext(
            "{n} patient is in more than one part of the split that came with the data",
            "{n} patients are in more than one part of the split that came with the data",
            patients,
        )
        raise UnfitCohort(
            _("{finding}: the model would be tested on patients it has learned from.").format(
                finding=title.format(n=f"{patients:,}")
            ),
            _(
                "Divide anew, by patient (--redivide), leave those images out of the earlier part, "
                "or say why it is right (--accept-leak): that goes on the model card."
            ),
        )


def receipt(cohort: Cohort, split: Split) -> SplitReceipt:
    """The division in figures, with a SHA-256 over parts, classes and names, as in split.csv."""
    source_folder = source_folder_of(cohort.cases)
    digest = hashlib.sha256()
    for part in PARTS:
        for position in split.part(part):
            case = cohort.cases[position]
            line = f"{part}\t{case.label}\t{case_name(case, source_folder)}\n"
            digest.update(line.encode("utf-8", "backslashreplace"))
    divided = {part: [cohort.cases[i] for i in split.part(part)] for part in PARTS}
    used = [case for cases in divided.values() for case in cases]
    counts = {part: Counter(case.label for case in cases) for part, cases in divided.items()}
    people = {part: len({case.patient_key for case in cases}) for part, cases in divided.items()}
    return SplitReceipt(
        train=len(split.train),
        validation=len(split.validation),
        test=len(split.test),
        patients=len({case.patient_key for case in used}),
        patients_shared=split.patients_shared,
        is_given=split.is_given,
        seed=split.seed,
        fingerprint=digest.hexdigest(),
        are_patients_known=all(case.patient for case in used),
        images=tuple(
            (label, counts["train"][label], counts["validation"][label], counts["test"][label])
            for label in cohort.labels
        ),
        patients_by_part=(people["train"], people["validation"], people["test"]),
    )


def _given_parts(cohort: Cohort) -> dict[Part, list[int]]:
    """Positions by part; a case without one trains."""
    parts: dict[Part, list[int]] = {"train": [], "validation": [], "test": []}
    for position, case in enumerate(cohort.cases):
        if case.label is not None and not case.is_excluded:
            parts[case.part or "train"].append(position)
    return parts


def _drawn(
    cohort: Cohort, positions: Mapping[str, list[int]], missing: list[Part], seed: int
) -> dict[Part, list[int]]:
    """Positions by patient divided into "train" and the `missing` parts."""
    generator = np.random.default_rng(seed)
    drawn: dict[Part, list[int]] = {"train": [], **{part: [] for part in missing}}
    total = SHARES["train"] + sum(SHARES[part] for part in missing)
    for patients in _patients_by_class(cohort, positions).values():
        order = [patients[i] for i in generator.permutation(len(patients))]
        for part in missing:
            count = max(1, round(len(patients) * SHARES[part] / total))
            chosen, order = order[:count], order[count:]
            drawn[part] += [i for patient in chosen for i in positions[patient]]
        drawn["train"] += [i for patient in order for i in positions[patient]]
    return drawn


def _by_patient(
    cohort: Cohort, pool: Sequence[int], fingerprints: Sequence[str]
) -> dict[str, list[int]]:
    cases = [cohort.cases[position] for position in pool]
    people = patient_groups(cases, [fingerprints[i] for i in pool] if fingerprints else ())
    found: dict[str, list[int]] = defaultdict(list)
    for position, person in zip(pool, people, strict=True):
        found[person].append(position)
    return found


def patient_groups(cases: Sequence[Case], fingerprints: Sequence[str] = ()) -> list[str]:
    """The patient of each case, those who share a picture under the first of their names."""
    people = [case.patient_key for case in cases]
    shown = linking(fingerprints)
    known = list(filter(None, shown))
    if len(set(known)) == len(known):
        return people
    names = sorted(set(people))
    numbers = {name: number for number, name in enumerate(names)}
    first: dict[str, int] = {}
    pairs = [
        (first.setdefault(fingerprint, numbers[person]), numbers[person])
        for person, fingerprint in zip(people, shown, strict=True)
        if fingerprint
    ]
    stands_for = {
        names[number]: names[group[0]] for group in groups_of_pairs(pairs) for number in group
    }
    return [stands_for.get(person, person) for person in people]


def _patients_by_class(cohort: Cohort, positions: Mapping[str, list[int]]) -> dict[str, list[str]]:
    """Patients under the class that most of their cases have, in an order of their own."""
    labels = cohort.labels
    found: dict[str, list[str]] = {label: [] for label in labels}
    for patient in sorted(positions):
        counts = Counter(str(cohort.cases[i].label) for i in positions[patient])
        usual = max(counts, key=lambda label: (counts[label], -labels.index(label)))
        found[usual].append(patient)
    return found


def _patients_shared(cohort: Cohort, parts: Mapping[Part, list[int]]) -> int:
    seen: Counter[str] = Counter()
    for positions in parts.values():
        seen.update({cohort.cases[i].patient_key for i in positions})
    return sum(count > 1 for count in seen.values())


def _check_classes(cohort: Cohort) -> None:
    labels = cohort.labels
    if not cohort.cases:
        raise UnfitCohort(
            _("There are no images to train on."),
            _("Add a folder whose sub-folders are the classes."),
        )
    if not labels:
        raise UnfitCohort(
            _("No image has a class yet."),
            _("Put the images of each class into a folder of their own and add those folders."),
        )
    if len(labels) == 1:
        raise UnfitCohort(
            _("All images belong to one class, “{label}”.").format(label=labels[0]),
            _("Add images of at least one other class, so that there is something to tell apart."),
        )


def _check_patients(cohort: Cohort, pool: Iterable[int], least: int) -> None:
    """Refuse classes with fewer patients in `pool` than parts that must be filled from it."""
    patients: dict[str, set[str]] = {label: set() for label in cohort.labels}
    for position in pool:
        case: Case = cohort.cases[position]
        patients[str(case.label)].add(case.patient_key)
    small = [label for label, found in patients.items() if len(found) < least]
    if not small:
        return
    raise UnfitCohort(
        _("Too few images to train on: {classes}.").format(
            classes=", ".join(
                ngettext(
                    "“{label}” has images of {count} patient",
                    "“{label}” has images of {count} patients",
                    len(patients[label]),
                ).format(label=label, count=len(patients[label]))
                for label in small
            )
        ),
        _(
            "Each class needs images of at least {least} patients, and of 20 or more to learn "
            "anything useful. Add images, or merge classes."
        ).format(least=max(least, LEAST_PATIENTS)),
    )


def _check_parts(cohort: Cohort, split: Split) -> None:
    names = {"train": _("training"), "validation": _("validation"), "test": _("test")}
    for part in PARTS:
        present = {cohort.cases[i].label for i in split.part(part)}
        for label in cohort.labels:
            if label not in present:
                raise UnfitCohort(
                    _("No image of “{label}” is in the {part} part.").format(
                        label=label, part=names[part]
                    ),
                    _("Add images of other patients of this class, or merge it with another one."),
                )
