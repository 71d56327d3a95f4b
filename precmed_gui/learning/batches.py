"""Batches for Keras, gathered in the background from the store on disk; memory stays flat."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from precmed_gui.learning.augmentation import LEAST_AUGMENTED, augmented
from precmed_gui.learning.training_data import PartImages

_AHEAD = 4

_Order = Callable[[int], NDArray[np.int64]]


def batches_of(part: PartImages, batch_size: int, *, is_augmented: bool = False) -> int:
    """Steps of an epoch: each image is seen once, in small augmented cohorts more often."""
    once = -(-len(part.rows) // batch_size)
    return max(once, LEAST_AUGMENTED) if is_augmented else once


def ordered_batches(part: PartImages, batch_size: int) -> Any:
    """A `tf.data.Dataset` of one pass in order: (images, labels, weights)."""
    order = np.arange(len(part.rows))
    return _ahead(_gathered(part, batch_size, 1, lambda _epoch: order))


@dataclass(frozen=True, slots=True)
class Passes:
    """How a part is shown: `epochs` times in batches, in orders and with changes of `seed`."""

    batch_size: int
    epochs: int
    seed: int
    is_augmented: bool = False
    has_flips: bool = False


def training_batches(part: PartImages, passes: Passes) -> Any:
    """A `tf.data.Dataset` of all epochs, each in an order of its own drawn from the seed.

    Yields (images, labels, weights): float32 (b, size, size, channels) in [0, 1], int32 (b,),
    float32 (b,). The last batch of an epoch may be smaller.
    """
    import tensorflow as tf

    count, batch_size, seed = len(part.rows), passes.batch_size, passes.seed
    steps = batches_of(part, batch_size, is_augmented=passes.is_augmented)
    shown = count if steps == batches_of(part, batch_size) else steps * batch_size

    def order(epoch: int) -> NDArray[np.int64]:
        generator = np.random.default_rng([seed, epoch])
        orders = [generator.permutation(count) for _ in range(-(-shown // count))]
        return np.concatenate(orders)[:shown]

    batches = _gathered(part, batch_size, passes.epochs, order)
    if passes.is_augmented:
        batches = batches.enumerate().map(
            lambda number, batch: (
                augmented(
                    batch[0],
                    tf.stack([tf.cast(seed, tf.int64), number]),
                    has_flips=passes.has_flips,
                ),
                *batch[1:],
            ),
            num_parallel_calls=1,
        )
    return _ahead(batches)


def _ahead(batches: Any) -> Any:
    """`batches` made while earlier ones are learned from.

    Without TensorFlow's own tuning of the pipeline: there is nothing to tune, and letting go of a
    tuned pipeline waits for its tuner, up to four seconds at the end of a training or at Stop.
    """
    import tensorflow as tf

    options = tf.data.Options()
    options.autotune.enabled = False
    return batches.prefetch(_AHEAD).with_options(options)


def _gathered(part: PartImages, batch_size: int, epochs: int, order: _Order) -> Any:
    """The batches of `epochs` passes; `order(epoch)` gives the positions of one."""
    import tensorflow as tf

    steps = -(-len(order(0)) // batch_size)
    current: dict[int, NDArray[np.int64]] = {}

    def gather(number: int) -> tuple[NDArray[np.generic], ...]:
        epoch, step = divmod(int(number), steps)
        if epoch not in current:
            current.clear()
            current[epoch] = order(epoch)
        chosen = current[epoch][step * batch_size : (step + 1) * batch_size]
        pixels = part.pixels[part.rows[chosen]]
        return pixels, part.factors[chosen], part.labels[chosen], part.weights[chosen]

    types = [tf.as_dtype(part.pixels.dtype), tf.float32, tf.int32, tf.float32]
    shape = part.pixels.shape[1:]
    return tf.data.Dataset.range(epochs * steps).map(
        lambda number: _as_input(tf, shape, tf.numpy_function(gather, [number], types)),
        num_parallel_calls=1,
        deterministic=True,
    )


def _as_input(tf: Any, shape: tuple[int, ...], batch: Any) -> tuple[Any, ...]:
    pixels, factors, labels, weights = batch
    pixels = tf.ensure_shape(pixels, (None, *shape))
    factors = tf.reshape(factors, (-1, 1, 1, 1))
    images = tf.minimum(tf.cast(pixels, tf.float32) * factors, 1.0)
    return images, tf.ensure_shape(labels, (None,)), tf.ensure_shape(weights, (None,))
