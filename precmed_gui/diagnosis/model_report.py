"""A model with the cases it was judged on: what the evaluation panel, the page and tables show."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.evaluation import JudgedCases
from precmed_gui.diagnosis.model_card import ModelCard


@dataclass(frozen=True)
class ModelReport:
    """Everything about a model but its weights.

    Parameters
    ----------
    folder
        The model folder.
    card
        Its card.
    cases
        The test part; None for a model that was never tested.
    probabilities
        (n, classes) of `cases`, calibrated.
    paths
        (n) where the image of each case was when the model was trained; it may be gone.
    """

    folder: str
    card: ModelCard
    cases: JudgedCases | None
    probabilities: NDArray[np.float64]
    paths: tuple[str, ...]
