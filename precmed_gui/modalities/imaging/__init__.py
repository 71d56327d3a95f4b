"""Medical images: the first kind of data PrecMed reads. Its one public object is `MODALITY`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from precmed_gui.diagnosis.cases import Case, Cohort
from precmed_gui.diagnosis.errors import UnreadableFile
from precmed_gui.diagnosis.modality import Modality
from precmed_gui.diagnosis.pictures import Picture, Pixels, StatedWindow, Tag, Thumbnail
from precmed_gui.diagnosis.training import Recipe
from precmed_gui.diagnosis.work import CancelToken, Report
from precmed_gui.language import N_, _


class Imaging:
    """Pictures and series of slices, grey or colour; see `diagnosis.modality.Modality`.

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

    def read(self, case: Case, window: StatedWindow | None = None) -> Pixels:
        """The pixels of one case, of several slices the middle one; raises `UnreadableFile`."""
        from precmed_gui.modalities.imaging.files import read_case

        return read_case(case, window=window)

    def windows(self) -> Mapping[str, StatedWindow]:
        """The windows on Hounsfield units that a network can be given, by name."""
        from precmed_gui.modalities.imaging.dicom_windows import HOUNSFIELD_WINDOWS

        return HOUNSFIELD_WINDOWS

    def usual_window(self, cases: Sequence[Case]) -> StatedWindow | None:
        """Soft tissue where all cases are CT; else None, and each file is shown as it says."""
        from precmed_gui.modalities.imaging.dicom_windows import usual_window

        return usual_window(cases)

    def is_grey(self, data: Pixels) -> bool:
        """Whether an image has no colour, though it may have three channels."""
        from precmed_gui.modalities.imaging.pixels import is_grey

        return is_grey(data)

    def prepare(self, data: Pixels, size: int, channels: Literal[1, 3]) -> Pixels:
        """The image as a network takes it; raises `UnreadableFile` if it is too small."""
        from precmed_gui.modalities.imaging.pixels import prepare

        return prepare(data, size, channels)

    def recipe_problem(self, recipe: str) -> str:
        """Pretrained recipes need the package with the weights."""
        from precmed_gui.modalities.imaging.pretrained import is_available

        if not self.recipes()[recipe].is_pretrained or is_available():
            return ""
        return _("The weights it starts from are not installed on this computer.")

    def build(
        self, recipe: str, image_size: int, channels: int, classes: int, frame_size: int
    ) -> object:
        """The untrained Keras model of a recipe; imports Keras."""
        from precmed_gui.modalities.imaging.network import build

        return build(recipe, image_size, channels, classes, frame_size)

    def load_pretrained(self, network: object) -> None:
        """Give a network of a pretrained recipe the weights of EfficientNet-Lite0."""
        from precmed_gui.modalities.imaging.network.efficientnet import load_pretrained

        load_pretrained(network)

    def read_thumbnail(self, case: Case, side: int) -> Thumbnail:
        """A small picture for a list, or the reason why there is none."""
        from precmed_gui.modalities.imaging.reading import read_thumbnail

        return read_thumbnail(case, side)

    def read_picture(self, case: Case, slice_number: int = 0) -> Picture:
        """One slice at its full size (0: the middle one); raises `UnreadableFile`."""
        from precmed_gui.modalities.imaging.reading import read_picture

        return read_picture(case, slice_number)

    def read_tags(self, case: Case) -> tuple[Tag, ...]:
        """The header of a DICOM file, () for all others; raises `UnreadableFile`."""
        from precmed_gui.modalities.imaging.files import read_tags

        return read_tags(case)

    def drawn(self, count: int, side: int) -> tuple[Pixels, ...]:
        """Grey chest-like phantoms, enlarged to `side` where that is more than they have."""
        from precmed_gui.modalities.imaging.phantoms import draw_phantoms

        return draw_phantoms(count, side)

    def is_expected(self, path: Path) -> bool:
        """Whether the name of a file promises an image or a container of images."""
        from precmed_gui.modalities.imaging.kinds import has_image_name

        return has_image_name(path.name)

    def misnamed(self, path: Path) -> str:
        """The kind of image in a file whose ending promises another one; else ""."""
        from precmed_gui.modalities.imaging.endings import misnamed

        return misnamed(path)

    def recipes(self) -> Mapping[str, Recipe]:
        """The networks that can be trained on images, by name."""
        from precmed_gui.modalities.imaging.recipes import RECIPES

        return RECIPES


MODALITY: Modality = Imaging()
