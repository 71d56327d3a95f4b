"""Many images in one file: .npz in the naming of MedMNIST and of MNIST.

Images are decoded once and kept for the last two arrays used, so that reading all in order is fast.
"""

import re
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.cases import Case, Part
from precmed_gui.diagnosis.errors import UnreadableFile
from precmed_gui.diagnosis.pictures import Pixels
from precmed_gui.language import _
from precmed_gui.modalities.imaging.decoding import MAX_BYTES, damaged, decoding, require_size
from precmed_gui.modalities.imaging.pixels import from_numbers

_NAMES: tuple[tuple[str, str, Part], ...] = (
    ("train_images", "train_labels", "train"),
    ("val_images", "val_labels", "validation"),
    ("test_images", "test_labels", "test"),
    ("x_train", "y_train", "train"),
    ("x_val", "y_val", "validation"),
    ("x_test", "y_test", "test"),
)
_CLASSES: dict[str, tuple[str, ...]] = {
    "pneumoniamnist": ("normal", "pneumonia"),
    "breastmnist": ("malignant", "normal or benign"),
    "retinamnist": ("grade 0", "grade 1", "grade 2", "grade 3", "grade 4"),
}


@dataclass(frozen=True, slots=True)
class _Header:
    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]

    @property
    def bytes(self) -> int:
        return int(np.prod([self.dtype.itemsize, *self.shape], dtype=object))


def check_npz(path: Path) -> list[Case]:
    """All cases of an .npz, with their classes and given parts; the pixels stay packed.

    Raises
    ------
    UnreadableFile
        If no array has a known name, or one does not hold images, or is too large.
    """
    with decoding(), zipfile.ZipFile(path) as archive:
        headers = _headers(archive)
        cases: list[Case] = []
        for images, labels, part in _NAMES:
            if images in headers:
                count = _image_count(headers[images])
                named = _labels(path, labels, headers, count)
                cases += [
                    Case(str(path), f"{images}/{index}", label, "", part if label else None)
                    for index, label in enumerate(named)
                ]
    if not cases:
        raise UnreadableFile(
            _("The file holds no images under the names train_images, test_images or x_train.")
        )
    return cases


def read_npz(case: Case) -> Pixels:
    """The pixels of one case found by `check_npz`; raises `UnreadableFile`."""
    member, _slash, index = case.item.partition("/")
    try:
        state = Path(case.path).stat()
        images = _decoded(case.path, member, state.st_mtime_ns, state.st_size)
        return cast(Pixels, images[int(index)])
    except (OSError, ValueError, IndexError):
        with decoding():
            raise


@lru_cache(maxsize=2)
def _decoded(path: str, member: str, _modified: int, _size: int) -> Pixels:
    with decoding():
        with zipfile.ZipFile(path) as archive:
            _image_count(_headers(archive)[member])
        with np.load(path, allow_pickle=False) as arrays:
            values = arrays[member]
        if values.ndim == 4 and values.shape[3] == 1:
            values = values[..., 0]
        return from_numbers(values)


def _headers(archive: zipfile.ZipFile) -> dict[str, _Header]:
    headers = {}
    for name in archive.namelist():
        if name.endswith(".npy"):
            with archive.open(name) as file:
                version = np.lib.format.read_magic(file)
                read = (
                    np.lib.format.read_array_header_1_0
                    if version == (1, 0)
                    else np.lib.format.read_array_header_2_0
                )
                shape, _is_fortran, dtype = read(file)
            headers[name.removesuffix(".npy")] = _Header(shape, dtype)
    return headers


def _image_count(header: _Header) -> int:
    """How many images the array holds; raises `UnreadableFile` if it does not hold images."""
    shape = header.shape
    is_images = len(shape) == 3 or (len(shape) == 4 and shape[3] in (1, 3))
    if not is_images or header.dtype.kind not in "buif":
        raise UnreadableFile(
            _("The file holds arrays that are not single grey or colour images (volumes, films).")
        )
    require_size(shape[2], shape[1])
    if header.bytes > MAX_BYTES:
        raise UnreadableFile(
            _("The file unpacks to more than {limit} MB; save the images as single files.").format(
                limit=MAX_BYTES // 1_000_000
            )
        )
    return shape[0]


def _labels(path: Path, name: str, headers: dict[str, _Header], count: int) -> list[str | None]:
    header = headers.get(name)
    if header is None:
        return [None] * count
    if header.shape[:1] != (count,):
        raise UnreadableFile(_("The numbers of images and of their classes differ."))
    if header.shape not in ((count,), (count, 1)):
        raise UnreadableFile(_("Each image has several classes at once; only one can be learnt."))
    if header.bytes > MAX_BYTES or header.dtype.hasobject:
        raise UnreadableFile(damaged())
    with np.load(path, allow_pickle=False) as arrays:
        values = arrays[name].reshape(count)
    return class_names(values, path)


def class_names(values: NDArray[np.generic], path: Path) -> list[str | None]:
    """A class name for each label: the known names of a MedMNIST file, else the number itself."""
    known = _CLASSES.get(re.sub(r"_\d+$", "", path.stem.casefold()), ())
    names: dict[object, str] = {}
    for value in np.unique(values).tolist():
        is_whole = isinstance(value, bool | int) or (
            isinstance(value, float) and value.is_integer()
        )
        number = int(value) if is_whole else -1
        plain = str(number) if is_whole else str(value)
        names[value] = known[number] if 0 <= number < len(known) else plain
    return [names[value] for value in values.tolist()]
