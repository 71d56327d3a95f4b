"""The model shelf: a model is a folder with its card, weights, split and the hashes of all.

A model that was judged also has its predictions and the features it compares with. Nothing in it
is ever run: the networks are rebuilt from our own recipes. What was changed, even by a bit, is
refused with a reason.
"""

import csv
import hashlib
import io
import json
import re
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.cases import PARTS
from precmed_gui.diagnosis.errors import FailedStorage, RefusedModel
from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.diagnosis.storage import atomic_folder, recover_folder
from precmed_gui.diagnosis.work import CancelToken, Report
from precmed_gui.language import _
from precmed_gui.learning.card_check import checked_card
from precmed_gui.learning.kept_features import KeptFeatures, as_arrays, from_arrays
from precmed_gui.learning.table_cells import guarded, unguarded
from precmed_gui.places import shipped_models_folder

CARD = "card.json"
WEIGHTS = "weights.safetensors"
SPLIT = "split.csv"
SUMS = "SHA256SUMS"
PREDICTIONS = "predictions.csv"
REFERENCE = "reference.safetensors"
CHECKPOINTS_SUFFIX = ".checkpoints"
TEXT_ERRORS = "surrogatepass"
"""File names may hold what is no text; they are read back as they were written."""
LONGEST_USE = 2000
_SPLIT_HEAD = ["part", "label", "case", "pixels"]
_FILES = (CARD, SPLIT, WEIGHTS)
_PAIR = (PREDICTIONS, REFERENCE)
"""Both or none: a checkpoint has neither."""
_SUM_LINE = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9._-]+)")
_LARGEST_CARD = 16 * 1024**2
_LARGEST_WEIGHTS = 1024**3
_LARGEST_REFERENCE = 256 * 1024**2

Weights = dict[str, NDArray[np.float32]]
"""The arrays of a model's networks by the path of their layer."""


@dataclass(frozen=True, slots=True)
class SplitRow:
    """One case in split.csv: its part, class, name, and the fingerprint of its pixels.

    The name is that of `case_names.case_name`.
    """

    part: str
    label: str
    case: str
    pixels: str


@dataclass(frozen=True)
class ModelContents:
    """Everything in a model folder.

    Parameters
    ----------
    card, weights, rows
        What it is, its networks' weights, and which case was in which part.
    tables
        A `judged_text`; "" for a checkpoint.
    reference
        What the gate compares with; None for a checkpoint.
    """

    card: ModelCard
    weights: Mapping[str, NDArray[np.float32]]
    rows: Iterable[SplitRow]
    tables: str = ""
    reference: KeptFeatures | None = None


@dataclass(frozen=True, slots=True)
class ShelvedModel:
    """A folder on a shelf: its card, or the reason why it is not a model."""

    folder: Path
    card: ModelCard | None
    reason: str = ""


def save_model(folder: Path, contents: ModelContents) -> None:
    """Make `folder` this model, or leave what was there.

    Raises
    ------
    FailedStorage
        If the disk refuses.
    """
    from safetensors.numpy import save

    files = {
        CARD: _card_bytes(contents.card),
        SPLIT: _split_text(contents.rows).encode("utf-8", TEXT_ERRORS),
        WEIGHTS: bytes(save(dict(contents.weights))),
    }
    if contents.reference is not None:
        files[PREDICTIONS] = contents.tables.encode("utf-8", TEXT_ERRORS)
        files[REFERENCE] = bytes(save(as_arrays(contents.reference)))
    with atomic_folder(folder) as partial:
        for name, content in files.items():
            (partial / name).write_bytes(content)
        _write_sums(partial)


def state_intended_use(folder: str, text: str, report: Report, cancel: CancelToken) -> ModelCard:
    """Write on the card of a model what it is for, in the user's words; returns the new card.

    Parameters
    ----------
    folder
        A model of the user's.
    text
        Trimmed, and cut after `LONGEST_USE` characters.

    Raises
    ------
    RefusedModel
        If the folder is no model, damaged or foreign.
    FailedStorage
        If the model came with the program, or the disk refuses; then all is as it was.
    """
    place = Path(folder)
    if place.resolve().is_relative_to(shipped_models_folder().resolve()):
        raise FailedStorage(
            _("“{name}” came with the program and cannot be changed.").format(name=place.name),
            _("Save a copy of it, and say there what it is for."),
        )
    card = replace(load_card(place), intended_use=text.strip()[:LONGEST_USE].strip())
    with atomic_folder(place) as partial:
        for name in (*_FILES, *_present_pair(place)):
            shutil.copyfile(place / name, partial / name)
        (partial / CARD).write_bytes(_card_bytes(card))
        _write_sums(partial)
    return card


def _card_bytes(card: ModelCard) -> bytes:
    text = json.dumps(card.to_json(), indent=2, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def _write_sums(folder: Path) -> None:
    """Write the hashes of the model's files in `folder`."""
    lines = [
        f"{_sum(path)}  {path.name}\n"
        for path in sorted(folder.iterdir())
        if path.name in (*_FILES, *_PAIR)
    ]
    (folder / SUMS).write_text("".join(lines), encoding="ascii", newline="\n")


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _present_pair(folder: Path) -> tuple[str, ...]:
    return tuple(name for name in _PAIR if (folder / name).is_file())


def load_card(folder: Path, *, verify: bool = True) -> ModelCard:
    """The card of the model in `folder`.

    Parameters
    ----------
    folder
        A model folder.
    verify
        Whether to compare every file with its hash first.

    Raises
    ------
    RefusedModel
        If the folder is no model, damaged, foreign, or for another modality.
    """
    if not folder.is_dir():
        with suppress(OSError):
            recover_folder(folder)
    if not folder.is_dir():
        raise RefusedModel(
            _("There is no model in “{folder}”.").format(folder=folder), _choose_another()
        )
    pair = _present_pair(folder)
    wanted = (*_FILES, SUMS, *(_PAIR if pair else ()))
    missing = [name for name in wanted if not (folder / name).is_file()]
    if set(missing) >= {*_FILES, SUMS}:
        raise RefusedModel(
            _("“{folder}” is not a model of PrecMed.").format(folder=folder), _choose_another()
        )
    if missing:
        raise _missing(folder, missing)
    if verify:
        _verify(folder, {*_FILES, *pair})
    card = checked_card(_read_card(folder / CARD))
    if card.gate is not None and not pair:
        raise _missing(folder, _PAIR)
    return card


def load_reference(folder: Path) -> KeptFeatures | None:
    """What the gate compares with; None for a checkpoint. `load_card` has compared the hashes.

    Raises
    ------
    RefusedModel
        If the file does not hold it.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    path = folder / REFERENCE
    if not path.exists():
        return None
    try:
        if path.stat().st_size > _LARGEST_REFERENCE:
            raise ValueError("too large")
        return from_arrays(load(path.read_bytes()))
    except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
        raise damaged_model(folder, _("what it knows of its training images is lost")) from error


def load_weights(folder: Path) -> Weights:
    """The arrays in `folder`, whose hashes `load_card` has compared before.

    Raises
    ------
    RefusedModel
        If the file does not hold finite float32 arrays.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        if (folder / WEIGHTS).stat().st_size > _LARGEST_WEIGHTS:
            raise ValueError
        weights: Weights = load((folder / WEIGHTS).read_bytes())
    except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
        raise damaged_model(folder, _("its weights cannot be read")) from error
    if not all(
        array.dtype == np.float32 and np.isfinite(array).all() for array in weights.values()
    ):
        raise damaged_model(folder, _("its weights are not numbers"))
    return weights


def check_weights(weights: Weights, wanted: Mapping[str, tuple[int, ...]], folder: Path) -> None:
    """Raise `RefusedModel` unless names and shapes are exactly those of the network."""
    if {name: array.shape for name, array in weights.items()} != dict(wanted):
        raise damaged_model(folder, _("its weights belong to another network than its card says"))


def split_rows(folder: Path) -> tuple[SplitRow, ...]:
    """Which case was in which part; raises `RefusedModel` if that cannot be read."""
    try:
        text = (folder / SPLIT).read_bytes().decode("utf-8", TEXT_ERRORS)
        head, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        if head != _SPLIT_HEAD or any(len(row) != len(head) for row in rows):
            raise ValueError("other columns than expected")
        found = tuple(
            SplitRow(part, unguarded(label), unguarded(case), pixels)
            for part, label, case, pixels in rows
        )
        if any(row.part not in PARTS for row in found):
            raise ValueError("an unknown part")
    except (OSError, ValueError, csv.Error) as error:
        raise damaged_model(folder, _("its split cannot be read")) from error
    return found


def model_digest(folder: Path) -> str:
    """What changes when any file of the model changes; "" where there is none."""
    try:
        return hashlib.sha256((folder / SUMS).read_bytes()).hexdigest()
    except OSError:
        return ""


def list_models(*shelves: Path) -> tuple[ShelvedModel, ...]:
    """The models on `shelves`, newest first; a damaged one comes with its reason."""
    found: list[ShelvedModel] = []
    for shelf in shelves:
        folders = (
            [folder for folder in shelf.iterdir() if _is_shown(folder)] if shelf.is_dir() else []
        )
        for folder in sorted(folders):
            try:
                found.append(ShelvedModel(folder, load_card(folder)))
            except RefusedModel as error:
                found.append(ShelvedModel(folder, None, error.message))
    return tuple(
        sorted(found, key=lambda model: model.card.trained_at if model.card else "", reverse=True)
    )


def _is_shown(folder: Path) -> bool:
    if (
        not folder.is_dir()
        or folder.name.startswith(".")
        or folder.name.endswith(CHECKPOINTS_SUFFIX)
    ):
        return False
    return (folder / CARD).exists() or (folder / SUMS).exists()


def _split_text(rows: Iterable[SplitRow]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_SPLIT_HEAD)
    writer.writerows((row.part, guarded(row.label), guarded(row.case), row.pixels) for row in rows)
    return text.getvalue()


def _verify(folder: Path, names: set[str]) -> None:
    """Refuse a folder one of whose files is not what it was when it was saved."""
    try:
        text = (folder / SUMS).read_bytes().decode("ascii")
        lines = [_SUM_LINE.fullmatch(line) for line in text.split("\n")[:-1]]
        sums = {match[2]: match[1] for match in lines if match}
        if {*_FILES} <= names < set(sums) <= {*_FILES, *_PAIR}:
            raise _missing(folder, sorted(set(sums) - names))
        is_sound = text.endswith("\n") and all(lines) and len(lines) == len(names)
        if not is_sound or set(sums) != names:
            raise damaged_model(folder, _("its list of hashes is not whole"))
        for name, wanted in sums.items():
            if _sum(folder / name) != wanted:
                raise damaged_model(folder, _("“{name}” was changed").format(name=name))
    except (OSError, UnicodeDecodeError) as error:
        raise damaged_model(folder, _("its list of hashes is not whole")) from error


def _read_card(path: Path) -> ModelCard:
    try:
        if path.stat().st_size > _LARGEST_CARD:
            raise ValueError
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise damaged_model(path.parent, _("its card cannot be read")) from error
    if not isinstance(document, dict):
        raise damaged_model(path.parent, _("its card cannot be read"))
    return ModelCard.from_json(document)


def _missing(folder: Path, names: Iterable[str]) -> RefusedModel:
    return damaged_model(
        folder, _("these files are missing: {names}").format(names=", ".join(names))
    )


def damaged_model(folder: Path, reason: str) -> RefusedModel:
    """What to tell of a model folder that is not as it was saved."""
    return RefusedModel(
        _("The model in “{folder}” is damaged: {reason}.").format(folder=folder, reason=reason),
        _("Copy it again from where it came, or choose another model."),
    )


def _choose_another() -> str:
    return _("Choose a model folder: it holds card.json and weights.safetensors.")
