"""Series: slices of CT, MR and PET become one case, in order; what does not fit stays alone."""

from pathlib import Path

import numpy as np
import pytest
from made_dicom import RAMP, write_dicom
from pydicom.uid import SecondaryCaptureImageStorage

from precmed_gui.diagnosis.cases import Case, Cohort, slice_case
from precmed_gui.diagnosis.work import Cancelled, NeverCancelled, Step, ignore
from precmed_gui.modalities.imaging import MODALITY, dicom

AXIAL = [1, 0, 0, 0, 1, 0]
SAGITTAL = [0, 1, 0, 0, 0, -1]


def slice_file(path: Path, depth: float, values: np.ndarray = RAMP, **elements: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    said = {
        "Modality": "CT", "StudyInstanceUID": "1.2.3", "SeriesInstanceUID": "1.2.3.4",
        "ImageOrientationPatient": AXIAL, "ImagePositionPatient": [-50, -60, depth], **elements,
    }  # fmt: skip
    return write_dicom(path, values, **said)


def cohort_of(*paths: Path) -> Cohort:
    return MODALITY.find_cases(paths, ignore, NeverCancelled())


def names(case: Case) -> list[str]:
    return [Path(file).stem for file in case.files]


def test_slices_lie_along_the_normal_whatever_their_names_and_numbers(tmp_path: Path) -> None:
    for name, depth, number in (("a", 30.0, 1), ("b", -10.5, 2), ("c", 9.25, 3)):
        slice_file(tmp_path / f"{name}.dcm", depth, InstanceNumber=number)
    (case,) = cohort_of(tmp_path).cases
    assert names(case) == ["b", "c", "a"]
    assert (case.slices, case.path, case.patient) == (3, case.files[0], "PAT-7")


def test_oblique_slices_are_ordered_by_their_own_normal(tmp_path: Path) -> None:
    for name, across in (("a", 5.0), ("b", -5.0), ("c", 0.0)):
        slice_file(
            tmp_path / f"{name}.dcm", 0, ImageOrientationPatient=SAGITTAL,
            ImagePositionPatient=[across, 7, 7],
        )  # fmt: skip
    (case,) = cohort_of(tmp_path).cases
    # row x column of these directions points to the right: -x
    assert names(case) == ["a", "c", "b"]


def test_without_positions_the_instance_number_orders_and_without_it_the_name(
    tmp_path: Path,
) -> None:
    for folder, numbers in (("numbered", (3, 1, 2)), ("named", (None, None, None))):
        for name, number in zip(("s 2", "s 10", "s 1"), numbers, strict=True):
            slice_file(
                tmp_path / folder / f"{name}.dcm", 0, ImagePositionPatient=None,
                SeriesInstanceUID=f"9.{len(folder)}", InstanceNumber=number,
            )  # fmt: skip
    cases = cohort_of(tmp_path / "numbered").cases + cohort_of(tmp_path / "named").cases
    assert [names(case) for case in cases] == [["s 10", "s 1", "s 2"], ["s 1", "s 2", "s 10"]]


def test_what_does_not_fit_its_series_stays_apart(tmp_path: Path) -> None:
    for depth in range(3):
        slice_file(tmp_path / f"axial{depth}.dcm", depth)
    slice_file(tmp_path / "large.dcm", 1, np.zeros((16, 16), np.uint16))
    slice_file(tmp_path / "other.dcm", 1, ImageOrientationPatient=SAGITTAL)
    slice_file(tmp_path / "scout.dcm", 1, ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])
    slice_file(tmp_path / "screen.dcm", 1, SOPClassUID=SecondaryCaptureImageStorage)
    slice_file(tmp_path / "colour.dcm", 1, np.zeros((8, 8, 3), np.uint8))
    slice_file(tmp_path / "foreign.dcm", 1, PatientID="PAT-8")
    slices = {Path(case.path).stem: case.slices for case in cohort_of(tmp_path).cases}
    assert slices.pop("axial0") == 3
    assert slices == dict.fromkeys(("large", "other", "scout", "screen", "colour", "foreign"), 1)


@pytest.mark.parametrize("modality", ["CR", "DX", "MG", "US", "XA", None])
def test_other_images_are_cases_of_their_own(tmp_path: Path, modality: str | None) -> None:
    for depth in range(2):
        slice_file(tmp_path / f"{depth}.dcm", depth, Modality=modality)
    assert [case.slices for case in cohort_of(tmp_path).cases] == [1, 1]


def test_directions_may_differ_by_rounding(tmp_path: Path) -> None:
    for depth in range(3):
        tilt = [1, 0, depth * 1e-4, 0, 1, 0]
        slice_file(tmp_path / f"{depth}.dcm", depth, ImageOrientationPatient=tilt)
    assert len(cohort_of(tmp_path).cases) == 1


def test_a_series_keeps_class_and_part_of_its_folder_and_is_not_joined_across(
    tmp_path: Path,
) -> None:
    for label in ("ill", "well"):
        for depth in range(2):
            slice_file(tmp_path / "train" / label / f"{label}{depth}.dcm", depth)
            slice_file(tmp_path / "test" / label / f"{label}{depth + 2}.dcm", depth + 2)
    cases = cohort_of(tmp_path).cases
    assert {(case.label, case.part, case.slices) for case in cases} == {
        (label, part, 2) for label in ("ill", "well") for part in ("train", "test")
    }


def test_a_copy_of_a_slice_is_left_out_and_listed(tmp_path: Path) -> None:
    for depth in range(3):
        slice_file(tmp_path / f"{depth}.dcm", depth, SOPInstanceUID=f"1.5.{depth}")
    copy = slice_file(tmp_path / "copy.dcm", 1, SOPInstanceUID="1.5.1", PatientName="Other^Header")
    cohort = cohort_of(tmp_path)
    (case,) = cohort.cases
    assert case.slices == 3
    assert [(file.path, "“1.dcm”" in file.reason) for file in cohort.unreadable] == [
        (str(copy), True)
    ]


def test_different_pictures_under_one_identifier_are_both_kept(tmp_path: Path) -> None:
    slice_file(tmp_path / "a.dcm", 1, SOPInstanceUID="1.5")
    slice_file(tmp_path / "b.dcm", 2, RAMP[::-1].copy(), SOPInstanceUID="1.5")
    (case,) = cohort_of(tmp_path).cases
    assert case.slices == 2


def test_a_series_is_read_by_its_middle_slice(tmp_path: Path) -> None:
    for depth in range(4):
        values = np.full((8, 8), depth * 10, np.uint16)
        slice_file(tmp_path / f"{depth}.dcm", depth, values, WindowCenter=50, WindowWidth=100)
    (case,) = cohort_of(tmp_path).cases
    pictures = [MODALITY.read_picture(case, number) for number in (0, 1, 4)]
    assert [int(picture.pixels[0, 0]) for picture in pictures] == [10, 0, 30]
    assert [picture.slice_number for picture in pictures] == [2, 1, 4]
    assert ("Slice", "2 of 4") in pictures[0].facts
    assert np.array_equal(MODALITY.read(case), MODALITY.read(slice_case(case, 2)))
    assert MODALITY.read_thumbnail(case, 64).pixels is not None


def test_a_film_is_one_case_of_which_each_frame_can_be_read(tmp_path: Path) -> None:
    frames = np.stack([np.full((6, 7), 40 * n, np.uint8) for n in range(5)])
    path = write_dicom(
        tmp_path / "film.dcm", frames[0], NumberOfFrames=5, PixelData=frames.tobytes(),
        Modality="XA", SeriesInstanceUID="1.2",
    )  # fmt: skip
    (case,) = cohort_of(path).cases
    assert (case.slices, case.files, case.item) == (5, (), "")
    read = [MODALITY.read(slice_case(case, number))[0, 0] // 257 for number in range(1, 6)]
    assert read == [0, 40, 80, 120, 160]
    assert MODALITY.read(case)[0, 0] == 80 * 257
    assert MODALITY.read_picture(case, 5).pixels[0, 0] == 160


def test_comparing_copies_can_be_stopped(tmp_path: Path) -> None:
    class StoppedWhenAllWereLookedAt(NeverCancelled):
        is_set = False

        def report(self, event: object) -> None:
            self.is_set = isinstance(event, Step) and event.done == event.total == 3

        def raise_if_set(self) -> None:
            if self.is_set:
                raise Cancelled

    for name in "abc":
        slice_file(tmp_path / f"{name}.dcm", 1, SOPInstanceUID="1.5")
    cancel = StoppedWhenAllWereLookedAt()
    with pytest.raises(Cancelled):
        MODALITY.find_cases([tmp_path], cancel.report, cancel)


def test_one_identifier_for_all_slices_costs_each_file_one_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = []
    stored_frame = dicom.stored_frame
    monkeypatch.setattr(
        dicom, "stored_frame", lambda image: looks.append(image.path) or stored_frame(image)
    )
    for number in range(12):
        slice_file(tmp_path / f"{number:02}.dcm", number, RAMP + number, SOPInstanceUID="1.5")
    copy = slice_file(tmp_path / "copy.dcm", 5, RAMP + 5, SOPInstanceUID="1.5")
    cohort = cohort_of(tmp_path)
    assert [case.slices for case in cohort.cases] == [12]
    assert [file.path for file in cohort.unreadable] == [str(copy)]
    assert len(looks) == len(set(looks)) == 13
