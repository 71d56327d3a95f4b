"""Opening a DICOM file: its header, and where its pixels lie, without decoding any.

What a file promises is compared with what it holds, so that one that is cut off, or made to fill
the memory, is refused here.
"""

import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from io import SEEK_CUR, SEEK_END, BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from precmed_gui.diagnosis.errors import UnreadableFile
from precmed_gui.language import _
from precmed_gui.modalities.imaging.decoding import MAX_BYTES, cut_off
from precmed_gui.modalities.imaging.dicom_header import (
    FORM_KEYWORDS,
    PixelForm,
    byte_order,
    form_of,
    no_image,
)

if TYPE_CHECKING:
    from pydicom.dataset import Dataset
    from pydicom.tag import BaseTag

_DEFLATED = "1.2.840.10008.1.2.1.99"
_NATIVE = ("", "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", _DEFLATED)
_HEAD = 4096
_META_START = 144
_CHUNK = 1 << 20
_WHOLE_BYTES = 16_000_000
"""Files up to this size are read in one go when an image is wanted."""
_PIXEL_TAGS = (0x7FE00008, 0x7FE00009, 0x7FE00010)
_FLOAT_BITS = {0x7FE00008: 32, 0x7FE00009: 64}
_PIXEL_VRS = (b"OB", b"OW", b"OF", b"OD", b"OV", b"UN")
_UNDEFINED = 0xFFFFFFFF
_ITEM = b"\xfe\xff\x00\xe0"
_ITEM_HEAD = 8


@dataclass(frozen=True, slots=True)
class PixelPlace:
    """Where the pixels are.

    Parameters
    ----------
    vr
        Value representation of their element.
    start
        Of its value, in bytes from the start of the content.
    length
        None where it is undefined, as of compressed pixels.
    available
        Bytes from `start` to the end.
    float_bits
        32 or 64 where they are fractions, 0 where they are whole numbers.
    """

    vr: str
    start: int
    length: int | None
    available: int
    float_bits: int


@dataclass(frozen=True, slots=True)
class StoredImage:
    """A DICOM file that has been looked into, all but its pixels.

    Parameters
    ----------
    syntax
        UID of the transfer syntax, "" where the file does not name it.
    items
        Start and end of the items of compressed pixels, each a frame or a part of one.
    content
        What `place` and `items` count in, where that is in memory already: a small file, or the
        unpacked dataset of a deflated one. Else they count in the file.
    """

    path: Path
    header: "Dataset"
    form: PixelForm
    syntax: str
    is_little_endian: bool
    place: PixelPlace
    items: tuple[tuple[int, int], ...]
    content: bytes | None

    @property
    def is_compressed(self) -> bool:
        """Whether the pixels lie in items (PS3.5 A.4)."""
        return self.syntax not in _NATIVE


def look_into(path: Path, keywords: Sequence[str] = ()) -> StoredImage:
    """The header of a DICOM file with an image.

    Parameters
    ----------
    keywords
        What the header is to hold besides the form of the pixels, where no pixels will be wanted;
        () for all there is.

    Raises
    ------
    UnreadableFile
        If there is no image, or it is larger than one may be, or the file says what cannot be.
        What pydicom raises of damaged files passes; call it inside `decoding`.
    """
    with path.open("rb") as file:
        packed = _packed_at(file, path)
        if packed is not None:
            file.seek(packed)
        content = None if packed is None else _unpacked(file)
        if not keywords and packed is None:
            content = _whole(file)
        stream = file if content is None else BytesIO(content)
        header = _header(stream, keywords, is_unpacked=packed is not None)
        place = _pixel_place(stream, header)
        syntax = _syntax(header) if packed is None else _DEFLATED
        items = () if syntax in _NATIVE else _items(place, stream)
    image = StoredImage(
        path=path,
        header=header,
        form=form_of(header, place.float_bits),
        syntax=syntax,
        is_little_endian=byte_order(header) == "little",
        place=place,
        items=items,
        content=content,
    )
    _require_enough(image)
    return image


def opened(path: Path) -> StoredImage:
    """As `look_into` with the whole header; the last file is remembered for its next frame."""
    state = path.stat()
    return _opened_as_of(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=1)
def _opened_as_of(path: Path, _modified: int, _size: int) -> StoredImage:
    return look_into(path)


@contextmanager
def content_of(image: StoredImage) -> Iterator[BinaryIO]:
    """What `image.place` and `image.items` count in, to be read from any position."""
    if image.content is not None:
        yield BytesIO(image.content)
        return
    with image.path.open("rb") as file:
        yield file


def bytes_of(image: StoredImage, start: int, end: int) -> bytes | memoryview:
    """A part of what `image.place` and `image.items` count in; fewer bytes where it ends before."""
    if image.content is not None:
        return memoryview(image.content)[start:end]
    with image.path.open("rb") as file:
        file.seek(start)
        return file.read(end - start)


def _packed_at(file: BinaryIO, path: Path) -> int | None:
    """Where the packed dataset of a deflated file begins; None for all other files.

    pydicom unpacks without a limit, and 1 MB can become 1 GB, so it is not asked to.
    """
    from pydicom.filereader import read_file_meta_info

    head = file.read(_HEAD)
    file.seek(0)
    has_meta = head[128:132] == b"DICM"
    end = int.from_bytes(head[140:_META_START], "little") + _META_START
    is_sure = head[132:136] == b"\x02\x00\x00\x00" and end <= len(head)
    if not has_meta or (is_sure and _DEFLATED.encode() not in head[:end]):
        return None
    meta = read_file_meta_info(path)
    if meta.get("TransferSyntaxUID") != _DEFLATED:
        return None
    return _META_START + int(meta.FileMetaInformationGroupLength)


def _unpacked(file: BinaryIO) -> bytes:
    inflater, parts, total = zlib.decompressobj(-zlib.MAX_WBITS), [], 0
    data = file.read(_CHUNK)
    while data and not inflater.eof:
        parts.append(inflater.decompress(data, _CHUNK))
        total += len(parts[-1])
        data = inflater.unconsumed_tail or file.read(_CHUNK)
        if total > MAX_BYTES:
            raise UnreadableFile(_("The file is too large once it is unpacked."))
    return b"".join(parts)


def _whole(file: BinaryIO) -> bytes | None:
    size = file.seek(0, SEEK_END)
    file.seek(0)
    return file.read() if size <= _WHOLE_BYTES else None


def _header(stream: BinaryIO, keywords: Sequence[str], *, is_unpacked: bool) -> "Dataset":
    from pydicom.filereader import read_dataset, read_partial

    wanted = _tags((*FORM_KEYWORDS, *keywords)) if keywords else None
    if not is_unpacked:
        return read_partial(stream, _are_pixels, force=True, specific_tags=wanted)
    return read_dataset(
        stream,
        is_implicit_VR=False,
        is_little_endian=True,
        stop_when=_are_pixels,
        specific_tags=wanted,
    )


def _are_pixels(tag: int, _vr: str | None, _length: int) -> bool:
    return int(tag) in _PIXEL_TAGS


@lru_cache(maxsize=4)
def _tags(keywords: tuple[str, ...]) -> "list[BaseTag | int]":
    from pydicom.tag import Tag

    return [Tag(keyword) for keyword in keywords]


def _syntax(header: "Dataset") -> str:
    return str(header.file_meta.get("TransferSyntaxUID") or "").strip()


def _pixel_place(stream: BinaryIO, header: "Dataset") -> PixelPlace:
    """Where the pixels are, of a stream that stands before their element (PS3.5 7.1)."""
    order = byte_order(header)
    head = stream.read(12)
    tag = int.from_bytes(head[:2], order) << 16 | int.from_bytes(head[2:4], order)
    if tag not in _PIXEL_TAGS or len(head) < _ITEM_HEAD:
        raise UnreadableFile(no_image())
    is_explicit = head[4:6] in _PIXEL_VRS  # an implicit length is even and cannot look like one
    length = int.from_bytes(head[8:12] if is_explicit else head[4:8], order)
    start = stream.seek((12 if is_explicit else _ITEM_HEAD) - len(head), SEEK_CUR)
    return PixelPlace(
        vr=head[4:6].decode() if is_explicit else "OW",
        start=start,
        length=None if length == _UNDEFINED else length,
        available=stream.seek(0, SEEK_END) - start,
        float_bits=_FLOAT_BITS.get(tag, 0),
    )


def _items(place: PixelPlace, stream: BinaryIO) -> tuple[tuple[int, int], ...]:
    """The whole items after the first, which is a table of offsets."""
    start, end = place.start, place.start + place.available
    found: list[tuple[int, int]] = []
    while start + _ITEM_HEAD <= end:
        stream.seek(start)
        head = stream.read(_ITEM_HEAD)
        if head[:4] != _ITEM:
            break
        begin = start + _ITEM_HEAD
        start = begin + int.from_bytes(head[4:], "little")
        if start <= end:
            found.append((begin, start))
    return tuple(found[1:])


def _require_enough(image: StoredImage) -> None:
    """Refuse a file that promises more than it holds."""
    form, place = image.form, image.place
    if place.length is not None and place.length > place.available:
        raise UnreadableFile(cut_off())
    if image.is_compressed:
        if len(image.items) < form.frames:
            raise UnreadableFile(cut_off())
    elif place.length is None:
        raise UnreadableFile(_("The DICOM file does not say how its image is compressed."))
    elif form.frames * form.frame_bits > place.length * 8:
        raise UnreadableFile(cut_off())
