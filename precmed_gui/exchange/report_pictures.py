"""The pictures of reports: the image, the map over it, bars; NumPy first, Qt's images last."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

_STOPS = (
    (0x44, 0x01, 0x54), (0x48, 0x28, 0x78), (0x3E, 0x4A, 0x89), (0x31, 0x68, 0x8E),
    (0x26, 0x82, 0x8E), (0x1F, 0x9E, 0x89), (0x35, 0xB7, 0x79), (0x6E, 0xCE, 0x58),
    (0xB5, 0xDE, 0x2B), (0xFD, 0xE7, 0x25),
)  # fmt: skip
"""Ten stops of viridis (Smith and van der Walt 2015, CC0): lightness rises evenly, so that it
reads in grey and by colour-blind readers."""

_OPAQUE = 0.65
_LARGEST = 1400
_SMALLEST = 640


def coloured(strength: NDArray[np.float32]) -> NDArray[np.float32]:
    """Colours of a map, (height, width, 3) in [0, 255], of strengths in [0, 1]."""
    places = np.linspace(0, 1, len(_STOPS))
    stops = np.asarray(_STOPS, np.float32)
    parts = [np.interp(strength, places, stops[:, part]) for part in range(3)]
    return np.stack(parts, axis=-1).astype(np.float32)


def overlaid(pixels: NDArray[np.uint8], strength: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The picture under its map; where the map is weak, the picture shows.

    Parameters
    ----------
    pixels
        (height, width) or (height, width, 3).
    strength
        In [0, 1]; brought to the picture's size where it has another.

    Returns
    -------
    ndarray
        (height, width, 3) uint8.
    """
    picture = as_colour(pixels).astype(np.float32)
    height, width = picture.shape[:2]
    rows = np.arange(height) * strength.shape[0] // height
    columns = np.arange(width) * strength.shape[1] // width
    strong = np.clip(strength[rows[:, None], columns], 0, 1)
    share = _OPAQUE * strong[..., None]
    mixed = picture * (1 - share) + coloured(strong) * share
    whole: NDArray[np.uint8] = np.clip(np.rint(mixed), 0, 255).astype(np.uint8)
    return whole


def as_colour(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Grey or colour as (height, width, 3)."""
    return np.repeat(pixels[..., None], 3, axis=2) if pixels.ndim == 2 else pixels[..., :3]


def as_image(pixels: NDArray[np.uint8]) -> "QImage":
    """For Qt, without transparency (PDF/A-1 has none)."""
    from PySide6.QtGui import QImage

    data = np.ascontiguousarray(as_colour(pixels))
    height, width = data.shape[:2]
    return QImage(data.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def for_print(image: "QImage") -> "QImage":
    """As many pixels as paper shows; a small image keeps its squares instead of a blur."""
    from PySide6.QtCore import Qt

    side = max(image.width(), image.height())
    if side > _LARGEST:
        keep, smooth = (
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        return image.scaled(_LARGEST, _LARGEST, keep, smooth)
    times = -(-_SMALLEST // side)
    return image.scaled(image.width() * times, image.height() * times) if times > 1 else image


def scale_strip(width: int, height: int) -> "QImage":
    """The colours of a map from nothing to its strongest, as a legend."""
    row = np.linspace(0, 1, width, dtype=np.float32)
    return as_image(coloured(np.tile(row, (height, 1))).astype(np.uint8))


def bar_image(probability: float, *, is_first: bool) -> "QImage":
    """A bar from 0 to 100 % with quarter marks."""
    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QColor, QImage, QPainter

    width, height = 1200, 56
    image = QImage(width, height, QImage.Format.Format_RGB888)
    image.fill(QColor("#ffffff"))
    painter = QPainter(image)
    painter.fillRect(QRectF(0, 10, width, height - 20), QColor("#e6eaef"))
    fill = QColor("#1f5fa8" if is_first else "#7f93ab")
    painter.fillRect(QRectF(0, 10, max(4.0, width * probability), height - 20), fill)
    for quarter in range(5):
        painter.fillRect(QRectF(quarter * (width - 3) / 4, 0, 3, height), QColor("#a9b2bd"))
    painter.end()
    return image
