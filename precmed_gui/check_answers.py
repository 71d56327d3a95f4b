"""What `precmed check` answers, and the split receipt that `precmed train` prints."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from precmed_gui.diagnosis.cases import Case, Cohort
from precmed_gui.diagnosis.checks import CheckReport, Finding, SplitView
from precmed_gui.diagnosis.model_card import SplitReceipt
from precmed_gui.evaluation.figure_texts import duration, images_text, known_patients_text, number
from precmed_gui.language import _
from precmed_gui.modalities import modality

_MOST_GROUPS = 5
_MOST_NAMES = 4


def checked_document(report: CheckReport) -> dict[str, object]:
    """The document of `precmed check`; an image of a file with several is "file#item"."""
    cohort, split = report.cohort, report.split
    readable = sum(map(_files, cohort.cases))
    duplicates = report.duplicates
    return {
        "files": readable + _image_files_unread(report),
        "readable": readable,
        "unreadable": [{"path": file.path, "reason": file.reason} for file in cohort.unreadable],
        "cases": len(cohort.cases),
        "labels": cohort.label_counts(),
        "patients": cohort.patient_count,
        "patients_known": cohort.are_patients_known,
        "patients_with_several_images": _with_several(cohort),
        "duplicates": {
            "exact": _lists(duplicates.exact),
            "near": _lists(duplicates.near),
            "across_labels": _lists(duplicates.across_labels),
        },
        "leaks": {"patients": report.patient_leaks, "duplicates": report.duplicate_leaks},
        "warnings": [warning for finding in report.findings for warning in _warnings(finding)],
        "blocks": report.blocks,
        "sizes": {"smallest": list(report.sizes[0]), "largest": list(report.sizes[1])},
        "modes": dict(report.modes),
        "split": _split_document(split),
        "cost": {
            "memory_bytes": report.cost.memory,
            "disk_bytes": report.cost.disk,
            "free_disk_bytes": report.cost.free_disk,
            "minutes": round(report.cost.minutes, 3),
        },
        "seconds": round(report.seconds, 3),
    }


def _with_several(cohort: Cohort) -> dict[str, int]:
    """Known patients with more than one image of a class."""
    images = Counter((case.label, case.patient) for case in cohort.labelled if case.patient)
    patients = Counter(str(label) for (label, _patient), count in images.items() if count > 1)
    return {label: patients[label] for label in cohort.labels}


def _files(case: Case) -> int:
    return max(1, len(case.files))


def _image_files_unread(report: CheckReport) -> int:
    """Unreadable files that are named like images: a licence text beside them is none."""
    reader = modality(report.cohort.modality)
    return sum(reader.is_expected(Path(file.path)) for file in report.cohort.unreadable)


def _lists(groups: Iterable[Sequence[str]]) -> list[list[str]]:
    return [list(group) for group in groups]


def _warnings(finding: Finding) -> list[dict[str, str]]:
    """One warning a group; the path is its first image, or "" for the cohort as a whole."""
    if not finding.groups:
        return [_warning(finding, "", finding.why)]
    reasons = finding.reasons or (finding.why,) * len(finding.groups)
    return [
        _warning(finding, group[0] if group else "", reason)
        for group, reason in zip(finding.groups, reasons, strict=True)
    ]


def _warning(finding: Finding, path: str, why: str) -> dict[str, str]:
    return {
        "kind": finding.kind,
        "path": path,
        "why": why,
        "title": finding.title,
        "severity": finding.severity,
    }


def _split_document(split: SplitView) -> dict[str, object]:
    return {
        "images": {label: list(counts) for label, *counts in split.images},
        "patients": list(split.patients),
        "patients_shared": split.patients_shared,
        "given": split.is_given,
        "seed": split.seed,
        "fingerprint": split.fingerprint,
        "problem": split.problem,
    }


def checked_text(report: CheckReport) -> str:
    """The lines of `precmed check`: figures, the list of findings, and the split."""
    cohort = report.cohort
    counts = ", ".join(f"{label}: {number(n)}" for label, n in cohort.label_counts().items())
    figures = [
        images_text(len(cohort.cases)),
        known_patients_text(cohort),
        counts or _("no classes"),
        duration(report.seconds),
    ]
    lines = [" · ".join(figures), *_several_lines(cohort)]
    for finding in report.findings:
        lines += _finding_lines(finding, has_figures=bool(cohort.cases))
    return "\n".join([*lines, *split_lines(report.split)])


def _several_lines(cohort: Cohort) -> list[str]:
    several = {label: count for label, count in _with_several(cohort).items() if count}
    if not several:
        return []
    texts = ", ".join(f"{label}: {number(count)}" for label, count in several.items())
    return [_("Patients with several images of a class: {counts}").format(counts=texts)]


_MARKS = {"blocks": "✗", "warns": "!", "tells": "·"}


def _finding_lines(finding: Finding, *, has_figures: bool) -> list[str]:
    lines = [f"{_MARKS[finding.severity]} {finding.title}", f"    {finding.why}"]
    if not has_figures or finding.severity == "tells":
        return lines
    reasons = finding.reasons or ("",) * len(finding.groups)
    for group, reason in list(zip(finding.groups, reasons, strict=True))[:_MOST_GROUPS]:
        names = ", ".join(Path(key).name for key in group[:_MOST_NAMES])
        if len(group) > _MOST_NAMES:
            names += " …"
        lines.append(f"    - {names}  {reason}".rstrip())
    more = len(finding.groups) - _MOST_GROUPS
    if more > 0:
        lines.append("    - " + _("and {n} more").format(n=number(more)))
    return lines


def split_lines(split: SplitView) -> list[str]:
    """The split receipt: images by class and part, patients, seed and hash."""
    if not split.images:
        return []
    origin = _("came with the data") if split.is_given else _("drawn by patient")
    parts = _("training {train}, validation {validation}, test {test}")
    lines = [_("Split ({origin}, seed {seed}):").format(origin=origin, seed=split.seed)]
    for label, train, validation, test in split.images:
        counts = parts.format(train=number(train), validation=number(validation), test=number(test))
        lines.append(f"    {label}: {counts}")
    people = parts.format(
        **{
            name: number(count)
            for name, count in zip(("train", "validation", "test"), split.patients, strict=True)
        }
    )
    if split.are_patients_known:
        text = _("patients: {counts}; in more than one part: {shared}")
        lines.append("    " + text.format(counts=people, shared=number(split.patients_shared)))
    else:
        lines.append("    " + _("patients: not known; each image counts as one"))
    return [*lines, "    SHA-256 " + split.fingerprint]


def receipt_lines(receipt: SplitReceipt) -> list[str]:
    """`split_lines` of a model; none of models made before the receipt held classes."""
    if len(receipt.patients_by_part) != 3:
        return []
    train, validation, test = receipt.patients_by_part
    return split_lines(
        SplitView(
            receipt.images,
            (train, validation, test),
            receipt.patients_shared,
            receipt.is_given,
            receipt.seed,
            receipt.are_patients_known,
            receipt.fingerprint,
        )
    )
