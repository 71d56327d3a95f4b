"""Which images a model refuses to read, and why: the checks that need no distance, and that one.

Fitted by `judging` after a training, asked by `verdicts` and `evaluate`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.evaluation import GateRule
from precmed_gui.diagnosis.pictures import Pixels
from precmed_gui.language import _

SMALLER = 0.5
"""Of the training images' shorter side: a smaller image is far smaller than they were."""
FLATTER = 0.5
"""Of the contrast that one training image in a hundred does not reach."""
LEAST_CONTRAST = 1 / 255
COLOURED = 0.04
"""Of full scale: with channels further apart than this on average an image has colours; a few
coloured marks or the noise of a camera stay below."""
LEAST_LIKENESS = 0.3
"""A correlation with the mean training image below which an image can look like this by chance."""
NEGATIVE = -1
"""A likeness to the template below this: the image is as like it inverted as others are upright."""
NEARER = 0.5
"""Of its distance: an image whose negative is nearer than this is a negative."""
_STEPS = 128


@dataclass(frozen=True, slots=True)
class Look:
    """What can be seen of an image without a network.

    Parameters
    ----------
    width, height
        In pixels.
    is_coloured
        Whether it has colours that mean something.
    """

    width: int
    height: int
    is_coloured: bool


def look_at(image: Pixels) -> Look:
    """Look at an image."""
    height, width = image.shape[:2]
    return Look(width, height, _is_coloured(image))


def contrasts(images: NDArray[np.float32]) -> NDArray[np.float64]:
    """The (n,) standard deviations of the grey values of (n, size, size, channels) in [0, 1]."""
    return np.asarray(_greys(images).std(axis=(1, 2)), dtype=np.float64)


def least_contrast(training: NDArray[np.float64]) -> float:
    """Below which contrast an image is blank, from those of training images."""
    return max(LEAST_CONTRAST, FLATTER * float(np.quantile(training, 0.01)))


def standardised(images: NDArray[np.float32]) -> NDArray[np.float64]:
    """(n, size, size) grey values with mean 0 and deviation 1; blank images are 0."""
    grey = _greys(images)
    centred = grey - grey.mean(axis=(1, 2), keepdims=True)
    deviations = centred.std(axis=(1, 2), keepdims=True)
    return np.asarray(centred / np.where(deviations > 0, deviations, 1.0))


def _greys(images: NDArray[np.float32]) -> NDArray[np.float64]:
    """(n, size, size) means over the channels; NumPy is slow where an axis is as short as these."""
    if images.shape[3] == 1:
        return images[..., 0].astype(np.float64)
    return np.asarray(images.mean(axis=3, dtype=np.float64))


def limited_template(
    mean: NDArray[np.float64], training: NDArray[np.float64]
) -> NDArray[np.float32]:
    """The mean training image, scaled so that a negative has a likeness to it below -1.

    Medical images are mostly taken alike: their correlation with the mean of all is high, and that
    of a negative is the same with the other sign. The limit is the correlation that all but one
    training image in a hundred reach, and never one that a training image falls below.

    Parameters
    ----------
    mean
        (size, size) of standardised training images.
    training
        (n,) their `likenesses` to `mean`.
    """
    spread = float(mean.std())
    if spread == 0:
        return np.zeros(mean.shape, np.float32)
    found = training / spread
    limit = max(LEAST_LIKENESS, float(np.quantile(found, 0.01)), -1.01 * float(found.min()))
    return np.asarray(mean / spread / limit, dtype=np.float32)


def likenesses(images: NDArray[np.float32], template: NDArray[np.floating]) -> NDArray[np.float64]:
    """The (n,) mean products of standardised images and a (size, size) template."""
    return likenesses_and_contrasts(images, template)[0]


def likenesses_and_contrasts(
    images: NDArray[np.float32], template: NDArray[np.floating]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """`likenesses` and `contrasts`, which have most of their arithmetic in common."""
    flat = np.asarray(template, images.dtype).ravel()
    found = [_likeness_and_contrast(image, flat) for image in images]
    values = np.array(found, np.float64).reshape(-1, 2)
    return values[:, 0], values[:, 1]


def _likeness_and_contrast(
    image: NDArray[np.float32], template: NDArray[np.float32]
) -> tuple[float, float]:
    """One image at a time stays in the processor's cache, which makes it twice as fast."""
    grey = image if image.shape[2] == 1 else image.mean(axis=2)
    centred = grey.ravel() - grey.mean()
    # Not by `@`: threads of NumPy's arithmetic wait for those of the network.
    contrast = float(np.sqrt(float(np.einsum("i,i", centred, centred)) / template.size))
    product = float(np.einsum("i,i", centred, template)) / template.size
    return product / (contrast or 1.0), contrast


def are_negatives(images: NDArray[np.float32], template: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell the (n,) images that are as like the training images when inverted as those are."""
    return likenesses(images, template) < NEGATIVE


def refused_at_sight(look: Look, gate: GateRule, contrast: float, likeness: float) -> str:
    """Why an image is refused whatever the network says, one sentence; "" if it is not.

    Parameters
    ----------
    look
        What can be seen of it.
    gate
        Of the model.
    contrast, likeness
        One of `likenesses_and_contrasts` of what the network gets.
    """
    if min(look.width, look.height) < SMALLER * gate.smallest_side:
        return _(
            "The image is {width} × {height} pixels, far smaller than nearly all images that the "
            "model learned from ({side} pixels or more)."
        ).format(width=look.width, height=look.height, side=gate.smallest_side)
    if contrast < gate.least_contrast:
        return _("The image is blank, or shows next to nothing at the size the network sees.")
    if gate.is_grey and look.is_coloured:
        return _("The image is in colour, but the model learned from grey images only.")
    return _negative() if likeness < NEGATIVE else ""


def refused_by_distance(
    away: NDArray[np.float64],
    gate: GateRule,
    ask_inverted: Callable[[NDArray[np.int64]], NDArray[np.float64]],
) -> list[str]:
    """Why images are refused as unlike the training images, one sentence each; "" if not.

    Parameters
    ----------
    away
        (n,) distances to the training images.
    gate
        Of the model.
    ask_inverted
        The distances of some of the images, by row, with black and white exchanged; asked once,
        and only for images that are too far away.
    """
    reasons = [""] * len(away)
    rows = np.flatnonzero(away > gate.threshold)
    if not len(rows):
        return reasons
    for row, inverted in zip(rows.tolist(), ask_inverted(rows).tolist(), strict=True):
        is_better = inverted <= gate.threshold or inverted < NEARER * away[row]
        reasons[row] = _negative() if is_better else _unlike()
    return reasons


def _negative() -> str:
    return _("The image looks like a negative (inverted): black and white are exchanged.")


def _unlike() -> str:
    return _("The image is unlike the images that the model learned from.")


def _is_coloured(image: Pixels) -> bool:
    if image.ndim == 2:
        return False
    step = -(-max(image.shape[:2]) // _STEPS)
    red, green, blue = (image[::step, ::step, band] for band in range(3))
    highest = np.maximum(np.maximum(red, green), blue)
    apart = highest - np.minimum(np.minimum(red, green), blue)
    full = 255 if image.dtype == np.uint8 else max(255, int(image.max()))
    return bool(apart.mean() > COLOURED * full)
