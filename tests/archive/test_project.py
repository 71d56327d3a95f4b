"""A project keeps every change, both ways; whatever cannot be kept or read ends in a sentence."""

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from precmed_gui.archive import project_history
from precmed_gui.archive.project import Project, open_project
from precmed_gui.archive.project_file import DamagedProject, LockedProject, NewerProject
from precmed_gui.diagnosis.cases import (
    Case,
    Cohort,
    Unreadable,
    make_cohort,
    with_label,
    with_unreadable,
    without,
)
from precmed_gui.diagnosis.errors import FailedStorage

CASES = [
    Case(f"/a/{n}.png", label="well", patient=f"p{n}", traits=(("sex", "F"),)) for n in range(40)
]
COHORT = make_cohort(CASES, modality="imaging", name="胸")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "project.sqlite"


@pytest.fixture
def project(path: Path) -> Iterator[Project]:
    project = open_project(path)
    yield project
    project.close()


def relabelled(cohort: Cohort, number: int, label: str) -> Cohort:
    return with_label(cohort, [CASES[number].key], label)


def with_labels(project: Project, count: int) -> list[Cohort]:
    """Add the cohort, then give `count` labels; the cohorts after each."""
    project.record("Add", COHORT)
    states = [COHORT]
    for number in range(count):
        states.append(relabelled(states[-1], number % 40, f"class {number % 5}"))
        project.record(f"Label {number}", states[-1])
    return states


def test_a_new_project_is_empty(project: Project) -> None:
    assert project.cohort == Cohort()
    assert project.is_new
    assert project.undo_texts == project.redo_texts == []
    assert project.undo() == project.redo() == Cohort()


def test_everything_is_there_after_reopening_and_can_be_undone_and_done_again(
    project: Project, path: Path
) -> None:
    states = with_labels(project, 30)
    project.close()
    project = open_project(path)
    assert project.cohort == states[-1]
    assert project.undo_texts == ["Add", *(f"Label {n}" for n in range(30))]
    assert [project.undo() for _ in range(31)] == [*states[-2::-1], Cohort()]
    assert project.undo() == Cohort()
    project.close()
    project = open_project(path)
    assert project.cohort == Cohort()
    assert project.redo_texts[0] == "Add"
    assert [project.redo() for _ in range(31)] == states
    assert project.redo() == states[-1]
    project.close()


def test_a_change_after_undo_drops_what_was_undone(project: Project, path: Path) -> None:
    states = with_labels(project, 3)
    project.undo()
    project.undo()
    after = without(states[1], [CASES[5].key])
    project.record("Remove", after)
    assert project.redo_texts == []
    project.close()
    project = open_project(path)
    assert project.undo_texts == ["Add", "Label 0", "Remove"]
    assert project.redo() == after
    assert project.undo() == states[1]
    project.close()


def test_a_change_without_a_text_goes_with_the_one_before(project: Project) -> None:
    states = with_labels(project, 1)
    listed = with_unreadable(states[-1], [Unreadable("/a/x", "It is empty.")])
    project.record("", listed)
    project.record("Clear", Cohort())
    assert project.undo_texts == ["Add", "Label 0", "Clear"]
    assert project.undo() == listed
    assert project.undo() == states[0]
    assert project.redo() == listed
    assert project.redo_texts == ["Clear"]


def test_drawn_walks_through_the_history_agree_with_a_list_of_cohorts(
    project: Project, path: Path
) -> None:
    drawn = random.Random(4)
    states, place = [Cohort()], 0
    for step in range(120):
        choice = drawn.random()
        if choice < 0.5:
            cohort = relabelled(states[place], drawn.randrange(40), str(step))
            if not states[place].cases or drawn.random() < 0.1:
                cohort = COHORT if not states[place].cases else Cohort()
            project.record(str(step), cohort)
            states, place = [*states[: place + 1], cohort], place + 1
        elif choice < 0.75:
            place = max(0, place - 1)
            assert project.undo() == states[place]
        elif choice < 0.95:
            place = min(len(states) - 1, place + 1)
            assert project.redo() == states[place]
        else:
            project.close()
            project = open_project(path)
        assert project.cohort == states[place]
        assert len(project.undo_texts) == place
        assert len(project.redo_texts) == len(states) - 1 - place
    project.close()


def test_a_long_history_is_opened_from_a_snapshot_and_undone_beyond_it(
    project: Project, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project_history, "SNAPSHOT_EVERY", 10)
    states = with_labels(project, 25)
    for _round in range(2):
        project.close()
        project = open_project(path)
        assert project.cohort == states[-1]
    assert [project.undo() for _ in range(20)] == states[-2:-22:-1]
    project.close()
    project = open_project(path)
    assert project.cohort == states[-21]
    project.record("New", Cohort())
    project.close()
    project = open_project(path)
    assert project.cohort == Cohort()
    assert project.undo() == states[-21]
    project.close()


def test_where_the_user_was_is_kept_by_name(project: Project, path: Path) -> None:
    project.keep_view({"filter": "肺炎 \udcff", "order": "size"})
    project.keep_view({"order": "patient"})
    project.close()
    project = open_project(path)
    assert project.view() == {"filter": "肺炎 \udcff", "order": "patient"}
    project.forget_view()
    assert project.view() == {}
    project.close()


def test_what_files_contain_is_kept_by_path(project: Project, path: Path) -> None:
    contents = {"/a/1.png": b"one", "/a/\udcff.png": b"two"}
    project.keep_contents(contents)
    project.keep_contents({"/a/1.png": b"three"})
    project.close()
    project = open_project(path)
    assert project.contents() == contents | {"/a/1.png": b"three"}
    project.close()


def test_two_windows_cannot_work_on_one_project(project: Project, path: Path) -> None:
    with pytest.raises(LockedProject) as refused:
        open_project(path)
    assert refused.value.hint
    project.close()
    open_project(path).close()


def test_a_full_disk_refuses_the_change_and_keeps_all_before(project: Project, path: Path) -> None:
    states = with_labels(project, 2)
    pages = project._connection.execute("PRAGMA page_count").fetchone()[0]
    project._connection.execute(f"PRAGMA max_page_count = {pages}")
    other = make_cohort(
        [Case(f"/{random.Random(n).random()}") for n in range(3000)], modality="imaging", name="x"
    )
    with pytest.raises(FailedStorage, match="disk is full") as refused:
        project.record("Too much", other)
    assert refused.value.hint
    assert project.cohort == states[-1]
    assert project.undo_texts[-1] == "Label 1"
    project._connection.execute("PRAGMA max_page_count = 100000")
    project.record("Now", other)
    project.close()
    project = open_project(path)
    assert project.cohort == other
    assert project.undo() == states[-1]
    project.close()


def test_a_disk_that_cannot_be_written_to_refuses_the_change(project: Project) -> None:
    states = with_labels(project, 1)
    project._connection.execute("PRAGMA query_only = ON")
    for attempt in (lambda: project.record("x", Cohort()), project.undo):
        with pytest.raises(FailedStorage) as refused:
            attempt()
        assert refused.value.hint
    assert project.cohort == states[-1]
    project._connection.execute("PRAGMA query_only = OFF")
    assert project.undo() == states[0]


def test_a_folder_that_cannot_be_written_to_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(FailedStorage) as refused:
        open_project(tmp_path / "file" / "project.sqlite")
    assert refused.value.hint


@pytest.mark.parametrize("content", [b"Dear colleague, " * 400, b"SQLite format 3\0" + b"x" * 5000])
def test_what_is_no_project_is_refused(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(DamagedProject):
        open_project(path)
    assert path.read_bytes() == content


def test_another_programs_database_is_refused(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE theirs (x)")
    other.close()
    with pytest.raises(DamagedProject):
        open_project(path)


def test_a_project_of_a_newer_version_is_refused_and_left_alone(
    project: Project, path: Path
) -> None:
    project.close()
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA user_version = 99")
    other.close()
    before = path.read_bytes()
    with pytest.raises(NewerProject):
        open_project(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE edits SET change = CAST(replace(change, 'class 1', 'class 2') AS BLOB)",
        "UPDATE edits SET text = '\"Other\"' WHERE number = 3",
        "DELETE FROM edits WHERE number = 5",
        "DELETE FROM edits WHERE number = (SELECT max(number) FROM edits)",
        "UPDATE place SET number = number - 1",
        "DELETE FROM place",
        "DROP TABLE edits",
    ],
)
def test_a_changed_history_is_noticed(project: Project, path: Path, statement: str) -> None:
    with_labels(project, 12)
    project.close()
    with sqlite3.connect(path) as other:
        other.execute(statement)
    other.close()
    with pytest.raises(DamagedProject):
        open_project(path)


@pytest.mark.parametrize("seed", range(40))
def test_a_flipped_bit_never_changes_the_cohort_unnoticed(
    project: Project, path: Path, seed: int
) -> None:
    states = with_labels(project, 12)
    project.close()
    content = bytearray(path.read_bytes())
    place = random.Random(seed).randrange(len(content))
    content[place] ^= 1 << seed % 8
    path.write_bytes(content)
    try:
        project = open_project(path)
    except (DamagedProject, NewerProject):
        return
    assert project.cohort == states[-1]
    assert project.undo() == states[-2]
    project.close()
