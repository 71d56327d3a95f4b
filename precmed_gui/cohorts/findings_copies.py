"""Findings about copies, and about what a given split lets through from part to part."""

from collections.abc import Sequence

from precmed_gui.cohorts.checked_cohort import CheckedCohort
from precmed_gui.cohorts.leaks import Groups, given_parts, known_patients, shared
from precmed_gui.cohorts.picture_facts import linking
from precmed_gui.diagnosis.cases import PARTS, Case
from precmed_gui.diagnosis.checks import Finding, Fix
from precmed_gui.evaluation.figure_texts import listed, named, number
from precmed_gui.language import _, ngettext

Keys = tuple[tuple[str, ...], ...]


def copies_findings(checked: CheckedCohort) -> list[Finding]:
    """Exact copies, near copies, and the same picture in two classes."""
    order = _BestFirst(checked)
    exact, near = order.groups(checked.duplicates.exact), order.groups(checked.duplicates.near)
    across = order.groups(checked.duplicates.across_labels)
    found = []
    if exact:
        found.append(_exact(exact))
    if near:
        found.append(_near(near, _shared_by_parts(checked, near)))
    if across:
        found.append(_across(across, checked))
    return found


class _BestFirst:
    """Puts the copy to keep first: of a later part, with a class, larger, earlier in the list."""

    def __init__(self, checked: CheckedCohort) -> None:
        parts = given_parts(checked.cases)
        sizes = (checked.table["width"] * checked.table["height"]).tolist()
        self._ranks = {
            case.key: (
                -PARTS.index(part) if part else 0,
                case.label is None,
                -size,
                position,
            )
            for position, (case, part, size) in enumerate(
                zip(checked.cases, parts, sizes, strict=True)
            )
        }

    def groups(self, groups: Keys) -> Keys:
        return tuple(tuple(sorted(group, key=self._ranks.__getitem__)) for group in groups)


def _images(groups: Keys) -> int:
    return sum(len(group) for group in groups)


def _without_copies(groups: Keys) -> Fix:
    count = _images(groups) - len(groups)
    title = ngettext("Exclude {n} copy", "Exclude {n} copies", count)
    return Fix("exclude_copies", title.format(n=number(count)))


def _exact(groups: Keys) -> Finding:
    title = ngettext(
        "{n} group of identical images ({images} images)",
        "{n} groups of identical images ({images} images)",
        len(groups),
    )
    return Finding(
        "duplicates",
        "warns",
        title.format(n=number(len(groups)), images=number(_images(groups))),
        _(
            "Their pixels are equal, whatever the files are called. A copy counts twice; in a "
            "split drawn here all copies stay in one part, so that none is tested on that was "
            "learned from."
        ),
        groups,
        (_without_copies(groups),),
    )


def _near(groups: Keys, shared_groups: int) -> Finding:
    title = ngettext(
        "{n} group of images that are nearly the same ({images} images)",
        "{n} groups of images that are nearly the same ({images} images)",
        len(groups),
    ).format(n=number(len(groups)), images=number(_images(groups)))
    why = _(
        "They look alike in every detail: smaller, lighter, compressed, turned or mirrored copies, "
        "or pictures taken a moment apart. Look at them; leave copies out, or say that each group "
        "is one patient, so that a split keeps it together."
    )
    if shared_groups:
        across = ngettext(
            "{n} group has images in more than one part of the split that came with the data.",
            "{n} groups have images in more than one part of the split that came with the data.",
            shared_groups,
        )
        why = f"{why} {across.format(n=number(shared_groups))}"
    group = Fix("group", _("Make each group one patient"))
    return Finding("near_duplicates", "warns", title, why, groups, (_without_copies(groups), group))


def _across(groups: Keys, checked: CheckedCohort) -> Finding:
    title = ngettext(
        "{n} picture stands in two classes ({images} images)",
        "{n} pictures stand in two classes ({images} images)",
        len(groups),
    )
    labels = {case.key: case.label for case in checked.cases}
    order = checked.cohort.labels
    found = [{labels[key] for key in group} for group in groups]
    classes = [tuple(label for label in order if label in own) for own in found]
    chosen = tuple(label for label in order if any(label in own for own in found))
    return Finding(
        "across_labels",
        "warns",
        title.format(n=number(len(groups)), images=number(_images(groups))),
        _(
            "The same picture cannot be right in two classes: one of the labels is wrong, or the "
            "classes overlap. Look at each of them."
        ),
        groups,
        (
            Fix("relabel", _("Give them one class"), chosen),
            Fix("exclude", _("Exclude all of them")),
        ),
        tuple(_("In {classes}.").format(classes=named(names)) for names in classes),
    )


def leak_findings(checked: CheckedCohort) -> list[Finding]:
    """Patients and pictures in more than one part of the split that came with the data."""
    parts = given_parts(checked.cases)
    patients = shared(parts, known_patients(checked.cases))
    copies = shared(parts, linking(checked.facts.fingerprints))
    found = []
    if patients:
        found.append(_patient_leak(checked, patients, parts))
    if copies:
        found.append(_duplicate_leak(checked, copies, parts))
    return found


def leak_counts(checked: CheckedCohort) -> tuple[int, int]:
    """Known patients, and pictures, that the given split has in more than one part."""
    parts = given_parts(checked.cases)
    patients = shared(parts, known_patients(checked.cases))
    return len(patients), len(shared(parts, linking(checked.facts.fingerprints)))


def _patient_leak(checked: CheckedCohort, groups: Groups, parts: Sequence[str | None]) -> Finding:
    title = ngettext(
        "{n} patient is in more than one part of the split that came with the data",
        "{n} patients are in more than one part of the split that came with the data",
        len(groups),
    )
    return Finding(
        "patient_leak",
        "blocks",
        title.format(n=number(len(groups))),
        _(
            "The network would be tested on patients it has learned from, and look better than it "
            "is. Let the program divide the images anew, by patient, or leave those images out of "
            "the earlier part."
        ),
        tuple(checked.keys(group) for group in groups),
        (_redivide(), _repair()),
        _in_parts(checked.cases, groups, parts, has_patient=True),
    )


def _duplicate_leak(checked: CheckedCohort, groups: Groups, parts: Sequence[str | None]) -> Finding:
    title = ngettext(
        "{n} picture is in more than one part of the split that came with the data",
        "{n} pictures are in more than one part of the split that came with the data",
        len(groups),
    )
    return Finding(
        "duplicate_leak",
        "warns",
        title.format(n=number(len(groups))),
        _(
            "Their pixels are equal. A training leaves the copies out of the earlier part by "
            "itself and says so on the model card; here you can do it for good."
        ),
        tuple(checked.keys(group) for group in groups),
        (_repair(), _redivide()),
        _in_parts(checked.cases, groups, parts, has_patient=False),
    )


def _redivide() -> Fix:
    return Fix("redivide", _("Divide anew, by patient"))


def _repair() -> Fix:
    return Fix("repair", _("Leave them out of the earlier part"))


def _in_parts(
    cases: Sequence[Case], groups: Groups, parts: Sequence[str | None], *, has_patient: bool
) -> tuple[str, ...]:
    """For each group, in which parts it is, and whose it is."""
    words = {"train": _("training"), "validation": _("validation"), "test": _("test")}
    texts = []
    for group in groups:
        counts = [(part, sum(parts[i] == part for i in group)) for part in PARTS]
        where = listed([f"{words[part]} ({count})" for part, count in counts if count])
        if has_patient:
            text = _("Patient {patient}: {parts}.").format(
                patient=cases[group[0]].patient, parts=where
            )
        else:
            text = _("In {parts}.").format(parts=where)
        texts.append(text)
    return tuple(texts)


def _shared_by_parts(checked: CheckedCohort, groups: Keys) -> int:
    parts = dict(zip(checked.keys(range(len(checked.cases))), given_parts(checked.cases),
                     strict=True))  # fmt: skip
    return sum(len({parts[key] for key in group} - {None}) > 1 for group in groups)
