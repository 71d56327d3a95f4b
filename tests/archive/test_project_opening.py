"""There is always a project to work in, and the user is told what is not as usual."""

import sqlite3
from pathlib import Path

import pytest

from precmed_gui.archive.cohort_file import save_cohort
from precmed_gui.archive.project import open_project
from precmed_gui.archive.project_opening import LAST_COHORT_NAME, PROJECT_NAME, open_kept
from precmed_gui.diagnosis.cases import Case, Cohort, make_cohort, with_label

COHORT = make_cohort(
    [Case(f"/a/{n}.png", label="well") for n in range(9)], modality="imaging", name="胸"
)
SICK = with_label(COHORT, ["/a/3.png"], "sick")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def work_on(home: Path) -> None:
    project = open_kept(home).project
    project.record("Add", COHORT)
    project.record("Label", SICK)
    project.close()


def test_a_project_is_made_once_and_opened_again(home: Path) -> None:
    work_on(home)
    opening = open_kept(home)
    assert (opening.message, opening.hint) == ("", "")
    assert opening.project.path == home / PROJECT_NAME
    assert opening.project.cohort == SICK
    opening.project.close()


def test_a_second_window_keeps_its_images_apart_and_finds_them_again(home: Path) -> None:
    work_on(home)
    first, second = open_kept(home), open_kept(home)
    assert "Another window" in second.message
    assert second.hint
    assert second.project.cohort == Cohort()
    second.project.record("Add", COHORT)
    second.project.close()
    second = open_kept(home)
    assert second.project.cohort == COHORT
    assert first.project.cohort == SICK
    third = open_kept(home)
    assert third.project.is_new
    for opening in (first, second, third):
        opening.project.close()


def test_what_is_no_project_is_set_aside_and_an_empty_one_begun(home: Path) -> None:
    home.mkdir()
    (home / PROJECT_NAME).write_bytes(b"no database " * 900)
    opening = open_kept(home)
    assert opening.project.cohort == Cohort()
    aside = next(home.glob("*.damaged-*"))
    assert aside.name in opening.message
    assert opening.hint
    assert aside.read_bytes() == b"no database " * 900
    opening.project.record("Add", COHORT)
    opening.project.close()
    opening = open_kept(home)
    assert opening.project.cohort == COHORT
    assert not opening.message
    opening.project.close()


def test_of_a_damaged_project_the_changes_before_the_damage_are_saved(home: Path) -> None:
    work_on(home)
    with sqlite3.connect(home / PROJECT_NAME) as other:
        other.execute("UPDATE edits SET seal = zeroblob(32) WHERE number = 2")
    other.close()
    opening = open_kept(home)
    assert opening.project.cohort == COHORT
    assert "first 1 change" in opening.hint
    assert opening.project.undo() == Cohort()
    assert open_project(home / PROJECT_NAME.replace("project", "other")).is_new
    assert len(list(home.glob("*.damaged-*.sqlite"))) == 1
    opening.project.close()


def test_a_newer_versions_project_stays_and_another_is_worked_on(home: Path) -> None:
    work_on(home)
    with sqlite3.connect(home / PROJECT_NAME) as other:
        other.execute("PRAGMA user_version = 99")
    other.close()
    before = (home / PROJECT_NAME).read_bytes()
    opening = open_kept(home)
    assert "newer version" in opening.message
    assert opening.project.path == home / "project-2.sqlite"
    opening.project.close()
    assert (home / PROJECT_NAME).read_bytes() == before


def test_without_a_place_to_write_one_works_in_memory_and_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    opening = open_kept(tmp_path / "file")
    assert opening.message
    assert opening.hint
    assert opening.project.path is None
    opening.project.record("Add", COHORT)
    assert opening.project.undo() == Cohort()


def test_a_project_that_can_only_be_read_is_shown(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work_on(home)
    from precmed_gui.archive import project_opening
    from precmed_gui.archive.project_file import unkept

    def refuse_home(path: Path | None) -> object:
        if path is not None and path.parent == home:
            raise unkept()
        return open_project(path)

    monkeypatch.setattr(project_opening, "open_project", refuse_home)
    opening = open_kept(home)
    assert opening.message
    assert opening.project.path is None
    assert opening.project.cohort == SICK
    assert opening.project.undo() == COHORT


def test_the_cohort_that_an_earlier_version_kept_is_taken_over_once(home: Path) -> None:
    home.mkdir()
    save_cohort(COHORT, home / LAST_COHORT_NAME)
    opening = open_kept(home)
    assert opening.project.cohort == COHORT
    assert not opening.message
    opening.project.record("Clear", Cohort())
    opening.project.close()
    assert not (home / LAST_COHORT_NAME).exists()
    opening = open_kept(home)
    assert opening.project.cohort == Cohort()
    assert opening.project.undo() == COHORT
    opening.project.close()


def test_a_damaged_last_cohort_is_left_alone(home: Path) -> None:
    home.mkdir()
    (home / LAST_COHORT_NAME).write_text("{")
    opening = open_kept(home)
    assert opening.project.is_new
    assert (home / LAST_COHORT_NAME).exists()
    opening.project.close()
