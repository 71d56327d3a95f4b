"""The compressed frames of DICOM, one function a family of transfer syntaxes (PS3.5 A.4).

Before a decoder sees a frame, its own header is compared with the file's: a frame of another size
is how a small file asks for much memory.
"""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.errors import UnreadableFile
from precmed_gui.language import _
from precmed_gui.modalities.imaging.decoding import cut_off, damaged, require_size
from precmed_gui.modalities.imaging.dicom_header import PixelForm

Values = NDArray[np.generic]

_WAVELET_MOST_SAMPLES = 16_000_000
"""Of JPEG 2000 and JPEG XL, whose decoders are ten times as slow and take more memory."""
_MOST_TILES = 4_096
_JPEG_FRAMES = {*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC}
_JPEG_END = b"\xff\xd9"
_JPEG_TAIL = 1024
_JPEG_SCAN = b"\xff\xda"
_MOST_SCANNED = 800_000_000
"""Pixels times scans: a progressive image has about ten, a hostile one thousands of empty ones."""
_RLE_HEAD = 64
_JPEG_LOSSLESS = (0xC3, 0xC7, 0xCB, 0xCF)
_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD9)}
_RGB_NAMES = (b"RGB", b"rgb")
_YCC_TRANSFORMS = (1, 2)


@dataclass(frozen=True, slots=True)
class DecodedFrame:
    """The samples of a compressed frame.

    Parameters
    ----------
    values
        (rows, columns) or (rows, columns, 3).
    precision
        Bits of a sample that count, as the compressed frame says.
    is_rgb
        Whether the decoder made RGB of them; else they are as the photometric interpretation says.
    """

    values: Values
    precision: int
    is_rgb: bool = False


Decoder = Callable[[bytes, PixelForm], DecodedFrame]


@dataclass(frozen=True, slots=True)
class _JpegHead:
    """What a JPEG or JPEG-LS frame says of itself (ISO/IEC 10918-1 B.2.2)."""

    marker: int
    precision: int
    height: int
    width: int
    components: bytes
    is_ycc: bool | None


def decoder_of(syntax: str) -> Decoder | None:
    """The function that decodes frames of a transfer syntax, None if there is none."""
    family = next((name for name, uids in _FAMILIES.items() if syntax in uids), "")
    return _DECODERS.get(family)


def _jpeg(data: bytes, form: PixelForm) -> DecodedFrame:
    from imagecodecs import jpeg8_decode

    head = _jpeg_head(data)
    _require_same(form, head.width, head.height, len(head.components))
    if _JPEG_END not in data[-_JPEG_TAIL:]:
        raise UnreadableFile(cut_off())  # the decoder would fill the rest with grey
    if data.count(_JPEG_SCAN) * form.rows * form.columns > _MOST_SCANNED:
        raise UnreadableFile(damaged())
    if form.samples == 1 or head.marker in _JPEG_LOSSLESS:
        return DecodedFrame(jpeg8_decode(data), head.precision)
    colour = "YCBCR" if _is_ycc(head, form) else "RGB"
    return DecodedFrame(
        jpeg8_decode(data, colorspace=colour, outcolorspace="RGB"), head.precision, is_rgb=True
    )


def _is_ycc(head: _JpegHead, form: PixelForm) -> bool:
    """What the frame says of its colours counts more than what the file says."""
    return form.photometric.startswith("YBR") if head.is_ycc is None else head.is_ycc


def _jpeg_ls(data: bytes, form: PixelForm) -> DecodedFrame:
    from imagecodecs import jpegls_decode

    head = _jpeg_head(data)
    _require_same(form, head.width, head.height, len(head.components))
    return DecodedFrame(jpegls_decode(data), head.precision)


def _jpeg_2000(data: bytes, form: PixelForm) -> DecodedFrame:
    """JPEG 2000 and its high-throughput kind (ISO/IEC 15444-1 A.5.1, 15444-15)."""
    from imagecodecs import jpeg2k_decode

    start = data.find(b"\xff\x4f\xff\x51", 0, 65_536)
    if start < 0 or len(data) < start + 45:
        raise UnreadableFile(damaged())
    right, bottom, left, top, tile_width, tile_height, _x, _y, components = struct.unpack_from(
        ">8IH", data, start + 8
    )
    width, height = right - left, bottom - top
    _require_same(form, width, height, components)
    require_size(width, height, _WAVELET_MOST_SAMPLES // components)
    if min(tile_width, tile_height) < 1:
        raise UnreadableFile(damaged())
    if -(-right // tile_width) * -(-bottom // tile_height) > _MOST_TILES:
        raise UnreadableFile(damaged())
    depth = data[start + 42]
    return DecodedFrame(
        jpeg2k_decode(data), (depth & 0x7F) + 1, form.photometric in ("YBR_RCT", "YBR_ICT")
    )


def _jpeg_xl(data: bytes, form: PixelForm) -> DecodedFrame:
    from imagecodecs import jpegxl_decode

    require_size(form.columns, form.rows, _WAVELET_MOST_SAMPLES // form.samples)
    shape = (form.rows, form.columns) if form.samples == 1 else (form.rows, form.columns, 3)
    room = np.empty(shape, np.uint8 if form.bits_stored <= 8 else np.uint16)
    return DecodedFrame(jpegxl_decode(data, out=room), form.bits_stored, is_rgb=True)


def _rle(data: bytes, form: PixelForm) -> DecodedFrame:
    """Run lengths, a segment for each byte of each sample, the highest first (PS3.5 annex G)."""
    from imagecodecs import packbits_decode

    width = max(1, form.bits_allocated // 8)
    pixels = form.rows * form.columns
    starts = struct.unpack_from("<16I", data)
    count, starts = starts[0], starts[1:]
    is_whole = count == form.samples * width <= len(starts) and starts[0] >= _RLE_HEAD
    ends = (*starts[1:count], len(data))
    if not is_whole or any(a >= b for a, b in zip(starts[:count], ends, strict=True)):
        raise UnreadableFile(damaged())
    planes = np.empty((form.samples, pixels, width), np.uint8)
    for place, (start, end) in enumerate(zip(starts[:count], ends, strict=True)):
        room = memoryview(bytearray(pixels + 1))  # one more, for a segment of even length
        unpacked = np.frombuffer(packbits_decode(data[start:end], out=room), np.uint8)
        if len(unpacked) < pixels:
            raise UnreadableFile(cut_off())
        planes[place // width, :, width - 1 - place % width] = unpacked[:pixels]
    values = planes.view(f"<u{width}").reshape(form.samples, form.rows, form.columns)
    return DecodedFrame(
        values[0] if form.samples == 1 else np.moveaxis(values, 0, 2), form.bits_stored
    )


def _jpeg_head(data: bytes) -> _JpegHead:
    """The frame header of a JPEG, and what its markers say of colours; raises `UnreadableFile`."""
    if data[:2] != b"\xff\xd8":
        raise UnreadableFile(damaged())
    place, is_ycc = 2, cast(bool | None, None)
    while place + 4 <= len(data):
        marker = data[place + 1]
        if data[place] != 0xFF:
            break
        if marker == 0xFF or marker in _WITHOUT_LENGTH:
            place += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(data[place + 2 : place + 4], "big")
        segment = data[place + 4 : place + 2 + length]
        if marker in _JPEG_FRAMES and len(segment) >= 6:
            components = segment[6 : 6 + 3 * segment[5] : 3]
            is_ycc = False if components in _RGB_NAMES else is_ycc
            height, width = struct.unpack(">HH", segment[1:5])
            return _JpegHead(marker, segment[0], height, width, components, is_ycc)
        is_ycc = _colours_of(marker, segment, is_ycc)
        place += 2 + length
    raise UnreadableFile(damaged())


def _colours_of(marker: int, segment: bytes, before: bool | None) -> bool | None:
    """Whether an application segment says YCbCr: Adobe's does in its last byte, JFIF always."""
    if marker == 0xEE and segment.startswith(b"Adobe") and len(segment) >= 12:
        return True if segment[11] in _YCC_TRANSFORMS else before
    if marker == 0xE0 and segment.startswith(b"JFIF"):
        return True
    return before


def _require_same(form: PixelForm, width: int, height: int, components: int) -> None:
    if (width, height, components) != (form.columns, form.rows, form.samples):
        raise UnreadableFile(
            _("The file contradicts itself: its header and its image differ in size.")
        )


def inflated(data: bytes, form: PixelForm) -> bytes:
    """The bytes of a frame of "Deflated Image Frame Compression" (PS3.5 A.4.13)."""
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, form.frame_bits // 8 + 1)


DEFLATED_FRAMES = "1.2.840.10008.1.2.8.1"
_JPEG = "1.2.840.10008.1.2.4."
_FAMILIES: dict[str, tuple[str, ...]] = {
    "jpeg": tuple(_JPEG + number for number in ("50", "51", "53", "55", "57", "70")),
    "jpeg-ls": (_JPEG + "80", _JPEG + "81"),
    "jpeg-2000": tuple(_JPEG + number for number in ("90", "91", "201", "202", "203")),
    "jpeg-xl": tuple(_JPEG + number for number in ("110", "111", "112")),
    "rle": ("1.2.840.10008.1.2.5",),
}
_DECODERS: dict[str, Decoder] = {
    "jpeg": _jpeg,
    "jpeg-ls": _jpeg_ls,
    "jpeg-2000": _jpeg_2000,
    "jpeg-xl": _jpeg_xl,
    "rle": _rle,
}
