"""What networks see of cases with several slices, and what slices say together about their case."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.cases import Case, Cohort, slice_case
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.model_card import SliceRule
from precmed_gui.diagnosis.pictures import StatedWindow
from precmed_gui.diagnosis.training import TrainingSettings
from precmed_gui.language import _
from precmed_gui.modalities import modality

AS_IN_FILE = "file"
"""The setting for pictures as each file states them."""


def sliced(cohort: Cohort, rule: SliceRule) -> Cohort:
    """`cohort` with each case of several slices replaced by those that the rule chooses.

    Slices of one case never stand on two sides of a split: they are of one patient, and where that
    is unknown, the case itself is the patient.

    Parameters
    ----------
    rule
        "middle": the middle one, so that there are as many cases, in the same order; "each": all
        of them, in their order.
    """
    cases = [chosen for case in cohort.cases for chosen in chosen_slices(case, rule)]
    return replace(cohort, cases=tuple(cases))


def chosen_slices(case: Case, rule: SliceRule) -> tuple[Case, ...]:
    """The slices of one case that a network sees, as cases of their own."""
    if case.slices == 1:
        return (case,)
    if rule == "middle":
        return (slice_case(case, middle_slice(case)),)
    whole = replace(case, patient=case.patient_key)
    return tuple(slice_case(whole, number) for number in range(1, case.slices + 1))


def middle_slice(case: Case) -> int:
    """The number of the middle slice, from 1; of two in the middle the first."""
    return (case.slices + 1) // 2


def is_seen_by_slice(case: Case, rule: SliceRule) -> bool:
    """Whether a model with this rule answers for the case from several of its slices."""
    return rule == "each" and case.slices > 1


def chosen_window(settings: TrainingSettings, cohort: Cohort) -> StatedWindow | None:
    """The window on stored units that the networks get; None: as each file says.

    Raises
    ------
    PrecmedError
        If the modality has no window of the name in `settings`.
    """
    kind = modality(cohort.modality)
    if not settings.window:
        return kind.usual_window(cohort.labelled)
    if settings.window == AS_IN_FILE:
        return None
    windows = kind.windows()
    if settings.window not in windows:
        raise PrecmedError(
            _("There is no window called “{name}”.").format(name=settings.window),
            _("Choose one of: {names}.").format(names=", ".join((AS_IN_FILE, *windows))),
        )
    return windows[settings.window]


def averaged(logits: NDArray[np.float64]) -> tuple[NDArray[np.float64], int]:
    """What slices say together, and which of them is the most typical.

    The geometric mean of the probabilities, brought to a sum of 1: what a mean of logarithms is.
    It is taken before calibration, which then makes percentages of it as it does of one picture.

    Parameters
    ----------
    logits
        (slices, classes) natural logarithms of their probabilities.

    Returns
    -------
    tuple
        (classes,) its natural logarithms, and the row whose probabilities are nearest to it (by the
        Kullback-Leibler divergence from it).
    """
    mean = logits.mean(axis=0)
    mean = mean - np.logaddexp.reduce(mean)
    away = (np.exp(mean) * (mean - logits)).sum(axis=1)
    return mean, int(np.argmin(away))


def most_refuse(refused: int, slices: int) -> bool:
    """Whether a case is refused: more than half of its slices are, or cannot be read."""
    return 2 * refused > slices


def commonest(reasons: Sequence[str]) -> str:
    """The reason that most slices share, of equals the first."""
    return max(dict.fromkeys(reasons), key=reasons.count)
