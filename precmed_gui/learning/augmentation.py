"""Small changes to training images, so that a network learns the finding and not the position.

No flips unless asked for: left and right mean something in medicine.
"""

from typing import Any

import numpy as np

LEAST_AUGMENTED = 64
"""Steps of an epoch with augmentation: a small cohort is shown several times, varied each time."""
SHIFT = 0.08
"""Of the side, up to this much in each direction."""
TURN = 10.0
"""Degrees, up to this much either way."""
ZOOM = 0.10
CONTRAST = 0.15
BRIGHTNESS = 0.10


def augmented(images: Any, seed: Any, *, has_flips: bool = False) -> Any:
    """The batch, each image shifted, turned, zoomed, and changed in contrast and brightness.

    Parameters
    ----------
    images
        float32 tensor (n, size, size, channels) in [0, 1].
    seed
        Integer tensor (2,); the same seed gives the same changes.
    has_flips
        Whether half of the images are mirrored, left to right and top to bottom.

    Returns
    -------
    Tensor
        Like `images`; borders are filled with the nearest pixel.
    """
    import tensorflow as tf

    draws = tf.random.stateless_uniform([tf.shape(images)[0], 6], seed, -1.0, 1.0)
    if has_flips:
        images = _flipped(images, seed + 1)
    size = tf.shape(images)[1]
    moved = tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=_transforms(draws, tf.cast(size, tf.float32)),
        output_shape=tf.stack([size, size]),
        interpolation="BILINEAR",
        fill_mode="NEAREST",
        fill_value=0.0,
    )
    mean = tf.reduce_mean(moved, axis=[1, 2, 3], keepdims=True)
    contrast = 1.0 + CONTRAST * tf.reshape(draws[:, 4], (-1, 1, 1, 1))
    brightness = BRIGHTNESS * tf.reshape(draws[:, 5], (-1, 1, 1, 1))
    return tf.clip_by_value((moved - mean) * contrast + mean + brightness, 0.0, 1.0)


def _flipped(images: Any, seed: Any) -> Any:
    import tensorflow as tf

    sides = tf.random.stateless_uniform([tf.shape(images)[0], 2], seed) < 0.5
    images = tf.where(tf.reshape(sides[:, 0], (-1, 1, 1, 1)), tf.reverse(images, [2]), images)
    return tf.where(tf.reshape(sides[:, 1], (-1, 1, 1, 1)), tf.reverse(images, [1]), images)


def _transforms(draws: Any, side: Any) -> Any:
    """Rows of eight numbers that map output to input positions, turning about the centre."""
    import tensorflow as tf

    angle = draws[:, 0] * (TURN * np.pi / 180.0)
    zoom = 1.0 + ZOOM * draws[:, 1]
    cosine, sine = tf.cos(angle) * zoom, tf.sin(angle) * zoom
    centre = (side - 1.0) / 2.0
    across = centre - cosine * centre + sine * centre + draws[:, 2] * SHIFT * side
    down = centre - sine * centre - cosine * centre + draws[:, 3] * SHIFT * side
    zero = tf.zeros_like(angle)
    return tf.stack([cosine, -sine, across, sine, cosine, down, zero, zero], axis=1)
