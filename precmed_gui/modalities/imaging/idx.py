"""MNIST's own files: images and labels in two IDX files side by side, plain or gzipped."""

import gzip
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.cases import Case, Part
from precmed_gui.diagnosis.errors import UnreadableFile
from precmed_gui.diagnosis.pictures import Pixels
from precmed_gui.language import _
from precmed_gui.modalities.imaging.containers import class_names
from precmed_gui.modalities.imaging.decoding import MAX_BYTES, damaged, decoding, require_size
from precmed_gui.modalities.imaging.kinds import IDX_NAME

_BYTES = b"\x00\x00\x08"


def check_idx(path: Path) -> list[Case]:
    """The cases of the pair that `path` belongs to; either of the two files may be given.

    Raises `UnreadableFile` if the images are missing, or the two files do not fit.
    """
    name = IDX_NAME.fullmatch(path.name)
    if name is None:
        raise UnreadableFile(_("It is not an image."))
    pair = {what: _beside(path, name["part"], what) for what in ("images", "labels")}
    images = path if name["what"].casefold() == "images" else pair["images"]
    if images is None:
        raise UnreadableFile(_("The images that belong to these labels are not beside the file."))
    part: Part = "train" if name["part"].casefold() == "train" else "test"
    with decoding():
        count, height, width = _shape(images, 3)
        require_size(width, height)
        labels = _labels(pair["labels"], count) if pair["labels"] else [None] * count
    return [
        Case(str(images), f"image/{index}", label, "", part if label else None)
        for index, label in enumerate(labels)
    ]


def read_idx(case: Case) -> Pixels:
    """The pixels of one case found by `check_idx`; raises `UnreadableFile`."""
    with decoding():
        state = Path(case.path).stat()
        images = _decoded(case.path, state.st_mtime_ns, state.st_size)
        return cast(Pixels, images[int(case.item.partition("/")[2])])


@lru_cache(maxsize=2)
def _decoded(path: str, _modified: int, _size: int) -> NDArray[np.uint8]:
    return _array(Path(path), 3)


def _labels(path: Path, count: int) -> list[str | None]:
    if _shape(path, 1) != (count,):
        raise UnreadableFile(_("The numbers of images and of their classes differ."))
    return class_names(_array(path, 1), path)


def _beside(path: Path, part: str, what: str) -> Path | None:
    for other in sorted(path.parent.iterdir()):
        name = IDX_NAME.fullmatch(other.name)
        if name and name["part"] == part and name["what"].casefold() == what and other.is_file():
            return other
    return None


def _open(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        is_packed = file.read(2) == b"\x1f\x8b"
    return cast(BinaryIO, gzip.open(path, "rb")) if is_packed else path.open("rb")


def _read_shape(file: BinaryIO, dimensions: int) -> tuple[int, ...]:
    head = file.read(4 + 4 * dimensions)
    if len(head) < 4 + 4 * dimensions or head[:4] != _BYTES + bytes([dimensions]):
        raise UnreadableFile(damaged())
    return tuple(int(size) for size in np.frombuffer(head, dtype=">u4", offset=4))


def _shape(path: Path, dimensions: int) -> tuple[int, ...]:
    with _open(path) as file:
        return _read_shape(file, dimensions)


def _array(path: Path, dimensions: int) -> NDArray[np.uint8]:
    with _open(path) as file:
        shape = _read_shape(file, dimensions)
        size = int(np.prod(shape, dtype=object))
        if size > MAX_BYTES:
            raise UnreadableFile(_("The file is too large once it is unpacked."))
        data = file.read(size)
    if len(data) != size:
        raise UnreadableFile(_("The file is cut off: a part of the image is missing."))
    return np.frombuffer(data, dtype=np.uint8).reshape(shape)
