"""A DICOMDIR says which files of a disc are images; the rest of the disc is passed over."""

import shutil
from pathlib import Path

import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, MediaStorageDirectoryStorage

from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.diagnosis.errors import UnreadableFile
from precmed_gui.diagnosis.work import NeverCancelled, ignore
from precmed_gui.modalities.imaging import MODALITY
from precmed_gui.modalities.imaging.dicomdir import is_dicomdir, referenced_files


def found(*paths: Path) -> Cohort:
    return MODALITY.find_cases(list(paths), ignore, NeverCancelled())


def contents(path: Path, *names: list[str] | str) -> Path:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = MediaStorageDirectoryStorage
    meta.MediaStorageSOPInstanceUID = "1.2.3"
    records = []
    for name in names:
        record = Dataset()
        record.DirectoryRecordType = "IMAGE"
        record.ReferencedFileID = name
        records.append(record)
    header = Dataset()
    header.file_meta = meta
    header.FileSetID = "DISC"
    header.DirectoryRecordSequence = Sequence(records)
    header.save_as(path, enforce_file_format=True)
    return path


@pytest.fixture
def disc(tmp_path: Path) -> Path:
    """Two images (one named in other letters), one that is missing, and a viewer beside them."""
    images = tmp_path / "disc" / "dicom" / "ser1"
    images.mkdir(parents=True)
    shutil.copy(str(get_testdata_file("CT_small.dcm")), images / "im1")
    shutil.copy(str(get_testdata_file("MR_small.dcm")), images / "IM2")
    shutil.copy(str(get_testdata_file("SC_rgb_small_odd.dcm")), images / "IM9")
    (tmp_path / "disc" / "VIEWER.EXE").write_bytes(b"MZ")
    (tmp_path / "disc" / "help.txt").write_text("help")
    names = [["DICOM", "SER1", name] for name in ("IM1", "IM2", "IM3")]
    contents(tmp_path / "disc" / "DICOMDIR", *names)
    return tmp_path / "disc"


@pytest.mark.parametrize("dropped", ["", "DICOMDIR"])
def test_what_a_dicomdir_names_is_opened_and_nothing_else(disc: Path, dropped: str) -> None:
    cohort = found(disc / dropped)
    assert [Path(case.path).name for case in cohort.cases] == ["im1", "IM2"]
    (missing,) = cohort.unreadable
    assert Path(missing.path).name == "IM3"
    assert "not there" in missing.reason


def test_discs_in_class_folders_get_the_class(disc: Path, tmp_path: Path) -> None:
    for label in ("sick", "well"):
        shutil.copytree(disc, tmp_path / "all" / label / "patient1")
    cohort = found(tmp_path / "all")
    assert cohort.label_counts() == {"sick": 2, "well": 2}
    assert {Path(file.path).name for file in cohort.unreadable} == {"IM3"}


def test_a_disc_inside_another_folder_is_opened_too(disc: Path, tmp_path: Path) -> None:
    assert len(found(tmp_path).cases) == 2


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_names_that_lead_out_of_the_folder_are_no_names(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    (tmp_path / "disc").mkdir()
    (tmp_path / "disc" / "IM1").write_text("x")
    path = contents(
        tmp_path / "disc" / "DICOMDIR",
        ["..", "secret"],
        "../secret",
        str(tmp_path / "secret"),
        "IM1",
    )
    assert referenced_files(path) == ([tmp_path / "disc" / "IM1"], [])


def test_without_use_the_folder_is_searched_as_ever(disc: Path) -> None:
    (disc / "DICOMDIR").write_text("not a table of contents")
    cohort = found(disc)
    assert len(cohort.cases) == 3
    assert {Path(file.path).name for file in cohort.unreadable} == {
        "DICOMDIR", "VIEWER.EXE", "help.txt",
    }  # fmt: skip
    with pytest.raises(UnreadableFile):
        referenced_files(disc / "DICOMDIR")


def test_a_dicomdir_that_names_nothing_is_unreadable(tmp_path: Path) -> None:
    path = contents(tmp_path / "DICOMDIR")
    with pytest.raises(UnreadableFile, match="names no files"):
        referenced_files(path)
    assert is_dicomdir(Path("x/dicomdir."))
    assert not is_dicomdir(Path("x/dicomdir.txt"))


def test_the_disc_of_pydicom_opens() -> None:
    path = Path(str(get_testdata_file("DICOMDIR")))
    cohort = found(path)
    assert cohort.cases
    assert all(Path(case.path).is_relative_to(path.parent) for case in cohort.cases)
