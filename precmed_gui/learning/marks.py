"""Paints over what looks like letters of text or metal near the border; `shortcuts` uses it.

There is no reading of letters: a mark is small, bright, thin of stroke, wholly near one edge, and
stands alone on even ground. That parts letters from skulls, ribs and clavicles, most of the time.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]

_STROKE = 0.06
_ZONE = 0.2
_STANDS_OUT = 0.3
_UNEVEN = 0.25
"""Shares of the image's range: what a mark is brighter by at least, its ground uneven at most."""
_LARGEST = (0.13, 0.5)
_SMALLEST = 0.025
"""Of the side: short and long side of a line of letters; the long side of a mark at least."""
_GROUND = 0.03
_FEWEST = 3
_LEAST_GROUND = 8


def without_marks(image: Image) -> Image:
    """The image with what looks like letters or metal marks near its border painted over.

    Candidates are what a grey opening (Serra 1982) by a square wider than a stroke takes away and
    what stands out clearly (a white top-hat), neighbours taken together. Kept are those of the
    size of letters, wholly near one edge, on ground that is even and darker. Of 150 chest X-rays
    of children about 60 were found marked, nearly all rightly; of 150 brain MR images 26, a third
    of them for bright vessels. Dark, faint or broad marks, and those over bones, are missed.

    Parameters
    ----------
    image
        (size, size, channels) in [0, 1].

    Returns
    -------
    ndarray
        A new image, or `image` itself where nothing was found.
    """
    from scipy.ndimage import grey_opening

    side = len(image)
    stroke = max(3, 2 * round(_STROKE * side / 2) + 1)
    opened = grey_opening(image, size=(stroke, stroke, 1), mode="nearest")
    span = float(image.max() - image.min())
    is_bright = (image - opened).max(axis=-1) > _STANDS_OUT * span
    if not span or not is_bright.any():
        return image
    grey = image.mean(axis=-1)
    is_mark = np.zeros(grey.shape, np.bool_)
    for one in _pieces(is_bright):
        if _is_letter_like(one, side) and _stands_alone(one, grey, span):
            is_mark[one.area] |= one.mask
    return np.where(is_mark[..., np.newaxis], opened, image) if is_mark.any() else image


@dataclass(frozen=True)
class _Piece:
    """Bright places that belong together.

    `area` is where: rows and columns with some ground around; `mask` the piece and a thin seam,
    `bright` its own places, `others` every bright place and seam, all within `area`.
    """

    area: tuple[slice, slice]
    mask: Mask
    bright: Mask
    others: Mask


def _pieces(is_bright: Mask) -> Iterator[_Piece]:
    from scipy.ndimage import binary_dilation, find_objects, label

    side = len(is_bright)
    joined = binary_dilation(is_bright, iterations=_seam(side))
    numbers, _count = label(joined, structure=np.ones((3, 3)))
    ground = max(2, round(_GROUND * side))
    for number, (rows, columns) in enumerate(find_objects(numbers), 1):
        area = (
            slice(max(0, rows.start - ground), rows.stop + ground),
            slice(max(0, columns.start - ground), columns.stop + ground),
        )
        mask = numbers[area] == number
        yield _Piece(area, mask, mask & is_bright[area], joined[area])


def _seam(side: int) -> int:
    return max(1, side // 64)


def _is_letter_like(one: _Piece, side: int) -> bool:
    if one.bright.sum() < _FEWEST:
        return False
    first = [place.start for place in one.area]
    rows, columns = (np.flatnonzero(one.bright.any(axis=axis)) for axis in (1, 0))
    ends = [(int(found[0]), int(found[-1]) + 1) for found in (rows, columns)]
    short, long = sorted(high - low for low, high in ends)
    if short > _LARGEST[0] * side or long > _LARGEST[1] * side or long < _SMALLEST * side:
        return False
    edge = _ZONE * side
    return any(
        start + high <= edge or start + low >= side - edge
        for start, (low, high) in zip(first, ends, strict=True)
    )


def _stands_alone(one: _Piece, grey: Image, span: float) -> bool:
    around = grey[one.area][~one.others]
    if around.size < _LEAST_GROUND:
        return False
    low, high = np.quantile(around, (0.05, 0.95))
    brightness = float(np.median(grey[one.area][one.bright]))
    is_even = high - low <= _UNEVEN * span
    return bool(is_even and brightness - high >= 0.8 * _STANDS_OUT * span)
