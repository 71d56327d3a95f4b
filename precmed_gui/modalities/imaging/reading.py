"""Pictures for the eye, made in the window's reading process."""

from typing import cast

import numpy as np

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.errors import UnreadableFile
from precmed_gui.diagnosis.pictures import Picture, Pixels, Thumbnail
from precmed_gui.language import _
from precmed_gui.modalities.imaging.files import read_with_kind
from precmed_gui.modalities.imaging.kinds import Kind
from precmed_gui.modalities.imaging.pixels import full_scale, is_grey, resized, to_display

_FULL_16 = 65535
_WITH_CHANNELS = 3


def read_thumbnail(case: Case, side: int) -> Thumbnail:
    """A small picture, its longest side at most `side` pixels; or the reason there is none."""
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


def read_picture(case: Case) -> Picture:
    """One case at full size; raises `UnreadableFile`."""
    pixels, kind = read_with_kind(case)
    has_no_colour = is_grey(pixels)
    if has_no_colour and pixels.ndim == _WITH_CHANNELS:
        pixels = cast(Pixels, np.ascontiguousarray(pixels[..., 0]))
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
