"""From stored numbers to units and to grey: rescale, tables, windows, inversion (PS3.3 C.11).

`shown` gives what a network or a thumbnail gets; `ranged` keeps all values for a viewer whose user
moves the window. Values are never stretched after a window.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.pictures import Pixels, StatedWindow
from precmed_gui.modalities.imaging.dicom_files import StoredImage
from precmed_gui.modalities.imaging.dicom_header import (
    Header,
    items_of,
    number_of,
    text_of,
    texts_of,
)
from precmed_gui.modalities.imaging.dicom_tables import LookupTable, table_of
from precmed_gui.modalities.imaging.dicom_windows import (
    HOUNSFIELD,
    HOUNSFIELD_WINDOWS,
    FileWindow,
    Numbers,
    file_windows,
    window_ends,
    window_shares,
)

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

Values = NDArray[np.generic]

_FULL = 65535
_EIGHT_BITS = 8
_ROWS = 512
_BAND = 64
"""Rows looked up at once: few enough to stay in the processor's cache, which halves the time."""
_LONGEST_UNIT = 16
_NO_UNIT = ("", "US", "UNSPECIFIED")


@dataclass(frozen=True, slots=True)
class Greys:
    """What a file says about its grey values.

    Parameters
    ----------
    slope, intercept
        Of the rescale to units.
    unit
        What rescaled values are: "HU", or another name the file gives; "" where they have none.
    unit_table
        Replaces the rescale where the file has a modality LUT.
    windows
        The windows it states.
    grey_table
        Its VOI LUT, which counts before its windows.
    is_inverted
        Whether the smallest value is white (MONOCHROME1).
    padding
        The smallest and the largest of the stored numbers that are no image.
    is_ready
        Whether stored numbers are for display as they are: up to 8 bits, not rescaled.
    bits
        Of a stored number.
    """

    slope: float
    intercept: float
    unit: str
    unit_table: LookupTable | None
    windows: tuple[FileWindow, ...]
    grey_table: LookupTable | None
    is_inverted: bool
    padding: tuple[float, float] | None
    is_ready: bool
    bits: int

    def output(self, stored: Values) -> Numbers:
        """Stored numbers in units."""
        if self.unit_table is not None:
            return self.unit_table.looked_up(stored)
        return stored.astype(np.float64) * self.slope + self.intercept

    @property
    def is_straight(self) -> bool:
        """Whether a window, moved by hand, can show all there is."""
        return self.grey_table is None and not (
            self.windows and self.windows[0].function == "SIGMOID"
        )


@dataclass(frozen=True, slots=True)
class RangedPixels:
    """Grey values with their meaning, as `diagnosis.pictures.Picture` has them."""

    pixels: Pixels
    value_range: tuple[float, float]
    unit: str = ""
    scale: float = 1.0
    offset: float = 0.0
    windows: tuple[StatedWindow, ...] = ()


def greys_of(image: StoredImage, number: int) -> Greys:
    """What the file says of the grey values of one frame, from 1.

    An enhanced file says it a frame (PS3.3 C.7.6.16.2.9 and C.7.6.16.2.10).
    """
    header, form = image.header, image.form
    rescale = _of_frame(header, number, "PixelValueTransformationSequence")
    slope, intercept = number_of(rescale, "RescaleSlope"), number_of(rescale, "RescaleIntercept")
    is_rescaled = slope is not None and slope != 0 and np.isfinite(slope)
    tables = items_of(header, "ModalityLUTSequence")
    unit_table = table_of(tables[0], is_signed=form.is_signed) if tables else None
    can_be_negative = form.is_signed or (is_rescaled and (intercept or 0) < 0)
    window = _of_frame(header, number, "FrameVOILUTSequence")
    grey_tables = items_of(window, "VOILUTSequence")
    return Greys(
        slope=float(slope or 1) if is_rescaled else 1.0,
        intercept=float(intercept or 0) if is_rescaled else 0.0,
        unit=_unit(rescale, header, is_rescaled=is_rescaled),
        unit_table=unit_table,
        windows=file_windows(window),
        grey_table=table_of(grey_tables[0], is_signed=can_be_negative) if grey_tables else None,
        is_inverted=form.photometric == "MONOCHROME1",
        padding=_padding(header),
        is_ready=form.bits_stored <= _EIGHT_BITS
        and not (form.is_signed or is_rescaled or unit_table),
        bits=form.bits_stored,
    )


def _of_frame(header: "Dataset", number: int, name: str) -> "Dataset":
    """The item of a functional group macro, or the header where there is none."""
    places = (
        ("PerFrameFunctionalGroupsSequence", number - 1),
        ("SharedFunctionalGroupsSequence", 0),
    )
    for groups, place in places:
        items = items_of(header, groups)
        found = items_of(items[place], name) if place < len(items) else []
        if found:
            return found[0]
    return header


def _unit(rescale: Header, header: "Dataset", *, is_rescaled: bool) -> str:
    """The unit of rescaled values (PS3.3 C.11.1.1.2); of a CT image that says none it is HU."""
    tables = items_of(header, "ModalityLUTSequence")
    named = text_of(tables[0], "ModalityLUTType") if tables else text_of(rescale, "RescaleType")
    if named.upper() not in _NO_UNIT:
        return HOUNSFIELD if named.upper() == HOUNSFIELD else named[:_LONGEST_UNIT]
    is_image = "LOCALIZER" not in texts_of(header, "ImageType") and not named
    if is_rescaled and is_image and text_of(header, "Modality").upper() == "CT":
        return HOUNSFIELD
    return ""


def _padding(header: Header) -> tuple[float, float] | None:
    value = number_of(header, "PixelPaddingValue")
    if value is None:
        return None
    limit = number_of(header, "PixelPaddingRangeLimit")
    ends = (value, value if limit is None else limit)
    return min(ends), max(ends)


def shown(values: Values, greys: Greys, window: StatedWindow | None = None) -> NDArray[np.uint16]:
    """Stored numbers as grey from 0 to 65535, as the file says they are to be shown.

    Parameters
    ----------
    values
        (rows, columns) of any real numbers.
    window
        Replaces the file's own where values are Hounsfield units; else it is ignored.
    """
    share = _share(values, greys, window)

    def show(stored: Values) -> NDArray[np.uint16]:
        shares = np.clip(np.nan_to_num(share(greys.output(stored))), 0, 1)
        return np.rint((1 - shares if greys.is_inverted else shares) * _FULL).astype(np.uint16)

    return _by_table(values, show) if values.dtype.kind in "iu" else _by_rows(values, show)


def _by_table(values: Values, show: Callable[[Values], NDArray[np.uint16]]) -> NDArray[np.uint16]:
    lowest, highest = int(values.min()), int(values.max())
    if highest - lowest > min(_FULL, values.size):
        return _by_rows(values, show)
    table = show(np.arange(lowest, highest + 1))
    places = cast(NDArray[np.int64], values)
    places = places if lowest == 0 else places - places.dtype.type(lowest)
    if values.dtype.kind == "i":  # a difference beyond the signed range turns round, rightly
        places = places.view(f"u{values.dtype.itemsize}")
    picture = np.empty(values.shape, dtype=np.uint16)
    for top in range(0, values.shape[0], _BAND):
        band = places[top : top + _BAND].astype(np.intp)
        np.take(table, band, mode="clip", out=picture[top : top + _BAND])
    return picture


def _by_rows(values: Values, show: Callable[[Values], NDArray[np.uint16]]) -> NDArray[np.uint16]:
    picture = np.empty(values.shape, dtype=np.uint16)
    for top in range(0, values.shape[0], _ROWS):
        picture[top : top + _ROWS] = show(values[top : top + _ROWS])
    return picture


def _share(
    values: Values, greys: Greys, window: StatedWindow | None
) -> Callable[[Numbers], Numbers]:
    """Units to shares of white: the window asked for, the VOI LUT, a window, else all values."""
    if window is not None and greys.unit == HOUNSFIELD:
        return lambda output: window_shares(output, window.center, window.width, "LINEAR")
    table = greys.grey_table
    if table is not None:
        return lambda output: table.looked_up(output) / table.top
    if greys.windows:
        first = greys.windows[0]
        return lambda output: window_shares(output, first.center, first.width, first.function)
    low, high = _stored_range(values, greys)
    return lambda output: (output - low) / (high - low)


def _stored_range(values: Values, greys: Greys) -> tuple[float, float]:
    """From black to white where no window is named, in units.

    Numbers that are ready for display (screen captures, ultrasound): all that their bits allow.
    All others: the smallest to the largest stored value, padding left out.
    """
    if greys.is_ready:
        return 0.0, float(2**greys.bits - 1)
    kept = values
    if greys.padding is not None:
        lowest, highest = greys.padding
        kept = values[np.less(values, lowest) | np.greater(values, highest)]
    if values.dtype.kind == "f":
        kept = kept[np.isfinite(kept)]
    if kept.size == 0:
        return 0.0, 1.0
    if greys.unit_table is not None:
        ends = greys.output(kept)
    else:
        ends = greys.output(np.array([kept.min(), kept.max()]))
    low, high = float(ends.min()), float(ends.max())
    return low, high if high > low else low + 1


def ranged(values: Values, greys: Greys) -> RangedPixels:
    """Stored numbers with all they hold, for a window that is moved by hand.

    Numbers that a table or a sigmoid turns into grey are shown by it first, 0 to 65535 without a
    unit. Of MONOCHROME1 the numbers are counted from the other end, so that more is always
    brighter; their values then lose their unit.
    """
    if not greys.is_straight:
        return RangedPixels(shown(values, greys), (0.0, float(_FULL)))
    ends = _stored_range(values, greys)
    if greys.windows:
        first = greys.windows[0]
        ends = window_ends(first.center, first.width, first.function)
    numbers, slope, intercept = _numbers(values, greys)
    windows = tuple(_as_linear(window) for window in greys.windows)
    unit = greys.unit
    if greys.is_inverted:
        slope, intercept, unit = -slope, -intercept, ""
        ends = -ends[1], -ends[0]
        windows = tuple(replace(window, center=1 - window.center) for window in windows)
    if unit == HOUNSFIELD:
        windows += tuple(HOUNSFIELD_WINDOWS.values())
    pixels, scale, offset = _as_pixels(numbers, slope, intercept)
    value_range = (ends[0] - offset) / scale, (ends[1] - offset) / scale
    return RangedPixels(pixels, value_range, unit, scale, offset, windows)


def _as_linear(window: FileWindow) -> StatedWindow:
    """The same window for one who applies LINEAR; LINEAR_EXACT begins and ends elsewhere."""
    low, high = window_ends(window.center, window.width, window.function)
    return StatedWindow(window.name, (low + high) / 2 + 0.5, high - low + 1)


def _numbers(values: Values, greys: Greys) -> tuple[Values, float, float]:
    """Numbers with the slope and the intercept that give them their unit."""
    if greys.unit_table is not None:
        return np.rint(greys.output(values)).astype(np.int32), 1.0, 0.0
    return values, greys.slope, greys.intercept


def _as_pixels(numbers: Values, slope: float, intercept: float) -> tuple[Pixels, float, float]:
    """Pixels with a scale above 0 and an offset: `scale * pixel + offset` is the value.

    Whole numbers keep their steps where 16 bits hold them; all others are spread over 16 bits.
    """
    if numbers.dtype == np.uint8 and slope > 0:
        return cast(Pixels, numbers), slope, intercept
    finite = numbers if numbers.dtype.kind in "iu" else numbers[np.isfinite(numbers)]
    lowest = finite.min().item() if finite.size else 0
    highest = finite.max().item() if finite.size else 0
    step = 1.0
    if numbers.dtype.kind == "f" or highest - lowest > _FULL:
        step = (highest - lowest) / _FULL or 1.0
    elif lowest >= 0 and slope > 0:
        return numbers.astype(np.uint16), slope, intercept
    pixels = np.empty(numbers.shape, dtype=np.uint16)
    for top in range(0, numbers.shape[0], _ROWS):
        rows = np.nan_to_num(numbers[top : top + _ROWS].astype(np.float64), nan=lowest)
        moved = rows - lowest if slope > 0 else highest - rows
        pixels[top : top + _ROWS] = np.clip(np.rint(moved / step), 0, _FULL)
    start = lowest if slope > 0 else highest
    return pixels, abs(slope) * step, slope * start + intercept
