"""A cohort as a file: which images, classes and patients, never pixels. Window and CLI save by it.

Case paths are absolute: the file belongs to this computer. Format 1, which knew no traits, and
format 2, which knew no slices and nothing excluded, open.
"""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

from precmed_gui.diagnosis.cases import Case, Cohort, Part, Traits, Unreadable
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.storage import write_atomically
from precmed_gui.diagnosis.work import CancelToken, Report
from precmed_gui.language import _

COHORT_FORMAT = 3
_MISSING: dict[int, list[Any]] = {1: [[], 1, [], False], 2: [1, [], False], COHORT_FORMAT: []}
"""What the cases of a format lack at their end, and stands there instead."""
_KIND = "precmed-cohort"
_FIELDS = tuple(field.name for field in fields(Case))
_PARTS = (*get_args(Part), None)


def save_cohort(cohort: Cohort, path: Path) -> None:
    """Write `cohort` to `path`, as a whole or not at all; raises `FailedStorage`."""
    document = {
        "kind": _KIND,
        "format": COHORT_FORMAT,
        "modality": cohort.modality,
        "name": cohort.name,
        "label_order": cohort.label_order,
        "cases": [[getattr(case, name) for name in _FIELDS] for case in cohort.cases],
        "unreadable": [[file.path, file.reason] for file in cohort.unreadable],
    }
    text = json.dumps(document, ensure_ascii=False)
    write_atomically(path, text.encode("utf-8", "surrogateescape"))


def load_cohort(path: Path) -> Cohort:
    """The cohort that `save_cohort` wrote to `path`.

    Raises
    ------
    PrecmedError
        If the file is missing, damaged, or not a cohort of this version or an earlier one.
    """
    try:
        document = json.loads(path.read_bytes().decode("utf-8", "surrogateescape"))
    except OSError as error:
        raise PrecmedError(
            _("“{name}” cannot be opened.").format(name=path.name),
            _("Check that the file is still there, and that you may read it."),
        ) from error
    except (ValueError, RecursionError) as error:
        raise _damaged(path) from error
    if not isinstance(document, dict) or document.get("kind") != _KIND:
        raise PrecmedError(
            _("“{name}” is not a cohort of PrecMed.").format(name=path.name),
            _("Choose a cohort file, or add the images themselves."),
        )
    if document.get("format") not in tuple(_MISSING):
        raise PrecmedError(
            _("“{name}” was saved by another version of PrecMed.").format(name=path.name),
            _("Open it with that version, or add the images again."),
        )
    try:
        return _cohort(document)
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(path) from error


def save_cohort_work(cohort: Cohort, path: str, report: Report, cancel: CancelToken) -> str:
    """`save_cohort` in the shape of work; returns `path`."""
    cancel.raise_if_set()
    save_cohort(cohort, Path(path))
    return path


def load_cohort_work(path: str, report: Report, cancel: CancelToken) -> Cohort:
    """`load_cohort` in the shape of work."""
    cancel.raise_if_set()
    return load_cohort(Path(path))


def _damaged(path: Path) -> PrecmedError:
    return PrecmedError(
        _("The cohort “{name}” is damaged.").format(name=path.name),
        _("Add the images again."),
    )


def _cohort(document: dict[str, Any]) -> Cohort:
    missing = _MISSING[document["format"]]
    cases = tuple(_case([*row, *missing]) for row in document["cases"])
    order = tuple(_text(label) for label in document["label_order"])
    if len({case.key for case in cases}) != len(cases):
        raise ValueError("a case twice")
    if not {case.label for case in cases if case.label is not None} <= set(order):
        raise ValueError("a class without a place")
    return Cohort(
        modality=_text(document["modality"]),
        name=_text(document["name"]),
        cases=cases,
        unreadable=tuple(
            Unreadable(_text(path), _text(reason)) for path, reason in document["unreadable"]
        ),
        label_order=order,
    )


def _case(row: list[Any]) -> Case:
    path, item, label, patient, part, traits, slices, files, is_excluded = row
    if part not in _PARTS:
        raise ValueError("an unknown part")
    if type(slices) is not int or slices < 1 or type(is_excluded) is not bool:
        raise TypeError("not slices, or neither excluded nor used")
    if files and (len(files) != slices or files[0] != path):
        raise ValueError("files that are not the slices")
    return Case(
        path=_text(path),
        item=_text(item),
        label=None if label is None else _text(label),
        patient=_text(patient),
        part=part,
        traits=_traits(traits),
        slices=slices,
        files=tuple(_text(file) for file in files),
        is_excluded=is_excluded,
    )


def _traits(pairs: list[list[Any]]) -> Traits:
    traits = tuple((_text(trait), _text(group)) for trait, group in pairs)
    if len(dict(traits)) != len(traits) or not all(map(all, traits)):
        raise ValueError("a trait twice or empty")
    return traits


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value
