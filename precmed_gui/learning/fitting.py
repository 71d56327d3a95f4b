"""Keras `fit` on a cohort that has been read: the network, the loop, and what comes out of it."""

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
from precmed_gui.learning.batches import batches_of, ordered_batches, training_batches
from precmed_gui.learning.progress import Progress, Weights
from precmed_gui.learning.training_data import Choices, PartImages, TrainingData
from precmed_gui.learning.warm_up import device_text
from precmed_gui.modalities import modality

_MEASURING_BATCH = 256


@dataclass(frozen=True)
class Fitted:
    """A trained network: its weights are those of the best epoch."""

    network: Any
    weights: Weights
    history: History
    is_stopped: bool


def fit(
    data: TrainingData,
    chosen: Choices,
    keep: Callable[[int, History, Weights], None],
    report: Report,
    cancel: CancelToken,
) -> Fitted:
    """Train on `data`; `keep` gets each finished epoch.

    Raises
    ------
    Cancelled
        If the user stopped it before one epoch was finished.
    PrecmedError
        If the loss became infinite, or the memory did not suffice.
    """
    import tensorflow as tf

    network = _new_network(data, chosen)
    cancel.raise_if_set()
    progress = Progress(
        epochs=chosen.epochs,
        batches=_batches(data, chosen),
        patience=chosen.recipe.patience,
        report=report,
        cancel=cancel,
        weights=lambda: weights_of(network),
        keep=keep,
    )
    report(_started(data, chosen, network, progress.batches))
    is_stopped = False
    try:
        _run(network, data, chosen, progress)
    except Cancelled:
        if progress.best is None:
            raise
        is_stopped = True
    except (tf.errors.ResourceExhaustedError, MemoryError) as error:
        raise PrecmedError(
            _("This computer ran out of memory."),
            _("Choose a smaller batch size or image size, or close other programs."),
        ) from error
    best = progress.best or weights_of(network)
    set_weights(network, best)
    return Fitted(network, best, progress.history, is_stopped)


def probabilities_of(
    network: Any, part: PartImages, attend: Callable[[int, int], None]
) -> NDArray[np.float32]:
    """What the network says about every image of a part, (n, classes).

    `attend` is called with (done, total) before each batch.
    """
    import tensorflow as tf

    run = tf.function(lambda images: network(images, training=False), reduce_retracing=True)
    rows: list[NDArray[np.float32]] = []
    for images, _labels, _weights in ordered_batches(part, _MEASURING_BATCH):
        attend(len(rows) * _MEASURING_BATCH, len(part.rows))
        rows.append(run(images).numpy())
    return np.concatenate(rows)


def weights_of(network: Any) -> Weights:
    """Copies of the network's weights by the path of their layer."""
    return {variable.path: np.array(variable.value.numpy()) for variable in network.weights}


def set_weights(network: Any, weights: Weights) -> None:
    """Give the network weights of `weights_of`; names and shapes must be its own."""
    for variable in network.weights:
        variable.assign(weights[variable.path])


def _new_network(data: TrainingData, chosen: Choices) -> Any:
    import keras

    keras.backend.clear_session()
    keras.utils.set_random_seed(chosen.seed)
    network: Any = modality(data.cohort.modality).build(
        chosen.recipe.name, data.image_size, data.channels, len(data.cohort.labels)
    )
    rate: Any = chosen.learning_rate
    if chosen.recipe.is_annealed:
        steps = chosen.epochs * _batches(data, chosen)
        rate = keras.optimizers.schedules.CosineDecay(rate, steps)
    network.compile(
        optimizer=keras.optimizers.Adam(rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return network


def _batches(data: TrainingData, chosen: Choices) -> int:
    part = data.parts["train"]
    return batches_of(part, chosen.batch_size, is_augmented=chosen.recipe.is_augmented)


def _run(network: Any, data: TrainingData, chosen: Choices, progress: Progress) -> None:
    import keras

    def on_epoch_end(epoch: int, logs: dict[str, float]) -> None:
        progress.on_epoch_end(epoch, logs)
        network.stop_training = progress.has_run_out_of_patience

    network.fit(
        training_batches(
            data.parts["train"],
            chosen.batch_size,
            chosen.epochs,
            seed=chosen.seed,
            is_augmented=chosen.recipe.is_augmented,
        ),
        epochs=chosen.epochs,
        steps_per_epoch=progress.batches,
        shuffle=False,
        validation_data=ordered_batches(data.parts["validation"], _MEASURING_BATCH),
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


def _started(data: TrainingData, chosen: Choices, network: Any, batches: int) -> TrainingStarted:
    return TrainingStarted(
        recipe=chosen.recipe.name,
        device=device_text(),
        epochs=chosen.epochs,
        batches=batches,
        train=len(data.split.train),
        validation=len(data.split.validation),
        test=len(data.split.test),
        image_size=data.image_size,
        channels=data.channels,
        parameters=int(network.count_params()),
    )
