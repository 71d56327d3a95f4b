"""A map over its image as a PNG of the image's resolution; `precmed explain` writes it.

What must be said of a map stands in the file's text chunks, never in the picture itself.
"""

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.explanation import Explanation
from precmed_gui.exchange.report_pictures import as_colour, coloured
from precmed_gui.exchange.report_texts import map_caveat

LEVELS = (0.5, 0.75)
"""Outlines are drawn where the strength crosses these."""


@dataclass(frozen=True, slots=True)
class MapLook:
    """How a map is drawn.

    Parameters
    ----------
    opacity
        How much its strongest place covers, in [0, 1].
    is_outlined
        Whether outlines are drawn in place of colours.
    """

    opacity: float = 0.6
    is_outlined: bool = False


def map_png(pixels: NDArray[np.uint8], found: Explanation, look: MapLook) -> bytes:
    """The image under its map, as a PNG.

    Parameters
    ----------
    pixels
        (height, width) or (height, width, 3), of the size of the map.
    """
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    text = PngInfo()
    checks = found.checks
    for name, value in (
        ("Title", f"PrecMed: {found.label}"),
        ("Description", map_caveat(found)),
        ("Method", found.method),
        ("Randomisation", f"{checks.randomisation:.2f}"),
        ("Repeatability", f"{checks.repeatability:.2f}"),
    ):
        text.add_text(name, value) if value.isascii() else text.add_itxt(name, value)
    buffer = io.BytesIO()
    Image.fromarray(drawn_map(pixels, found.strength, look)).save(
        buffer, format="PNG", pnginfo=text
    )
    return buffer.getvalue()


def drawn_map(
    pixels: NDArray[np.uint8], strength: NDArray[np.float32], look: MapLook
) -> NDArray[np.uint8]:
    """(height, width, 3) uint8; where the map is weak, the image shows.

    The colours are viridis (Smith and van der Walt 2015), whose lightness rises evenly.
    """
    picture = as_colour(pixels).astype(np.float32)
    share = _outlines(strength) if look.is_outlined else strength
    mixed = look.opacity * share[..., np.newaxis]
    whole = picture * (1 - mixed) + coloured(strength) * mixed
    rounded: NDArray[np.uint8] = np.clip(np.rint(whole), 0, 255).astype(np.uint8)
    return rounded


def _outlines(strength: NDArray[np.float32]) -> NDArray[np.float32]:
    """1 on the inner border of what is at least as strong as each level, else 0."""
    from scipy.ndimage import binary_erosion

    width = max(1, round(min(strength.shape) / 256))
    lines = np.zeros(strength.shape, np.bool_)
    for level in LEVELS:
        inside = strength >= level
        lines |= inside & ~binary_erosion(inside, iterations=width, border_value=1)
    return lines.astype(np.float32)
