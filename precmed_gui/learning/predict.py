"""What a model on the shelf says about images: streamed, and fast from the second call on."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.cases import Case, Unreadable
from precmed_gui.diagnosis.errors import UnreadableFile
from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.diagnosis.prediction import CasesRead, Prediction, PredictionList
from precmed_gui.diagnosis.work import CancelToken, Report
from precmed_gui.learning.brightness import unit_factors
from precmed_gui.learning.decoded import fingerprint
from precmed_gui.learning.fitting import set_weights
from precmed_gui.learning.shelf import check_weights, load_card, load_weights, model_digest
from precmed_gui.learning.warm_up import warm_up
from precmed_gui.modalities import modality, open_cohort

_LARGEST_BATCH = 32
_BATCH_SECONDS = 0.1


@dataclass(frozen=True)
class LoadedModel:
    """A model ready to answer.

    Parameters
    ----------
    card
        The checked card.
    run
        (n, size, size, channels) float32 in [0, 1] to (n, classes) probabilities.
    """

    card: ModelCard
    run: Callable[[NDArray[np.float32]], NDArray[np.float32]]


@dataclass
class Answers:
    """What was found out about some cases: the three lists at the top run in parallel."""

    cases: list[Case] = field(default_factory=list)
    probabilities: list[tuple[float, ...]] = field(default_factory=list)
    fingerprints: list[str] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)


def predict(
    model_folder: str, cases: tuple[Case, ...], report: Report, cancel: CancelToken
) -> PredictionList:
    """The probabilities of every class for every case; reports `CasesRead` on the way.

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
    for answers in answered(model, cases, cancel):
        found = tuple(
            Prediction(case, model.card.labels, values)
            for case, values in zip(answers.cases, answers.probabilities, strict=True)
        )
        predictions += found
        unreadable += answers.unreadable
        done = len(predictions) + len(unreadable)
        report(CasesRead(found, tuple(answers.unreadable), done, len(cases)))
    return PredictionList(model.card.name, tuple(predictions), tuple(unreadable))


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
    return PredictionList(
        answers.model, answers.predictions, (*cohort.unreadable, *answers.unreadable)
    )


def loaded_model(folder: Path) -> LoadedModel:
    """The model in `folder`, rebuilt once for as long as its files stay the same."""
    return _loaded(folder.resolve(), model_digest(folder))


def answered(
    model: LoadedModel, cases: Sequence[Case], cancel: CancelToken, *, is_identified: bool = False
) -> Iterator[Answers]:
    """What `model` says, a few cases at a time; with fingerprints if `is_identified`."""
    read = modality(model.card.modality).read
    rows: list[NDArray[np.float32]] = []
    current = Answers()
    began = time.monotonic()
    for case in cases:
        cancel.raise_if_set()
        try:
            image = read(case)
            rows.append(_network_input(image, model.card))
        except UnreadableFile as error:
            current.unreadable.append(Unreadable(case.key, error.message))
        else:
            current.cases.append(case)
            if is_identified:
                current.fingerprints.append(fingerprint(image))
        if len(rows) == _LARGEST_BATCH or time.monotonic() - began > _BATCH_SECONDS:
            yield _finished(current, rows, model)
            rows, current, began = [], Answers(), time.monotonic()
    if current.cases or current.unreadable:
        yield _finished(current, rows, model)


def _finished(answers: Answers, rows: list[NDArray[np.float32]], model: LoadedModel) -> Answers:
    if rows:
        exact = model.run(np.stack(rows)).astype(np.float64)
        exact /= exact.sum(axis=1, keepdims=True)
        answers.probabilities = [tuple(values) for values in exact.tolist()]
    return answers


def _network_input(image: NDArray[np.generic], card: ModelCard) -> NDArray[np.float32]:
    """The image as (size, size, channels) float32 in [0, 1]; raises `UnreadableFile`."""
    reader = modality(card.modality)
    pixels = reader.prepare(cast("NDArray[np.uint8]", image), card.image_size, _channels(card))
    highest = np.array([pixels.max()])
    factor = unit_factors(np.array([pixels.dtype == np.uint16]), highest, card.full_scale)
    scaled: NDArray[np.float32] = np.minimum(pixels.astype(np.float32) * factor[0], np.float32(1))
    return scaled


def _channels(card: ModelCard) -> Literal[1, 3]:
    return 1 if card.channels == 1 else 3


@lru_cache(maxsize=4)
def _loaded(folder: Path, _digest: str) -> LoadedModel:
    card = load_card(folder)
    weights = load_weights(folder)
    warm_up()
    import tensorflow as tf

    network: Any = modality(card.modality).build(
        card.recipe, card.image_size, card.channels, len(card.labels)
    )
    check_weights(weights, {v.path: tuple(v.shape) for v in network.weights}, folder)
    set_weights(network, weights)
    shape = (None, card.image_size, card.image_size, card.channels)
    traced = tf.function(
        lambda images: network(images, training=False),
        input_signature=[tf.TensorSpec(shape, tf.float32)],
    )

    def run(images: NDArray[np.float32]) -> NDArray[np.float32]:
        probabilities: NDArray[np.float32] = traced(images).numpy()
        return probabilities

    run(np.zeros((1, *shape[1:]), np.float32))
    return LoadedModel(card, run)
