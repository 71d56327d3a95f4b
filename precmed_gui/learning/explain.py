"""Which parts of an image an answer hangs on, as a work function for window and command line."""

import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from precmed_gui.diagnosis.cases import Case, slice_case
from precmed_gui.diagnosis.errors import PrecmedError, UnreadableFile
from precmed_gui.diagnosis.explanation import Explanation, MapMethod
from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.diagnosis.work import CancelToken, Report, Step, ignore
from precmed_gui.language import _
from precmed_gui.learning.attribution import Plane
from precmed_gui.learning.ensemble import (
    Ensemble,
    build_ensemble,
    set_ensemble_weights,
    wanted_weights,
)
from precmed_gui.learning.map_checks import STEPS, Asked, Explained, asked, checked, strength_of
from precmed_gui.learning.predict import answered, loaded_model, network_input, predict
from precmed_gui.learning.shelf import check_weights, load_weights, model_digest
from precmed_gui.learning.slices import chosen_slices, is_seen_by_slice, middle_slice
from precmed_gui.modalities import modality

USUAL: MapMethod = "class-activation"


@dataclass(frozen=True, slots=True)
class MapWish:
    """What map is wanted.

    Parameters
    ----------
    case
        Of which image.
    label
        Of which class of the model; "": the most probable.
    slice_number
        Of which slice, from 1; 0: the one that counts most, where the model looks at each, else
        the middle one.
    method
        "class-activation" or "gradient".
    """

    case: Case
    label: str = ""
    slice_number: int = 0
    method: MapMethod = USUAL


def explain(
    model_folder: str,
    case: Case,
    label: str,
    slice_number: int,
    report: Report,
    cancel: CancelToken,
) -> Explanation:
    """`explained` by the method that found known nodules best."""
    return explained(model_folder, MapWish(case, label, slice_number), report, cancel)


def explained(model_folder: str, wish: MapWish, report: Report, cancel: CancelToken) -> Explanation:
    """What an answer hangs on, at the image's own resolution, with its checks.

    Both methods work for every recipe; "class-activation" is the usual one. On synthetic chest
    pictures whose nodule is known (fresh seeds, see `map_checks.checked`), where the model was
    right, its strongest place lay in the nodule or touched it in 51 of 55 cases (small network), 51
    of 53 (pretrained) and 54 of 54 (fine-tuned); of the gradient at the image in 40, 51 and 54. Of
    the network of the article it did in 14 of 30, and no map passed its check. Of the plain
    class-activation map of the last layer it lay there in 0 to 29 %, of blurred patches slid over
    the image (occlusion) in 61 to 78 %, at twenty times the cost.

    The map is of the image itself: where a model averages moved views, not of those. It is made
    of a case that the model refuses too; whoever shows it must say so.

    Returns
    -------
    Explanation
        `slice_strengths` is each slice's own probability of the class before calibration (0 where
        it cannot be read), if the model looks at each slice and none was asked for.

    Raises
    ------
    RefusedModel
        If the folder is no model, damaged, foreign, or for another modality.
    UnreadableFile
        If the image cannot be read, or is smaller than the network takes.
    PrecmedError
        If the model has no class called so, or the case no such slice.
    """
    folder = Path(model_folder)
    maps = _maps(folder.resolve(), model_digest(folder))
    began = time.monotonic()
    label = wish.label or _most_probable(model_folder, wish.case, cancel)
    number = _class_number(maps.card, label)
    _require_slice(wish)
    slice_number, strengths = _chosen_slice(folder, wish, number, report, cancel)
    report(Step(_("Working out what the answer hangs on"), 0, 0))
    one = slice_case(wish.case, slice_number)
    picture = modality(maps.card.modality).read(one, maps.card.window)
    image = network_input(picture, maps.card)
    cancel.raise_if_set()
    found = Explained(image, number, wish.method, maps.ask.own(image, number, STEPS))
    cancel.raise_if_set()
    checks = checked(found, maps.ask)
    cancel.raise_if_set()
    strength = _enlarged(strength_of(found.plane), *picture.shape[:2])
    seconds = time.monotonic() - began
    return Explanation(
        wish.case, slice_number, label, wish.method, strength, checks, seconds, strengths
    )


@dataclass(frozen=True)
class _Maps:
    """A model ready to be asked for maps."""

    card: ModelCard
    ask: Asked


@lru_cache(maxsize=4)
def _maps(folder: Path, _digest: str) -> _Maps:
    card = loaded_model(folder).card
    return _Maps(card, asked(card, _filled(build_ensemble(card), folder)))


def _filled(ensemble: Ensemble, folder: Path) -> Ensemble:
    weights = load_weights(folder)
    check_weights(weights, wanted_weights(ensemble.networks), folder)
    set_ensemble_weights(ensemble.networks, weights)
    return ensemble


def _most_probable(model_folder: str, case: Case, cancel: CancelToken) -> str:
    answers = predict(model_folder, (case,), ignore, cancel)
    if not answers.predictions:
        raise UnreadableFile(answers.unreadable[0].reason)
    return answers.predictions[0].label


def _class_number(card: ModelCard, label: str) -> int:
    if label not in card.labels:
        raise PrecmedError(
            _("The model has no class called “{name}”.").format(name=label),
            _("Choose one of: {names}.").format(names=", ".join(card.labels)),
        )
    return card.labels.index(label)


def _require_slice(wish: MapWish) -> None:
    if not 0 <= wish.slice_number <= wish.case.slices:
        raise PrecmedError(
            _("The case has no slice {number}.").format(number=wish.slice_number),
            _("Choose a slice from 1 to {count}.").format(count=wish.case.slices),
        )


def _chosen_slice(
    folder: Path, wish: MapWish, number: int, report: Report, cancel: CancelToken
) -> tuple[int, tuple[float, ...]]:
    """Which slice to show, and, where nobody chose, how probable each makes the class."""
    if wish.slice_number:
        return wish.slice_number, ()
    case, model = wish.case, loaded_model(folder)
    if not is_seen_by_slice(case, model.card.slices):
        return middle_slice(case), ()
    slices = chosen_slices(case, model.card.slices)
    known: dict[str, float] = {}
    done = 0
    for answers in answered(model, slices, cancel):
        if answers.said:
            for one, row in zip(answers.said.cases, answers.said.probabilities, strict=True):
                known[one.key] = float(row[number])
        done += len(answers.unreadable) + (len(answers.said.cases) if answers.said else 0)
        report(Step(_("Looking at the slices"), done, len(slices)))
    strengths = tuple(known.get(one.key, 0.0) for one in slices)
    return int(np.argmax(strengths)) + 1, strengths


def _enlarged(strength: Plane, height: int, width: int) -> Plane:
    """At the image's resolution, the strongest place 1."""
    from PIL import Image

    wide = Image.fromarray(strength).resize((width, height), Image.Resampling.BICUBIC)
    plane = np.clip(np.asarray(wide, np.float32), 0, None)
    highest = float(plane.max())
    return plane / np.float32(highest) if highest > 0 else plane
