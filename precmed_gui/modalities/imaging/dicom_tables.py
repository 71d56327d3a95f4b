"""Lookup tables of DICOM: for units (PS3.3 C.11.1.1), for grey (C.11.2.1.1), palettes (C.7.6.3).

They turn stored numbers into units, into grey, or into colour.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from precmed_gui.modalities.imaging.dicom_header import Header, numbers_of, value_of
from precmed_gui.modalities.imaging.pixels import from_numbers

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_FULL_16 = 65535
_FULL_8 = 255
_LOW_FIRST = 32768


@dataclass(frozen=True, slots=True)
class LookupTable:
    """A table from whole numbers to others.

    Parameters
    ----------
    first
        The number that the first value stands for; all below it get that value too.
    values
        (entries,) float64.
    top
        The largest value its bits allow.
    """

    first: int
    values: NDArray[np.float64]
    top: float

    def looked_up(self, numbers: NDArray[np.generic]) -> NDArray[np.float64]:
        """The value for each number; those beyond an end get the value of that end."""
        places = np.rint(numbers.astype(np.float64)) - self.first
        found: NDArray[np.float64] = self.values[
            np.clip(places, 0, len(self.values) - 1).astype(np.intp)
        ]
        return found


def table_of(item: Header, *, is_signed: bool) -> LookupTable | None:
    """The table in an item of a LUT sequence; None if it is damaged.

    `is_signed` tells whether the numbers looked up can be below zero, which the descriptor's
    type does not always say.
    """
    descriptor = numbers_of(item, "LUTDescriptor")
    if len(descriptor) != 3 or not all(map(np.isfinite, descriptor)):
        return None
    count, first, bits = (int(number) for number in descriptor)
    count = count % (_FULL_16 + 1) or _FULL_16 + 1
    if is_signed and first >= _LOW_FIRST:
        first -= _FULL_16 + 1
    values = _table_values(value_of(item, "LUTData"), count)
    if values is None or values.size == 0:
        return None
    top = float(2 ** min(max(bits, 1), 16) - 1)
    if values.max() > top:
        top = float(2 ** int(values.max()).bit_length() - 1)
    return LookupTable(first, values, top)


def _table_values(data: object, count: int) -> NDArray[np.float64] | None:
    if isinstance(data, bytes):
        numbers = np.frombuffer(data, np.uint8 if len(data) in (count, count + 1) else "<u2")
    else:
        try:
            numbers = np.atleast_1d(np.asarray(data, dtype=np.float64))
        except (TypeError, ValueError):
            return None
    values = numbers[:count].astype(np.float64)
    return np.where(values < 0, values + _FULL_16 + 1, values)


def palette_colours(values: NDArray[np.generic], header: "Dataset") -> NDArray[np.uint8]:
    """Numbers to (rows, columns, 3) by the palette of the file, plain or segmented."""
    from pydicom.pixels.processing import apply_color_lut

    colours = np.asarray(apply_color_lut(values, header))[..., :3]
    if colours.dtype == np.uint16 and colours.size and int(colours.max()) > _FULL_8:
        return (colours >> 8).astype(np.uint8)
    return colours.astype(np.uint8)


def rgb_of_ybr(values: NDArray[np.generic], photometric: str, bits: int) -> NDArray[np.generic]:
    """Luminance and chrominance to RGB by PS3.3 C.7.6.3.1.2, of the same dtype.

    YBR_PARTIAL_422 has 219 steps of luminance from 16 and 224 of chrominance, all others 256.
    """
    half, full = 2.0 ** (bits - 1), 2.0**bits - 1
    parts = values.astype(np.float32)
    luminance, blue, red = parts[..., 0], parts[..., 1] - half, parts[..., 2] - half
    if photometric.startswith("YBR_PARTIAL"):
        luminance = (luminance - half / 8) * (256 / 219.0)
        blue, red = blue * (256 / 224.0), red * (256 / 224.0)
    rgb = np.stack(
        [
            luminance + 1.402 * red,
            luminance - 0.344136 * blue - 0.714136 * red,
            luminance + 1.772 * blue,
        ],
        axis=-1,
    )
    whole: NDArray[np.generic] = np.clip(np.rint(rgb), 0, full).astype(values.dtype)
    return whole


def eight_bits(values: NDArray[np.generic], bits: int) -> NDArray[np.uint8]:
    """Colour of any depth as 8 bits, by its upper bits."""
    if values.dtype.kind != "u":
        values = from_numbers(values)
        bits = values.dtype.itemsize * 8
    if values.dtype == np.uint8 or bits <= 8:
        return np.ascontiguousarray(values.astype(np.uint8))
    shifted = values.astype(np.uint64) >> np.uint64(bits - 8)
    return np.ascontiguousarray(shifted.astype(np.uint8))
