"""The header as a table: in order, indented, short; what may say who it is stands out."""

from pathlib import Path

import pytest
from made_dicom import RAMP, write_dicom
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from precmed_gui.diagnosis.errors import UnreadableFile
from precmed_gui.diagnosis.pictures import Tag
from precmed_gui.diagnosis.work import NeverCancelled, ignore
from precmed_gui.modalities import read_tags
from precmed_gui.modalities.imaging.files import check_file


def tags_of(path: Path) -> dict[str, Tag]:
    (case,) = check_file(path)
    return {tag.number.strip(): tag for tag in read_tags("imaging", case, ignore, NeverCancelled())}


def test_tags_are_named_in_the_order_of_the_file(tmp_path: Path) -> None:
    tags = tags_of(write_dicom(tmp_path / "a.dcm", RAMP, Modality="CT", SliceThickness="2.5"))
    assert list(tags) == sorted(tags)
    assert tags["(0018,0050)"] == Tag("(0018,0050)", "Slice Thickness", "2.5")
    assert tags["(0002,0010)"].value == "Explicit VR Little Endian"
    assert "(7FE0,0010)" not in tags


@pytest.mark.parametrize(
    "keyword",
    ["PatientName", "PatientID", "PatientBirthDate", "PatientAddress", "AccessionNumber",
     "InstitutionName", "ReferringPhysicianName", "OperatorsName", "StudyDate", "ContentTime",
     "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "StudyID", "StationName",
     "DeviceSerialNumber", "PatientComments", "ImageComments", "StudyDescription", "ProtocolName",
     "RequestingPhysician", "AdmissionID", "EthnicGroup", "PatientSex", "PregnancyStatus",
     "PerformedProcedureStepID", "MedicalRecordLocator", "CountryOfResidence", "Occupation"],
)  # fmt: skip
def test_what_may_say_who_the_patient_is_is_marked(tmp_path: Path, keyword: str) -> None:
    from pydicom.datadict import dictionary_VR, tag_for_keyword

    value = {"DA": "20200101", "TM": "101112", "UI": "1.2.3", "US": 1}.get(
        dictionary_VR(keyword), "SECRET"
    )
    number = tag_for_keyword(keyword)
    assert number is not None
    tags = tags_of(write_dicom(tmp_path / "a.dcm", RAMP, **{keyword: value}))
    assert tags[f"({number >> 16:04X},{number & 0xFFFF:04X})"].is_identity


def test_what_says_how_the_picture_was_made_is_not_marked(tmp_path: Path) -> None:
    path = write_dicom(
        tmp_path / "a.dcm", RAMP, Modality="CT", SliceThickness="1", KVP="120", WindowCenter=40,
        PixelSpacing=[0.5, 0.5], ImagePositionPatient=[1, 2, 3], Manufacturer="Maker",
    )  # fmt: skip
    tags = tags_of(path)
    for number in ("(0008,0060)", "(0018,0050)", "(0018,0060)", "(0020,0032)", "(0028,0010)",
                   "(0028,1050)", "(0008,0070)", "(0002,0010)", "(0028,0030)"):  # fmt: skip
        assert not tags[number].is_identity, number


def test_sequences_are_indented_and_hide_what_their_name_hides(tmp_path: Path) -> None:
    inner, outer = Dataset(), Dataset()
    inner.CodeMeaning = "Doctor Who"
    outer.PersonIdentificationCodeSequence = Sequence([inner])
    path = write_dicom(tmp_path / "a.dcm", RAMP, ReferencedImageSequence=Sequence([outer]))
    (case,) = check_file(path)
    lines = read_tags("imaging", case, ignore, NeverCancelled())
    place = next(i for i, tag in enumerate(lines) if tag.number == "(0008,1140)")
    assert lines[place].value == "1 item"
    assert [tag.number for tag in lines[place + 1 : place + 5]] == [
        "  (FFFE,E000)", "    (0040,1101)", "      (FFFE,E000)", "        (0008,0104)",
    ]  # fmt: skip
    assert lines[place + 4].is_identity


def test_values_are_short_and_of_one_line(tmp_path: Path) -> None:
    path = write_dicom(
        tmp_path / "a.dcm", RAMP, ImageComments="line\nbreak\t" + "x" * 900,
        RedPaletteColorLookupTableData=bytes(3000), SliceProgressionDirection=None,
        FrameTimeVector=[1.5] * 400,
    )  # fmt: skip
    tags = tags_of(path)
    assert tags["(0020,4000)"].value.startswith("line break xxx")
    assert max(len(tag.value) for tag in tags.values()) <= 200
    assert tags["(0028,1201)"].value == "3,000 bytes"
    assert tags["(0018,1065)"].value.endswith("…")


def test_private_tags_are_named_so_and_marked(tmp_path: Path) -> None:
    from pydicom import dcmread

    path = write_dicom(tmp_path / "a.dcm", RAMP)
    dataset = dcmread(path)
    dataset.private_block(0x0019, "A MAKER", create=True).add_new(1, "LO", "whose")
    dataset.save_as(path)
    tag = tags_of(path)["(0019,1001)"]
    assert tag.name == "Private: A MAKER"
    assert tag.is_identity


def test_a_damaged_value_does_not_cost_the_table(tmp_path: Path) -> None:
    path = write_dicom(tmp_path / "a.dcm", RAMP, SliceThickness="2.50")
    path.write_bytes(path.read_bytes().replace(b"DS\x04\x002.50", b"FD\x04\x002.50"))
    tag = tags_of(path)["(0018,0050)"]
    assert (tag.name, tag.value) == ("Damaged", "")


def test_other_kinds_of_images_have_no_tags_and_lost_files_a_reason(tmp_path: Path) -> None:
    Image.new("L", (4, 4)).save(tmp_path / "a.png")
    assert tags_of(tmp_path / "a.png") == {}
    (case,) = check_file(tmp_path / "a.png")
    (tmp_path / "a.png").unlink()
    with pytest.raises(UnreadableFile, match="no longer"):
        read_tags("imaging", case, ignore, NeverCancelled())
