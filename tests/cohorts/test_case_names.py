from pathlib import Path

from precmed_gui.cohorts.case_names import (
    case_file,
    case_key,
    case_name,
    numbered_patients,
    source_folder_of,
)
from precmed_gui.diagnosis.cases import Case


def test_a_name_is_relative_and_leads_back_to_the_key() -> None:
    cases = (
        Case("/data/chest/normal/a.png"),
        Case("/data/chest/pneumonia/b #2.tif", item="page/2"),
        Case("/data/chest/all.npz", item="test_images/17"),
        Case("/data/chest/#7/x#1.png"),
    )
    folder = source_folder_of(cases)
    assert folder == str(Path("/data/chest"))
    names = [case_name(case, folder) for case in cases]
    assert names[:2] == ["normal/a.png", "pneumonia/b #2.tif#page/2"]
    assert [case_key(name, folder) for name in names] == [case.key for case in cases]
    assert [case_file(name, folder) for name in names] == [case.path for case in cases]


def test_a_file_outside_keeps_its_path() -> None:
    case = Case("/elsewhere/a.png")
    name = case_name(case, "/data/chest")
    assert case_key(name, "/data/chest") == case.key


def test_one_file_is_in_its_own_folder_and_none_in_no_folder() -> None:
    assert source_folder_of([Case("/data/one.npz", "a/1"), Case("/data/one.npz", "a/2")]) == "/data"
    assert source_folder_of([]) == ""


def test_patients_get_numbers_that_say_nothing_of_them() -> None:
    cases = [
        Case("/a", patient="Smith"),
        Case("/b"),
        Case("/c", patient="Smith"),
        Case("/d"),
        Case("/e", patient="Jones"),
    ]
    assert numbered_patients(cases) == ("1", "2", "1", "3", "4")
