"""Which parts of an image an answer hangs on, and whether the map deserves a look."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.cases import Case

MapMethod = Literal["class-activation", "gradient", "occlusion"]


@dataclass(frozen=True, slots=True)
class MapChecks:
    """What a map was put through before it is shown (Adebayo et al., NeurIPS 2018).

    Parameters
    ----------
    randomisation
        Rank correlation with the map of the same networks with random weights, in [-1, 1]: a map
        that does not depend on what was learned stays alike, and fails.
    repeatability
        The least rank correlation with maps of slightly moved and noisy copies, in [-1, 1].
    passed
        Whether both are within their limits.
    reason
        Why it did not pass, one translated sentence; "" where it did.
    """

    randomisation: float
    repeatability: float
    passed: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A map for one class of one image.

    Parameters
    ----------
    case, slice_number
        What was read; slices count from 1.
    label
        The class whose probability the map is about.
    method
        How it was made.
    strength
        (height, width) float32 in [0, 1], at the image's own resolution; 1 is strongest.
    checks
        Whether it deserves a look.
    seconds
        What it took.
    slice_strengths
        Of a case with several slices: how much each counts for the class, in [0, 1]; else empty.
    """

    case: Case
    slice_number: int
    label: str
    method: MapMethod
    strength: NDArray[np.float32]
    checks: MapChecks
    seconds: float
    slice_strengths: tuple[float, ...] = ()
