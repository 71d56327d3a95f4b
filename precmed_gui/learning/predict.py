"""What a model on the shelf says about images: streamed, and fast from the second call on."""

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from precmed_gui.cohorts.case_names import case_key
from precmed_gui.cohorts.picture_facts import fingerprint, fingerprint_of_slices
from precmed_gui.diagnosis.cases import Case, Unreadable
from precmed_gui.diagnosis.errors import RefusedModel, UnreadableFile
from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.diagnosis.pictures import Pixels
from precmed_gui.diagnosis.prediction import CasesRead, Prediction, PredictionList
from precmed_gui.diagnosis.work import CancelToken, Report
from precmed_gui.language import _
from precmed_gui.learning.brightness import unit_factors
from precmed_gui.learning.ensemble import (
    Run,
    build_ensemble,
    set_ensemble_weights,
    traced,
    wanted_weights,
)
from precmed_gui.learning.gate import Look, look_at
from precmed_gui.learning.kept_features import KeptFeatures
from precmed_gui.learning.shelf import (
    Weights,
    check_weights,
    damaged_model,
    load_card,
    load_reference,
    load_weights,
    model_digest,
    split_rows,
)
from precmed_gui.learning.slices import chosen_slices, is_seen_by_slice
from precmed_gui.learning.verdicts import (
    LoadedModel,
    Said,
    prediction_of_slices,
    predictions_of,
)
from precmed_gui.learning.warm_up import warm_up
from precmed_gui.modalities import modality, open_cohort

_BATCH, _LARGEST_BATCH = 32, 64
_QUICK_SECONDS = 0.05
"""A network that answers a batch so fast gets larger ones; a slow one would not hear Stop."""
_FIRST_SECONDS, _LATER_SECONDS = 0.1, 0.5
"""Images read for so long go to the networks together: the first soon, later ones many at once."""


@dataclass(frozen=True)
class Answers:
    """What was found out about some cases.

    Parameters
    ----------
    said
        Of those that could be read; None where none could.
    fingerprints
        Of the same, where they were asked for.
    unreadable
        The others.
    """

    said: Said | None
    fingerprints: tuple[str, ...]
    unreadable: tuple[Unreadable, ...]


@dataclass
class _Waiting:
    """Cases that were read and wait for the networks; the first four lists run in parallel."""

    cases: list[Case] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    inputs: list[NDArray[np.float32]] = field(default_factory=list)
    fingerprints: list[str] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)


def predict(
    model_folder: str, cases: tuple[Case, ...], report: Report, cancel: CancelToken
) -> PredictionList:
    """What a model says of every case, and whether to rely on it; reports `CasesRead` on the way.

    Parameters
    ----------
    model_folder
        A model of the shelf.
    cases
        What to read; images that cannot be read, or are smaller than the network takes, are
        listed with the reason.

    Raises
    ------
    RefusedModel
        If the folder is no model, damaged, foreign, or for another modality.
    """
    model = loaded_model(Path(model_folder))
    predictions: list[Prediction] = []
    unreadable: list[Unreadable] = []
    for found, failed in _predicted(model, cases, cancel):
        predictions += found
        unreadable += failed
        done = len(predictions) + len(unreadable)
        report(CasesRead(found, failed, done, len(cases)))
    card = model.card
    return PredictionList(card.name, tuple(predictions), tuple(unreadable), card.intended_use)


_Found = tuple[tuple[Prediction, ...], tuple[Unreadable, ...]]


def _predicted(model: LoadedModel, cases: Sequence[Case], cancel: CancelToken) -> Iterator[_Found]:
    """Cases seen as one picture a few at a time, those seen slice by slice one by one."""
    rule = model.card.slices
    for has_slices, some in groupby(cases, lambda case: is_seen_by_slice(case, rule)):
        if has_slices:
            for case in some:
                yield _by_slice(model, case, cancel)
            continue
        for answers in answered(model, list(some), cancel, is_identified=True):
            found = predictions_of(model, answers.said) if answers.said else ()
            known = zip(found, answers.fingerprints, strict=True)
            yield tuple(replace(one, fingerprint=text) for one, text in known), answers.unreadable


def _by_slice(model: LoadedModel, case: Case, cancel: CancelToken) -> _Found:
    slices = chosen_slices(case, model.card.slices)
    parts = list(answered(model, slices, cancel, is_identified=True))
    said = [part.said for part in parts if part.said]
    unread = [file for part in parts for file in part.unreadable]
    if not said:
        return (), (Unreadable(case.key, unread[0].reason),)
    read = fingerprint_of_slices([text for part in parts for text in part.fingerprints])
    return (replace(prediction_of_slices(model, case, said, len(unread)), fingerprint=read),), ()


def read_fingerprint(case: Case, card: ModelCard) -> str:
    """`Prediction.fingerprint` of a case as it is now, without asking the networks.

    Raises
    ------
    UnreadableFile
        If nothing of it can be read.
    """
    kind = modality(card.modality)
    if not is_seen_by_slice(case, card.slices):
        return fingerprint(kind.read(case, card.window))
    found = []
    for one in chosen_slices(case, card.slices):
        with suppress(UnreadableFile):
            image = kind.read(one, card.window)
            network_input(image, card)
            found.append(fingerprint(image))
    return fingerprint_of_slices(found)


def predict_paths(
    model_folder: str, paths: tuple[str, ...], report: Report, cancel: CancelToken
) -> PredictionList:
    """`predict` for all images in files, folders and containers.

    Raises
    ------
    RefusedModel
        As `predict`, and before any file is looked at.
    UnfitCohort
        If there is nothing at all in `paths`.
    """
    load_card(Path(model_folder), verify=False)
    cohort = open_cohort(paths, report, cancel)
    answers = predict(model_folder, cohort.cases, report, cancel)
    return replace(answers, unreadable=(*cohort.unreadable, *answers.unreadable))


def loaded_model(folder: Path) -> LoadedModel:
    """The model in `folder`, rebuilt once for as long as its files stay the same."""
    return _loaded(folder.resolve(), model_digest(folder))


def answered(
    model: LoadedModel, cases: Sequence[Case], cancel: CancelToken, *, is_identified: bool = False
) -> Iterator[Answers]:
    """What `model` says, a few cases at a time; with fingerprints if `is_identified`."""
    read, window = modality(model.card.modality).read, model.card.window
    waiting, longest, most = _Waiting(), _FIRST_SECONDS, _BATCH
    began = time.monotonic()
    for case in cases:
        cancel.raise_if_set()
        try:
            image = read(case, window)
            asked = network_input(image, model.card)
        except UnreadableFile as error:
            waiting.unreadable.append(Unreadable(case.key, error.message))
        else:
            waiting.cases.append(case)
            waiting.looks.append(look_at(image))
            waiting.inputs.append(asked)
            if is_identified:
                waiting.fingerprints.append(fingerprint(image))
        if len(waiting.cases) >= most or time.monotonic() - began > longest:
            asked_at = time.monotonic()
            answers = _finished(waiting, model)
            is_quick = time.monotonic() - asked_at < _QUICK_SECONDS
            yield answers
            most = _LARGEST_BATCH if is_quick else _BATCH
            waiting, began, longest = _Waiting(), time.monotonic(), _LATER_SECONDS
    if waiting.cases or waiting.unreadable:
        yield _finished(waiting, model)


def _finished(waiting: _Waiting, model: LoadedModel) -> Answers:
    said = None
    if waiting.cases:
        inputs = np.stack(waiting.inputs)
        probabilities, features = model.run(inputs)
        exact = probabilities.astype(np.float64)
        exact /= exact.sum(axis=1, keepdims=True)
        said = Said(waiting.cases, waiting.looks, inputs, exact, features)
    return Answers(said, tuple(waiting.fingerprints), tuple(waiting.unreadable))


def network_input(image: Pixels, card: ModelCard) -> NDArray[np.float32]:
    """The image as (size, size, channels) float32 in [0, 1]; raises `UnreadableFile`."""
    channels = cast("Literal[1, 3]", card.channels)
    pixels = modality(card.modality).prepare(image, card.image_size, channels)
    highest = np.array([pixels.max()])
    factor = unit_factors(np.array([pixels.dtype == np.uint16]), highest, card.full_scale)
    scaled: NDArray[np.float32] = np.minimum(pixels.astype(np.float32) * factor[0], np.float32(1))
    return scaled


@dataclass(frozen=True)
class _Stored:
    """All that a model folder holds of a model."""

    card: ModelCard
    weights: Weights
    kept: KeptFeatures | None
    learned: tuple[tuple[str, str], ...]


@lru_cache(maxsize=4)
def _loaded(folder: Path, digest: str) -> LoadedModel:
    stored = _stored(folder, digest)
    warm_up()
    ensemble = build_ensemble(stored.card)
    check_weights(stored.weights, wanted_weights(ensemble.networks), folder)
    set_ensemble_weights(ensemble.networks, stored.weights)
    run = traced(ensemble, stored.card.views)
    _try_out(run, ensemble.shape, stored.kept, folder)
    return LoadedModel(stored.card, run, stored.kept, stored.learned)


def _stored(folder: Path, digest: str) -> _Stored:
    """The files of one model, never half of one and half of the better one that replaces it."""
    try:
        card = load_card(folder)
        kept = load_reference(folder)
        learned = _learned(folder, card, kept) if kept else ()
        stored = _Stored(card, load_weights(folder), kept, learned)
    except RefusedModel:
        if model_digest(folder) == digest:
            raise
        return _stored(folder, model_digest(folder))
    current = model_digest(folder)
    return stored if current == digest else _stored(folder, current)


def _learned(folder: Path, card: ModelCard, kept: KeptFeatures) -> tuple[tuple[str, str], ...]:
    """(key, class) of the training images in the reference."""
    rows = [row for row in split_rows(folder) if row.part == "train"]
    places = kept.reference.rows.tolist()
    if max(places) >= len(rows):
        raise damaged_model(folder, _("what it knows of its training images is lost"))
    return tuple(
        (case_key(rows[place].case, card.source_folder), rows[place].label) for place in places
    )


def _try_out(
    run: Run, shape: tuple[int, int, int], kept: KeptFeatures | None, folder: Path
) -> None:
    """Trace the networks once, and refuse features of another network than these."""
    features = run(np.zeros((1, *shape), np.float32))[1]
    if kept is not None and (features.shape[1:], shape[:2]) != (
        kept.reference.mean.shape,
        kept.template.shape,
    ):
        raise damaged_model(folder, _("what it knows of its training images is lost"))
