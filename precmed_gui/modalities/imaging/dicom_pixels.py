"""One frame of a DICOM file as the numbers that are stored, out of any transfer syntax.

Only the frame that is wanted is read and decoded.
"""

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.errors import UnreadableFile
from precmed_gui.language import _
from precmed_gui.modalities.imaging.decoding import cut_off, damaged
from precmed_gui.modalities.imaging.dicom_codecs import (
    DEFLATED_FRAMES,
    DecodedFrame,
    Values,
    decoder_of,
    inflated,
)
from precmed_gui.modalities.imaging.dicom_files import StoredImage, bytes_of, content_of
from precmed_gui.modalities.imaging.dicom_header import PixelForm, value_of

_CHROMA_SHARED = ("YBR_FULL_422", "YBR_PARTIAL_422")


def require_known_compression(image: StoredImage) -> None:
    """Raise `UnreadableFile` with the name of a compression that cannot be read."""
    syntax = image.syntax
    if image.is_compressed and syntax != DEFLATED_FRAMES and decoder_of(syntax) is None:
        raise UnreadableFile(_unknown_compression(image))


def stored_frame(image: StoredImage, number: int = 1) -> DecodedFrame:
    """The samples of one frame as they are stored, before any table or window.

    Parameters
    ----------
    number
        From 1 to `image.form.frames`.

    Returns
    -------
    DecodedFrame
        Whole numbers of 8 to 64 bits, signed where the file says so, bits that do not belong to
        the pixel (overlays of old) cleared; or 32 or 64 bit fractions.

    Raises
    ------
    UnreadableFile
        If the frame is not there, is cut off, or its compression is unknown. What decoders raise
        of damaged frames passes; call it inside `decoding`.
    """
    form = image.form
    if not 1 <= number <= form.frames:
        raise UnreadableFile(_("The file no longer holds this image."))
    if not image.is_compressed:
        return DecodedFrame(_native_frame(image, number), form.bits_stored)
    data = _compressed_frame(image, number)
    if image.syntax == DEFLATED_FRAMES:
        return DecodedFrame(_from_bytes(inflated(data, form), image), form.bits_stored)
    decode = decoder_of(image.syntax)
    if decode is None:
        raise UnreadableFile(_unknown_compression(image))
    frame = decode(data, form)
    if frame.values.shape != _shape(form):
        raise UnreadableFile(damaged())
    values = _as_declared(frame.values, frame.precision, form)
    return DecodedFrame(values, frame.precision, frame.is_rgb)


def _unknown_compression(image: StoredImage) -> str:
    from pydicom.uid import UID

    return _("The DICOM image is compressed in a way that cannot be read: {name}.").format(
        name=UID(image.syntax).name
    )


def _shape(form: PixelForm) -> tuple[int, ...]:
    shape = (form.rows, form.columns)
    return shape if form.samples == 1 else (*shape, form.samples)


def _compressed_frame(image: StoredImage, number: int) -> bytes:
    from pydicom.encaps import get_frame

    if len(image.items) == image.form.frames:
        return bytes(bytes_of(image, *image.items[number - 1]))
    if image.form.frames == 1:
        return b"".join(bytes_of(image, *item) for item in image.items)
    tables = [value_of(image.header, name) for name in _OFFSET_TABLES]
    offsets = cast(Any, tuple(tables)) if all(isinstance(t, bytes) for t in tables) else None
    with content_of(image) as stream:
        stream.seek(image.place.start)
        return get_frame(
            stream,
            number - 1,
            number_of_frames=image.form.frames,
            extended_offsets=offsets,
        )


_OFFSET_TABLES = ("ExtendedOffsetTable", "ExtendedOffsetTableLengths")


def _native_frame(image: StoredImage, number: int) -> Values:
    bits = image.form.frame_bits
    first, last = bits * (number - 1), bits * number
    begin, end = first // 8, -(-last // 8)
    is_swapped = _is_swapped(image)
    if is_swapped:
        begin, end = begin - begin % 2, end + end % 2
    data = bytes_of(image, image.place.start + begin, image.place.start + end)
    if is_swapped and len(data) % 2 == 0:
        data = np.frombuffer(data, np.uint16).byteswap().tobytes()
    return _from_bytes(data, image, skipped=first - begin * 8)


def _is_swapped(image: StoredImage) -> bool:
    """Whether bytes lie in words of the other order."""
    is_in_words = image.form.bits_allocated <= 8 and image.place.vr == "OW"
    return is_in_words and not image.is_little_endian


def _from_bytes(data: bytes | memoryview, image: StoredImage, *, skipped: int = 0) -> Values:
    """Native pixels (PS3.5 8.1); `skipped` bits at the start belong to the frame before."""
    form = image.form
    if len(data) * 8 < form.frame_bits + skipped:
        raise UnreadableFile(cut_off())
    if form.bits_allocated == 1:
        bits = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")
        return bits[skipped : skipped + form.frame_bits].reshape(_shape(form))
    dtype = np.dtype(f"{_kind(image)}{form.bits_allocated // 8}")
    values = np.frombuffer(
        data,
        dtype.newbyteorder("<" if image.is_little_endian else ">"),
        count=form.frame_bits // form.bits_allocated,
        offset=skipped // 8,
    )
    values = _arranged(values, form)
    if not values.dtype.isnative:
        values = values.astype(dtype)
    return values if dtype.kind == "f" else _without_unused_bits(values, form)


def _kind(image: StoredImage) -> str:
    if image.place.float_bits:
        return "f"
    return "i" if image.form.is_signed else "u"


def _arranged(values: Values, form: PixelForm) -> Values:
    if form.samples == 1:
        return values.reshape(form.rows, form.columns)
    if form.photometric in _CHROMA_SHARED:
        # Two pixels share their chrominance: Y1 Y2 Cb Cr (PS3.3 C.7.6.3.1.2).
        pairs = values.reshape(-1, 4)
        pixels = np.stack([pairs[:, [0, 2, 3]], pairs[:, [1, 2, 3]]], axis=1)
        return pixels.reshape(form.rows, form.columns, 3)
    if form.is_planar:
        return np.moveaxis(values.reshape(form.samples, form.rows, form.columns), 0, 2)
    return values.reshape(form.rows, form.columns, form.samples)


def _without_unused_bits(values: Values, form: PixelForm) -> Values:
    """Values of the bits from High Bit downwards alone (PS3.5 8.1.1): others may hold overlays."""
    above = form.bits_allocated - 1 - form.high_bit
    below = form.high_bit + 1 - form.bits_stored
    if above == below == 0 or values.size == 0:
        return values
    whole = cast(NDArray[np.int64], values)
    full = (1 << form.bits_stored) - 1
    if not form.is_signed and below == 0 and int(whole.max()) <= full:
        return values
    moved = np.left_shift(whole, above)
    return cast(Values, np.right_shift(moved, above + below, out=moved))


def _as_declared(values: Values, precision: int, form: PixelForm) -> Values:
    """Decoded samples with the sign the file states, which not all compressions carry."""
    bits = values.dtype.itemsize * 8
    if values.dtype.kind == ("i" if form.is_signed else "u") or values.dtype.kind == "f":
        return values
    turned = values.view(f"{'i' if form.is_signed else 'u'}{bits // 8}")
    unused = bits - precision
    if unused <= 0:
        return cast(Values, turned)
    moved = np.left_shift(turned, unused)
    return cast(Values, np.right_shift(moved, unused, out=moved))
