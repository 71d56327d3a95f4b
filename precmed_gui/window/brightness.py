"""How bright a grey picture is shown: the window it came with, the one in use, both in its unit.

No Qt; the picture view keeps one of these.
"""

from dataclasses import dataclass, replace

from precmed_gui.diagnosis.pictures import StatedWindow
from precmed_gui.language import _
from precmed_gui.window.grey_levels import PLAIN, GreyWindow, ValueScale

AS_FILE = "file"
"""The name of the window that a picture came with."""
_EIGHT_BITS = 255
_WHOLE_NUMBERS_FROM = 20
_WHOLE = GreyWindow.between(0, _EIGHT_BITS)


@dataclass(frozen=True, slots=True)
class Brightness:
    """Windows on pixel values, and what these values mean.

    Parameters
    ----------
    first
        The window that the picture came with.
    window
        The one it is shown with.
    meaning
        What pixel values stand for.
    """

    first: GreyWindow = _WHOLE
    window: GreyWindow = _WHOLE
    meaning: ValueScale = PLAIN

    @property
    def is_first(self) -> bool:
        """Whether nobody has changed the window."""
        return self.window == self.first

    def of_next_slice(self, own: GreyWindow | None, meaning: ValueScale) -> "Brightness":
        """What the next slice of a series is shown with: a window set by hand stays, in its unit.

        Parameters
        ----------
        own
            The window that slice came with; None where it states none: then the window of the
            series goes on, as slices that are each stretched by themselves cannot be compared.
        meaning
            What its pixel values stand for.
        """
        first = self._in(meaning, self.first) if own is None else own
        window = first if self.is_first else self._in(meaning, self.window)
        return Brightness(first, window, meaning)

    def with_window(self, width: float, level: float) -> "Brightness":
        """Pixel values from `level - width / 2` (black) to `level + width / 2` (white)."""
        return replace(self, window=GreyWindow(max(width, 1.0), level))

    def with_stated(self, window: StatedWindow) -> "Brightness":
        """A window in the picture's unit; the file's own is the one it came with."""
        return replace(self, window=self._window_of(window))

    def is_like(self, window: StatedWindow) -> bool:
        """Whether the picture is shown with this window."""
        return self.window.is_about(self._window_of(window))

    def caption(self, zoom: str) -> str:
        """Width, level and zoom; above 8 bits without a unit in percent of the first window."""
        if self.meaning.unit:
            width, level = self._stated_texts()
            return _("W {width}  L {level} {unit} · {zoom} %").format(
                width=width, level=level, unit=self.meaning.unit, zoom=zoom
            )
        if self.meaning.is_stated:
            width, level = self._stated_texts()
        else:
            width, level = self._plain(self.window.width), self._plain(self.window.level)
        return _("W {width}  L {level} · {zoom} %").format(width=width, level=level, zoom=zoom)

    def readout(self, pixel: float) -> str:
        """The value of a pixel in the unit, "" where it means mere brightness."""
        if not self.meaning.unit:
            return ""
        width, _center = self.meaning.stated(self.window)
        return f"{value_text(self.meaning.value(pixel), width)} {self.meaning.unit}"

    def _in(self, meaning: ValueScale, window: GreyWindow) -> GreyWindow:
        same = (meaning.scale, meaning.offset) == (self.meaning.scale, self.meaning.offset)
        return window if same else meaning.window(*self.meaning.stated(window))

    def _window_of(self, window: StatedWindow) -> GreyWindow:
        if window.name == AS_FILE:
            return self.first
        return self.meaning.window(window.width, window.center)

    def _stated_texts(self) -> tuple[str, str]:
        width, center = self.meaning.stated(self.window)
        return value_text(width, width), value_text(center, width)

    def _plain(self, value: float) -> str:
        whole = self.first.width
        return f"{value:.0f}" if whole <= _EIGHT_BITS else f"{100 * value / whole:.0f} %"


def value_text(value: float, width: float) -> str:
    """A value with as many decimals as a window of this width can tell apart."""
    text = f"{value:.{0 if width >= _WHOLE_NUMBERS_FROM else 2}f}"
    return text.replace("-", "\N{MINUS SIGN}") if float(text) else text.lstrip("-")
