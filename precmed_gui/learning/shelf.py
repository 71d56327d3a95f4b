"""The model shelf: a model is a folder with its card, weights, split and the hashes of all three.

Nothing in it is ever run: the network is rebuilt from our own recipe. What was changed, even by a
bit, is refused with a reason.
"""

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.errors import RefusedModel
from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.diagnosis.storage import atomic_folder, recover_folder
from precmed_gui.language import _
from precmed_gui.modalities import modality

CARD = "card.json"
WEIGHTS = "weights.safetensors"
SPLIT = "split.csv"
SUMS = "SHA256SUMS"
CHECKPOINTS_SUFFIX = ".checkpoints"
_FILES = (CARD, SPLIT, WEIGHTS)
_SUM_LINE = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9._-]+)")
_LARGEST_CARD = 16 * 1024**2
_LARGEST_WEIGHTS = 1024**3

Weights = dict[str, NDArray[np.float32]]
"""The arrays of a network by the path of their layer."""


@dataclass(frozen=True, slots=True)
class SplitRow:
    """One case in split.csv: its part, class, name, and the fingerprint of its pixels."""

    part: str
    label: str
    case: str
    pixels: str


@dataclass(frozen=True, slots=True)
class ShelvedModel:
    """A folder on a shelf: its card, or the reason why it is not a model."""

    folder: Path
    card: ModelCard | None
    reason: str = ""


def save_model(
    folder: Path,
    card: ModelCard,
    weights: Mapping[str, NDArray[np.float32]],
    rows: Iterable[SplitRow],
) -> None:
    """Make `folder` this model, or leave what was there.

    Raises
    ------
    FailedStorage
        If the disk refuses.
    """
    from safetensors.numpy import save

    contents = {
        CARD: json.dumps(card.to_json(), indent=2, ensure_ascii=False).encode(
            "utf-8", "backslashreplace"
        )
        + b"\n",
        SPLIT: _split_text(rows).encode("utf-8", "backslashreplace"),
        WEIGHTS: bytes(save(dict(weights))),
    }
    sums = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n"
        for name, content in sorted(contents.items())
    )
    with atomic_folder(folder) as partial:
        for name, content in contents.items():
            (partial / name).write_bytes(content)
        (partial / SUMS).write_text(sums, encoding="ascii", newline="\n")


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
    missing = [name for name in (*_FILES, SUMS) if not (folder / name).is_file()]
    if len(missing) > len(_FILES):
        raise RefusedModel(
            _("“{folder}” is not a model of PrecMed.").format(folder=folder), _choose_another()
        )
    if missing:
        raise _damaged(
            folder, _("these files are missing: {names}").format(names=", ".join(missing))
        )
    if verify:
        _verify(folder)
    return _checked(_read_card(folder / CARD))


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
        raise _damaged(folder, _("its weights cannot be read")) from error
    if not all(
        array.dtype == np.float32 and np.isfinite(array).all() for array in weights.values()
    ):
        raise _damaged(folder, _("its weights are not numbers"))
    return weights


def check_weights(weights: Weights, wanted: Mapping[str, tuple[int, ...]], folder: Path) -> None:
    """Raise `RefusedModel` unless names and shapes are exactly those of the network."""
    if {name: array.shape for name, array in weights.items()} != dict(wanted):
        raise _damaged(folder, _("its weights belong to another network than its card says"))


def split_rows(folder: Path) -> tuple[SplitRow, ...]:
    """Which case was in which part; raises `RefusedModel` if that cannot be read."""
    try:
        with (folder / SPLIT).open(encoding="utf-8", newline="") as file:
            return tuple(SplitRow(**row) for row in csv.DictReader(file))
    except (OSError, TypeError, ValueError, csv.Error) as error:
        raise _damaged(folder, _("its split cannot be read")) from error


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
    writer.writerow(("part", "label", "case", "pixels"))
    writer.writerows((row.part, row.label, row.case, row.pixels) for row in rows)
    return text.getvalue()


def _verify(folder: Path) -> None:
    """Refuse a folder one of whose files is not what it was when it was saved."""
    try:
        text = (folder / SUMS).read_bytes().decode("ascii")
        lines = [_SUM_LINE.fullmatch(line) for line in text.split("\n")[:-1]]
        sums = {match[2]: match[1] for match in lines if match}
        is_sound = text.endswith("\n") and all(lines) and len(lines) == len(_FILES)
        if not is_sound or set(sums) != set(_FILES):
            raise _damaged(folder, _("its list of hashes is not whole"))
        for name, wanted in sums.items():
            with (folder / name).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != wanted:
                    raise _damaged(folder, _("“{name}” was changed").format(name=name))
    except (OSError, UnicodeDecodeError) as error:
        raise _damaged(folder, _("its list of hashes is not whole")) from error


def _read_card(path: Path) -> ModelCard:
    try:
        if path.stat().st_size > _LARGEST_CARD:
            raise ValueError
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise _damaged(path.parent, _("its card cannot be read")) from error
    if not isinstance(document, dict):
        raise _damaged(path.parent, _("its card cannot be read"))
    return ModelCard.from_json(document)


def _checked(card: ModelCard) -> ModelCard:
    """`card`, if this version can rebuild its network; a card from elsewhere may say anything."""
    texts = (card.name, card.modality, card.recipe, card.trained_at, card.source, card.notes)
    figures = (*card.test.values(), *card.settings.values())
    if not all(isinstance(text, str) for text in texts) or not all(
        figure is None or isinstance(figure, (int, float)) for figure in figures
    ):
        raise _nonsense()
    recipe = modality(card.modality).recipes().get(card.recipe)
    if recipe is None:
        raise RefusedModel(
            _("This version of PrecMed has no network called “{name}”.").format(name=card.recipe),
            _("Open the model with the version named on its card, or train again."),
        )
    smallest, largest = recipe.image_sizes
    numbers = (card.image_size, card.channels, card.full_scale)
    is_sound = (
        all(type(number) is int for number in numbers)
        and smallest <= card.image_size <= largest
        and card.channels in (1, 3)
        and card.full_scale in {(1 << bits) - 1 for bits in range(8, 17)}
        and 2 <= len(set(card.labels)) == len(card.labels) <= 1000
    )
    if not is_sound:
        raise _nonsense()
    return card


def _nonsense() -> RefusedModel:
    return RefusedModel(_("The model's card contradicts itself."), _choose_another())


def _damaged(folder: Path, reason: str) -> RefusedModel:
    return RefusedModel(
        _("The model in “{folder}” is damaged: {reason}.").format(folder=folder, reason=reason),
        _("Copy it again from where it came, or choose another model."),
    )


def _choose_another() -> str:
    return _("Choose a model folder: it holds card.json and weights.safetensors.")
