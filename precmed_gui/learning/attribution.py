"""How much each place of an image moves the score of a class, inside the networks of a model.

`explain` makes maps of it. The score is the class's log-odds as each network gives them before its
percentages: unlike a percentage near 100 % they never stand still, so their gradient never fades.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.explanation import MapMethod
from precmed_gui.diagnosis.model_card import Member
from precmed_gui.learning.ensemble import Ensemble

Plane = NDArray[np.float32]
Planes = NDArray[np.float32]
"""(methods, size, size): a plane of each of `METHODS`."""
METHODS: tuple[MapMethod, ...] = ("class-activation", "gradient")
Attribute = Callable[[NDArray[np.float32], int, int], Planes]
"""One image (size, size, channels) in [0, 1], a class number and a number of steps to what each
place adds to its log-odds by each method; negative where the image speaks against the class."""

_BLUR = 0.1
"""Of the side: how far the image is blurred that a path starts from."""
_SMOOTH = 0.04
"""Of the side: how far a map is smoothed; a share of a single pixel means nothing."""
_OUT_OF_REACH = 1e9


def attribution(ensemble: Ensemble) -> Attribute:
    """The way to ask `ensemble` what moves a class's score; traced once for each network.

    "gradient" is integrated gradients (Sundararajan et al. 2017, arXiv:1703.01365) along the
    straight path from a blurred copy of the image, which holds nothing small (Sturmfels et al.
    2020, doi:10.23915/distill.00022). "class-activation" is the same integral at the networks'
    inner layers, the last of each resolution (Sattarzadeh et al. 2021, arXiv:2102.07805, after
    Selvaraju et al. 2017, arXiv:1610.02391), each layer's map smoothed and brought to the same
    height, so that fine layers, whose shares are large and of both signs, do not drown the others.

    Returns
    -------
    callable
        The mean over the members that answer, by weight and softened as their answers are. The
        gradient's shares sum to the change of the score (completeness), the others to nothing.
    """
    shares = [
        (member.weight * member.scale, _one(network))
        for member, network in _answering(ensemble.members, ensemble.networks)
    ]

    def ask(image: NDArray[np.float32], number: int, steps: int) -> Planes:
        start = blurred(image)
        found = [weight * one(image, start, number, steps) for weight, one in shares]
        return np.asarray(np.sum(found, axis=0), np.float32)

    return ask


def smoothed(plane: Plane) -> Plane:
    """Without what is finer than about a tenth of the side."""
    from scipy.ndimage import gaussian_filter

    return np.asarray(gaussian_filter(plane, _SMOOTH * len(plane)), np.float32)


def blurred(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """The image without anything smaller than about a fifth of its side."""
    from scipy.ndimage import gaussian_filter

    width = _BLUR * image.shape[0]
    return np.asarray(gaussian_filter(image, (width, width, 0)), np.float32)


def _answering(members: Sequence[Member], networks: Sequence[Any]) -> list[tuple[Member, Any]]:
    pairs = zip(members, networks, strict=True)
    return [(member, network) for member, network in pairs if member.weight]


_One = Callable[[NDArray[np.float32], NDArray[np.float32], int, int], Planes]


def _one(network: Any) -> _One:
    """Both methods from the same passes: a gradient reaches the image through the layers."""
    import keras
    import tensorflow as tf

    inner = keras.Model(
        network.input, [*_last_of_each_resolution(network), network.get_layer("classes").input]
    )
    shape = network.input.shape[1:]

    @tf.function(
        input_signature=[
            tf.TensorSpec((None, *shape)),
            tf.TensorSpec((2, *shape)),
            tf.TensorSpec((), tf.int32),
        ]
    )  # type: ignore[untyped-decorator]
    def planes(images: Any, ends: Any, number: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(images)
            *layers, features = inner(images, training=False)
            score = _log_odds(network, features, number)
        gradients = tape.gradient(score, [images, *layers])
        changes = (layer[0] - layer[1] for layer in (ends, *inner(ends, training=False)[:-1]))
        return [
            tf.reduce_sum(tf.reduce_mean(gradient, axis=0) * change, axis=-1)
            for gradient, change in zip(gradients, changes, strict=True)
        ]

    def one(
        image: NDArray[np.float32], start: NDArray[np.float32], number: int, steps: int
    ) -> Planes:
        found = planes(_path(image, start, steps), np.stack([image, start]), number)
        by_pixel, *by_layer = (plane.numpy() for plane in found)
        activation = np.mean([_levelled(plane, len(image)) for plane in by_layer], axis=0)
        return np.stack([activation, by_pixel])

    return one


def _levelled(plane: Plane, side: int) -> Plane:
    """A coarse plane over the whole image, smoothed, its highest or lowest place 1 or -1."""
    whole = smoothed(_spread(plane, side))
    return whole / max(float(np.abs(whole).max()), 1e-30)


def _last_of_each_resolution(network: Any) -> list[Any]:
    """The outputs with places, the last of each size, from fine to coarse; not the image itself."""
    found: dict[int, Any] = {}
    is_image = True
    for layer in network.layers:
        is_image = is_image and not layer.weights
        output = layer.output
        if not is_image and not isinstance(output, list) and len(output.shape) == 4:
            found[output.shape[1]] = output
    return list(found.values())


def _log_odds(network: Any, features: Any, number: Any) -> Any:
    """(n,) of one class against all others, from what goes into the classes."""
    import tensorflow as tf

    classes = network.get_layer("classes")
    logits = tf.matmul(features, classes.kernel) + classes.bias
    own = tf.one_hot(number, logits.shape[-1])
    others = tf.reduce_logsumexp(logits - _OUT_OF_REACH * own, axis=-1)
    return tf.reduce_sum(logits * own, axis=-1) - others


def _path(
    image: NDArray[np.float32], start: NDArray[np.float32], steps: int
) -> NDArray[np.float32]:
    """Images half way through each step from `start` to `image`."""
    shares = (np.arange(steps, dtype=np.float32) + np.float32(0.5)) / np.float32(steps)
    return start + shares[:, np.newaxis, np.newaxis, np.newaxis] * (image - start)


def _spread(plane: Plane, side: int) -> Plane:
    """A coarse plane over the whole image, its sum kept."""
    from PIL import Image

    picture = Image.fromarray(plane.astype(np.float32))
    wide = np.asarray(picture.resize((side, side), Image.Resampling.BILINEAR))
    return wide * np.float32(plane.size / side**2)
