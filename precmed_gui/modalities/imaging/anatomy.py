"""Draws chest-like phantoms for the demo cohort: synthetic pictures, of nobody.

Coordinates run from -1 to 1 over the picture, x to the right and y downwards; brightness from 0
(air) to 1 (bone). All shapes are soft masks over the whole picture, so that turning, shifting and
scaling a patient means turning, shifting and scaling the coordinates.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SIDE = 128
CLASSES = ("clear", "nodule", "effusion")
Plane = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Anatomy:
    """What stays the same in all pictures of one patient, in units of half the picture."""

    lung_center: float
    lung_width: float
    lung_height: float
    lung_top: float
    diaphragm: tuple[float, float]
    dome: float
    heart: tuple[float, float, float]
    mediastinum: float
    rib_gap: float
    rib_start: float
    rib_strength: float
    lung_darkness: float
    vessels: tuple[tuple[float, float, float, float], ...]
    texture: Plane
    has_stomach_bubble: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """What a patient has: a nodule at a place, or fluid on a side, `size` high."""

    kind: str
    side: int
    x: float = 0.0
    y: float = 0.0
    size: float = 0.0
    strength: float = 0.0


def draw_anatomy(random: np.random.Generator) -> Anatomy:
    """A patient."""
    base = random.uniform(0.42, 0.56)
    return Anatomy(
        lung_center=random.uniform(0.40, 0.45),
        lung_width=random.uniform(0.30, 0.37),
        lung_height=random.uniform(0.80, 0.92),
        lung_top=random.uniform(-0.80, -0.70),
        diaphragm=(base - random.uniform(0.02, 0.07), base + random.uniform(-0.01, 0.05)),
        dome=random.uniform(0.13, 0.24),
        heart=(random.uniform(0.05, 0.13), random.uniform(0.24, 0.36), random.uniform(0.26, 0.31)),
        mediastinum=random.uniform(0.10, 0.15),
        rib_gap=random.uniform(0.145, 0.175),
        rib_start=random.uniform(-0.95, -0.85),
        rib_strength=random.uniform(0.05, 0.10),
        lung_darkness=random.uniform(0.40, 0.50),
        vessels=tuple(_vessel(random) for _index in range(26)),
        texture=random.standard_normal((2, 33, 33)),
        has_stomach_bubble=bool(random.random() < 0.6),
    )


def _vessel(random: np.random.Generator) -> tuple[float, float, float, float]:
    """A branch from the hilum: x, y, angle and length; short ones look like small nodules."""
    distance, angle = random.uniform(0.0, 0.5), random.uniform(-1.3, 1.3)
    side = random.choice((-1.0, 1.0))
    x = side * (0.18 + distance * np.cos(angle) * 0.8)
    return (
        float(x),
        float(0.05 + distance * np.sin(angle)),
        float(side * angle),
        float(random.uniform(0.04, 0.22)),
    )


def draw_finding(kind: str, anatomy: Anatomy, random: np.random.Generator) -> Finding:
    """The finding of a patient of class `kind`; one in twelve is hard to see, as in life."""
    side = int(random.choice((-1, 1)))
    is_subtle = random.random() < 0.08
    if kind == "nodule":
        angle, away = random.uniform(0, 2 * np.pi), np.sqrt(random.uniform(0, 1))
        radius = random.uniform(3.0, 5.0) if is_subtle else random.uniform(4.0, 8.0)
        return Finding(
            kind,
            side,
            x=side
            * (anatomy.lung_center + 0.06 + 0.55 * away * anatomy.lung_width * np.cos(angle)),
            y=-0.18 + 0.40 * away * np.sin(angle),
            size=radius * 2 / SIDE,
            strength=random.uniform(0.08, 0.18) if is_subtle else random.uniform(0.34, 0.55),
        )
    if kind == "effusion":
        height = random.uniform(0.06, 0.13) if is_subtle else random.uniform(0.22, 0.60)
        return Finding(kind, side, size=height)
    return Finding(kind, side)


def draw_picture(
    anatomy: Anatomy, finding: Finding, random: np.random.Generator
) -> NDArray[np.uint8]:
    """One exposure of a patient, (128, 128) uint8; position, dose and noise differ each time."""
    x, y = _positioned(random)
    lungs = {side: _lung(anatomy, finding, side, x, y) for side in (-1, 1)}
    aerated = np.clip(lungs[-1] + lungs[1], 0, 1)
    picture = _body(anatomy, x, y)
    aerated = aerated * (1 - _heart(anatomy, x, y))
    picture += (_lung_detail(anatomy, x, y) - anatomy.lung_darkness) * aerated
    picture += _bones(anatomy, x, y)
    if finding.kind == "nodule":
        away = np.hypot(x - finding.x, y - finding.y) / finding.size
        picture += finding.strength * _soft(1.0 - away, 0.55) * (0.35 + 0.65 * aerated)
    return _exposed(picture, random)


def _positioned(random: np.random.Generator) -> tuple[Plane, Plane]:
    """Coordinates of a patient who stands a little turned, aside, nearer or farther."""
    line = (np.arange(SIDE) + 0.5) * 2 / SIDE - 1
    column, row = np.meshgrid(line, line)
    turn = np.deg2rad(random.normal(0, 2.5))
    scale = random.uniform(0.93, 1.10)
    column = (column - random.normal(0, 0.035)) / scale
    row = (row - random.normal(0, 0.035)) / scale
    cosine, sine = np.cos(turn), np.sin(turn)
    return cosine * column + sine * row, cosine * row - sine * column


def _soft(distance: Plane, softness: float) -> Plane:
    """1 inside (distance above 0), 0 outside, with an edge about `softness` wide."""
    return np.asarray(1 / (1 + np.exp(np.clip(-4 * distance / softness, -60, 60))))


def _body(anatomy: Anatomy, x: Plane, y: Plane) -> Plane:
    shoulders = -0.98 + 0.42 * np.clip((np.abs(x) - 0.22) / 0.7, 0, 1) ** 1.5
    trunk = 0.98 - 0.10 * np.clip(-y, 0, 1) + 0.02 * y
    body = _soft(y - shoulders, 0.10) * _soft(trunk - np.abs(x), 0.08)
    abdomen = 0.10 * _soft(y - (anatomy.diaphragm[0] + 0.1), 0.3)
    middle = 0.16 * _soft(anatomy.mediastinum - np.abs(x - 0.02), 0.10)
    knob = 0.10 * _soft(0.10 - np.hypot(x - 0.13, y + 0.24), 0.06)
    trachea = 0.13 * _soft(0.045 - np.abs(x), 0.04) * _soft(-0.24 - y, 0.1)
    bubble = 0.0 * x
    if anatomy.has_stomach_bubble:
        bubble = 0.14 * _soft(1 - np.hypot((x - 0.36) / 0.13, (y - 0.70) / 0.07), 0.35)
    return np.asarray(0.06 + body * (0.60 + abdomen + middle + knob - trachea - bubble))


def _heart(anatomy: Anatomy, x: Plane, y: Plane) -> Plane:
    center_x, center_y, size = anatomy.heart
    lean = (x - center_x) + 0.45 * (y - center_y)
    inside = 1 - np.hypot(lean / (size * 1.12), (y - center_y) / size)
    middle = _soft(anatomy.mediastinum - np.abs(x), 0.05)
    return np.maximum(_soft(inside, 0.18), middle)


def _lung(anatomy: Anatomy, finding: Finding, side: int, x: Plane, y: Plane) -> Plane:
    """Air of one lung: an egg cut off by the diaphragm, and by fluid where there is some."""
    across = np.abs(side * x - anatomy.lung_center) / anatomy.lung_width
    along = (y - (anatomy.lung_top + anatomy.lung_height)) / anatomy.lung_height
    egg = 1 - (across**2.4 + np.abs(along) ** 2.4) ** (1 / 2.4)
    base = anatomy.diaphragm[0 if side < 0 else 1]
    offset = (side * x - (anatomy.lung_center - 0.08)) / anatomy.lung_width
    floor = base - anatomy.dome * 0.35 + anatomy.dome * np.clip(offset, -0.4, 2) ** 2
    air = _soft(egg, 0.10) * _soft(floor - y, 0.035) * (side * x > 0)
    if finding.kind == "effusion" and finding.side == side:
        air = air * (1 - _fluid(anatomy, finding.size, base, side * x, y))
    return np.asarray(air)


def _fluid(anatomy: Anatomy, height: float, base: float, outward: Plane, y: Plane) -> Plane:
    """Fluid in the angle between chest wall and diaphragm, climbing along the wall (meniscus)."""
    wall = anatomy.lung_center + anatomy.lung_width
    start = wall - 0.35 - 0.4 * height
    climb = np.clip((outward - start) / (wall - start), 0, 1.2) ** 3
    level = base + 0.55 * anatomy.dome - 0.65 * height
    return _soft(y - (level - (0.03 + 0.45 * height) * climb), 0.05)


def _lung_detail(anatomy: Anatomy, x: Plane, y: Plane) -> Plane:
    """Vessels and grain of the lung; seen end-on, a vessel is a small round shadow."""
    detail = 0.022 * _texture(anatomy.texture[0], x, y, 9)
    detail += 0.018 * _texture(anatomy.texture[1], x, y, 30)
    for center_x, center_y, angle, length in anatomy.vessels:
        reach = length / 2 + 0.08
        near = (np.abs(x - center_x) < reach) & (np.abs(y - center_y) < reach)
        right, down = x[near] - center_x, y[near] - center_y
        along = right * np.cos(angle) + down * np.sin(angle)
        aside = down * np.cos(angle) - right * np.sin(angle)
        from_end = np.hypot(np.maximum(np.abs(along) - length / 2, 0), aside)
        detail[near] += 0.055 * np.exp(-((from_end / 0.020) ** 2))
    hilum = np.hypot((np.abs(x) - 0.19) / 0.09, (y - 0.02) / 0.16)
    return np.asarray(detail + 0.10 * np.exp(-(hilum**2)))


def _texture(values: Plane, x: Plane, y: Plane, cells: int) -> Plane:
    """Smooth noise: `values` on a grid of `cells` a side, interpolated between grid points."""
    column = np.clip((x + 1.2) / 2.4, 0, 1) * cells
    row = np.clip((y + 1.2) / 2.4, 0, 1) * cells
    left, top = np.floor(column).astype(int), np.floor(row).astype(int)
    share_x, share_y = column - left, row - top
    upper = values[top, left] * (1 - share_x) + values[top, left + 1] * share_x
    lower = values[top + 1, left] * (1 - share_x) + values[top + 1, left + 1] * share_x
    return np.asarray(upper * (1 - share_y) + lower * share_y)


def _bones(anatomy: Anatomy, x: Plane, y: Plane) -> Plane:
    outward = np.abs(x)
    cage = _soft(anatomy.lung_center + anatomy.lung_width + 0.05 - outward, 0.06)
    bones = np.zeros_like(x)
    for number in range(11):
        start = anatomy.rib_start + number * anatomy.rib_gap
        back = start + 0.10 * np.sin(np.clip(outward * 2.2, 0, 2.2)) + 0.30 * outward**2
        front = start + 0.42 - 0.42 * outward
        bones += anatomy.rib_strength * _rib(y - back, 0.030) * cage * (outward > 0.05)
        bones += 0.45 * anatomy.rib_strength * _rib(y - front, 0.034) * cage * (outward > 0.3)
    collar = -0.66 - 0.10 * np.clip(outward - 0.1, 0, 1) + 0.05 * np.sin(outward * 5)
    bones += 0.12 * _rib(y - collar, 0.035) * (outward > 0.08) * _soft(0.85 - outward, 0.1)
    discs = 0.65 + 0.35 * np.cos(y * 2 * np.pi / 0.15)
    bones += 0.055 * _soft(0.065 - outward, 0.03) * discs
    return bones * _soft(0.75 - y, 0.3)


def _rib(distance: Plane, half: float) -> Plane:
    """A band with brighter edges, as a hollow bone shows."""
    band = _soft(half - np.abs(distance), 0.02)
    return np.asarray(band * (0.7 + 0.5 * (distance / half) ** 2 * (np.abs(distance) < half)))


def _exposed(picture: Plane, random: np.random.Generator) -> NDArray[np.uint8]:
    """Dose, contrast, vignetting and noise of one exposure."""
    line = (np.arange(SIDE) + 0.5) * 2 / SIDE - 1
    column, row = np.meshgrid(line, line)
    seen = np.clip(picture, 0, 1.2) ** random.uniform(0.85, 1.25)
    seen = seen * random.uniform(0.82, 1.12) + random.uniform(-0.03, 0.05)
    seen = seen * (1 - random.uniform(0.02, 0.16) * (column**2 + row**2))
    noise = random.uniform(0.008, 0.024)
    coarse = _texture(random.standard_normal((65, 65)), column, row, 63)
    seen = seen + noise * (random.standard_normal((SIDE, SIDE)) + 0.6 * coarse)
    return np.clip(np.rint(seen * 235), 0, 255).astype(np.uint8)
