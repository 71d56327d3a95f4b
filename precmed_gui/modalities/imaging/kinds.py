"""What kind of file this is, by its first bytes; a name counts only where bytes say nothing."""

import re
from pathlib import Path
from typing import Literal

from precmed_gui.diagnosis.errors import UnreadableFile
from precmed_gui.language import _

RasterKind = Literal["PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP", "JPEG2000", "PPM"]
Kind = Literal[RasterKind, "DICOM", "NPZ", "IDX", "NIFTI"]

_HEAD = 132
TABLE_SUFFIXES = (".csv", ".tsv", ".xlsx", ".xlsm")
_MAGIC: tuple[tuple[bytes, Kind], ...] = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "TIFF"),
    (b"MM\x00+", "TIFF"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "JPEG2000"),
    (b"\xff\x4f\xff\x51", "JPEG2000"),
)
_PACKED_NIFTI = ".nii.gz"
_NIFTI_HEADERS = {348, 540}
_BMP_HEADERS = {12, 40, 52, 56, 64, 108, 124}
_PPM_SUFFIXES = {".pgm", ".ppm", ".pnm", ".pbm"}
DICOM_SUFFIXES = {".dcm", ".dicom", ".ima"}
_READ = {
    ".png", ".jpg", ".jpeg", ".jpe", ".tif", ".tiff", ".bmp", ".dib", ".gif", ".webp",
    ".jp2", ".j2k", ".jpx", ".j2c", ".npz", ".nii", *_PPM_SUFFIXES, *DICOM_SUFFIXES,
}  # fmt: skip
_NOT_READ = {
    ".avif", ".blp", ".cur", ".dds", ".eps", ".exr", ".fli", ".flc", ".hdr", ".heic", ".heif",
    ".icns", ".ico", ".mha", ".mhd", ".mpo", ".msp", ".nrrd", ".pcx", ".psd", ".raw",
    ".sgi", ".spider", ".svg", ".svs", ".tga", ".xcf", ".ndpi", ".cr2", ".nef", ".dng",
}  # fmt: skip
IDX_NAME = re.compile(
    r"(?P<part>train|t10k|test)-(?P<what>images|labels)[-.]idx(?P<dimensions>[13])-ubyte(?:\.gz)?",
    re.IGNORECASE,
)


def kind_of(path: Path) -> Kind:
    """The kind of the file at `path`.

    Raises
    ------
    UnreadableFile
        If it is none that PrecMed reads, with the reason.
    OSError
        If it cannot be opened.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        raise UnreadableFile(_("The file is empty."))
    kind = _kind_of_bytes(head, path)
    if kind is None:
        raise UnreadableFile(_why_not(path))
    return kind


def has_image_name(name: str) -> bool:
    """Whether a file name alone promises something PrecMed reads."""
    return (
        Path(name).suffix.casefold() in _READ
        or name.casefold().endswith(_PACKED_NIFTI)
        or IDX_NAME.fullmatch(name) is not None
    )


def has_table_name(name: str) -> bool:
    """Whether a file name promises a table, which may say something about images beside it."""
    return name.casefold().endswith(TABLE_SUFFIXES)


def _kind_of_bytes(head: bytes, path: Path) -> Kind | None:
    if head[128:132] == b"DICM":
        return "DICOM"  # also of files that begin like a TIFF and are both
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    suffix = path.suffix.casefold()
    checks: dict[Kind, bool] = {
        "WEBP": head[:4] == b"RIFF" and head[8:12] == b"WEBP",
        "BMP": head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BMP_HEADERS,
        "PPM": head[:1] == b"P" and head[1:2] in b"123456" and suffix in _PPM_SUFFIXES,
        "DICOM": suffix in DICOM_SUFFIXES and b"\x00" in head,
        "NPZ": head[:4] in (b"PK\x03\x04", b"PK\x05\x06") and suffix == ".npz",
        "NIFTI": _is_nifti(head, path.name.casefold()),
        "IDX": IDX_NAME.fullmatch(path.name) is not None
        and (head[:2] == b"\x1f\x8b" or head[:3] == b"\x00\x00\x08"),
    }
    return next((kind for kind, fits in checks.items() if fits), None)


def _is_nifti(head: bytes, name: str) -> bool:
    """NIfTI-1 and -2 begin with the length of their header, in either order of bytes."""
    if name.endswith(_PACKED_NIFTI):
        return head[:2] == b"\x1f\x8b"
    orders: tuple[Literal["little", "big"], ...] = ("little", "big")
    lengths = {int.from_bytes(head[:4], order) for order in orders}
    return name.endswith(".nii") and bool(lengths & _NIFTI_HEADERS)


def _why_not(path: Path) -> str:
    suffix = path.suffix.casefold()
    if suffix == ".zip":
        return _("It is a ZIP file: drop it by itself, and it is unpacked.")
    if suffix in _READ:
        return _("It is named like an image ({ending}) but holds something else.").format(
            ending=suffix
        )
    if suffix in _NOT_READ:
        return _("Images of this kind ({ending}) cannot be read.").format(ending=suffix)
    return _("It is not an image.")
