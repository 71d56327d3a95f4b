"""Rasters: every mode becomes pixels, every fault a reason."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.errors import UnreadableFile
from precmed_gui.modalities.imaging import MODALITY
from precmed_gui.modalities.imaging.files import check_file, read_case

GREY = np.arange(12 * 10, dtype=np.uint8).reshape(12, 10) * 2
COLOUR = np.stack([GREY, GREY[::-1], GREY[:, ::-1]], axis=2)
DEEP = np.arange(12 * 10, dtype=np.uint16).reshape(12, 10) * 500


def pixels_of(path: Path) -> np.ndarray:
    (case,) = check_file(path)
    return read_case(case)


def saved(image: Image.Image, path: Path, **options: object) -> Path:
    image.save(path, **options)
    return path


def reason_of(path: Path) -> str:
    with pytest.raises(UnreadableFile) as refused:
        _pages = [read_case(case) for case in check_file(path)]
    return refused.value.message


@pytest.mark.parametrize("ending", ["png", "tif", "bmp", "pgm", "jp2"])
def test_grey_images_keep_every_value(tmp_path: Path, ending: str) -> None:
    pixels = pixels_of(saved(Image.fromarray(GREY), tmp_path / f"a.{ending}"))
    assert pixels.dtype == np.uint8
    assert np.array_equal(pixels, GREY)


@pytest.mark.parametrize("ending", ["png", "tif", "bmp", "ppm"])
def test_colour_images_stay_colour(tmp_path: Path, ending: str) -> None:
    pixels = pixels_of(saved(Image.fromarray(COLOUR), tmp_path / f"a.{ending}"))
    assert np.array_equal(pixels, COLOUR)


@pytest.mark.parametrize("ending", ["webp", "gif", "jpg"])
def test_lossy_and_indexed_formats_open(tmp_path: Path, ending: str) -> None:
    assert pixels_of(saved(Image.fromarray(COLOUR), tmp_path / f"a.{ending}")).shape[:2] == (12, 10)


@pytest.mark.parametrize("ending", ["png", "tif"])
def test_sixteen_bits_stay_sixteen_bits(tmp_path: Path, ending: str) -> None:
    pixels = pixels_of(saved(Image.fromarray(DEEP), tmp_path / f"a.{ending}"))
    assert pixels.dtype == np.uint16
    assert np.array_equal(pixels, DEEP)


def test_big_endian_sixteen_bits_are_read_as_numbers(tmp_path: Path) -> None:
    image = Image.frombytes("I;16B", (10, 12), DEEP.astype(">u2").tobytes())
    pixels = pixels_of(saved(image, tmp_path / "a.tif"))
    assert pixels.dtype == np.dtype(np.uint16)
    assert np.array_equal(pixels, DEEP)


def test_fractions_are_scaled_to_sixteen_bits(tmp_path: Path) -> None:
    values = np.linspace(0, 1, 120, dtype=np.float32).reshape(12, 10)
    pixels = pixels_of(saved(Image.fromarray(values), tmp_path / "a.tif"))
    assert np.array_equal(pixels, np.rint(values.astype(float) * 65535).astype(np.uint16))


def test_negative_whole_numbers_are_spread_over_sixteen_bits(tmp_path: Path) -> None:
    values = np.linspace(-1000, 3000, 120).astype(np.int32).reshape(12, 10)
    pixels = pixels_of(saved(Image.fromarray(values), tmp_path / "a.tif"))
    assert (pixels.min(), pixels.max()) == (0, 65535)


def test_transparent_pixels_lie_on_black(tmp_path: Path) -> None:
    alpha = np.full((12, 10, 1), 255, np.uint8)
    alpha[:6] = 0
    image = Image.fromarray(np.concatenate([COLOUR, alpha], axis=2))
    pixels = pixels_of(saved(image, tmp_path / "a.png"))
    assert not pixels[:6].any()
    assert np.array_equal(pixels[6:], COLOUR[6:])


def test_grey_with_alpha_becomes_grey(tmp_path: Path) -> None:
    image = Image.merge("LA", [Image.fromarray(GREY), Image.new("L", (10, 12), 255)])
    assert np.array_equal(pixels_of(saved(image, tmp_path / "a.png")), GREY)


def test_palettes_become_colour_and_one_bit_becomes_black_and_white(tmp_path: Path) -> None:
    palette = Image.fromarray(COLOUR).convert("P")
    expected = np.asarray(palette.convert("RGB"))
    assert np.array_equal(pixels_of(saved(palette, tmp_path / "a.png")), expected)
    bits = pixels_of(saved(Image.fromarray(GREY).convert("1"), tmp_path / "b.png"))
    assert set(np.unique(bits)) == {0, 255}


def test_cmyk_jpegs_become_rgb(tmp_path: Path) -> None:
    image = Image.fromarray(COLOUR).convert("CMYK")
    assert pixels_of(saved(image, tmp_path / "a.jpg")).shape == (12, 10, 3)


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("ending", ["png", "jpg", "tif", "webp"])
def test_images_stand_upright_as_exif_says(tmp_path: Path, turn: int, ending: str) -> None:
    from PIL import ImageOps

    picture = Image.new("L", (32, 48), 10)
    picture.paste(240, (0, 0, 8, 16))
    exif = Image.Exif()
    exif[0x0112] = turn
    path = tmp_path / f"a.{ending}"
    picture.convert("RGB").save(path, exif=exif, **({"quality": 100} if ending == "jpg" else {}))
    with Image.open(path) as image:
        expected = np.asarray(ImageOps.exif_transpose(image).convert("L")).astype(int)
    pixels = np.asarray(Image.fromarray(pixels_of(path)).convert("L")).astype(int)
    assert pixels.shape == expected.shape
    assert np.abs(pixels - expected).max() <= 2


def test_every_page_of_a_tiff_is_a_case(tmp_path: Path) -> None:
    pages = [Image.fromarray(GREY + shift) for shift in range(3)]
    path = saved(pages[0], tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    cases = check_file(path)
    assert [case.item for case in cases] == ["page/1", "page/2", "page/3"]
    assert [int(read_case(case)[0, 0]) for case in cases] == [0, 1, 2]


def test_a_patient_in_a_png_text_chunk_is_kept(tmp_path: Path) -> None:
    text = PngInfo()
    text.add_text("PatientID", "p 17")
    path = saved(Image.fromarray(GREY), tmp_path / "a.png", pnginfo=text)
    assert check_file(path) == [Case(str(path), patient="p 17")]


def test_traits_in_png_text_chunks_are_read_as_from_a_dicom_header(tmp_path: Path) -> None:
    text = PngInfo()
    text.add_text("PatientSex", "m")
    text.add_itxt("InstitutionName", "胸科医院")
    path = saved(Image.fromarray(GREY), tmp_path / "a.png", pnginfo=text)
    assert check_file(path)[0].traits == (("sex", "M"), ("site", "胸科医院"))


def test_a_wrong_ending_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    Image.fromarray(GREY).save(path, format="PNG")
    assert np.array_equal(pixels_of(path), GREY)


def huge_png(path: Path, side: int) -> Path:
    def chunk(name: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + check

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )
    return path


@pytest.mark.parametrize("side", [8_100, 12_000, 40_000])
def test_images_above_64_million_pixels_are_refused_before_decoding(
    tmp_path: Path, side: int
) -> None:
    path = huge_png(tmp_path / "a.png", side)
    with pytest.raises(UnreadableFile, match="64 million"):
        check_file(path)


def test_a_large_tiff_and_a_large_jpeg_2000_are_refused(tmp_path: Path) -> None:
    path = saved(Image.fromarray(GREY), tmp_path / "a.tif")
    data = path.read_bytes()
    for tag in (256, 257):
        place = (
            data.index(struct.pack("<H", tag) + b"\x04\x00")
            if (struct.pack("<H", tag) + b"\x04\x00" in data)
            else data.index(struct.pack("<H", tag) + b"\x03\x00")
        )
        data = data[: place + 2] + struct.pack("<HII", 4, 1, 40_000) + data[place + 12 :]
    path.write_bytes(data)
    assert "64 million" in reason_of(path)
    wide = tmp_path / "b.jp2"
    Image.new("RGB", (4_000, 2_000)).save(wide)
    assert "5 million" in reason_of(wide)


def test_faults_end_as_reasons(tmp_path: Path) -> None:
    empty = tmp_path / "empty.png"
    empty.touch()
    text = tmp_path / "text.png"
    text.write_text("not a picture")
    notes = tmp_path / "notes.csv"
    notes.write_text("a,b")
    vector = tmp_path / "drawing.svg"
    vector.write_text("<svg/>")
    cut = saved(Image.effect_noise((99, 99), 50), tmp_path / "cut.png")
    cut.write_bytes(cut.read_bytes()[:2000])
    stub = tmp_path / "stub.png"
    stub.write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    assert "empty" in reason_of(empty)
    assert ".png" in reason_of(text)
    assert reason_of(notes) == "It is not an image."
    assert ".svg" in reason_of(vector)
    assert "cut off" in reason_of(cut)
    assert "damaged" in reason_of(stub)
    assert "no longer" in reason_of(tmp_path / "gone.png")


def test_any_byte_of_an_image_may_be_wrong_without_a_crash(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    reasons: list[str] = []
    for ending in ("png", "jpg", "tif", "gif", "bmp", "webp", "jp2"):
        path = saved(Image.fromarray(COLOUR), tmp_path / f"a.{ending}")
        data = bytearray(path.read_bytes())
        for _turn in range(40):
            harmed = bytearray(data)
            for place in random.integers(0, len(data), 3):
                harmed[place] = random.integers(0, 256)
            path.write_bytes(harmed)
            try:
                for case in check_file(path):
                    read_case(case)
            except UnreadableFile as error:
                reasons.append(error.message)
    assert reasons
    assert all(reasons)


def test_the_modality_accepts_by_content(tmp_path: Path) -> None:
    path = tmp_path / "noname"
    Image.fromarray(GREY).save(path, format="PNG")
    notes = tmp_path / "notes.txt"
    notes.write_text("BMI and so on")
    assert MODALITY.accepts(path)
    assert not MODALITY.accepts(notes)
    assert not MODALITY.accepts(tmp_path / "gone.png")
    assert np.array_equal(MODALITY.read(Case(str(path))), GREY)
    assert "small-cnn" in MODALITY.recipes()
