"""Findings about classes, patients, traits and the split: what no picture needs to be seen for."""

import re
from collections import defaultdict

from precmed_gui.cohorts.checked_cohort import CheckedCohort
from precmed_gui.cohorts.patient_names import suggested_rules
from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.checks import Finding, Fix
from precmed_gui.evaluation.figure_texts import images_text, listed, named, number
from precmed_gui.language import _, ngettext

FEW_PATIENTS = 20
IMBALANCE = 5.0


def class_findings(checked: CheckedCohort) -> list[Finding]:
    """Whether it can be divided; few cases, imbalance, names alike, patients, traits."""
    found = [
        _split(checked),
        _few_cases(checked),
        _imbalance(checked),
        _alike_names(checked),
        _patient_in_classes(checked),
        _unknown_patients(checked),
        _unknown_traits(checked),
        _unlabelled(checked),
    ]
    return [finding for finding in found if finding is not None]


def _split(checked: CheckedCohort) -> Finding | None:
    if not checked.split.problem:
        return None
    return Finding(
        "split", "blocks", _("These images cannot be divided for a training"),
        checked.split.problem,
    )  # fmt: skip


def _patients_by_class(checked: CheckedCohort) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {label: set() for label in checked.cohort.labels}
    for case in checked.cases:
        if case.label is not None:
            found[case.label].add(case.patient_key)
    return found


def _few_cases(checked: CheckedCohort) -> Finding | None:
    counts = {label: len(people) for label, people in _patients_by_class(checked).items()}
    few = [label for label, count in counts.items() if count < FEW_PATIENTS]
    if not few:
        return None
    unknown = {case.label for case in checked.cases if not case.patient}
    images = checked.cohort.label_counts()
    texts = [
        _("“{label}”: {count}").format(
            label=label,
            count=ngettext("{n} patient", "{n} patients", counts[label]).format(n=counts[label])
            if label not in unknown
            else images_text(images[label]),
        )
        for label in few
    ]
    return Finding(
        "few_cases",
        "warns",
        _("Few images of {classes}").format(classes=named(few)),
        _(
            "{counts}. A class needs 20 patients or more to learn anything useful, and its figures "
            "on a handful of test images say little. Add images, or merge classes."
        ).format(counts=listed(texts)),
        tuple(_keys_of_class(checked, label) for label in few),
    )


def _keys_of_class(checked: CheckedCohort, label: str) -> tuple[str, ...]:
    return tuple(case.key for case in checked.cases if case.label == label)


def _imbalance(checked: CheckedCohort) -> Finding | None:
    counts = checked.cohort.label_counts()
    if len(counts) < 2 or max(counts.values()) < IMBALANCE * min(counts.values()):
        return None
    most = max(counts, key=lambda label: counts[label])
    least = min(counts, key=lambda label: counts[label])
    return Finding(
        "imbalance",
        "tells",
        _("{ratio:.0f} times as many images of “{most}” as of “{least}”").format(
            ratio=counts[most] / counts[least], most=most, least=least
        ),
        _(
            "{n} against {few}. The training weighs the classes so that each counts the same; read "
            "the figures class by class, for always saying the commonest class would be right "
            "often, too."
        ).format(n=number(counts[most]), few=number(counts[least])),
    )


def _alike_names(checked: CheckedCohort) -> Finding | None:
    """Classes that differ only in case, spaces, hyphens, or a plural s."""
    found: dict[str, list[str]] = defaultdict(list)
    for label in checked.cohort.labels:
        found[re.sub(r"[\W_]+", "", label.casefold()).removesuffix("s") or label].append(label)
    alike = [labels for labels in found.values() if len(labels) > 1]
    if not alike:
        return None
    counts = checked.cohort.label_counts()
    first = sorted(alike[0], key=lambda label: -counts[label])
    return Finding(
        "alike_names",
        "warns",
        _("Classes with nearly the same name: {names}").format(names=named(alike[0])),
        _("If they mean the same, merge them: else the network is asked to tell equals apart."),
        tuple(_keys_of_class(checked, label) for label in alike[0]),
        (Fix("merge", _("Merge into “{label}”").format(label=first[0]), tuple(first)),),
    )


def _patient_in_classes(checked: CheckedCohort) -> Finding | None:
    cases: dict[str, list[Case]] = defaultdict(list)
    for case in checked.cases:
        if case.patient and case.label is not None:
            cases[case.patient].append(case)
    mixed = {
        patient: own for patient, own in cases.items() if len({case.label for case in own}) > 1
    }
    if not mixed:
        return None
    title = ngettext(
        "{n} patient has images in several classes",
        "{n} patients have images in several classes",
        len(mixed),
    )
    order = checked.cohort.label_order
    return Finding(
        "patient_in_classes",
        "warns",
        title.format(n=number(len(mixed))),
        _(
            "That may be right: a disease comes and goes, and there are two breasts and two eyes. "
            "It may also be a wrong label, or a number that two people share. All images of a "
            "patient stay in one part of a split drawn here."
        ),
        tuple(tuple(case.key for case in own) for own in mixed.values()),
        (),
        tuple(
            _("Patient {patient}: {classes}.").format(
                patient=patient,
                classes=named(sorted({str(case.label) for case in own}, key=order.index)),
            )
            for patient, own in mixed.items()
        ),
    )


def _unknown_patients(checked: CheckedCohort) -> Finding | None:
    unknown = [case for case in checked.cases if not case.patient]
    if not unknown:
        return None
    rules = suggested_rules([case.path for case in unknown if not case.item])
    why = _(
        "Each of them counts as a patient of its own. If there are several images of one patient, "
        "some may train and others test, and the model looks better than it is."
    )
    if rules:
        first = _("The file names seem to tell: {rule}").format(rule=rules[0].title)
        why = f"{why} {first}"
    else:
        why = f"{why} " + _("Say who they are by a rule for file names, or by a table.")
    title = ngettext(
        "The patient of {n} image is not known",
        "The patients of {n} images are not known",
        len(unknown),
    )
    return Finding(
        "metadata",
        "warns" if rules else "tells",
        title.format(n=number(len(unknown))),
        why,
    )


def _unknown_traits(checked: CheckedCohort) -> Finding | None:
    if not checked.cases or any(case.trait("sex") or case.trait("age") for case in checked.cases):
        return None
    return Finding(
        "metadata",
        "tells",
        _("Nothing is known about age and sex"),
        _(
            "Then nobody can see whether a model works as well for women as for men, for the old "
            "as for the young. A table with these columns can be added."
        ),
    )


def _unlabelled(checked: CheckedCohort) -> Finding | None:
    keys = tuple(case.key for case in checked.cases if case.label is None)
    if not keys or not checked.cohort.labels:
        return None
    title = ngettext("{n} image has no class", "{n} images have no class", len(keys))
    return Finding(
        "metadata",
        "tells",
        title.format(n=number(len(keys))),
        _("A training leaves them out. Put them into a class, or read them with a model."),
        (keys,),
        (Fix("relabel", _("Give them one class"), checked.cohort.labels),),
    )
