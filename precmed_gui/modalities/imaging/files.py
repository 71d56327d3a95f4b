"""One door to all readers: what is in a file, and the pixels of one of its images."""

from functools import lru_cache
from pathlib import Path

from precmed_gui.diagnosis.cases import Case, slice_case
from precmed_gui.diagnosis.pictures import Pixels, StatedWindow, Tag
from precmed_gui.modalities.imaging.containers import check_npz, read_npz
from precmed_gui.modalities.imaging.decoding import decoding
from precmed_gui.modalities.imaging.dicom import check_dicom, read_dicom
from precmed_gui.modalities.imaging.dicom_series import FoundSlice
from precmed_gui.modalities.imaging.dicom_tags import read_dicom_tags
from precmed_gui.modalities.imaging.idx import check_idx, read_idx
from precmed_gui.modalities.imaging.kinds import Kind, kind_of
from precmed_gui.modalities.imaging.nifti import check_nifti, read_nifti
from precmed_gui.modalities.imaging.rasters import check_raster, read_raster


def check_file(path: Path) -> list[Case]:
    """The cases in one file, by its header alone; `path` must be absolute.

    Raises
    ------
    UnreadableFile
        If there is none; the message is the reason.
    """
    return [found.case for found in look_for_slices(path)]


def look_for_slices(path: Path) -> list[FoundSlice]:
    """As `check_file`, each case with its place in a series if it can have one."""
    with decoding():
        kind = kind_of(path)
    if kind == "DICOM":
        return [FoundSlice(*check_dicom(path))]
    if kind == "NPZ":
        return [FoundSlice(case) for case in check_npz(path)]
    if kind == "IDX":
        return [FoundSlice(case) for case in check_idx(path)]
    if kind == "NIFTI":
        return [FoundSlice(case) for case in check_nifti(path)]
    return [FoundSlice(case) for case in check_raster(path, kind)]


def read_case(case: Case, side: int | None = None, window: StatedWindow | None = None) -> Pixels:
    """The pixels of one case, (height, width) grey or (height, width, 3), uint8 or uint16.

    Parameters
    ----------
    case
        Of several slices, the middle one is read.
    side
        If given, a smaller image will do as long as no side is below it (for thumbnails).
    window
        Replaces the file's own where values are Hounsfield units; else it is ignored.

    Raises
    ------
    UnreadableFile
        If it cannot be decoded; the message is the reason.
    """
    return read_with_kind(case, side, window)[0]


def read_with_kind(
    case: Case, side: int | None = None, window: StatedWindow | None = None
) -> tuple[Pixels, Kind]:
    """As `read_case`, with the kind of file the pixels came from."""
    case = slice_case(case, middle_slice(case))
    path = Path(case.path)
    kind = kind_of_case(case)
    if kind == "DICOM":
        return read_dicom(path, frame_number(case), window), kind
    if kind == "NPZ":
        return read_npz(case), kind
    if kind == "IDX":
        return read_idx(case), kind
    if kind == "NIFTI":
        return read_nifti(path, frame_number(case)), kind
    page = int(case.item.removeprefix("page/") or 1)
    return read_raster(path, kind, page, side), kind


def middle_slice(case: Case) -> int:
    """The slice that stands for a case, from 1: the middle one, of two in the middle the first."""
    return (case.slices + 1) // 2


def frame_number(case: Case) -> int:
    """Which frame of its file a case is, from 1."""
    return int(case.item.removeprefix("frame/") or 1)


def read_tags(case: Case) -> tuple[Tag, ...]:
    """The header of a case's (first) DICOM file, () for all others; raises `UnreadableFile`."""
    if kind_of_case(case) != "DICOM":
        return ()
    return read_dicom_tags(Path(case.path))


def kind_of_case(case: Case) -> Kind:
    """The kind of file a case lies in; raises `UnreadableFile`."""
    path = Path(case.path)
    return _container_kind(path) if case.item else _kind(path)


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
