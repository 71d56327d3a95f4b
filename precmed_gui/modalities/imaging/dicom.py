"""DICOM files: the case in one, its pixels for a network, and its picture for the eye."""

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.errors import UnreadableFile
from precmed_gui.diagnosis.pictures import Pixels, StatedWindow
from precmed_gui.language import _
from precmed_gui.modalities.imaging.decoding import decoding
from precmed_gui.modalities.imaging.dicom_codecs import DecodedFrame
from precmed_gui.modalities.imaging.dicom_files import look_into, opened
from precmed_gui.modalities.imaging.dicom_greys import RangedPixels, greys_of, ranged, shown
from precmed_gui.modalities.imaging.dicom_header import (
    PixelForm,
    number_of,
    text_of,
    value_of,
)
from precmed_gui.modalities.imaging.dicom_pixels import require_known_compression, stored_frame
from precmed_gui.modalities.imaging.dicom_series import PLACE_KEYWORDS, SlicePlace, place_of
from precmed_gui.modalities.imaging.dicom_tables import eight_bits, palette_colours, rgb_of_ybr
from precmed_gui.modalities.imaging.traits import TRAIT_KEYWORDS, traits_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_KEYWORDS = ("PatientID", *TRAIT_KEYWORDS, *PLACE_KEYWORDS)
_PALETTE = "PALETTE COLOR"
_FULL_8 = 255.0


@dataclass(frozen=True, slots=True)
class DicomPicture:
    """One frame for the eye: its values with their meaning, and what its header says of it."""

    values: RangedPixels
    modality: str
    thickness: float | None


def check_dicom(path: Path) -> tuple[Case, SlicePlace | None]:
    """The case in a DICOM file by its header, and its place in a series, if it can have one.

    Raises
    ------
    UnreadableFile
        If it holds no image, one that is too large, or one that cannot be decoded.
    """
    with decoding():
        image = look_into(path, _KEYWORDS)
        require_known_compression(image)
        header, form = image.header, image.form
        _require_known_colour(form)
        values = {keyword: value_of(header, keyword) for keyword in TRAIT_KEYWORDS}
        case = Case(
            path=str(path),
            patient=text_of(header, "PatientID"),
            traits=traits_of(values),
            slices=form.frames,
        )
        return case, place_of(header, form)


def read_dicom(path: Path, number: int = 1, window: StatedWindow | None = None) -> Pixels:
    """One frame as the file says it is to be shown.

    Parameters
    ----------
    number
        Which frame, from 1.
    window
        Replaces the file's own where values are Hounsfield units; else it is ignored.

    Returns
    -------
    ndarray
        (height, width) uint16 over 0 to 65535 for grey, (height, width, 3) uint8 for colour.

    Raises
    ------
    UnreadableFile
        For too many pixels, no pixels, damage, or an unknown compression.
    """
    with decoding():
        image = opened(path)
        frame = stored_frame(image, number)
        if _is_colour(image.form):
            return _colours(frame, image.header, image.form)
        return shown(frame.values, greys_of(image, number), window)


def read_dicom_picture(path: Path, number: int = 1) -> DicomPicture:
    """One frame with all its values, for looking at; raises as `read_dicom`."""
    with decoding():
        image = opened(path)
        frame = stored_frame(image, number)
        if _is_colour(image.form):
            pixels = _colours(frame, image.header, image.form)
            values = RangedPixels(pixels, (0.0, _FULL_8))
        else:
            values = ranged(frame.values, greys_of(image, number))
        header = image.header
        return DicomPicture(
            values, text_of(header, "Modality"), number_of(header, "SliceThickness")
        )


def _is_colour(form: PixelForm) -> bool:
    return form.samples > 1 or form.photometric == _PALETTE


def _require_known_colour(form: PixelForm) -> None:
    kinds = ("RGB", "YBR", "XYB", "MONOCHROME", "")
    if form.samples > 1 and not form.photometric.startswith(kinds):
        raise UnreadableFile(_("The DICOM image has a kind of colour that cannot be shown."))


def _colours(frame: DecodedFrame, header: "Dataset", form: PixelForm) -> Pixels:
    values = frame.values
    if form.samples == 1:
        return palette_colours(values, header)
    bits = min(frame.precision, values.dtype.itemsize * 8)
    if form.photometric.startswith("YBR") and not frame.is_rgb:
        values = rgb_of_ybr(values, form.photometric, bits)
    return eight_bits(values, bits)


def picture_digest(path: str) -> bytes:
    """A SHA-256 over the stored numbers of a file of one frame, or over all of a damaged file."""
    try:
        with decoding():
            values = stored_frame(look_into(Path(path))).values
            plain = values.astype(np.float64 if values.dtype.kind == "f" else np.int64)
            digest = hashlib.sha256(f"{plain.shape}".encode())
            digest.update(np.ascontiguousarray(plain).data)
            return digest.digest()
    except UnreadableFile:
        with suppress(OSError), Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
        return os.fsencode(path)
