"""DICOM for the eye and for a network: Hounsfield units, presets, windows, inversion, facts."""

from pathlib import Path

import numpy as np
import pytest
from made_dicom import RAMP, write_dicom
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.pictures import Picture, StatedWindow
from precmed_gui.modalities.imaging import MODALITY
from precmed_gui.modalities.imaging.files import check_file

HOUNSFIELD = {"Modality": "CT", "RescaleSlope": 1, "RescaleIntercept": -1024}
CT = RAMP.astype(np.int16) - 100


def case_of(path: Path) -> Case:
    (case,) = check_file(path)
    return case


def picture_of(path: Path) -> Picture:
    return MODALITY.read_picture(case_of(path))


def values_of(picture: Picture) -> np.ndarray:
    return picture.pixels * picture.scale + picture.offset


def shown(picture: Picture) -> np.ndarray:
    """What a viewer makes of it: shares of white."""
    black, white = picture.value_range
    return np.clip((picture.pixels - black) / (white - black), 0, 1)


def test_a_ct_keeps_its_hounsfield_units_and_is_shown_by_the_window_of_the_file(
    tmp_path: Path,
) -> None:
    path = write_dicom(
        tmp_path / "a.dcm", CT, WindowCenter=[-300, 40], WindowWidth=[900, 400],
        WindowCenterWidthExplanation=["WIDE", "SOFT"], SliceThickness="2.5", **HOUNSFIELD,
    )  # fmt: skip
    picture = picture_of(path)
    assert picture.unit == "HU"
    assert picture.pixels.dtype == np.uint16
    assert np.array_equal(values_of(picture), CT - 1024.0)
    assert [window.name for window in picture.windows] == [
        "file", "SOFT", "lung", "bone", "soft-tissue", "brain",
    ]  # fmt: skip
    assert picture.windows[0] == StatedWindow("file", -300, 900)
    assert np.abs(shown(picture) - MODALITY.read(case_of(path)) / 65535).max() < 1e-4
    assert {("Modality", "CT"), ("Unit", "HU"), ("Slice thickness", "2.5 mm")} < set(picture.facts)
    assert "PAT-7" not in str(picture.facts)


@pytest.mark.parametrize(
    ("elements", "unit"),
    [
        ({**HOUNSFIELD, "RescaleType": "HU"}, "HU"),
        ({**HOUNSFIELD, "RescaleType": "US"}, ""),
        ({**HOUNSFIELD, "Modality": "MR"}, ""),
        ({**HOUNSFIELD, "Modality": "MR", "RescaleType": "HU"}, "HU"),
        ({**HOUNSFIELD, "ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}, ""),
        ({"Modality": "CT"}, ""),
        ({**HOUNSFIELD, "RescaleSlope": 0}, ""),
        ({**HOUNSFIELD, "Modality": "OT", "RescaleType": "OD"}, "OD"),
    ],
)
def test_only_what_says_so_is_in_hounsfield_units(
    tmp_path: Path, elements: dict[str, object], unit: str
) -> None:
    assert picture_of(write_dicom(tmp_path / "a.dcm", CT, **elements)).unit == unit


def test_a_network_gets_the_window_it_asks_for(tmp_path: Path) -> None:
    values = np.array([[-161, -160, 40], [239, 241, 3000]], np.int16) + 1024
    path = write_dicom(tmp_path / "a.dcm", values, WindowCenter=0, WindowWidth=9000, **HOUNSFIELD)
    soft = MODALITY.read(case_of(path), MODALITY.windows()["soft-tissue"])
    # LINEAR from 40 - 0.5 - 199.5 to 40 - 0.5 + 199.5
    assert soft.dtype == np.uint16
    assert soft.tolist() == [[0, 0, 32850], [65535, 65535, 65535]]
    assert not np.array_equal(soft, MODALITY.read(case_of(path)))


def test_a_window_does_nothing_to_data_without_a_unit(tmp_path: Path) -> None:
    path = write_dicom(tmp_path / "a.dcm", CT, Modality="MR", WindowCenter=900, WindowWidth=900)
    asked = MODALITY.read(case_of(path), MODALITY.windows()["lung"])
    assert np.array_equal(asked, MODALITY.read(case_of(path)))


def test_the_usual_window_is_soft_tissue_where_all_is_ct() -> None:
    ct, mr = Case("a", traits=(("modality", "CT"),)), Case("b", traits=(("modality", "MR"),))
    assert MODALITY.usual_window([ct, ct]) == MODALITY.windows()["soft-tissue"]
    assert MODALITY.usual_window([ct, mr]) is None
    assert MODALITY.usual_window([ct, Case("c")]) is None
    assert MODALITY.usual_window([]) is None


@pytest.mark.parametrize(
    "elements",
    [
        {}, {"WindowCenter": 900, "WindowWidth": 700},
        {"WindowCenter": 900, "WindowWidth": 700, "VOILUTFunction": "LINEAR_EXACT"},
        {"WindowCenter": 900, "WindowWidth": 700, "VOILUTFunction": "SIGMOID"},
        {"WindowCenter": -900, "WindowWidth": 700, "RescaleSlope": -1, "RescaleIntercept": 0},
        {"WindowCenter": 9, "WindowWidth": 7, "RescaleSlope": 0.01, "RescaleIntercept": 0},
        {"PixelPaddingValue": 28}, {"PixelPaddingValue": 28, "PixelPaddingRangeLimit": 900},
    ],
)  # fmt: skip
@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize("kind", [np.int16, np.uint16, np.uint8, np.int32])
def test_a_picture_looks_as_what_a_network_gets(
    tmp_path: Path, elements: dict[str, object], photometric: str, kind: type
) -> None:
    values = (RAMP // 16).astype(kind) if kind is np.uint8 else CT.astype(kind)
    path = write_dicom(
        tmp_path / "a.dcm", values, PhotometricInterpretation=photometric, **elements
    )
    picture = picture_of(path)
    assert picture.scale > 0
    assert np.abs(shown(picture) - MODALITY.read(case_of(path)) / 65535).max() < 1e-4


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize("function", ["LINEAR", "LINEAR_EXACT"])
def test_the_windows_of_a_picture_mean_what_its_file_means(
    tmp_path: Path, photometric: str, function: str
) -> None:
    path = write_dicom(
        tmp_path / "a.dcm", CT, WindowCenter=[900, 300], WindowWidth=[700, 200],
        VOILUTFunction=function, PhotometricInterpretation=photometric,
    )  # fmt: skip
    picture = picture_of(path)
    first = picture.windows[0]
    # LINEAR, as viewers apply stated windows
    share = (values_of(picture) - (first.center - 0.5)) / (first.width - 1) + 0.5
    assert np.abs(np.clip(share, 0, 1) - shown(picture)).max() < 1e-9


def test_a_modality_table_gives_units_that_are_no_straight_line(tmp_path: Path) -> None:
    item = Dataset()
    item.LUTDescriptor, item.ModalityLUTType = [4, 0, 16], "OD"
    item.add_new("LUTData", "US", [5000, 3000, 2000, 100])
    values = np.array([[0, 1], [2, 9]], np.uint16)
    path = write_dicom(tmp_path / "a.dcm", values, ModalityLUTSequence=Sequence([item]))
    picture = picture_of(path)
    assert values_of(picture).tolist() == [[5000, 3000], [2000, 100]]
    assert picture.unit == "OD"


def test_a_signed_grey_table_begins_below_zero(tmp_path: Path) -> None:
    item = Dataset()
    item.add_new("LUTDescriptor", "SS", [3, -1, 8])
    item.add_new("LUTData", "OW", bytes([0, 100, 255, 0]))
    values = np.array([[-5, -1], [0, 1]], np.int16)
    path = write_dicom(tmp_path / "a.dcm", values, VOILUTSequence=Sequence([item]))
    assert (MODALITY.read(case_of(path)) // 257).tolist() == [[0, 0], [100, 255]]


def test_an_enhanced_file_says_units_and_window_for_each_frame(tmp_path: Path) -> None:
    frames = np.stack([RAMP, RAMP])

    def group(slope: float, center: float) -> Dataset:
        rescale, window, both = Dataset(), Dataset(), Dataset()
        rescale.RescaleSlope, rescale.RescaleIntercept, rescale.RescaleType = slope, -1000, "HU"
        window.WindowCenter, window.WindowWidth = center, 100
        both.PixelValueTransformationSequence = Sequence([rescale])
        both.FrameVOILUTSequence = Sequence([window])
        return both

    path = write_dicom(
        tmp_path / "a.dcm", RAMP, NumberOfFrames=2, PixelData=frames.tobytes(), Modality="CT",
        PerFrameFunctionalGroupsSequence=Sequence([group(1, 20), group(2, 70)]),
    )  # fmt: skip
    case = case_of(path)
    for number, slope, center in ((1, 1, 20), (2, 2, 70)):
        picture = MODALITY.read_picture(case, number)
        assert np.array_equal(values_of(picture), RAMP * slope - 1000.0)
        assert picture.windows[0].center == center


def test_a_palette_gives_colour(tmp_path: Path) -> None:
    elements = {"PhotometricInterpretation": "PALETTE COLOR"}
    for name, shift in (("Red", 0), ("Green", 1), ("Blue", 2)):
        elements[f"{name}PaletteColorLookupTableDescriptor"] = [4, 0, 16]
        table = (np.roll([0, 85, 170, 255], shift) * 257).astype("<u2")
        elements[f"{name}PaletteColorLookupTableData"] = table.tobytes()
    path = write_dicom(tmp_path / "a.dcm", np.array([[0, 1], [2, 3]], np.uint8), **elements)
    assert MODALITY.read(case_of(path)).tolist() == [
        [[0, 255, 170], [85, 0, 255]], [[170, 85, 0], [255, 170, 85]],
    ]  # fmt: skip


@pytest.mark.parametrize("photometric", ["YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_422"])
def test_luminance_and_chrominance_become_red_green_and_blue(
    tmp_path: Path, photometric: str
) -> None:
    """Known triples: white, black and a pure red of JFIF; the partial range has 16 to 235."""
    grey = (16, 235) if photometric == "YBR_PARTIAL_422" else (0, 255)
    pixels = np.array([[grey[0], 128, 128]] * 2 + [[grey[1], 128, 128]] * 2, np.uint8)
    values = pixels.reshape(2, 2, 3)
    data = values.tobytes()
    if photometric != "YBR_FULL":
        data = bytes([grey[0], grey[0], 128, 128, grey[1], grey[1], 128, 128])
    path = write_dicom(
        tmp_path / "a.dcm", values, PhotometricInterpretation=photometric, PixelData=data
    )
    assert MODALITY.read(case_of(path)).tolist() == [[[0] * 3] * 2, [[255] * 3] * 2]


def test_colour_by_planes_is_put_together(tmp_path: Path) -> None:
    colour = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    planes = np.ascontiguousarray(np.moveaxis(colour, 2, 0))
    path = write_dicom(
        tmp_path / "a.dcm", colour, PlanarConfiguration=1, PixelData=planes.tobytes()
    )
    assert np.array_equal(MODALITY.read(case_of(path)), colour)
    assert not picture_of(path).is_grey
