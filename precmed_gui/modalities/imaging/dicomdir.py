"""A DICOMDIR, the table of contents of a DICOM disc: which files below its folder are images.

What else lies on such a disc (viewers, help pages) is then no concern of ours. PS3.10 section 8
and PS3.3 annex F describe it. `folders` uses this.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from precmed_gui.diagnosis.errors import UnreadableFile
from precmed_gui.language import _
from precmed_gui.modalities.imaging.decoding import decoding

NAME = "DICOMDIR"
_MOST_BYTES = 200_000_000
_MOST_FILES = 500_000


def is_dicomdir(path: Path) -> bool:
    """Whether a file is called as the standard asks, in whatever letters."""
    return path.name.casefold() in (NAME.casefold(), f"{NAME.casefold()}.")


def referenced_files(path: Path) -> tuple[list[Path], list[Path]]:
    """The files a DICOMDIR names, in its order: those that are there, and those that are not.

    Names are compared without regard to small and capital letters, and nothing outside of the
    folder of the DICOMDIR is ever named.

    Raises
    ------
    UnreadableFile
        If it is no DICOMDIR, or names no file.
    """
    with decoding():
        if path.stat().st_size > _MOST_BYTES:
            raise UnreadableFile(_("The DICOMDIR is too large."))
        names = list(dict.fromkeys(_names(path)))[:_MOST_FILES]
    if not names:
        raise UnreadableFile(_("The DICOMDIR names no files."))
    listings: dict[Path, dict[str, str]] = {}
    found: list[Path] = []
    missing: list[Path] = []
    for name in names:
        place = _resolved(path.parent, name, listings)
        if place is None:
            missing.append(path.parent.joinpath(*name))
        else:
            found.append(place)
    return found, missing


def _names(path: Path) -> Iterator[tuple[str, ...]]:
    import pydicom

    header = pydicom.dcmread(path, specific_tags=["DirectoryRecordSequence"])
    for record in header.get("DirectoryRecordSequence") or ():
        value = record.get("ReferencedFileID")
        parts = (value,) if isinstance(value, str) else tuple(map(str, value or ()))
        if parts and all(_is_plain(part) for part in parts):
            yield parts


def _is_plain(part: str) -> bool:
    """Whether it is the name of something in a folder, and not a way out of it."""
    return part not in ("", ".", "..") and not any(sign in part for sign in "/\\:\0")


def _resolved(
    folder: Path, name: tuple[str, ...], listings: dict[Path, dict[str, str]]
) -> Path | None:
    place = folder
    for part in name:
        if place not in listings:
            listings[place] = _listing(place)
        known = listings[place].get(part.casefold())
        if known is None:
            return None
        place = place / known
    return place if place.is_file() else None


def _listing(folder: Path) -> dict[str, str]:
    try:
        return {name.casefold(): name for name in sorted(os.listdir(folder), reverse=True)}  # noqa: PTH208
    except OSError:
        return {}
