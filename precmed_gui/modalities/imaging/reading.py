"""Pictures for the eye, made in the window's reading process."""

from pathlib import Path
from typing import cast

import numpy as np

from precmed_gui.diagnosis.cases import Case, slice_case
from precmed_gui.diagnosis.errors import UnreadableFile
from precmed_gui.diagnosis.pictures import Picture, Pixels, Thumbnail
from precmed_gui.language import _
from precmed_gui.modalities.imaging.dicom import read_dicom_picture
from precmed_gui.modalities.imaging.files import (
    frame_number,
    kind_of_case,
    middle_slice,
    read_with_kind,
)
from precmed_gui.modalities.imaging.kinds import Kind
from precmed_gui.modalities.imaging.pixels import full_scale, is_grey, resized, to_display

_FULL_16 = 65535
_WITH_CHANNELS = 3
_FORMATS = {"JPEG2000": "JPEG 2000", "NPZ": "NumPy", "IDX": "MNIST", "NIFTI": "NIfTI"}


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


def read_picture(case: Case, slice_number: int = 0) -> Picture:
    """One slice at full size, from 1 (0: the middle one); raises `UnreadableFile`.

    Grey DICOM keeps all its values, with their unit; its windows only say how it is shown first.
    """
    number = min(slice_number, case.slices) if slice_number > 0 else middle_slice(case)
    one = slice_case(case, number)
    if kind_of_case(one) == "DICOM":
        return _dicom_picture(case, one, number)
    pixels, kind = read_with_kind(one)
    has_no_colour = is_grey(pixels)
    if has_no_colour and pixels.ndim == _WITH_CHANNELS:
        pixels = cast(Pixels, np.ascontiguousarray(pixels[..., 0]))
    return Picture(
        case=case,
        pixels=pixels,
        is_grey=has_no_colour,
        value_range=(0.0, float(_white(pixels, kind))),
        facts=(*_facts(pixels, kind, is_grey_image=has_no_colour), *_place(case, number)),
        slice_number=number,
    )


def _dicom_picture(case: Case, one: Case, number: int) -> Picture:
    read = read_dicom_picture(Path(one.path), frame_number(one))
    values, pixels = read.values, read.values.pixels
    has_no_colour = is_grey(pixels)
    if has_no_colour and pixels.ndim == _WITH_CHANNELS:
        pixels = cast(Pixels, np.ascontiguousarray(pixels[..., 0]))
    facts = list(_facts(pixels, "DICOM", is_grey_image=has_no_colour))
    if read.modality:
        facts.append((_("Modality"), read.modality))
    facts += _place(case, number)
    if read.thickness is not None:
        thickness = _("{number} mm").format(number=f"{read.thickness:.4g}")
        facts.append((_("Slice thickness"), thickness))
    if values.unit:
        facts.append((_("Unit"), values.unit))
    return Picture(
        case=case,
        pixels=pixels,
        is_grey=has_no_colour,
        value_range=values.value_range,
        facts=tuple(facts),
        slice_number=number,
        unit=values.unit,
        scale=values.scale,
        offset=values.offset,
        windows=values.windows,
    )


def _place(case: Case, number: int) -> tuple[tuple[str, str], ...]:
    if case.slices == 1:
        return ()
    place = _("{number} of {count}").format(number=f"{number:,}", count=f"{case.slices:,}")
    return ((_("Slice"), place),)


def _white(pixels: Pixels, kind: Kind) -> int:
    """DICOM and NIfTI readers have spread the values already: their white stays 65535."""
    if kind in ("DICOM", "NIFTI") and pixels.dtype == np.uint16:
        return _FULL_16
    return full_scale(pixels)


def _facts(pixels: Pixels, kind: Kind, *, is_grey_image: bool) -> tuple[tuple[str, str], ...]:
    height, width = pixels.shape[:2]
    colour = _("grey") if is_grey_image else _("colour")
    bits = pixels.dtype.itemsize * 8
    return (
        (_("Size"), _("{width} × {height} pixels").format(width=width, height=height)),
        (_("Depth"), _("{bits} bits, {colour}").format(bits=bits, colour=colour)),
        (_("Format"), _FORMATS.get(kind, kind)),
    )
