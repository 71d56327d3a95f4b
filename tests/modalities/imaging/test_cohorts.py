"""What a user drops becomes the cohort that its folders describe."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.diagnosis.errors import UnfitCohort, UnreadableFile
from precmed_gui.diagnosis.work import Cancelled, NeverCancelled, Step, ignore
from precmed_gui.modalities import open_cohort
from precmed_gui.modalities.imaging import MODALITY


def image(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (8, 8), 99).save(path)
    return path


def found(*paths: Path) -> Cohort:
    return MODALITY.find_cases(list(paths), ignore, NeverCancelled())


def placed(cohort: Cohort) -> dict[str, tuple[str | None, str | None]]:
    return {Path(case.path).name: (case.label, case.part) for case in cohort.cases}


def test_each_sub_folder_is_a_class(tmp_path: Path) -> None:
    for name in ("grade 10/b.png", "grade 10/deep/er/c.png", "grade 2/a.png"):
        image(tmp_path / "chest" / name)
    cohort = found(tmp_path / "chest")
    assert cohort.name == "chest"
    assert cohort.label_order == ("grade 2", "grade 10")
    assert placed(cohort) == {
        "a.png": ("grade 2", None),
        "b.png": ("grade 10", None),
        "c.png": ("grade 10", None),
    }
    assert all(Path(case.path).is_absolute() for case in cohort.cases)


@pytest.mark.parametrize(
    ("train", "validation", "test"),
    [("train", "val", "test"), ("Training", "Validation", "TESTING"), ("train", "valid", "test")],
)
def test_a_given_division_is_kept(tmp_path: Path, train: str, validation: str, test: str) -> None:
    for part in (train, validation, test):
        for label in ("sick", "well"):
            image(tmp_path / "wrapper" / "data" / part / label / f"{part}-{label}.png")
    cohort = found(tmp_path / "wrapper")
    assert cohort.has_given_split
    assert placed(cohort) == {
        f"{name}-{label}.png": (label, part)
        for name, part in ((train, "train"), (validation, "validation"), (test, "test"))
        for label in ("sick", "well")
    }


def test_a_class_has_no_characters_that_turn_text_round(tmp_path: Path) -> None:
    marks = "".join(chr(code) for code in (0x200E, 0x200F, 0x202A, 0x202E, 0x2066, 0x2069))
    image(tmp_path / "x" / f"sick{marks}" / "a.png")
    image(tmp_path / "x" / "sick" / "b.png")
    image(tmp_path / "x" / "well 油" / "c.png")
    image(tmp_path / "x" / marks / "d.png")
    cohort = found(tmp_path / "x")
    assert set(cohort.label_order) == {"sick", "well 油"}
    assert {case.name: case.label for case in cohort.cases}["d.png"] is None


def test_the_folders_of_a_division_may_be_dropped_side_by_side(tmp_path: Path) -> None:
    image(tmp_path / "train" / "sick" / "a.png")
    image(tmp_path / "test" / "sick" / "b.png")
    cohort = found(tmp_path / "train", tmp_path / "test")
    assert placed(cohort) == {"a.png": ("sick", "train"), "b.png": ("sick", "test")}


def test_what_lies_beside_a_division_is_listed(tmp_path: Path) -> None:
    for name in ("train/sick/a.png", "test/sick/b.png", "copy/sick/c.png"):
        image(tmp_path / "chest" / name)
    cohort = found(tmp_path / "chest")
    assert set(placed(cohort)) == {"a.png", "b.png"}
    assert [Path(file.path).name for file in cohort.unreadable] == ["copy"]


def test_class_folders_dropped_together_are_classes(tmp_path: Path) -> None:
    image(tmp_path / "x" / "sick" / "a.png")
    image(tmp_path / "x" / "well" / "b.png")
    cohort = found(tmp_path / "x" / "sick", tmp_path / "x" / "well")
    assert placed(cohort) == {"a.png": ("sick", None), "b.png": ("well", None)}
    assert cohort.name == "x"


def test_loose_files_and_one_folder_of_images_have_no_class(tmp_path: Path) -> None:
    a, b = image(tmp_path / "loose" / "a.png"), image(tmp_path / "loose" / "b.png")
    assert placed(found(a, b)) == {"a.png": (None, None), "b.png": (None, None)}
    assert placed(found(tmp_path / "loose")) == {"a.png": (None, None), "b.png": (None, None)}


def test_names_sort_as_people_count(tmp_path: Path) -> None:
    for number in (10, 9, 1):
        image(tmp_path / f"image{number}.png")
    names = [Path(case.path).name for case in found(tmp_path).cases]
    assert names == ["image1.png", "image9.png", "image10.png"]


def test_unreadable_files_are_listed_and_the_litter_of_systems_is_not(tmp_path: Path) -> None:
    image(tmp_path / "sick" / "a.png")
    image(tmp_path / "well" / "b.png")
    for litter in ("Thumbs.db", ".DS_Store", "desktop.ini", "._a.png", "ABOUT.txt"):
        (tmp_path / "sick" / litter).write_text("x")
    image(tmp_path / "__MACOSX" / "sick" / "a.png")
    image(tmp_path / ".hidden" / "c.png")
    (tmp_path / "well" / "table.csv").write_text("a,b")  # no litter: the table dialog offers it
    (tmp_path / "well" / "notes.doc").write_text("a,b")
    (tmp_path / "well" / "text.png").write_text("no")
    cohort = found(tmp_path)
    assert len(cohort.cases) == 2
    assert {Path(file.path).name for file in cohort.unreadable} == {"notes.doc", "text.png"}
    assert all(file.reason for file in cohort.unreadable)


def test_an_empty_folder_and_a_missing_path_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty" / "inside").mkdir(parents=True)
    with pytest.raises(UnfitCohort, match="no images in “empty”"):
        found(tmp_path / "empty")
    with pytest.raises(UnfitCohort, match="does not exist") as refused:
        found(tmp_path / "gone")
    assert refused.value.hint


def test_a_missing_file_among_good_ones_is_listed(tmp_path: Path) -> None:
    cohort = found(image(tmp_path / "a.png"), tmp_path / "gone.png")
    assert len(cohort.cases) == 1
    assert [Path(file.path).name for file in cohort.unreadable] == ["gone.png"]


def test_loops_of_links_end(tmp_path: Path) -> None:
    image(tmp_path / "sick" / "a.png")
    (tmp_path / "sick" / "again").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "sick" / "self").symlink_to(tmp_path / "sick" / "self")
    assert len(found(tmp_path).cases) == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes in folders")
def test_pipes_are_not_waited_for(tmp_path: Path) -> None:
    image(tmp_path / "a.png")
    os.mkfifo(tmp_path / "b.png")
    assert len(found(tmp_path).cases) == 1


def test_progress_is_counted_and_stop_stops(tmp_path: Path) -> None:
    class Stopped(NeverCancelled):
        def raise_if_set(self) -> None:
            raise Cancelled

    for number in range(30):
        image(tmp_path / f"{number}.png")
    events: list[object] = []
    MODALITY.find_cases([tmp_path], events.append, NeverCancelled())
    last = events[-1]
    assert isinstance(last, Step)
    assert (last.done, last.total) == (30, 30)
    with pytest.raises(Cancelled):
        MODALITY.find_cases([tmp_path], ignore, Stopped())


def test_an_npz_brings_its_own_classes_and_parts(tmp_path: Path) -> None:
    images = np.zeros((3, 8, 8), np.uint8)
    np.savez(
        tmp_path / "d.npz", train_images=images, train_labels=np.array([[1], [0], [10]]),
        test_images=images[:1], test_labels=np.array([[0]]),
    )  # fmt: skip
    cohort = found(tmp_path / "d.npz")
    assert cohort.label_order == ("0", "1", "10")
    assert [(case.item, case.label, case.part) for case in cohort.cases] == [
        ("train_images/0", "1", "train"),
        ("train_images/1", "0", "train"),
        ("train_images/2", "10", "train"),
        ("test_images/0", "0", "test"),
    ]


@pytest.mark.shared
def test_a_real_cohort_of_5216_files_is_found(shared_data: Path) -> None:
    cohort = found(shared_data / "images" / "chest_xray_224")
    assert cohort.label_counts() == {"NORMAL": 1341, "PNEUMONIA": 3875}


@pytest.mark.shared
def test_a_real_dicom_series_is_one_case_of_one_patient(shared_data: Path) -> None:
    cohort = found(shared_data / "dicom" / "mr_t1w_series")
    (case,) = cohort.cases
    assert (case.slices, cohort.patient_count, case.trait("modality")) == (48, 1, "MR")
    assert [Path(file).name for file in case.files] == [f"N2D_{n:04}.dcm" for n in range(8, 385, 8)]
    assert case.path == case.files[0]


@pytest.mark.shared
@pytest.mark.parametrize("folder", ["malformed/pillow", "images/brain_mri_messy"])
def test_every_messy_file_becomes_a_picture_or_a_reason(shared_data: Path, folder: str) -> None:
    cohort = found(shared_data / folder)
    refused: list[str] = []
    for case in cohort.cases:
        try:
            assert MODALITY.read(case).size > 0
        except UnreadableFile as error:
            refused.append(error.message)
    assert all([*refused, *(file.reason for file in cohort.unreadable)])
    assert (
        len(cohort.cases) - len(refused)
        == {"malformed/pillow": 24, "images/brain_mri_messy": 253}[folder]
    )


def _images(folder: Path, count: int) -> None:
    folder.mkdir(parents=True)
    for number in range(count):
        Image.new("L", (32, 32), number).save(folder / f"{number}.png")


def _labels_of(*folders: Path) -> dict[str, int]:
    return open_cohort([str(f) for f in folders], ignore, NeverCancelled()).label_counts()


def test_class_folders_dropped_together_keep_their_names_however_deep_the_images(
    tmp_path: Path,
) -> None:
    for label in ("ill", "well"):
        _images(tmp_path / "wrapped" / label / "images", 4)
        for patient in ("pat0", "pat1", "pat2"):
            _images(tmp_path / "patients" / label / patient, 2)
    for home in ("wrapped", "patients"):
        dropped = _labels_of(tmp_path / home / "ill", tmp_path / home / "well")
        assert dropped == _labels_of(tmp_path / home)
        assert list(dropped) == ["ill", "well"]


def test_two_cohorts_with_the_same_classes_become_one(tmp_path: Path) -> None:
    for hospital in ("north", "south"):
        for label in ("ill", "well"):
            _images(tmp_path / hospital / label, 6)
    assert _labels_of(tmp_path / "north", tmp_path / "south") == {"ill": 12, "well": 12}


def test_parts_dropped_one_after_the_other_stay_parts(tmp_path: Path) -> None:
    for part in ("train", "test"):
        for label in ("ill", "well"):
            _images(tmp_path / part / label, 2)
    cohort = open_cohort([str(tmp_path / "test")], ignore, NeverCancelled())
    assert {case.part for case in cohort.cases} == {"test"}
    assert cohort.label_counts() == {"ill": 2, "well": 2}
