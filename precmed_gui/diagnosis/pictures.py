"""What the eye gets of a case: a thumbnail in a list, a picture to look at."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.cases import Case

Pixels = NDArray[np.uint8] | NDArray[np.uint16]
"""(height, width) grey or (height, width, 3) colour; 16-bit data stays 16-bit."""


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A small picture of a case.

    Parameters
    ----------
    key
        `Case.key`.
    pixels
        (height, width) grey or (height, width, 3) colour, longest side as asked for (small images
        are not enlarged); None if the case cannot be read.
    reason
        Why there are no pixels; else empty.
    """

    key: str
    pixels: NDArray[np.uint8] | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ThumbnailsRead:
    """An event: the next thumbnails, in the order they were asked for."""

    thumbnails: tuple[Thumbnail, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A case at its full size, for looking at.

    Parameters
    ----------
    case
        What was read.
    pixels
        (height, width) or (height, width, 3), uint8 or uint16, upright.
    is_grey
        Whether it has no colour, though it may have three channels.
    value_range
        (black, white): the pixel values shown so before the user moves the window.
    facts
        (name, value) pairs to show, translated; never who the patient is.
    """

    case: Case
    pixels: Pixels
    is_grey: bool
    value_range: tuple[float, float]
    facts: tuple[tuple[str, str], ...]
