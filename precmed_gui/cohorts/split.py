"""Who trains, who chooses the best epoch, who tests: drawn by patient, nobody is on two sides."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

import numpy as np

from precmed_gui.cohorts.case_names import case_name, source_folder_of
from precmed_gui.diagnosis.cases import PARTS, Case, Cohort, Part, Split
from precmed_gui.diagnosis.errors import UnfitCohort
from precmed_gui.diagnosis.model_card import SplitReceipt
from precmed_gui.language import _

SHARES: Mapping[Part, float] = {"train": 0.70, "validation": 0.15, "test": 0.15}
LEAST_PATIENTS = 3


def split_cohort(cohort: Cohort, seed: int) -> Split:
    """Divide the labelled cases of `cohort` 70/15/15, each class alike, patients kept together.

    A division that came with the data is kept; what it lacks (validation, test) is taken from its
    training part by patient. The same cohort and seed give the same split.

    Parameters
    ----------
    cohort
        Cases without a class are left out.
    seed
        0 or more.

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
    parts |= _drawn(cohort, parts["train"], missing, seed)
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


def receipt(cohort: Cohort, split: Split) -> SplitReceipt:
    """The division in figures, with a SHA-256 over parts, classes and names, as in split.csv."""
    source_folder = source_folder_of(cohort.cases)
    digest = hashlib.sha256()
    for part in PARTS:
        for position in split.part(part):
            case = cohort.cases[position]
            line = f"{part}\t{case.label}\t{case_name(case, source_folder)}\n"
            digest.update(line.encode("utf-8", "backslashreplace"))
    used = [cohort.cases[i] for part in PARTS for i in split.part(part)]
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
    )


def _given_parts(cohort: Cohort) -> dict[Part, list[int]]:
    """Positions by part; a case without one trains."""
    parts: dict[Part, list[int]] = {"train": [], "validation": [], "test": []}
    for position, case in enumerate(cohort.cases):
        if case.label is not None:
            parts[case.part or "train"].append(position)
    return parts


def _drawn(
    cohort: Cohort, pool: Iterable[int], missing: list[Part], seed: int
) -> dict[Part, list[int]]:
    """`pool` divided by patient into "train" and the `missing` parts."""
    generator = np.random.default_rng(seed)
    positions = _by_patient(cohort, pool)
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


def _by_patient(cohort: Cohort, pool: Iterable[int]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for position in pool:
        found[cohort.cases[position].patient_key].append(position)
    return found


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
                _("“{label}” has images of {count} patients").format(
                    label=label, count=len(patients[label])
                )
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
