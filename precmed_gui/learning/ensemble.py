"""A model's networks together: its answer is the weighted mean of theirs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.model_card import Member, ModelCard
from precmed_gui.learning.progress import Weights
from precmed_gui.modalities import modality

_VIEW_SHIFT = 0.04
"""Of the side: how far the further views of an image are moved."""
_DIRECTIONS = ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1))
MOST_VIEWS = len(_DIRECTIONS)
LEAST_PROBABILITY = 1e-12
"""Below this a probability counts as this, so that its logarithm is a number."""

Run = Callable[[NDArray[np.float32]], tuple[NDArray[np.float32], NDArray[np.float32]]]
"""(n, size, size, channels) in [0, 1] to probabilities (n, classes) and features (n, d)."""


@dataclass(frozen=True)
class Ensemble:
    """Networks in memory.

    Parameters
    ----------
    members
        What each is and how much it weighs.
    networks
        Keras models of one input, giving class probabilities, in the order of `members`.
    shape
        (size, size, channels) of the input.
    """

    members: tuple[Member, ...]
    networks: tuple[Any, ...]
    shape: tuple[int, int, int]


def build_ensemble(card: ModelCard) -> Ensemble:
    """The untrained networks of a card, from our own recipes."""
    builder = modality(card.modality).build
    networks = tuple(
        builder(member.recipe, member.image_size, card.channels, len(card.labels), card.image_size)
        for member in card.members
    )
    return Ensemble(card.members, networks, (card.image_size, card.image_size, card.channels))


def ensemble_weights(networks: Sequence[Any]) -> Weights:
    """Copies of all weights, by the number of the network and the path of the layer."""
    return {
        f"{number}/{variable.path}": np.array(variable.value.numpy())
        for number, network in enumerate(networks)
        for variable in network.weights
    }


def set_ensemble_weights(networks: Sequence[Any], weights: Weights) -> None:
    """Give the networks weights of `ensemble_weights`; names and shapes must be their own."""
    for number, network in enumerate(networks):
        for variable in network.weights:
            variable.assign(weights[f"{number}/{variable.path}"])


def wanted_weights(networks: Sequence[Any]) -> dict[str, tuple[int, ...]]:
    """Names and shapes that `set_ensemble_weights` needs."""
    return {
        f"{number}/{variable.path}": tuple(variable.shape)
        for number, network in enumerate(networks)
        for variable in network.weights
    }


def traced(ensemble: Ensemble, views: int = 1) -> Run:
    """The fast way to ask the networks, averaged over `views` slightly moved views of each image.

    The features are those before the classes of the first pretrained network, or else of the one
    that weighs most; always of the image itself.
    """
    import keras
    import tensorflow as tf

    place = feature_place(ensemble.members)
    shifts = view_shifts(ensemble.shape[0], views)
    both = [
        keras.Model(network.input, [network.output, network.get_layer("classes").input])
        for network in ensemble.networks
    ]

    def answer(images: Any) -> tuple[Any, Any]:
        found = [network(images, training=False) for network in both]
        shares = [
            member.weight * _softened(pair[0], member.scale)
            for member, pair in zip(ensemble.members, found, strict=True)
            if member.weight
        ]
        return tf.add_n(shares), found[place][1]

    @tf.function(input_signature=[tf.TensorSpec((None, *ensemble.shape), tf.float32)])  # type: ignore[untyped-decorator]
    def run(images: Any) -> tuple[Any, Any]:
        probabilities, features = answer(images)
        for shift in shifts[1:]:
            probabilities += answer(_moved(images, *shift))[0]
        return probabilities / views, features

    def ask(images: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        probabilities, features = run(tf.constant(images))
        return probabilities.numpy(), features.numpy()

    return ask


def view_shifts(size: int, views: int) -> tuple[tuple[int, int], ...]:
    """(pixels across, pixels down) by which each view of an image of `size` is moved."""
    step = max(1, round(_VIEW_SHIFT * size))
    return tuple((step * across, step * down) for across, down in _DIRECTIONS[:views])


def feature_place(members: Sequence[Member]) -> int:
    """Which member's features are compared: networks that saw other pictures know more of them."""
    for recipe in ("transfer", "fine-tuned"):
        for place, member in enumerate(members):
            if member.recipe == recipe:
                return place
    return max(range(len(members)), key=lambda place: members[place].weight)


def _softened(probabilities: Any, scale: float) -> Any:
    import tensorflow as tf

    if scale == 1:
        return probabilities
    return tf.nn.softmax(scale * tf.math.log(tf.maximum(probabilities, LEAST_PROBABILITY)))


def _moved(images: Any, across: int, down: int) -> Any:
    """The images moved by so many pixels, their borders mirrored."""
    import tensorflow as tf

    size, step = images.shape[1], max(abs(across), abs(down))
    padded = tf.pad(images, [[0, 0], [step, step], [step, step], [0, 0]], mode="SYMMETRIC")
    top, left = step + down, step + across
    return padded[:, top : top + size, left : left + size, :]


@dataclass(frozen=True)
class PartAnswers:
    """What a model says about one part of a cohort, in the order of that part.

    Parameters
    ----------
    probabilities
        (n, classes), before calibration.
    features
        (n, d), what `traced` gives beside them.
    """

    probabilities: NDArray[np.float64]
    features: NDArray[np.float32]
