"""Training on top of a pretrained network: its features once, then the last step in seconds."""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.cases import Part
from precmed_gui.diagnosis.training import BatchEnded
from precmed_gui.diagnosis.work import Cancelled, Step
from precmed_gui.language import _
from precmed_gui.learning.attempts import Attempt
from precmed_gui.learning.features import pretrained_features
from precmed_gui.learning.fitting import Course, Fitted, new_network, progress_of, set_weights
from precmed_gui.learning.head import Head, HeadData, choose_penalty, fit_head
from precmed_gui.learning.progress import Progress
from precmed_gui.learning.training_data import TrainingData

_CLASSES = "classes"


def fit_transfer(data: TrainingData, attempt: Attempt, course: Course) -> Fitted:
    """A frozen pretrained network with a last step of our own; an epoch is one step of L-BFGS.

    Raises
    ------
    Cancelled
        If the user stopped it before the first step.
    PrecmedError
        If the pretrained weights are not installed.
    """
    began = time.monotonic()
    network = new_network(data, attempt)
    training, validation = (_head_data(network, data, attempt, course, part) for part in _JUDGED)
    classes = len(data.cohort.labels)

    def attend(done: int, total: int) -> None:
        course.cancel.raise_if_set()
        course.report(Step(_("Preparing the last step"), done, total))

    penalty = choose_penalty(training, validation, attempt.seed, attend)
    progress = progress_of(network, data, attempt, course)
    is_stopped = False
    try:
        _watched(training, validation, (classes, penalty), network, progress)
    except Cancelled:
        if progress.best is None:
            raise
        is_stopped = True
    if progress.best is not None:
        set_weights(network, progress.best)
    if attempt.folds:
        judged = np.array(data.split.train, np.int64)
        answers = _left_out(training, data.folds(attempt.folds), classes, penalty)
    else:
        judged = np.array(data.split.validation, np.int64)
        answers = _head_of(network).probabilities(validation.features)
    return Fitted(
        network,
        progress.history,
        judged,
        answers,
        is_stopped,
        has_parted=False,  # a convex problem with a penalty chosen on other cases
        seconds=time.monotonic() - began,
    )


def network_with_head(data: TrainingData, attempt: Attempt, course: Course) -> Any:
    """The pretrained network with a fitted last step, ready to be adapted as a whole."""
    network = new_network(data, attempt)
    training, validation = (_head_data(network, data, attempt, course, part) for part in _JUDGED)

    def attend(done: int, total: int) -> None:
        course.cancel.raise_if_set()

    penalty = choose_penalty(training, validation, attempt.seed, attend)
    _give(network, fit_head(training, len(data.cohort.labels), penalty))
    return network


_JUDGED: tuple[Part, Part] = ("train", "validation")


def _head_data(
    network: Any, data: TrainingData, attempt: Attempt, course: Course, part: Part
) -> HeadData:
    images = data.parts[part]

    def attend(done: int, total: int) -> None:
        course.cancel.raise_if_set()
        course.report(Step(_("Looking at the images"), done, total))

    return HeadData(
        pretrained_features(network, attempt.image_size, images, attend),
        images.labels,
        images.weights,
        data.people(data.split.part(part)),
    )


def _left_out(
    training: HeadData, folds: Sequence[NDArray[np.int64]], classes: int, penalty: float
) -> NDArray[np.float64]:
    """What heads say about the training images that they did not learn from."""
    answers = np.zeros((len(training.labels), classes))
    every = np.arange(len(training.labels))
    for fold in folds:
        head = fit_head(training.rows(np.setdiff1d(every, fold)), classes, penalty)
        answers[fold] = head.probabilities(training.features[fold])
    return answers


def _watched(
    training: HeadData,
    validation: HeadData,
    shape: tuple[int, float],
    network: Any,
    progress: Progress,
) -> None:
    """Fit the head with every step told like an epoch of one batch."""
    classes, penalty = shape
    began = time.monotonic()

    def watch(step: int, head: Head, _loss: float) -> bool:
        progress.on_epoch_begin(step - 1)
        _give(network, head)
        logs = {
            **_logs(head, training, ""),
            **_logs(head, validation, "val_"),
        }
        progress.cancel.raise_if_set()
        left = (time.monotonic() - began) / step * (progress.epochs - step)
        progress.report(
            BatchEnded(step, progress.epochs, 1, 1, logs["loss"], logs["accuracy"], left)
        )
        progress.on_epoch_end(step - 1, logs)
        return step < progress.epochs

    found = fit_head(training, classes, penalty, watch)
    if progress.best is None:
        watch(1, found, 0.0)  # images that tell nothing apart: solved before the first step


def _logs(head: Head, cases: HeadData, prefix: str) -> dict[str, float]:
    answers = head.probabilities(cases.features)
    true = np.maximum(answers[np.arange(len(answers)), cases.labels], 1e-12)
    share = cases.weights / cases.weights.sum()
    return {
        f"{prefix}loss": float(-(share * np.log(true)).sum()),
        f"{prefix}accuracy": float(np.mean(answers.argmax(axis=1) == cases.labels)),
    }


def _give(network: Any, head: Head) -> None:
    layer = network.get_layer(_CLASSES)
    layer.set_weights([head.kernel.astype(np.float32), head.bias.astype(np.float32)])


def _head_of(network: Any) -> Head:
    kernel, bias = network.get_layer(_CLASSES).get_weights()
    return Head(_wide(kernel), _wide(bias))


def _wide(array: NDArray[np.float32]) -> NDArray[np.float64]:
    return array.astype(np.float64)
