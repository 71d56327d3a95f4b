"""One door to all readers: what is in a file, and the pixels of one of its images."""

from functools import lru_cache
from pathlib import Path

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.pictures import Pixels
from precmed_gui.modalities.imaging.containers import check_npz, read_npz
from precmed_gui.modalities.imaging.decoding import decoding
from precmed_gui.modalities.imaging.dicom import check_dicom, read_dicom
from precmed_gui.modalities.imaging.idx import check_idx, read_idx
from precmed_gui.modalities.imaging.kinds import Kind, kind_of
from precmed_gui.modalities.imaging.rasters import check_raster, read_raster


def check_file(path: Path) -> list[Case]:
    """The cases in one file, by its header alone; `path` must be absolute.

    Raises
    ------
    UnreadableFile
        If there is none; the message is the reason.
    """
    with decoding():
        kind = kind_of(path)
    if kind == "DICOM":
        return [check_dicom(path)]
    if kind == "NPZ":
        return check_npz(path)
    if kind == "IDX":
        return check_idx(path)
    return check_raster(path, kind)


def read_case(case: Case, side: int | None = None) -> Pixels:
    """The pixels of one case, (height, width) grey or (height, width, 3), uint8 or uint16.

    Parameters
    ----------
    side
        If given, a smaller image will do as long as no side is below it (for thumbnails).

    Raises
    ------
    UnreadableFile
        If it cannot be decoded; the message is the reason.
    """
    return read_with_kind(case, side)[0]


def read_with_kind(case: Case, side: int | None = None) -> tuple[Pixels, Kind]:
    """As `read_case`, with the kind of file the pixels came from."""
    path = Path(case.path)
    kind = _container_kind(path) if case.item else _kind(path)
    if kind == "DICOM":
        return read_dicom(path), kind
    if kind == "NPZ":
        return read_npz(case), kind
    if kind == "IDX":
        return read_idx(case), kind
    page = int(case.item.removeprefix("page/") or 1)
    return read_raster(path, kind, page, side), kind


def _container_kind(path: Path) -> Kind:
    """The kind of a file with many images, looked at once and not for each of them."""
    try:
        state = path.stat()
    except OSError:
        return _kind(path)
    return _kind_as_of(str(path), state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=16)
def _kind_as_of(path: str, _modified: int, _size: int) -> Kind:
    return _kind(Path(path))


def _kind(path: Path) -> Kind:
    with decoding():
        return kind_of(path)
