"""The part of a picture that is in view, as an image: no more pixels than the screen can show.

Windowing a 40-megapixel mammogram costs as much as windowing what is visible of it.
"""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage

from precmed_gui.window import camera as cameras
from precmed_gui.window.camera import Camera, Size
from precmed_gui.window.grey_levels import GreyWindow, Pixels, Pyramid, in_eight_bits, in_grey

_TILE = 128
_Key = tuple[int, int, int, int, int, int, GreyWindow]


@dataclass(frozen=True, slots=True)
class Part:
    """An image and where it lies in the view, in physical pixels of the screen."""

    image: QImage
    area: QRectF


class PictureRenderer:
    """Makes `Part`s and keeps the last image, so that panning a little costs nothing."""

    def __init__(self) -> None:
        self._kept: tuple[_Key, QImage] | None = None

    def part(self, pyramid: Pyramid, camera: Camera, view: Size, window: GreyWindow) -> Part:
        """What `camera` sees through a view of this size.

        The image comes from the smallest copy of the picture that still has a pixel for every
        pixel of the screen, and begins and ends on tiles.
        """
        level = pyramid.level_for(camera.scale)
        copy = pyramid.at(level)
        height, width = pyramid.shape[:2]
        edges = cameras.seen(camera, (width, height), view)
        left, top = (edge // _TILE * _TILE for edge in (edges[0] >> level, edges[1] >> level))
        right = min((edges[2] >> level) // _TILE * _TILE + _TILE, copy.shape[1])
        bottom = min((edges[3] >> level) // _TILE * _TILE + _TILE, copy.shape[0])
        key = (id(copy), level, left, top, right, bottom, window)
        if self._kept is None or self._kept[0] != key:
            self._kept = (key, _image(copy[top:bottom, left:right], window))
        image = self._kept[1]
        step = camera.scale * 2**level
        corner_x = view[0] / 2 + left * step - camera.x * camera.scale
        corner_y = view[1] / 2 + top * step - camera.y * camera.scale
        area = QRectF(corner_x, corner_y, image.width() * step, image.height() * step)
        return Part(image, area)

    def forget(self) -> None:
        """Free the image."""
        self._kept = None


def _image(part: Pixels, window: GreyWindow) -> QImage:
    """Pixels as an image that owns its memory."""
    is_grey = part.ndim == 2
    shown = np.ascontiguousarray(in_grey(part, window) if is_grey else in_eight_bits(part, window))
    form = QImage.Format.Format_Grayscale8 if is_grey else QImage.Format.Format_RGB888
    height, width = shown.shape[:2]
    return QImage(shown.data, width, height, shown.strides[0], form).copy()
