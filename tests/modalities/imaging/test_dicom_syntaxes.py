"""Transfer syntaxes: what was encoded without loss comes back; what lies is refused."""

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from made_dicom import write_dicom
from pydicom.pixels.encoders import RLELosslessEncoder

from precmed_gui.diagnosis.errors import UnreadableFile
from precmed_gui.modalities.imaging.dicom_files import look_into
from precmed_gui.modalities.imaging.dicom_pixels import stored_frame
from precmed_gui.modalities.imaging.files import check_file, read_case

HEAD = "1.2.840.10008.1.2."
NOISE = np.random.default_rng(4).integers(0, 4096, (24, 17), np.uint16)
COLOUR = np.random.default_rng(5).integers(0, 256, (24, 17, 3), np.uint8)
GREYS = [NOISE, (NOISE >> 4).astype(np.uint8), NOISE.astype(np.int16) - 2000]


def rle(values: np.ndarray) -> bytes:
    return RLELosslessEncoder.encode(
        values.tobytes(), rows=values.shape[0], columns=values.shape[1],
        samples_per_pixel=3 if values.ndim == 3 else 1, bits_allocated=values.itemsize * 8,
        bits_stored=values.itemsize * 8, pixel_representation=int(values.dtype.kind == "i"),
        number_of_frames=1, planar_configuration=0 if values.ndim == 3 else None,
        photometric_interpretation="RGB" if values.ndim == 3 else "MONOCHROME2",
    )  # fmt: skip


def as_unsigned(encode: Callable[..., bytes], **options: object) -> Callable[[np.ndarray], bytes]:
    """An encoder that knows no signs: it gets the bits as they are."""
    return lambda values: encode(values.view(f"u{values.itemsize}"), **options)


def reversible(values: np.ndarray) -> bytes:
    return imagecodecs.jpeg2k_encode(values, level=0, codecformat="j2k", reversible=True)


LOSSLESS = {
    "5": rle,
    "4.57": as_unsigned(imagecodecs.ljpeg_encode),
    "4.70": as_unsigned(imagecodecs.ljpeg_encode),
    "4.80": as_unsigned(imagecodecs.jpegls_encode),
    "4.90": reversible,
    "4.201": imagecodecs.htj2k_encode,
}


def stored(path: Path, number: int = 1) -> np.ndarray:
    return stored_frame(look_into(path), number).values


@pytest.mark.parametrize("number", LOSSLESS)
@pytest.mark.parametrize("values", GREYS, ids=lambda values: str(values.dtype))
def test_lossless_grey_comes_out_as_it_went_in(
    tmp_path: Path, number: str, values: np.ndarray
) -> None:
    path = write_dicom(
        tmp_path / "a.dcm", values, syntax=HEAD + number, frames=[LOSSLESS[number](values)]
    )
    assert stored(path).dtype == values.dtype
    assert np.array_equal(stored(path), values)


@pytest.mark.parametrize("number", ["5", "4.80", "4.90"])
def test_lossless_colour_comes_out_as_it_went_in(tmp_path: Path, number: str) -> None:
    photometric = "YBR_RCT" if number == "4.90" else "RGB"
    path = write_dicom(
        tmp_path / "a.dcm", COLOUR, syntax=HEAD + number, frames=[LOSSLESS[number](COLOUR)],
        PhotometricInterpretation=photometric,
    )  # fmt: skip
    (case,) = check_file(path)
    assert np.array_equal(read_case(case), COLOUR)


def test_jpeg_xl_is_read_though_pydicom_does_not_know_it(tmp_path: Path) -> None:
    frame = imagecodecs.jpegxl_encode(NOISE, lossless=True)
    path = write_dicom(tmp_path / "a.dcm", NOISE, syntax=HEAD + "4.201", frames=[frame])
    path.write_bytes(path.read_bytes().replace(b"1.2.4.201", b"1.2.4.110"))
    assert np.array_equal(stored(path), NOISE)


def test_twelve_bits_of_jpeg_extended_stay_twelve(tmp_path: Path) -> None:
    rows, columns = np.mgrid[:64, :64]
    smooth = (rows * 32 + columns * 31).astype(np.uint16)
    frame = imagecodecs.jpeg8_encode(smooth, level=98, bitspersample=12)
    path = write_dicom(
        tmp_path / "a.dcm", smooth, syntax=HEAD + "4.51", frames=[frame], BitsStored=12, HighBit=11
    )
    assert np.abs(stored(path).astype(int) - smooth).max() <= 8
    assert stored(path).max() > 3900


@pytest.mark.parametrize(
    ("stream", "photometric"),
    [("YCBCR", "YBR_FULL_422"), ("YCBCR", "YBR_FULL"), ("RGB", "RGB"), ("YCBCR", "RGB")],
)
def test_jpeg_colours_are_those_the_stream_was_made_of(
    tmp_path: Path, stream: str, photometric: str
) -> None:
    colour = np.full((32, 32, 3), (200, 40, 90), np.uint8)
    frame = imagecodecs.jpeg8_encode(colour, level=98, colorspace="RGB", outcolorspace=stream)
    path = write_dicom(
        tmp_path / "a.dcm", colour, syntax=HEAD + "4.50", frames=[frame],
        PhotometricInterpretation=photometric,
    )  # fmt: skip
    (case,) = check_file(path)
    assert np.abs(read_case(case).astype(int) - colour).max() <= 3


def test_only_the_wanted_frame_of_a_film_is_decoded(tmp_path: Path) -> None:
    good = rle(NOISE)
    path = write_dicom(
        tmp_path / "a.dcm", NOISE, syntax=HEAD + "5", frames=[b"\0" * 64, good, b"\1" * 70],
        NumberOfFrames=3,
    )  # fmt: skip
    assert np.array_equal(stored(path, 2), NOISE)


def test_a_frame_in_several_parts_is_put_together(tmp_path: Path) -> None:
    frame = reversible(NOISE)
    parts = [frame[:100], frame[100:200], frame[200:]]
    path = write_dicom(
        tmp_path / "a.dcm", NOISE, syntax=HEAD + "4.90", frames=parts, NumberOfFrames=1
    )
    assert np.array_equal(stored(path), NOISE)


def test_bits_that_do_not_belong_to_the_pixel_are_cleared(tmp_path: Path) -> None:
    drawn = NOISE | np.uint16(0xF000)
    path = write_dicom(tmp_path / "a.dcm", drawn, BitsStored=12, HighBit=11)
    assert np.array_equal(stored(path), NOISE)
    raised = (NOISE << 4) | np.uint16(0x000F)
    path = write_dicom(tmp_path / "b.dcm", raised, BitsStored=12, HighBit=15)
    assert np.array_equal(stored(path), NOISE)
    signed = (NOISE.astype(np.int16) - 2048).view(np.uint16) & np.uint16(0x0FFF)
    path = write_dicom(tmp_path / "c.dcm", signed, BitsStored=12, HighBit=11, PixelRepresentation=1)
    assert np.array_equal(stored(path), NOISE.astype(np.int16) - 2048)


def test_frames_of_single_bits_begin_within_a_byte(tmp_path: Path) -> None:
    bits = np.random.default_rng(2).integers(0, 2, (3, 5, 5), np.uint8)
    packed = np.packbits(bits.ravel(), bitorder="little").tobytes()
    path = write_dicom(
        tmp_path / "a.dcm", bits[0], NumberOfFrames=3, PixelData=packed + b"\0" * (len(packed) % 2),
        BitsAllocated=1, BitsStored=1, HighBit=0,
    )  # fmt: skip
    for number in range(3):
        assert np.array_equal(stored(path, number + 1), bits[number])


@pytest.mark.parametrize("is_double", [False, True])
def test_fractions_keep_their_values(tmp_path: Path, is_double: bool) -> None:
    kind, name = (
        (np.float64, "DoubleFloatPixelData") if is_double else (np.float32, "FloatPixelData")
    )
    values = (NOISE / 7).astype(kind)
    path = write_dicom(tmp_path / "a.dcm", values, BitsAllocated=values.itemsize * 8)
    from pydicom import dcmread

    dataset = dcmread(path)
    del dataset.PixelData
    setattr(dataset, name, values.tobytes())
    dataset.save_as(path)
    assert np.array_equal(stored(path), values)
    (case,) = check_file(path)
    assert (read_case(case).min(), read_case(case).max()) == (0, 65535)


def huge_jpeg_2000(frame: bytes, **fields: int) -> bytes:
    """The frame with other numbers in its SIZ marker (ISO/IEC 15444-1 A.5.1)."""
    places = {"width": 8, "height": 12, "tile_width": 24, "tile_height": 28}
    changed = bytearray(frame)
    for name, value in fields.items():
        changed[places[name] : places[name] + 4] = value.to_bytes(4, "big")
    return bytes(changed)


@pytest.mark.parametrize(
    "fields",
    [
        {"width": 4_000_000_000, "height": 4_000_000_000},
        {"width": 60_000, "height": 60_000},
        {"tile_width": 0}, {"tile_width": 1, "tile_height": 1},
    ],
)  # fmt: skip
def test_a_hostile_jpeg_2000_is_refused_before_it_is_decoded(
    tmp_path: Path, fields: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    size = np.zeros((70, 70), np.uint16)
    frame = huge_jpeg_2000(reversible(size), **fields)
    path = write_dicom(tmp_path / "a.dcm", size, syntax=HEAD + "4.90", frames=[frame])
    monkeypatch.setattr(imagecodecs, "jpeg2k_decode", pytest.fail)
    with pytest.raises(UnreadableFile):
        read_case(check_file(path)[0])


@pytest.mark.parametrize("number", [*LOSSLESS, "4.50"])
def test_a_frame_that_breaks_off_is_refused(tmp_path: Path, number: str) -> None:
    values = (NOISE >> 4).astype(np.uint8)
    frame = {**LOSSLESS, "4.50": imagecodecs.jpeg8_encode}[number](values)
    path = write_dicom(
        tmp_path / "a.dcm", values, syntax=HEAD + number, frames=[frame[: len(frame) * 9 // 10]]
    )
    with pytest.raises(UnreadableFile):
        read_case(check_file(path)[0])


def test_a_jpeg_of_very_many_scans_is_refused(tmp_path: Path) -> None:
    frame = imagecodecs.jpeg8_encode(np.zeros((2000, 2000), np.uint8))
    scans = frame[:2] + b"\xff\xfe\x10\x02" + b"\xff\xda" * 2048 + frame[2:]
    path = write_dicom(
        tmp_path / "a.dcm", np.zeros((2000, 2000), np.uint8), syntax=HEAD + "4.50", frames=[scans]
    )
    with pytest.raises(UnreadableFile):
        read_case(check_file(path)[0])


@pytest.mark.parametrize("number", LOSSLESS)
def test_a_frame_of_another_size_than_the_header_says_is_refused(
    tmp_path: Path, number: str
) -> None:
    frame = LOSSLESS[number](NOISE)
    path = write_dicom(
        tmp_path / "a.dcm", NOISE, syntax=HEAD + number, frames=[frame], Rows=100, Columns=100
    )
    with pytest.raises(UnreadableFile):
        read_case(check_file(path)[0])


@pytest.mark.parametrize("number", [*LOSSLESS, "4.50", "4.51", "4.110", "1", "1.99"])
def test_damage_anywhere_ends_as_a_picture_or_a_reason_and_soon(
    tmp_path: Path, number: str
) -> None:
    encode = {**LOSSLESS, "4.50": imagecodecs.jpeg8_encode, "4.51": imagecodecs.jpeg8_encode}
    values = (NOISE >> 4).astype(np.uint8)
    frames = [encode[number](values)] if number in encode else None
    syntax = "4.201" if number == "4.110" else number
    if number == "4.110":
        frames = [imagecodecs.jpegxl_encode(values, lossless=True)]
    path = write_dicom(tmp_path / "a.dcm", values, syntax=HEAD + syntax, frames=frames)
    whole = path.read_bytes().replace(
        HEAD.encode() + syntax.encode(), HEAD.encode() + number.encode()
    )
    damage = np.random.default_rng(9)
    begin = time.perf_counter()
    for _turn in range(60):
        broken = bytearray(whole)
        for place in damage.integers(140, len(whole), 3):
            broken[place] = damage.integers(256)
        path.write_bytes(broken[: damage.integers(200, len(whole))] if _turn % 3 == 0 else broken)
        with contextlib.suppress(UnreadableFile):
            for case in check_file(path):
                assert read_case(case).dtype in (np.uint8, np.uint16)
    assert time.perf_counter() - begin < 60


def test_a_compressed_file_that_does_not_say_how_is_refused(tmp_path: Path) -> None:
    path = write_dicom(tmp_path / "a.dcm", NOISE, syntax=HEAD + "4.90", frames=[reversible(NOISE)])
    path.write_bytes(path.read_bytes().replace(b"\x02\0\x10\0UI", b"\x02\0\x0f\0UI"))
    with pytest.raises(UnreadableFile, match="does not say how"):
        check_file(path)
