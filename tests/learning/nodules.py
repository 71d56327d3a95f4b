"""Synthetic chest pictures whose nodule is known, for the tests of maps."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from precmed_gui.modalities.imaging import anatomy


@dataclass(frozen=True)
class Nodule:
    """A picture, and for each of its pixels how far it is from the nodule's middle, in radii."""

    picture: NDArray[np.uint8]
    away: NDArray[np.float64]
    radius: float

    def holds_or_touches(self, strength: NDArray[np.float32]) -> bool:
        """Whether the strongest place is in the nodule, or at most two pixels beside it."""
        row, column = np.unravel_index(strength.argmax(), strength.shape)
        return bool(self.away[row, column] * self.radius <= self.radius + 2)


def draw_nodules(count: int, seed: int = 777) -> list[Nodule]:
    """So many patients, each with one nodule."""
    random = np.random.Generator(np.random.PCG64(seed))
    found = []
    for _number in range(count):
        patient = anatomy.draw_anatomy(random)
        finding = anatomy.draw_finding("nodule", patient, random)
        before = random.bit_generator.state
        x, y = anatomy._positioned(random)
        random.bit_generator.state = before
        picture = anatomy.draw_picture(patient, finding, random)
        away = np.hypot(x - finding.x, y - finding.y) / finding.size
        found.append(Nodule(picture, away, finding.size * anatomy.SIDE / 2))
    return found
