"""DICOM: what the file says about its window is what is shown."""

from pathlib import Path

import numpy as np
import pytest
from made_dicom import RAMP
from made_dicom import write_dicom as written
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import MPEG4HP41, DeflatedExplicitVRLittleEndian

from precmed_gui.diagnosis.errors import UnreadableFile
from precmed_gui.modalities.imaging.dicom_windows import window_shares
from precmed_gui.modalities.imaging.files import check_file, read_case


def pixels_of(path: Path) -> np.ndarray:
    (case,) = check_file(path)
    return read_case(case)


def linear(values: np.ndarray, center: float, width: float) -> np.ndarray:
    """PS3.3 C.11.2.1.2.1, written out pixel by pixel."""
    out = np.empty(values.shape)
    for place, value in np.ndenumerate(values):
        if value <= center - 0.5 - (width - 1) / 2:
            out[place] = 0
        elif value > center - 0.5 + (width - 1) / 2:
            out[place] = 65535
        else:
            out[place] = ((value - (center - 0.5)) / (width - 1) + 0.5) * 65535
    return np.rint(out).astype(np.uint16)


def test_the_window_is_applied_after_the_rescale_and_never_stretched(tmp_path: Path) -> None:
    path = written(
        tmp_path / "a.dcm", RAMP, RescaleSlope=2, RescaleIntercept=-1024,
        WindowCenter=[3000, 40], WindowWidth=[9000, 400],
    )  # fmt: skip
    pixels = pixels_of(path)
    assert pixels.dtype == np.uint16
    assert np.array_equal(pixels, linear(RAMP * 2.0 - 1024, 3000, 9000))
    assert 0 < pixels.min() < pixels.max() < 65535


def test_monochrome1_is_inverted(tmp_path: Path) -> None:
    plain = pixels_of(written(tmp_path / "a.dcm", RAMP, WindowCenter=2000, WindowWidth=3000))
    path = written(
        tmp_path / "b.dcm", RAMP, WindowCenter=2000, WindowWidth=3000,
        PhotometricInterpretation="MONOCHROME1",
    )  # fmt: skip
    assert np.abs(pixels_of(path).astype(int) + plain - 65535).max() <= 1


def test_without_a_window_the_stored_values_reach_from_black_to_white(tmp_path: Path) -> None:
    values = (RAMP + 1000).astype(np.int16)
    values[0, 0] = -2000
    path = written(tmp_path / "a.dcm", values, PixelPaddingValue=-2000)
    pixels = pixels_of(path)
    assert (pixels[0, 0], pixels[0, 1], pixels[-1, -1]) == (0, 0, 65535)
    assert pixels[0, 2] == round(64 / (63 * 64 - 64) * 65535)


def test_eight_bit_captures_are_shown_as_they_are(tmp_path: Path) -> None:
    values = np.full((4, 4), 100, np.uint8)
    assert set(np.unique(pixels_of(written(tmp_path / "a.dcm", values)))) == {100 * 257}


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("LINEAR_EXACT", [0.0, 0.25, 0.5, 0.75, 1.0]),
        ("SIGMOID", [1 / (1 + np.exp(-4 * x)) for x in (-0.5, -0.25, 0, 0.25, 0.5)]),
    ],
)
def test_other_window_functions_follow_the_standard(function: str, expected: list[float]) -> None:
    values = np.array([0.0, 25.0, 50.0, 75.0, 100.0])
    assert np.allclose(window_shares(values, 50, 100, function), expected)


def test_a_window_of_width_one_is_a_step() -> None:
    assert window_shares(np.array([9.0, 10.0]), 10, 1, "LINEAR").tolist() == [0.0, 1.0]


def test_a_lookup_table_of_values_of_interest_is_used(tmp_path: Path) -> None:
    item = Dataset()
    item.LUTDescriptor = [4, 0, 16]
    item.add_new("LUTData", "US", [65535, 40000, 20000, 0])
    path = written(
        tmp_path / "a.dcm", np.array([[0, 1], [2, 3]], np.uint16), VOILUTSequence=Sequence([item])
    )
    assert pixels_of(path).tolist() == [[65535, 40000], [20000, 0]]


def test_colour_stays_colour(tmp_path: Path) -> None:
    values = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    assert np.array_equal(pixels_of(written(tmp_path / "a.dcm", values)), values)


def test_a_file_without_ending_is_known_by_its_first_bytes_and_brings_its_patient(
    tmp_path: Path,
) -> None:
    (case,) = check_file(written(tmp_path / "IM0001", RAMP))
    assert case.patient == "PAT-7"


def test_deflated_files_open_and_deflated_bombs_do_not(tmp_path: Path) -> None:
    good = written(tmp_path / "a.dcm", RAMP, syntax=DeflatedExplicitVRLittleEndian)
    assert pixels_of(good).shape == (8, 8)
    bomb = written(
        tmp_path / "b.dcm", RAMP, syntax=DeflatedExplicitVRLittleEndian,
        EncapsulatedDocument=bytes(420_000_000),
    )  # fmt: skip
    with pytest.raises(UnreadableFile, match="too large"):
        check_file(bomb)


@pytest.mark.parametrize(
    ("elements", "reason"),
    [
        ({"NumberOfFrames": 2}, "cut off"),
        ({"NumberOfFrames": -3}, "makes no sense"),
        ({"SamplesPerPixel": 4}, "kind of colour"),
        ({"BitsAllocated": 12}, "12 bits"),
        ({"Rows": 20_000, "Columns": 20_000}, "too large"),
        ({"Rows": None}, "no image"),
    ],
)
def test_what_cannot_be_shown_is_refused_by_the_header(
    tmp_path: Path, elements: dict[str, object], reason: str
) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        check_file(written(tmp_path / "a.dcm", RAMP, **elements))


def test_an_unknown_compression_is_named(tmp_path: Path) -> None:
    path = written(tmp_path / "a.dcm", RAMP, syntax=MPEG4HP41, frames=[b"film"])
    with pytest.raises(UnreadableFile, match="MPEG-4"):
        check_file(path)


def test_a_cut_dicom_file_ends_as_a_reason(tmp_path: Path) -> None:
    path = written(tmp_path / "a.dcm", RAMP)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(UnreadableFile):
        pixels_of(path)
