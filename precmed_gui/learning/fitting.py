"""One network trained on a cohort that has been read: built, fitted, and judged on validation."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.model_card import History
from precmed_gui.diagnosis.training import TrainingStarted
from precmed_gui.diagnosis.work import Cancelled, CancelToken, Report
from precmed_gui.language import _
from precmed_gui.learning.attempts import Attempt
from precmed_gui.learning.batches import Passes, batches_of, ordered_batches, training_batches
from precmed_gui.learning.progress import Progress, Weights
from precmed_gui.learning.training_data import PartImages, TrainingData
from precmed_gui.learning.tuning import tuned_optimizer
from precmed_gui.learning.warm_up import device_text
from precmed_gui.modalities import modality

MEASURING_BATCH = 128

Keep = Callable[[int, History, Weights], None]
"""Gets each finished epoch: its number, the history so far, and the weights of the one network."""


@dataclass(frozen=True)
class Fitted:
    """A trained network: its weights are those of the best epoch.

    Parameters
    ----------
    network
        The Keras model.
    history
        Its curves.
    judged, answers
        (n,) positions in the cohort of cases that it did not learn from, and (n, classes) what
        is said about them: the validation part, or a part of the training images left out.
    is_stopped, has_parted
        Whether the user stopped it, and whether training and validation had parted.
    seconds
        What it took.
    """

    network: Any
    history: History
    judged: NDArray[np.int64]
    answers: NDArray[np.float64]
    is_stopped: bool
    has_parted: bool
    seconds: float


@dataclass(frozen=True)
class Course:
    """Whom a training tells what: number `attempt` of `attempts`."""

    report: Report
    cancel: CancelToken
    keep: Keep
    attempt: int = 1
    attempts: int = 1


def fit(network: Any, data: TrainingData, attempt: Attempt, course: Course) -> Fitted:
    """Train a network of `new_network` by Keras; `course.keep` gets each finished epoch.

    Raises
    ------
    Cancelled
        If the user stopped it before one epoch was finished.
    PrecmedError
        If the loss became infinite, or the memory did not suffice.
    """
    import tensorflow as tf

    began = time.monotonic()
    _compile(network, data, attempt)
    course.cancel.raise_if_set()
    progress = progress_of(network, data, attempt, course)
    is_stopped = False
    try:
        _run(network, data, attempt, progress)
    except Cancelled:
        if progress.best is None:
            raise
        is_stopped = True
    except (tf.errors.ResourceExhaustedError, MemoryError) as error:
        raise PrecmedError(
            _("This computer ran out of memory."),
            _("Choose a smaller batch size or image size, or close other programs."),
        ) from error
    if progress.best is not None:
        set_weights(network, progress.best)
    return Fitted(
        network,
        progress.history,
        np.array(data.split.validation, np.int64),
        probabilities_of(network, data.parts["validation"]),
        is_stopped,
        progress.has_parted,
        time.monotonic() - began,
    )


def new_network(data: TrainingData, attempt: Attempt) -> Any:
    """The untrained network of an attempt, with its pretrained weights where it has some."""
    import keras

    keras.utils.set_random_seed(attempt.seed)
    kind = modality(data.cohort.modality)
    network: Any = kind.build(
        attempt.recipe.name,
        attempt.image_size,
        data.channels,
        len(data.cohort.labels),
        data.image_size,
    )
    if attempt.recipe.is_pretrained:
        kind.load_pretrained(network)
    return network


def progress_of(network: Any, data: TrainingData, attempt: Attempt, course: Course) -> Progress:
    """The state of a fit, after telling that it starts."""
    recipe = attempt.recipe
    batches = batches_of(data.parts["train"], recipe.batch_size, is_augmented=recipe.is_augmented)
    course.report(
        TrainingStarted(
            recipe=recipe.name,
            device=device_text(),
            epochs=recipe.epochs,
            batches=batches,
            train=len(data.split.train),
            validation=len(data.split.validation),
            test=len(data.split.test),
            image_size=attempt.image_size,
            channels=data.channels,
            parameters=int(network.count_params()),
            attempt=course.attempt,
            attempts=course.attempts,
        )
    )
    return Progress(
        epochs=recipe.epochs,
        batches=batches,
        patience=recipe.patience,
        report=course.report,
        cancel=course.cancel,
        weights=lambda: weights_of(network),
        keep=course.keep,
        takes_last=attempt.takes_last,
    )


def probabilities_of(
    network: Any, part: PartImages, attend: Callable[[int, int], None] | None = None
) -> NDArray[np.float64]:
    """What one network says about every image of a part, (n, classes).

    `attend` is called with (done, total) before each batch.
    """
    import tensorflow as tf

    run = tf.function(lambda images: network(images, training=False), reduce_retracing=True)
    rows: list[NDArray[np.float32]] = []
    for images, _labels, _weights in ordered_batches(part, MEASURING_BATCH):
        if attend is not None:
            attend(len(rows) * MEASURING_BATCH, len(part.rows))
        rows.append(run(images).numpy())
    return np.concatenate(rows).astype(np.float64)


def weights_of(network: Any) -> Weights:
    """Copies of the network's weights by the path of their layer."""
    return {variable.path: np.array(variable.value.numpy()) for variable in network.weights}


def set_weights(network: Any, weights: Weights) -> None:
    """Give the network weights of `weights_of`; names and shapes must be its own."""
    for variable in network.weights:
        variable.assign(weights[variable.path])


def _compile(network: Any, data: TrainingData, attempt: Attempt) -> None:
    import keras

    recipe = attempt.recipe
    steps = recipe.epochs * batches_of(
        data.parts["train"], recipe.batch_size, is_augmented=recipe.is_augmented
    )
    if recipe.is_pretrained:
        optimizer = tuned_optimizer(network, recipe, steps)
    else:
        rate: Any = recipe.learning_rate
        if recipe.is_annealed:
            rate = keras.optimizers.schedules.CosineDecay(rate, steps)
        optimizer = (
            keras.optimizers.AdamW(rate, weight_decay=recipe.weight_decay)
            if recipe.weight_decay
            else keras.optimizers.Adam(rate)
        )
    network.compile(
        optimizer=optimizer,
        loss=smoothed_loss(len(data.cohort.labels), recipe.label_smoothing),
        metrics=["accuracy"],
    )


def smoothed_loss(classes: int, smoothing: float) -> Any:
    """Cross-entropy of class numbers, each taken as 1 - s sure (Szegedy 2016, arXiv:1512.00567)."""
    import keras

    if not smoothing:
        return "sparse_categorical_crossentropy"

    def loss(truth: Any, answers: Any) -> Any:
        sure = keras.ops.one_hot(keras.ops.cast(truth, "int32"), classes)
        sure = keras.ops.reshape(sure, (-1, classes))
        return keras.losses.categorical_crossentropy(sure, answers, label_smoothing=smoothing)

    return loss


def _run(network: Any, data: TrainingData, attempt: Attempt, progress: Progress) -> None:
    import keras

    recipe = attempt.recipe

    def on_epoch_end(epoch: int, logs: dict[str, float]) -> None:
        progress.on_epoch_end(epoch, logs)
        network.stop_training = progress.has_run_out_of_patience

    passes = Passes(
        recipe.batch_size, recipe.epochs, attempt.seed, recipe.is_augmented, attempt.has_flips
    )
    network.fit(
        training_batches(data.parts["train"], passes),
        epochs=recipe.epochs,
        steps_per_epoch=progress.batches,
        shuffle=False,
        validation_data=ordered_batches(data.parts["validation"], MEASURING_BATCH),
        callbacks=[
            keras.callbacks.LambdaCallback(
                on_epoch_begin=progress.on_epoch_begin,
                on_epoch_end=on_epoch_end,
                on_train_batch_end=progress.on_train_batch_end,
                on_test_batch_end=progress.on_test_batch_end,
            )
        ],
        verbose=0,
    )
