"""Files that moved are found by what they contain, and nothing else is changed."""

import pickle
import shutil
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from precmed_gui.archive.moved_files import (
    contents_of,
    files_of,
    find_moved,
    missing_of,
    open_or_find,
    with_files_moved,
)
from precmed_gui.diagnosis.cases import Case, Cohort, make_cohort
from precmed_gui.diagnosis.work import Cancelled, NeverCancelled, ignore

NEVER = NeverCancelled()


class AtOnce(NeverCancelled):
    def is_set(self) -> bool:
        return True

    def raise_if_set(self) -> None:
        raise Cancelled


def write_images(folder: Path, count: int) -> list[str]:
    drawn = np.random.default_rng(5)
    folder.mkdir(parents=True)
    paths = [folder / f"{number}.png" for number in range(count)]
    for path in paths:
        Image.fromarray(drawn.integers(0, 255, (24, 24), np.uint8)).save(path)
    return [str(path) for path in paths]


def contents(paths: list[str]) -> dict[str, bytes]:
    return contents_of(tuple(paths), 60, ignore, NEVER)


def cohort_of(cases: list[Case]) -> Cohort:
    return make_cohort(cases, modality="imaging", name="x")


def test_renamed_and_moved_files_are_found_among_others(tmp_path: Path) -> None:
    olds = write_images(tmp_path / "old", 4)
    known = contents(olds)
    news = tmp_path / "new" / "deep"
    news.mkdir(parents=True)
    for number, path in enumerate(olds[:3]):
        Path(path).rename(news / f"scan {number}.png")
    (news / "other.png").write_bytes(b"x" * Path(olds[3]).stat().st_size)
    missing = missing_of(tuple(olds), ignore, NEVER)
    assert missing == tuple(olds[:3])
    wanted = {path: known[path] for path in missing}
    work = pickle.loads(pickle.dumps(partial(find_moved, str(tmp_path / "new"), wanted)))
    assert work(ignore, NEVER) == {
        path: str(news / f"scan {number}.png") for number, path in enumerate(olds[:3])
    }


def test_files_with_one_content_go_to_the_place_most_like_theirs(tmp_path: Path) -> None:
    for name in ("a/1.png", "a/2.png", "b/1.png"):
        (tmp_path / "old" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "old" / name).write_bytes(b"the same")
    olds = [str(path) for path in sorted((tmp_path / "old").rglob("*.png"))]
    known = contents(olds)
    shutil.move(tmp_path / "old", tmp_path / "new")
    found = find_moved(str(tmp_path / "new"), known, ignore, NEVER)
    assert found == {path: path.replace("/old/", "/new/") for path in olds}
    (tmp_path / "new" / "a" / "1.png").unlink()
    found = find_moved(str(tmp_path / "new"), known, ignore, NEVER)
    assert len(found) == len(set(found.values())) == 2


def test_looking_can_be_stopped(tmp_path: Path) -> None:
    olds = write_images(tmp_path / "old", 2)
    known = contents(olds)
    for work in (
        partial(find_moved, str(tmp_path), known),
        partial(missing_of, tuple(olds)),
        partial(contents_of, tuple(olds), 60),
    ):
        with pytest.raises(Cancelled):
            work(ignore, AtOnce())


def test_contents_come_in_portions_and_unreadable_files_are_empty(tmp_path: Path) -> None:
    olds = write_images(tmp_path / "old", 3)
    assert list(contents_of(tuple(olds), -1, ignore, NEVER)) == olds[:1]
    gone = str(tmp_path / "gone.png")
    assert contents([gone])[gone] == b""
    found = find_moved(str(tmp_path), {gone: b""}, ignore, NEVER)
    assert found == {}


def test_labels_stay_and_a_container_moves_with_all_its_images() -> None:
    cohort = cohort_of(
        [
            Case("/a/1.png", label="sick", patient="7", is_excluded=True),
            Case("/a/c.npz", item="x/1", label="sick"),
            Case("/a/c.npz", item="x/2", label="well"),
            Case("/a/2.png", label="well"),
        ]
    )
    after = with_files_moved(cohort, {"/a/1.png": "/b/one.png", "/a/c.npz": "/b/c.npz"})
    assert after.cases == (
        Case("/b/one.png", label="sick", patient="7", is_excluded=True),
        Case("/b/c.npz", item="x/1", label="sick"),
        Case("/b/c.npz", item="x/2", label="well"),
        cohort.cases[3],
    )


def test_a_series_moves_only_as_a_whole() -> None:
    files = tuple(f"/s/{number}.dcm" for number in range(3))
    cohort = cohort_of([Case(files[0], slices=3, files=files, label="sick")])
    assert files_of(cohort.cases) == files
    moved = {path: path.replace("/s/", "/t/") for path in files}
    after = with_files_moved(cohort, moved).cases[0]
    assert after.files == tuple(moved.values())
    assert after.path == after.files[0]
    assert after.label == "sick"
    del moved[files[1]]
    assert with_files_moved(cohort, moved) == cohort


def test_no_two_cases_become_one() -> None:
    cohort = cohort_of([Case("/a/1.png"), Case("/a/2.png"), Case("/b/1.png")])
    moved = {"/a/1.png": "/b/1.png", "/a/2.png": "/b/2.png"}
    after = with_files_moved(cohort, moved)
    assert [case.path for case in after.cases] == ["/a/1.png", "/b/2.png", "/b/1.png"]


def test_what_is_dropped_is_compared_with_what_is_missing(tmp_path: Path) -> None:
    olds = write_images(tmp_path / "old" / "dark", 3)
    known = contents(olds)
    shutil.move(tmp_path / "old", tmp_path / "new")
    extra = tmp_path / "new" / "dark" / "extra.png"
    Image.new("L", (24, 24)).save(extra)
    opened = open_or_find((str(tmp_path / "new"),), known, ignore, NEVER)
    assert opened.moved == {path: path.replace("/old/", "/new/") for path in olds}
    assert len(opened.cohort.cases) == 4
    copied = tmp_path / "copy"
    shutil.copytree(tmp_path / "new", copied)
    known = contents([str(path) for path in sorted((tmp_path / "new").rglob("*.png"))])
    assert open_or_find((str(copied),), known, ignore, NEVER).moved == {}
