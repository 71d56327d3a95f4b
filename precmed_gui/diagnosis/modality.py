"""What a kind of data (images, later sequences and records) must offer to the rest of the house."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, Protocol

from precmed_gui.diagnosis.cases import Case, Cohort
from precmed_gui.diagnosis.pictures import Picture, Pixels, StatedWindow, Tag, Thumbnail
from precmed_gui.diagnosis.training import Recipe
from precmed_gui.diagnosis.work import CancelToken, Report


class Modality(Protocol):
    """One folder under `modalities/` exposes one of these as `MODALITY`."""

    @property
    def name(self) -> str:
        """What cards and cohorts call it."""

    @property
    def title(self) -> str:
        """What people call it, marked for translation."""

    def accepts(self, path: Path) -> bool:
        """Whether a file looks like this kind of data, by its name or its first bytes."""

    def find_cases(self, paths: Sequence[Path], report: Report, cancel: CancelToken) -> Cohort:
        """All cases in files, folders and containers; unreadable files are listed, not raised."""

    def read(self, case: Case, window: StatedWindow | None = None) -> Pixels:
        """The data of one case of one slice; raises `UnreadableFile` with the reason.

        Of a case with several slices, the middle one. `window` replaces the one the file states,
        where its values have a unit; it does nothing to other data.
        """

    def windows(self) -> Mapping[str, StatedWindow]:
        """The windows a network can be given, by name."""

    def usual_window(self, cases: Sequence[Case]) -> StatedWindow | None:
        """What a network should see of these cases if nobody chose; None: as each file says."""

    def is_grey(self, data: Pixels) -> bool:
        """Whether one channel holds all there is."""

    def prepare(self, data: Pixels, size: int, channels: Literal[1, 3]) -> Pixels:
        """What a network of this input gets: (size, size, channels), still of the data's type.

        Raises `UnreadableFile` where the data has less than the network takes.
        """

    def drawn(self, count: int, side: int) -> tuple[Pixels, ...]:
        """Synthetic data, the same each time, at least `side` wide: to try two networks on."""

    def is_expected(self, path: Path) -> bool:
        """Whether the name of a file alone promises this kind of data."""

    def misnamed(self, path: Path) -> str:
        """What a file holds ("PNG") where its ending promises another kind; "" where both agree."""

    def recipes(self) -> Mapping[str, Recipe]:
        """The networks that can be trained on it, by name, the usual one first."""

    def recipe_problem(self, recipe: str) -> str:
        """Why a recipe cannot be used on this computer, one sentence; "" where it can."""

    def build(
        self, recipe: str, image_size: int, channels: int, classes: int, frame_size: int
    ) -> object:
        """The untrained Keras model of a recipe that is no search; imports Keras.

        It takes squares of `frame_size` and works at `image_size`; its last layer is "classes".
        """

    def load_pretrained(self, network: object) -> None:
        """Give a network of a pretrained recipe the weights it starts from.

        Raises `PrecmedError` where they are not installed.
        """

    def read_thumbnail(self, case: Case, side: int) -> Thumbnail:
        """A small picture for a list, or the reason why there is none."""

    def read_picture(self, case: Case, slice_number: int = 0) -> Picture:
        """One slice as a picture to look at (0: the middle one); raises `UnreadableFile`."""

    def read_tags(self, case: Case) -> tuple[Tag, ...]:
        """The header of its (first) file, () where it has none; raises `UnreadableFile`."""
