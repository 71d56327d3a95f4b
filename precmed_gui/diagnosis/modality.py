"""What a kind of data (images, later sequences and records) must offer to the rest of the house."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.cases import Case, Cohort
from precmed_gui.diagnosis.training import Recipe
from precmed_gui.diagnosis.work import CancelToken, Report

Pixels = NDArray[np.uint8] | NDArray[np.uint16]
"""(height, width) grey or (height, width, 3) colour; 16-bit data stays 16-bit."""


class Modality(Protocol):
    """One folder under `modalities/` exposes one of these as `MODALITY`."""

    name: str
    title: str

    def accepts(self, path: Path) -> bool:
        """Whether a file looks like this kind of data, by its name or its first bytes."""

    def find_cases(self, paths: Sequence[Path], report: Report, cancel: CancelToken) -> Cohort:
        """All cases in files, folders and containers; unreadable files are listed, not raised."""

    def read(self, case: Case) -> Pixels:
        """The data of one case; raises `UnreadableFile` with the reason."""

    def recipes(self) -> Mapping[str, Recipe]:
        """The networks that can be trained on it, by name."""
