"""predictions.csv of a model folder: what the model said about cases whose class is known.

With it the evaluation panel, comparisons and later evaluations need neither images nor Keras.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from precmed_gui.diagnosis.cases import Traits
from precmed_gui.diagnosis.evaluation import JudgedCases
from precmed_gui.language import _
from precmed_gui.learning.shelf import PREDICTIONS, TEXT_ERRORS, damaged_model
from precmed_gui.learning.table_cells import guarded, unguarded

LARGEST_TABLE = 256 * 1024**2
_NAMED = ("part", "case", "patient", "label", "distance")
_PART = re.compile(r"validation|test|fold-[1-9][0-9]?")
_ESCAPES = (("%", "%25"), ("|", "%7C"), ("=", "%3D"))


def judged_text(parts: Mapping[str, JudgedCases]) -> str:
    """The table of parts called "validation", "test", "fold-1" and so on; all of the same classes.

    Columns: part, case, patient, label, distance (empty where there is none), one a class with the
    natural logarithm of its probability before calibration, and traits as "trait=group" joined by
    "|". Numbers are exact.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    labels = next(iter(parts.values())).labels
    writer.writerow((*_NAMED, *map(guarded, labels), "traits"))
    for part, cases in parts.items():
        writer.writerows(_row(part, cases, number) for number in range(len(cases.keys)))
    return text.getvalue()


def load_judged(folder: Path, labels: Sequence[str]) -> dict[str, JudgedCases]:
    """The parts in the model folder, whose hashes `load_card` has compared before.

    Parameters
    ----------
    folder
        A model folder; nothing is found in that of a checkpoint.
    labels
        The classes on its card.

    Raises
    ------
    RefusedModel
        If the table is not one of `judged_text` for these classes.
    """
    path = folder / PREDICTIONS
    if not path.exists():
        return {}
    try:
        if path.stat().st_size > LARGEST_TABLE:
            raise ValueError("too large")
        text = path.read_bytes().decode("utf-8", TEXT_ERRORS)
        return read_judged(text, tuple(labels))
    except (OSError, ValueError, csv.Error) as error:
        raise damaged_model(folder, _("its predictions cannot be read")) from error


def read_judged(text: str, labels: tuple[str, ...]) -> dict[str, JudgedCases]:
    """The parts of a `judged_text`; raises `ValueError` or `csv.Error` for any other text."""
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    head = next(rows, [])
    if [unguarded(cell) for cell in head] != [*_NAMED, *labels, "traits"]:
        raise ValueError("other columns than expected")
    parts: dict[str, list[list[str]]] = {}
    for row in rows:
        if len(row) != len(head) or not _PART.fullmatch(row[0]):
            raise ValueError(f"a row is not whole: {row[:1]}")
        parts.setdefault(row[0], []).append(row)
    return {part: _cases(found, labels) for part, found in parts.items()}


def _row(part: str, cases: JudgedCases, number: int) -> list[str]:
    distance = repr(float(cases.distances[number])) if len(cases.distances) else ""
    return [
        part,
        guarded(cases.keys[number]),
        guarded(cases.patients[number]),
        guarded(cases.labels[cases.truth[number]]),
        distance,
        *(repr(value) for value in cases.logits[number].tolist()),
        guarded(_traits_cell(cases.traits[number])),
    ]


def _cases(rows: list[list[str]], labels: tuple[str, ...]) -> JudgedCases:
    numbers = {label: number for number, label in enumerate(labels)}
    if any(unguarded(row[3]) not in numbers for row in rows):
        raise ValueError("a class is not one of the model's")
    first = len(_NAMED)
    logits = np.array([[float(cell) for cell in row[first:-1]] for row in rows])
    has_distances = any(row[4] for row in rows)
    distances = np.array([float(row[4]) for row in rows] if has_distances else [], np.float64)
    if not np.isfinite(logits).all() or not np.isfinite(distances).all():
        raise ValueError("a number is not finite")
    patients = tuple(unguarded(row[2]) for row in rows)
    if not all(patients):
        raise ValueError("a patient is missing")
    return JudgedCases(
        labels=labels,
        keys=tuple(unguarded(row[1]) for row in rows),
        patients=patients,
        truth=np.array([numbers[unguarded(row[3])] for row in rows], np.int64),
        logits=logits,
        distances=distances,
        traits=tuple(_traits(unguarded(row[-1])) for row in rows),
    )


def _traits_cell(traits: Traits) -> str:
    return "|".join(f"{_escaped(trait)}={_escaped(group)}" for trait, group in traits)


def _traits(cell: str) -> Traits:
    found = []
    for pair in cell.split("|") if cell else []:
        trait, mark, group = pair.partition("=")
        if not mark or "=" in group:
            raise ValueError(f"{pair!r} is no trait")
        found.append((_unescaped(trait), _unescaped(group)))
    return tuple(found)


def _escaped(text: str) -> str:
    for character, escape in _ESCAPES:
        text = text.replace(character, escape)
    return text


def _unescaped(text: str) -> str:
    for character, escape in reversed(_ESCAPES):
        text = text.replace(escape, character)
    return text
