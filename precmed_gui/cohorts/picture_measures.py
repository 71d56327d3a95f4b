"""Size and brightness of pictures, for the window, which sorts by them and needs no more."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from precmed_gui.cohorts.image_facts import image_facts
from precmed_gui.diagnosis.cases import Case, Cohort
from precmed_gui.diagnosis.work import CancelToken, Report


@dataclass(frozen=True)
class PictureMeasures:
    """What was measured of some cases, in their order.

    Parameters
    ----------
    sizes
        (n,) pixels of each picture; 0 where it cannot be read.
    brightness
        (n,) mean from 0, black, to 1, white; NaN where it cannot be read.
    """

    sizes: NDArray[np.uint64]
    brightness: NDArray[np.float32]


def picture_measures(
    modality: str, cases: tuple[Case, ...], report: Report, cancel: CancelToken
) -> PictureMeasures:
    """The measures of all `cases`, excluded or not; pictures looked at before are not read again.

    Raises
    ------
    Cancelled
        If the user stopped; what was read until then is not read again next time.
    """
    looked_at = tuple(replace(case, is_excluded=False) for case in cases)
    facts = image_facts(Cohort(modality=modality, cases=looked_at), report, cancel)
    places = {case.key: place for place, case in enumerate(looked_at)}
    rows = [places[case.key] for case in facts.cases]
    sizes, brightness = np.zeros(len(cases), np.uint64), np.full(len(cases), np.nan, np.float32)
    sizes[rows] = facts.table["width"].astype(np.uint64) * facts.table["height"]
    brightness[rows] = facts.table["mean"]
    return PictureMeasures(sizes, brightness)
