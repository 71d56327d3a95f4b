"""Pictures for the window, made in its reading process: thumbnails by the group, one large view."""

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.errors import UnreadableFile
from precmed_gui.diagnosis.modality import Pixels
from precmed_gui.diagnosis.work import CancelToken, Report
from precmed_gui.language import _
from precmed_gui.modalities.imaging.files import read_with_kind
from precmed_gui.modalities.imaging.kinds import Kind
from precmed_gui.modalities.imaging.pixels import full_scale, is_grey, resized, to_display

_GROUP_SECONDS = 0.05
_FULL_16 = 65535


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


def read_thumbnails(cases: tuple[Case, ...], side: int, report: Report, cancel: CancelToken) -> int:
    """Report a `Thumbnail` of every case, in groups as `ThumbnailsRead`; returns how many.

    `side` is the longest side in pixels. Cases that cannot be read are reported with the reason.
    """
    group: list[Thumbnail] = []
    last = time.monotonic()
    for case in cases:
        cancel.raise_if_set()
        group.append(_thumbnail(case, side))
        if time.monotonic() - last >= _GROUP_SECONDS:
            report(ThumbnailsRead(tuple(group)))
            group, last = [], time.monotonic()
    if group:
        report(ThumbnailsRead(tuple(group)))
    return len(cases)


def _thumbnail(case: Case, side: int) -> Thumbnail:
    try:
        pixels, kind = read_with_kind(case, side)
    except UnreadableFile as error:
        return Thumbnail(case.key, None, error.message)
    white = _white(pixels, kind)
    height, width = pixels.shape[:2]
    share = min(1.0, side / max(height, width))
    if share < 1:
        pixels = resized(pixels, max(1, round(height * share)), max(1, round(width * share)))
    return Thumbnail(case.key, to_display(pixels, white))


def read_picture(case: Case, report: Report, cancel: CancelToken) -> Picture:
    """One case at full size; raises `UnreadableFile`."""
    cancel.raise_if_set()
    pixels, kind = read_with_kind(case)
    has_no_colour = is_grey(pixels)
    return Picture(
        case=case,
        pixels=pixels,
        is_grey=has_no_colour,
        value_range=(0.0, float(_white(pixels, kind))),
        facts=_facts(pixels, kind, is_grey_image=has_no_colour),
    )


def _white(pixels: Pixels, kind: Kind) -> int:
    """A DICOM reader has applied the file's window already: its white stays 65535."""
    if kind == "DICOM" and pixels.dtype == np.uint16:
        return _FULL_16
    return full_scale(pixels)


def _facts(pixels: Pixels, kind: Kind, *, is_grey_image: bool) -> tuple[tuple[str, str], ...]:
    height, width = pixels.shape[:2]
    colour = _("grey") if is_grey_image else _("colour")
    bits = pixels.dtype.itemsize * 8
    return (
        (_("Size"), _("{width} × {height} pixels").format(width=width, height=height)),
        (_("Depth"), _("{bits} bits, {colour}").format(bits=bits, colour=colour)),
        (_("Format"), {"JPEG2000": "JPEG 2000", "NPZ": "NumPy", "IDX": "MNIST"}.get(kind, kind)),
    )
