"""One Keras model that is the whole predictor: views, networks, mean and calibration.

It is made of plain Keras layers alone, so that it opens without PrecMed; used by `export_model`.
"""

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.model_card import Member, ModelCard
from precmed_gui.evaluation.calibration import LARGEST_GAP, no_calibration
from precmed_gui.learning.ensemble import (
    LEAST_PROBABILITY,
    set_ensemble_weights,
    view_shifts,
)
from precmed_gui.learning.shelf import Weights
from precmed_gui.modalities import modality

INPUT, OUTPUT = "images", "probabilities"
_Matrix = NDArray[np.float32]


def predictor(card: ModelCard, weights: Weights) -> Any:
    """The Keras model whose output is what PrecMed shows.

    Moving an image for a further view and bringing it to the size of a member are both linear and
    separable, so each becomes a product with one matrix a side. That is the same arithmetic in
    every format, which the resizing of TensorFlow is not.

    Parameters
    ----------
    card
        A checked card.
    weights
        Of its members, as `load_weights` gives them.

    Returns
    -------
    keras.Model
        (n, size, size, channels) float32 in [0, 1] to (n, classes) calibrated probabilities.
    """
    import keras

    images = keras.Input((card.image_size, card.image_size, card.channels), name=INPUT)
    networks = _networks(card, weights)
    shares = [
        _share(network, _seen(images, *_matrices(card, member, shift)), member)
        for shift in view_shifts(card.image_size, card.views)
        for member, network in zip(card.members, networks, strict=True)
        if member.weight
    ]
    mean = shares[0]
    for one in shares[1:]:
        mean = mean + one
    return keras.Model(images, _calibrated(mean, card), name="predictor")


def _networks(card: ModelCard, weights: Weights) -> list[Any]:
    """The members at their own sizes, with their weights, each under a name of its own."""
    import keras

    build = modality(card.modality).build
    networks = [
        cast(
            Any, build(one.recipe, one.image_size, card.channels, len(card.labels), one.image_size)
        )
        for one in card.members
    ]
    set_ensemble_weights(networks, weights)
    return [
        keras.Model(network.input, network.output, name=f"member{number}")
        for number, network in enumerate(networks, 1)
    ]


def _matrices(card: ModelCard, member: Member, shift: tuple[int, int]) -> tuple[_Matrix, _Matrix]:
    """What rows and columns of an image are multiplied by to become the rows a member sees."""
    size = _resizing(card.image_size, member.image_size)
    across, down = shift
    return size @ _moving(card.image_size, down), size @ _moving(card.image_size, across)


def _resizing(frame_size: int, image_size: int) -> _Matrix:
    """(image_size, frame_size), from the resizing that stands in the networks themselves."""
    import keras

    if frame_size == image_size:
        return np.eye(frame_size, dtype=np.float32)
    lines = np.eye(frame_size, dtype=np.float32)[np.newaxis, :, :, np.newaxis]
    shape = (image_size, frame_size)
    resized = keras.ops.image.resize(lines, shape, interpolation="bilinear", antialias=True)
    return np.asarray(keras.ops.convert_to_numpy(resized)[0, :, :, 0], dtype=np.float32)


def _moving(size: int, step: int) -> _Matrix:
    """(size, size): each line becomes the one `step` farther on, mirrored at the border."""
    places = np.pad(np.arange(size), abs(step), mode="symmetric")
    return np.eye(size, dtype=np.float32)[places[abs(step) + step :][:size]]


def _seen(images: Any, rows: _Matrix, columns: _Matrix) -> Any:
    """`images` with rows and columns mixed as the matrices say."""
    import keras

    one = np.eye(images.shape[1], dtype=np.float32)
    if np.array_equal(rows, one) and np.array_equal(columns, one):
        return images
    turned = keras.layers.Permute((3, 1, 2))(images)
    for matrix in (columns, rows):
        turned = keras.layers.Permute((1, 3, 2))(_multiplied(turned, matrix))
    return keras.layers.Permute((2, 3, 1))(turned)


def _multiplied(values: Any, matrix: _Matrix) -> Any:
    """The last axis of `values` times `matrix`."""
    import keras

    layer = keras.layers.Dense(len(matrix), use_bias=False, trainable=False)
    product = layer(values)
    layer.set_weights([matrix.T])
    return product


def _share(network: Any, images: Any, member: Member) -> Any:
    """What a member adds to the mean, as `ensemble.traced` computes it."""
    import keras

    probabilities = network(images)
    if member.scale != 1:
        logits = keras.ops.log(keras.ops.maximum(probabilities, LEAST_PROBABILITY))
        probabilities = keras.ops.softmax(member.scale * logits)
    return member.weight * probabilities


def _calibrated(mean: Any, card: ModelCard) -> Any:
    """Probabilities as shown, of a sum over members and views; see `calibration.calibrated`."""
    import keras

    ops, classes = keras.ops, len(card.labels)
    shares = mean / ops.sum(mean, axis=-1, keepdims=True)
    logits = ops.log(ops.maximum(shares, LEAST_PROBABILITY))
    bounded = ops.maximum(logits - ops.max(logits, axis=-1, keepdims=True), -LARGEST_GAP)
    rule = card.calibration or no_calibration(classes)
    layer = keras.layers.Dense(classes, trainable=False, name="calibration")
    scores = layer(bounded)
    layer.set_weights([np.diag(rule.scale), np.array(rule.bias)])
    return keras.layers.Softmax(name=OUTPUT)(scores)
