"""Files whose name promises another kind of image than they hold: for the check of a cohort."""

from pathlib import Path

from precmed_gui.diagnosis.errors import UnreadableFile
from precmed_gui.modalities.imaging.kinds import kind_of

_PROMISED = {
    ".png": "PNG",
    ".jpg": "JPEG", ".jpeg": "JPEG", ".jpe": "JPEG",
    ".tif": "TIFF", ".tiff": "TIFF",
    ".bmp": "BMP", ".dib": "BMP",
    ".gif": "GIF",
    ".webp": "WEBP",
    ".jp2": "JPEG2000", ".j2k": "JPEG2000", ".jpx": "JPEG2000", ".j2c": "JPEG2000",
    ".dcm": "DICOM", ".dicom": "DICOM",
}  # fmt: skip
_TITLES = {"JPEG2000": "JPEG 2000"}


def misnamed(path: Path) -> str:
    """The kind of image in a file whose ending promises another one; "" where both agree."""
    promised = _PROMISED.get(path.suffix.casefold())
    if promised is None:
        return ""
    try:
        kind = kind_of(path)
    except (UnreadableFile, OSError):
        return ""
    return "" if kind == promised else _TITLES.get(kind, kind)
