"""Which part of a picture is seen, and how large: plain numbers, no Qt. Used by the picture view.

All lengths are physical pixels of the screen unless they are called picture pixels.
"""

import math
from dataclasses import dataclass, replace

LARGEST_SCALE = 64.0
Size = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Camera:
    """`scale` screen pixels for one picture pixel, looking at picture pixel (x, y)."""

    scale: float = 1.0
    x: float = 0.0
    y: float = 0.0


def fitted(picture: Size, view: Size) -> Camera:
    """The whole picture, as large as it goes."""
    scale = min(view[0] / picture[0], view[1] / picture[1])
    return Camera(min(max(scale, 1e-4), LARGEST_SCALE), picture[0] / 2, picture[1] / 2)


def zoomed(camera: Camera, factor: float, anchor: Size, smallest: float) -> Camera:
    """Larger by `factor`; what is at `anchor` (from the middle of the view) stays there."""
    scale = min(max(camera.scale * factor, smallest), LARGEST_SCALE)
    shift = 1 / camera.scale - 1 / scale
    return Camera(scale, camera.x + anchor[0] * shift, camera.y + anchor[1] * shift)


def panned(camera: Camera, x: float, y: float) -> Camera:
    """The picture moved by (x, y) screen pixels."""
    return replace(camera, x=camera.x - x / camera.scale, y=camera.y - y / camera.scale)


def held_in(camera: Camera, picture: Size, view: Size) -> Camera:
    """No black gap on a side where the picture is larger than the view; centred where smaller."""
    return replace(
        camera,
        x=_held(camera.x, picture[0], view[0] / camera.scale),
        y=_held(camera.y, picture[1], view[1] / camera.scale),
    )


def _held(middle: float, length: float, seen: float) -> float:
    if seen >= length:
        return length / 2
    return min(max(middle, seen / 2), length - seen / 2)


def placed(camera: Camera, picture: Size, view: Size) -> tuple[float, float, float, float]:
    """Where the whole picture lies in the view: left, top, width, height."""
    left, top = view[0] / 2 - camera.x * camera.scale, view[1] / 2 - camera.y * camera.scale
    return left, top, picture[0] * camera.scale, picture[1] * camera.scale


def seen(camera: Camera, picture: Size, view: Size) -> tuple[int, int, int, int]:
    """The picture pixels in view: left, top, right, bottom (the last two not included)."""
    wide, high = view[0] / camera.scale / 2, view[1] / camera.scale / 2
    left, top = max(int(camera.x - wide), 0), max(int(camera.y - high), 0)
    right = min(int(camera.x + wide) + 1, int(picture[0]))
    bottom = min(int(camera.y + high) + 1, int(picture[1]))
    return left, top, max(right, left + 1), max(bottom, top + 1)


def pixel_at(camera: Camera, point: Size) -> tuple[int, int]:
    """Column and row of the picture pixel at `point` (from the middle of the view)."""
    column, row = camera.x + point[0] / camera.scale, camera.y + point[1] / camera.scale
    return math.floor(column), math.floor(row)
