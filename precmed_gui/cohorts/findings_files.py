"""Findings about files: unreadable ones, wrong endings, kinds that are mixed, what it will cost."""

from collections import Counter
from pathlib import Path

import numpy as np

from precmed_gui.cohorts.checked_cohort import CheckedCohort, one_each
from precmed_gui.diagnosis.checks import Cost, Finding
from precmed_gui.evaluation.figure_texts import bytes_text, duration, images_text, listed, number
from precmed_gui.language import _, ngettext
from precmed_gui.modalities import modality

_SPARE = 1_000_000_000
_FEWEST = 10
_NEARLY_ALL = 0.95


def file_findings(checked: CheckedCohort, cost: Cost) -> list[Finding]:
    """What can be said about the files themselves, and what a training of them takes."""
    found = [
        _unreadable(checked),
        _wrong_extension(checked),
        _modalities(checked),
        _endings_by_class(checked),
        _cost(checked, cost),
    ]
    return [finding for finding in found if finding is not None]


def _unreadable(checked: CheckedCohort) -> Finding | None:
    files = checked.cohort.unreadable
    if not files:
        return None
    title = ngettext("{n} file cannot be read", "{n} files cannot be read", len(files))
    reader = modality(checked.cohort.modality)
    is_image = any(reader.is_expected(Path(file.path)) for file in files)
    return Finding(
        "unreadable",
        "warns" if is_image else "tells",
        title.format(n=number(len(files))),
        _(
            "They take no part in anything. Look at the reasons: a copy that broke off can be "
            "fetched again, and another kind of file can be exported as PNG or DICOM."
        ),
        one_each([file.path for file in files]),
        (),
        tuple(file.reason for file in files),
    )


def _wrong_extension(checked: CheckedCohort) -> Finding | None:
    kinds = checked.table["misnamed"]
    places = np.flatnonzero(kinds != b"").tolist()
    if not places:
        return None
    title = ngettext(
        "{n} file is named like another kind than it is",
        "{n} files are named like another kind than they are",
        len(places),
    )
    return Finding(
        "wrong_extension",
        "tells",
        title.format(n=number(len(places))),
        _(
            "They are read by what they hold, so nothing is lost here; other programs may refuse "
            "them."
        ),
        one_each(checked.keys(places)),
        (),
        tuple(_("It is a {kind} file.").format(kind=kinds[i].decode()) for i in places),
    )


def _modalities(checked: CheckedCohort) -> Finding | None:
    """CT beside MR: the network could tell the device and not the disease."""
    counts = Counter(case.trait("modality") for case in checked.cases)
    del counts[""]
    if len(counts) < 2:
        return None
    usual = counts.most_common(1)[0][0]
    others = tuple(case.key for case in checked.cases if case.trait("modality") not in ("", usual))
    texts = [f"{name} ({images_text(count)})" for name, count in counts.most_common()]
    return Finding(
        "kinds",
        "warns",
        _("Several kinds of examination: {kinds}").format(kinds=listed(texts)),
        _(
            "If the classes were examined in different ways, a network learns the way and not the "
            "disease. Train on one kind, or see that each class has its share of each."
        ),
        (others,),
    )


def _endings_by_class(checked: CheckedCohort) -> Finding | None:
    """Each class in a kind of file of its own: their compression alone tells them apart."""
    endings: dict[str, Counter[str]] = {label: Counter() for label in checked.cohort.labels}
    for case in checked.cases:
        if case.label is not None and not case.item:
            endings[case.label][_ending(case.path)] += 1
    usual = {label: found.most_common(1)[0] for label, found in endings.items() if found}
    if len(usual) < 2 or len({ending for ending, _count in usual.values()}) < 2:
        return None
    least = {label: max(_FEWEST, _NEARLY_ALL * endings[label].total()) for label in usual}
    if any(count < least[label] for label, (_end, count) in usual.items()):
        return None
    texts = [_("“{label}”: {kind}").format(label=label, kind=e) for label, (e, _n) in usual.items()]
    return Finding(
        "kinds",
        "warns",
        _("The classes come in different kinds of files: {classes}").format(classes=listed(texts)),
        _(
            "The way an image was stored leaves traces in its pixels, and a network may learn "
            "these instead of the disease. Export all classes in the same way, if you can."
        ),
    )


def _ending(path: str) -> str:
    ending = Path(path).suffix.casefold()
    return {".jpeg": ".jpg", ".jpe": ".jpg", ".tiff": ".tif"}.get(ending, ending)


def _cost(checked: CheckedCohort, cost: Cost) -> Finding | None:
    if not len(checked.table):
        return None
    needs = _("about {memory} of memory and {disk} of disk").format(
        memory=bytes_text(cost.memory), disk=bytes_text(cost.disk)
    )
    if cost.free_disk < cost.disk + _SPARE:
        return Finding(
            "cost",
            "warns",
            _("The disk may not have room for the prepared images"),
            _(
                "A training takes {needs}; {free} are free. Free some space, or use fewer images."
            ).format(needs=needs, free=bytes_text(cost.free_disk)),
        )
    return Finding(
        "cost",
        "tells",
        _("A training takes {needs}").format(needs=needs),
        _("Reading the images takes about {time}, before the time of the training itself.").format(
            time=duration(cost.minutes * 60)
        ),
    )
