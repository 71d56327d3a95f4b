"""What the eye gets of a case: a thumbnail in a list, a picture to look at."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.cases import Case

Pixels = NDArray[np.uint8] | NDArray[np.uint16]
"""(height, width) grey or (height, width, 3) colour; 16-bit data stays 16-bit."""


@dataclass(frozen=True, slots=True)
class StatedWindow:
    """A window on stored units, for instance Hounsfield units: what is black, what is white.

    Parameters
    ----------
    name
        For cards and the command line: "lung", "bone", "soft-tissue", "brain", or "file" for the
        one a file states.
    center, width
        In the unit of the data; shown by LINEAR of DICOM PS3.3 C.11.2.1.2.
    """

    name: str
    center: float
    width: float


@dataclass(frozen=True, slots=True)
class Tag:
    """One line of a file's header, as a table beside the picture shows it.

    Parameters
    ----------
    number
        "(0010,0020)", indented by two spaces a level inside a sequence.
    name, value
        For people; a value is at most 200 characters, of binary data only the size.
    is_identity
        Whether it may say who the patient is: shown only when asked for.
    """

    number: str
    name: str
    value: str
    is_identity: bool = False


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
    slice_number
        Which of `case.slices` this is, from 1.
    unit, scale, offset
        What pixel values mean: `scale * pixel + offset` in `unit` ("HU"); "" where they mean
        nothing but brightness.
    windows
        Presets that apply to it, in its unit; the window the file states first.
    """

    case: Case
    pixels: Pixels
    is_grey: bool
    value_range: tuple[float, float]
    facts: tuple[tuple[str, str], ...]
    slice_number: int = 1
    unit: str = ""
    scale: float = 1.0
    offset: float = 0.0
    windows: tuple[StatedWindow, ...] = ()
