"""Asking a DICOM header, and the form of the pixels it tells of.

A header comes from anywhere, so each value is asked for in a way that cannot fail.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, Protocol

from precmed_gui.diagnosis.errors import UnreadableFile
from precmed_gui.language import _
from precmed_gui.modalities.imaging.decoding import MAX_BYTES, require_size

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_MOST_FRAMES = 100_000
FORM_KEYWORDS = (
    "Rows", "Columns", "NumberOfFrames", "SamplesPerPixel", "BitsAllocated", "BitsStored",
    "HighBit", "PixelRepresentation", "PhotometricInterpretation", "PlanarConfiguration",
)  # fmt: skip
"""What `form_of` asks a header for."""


class Header(Protocol):
    """The values of a DICOM header by keyword (PS3.6)."""

    def get(self, key: str, /) -> object:
        """The value of this keyword, or None."""


@dataclass(frozen=True, slots=True)
class PixelForm:
    """How the pixels of a file are laid out (PS3.3 C.7.6.3)."""

    rows: int
    columns: int
    frames: int
    samples: int
    bits_allocated: int
    bits_stored: int
    high_bit: int
    is_signed: bool
    photometric: str
    is_planar: bool

    @property
    def frame_bits(self) -> int:
        """Bits of one frame as it lies unpacked in a file."""
        if self.photometric in ("YBR_FULL_422", "YBR_PARTIAL_422"):
            return self.rows * self.columns * 2 * self.bits_allocated
        return self.rows * self.columns * self.samples * self.bits_allocated


def value_of(header: Header, keyword: str) -> object:
    """The value, or None if it is damaged: what is not needed to show it must not cost an image."""
    try:
        return header.get(keyword)
    except damages():
        return None


@cache
def damages() -> tuple[type[Exception], ...]:
    """What pydicom raises of a value that is not what its kind promises."""
    from pydicom.errors import BytesLengthException

    return (
        ArithmeticError, AttributeError, BytesLengthException, LookupError, NotImplementedError,
        struct.error, TypeError, ValueError,
    )  # fmt: skip


def texts_of(header: Header, keyword: str) -> list[str]:
    """All values of a text, [] where there is none."""
    value = value_of(header, keyword)
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, Iterable) or isinstance(values, bytes):
        return []
    return [part.strip() for part in values if isinstance(part, str)]


def text_of(header: Header, keyword: str) -> str:
    """The first value of a text, "" where there is none."""
    return next(iter(texts_of(header, keyword)), "")


def numbers_of(header: Header, keyword: str) -> list[float]:
    """All values of a number, [] where there is none or one of them is no number."""
    value = value_of(header, keyword)
    values = [value] if isinstance(value, str | float | int) else value
    if not isinstance(values, Iterable) or isinstance(values, bytes):
        return []
    try:
        return [float(part) for part in values]
    except (OverflowError, TypeError, ValueError):
        return []


def number_of(header: Header, keyword: str) -> float | None:
    """The first value of a number, or None."""
    return next(iter(numbers_of(header, keyword)), None)


def items_of(header: Header, keyword: str) -> "list[Dataset]":
    """The items of a sequence, [] where there is none."""
    from pydicom.sequence import Sequence

    value = value_of(header, keyword)
    return list(value) if isinstance(value, Sequence) else []


def form_of(header: "Dataset", float_bits: int = 0) -> PixelForm:
    """How the pixels are laid out; raises `UnreadableFile` for what cannot be.

    Bits that are not stated, or stated wrongly, count as all that are allocated. Where pixels are
    fractions, `float_bits` is how many bits each has.
    """
    rows, columns = _whole(header, 0x00280010), _whole(header, 0x00280011)
    if rows is None or columns is None:
        raise UnreadableFile(no_image())
    require_size(columns, rows)
    allocated = float_bits or _whole(header, 0x00280100) or 8
    if allocated not in (1, 8, 16, 32, 64):
        raise UnreadableFile(_("The DICOM image has {bits} bits a pixel.").format(bits=allocated))
    stored = _whole(header, 0x00280101) or allocated
    stored = stored if 1 <= stored <= allocated else allocated
    high = _whole(header, 0x00280102) or stored - 1
    samples = _whole(header, 0x00280002) or 1
    if samples not in (1, 3):
        raise UnreadableFile(_("The DICOM image has a kind of colour that cannot be shown."))
    form = PixelForm(
        rows=rows,
        columns=columns,
        frames=_frames(header),
        samples=samples,
        bits_allocated=allocated,
        bits_stored=stored,
        high_bit=high if stored - 1 <= high < allocated else stored - 1,
        is_signed=_whole(header, 0x00280103) == 1,
        photometric=text_of(header, "PhotometricInterpretation").upper(),
        is_planar=_whole(header, 0x00280006) == 1,
    )
    if form.frame_bits // 8 > MAX_BYTES:
        raise UnreadableFile(_("The image needs more memory than one image may."))
    return form


def _whole(header: "Dataset", tag: int) -> int | None:
    """A whole number of two bytes (US), taken as it lies there: this is asked of every file."""
    element = header.get_item(tag) if tag in header else None
    value = getattr(element, "value", None)
    if isinstance(value, bytes):
        return int.from_bytes(value[:2], byte_order(header)) if len(value) >= 2 else None
    return value if isinstance(value, int) else None


def _frames(header: "Dataset") -> int:
    if "NumberOfFrames" not in header or not header["NumberOfFrames"].value:
        return 1
    count = number_of(header, "NumberOfFrames")
    if count is None or not 0 <= count <= _MOST_FRAMES or count != int(count):
        raise UnreadableFile(_("The header is damaged: its number of images makes no sense."))
    return max(1, int(count))


def no_image() -> str:
    """The reason given where there are no pixels."""
    return _("The DICOM file holds no image.")


def byte_order(header: "Dataset") -> Literal["little", "big"]:
    """The order of the bytes of numbers in the file."""
    return "big" if header.original_encoding[1] is False else "little"
