"""What one picture is like, in figures a check can compare; its pixels are looked at once.

Used by `image_facts`, which keeps the figures of a cohort, and by `learning.decoded`, which needs
the fingerprint of every image it prepares; whoever looks for copies asks `linking`.
"""

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from precmed_gui.cohorts.burnt_in_text import glyphs_in_a_row
from precmed_gui.diagnosis.pictures import Pixels

MINIATURE = 32
FACTS = np.dtype(
    [
        ("fingerprint", "S32"),
        ("width", "<u4"),
        ("height", "<u4"),
        ("is_wide", "?"),
        ("is_grey", "?"),
        ("mean", "<f4"),
        ("spread", "<f4"),
        ("low", "<f4"),
        ("high", "<f4"),
        ("black", "<f4"),
        ("white", "<f4"),
        ("glyphs", "<u2"),
        ("misnamed", "S12"),
        ("miniature", "u1", (MINIATURE, MINIATURE)),
    ]
)
"""One row a picture.

fingerprint
    See `fingerprint`.
is_wide, is_grey
    Whether it came with 16 bits; whether it has no colour, though it may have three channels.
mean, spread
    Mean and standard deviation of the brightness, 0 (black) to 1 (white).
low, high
    The 1st and 99th percentile of the brightness.
black, white
    Shares of pixels that are quite black or quite white, of 256 levels.
glyphs
    See `glyphs_in_a_row`.
misnamed
    The kind of file where its ending promises another one, else empty; filled by `image_facts`.
miniature
    The brightness at 32 x 32, spread over 0 to 255 so that dark pictures keep their detail.
"""

_EMPTY = "empty-"
_LEVELS = 256
_RED, _GREEN, _BLUE = 0, 1, 2


def fingerprint(image: Pixels) -> str:
    """32 hexadecimal digits that tell these pixels from all others.

    Of a picture of one colour the first six are "empty-" instead, see `linking`.
    """
    digest = hashlib.sha256(f"{image.shape} {image.dtype}".encode())
    digest.update(np.ascontiguousarray(image).data)
    digits = digest.hexdigest()[:32]
    return f"{_EMPTY}{digits[len(_EMPTY) :]}" if _is_empty(image) else digits


def fingerprint_of_slices(fingerprints: Sequence[str]) -> str:
    """32 hexadecimal digits that tell these slices, in this order, from all others."""
    return hashlib.sha256(" ".join(fingerprints).encode("ascii")).hexdigest()[:32]


def _is_empty(image: Pixels) -> bool:
    first = image[:1, :1]
    return bool((image[:1] == first).all() and (image == first).all())


def linking(fingerprints: Iterable[str]) -> list[str]:
    """`fingerprints`, "" for each that says nothing about whose picture it is.

    Volumes end in empty slices, which are equal for everybody: they make no two people one, and
    no copy in another part of a split.
    """
    return ["" if text.startswith(_EMPTY) else text for text in fingerprints]


def picture_facts(image: Pixels) -> NDArray[np.void]:
    """One row of `FACTS` about (height, width) grey or (height, width, 3) colour pixels."""
    from PIL import Image

    grey = _in_8_bits(image)
    is_grey = grey.ndim == 2 or _has_equal_channels(image)
    picture = Image.fromarray(grey)
    if grey.ndim == 3:
        picture = picture.convert("L")
    counts = np.array(picture.histogram(), np.float64)
    row = np.zeros((), FACTS)
    row["fingerprint"] = fingerprint(image).encode()
    row["height"], row["width"] = image.shape[:2]
    row["is_wide"] = image.dtype == np.uint16
    row["is_grey"] = is_grey
    _put_brightness(row, counts)
    row["glyphs"] = glyphs_in_a_row(picture)
    row["miniature"] = _miniature(picture, counts)
    return row


def _in_8_bits(image: Pixels) -> NDArray[np.uint8]:
    """Brightness in 8 bits; of 10, 12 or 14 bits in 16, the upper 8 that are used."""
    if image.dtype == np.uint8:
        return np.ascontiguousarray(image, np.uint8)
    used = int(image.max()).bit_length() if image.size else 0
    return np.right_shift(image, max(0, used - 8)).astype(np.uint8)


def _has_equal_channels(image: Pixels) -> bool:
    red, green, blue = image[..., _RED], image[..., _GREEN], image[..., _BLUE]
    return bool(np.array_equal(red, green) and np.array_equal(green, blue))


def _put_brightness(row: NDArray[np.void], counts: NDArray[np.float64]) -> None:
    total = counts.sum()
    levels = np.arange(_LEVELS) / (_LEVELS - 1)
    mean = float(counts @ levels) / total
    row["mean"] = mean
    row["spread"] = np.sqrt(max(0.0, float(counts @ levels**2) / total - mean**2))
    below = np.cumsum(counts) / total
    row["low"], row["high"] = levels[np.searchsorted(below, (0.01, 0.99))]
    row["black"], row["white"] = counts[0] / total, counts[-1] / total


def _miniature(picture: object, counts: NDArray[np.float64]) -> NDArray[np.uint8]:
    from PIL import Image

    assert isinstance(picture, Image.Image)
    used = np.flatnonzero(counts)
    darkest, brightest = int(used[0]), int(used[-1])
    if brightest - darkest < _LEVELS // 2:  # spread first, or rounding takes the detail
        reach = max(1, brightest - darkest)
        table = np.clip((np.arange(_LEVELS) - darkest) * (_LEVELS - 1) / reach, 0, _LEVELS - 1)
        picture = picture.point(np.rint(table).astype(int).tolist())
    small = picture.resize((MINIATURE, MINIATURE), Image.Resampling.BILINEAR)
    return np.asarray(small, np.uint8)
