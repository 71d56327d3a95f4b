"""Traits for results by subgroup: from a header, in broad groups, never who the patient is."""

from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid

from precmed_gui.diagnosis.cases import Traits
from precmed_gui.diagnosis.work import NeverCancelled, ignore
from precmed_gui.modalities.imaging.cohorts import find_cases
from precmed_gui.modalities.imaging.files import check_file, read_case
from precmed_gui.modalities.imaging.traits import traits_of


def written(path: Path, **elements: object) -> Path:
    """A small grey DICOM image with these elements."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = SecondaryCaptureImageStorage
    dataset.SOPInstanceUID = generate_uid()
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.Rows = dataset.Columns = 4
    dataset.SamplesPerPixel, dataset.PixelRepresentation = 1, 0
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
    dataset.add_new("PixelData", "OB", np.arange(16, dtype=np.uint8).tobytes())
    for name, value in elements.items():
        setattr(dataset, name, value)
    dataset.save_as(path, enforce_file_format=True)
    return path


def traits_in(path: Path) -> Traits:
    (case,) = check_file(path)
    return case.traits


def test_a_dicom_header_tells_sex_age_site_and_device(tmp_path: Path) -> None:
    path = written(
        tmp_path / "a.dcm", PatientSex="F", PatientAge="045Y", InstitutionName=" 胸科医院  南院 ",
        Manufacturer="Philips", ManufacturerModelName="DigitalDiagnost",
    )  # fmt: skip
    assert traits_in(path) == (
        ("sex", "F"),
        ("age", "40–64"),
        ("site", "胸科医院 南院"),
        ("device", "Philips DigitalDiagnost"),
    )


def test_traits_reach_the_cohort(tmp_path: Path) -> None:
    (tmp_path / "ill").mkdir()
    written(tmp_path / "ill" / "a.dcm", PatientSex="M", PatientID="7")
    (case,) = find_cases([tmp_path], ignore, NeverCancelled()).cases
    assert (case.label, case.patient, case.traits) == ("ill", "7", (("sex", "M"),))


def test_missing_and_empty_traits_are_absent(tmp_path: Path) -> None:
    assert traits_in(written(tmp_path / "a.dcm")) == ()
    empty = dict.fromkeys(
        ("PatientSex", "PatientAge", "PatientBirthDate", "StudyDate", "InstitutionName",
         "Manufacturer", "ManufacturerModelName"), "",
    )  # fmt: skip
    assert traits_in(written(tmp_path / "b.dcm", **empty)) == ()
    assert traits_in(written(tmp_path / "c.dcm", ManufacturerModelName="X1")) == (("device", "X1"),)


def test_who_the_patient_is_never_gets_into_traits(tmp_path: Path) -> None:
    secrets = {
        "PatientName": "Muster^Anna", "PatientID": "PAT-7", "PatientBirthDate": "19500312",
        "OtherPatientNames": "Meier^Anna", "PatientAddress": "Street 1", "AccessionNumber": "ACC9",
        "InstitutionAddress": "Road 2", "ReferringPhysicianName": "Who^Doctor",
        "DeviceSerialNumber": "SN123", "StationName": "ROOM4", "StudyDate": "20200101",
    }  # fmt: skip
    path = written(tmp_path / "a.dcm", PatientSex="O", InstitutionName="East", **secrets)
    assert traits_in(path) == (("sex", "O"), ("age", "65+"), ("site", "East"), ("year", "2020"))


@pytest.mark.parametrize(
    ("age", "band"),
    [
        ("000D", "0–17"), ("011M", "0–17"), ("260M", "18–39"), ("900W", "0–17"), ("017Y", "0–17"),
        ("018Y", "18–39"), ("039Y", "18–39"), ("040Y", "40–64"), ("064Y", "40–64"),
        ("065Y", "65+"), ("110Y", "65+"), ("51", "40–64"), (" 7y", "0–17"),
    ],
)  # fmt: skip
def test_an_age_falls_into_its_band(age: str, band: str) -> None:
    assert traits_of({"PatientAge": age}) == (("age", band),)


@pytest.mark.parametrize(
    ("born", "seen", "band"),
    [
        ("20000615", "20180614", "0–17"), ("20000615", "20180615", "18–39"),
        ("20040229", "20220228", "0–17"), ("20040229", "20220301", "18–39"),
        ("19500101", "20200101", "65+"),
    ],
)  # fmt: skip
def test_without_a_stated_age_it_is_that_on_the_day_of_the_study(
    born: str, seen: str, band: str
) -> None:
    dates = {"PatientBirthDate": born, "StudyDate": seen}
    assert traits_of(dates)[0] == ("age", band)
    assert traits_of({**dates, "PatientAge": "050Y"})[0] == ("age", "40–64")


def test_a_header_tells_modality_and_year() -> None:
    header = {"Modality": " ct", "StudyDate": "20170401"}
    assert traits_of(header) == (("modality", "CT"), ("year", "2017"))


@pytest.mark.parametrize(
    "header",
    [
        {"PatientAge": "999Y"}, {"PatientAge": "old"}, {"PatientAge": "٤٥"},
        {"StudyDate": "19000101"}, {"StudyDate": "2017"}, {"StudyDate": "20171345"},
        {"Modality": "a scan"}, {"Modality": ["CT", "PT"]},
        {"PatientBirthDate": "19500101"},
        {"PatientSex": "unknown"}, {"PatientSex": b"F"}, {"PatientSex": 1},
        {"InstitutionName": " \x00\t"}, {"Manufacturer": None},
    ],
)  # fmt: skip
def test_placeholders_and_nonsense_are_no_traits(header: dict[str, object]) -> None:
    assert traits_of(header) == ()


@pytest.mark.parametrize("born", ["19000101", "20200102", "19991345"])
def test_a_birth_that_cannot_be_is_no_age(born: str) -> None:
    assert traits_of({"PatientBirthDate": born, "StudyDate": "20200101"}) == (("year", "2020"),)


def test_a_long_or_broken_text_becomes_one_short_line() -> None:
    ((_, site),) = traits_of({"InstitutionName": "St\nMary\u202e " + "x" * 500})
    assert site.startswith("St Mary x")
    assert len(site) == 64


def test_several_values_become_one_line(tmp_path: Path) -> None:
    path = written(tmp_path / "a.dcm", InstitutionName=["North", "South"])
    assert traits_in(path) == (("site", "North South"),)


@pytest.mark.parametrize("kind", [b"FD", b"ZZ", b"DS", b"AT"])
def test_a_damaged_trait_does_not_cost_the_image(tmp_path: Path, kind: bytes) -> None:
    path = written(tmp_path / "a.dcm", PatientAge="045Y", PatientSex="F")
    content = path.read_bytes()
    path.write_bytes(content.replace(b"AS\x04\x00045Y", kind + b"\x04\x00 old"))
    (case,) = check_file(path)
    assert case.traits == (("sex", "F"),)
    assert read_case(case).shape == (4, 4)
