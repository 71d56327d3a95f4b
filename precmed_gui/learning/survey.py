"""A look at some of the images before all are read, for their colour and their size."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.diagnosis.errors import UnfitCohort, UnreadableFile
from precmed_gui.diagnosis.pictures import StatedWindow
from precmed_gui.diagnosis.work import CancelToken, Report, Step
from precmed_gui.language import _
from precmed_gui.modalities import modality

SAMPLE = 200
USUAL_SIZE = 96
_SMALL_SHARE = 5


@dataclass(frozen=True, slots=True)
class Survey:
    """What a sample of a cohort looks like.

    Parameters
    ----------
    channels
        3 if any image of the sample has colour, else 1.
    shorter_side
        Pixels; one image in twenty of the sample is smaller.
    """

    channels: Literal[1, 3]
    shorter_side: int


def survey(
    cohort: Cohort,
    seed: int,
    report: Report,
    cancel: CancelToken,
    window: StatedWindow | None = None,
) -> Survey:
    """Read up to `SAMPLE` images of `cohort`, drawn with `seed`, as `window` shows them.

    Raises
    ------
    UnfitCohort
        If none of them can be read.
    """
    reader = modality(cohort.modality)
    count = min(SAMPLE, len(cohort.cases))
    chosen = np.random.default_rng(seed).choice(len(cohort.cases), count, replace=False)
    sides: list[int] = []
    has_colour = False
    reason = ""
    for done, position in enumerate(sorted(chosen.tolist())):
        cancel.raise_if_set()
        if done % 20 == 0:
            report(Step(_("Looking at the images"), done, count))
        try:
            image = reader.read(cohort.cases[position], window)
        except UnreadableFile as error:
            reason = reason or error.message
            continue
        sides.append(min(image.shape[:2]))
        has_colour = has_colour or not reader.is_grey(image)
    if not sides:
        raise UnfitCohort(
            _("None of the images can be read. The first reason: {reason}").format(reason=reason),
            _("Choose other files: PNG, JPEG, TIFF, BMP, WebP, DICOM or .npz."),
        )
    return Survey(3 if has_colour else 1, int(np.percentile(sides, _SMALL_SHARE)))


def usual_size(shorter_side: int, allowed: tuple[int, int]) -> int:
    """The side that suits images whose shorter side is `shorter_side`, within `allowed`."""
    return int(np.clip(min(USUAL_SIZE, shorter_side), *allowed))
