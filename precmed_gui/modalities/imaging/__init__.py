"""Medical images: the first kind of data PrecMed reads. Its one public object is `MODALITY`."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from precmed_gui.diagnosis.cases import Case, Cohort
from precmed_gui.diagnosis.errors import UnreadableFile
from precmed_gui.diagnosis.modality import Modality, Pixels
from precmed_gui.diagnosis.training import Recipe
from precmed_gui.diagnosis.work import CancelToken, Report
from precmed_gui.language import N_


class Imaging:
    """Single pictures, grey or colour, 8 or 16 bits; see `diagnosis.modality.Modality`.

    The readers are imported when first needed, so that a window opens without them.
    """

    name = "imaging"
    title = N_("Images")

    def accepts(self, path: Path) -> bool:
        """Whether a file looks like an image or a container of images, by its first bytes."""
        from precmed_gui.modalities.imaging.kinds import kind_of

        try:
            kind_of(path)
        except (UnreadableFile, OSError):
            return False
        return True

    def find_cases(self, paths: Sequence[Path], report: Report, cancel: CancelToken) -> Cohort:
        """All cases in files, folders and containers; unreadable files are listed."""
        from precmed_gui.modalities.imaging.cohorts import find_cases

        return find_cases(paths, report, cancel)

    def read(self, case: Case) -> Pixels:
        """The pixels of one case; raises `UnreadableFile` with the reason."""
        from precmed_gui.modalities.imaging.files import read_case

        return read_case(case)

    def recipes(self) -> Mapping[str, Recipe]:
        """The networks that can be trained on images, by name."""
        from precmed_gui.modalities.imaging.recipes import RECIPES

        return RECIPES


MODALITY: Modality = Imaging()
