"""A dropped ZIP file is unpacked into the user's folder, and what is in it opened like a folder.

An archive may come from anywhere: nothing is written outside of its own folder, and one that would
fill the disk is refused before the first byte. `cohorts` uses this.
"""

import hashlib
import json
import os
import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from precmed_gui.diagnosis.cases import Unreadable
from precmed_gui.diagnosis.errors import UnreadableFile
from precmed_gui.diagnosis.storage import atomic_folder
from precmed_gui.language import _
from precmed_gui.places import home_folder

MOST_UNPACKED = 20_000_000_000
MOST_MEMBERS = 200_000
DISK_RESERVE = 1_000_000_000
_LARGE = 200_000_000
_MOST_RATIO = 200
_LONGEST_PART = 200
_LONGEST_PATH = 1_000
_LONGEST_FOLDER = 180
_CHUNK = 1 << 20
_LOCAL_HEADER = 30
_LEFT_OUT = ".left-out.json"
_ARCHIVES = (".zip", ".rar", ".7z", ".tar", ".tgz")
_RESERVED = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE
)
_IMPOSSIBLE = re.compile(r'[<>:"|?*\x00-\x1f]')
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError,
    IndexError, KeyError,
)  # fmt: skip

Progress = Callable[[str, int, int], None]
"""Told the stage, and how many files of how many are done; raises `Cancelled` to stop."""


def is_zip(path: Path) -> bool:
    """Whether a file is a ZIP by its name and its first bytes; an .npz is none."""
    if path.suffix.casefold() != ".zip":
        return False
    with suppress(OSError), path.open("rb") as file:
        return file.read(2) == b"PK"
    return False


def without_zips(dropped: list[Path], show: Progress) -> tuple[list[Path], list[Unreadable]]:
    """`dropped` with the folder of what is in it for each ZIP file, and what was refused."""
    opened: list[Path] = []
    refused: list[Unreadable] = []
    for path in dropped:
        if not is_zip(path):
            opened.append(path)
            continue
        try:
            folder, left_out = unpacked(path, show)
        except UnreadableFile as error:
            refused.append(Unreadable(str(path), error.message))
        else:
            opened.append(folder)
            refused += left_out
    return opened, refused


def unpacked(path: Path, show: Progress) -> tuple[Path, list[Unreadable]]:
    """The folder that holds what is in a ZIP, and the members that had to be left out.

    The same archive, dropped again, is not unpacked again.

    Raises
    ------
    UnreadableFile
        If it is damaged, locked, hostile or too large; the message is the reason.
    FailedStorage
        If the disk refuses.
    Cancelled
        If the user stops it; nothing is left behind.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not _is_clutter(member)]
            _require_few(members)
            place = home_folder() / "unpacked" / f"{_safe(path.stem)}-{_digest(members)}"
            if not place.is_dir():
                _require_harmless(members, path)
                _require_room(members)
                _unpack(archive, members, place, show)
    except _DAMAGE as error:
        raise UnreadableFile(_("The ZIP file is damaged.")) from error
    except OSError as error:
        raise UnreadableFile(_("The ZIP file cannot be opened.")) from error
    return place / _safe(path.stem), _left_out(place, path)


# What is refused as a whole


def _require_few(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MOST_MEMBERS:
        raise UnreadableFile(
            _("The ZIP file holds more than {limit} files.").format(limit=f"{MOST_MEMBERS:,}")
        )


def _require_harmless(members: list[zipfile.ZipInfo], path: Path) -> None:
    for member in members:
        name = _name(member)
        parts = re.split(r"[\\/]", name)
        if (
            any(map(_leads_out, parts))
            or name.startswith(("/", "\\"))
            or re.match(r"[A-Za-z]:[\\/]", name)
        ):
            raise UnreadableFile(
                _(
                    "The ZIP file is refused: it would write outside of its folder (“{name}”)."
                ).format(name=name)
            )
    if members and all(member.flag_bits & 1 for member in members if not member.is_dir()):
        raise UnreadableFile(_("The ZIP file is locked with a password."))
    total = sum(member.file_size for member in members)
    packed = max(1, path.stat().st_size)
    swollen = next((member for member in members if _is_swollen(member)), None)
    overlapping = _overlapping(members)
    if swollen is not None or overlapping is not None:
        raise UnreadableFile(_bomb().format(name=_name(swollen or overlapping or members[0])))
    if total > MOST_UNPACKED or (total > 5 * _LARGE and total > _MOST_RATIO * packed):
        raise UnreadableFile(
            _("The ZIP file is refused: unpacked it would take {size} GB.").format(
                size=f"{total / 1e9:,.1f}"
            )
        )


def _leads_out(part: str) -> bool:
    """Whether it is the folder above, on systems too that take spaces and dots from its end."""
    return part.startswith("..") and not part.strip(". ")


def _bomb() -> str:
    return _("The ZIP file is refused: “{name}” in it swells to fill the disk.")


def _is_swollen(member: zipfile.ZipInfo) -> bool:
    return member.file_size > max(_LARGE, _MOST_RATIO * member.compress_size)


def _overlapping(members: list[zipfile.ZipInfo]) -> zipfile.ZipInfo | None:
    """A member whose bytes are another's too, as in archives made to swell."""
    end = -1
    for member in sorted(members, key=lambda member: member.header_offset):
        if member.header_offset < end:
            return member
        end = member.header_offset + _LOCAL_HEADER + member.compress_size
    return None


def _require_room(members: list[zipfile.ZipInfo]) -> None:
    place = home_folder()
    place.mkdir(parents=True, exist_ok=True)
    needed = sum(member.file_size for member in members)
    free = shutil.disk_usage(place).free - DISK_RESERVE
    if needed > free:
        raise UnreadableFile(
            _("There is no room to unpack it: {needed} GB are needed, {free} GB are free.").format(
                needed=f"{needed / 1e9:,.1f}", free=f"{max(free, 0) / 1e9:,.1f}"
            )
        )


# Unpacking


def _unpack(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], place: Path, show: Progress
) -> None:
    stage = _("Unpacking")
    files = [member for member in members if not member.is_dir()]
    left_out: list[tuple[str, str]] = []
    with atomic_folder(place) as folder:
        root = folder / place.name.rpartition("-")[0]
        root.mkdir()
        for done, member in enumerate(files, start=1):

            def tick(done: int = done) -> None:
                show(stage, done, len(files))

            tick()
            reason = _why_not(member) or _written(archive, member, root, tick)
            if reason:
                left_out.append((_name(member), reason))
        text = json.dumps(left_out, ensure_ascii=False)
        (folder / _LEFT_OUT).write_text(text, encoding="utf-8")


def _why_not(member: zipfile.ZipInfo) -> str:
    """Why a member is left out, before it is looked into."""
    parts = _parts(member)
    if stat.S_ISLNK(member.external_attr >> 16):
        return _("It is a link to another file.")
    if member.flag_bits & 1:
        return _("It is locked with a password.")
    lengths = [len(part.encode("utf-8", "surrogatepass")) for part in parts]
    if not parts or max(lengths) > _LONGEST_PART or sum(lengths) > _LONGEST_PATH:
        return _("Its name is too long.")
    if any(_RESERVED.fullmatch(part) for part in parts):
        return _("Windows keeps its name for devices.")
    if parts[-1].casefold().endswith(_ARCHIVES):
        return _("It is an archive inside a ZIP file: unpack it and drop it by itself.")
    return ""


def _written(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, root: Path, tick: Callable[[], None]
) -> str:
    """Write one member below `root`; why that was not possible, or ""."""
    target = root.joinpath(*_parts(member))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        output = target.open("xb")
    except (FileExistsError, NotADirectoryError):
        return _("Another file in the ZIP file has this name.")
    try:
        with output, archive.open(member) as source:
            while chunk := source.read(_CHUNK):
                output.write(chunk)
                tick()
    except _DAMAGE:
        target.unlink(missing_ok=True)
        return _("It is damaged in the ZIP file.")
    return ""


def _left_out(place: Path, path: Path) -> list[Unreadable]:
    with suppress(OSError, ValueError):
        known: Iterable[tuple[str, str]] = json.loads((place / _LEFT_OUT).read_text("utf-8"))
        return [Unreadable(f"{path} › {name}", reason) for name, reason in known]
    return []


# Names


def _name(member: zipfile.ZipInfo) -> str:
    """The name in its own letters: UTF-8, or what Chinese systems write without saying so."""
    if member.flag_bits & 0x800 or member.orig_filename.isascii():
        return member.orig_filename
    try:
        raw = member.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return member.orig_filename
    for encoding in ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            return raw.decode(encoding)
    return member.orig_filename


def _parts(member: zipfile.ZipInfo) -> list[str]:
    """The folders and the file, without letters that some systems forbid in names."""
    parts = (part for part in re.split(r"[\\/]", _name(member)) if part not in ("", "."))
    return [_IMPOSSIBLE.sub("_", part) for part in parts]


def _is_clutter(member: zipfile.ZipInfo) -> bool:
    """What macOS and others add beside the files."""
    parts = re.split(r"[\\/]", member.orig_filename)
    return "__MACOSX" in parts or parts[-1] in (".DS_Store", "Thumbs.db", "desktop.ini")


def _safe(name: str) -> str:
    """A folder name from the name of an archive, in its own letters, of up to 180 bytes."""
    cleaned = _IMPOSSIBLE.sub("_", name).strip(". ")[:60]
    while len(os.fsencode(cleaned)) > _LONGEST_FOLDER:
        cleaned = cleaned[:-1]
    return "_" + cleaned if not cleaned or _RESERVED.fullmatch(cleaned) else cleaned


def _digest(members: list[zipfile.ZipInfo]) -> str:
    """What tells the content from others: names, lengths and CRC-32 of all members."""
    digest = hashlib.sha256()
    for member in members:
        digest.update(f"{member.orig_filename}\0{member.file_size}\0{member.CRC}\n".encode())
    return digest.hexdigest()[:16]
