"""PNG, JPEG, TIFF and their like, by Pillow, restricted to the formats named in `kinds`."""

import struct
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.errors import UnreadableFile
from precmed_gui.diagnosis.pictures import Pixels
from precmed_gui.language import _
from precmed_gui.modalities.imaging.decoding import (
    MAX_PIXELS,
    damaged,
    decoding,
    require_size,
)
from precmed_gui.modalities.imaging.kinds import RasterKind
from precmed_gui.modalities.imaging.pixels import from_numbers
from precmed_gui.modalities.imaging.traits import traits_of

PATIENT_KEY = "PatientID"
"""A PNG text chunk of this name, before the pixels, says whose image it is.

Chunks called as in `traits.TRAIT_KEYWORDS` tell its traits.
"""

_JPEG2000_MAX_SAMPLES = 16_000_000
_WEBP_MAX_PIXELS = 32_000_000
"""Lower than `MAX_PIXELS`: these decoders take several times the memory and time of the others."""
_MAX_PAGES = 2_000
_ORIENTATION_TAG = 0x0112
_SUBFILE_TAG = 254
_REDUCED_COPY = 1
_ROWS = 512


def check_raster(path: Path, kind: RasterKind) -> list[Case]:
    """The cases of one file by its header alone; each page of a TIFF is a case "page/N".

    Raises `UnreadableFile` if nothing in it can be read.
    """
    with decoding(), Image.open(path, formats=[kind]) as image:
        if kind != "TIFF":
            _require_fit(image, kind)
            if kind != "PNG":
                return [Case(path=str(path))]
            patient = str(image.info.get(PATIENT_KEY, "")).strip()
            return [Case(path=str(path), patient=patient, traits=traits_of(image.info))]
        return _check_pages(image, path)


def _check_pages(image: Image.Image, path: Path) -> list[Case]:
    pages = _fit_pages(image)
    if pages == [1] and not _has_page(image, 1):
        return [Case(path=str(path))]
    return [Case(path=str(path), item=f"page/{page}") for page in pages]


def _fit_pages(image: Image.Image) -> list[int]:
    """Numbers, from 1, of the pages that are images of their own and not too large."""
    fit: list[int] = []
    refused: UnreadableFile | None = None
    page = 0
    while _has_page(image, page):
        page += 1
        if page > _MAX_PAGES:
            raise UnreadableFile(
                _("The file has more than {limit} pages.").format(limit=f"{_MAX_PAGES:,}")
            )
        if page > 1 and _is_reduced_copy(image):
            continue
        try:
            _require_fit(image, "TIFF")
            fit.append(page)
        except UnreadableFile as error:
            refused = error
    if not fit:
        raise refused or UnreadableFile(damaged())
    return fit


def _has_page(image: Image.Image, index: int) -> bool:
    try:
        image.seek(index)
    except EOFError:
        return False
    return True


def _is_reduced_copy(image: Image.Image) -> bool:
    tags = getattr(image, "tag_v2", {})
    return bool(int(tags.get(_SUBFILE_TAG, 0)) & _REDUCED_COPY)


def _require_fit(image: Image.Image, kind: RasterKind) -> None:
    limit = MAX_PIXELS
    if kind == "WEBP":
        limit = _WEBP_MAX_PIXELS
    if kind == "JPEG2000":
        limit = _JPEG2000_MAX_SAMPLES // len(image.getbands())
    require_size(image.width, image.height, limit)


def read_raster(path: Path, kind: RasterKind, page: int = 1, side: int | None = None) -> Pixels:
    """The pixels of one page, upright as its EXIF orientation says.

    Parameters
    ----------
    page
        From 1; only a TIFF has more than one.
    side
        If given, the result may be smaller than the file's image, yet no side is below `side`:
        a JPEG is then decoded at a fraction of its size, several times faster.

    Raises
    ------
    UnreadableFile
        If it cannot be decoded, or is larger than 64 million pixels.
    """
    with decoding():
        with Image.open(path, formats=[kind]) as image:
            if page > 1:
                image.seek(page - 1)
            _require_fit(image, kind)
            if side is not None and kind == "JPEG":
                image.draft(None, (side, side))
            image.load()
            turn = 1 if kind == "TIFF" else _orientation(image)
            pixels = _to_pixels(image)
        return _upright(pixels, turn)


def _to_pixels(image: Image.Image) -> Pixels:
    if image.mode.startswith("I;16"):
        return np.asarray(image).astype(np.uint16)
    if image.mode in ("I", "F"):
        return from_numbers(np.asarray(image))
    height, width = image.height, image.width
    is_grey = image.mode in ("1", "L", "LA", "La")
    pixels = np.empty((height, width) if is_grey else (height, width, 3), dtype=np.uint8)
    # Row by row of bands, so that a large image is in memory twice and not five times.
    for top in range(0, height, _ROWS):
        bottom = min(height, top + _ROWS)
        pixels[top:bottom] = _band(image.crop((0, top, width, bottom)), is_grey=is_grey)
    return pixels


def _band(band: Image.Image, *, is_grey: bool) -> NDArray[np.uint8]:
    plain, with_alpha = ("L", "LA") if is_grey else ("RGB", "RGBA")
    if not band.has_transparency_data:
        return np.asarray(band if band.mode == plain else band.convert(plain))
    values = np.asarray(band.convert(with_alpha)).astype(np.uint16)
    over_black = (values[..., :-1] * values[..., -1:] + 127) // 255
    return (over_black[..., 0] if is_grey else over_black).astype(np.uint8)


def _orientation(image: Image.Image) -> int:
    try:
        turn = image.getexif().get(_ORIENTATION_TAG, 1)
    except (ArithmeticError, AttributeError, LookupError, OSError, SyntaxError, struct.error,
            TypeError, ValueError):  # fmt: skip
        return 1  # damaged EXIF: every other viewer shows the image as it is stored, too
    return turn if isinstance(turn, int) else 1


def _upright(pixels: Pixels, turn: int) -> Pixels:
    turned: dict[int, Pixels] = {
        2: pixels[:, ::-1],
        3: pixels[::-1, ::-1],
        4: pixels[::-1],
        5: pixels.swapaxes(0, 1),
        6: pixels.swapaxes(0, 1)[:, ::-1],
        7: pixels.swapaxes(0, 1)[::-1, ::-1],
        8: pixels.swapaxes(0, 1)[::-1],
    }
    return cast(Pixels, np.ascontiguousarray(turned.get(turn, pixels)))
