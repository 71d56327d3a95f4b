"""From pixel values to what a screen can show: window and level, and smaller copies.

Used by the picture view; NumPy only, so that it can be tested and timed without a window.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8] | NDArray[np.uint16]
_SMALLEST_SIDE = 64
_SAME = 0.5


@dataclass(frozen=True, slots=True)
class GreyWindow:
    """The pixel values between black and white: `level` is the middle, `width` the span."""

    width: float
    level: float

    @classmethod
    def between(cls, low: float, high: float) -> "GreyWindow":
        """The window whose black is `low` and whose white is `high`."""
        return cls(width=max(high - low, 1.0), level=(low + high) / 2)

    def is_about(self, other: "GreyWindow") -> bool:
        """Whether nobody could see the difference: half a pixel value at either end."""
        differences = (self.width - other.width, self.level - other.level)
        return max(abs(difference) for difference in differences) <= _SAME


@dataclass(frozen=True, slots=True)
class ValueScale:
    """What pixel values mean: `scale * pixel + offset` in `unit`; "" for mere brightness.

    Windows in a unit are those of LINEAR (DICOM PS3.3 C.11.2.1.2), as reports and presets state
    them: black up to `center - width / 2`, white from `center + width / 2 - 1`. `is_stated` where
    a file names windows on its values though they have no unit, as MR does.
    """

    unit: str = ""
    scale: float = 1.0
    offset: float = 0.0
    is_stated: bool = False

    def value(self, pixel: float) -> float:
        """The value of a pixel in the unit."""
        return self.scale * pixel + self.offset

    def stated(self, window: GreyWindow) -> tuple[float, float]:
        """Width and center in the unit."""
        return self.scale * window.width + 1, self.value(window.level) + 0.5

    def window(self, width: float, center: float) -> GreyWindow:
        """The window on pixel values that a width and a center in the unit ask for."""
        middle = (center - 0.5 - self.offset) / self.scale
        return GreyWindow(max((width - 1) / self.scale, 1.0), middle)


PLAIN = ValueScale()


def fitting_window(pixels: Pixels) -> GreyWindow:
    """A window for pixels that came without one: 8-bit as it is, 16-bit without its extremes."""
    if pixels.dtype == np.uint8:
        return GreyWindow.between(0, 255)
    step = max(1, round((pixels.size / 250_000) ** 0.5))
    low, high = np.percentile(pixels[::step, ::step], (0.5, 99.5))
    return GreyWindow.between(float(low), float(high))


def lookup_table(window: GreyWindow, size: int) -> NDArray[np.uint8]:
    """The grey (0 to 255) of every pixel value below `size`: 256 or 65,536.

    LINEAR_EXACT of DICOM PS3.3 C.11.2.1.3.2.
    """
    values = np.arange(size, dtype=np.float32)
    grey = ((values - window.level) / window.width + 0.5) * 255
    table: NDArray[np.uint8] = np.clip(np.rint(grey), 0, 255).astype(np.uint8)
    return table


def in_grey(pixels: Pixels, window: GreyWindow) -> NDArray[np.uint8]:
    """Grey pixels (height, width) as the window shows them."""
    table = lookup_table(window, 256 if pixels.dtype == np.uint8 else 65_536)
    shown: NDArray[np.uint8] = np.take(table, pixels)
    return shown


def in_eight_bits(pixels: Pixels, window: GreyWindow) -> NDArray[np.uint8]:
    """Colour pixels (height, width, 3) in 8 bits; only 16-bit ones pass through the window."""
    if pixels.dtype == np.uint8:
        return pixels.astype(np.uint8, copy=False)
    return in_grey(pixels, window)


def half_size(pixels: Pixels) -> Pixels:
    """Means of 2 by 2 pixels; an odd last row or column is left out."""
    height, width = (side // 2 * 2 for side in pixels.shape[:2])
    total = pixels[0:height:2, 0:width:2].astype(np.uint32)
    for row, column in ((0, 1), (1, 0), (1, 1)):
        total += pixels[row:height:2, column:width:2]
    total += 2
    total >>= 2
    return total.astype(np.uint8) if pixels.dtype == np.uint8 else total.astype(np.uint16)


class Pyramid:
    """A picture and its halves, quarters …, each made when it is first needed."""

    def __init__(self, pixels: Pixels) -> None:
        self._levels = [pixels]

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the picture itself: (height, width) or (height, width, 3)."""
        return self._levels[0].shape

    @property
    def full(self) -> Pixels:
        """The picture itself."""
        return self._levels[0]

    def level_for(self, scale: float) -> int:
        """The smallest copy that still has a pixel for every pixel of the screen.

        Parameters
        ----------
        scale
            Screen pixels for one pixel of the picture.
        """
        level = 0
        while scale * 2 ** (level + 1) <= 1.0 and min(self.shape[:2]) >> (level + 1) >= (
            _SMALLEST_SIDE
        ):
            level += 1
        return level

    def at(self, level: int) -> Pixels:
        """The copy at half the size `level` times over."""
        while len(self._levels) <= level:
            self._levels.append(half_size(self._levels[-1]))
        return self._levels[level]
