"""Pixels on their way: from any numbers to 8 or 16 bits, to a network's square, to the screen."""

from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from precmed_gui.diagnosis.errors import UnreadableFile
from precmed_gui.diagnosis.pictures import Pixels
from precmed_gui.language import _

_FULL_8 = 255
_FULL_16 = 65535
_ROWS = 512


def prepare(image: Pixels, size: int, channels: Literal[1, 3]) -> Pixels:
    """The image as a network takes it: a square of `size` with `channels`, values unchanged.

    Parameters
    ----------
    image
        (height, width) grey or (height, width, 3) colour, uint8 or uint16.
    size
        Side of the square in pixels; the aspect ratio is not kept.
    channels
        1: colour becomes luminance (ITU-R BT.601); 3: grey is repeated.

    Returns
    -------
    ndarray
        (size, size, channels), of the dtype of `image`; resized by bilinear interpolation whose
        support grows with the reduction (antialiased).

    Raises
    ------
    UnreadableFile
        If the shorter side of `image` is smaller than `size`: nothing is enlarged.
    """
    height, width = image.shape[:2]
    if min(height, width) < size:
        raise UnreadableFile(
            _(
                "The image is {width} × {height} pixels, smaller than the {size} × {size} "
                "that the network takes."
            ).format(width=width, height=height, size=size),
            _("Choose a smaller image size, or leave this image out."),
        )
    if channels == 1 and image.ndim == 3:
        image = luminance(image)
    if (height, width) != (size, size):
        image = resized(image, size, size)
    if image.ndim == 2:
        return cast(Pixels, np.repeat(image[..., np.newaxis], channels, axis=2))
    return image


def luminance(image: Pixels) -> Pixels:
    """Grey of a colour image by ITU-R BT.601, with the integer weights of Pillow's "L"."""
    weights = np.array([19595, 38470, 7471], dtype=np.uint32)
    grey = np.empty(image.shape[:2], dtype=image.dtype)
    for top in range(0, image.shape[0], _ROWS):
        rows = slice(top, top + _ROWS)
        grey[rows] = (image[rows].astype(np.uint32) @ weights + 0x8000) >> 16
    return grey


def resized(image: Pixels, height: int, width: int) -> Pixels:
    """`image` as (height, width[, 3]), antialiased bilinear, same dtype, 16 bits kept."""
    box = (width, height)
    if image.dtype == np.uint8:
        small = Image.fromarray(image).resize(box, Image.Resampling.BILINEAR)
        return np.array(small, dtype=np.uint8)
    if image.ndim == 3:
        planes = [resized(image[:, :, band], height, width) for band in range(3)]
        return np.stack(planes, axis=2).astype(np.uint16)
    exact = Image.fromarray(image.astype(np.float32)).resize(box, Image.Resampling.BILINEAR)
    values = np.asarray(exact, dtype=np.float32)
    return np.clip(np.rint(values), 0, _FULL_16).astype(np.uint16)


def is_grey(image: Pixels) -> bool:
    """Whether the image has no colour: one channel, or three that are equal everywhere."""
    if image.ndim == 2:
        return True
    red, green, blue = image[..., 0], image[..., 1], image[..., 2]
    return bool(np.array_equal(red, green) and np.array_equal(green, blue))


def full_scale(image: Pixels) -> int:
    """The value that is shown as white: 255, or for 16 bits the smallest 2^k - 1 in reach.

    Detectors store 10, 12 or 14 bits in 16; k is at least 8, and no pixel is above the result.
    """
    if image.dtype == np.uint8 or image.size == 0:
        return _FULL_8
    return (1 << max(8, int(image.max()).bit_length())) - 1


def to_display(image: Pixels, white: int | None = None) -> NDArray[np.uint8]:
    """The image in 8 bits for the screen; `white` (default `full_scale`) becomes 255."""
    if image.dtype == np.uint8:
        return image.astype(np.uint8, copy=False)
    top = full_scale(image) if white is None else white
    values = np.arange(_FULL_16 + 1, dtype=np.uint32)
    table = np.minimum((values * _FULL_8 + top // 2) // top, _FULL_8).astype(np.uint8)
    return table[image]


def from_numbers(values: NDArray[np.generic]) -> Pixels:
    """Pixels of any real numbers, for the rare files that hold neither 8 nor 16 bits.

    uint8 and uint16 stay as they are; true/false becomes 0/255. Whole numbers within 0 to 65535
    keep their value as uint16. Fractions within 0 to 1 are scaled to 0 to 65535. All else (signed
    values, 32 bits) is spread from its smallest to its largest value over 0 to 65535. What is not
    a number counts as the smallest.
    """
    if values.dtype in (np.uint8, np.uint16):
        return cast(Pixels, values)
    if values.dtype == np.bool_:
        return values.astype(np.uint8) * np.uint8(_FULL_8)
    if values.size == 0 or values.dtype.kind not in "iuf":
        raise UnreadableFile(_("The image holds no numbers that can be shown as grey values."))
    lowest, highest = _finite_range(values)
    offset, factor = _spread(lowest, highest, is_whole=values.dtype.kind in "iu")
    pixels = np.empty(values.shape, dtype=np.uint16)
    for top in range(0, values.shape[0], _ROWS):
        rows = np.nan_to_num(
            values[top : top + _ROWS].astype(np.float64), nan=lowest, posinf=highest, neginf=lowest
        )
        pixels[top : top + _ROWS] = np.clip(np.rint((rows - offset) * factor), 0, _FULL_16)
    return pixels


def _finite_range(values: NDArray[np.generic]) -> tuple[float, float]:
    lows, highs = [], []
    for top in range(0, values.shape[0], _ROWS):
        rows = values[top : top + _ROWS].astype(np.float64)
        rows = rows[np.isfinite(rows)]
        if rows.size:
            lows.append(float(rows.min()))
            highs.append(float(rows.max()))
    return (min(lows), max(highs)) if lows else (0.0, 0.0)


def _spread(lowest: float, highest: float, *, is_whole: bool) -> tuple[float, float]:
    if lowest >= 0 and highest <= 1 and not is_whole:
        return 0.0, float(_FULL_16)
    if lowest >= 0 and highest <= _FULL_16:
        return 0.0, 1.0
    return lowest, _FULL_16 / (highest - lowest) if highest > lowest else 0.0
