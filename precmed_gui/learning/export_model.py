"""A model leaves PrecMed: as Keras, SavedModel or ONNX, checked to say what PrecMed says.

Used by `precmed export` and the window. What is not proven equal is not left behind.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from hashlib import file_digest
from itertools import islice
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

import precmed_gui
from precmed_gui.cohorts.case_names import case_file, case_item
from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.errors import FailedStorage, PrecmedError, UnreadableFile
from precmed_gui.diagnosis.pictures import Pixels
from precmed_gui.diagnosis.storage import atomic_folder
from precmed_gui.diagnosis.work import CancelToken, Report, Step
from precmed_gui.evaluation.evaluating import shown
from precmed_gui.language import _
from precmed_gui.learning.export_formats import FORMATS, Ask, Format, require_packages
from precmed_gui.learning.export_network import INPUT, OUTPUT, predictor
from precmed_gui.learning.export_texts import LEFT_OUT, check_text, readme
from precmed_gui.learning.predict import loaded_model, network_input
from precmed_gui.learning.shelf import load_weights, model_digest, split_rows
from precmed_gui.learning.verdicts import LoadedModel, logits_of
from precmed_gui.modalities import modality

TOLERANCE = 1e-5
IMAGES = 50
"""What an export is compared on: half of them the model's own, where they are still there."""
CARD, README = "card.json", "README.txt"
_BATCH = 25
_BITS_8 = 255


@dataclass(frozen=True, slots=True)
class ExportedModel:
    """An export that was checked.

    Parameters
    ----------
    folder, file, kind
        Where it is, what the model in it is called, and in which format.
    images, own_images
        It was compared with PrecMed on so many, of which so many were the model's own.
    largest_difference
        Of a probability among them; at most `TOLERANCE`.
    """

    folder: str
    file: str
    kind: str
    images: int
    own_images: int
    largest_difference: float


@dataclass(frozen=True)
class _Compared:
    images: NDArray[np.float32]
    own: int
    difference: float = 0.0


def export_model(
    model_folder: str, kind: str, out_folder: str, report: Report, cancel: CancelToken
) -> ExportedModel:
    """Write the whole predictor of a model into a new folder, and prove that it says the same.

    The file takes what `predict.network_input` makes of a picture, and gives the probabilities
    that PrecMed shows: views, members, mean and calibration are in it; sets, gate and refusals are
    not. Beside it stand README.txt and card.json.

    Parameters
    ----------
    model_folder
        A model of the shelf.
    kind
        One of `export_formats.KINDS`.
    out_folder
        Must be absent or empty.

    Raises
    ------
    RefusedModel
        If the folder is no model, damaged or foreign.
    FailedStorage
        If `out_folder` holds something, or the disk refuses.
    PrecmedError
        If a package is missing, or the export differs from PrecMed by more than `TOLERANCE`;
        nothing is left behind.
    """
    place, form = Path(out_folder), FORMATS[kind]
    require_packages(kind)
    _require_empty(place)
    folder = Path(model_folder)
    model = loaded_model(folder)
    cancel.raise_if_set()
    network = predictor(model.card, load_weights(folder))
    with atomic_folder(place) as partial:
        report(Step(_("Writing the model"), 0, 0))
        form.write(network, partial / form.file)
        wanted = _compared_images(model, folder, cancel)
        found = _checked(form.open(partial / form.file), model, wanted, report, cancel)
        _write_about(partial, model, kind, found, model_digest(folder))
    count = len(found.images)
    return ExportedModel(str(place), form.file, kind, count, found.own, found.difference)


def _require_empty(place: Path) -> None:
    try:
        is_used = place.exists() and (not place.is_dir() or any(place.iterdir()))
    except OSError:
        is_used = True
    if is_used:
        raise FailedStorage(
            _("“{name}” exists already and holds something else.").format(name=place),
            _("Choose an empty folder or a new name."),
        )


def _compared_images(model: LoadedModel, folder: Path, cancel: CancelToken) -> _Compared:
    """Inputs of the networks: the model's own images, synthetic ones, and these with noise."""
    own = list(islice(_own_inputs(model, folder, cancel), IMAGES // 2))
    drawn = _drawn_inputs(model, IMAGES - len(own))
    return _Compared(np.stack([*own, *drawn]), len(own))


def _own_inputs(
    model: LoadedModel, folder: Path, cancel: CancelToken
) -> Iterator[NDArray[np.float32]]:
    card, kind = model.card, modality(model.card.modality)
    for row in split_rows(folder):
        cancel.raise_if_set()
        if row.part != "test" or not card.source_folder:
            continue
        name = case_file(row.case, card.source_folder)
        case = Case(name, item=case_item(row.case))
        try:
            yield network_input(kind.read(case, card.window), card)
        except UnreadableFile:
            return


def _drawn_inputs(model: LoadedModel, count: int) -> list[NDArray[np.float32]]:
    card = model.card
    random = np.random.default_rng(0)
    side, channels = card.image_size, card.channels
    inputs = []
    for number, picture in enumerate(modality(card.modality).drawn(count, side)):
        drawn = picture if channels == 1 else _coloured(picture)
        image = network_input(drawn, card)
        if number % 2:
            image = (image + random.random(image.shape, np.float32)) * np.float32(0.5)
        inputs.append(image)
    return inputs


def _coloured(picture: Pixels) -> Pixels:
    """Three channels that differ, so that their order counts."""
    return cast(Pixels, np.stack([picture, picture[::-1], picture.T], axis=2))


def _checked(
    ask: Ask, model: LoadedModel, wanted: _Compared, report: Report, cancel: CancelToken
) -> _Compared:
    """`wanted` with the largest difference; raises `PrecmedError` where that is too large."""
    stage, largest = _("Comparing with PrecMed"), 0.0
    for start in range(0, len(wanted.images), _BATCH):
        cancel.raise_if_set()
        some = wanted.images[start : start + _BATCH]
        away = np.abs(ask(some) - probabilities_shown(model, some)).max()
        largest = max(largest, float(np.nan_to_num(away, nan=1.0)))
        report(Step(stage, start + len(some), len(wanted.images)))
    if largest > TOLERANCE:
        raise PrecmedError(
            _("The exported model does not say the same as PrecMed: a probability differs by "
              "{difference}.").format(difference=f"{largest:.1e}"),
            _("It was removed. Choose another format."),
        )  # fmt: skip
    return replace(wanted, difference=largest)


def probabilities_shown(model: LoadedModel, images: NDArray[np.float32]) -> NDArray[np.float64]:
    """What PrecMed shows for (n, size, size, channels) inputs of its networks: (n, classes)."""
    exact = model.run(images)[0].astype(np.float64)
    exact /= exact.sum(axis=1, keepdims=True)
    return shown(logits_of(exact), model.card.calibration)


def _write_about(
    partial: Path, model: LoadedModel, kind: str, found: _Compared, digest: str
) -> None:
    """README.txt and card.json: the model's card without the user's folders, and the export."""
    form, card = FORMATS[kind], replace(model.card, source_folder="")
    check = check_text(len(found.images), found.own, found.difference)
    document = card.to_json() | {
        "export": {
            "kind": kind,
            "precmed": precmed_gui.__version__,
            "model_digest": digest,
            "input": _input_document(model),
            "output": {"name": OUTPUT, "shape": ["n", len(card.labels)]}
            | {"dtype": "float32", "labels": list(card.labels), "calibrated": True},
            "not_included": list(LEFT_OUT),
            "checked": {"images": len(found.images), "own_images": found.own}
            | {"largest_difference": found.difference, "tolerance": TOLERANCE},
            "sha256": _sums(partial, form),
        }
    }
    text = json.dumps(document, indent=2, ensure_ascii=False)
    (partial / CARD).write_bytes(text.encode("utf-8", "backslashreplace") + b"\n")
    about = readme(card, form, check)
    (partial / README).write_bytes(about.encode("utf-8", "backslashreplace"))


def _input_document(model: LoadedModel) -> dict[str, Any]:
    card = model.card
    return {
        "name": INPUT,
        "shape": ["n", card.image_size, card.image_size, card.channels],
        "dtype": "float32",
        "range": [0, 1],
        "full_scale": {"8 bits": _BITS_8, "16 bits": _wide_scale(card.full_scale)},
        "window": asdict(card.window) if card.window else None,
    }


def _wide_scale(full_scale: int) -> int | str:
    return full_scale if full_scale > _BITS_8 else "smallest 2^k - 1 that no pixel exceeds, k >= 8"


def _sums(partial: Path, form: Format) -> dict[str, str]:
    """The SHA-256 of every file of the model, by its path in the folder."""
    whole = partial / form.file
    files = [whole] if whole.is_file() else [path for path in whole.rglob("*") if path.is_file()]
    sums = {}
    for path in sorted(files):
        with path.open("rb") as file:
            sums[path.relative_to(partial).as_posix()] = file_digest(file, "sha256").hexdigest()
    return sums
