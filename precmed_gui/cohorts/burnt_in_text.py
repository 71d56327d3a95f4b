"""A suspicion of writing in the pixels (names, dates), without reading a word of it.

Looks for three or more bright signs of one height side by side near the border. It is no text
recognition: it misses small, faint and slanted writing, and what it finds must be looked at.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_LEAST_SIDE = 100
_SIDE = 512
_CENTRE = 0.25
_LEAST_CONTRAST = 90
_FADED = 40


def glyphs_in_a_row(picture: Any) -> int:
    """How many signs stand in the longest line of what may be writing; 0 of small pictures.

    Parameters
    ----------
    picture
        A grey (mode "L") picture of Pillow.
    """
    if min(picture.size) < _LEAST_SIDE:
        return 0
    if max(picture.size) > _SIDE:
        picture = picture.copy()
        picture.thumbnail((_SIDE, _SIDE))
    grey = np.asarray(picture, np.uint8)
    boxes = _signs(grey)
    return _longest_line(boxes) if len(boxes) else 0


def _signs(grey: NDArray[np.uint8]) -> NDArray[np.int64]:
    """(n, 4) top, bottom, left, right of bright shapes as small and as thin as letters."""
    from scipy import ndimage

    brightest = int(grey.max())
    if brightest - int(np.median(grey[::4, ::4])) < _LEAST_CONTRAST:
        return np.empty((0, 4), np.int64)
    labels, _count = ndimage.label(grey >= brightest - _FADED, np.ones((3, 3)))
    side = max(grey.shape)
    found = []
    for number, area in enumerate(ndimage.find_objects(labels), start=1):
        rows, columns = area
        height, width = rows.stop - rows.start, columns.stop - columns.start
        if not max(5, 0.012 * side) <= height <= 0.08 * side or width > 1.6 * height:
            continue
        if _is_in_the_middle(area, grey.shape):
            continue
        share = np.count_nonzero(labels[area] == number) / (height * width)
        if 0.15 <= share <= (1.0 if 4 * width <= height * 2 else 0.85) and _stands_out(grey, area):
            found.append((rows.start, rows.stop, columns.start, columns.stop))
    return np.array(found, np.int64).reshape(-1, 4)


def _is_in_the_middle(area: tuple[slice, slice], shape: tuple[int, ...]) -> bool:
    inside = [
        _CENTRE * size < (part.start + part.stop) / 2 < (1 - _CENTRE) * size
        for part, size in zip(area, shape, strict=True)
    ]
    return all(inside)


def _stands_out(grey: NDArray[np.uint8], area: tuple[slice, slice]) -> bool:
    """Whether the picture around the shape is much darker than it is."""
    rows, columns = area
    around = grey[
        max(0, rows.start - 2) : rows.stop + 2, max(0, columns.start - 2) : columns.stop + 2
    ]
    edge = np.sort(np.concatenate([around[0], around[-1]]))
    return int(grey[area].max()) - int(edge[3 * len(edge) // 4]) >= _LEAST_CONTRAST


def _longest_line(boxes: NDArray[np.int64]) -> int:
    """Signs of about one height, on one line, with gaps no wider than two letters."""
    boxes = boxes[np.argsort(boxes[:, 2], kind="stable")]
    best = 0
    for first in boxes:
        height = first[1] - first[0]
        near = np.abs(boxes[:, 1] - first[1]) <= 0.25 * height
        alike = np.abs((boxes[:, 1] - boxes[:, 0]) - height) <= 0.3 * height
        line = boxes[near & alike]
        gaps = line[1:, 2] - line[:-1, 3]
        run = 1
        for gap in gaps:
            run = run + 1 if gap <= 1.5 * height else 1
            best = max(best, run)
    return best
