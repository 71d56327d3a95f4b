"""A saved cohort comes back as it was; anything else is refused in words."""

import json
import pickle
from functools import partial
from pathlib import Path

import pytest

from precmed_gui.archive.cohort_file import (
    load_cohort,
    load_cohort_work,
    save_cohort,
    save_cohort_work,
)
from precmed_gui.diagnosis.cases import Case, Cohort, Unreadable
from precmed_gui.diagnosis.errors import FailedStorage, PrecmedError
from precmed_gui.diagnosis.work import NeverCancelled, ignore

COHORT = Cohort(
    name="Röntgen 胸",
    cases=(
        Case("/a/b.png", label="sick", patient="7", part="test"),
        Case("/a/c.npz", item="x_test/1", label="well"),
        Case("/a/c.dcm", traits=(("sex", "F"), ("age", "65+"), ("site", "胸科医院"))),
        Case("/a/d.png", is_excluded=True),
        Case("/a/s/1.dcm", slices=2, files=("/a/s/1.dcm", "/a/s/2.dcm")),
        Case("/a/film.dcm", slices=30),
        Case("/a/\udcff.png"),
    ),
    unreadable=(Unreadable("/a/e.txt", "It is not an image."),),
    label_order=("well", "sick"),
)


def test_a_cohort_comes_back_as_it_was(tmp_path: Path) -> None:
    save_cohort(COHORT, tmp_path / "a.json")
    assert load_cohort(tmp_path / "a.json") == COHORT


def test_a_cohort_saved_before_there_were_traits_opens(tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    path.write_text(
        '{"kind": "precmed-cohort", "format": 1, "modality": "imaging", "name": "x", '
        '"label_order": ["ill"], "unreadable": [], '
        '"cases": [["/a/b.png", "", "ill", "7", "test"], ["/a/c.png", "", null, "", null]]}'
    )
    cohort = load_cohort(path)
    assert cohort.cases == (Case("/a/b.png", "", "ill", "7", "test"), Case("/a/c.png"))
    save_cohort(cohort, path)
    assert load_cohort(path) == cohort


def test_a_cohort_saved_before_there_were_slices_opens(tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    path.write_text(
        '{"kind": "precmed-cohort", "format": 2, "modality": "imaging", "name": "x", '
        '"label_order": ["ill"], "unreadable": [], '
        '"cases": [["/a/b.png", "", "ill", "7", "test", [["sex", "F"]]]]}'
    )
    assert load_cohort(path).cases == (
        Case("/a/b.png", "", "ill", "7", "test", traits=(("sex", "F"),)),
    )


def test_both_are_work(tmp_path: Path) -> None:
    path = str(tmp_path / "a.json")
    for work, result in (
        (partial(save_cohort_work, COHORT, path), path),
        (partial(load_cohort_work, path), COHORT),
    ):
        assert pickle.loads(pickle.dumps(work))(ignore, NeverCancelled()) == result


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", '{"kind": "other"}', '{"kind": "precmed-cohort", "format": 99}',
        '{"kind": "precmed-cohort", "format": 1}', '{"kind": "precmed-cohort", "format": 3}',
        "[" * 100_000, "\x00\xff",
    ],
)  # fmt: skip
def test_foreign_and_damaged_files_are_refused_with_a_hint(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(PrecmedError) as refused:
        load_cohort(path)
    assert "a.json" in refused.value.message
    assert refused.value.hint


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cases", [["/a", "", None, "", None]]),
        ("cases", [["/a", "", None, "", "tomorrow", [], 1, [], False]]),
        ("cases", [[1, "", None, "", None, [], 1, [], False]]),
        (
            "cases",
            [
                ["/a", "", None, "", None, [], 1, [], False],
                ["/a", "", None, "", None, [], 1, [], False],
            ],
        ),
        ("cases", [["/a", "", "unknown", "", None, [], 1, [], False]]),
        ("cases", [["/a", "", None, "", None, [["sex"]], 1, [], False]]),
        ("cases", [["/a", "", None, "", None, [["sex", 1]], 1, [], False]]),
        ("cases", [["/a", "", None, "", None, [["sex", ""]], 1, [], False]]),
        ("cases", [["/a", "", None, "", None, [["sex", "F"], ["sex", "M"]], 1, [], False]]),
        ("cases", [["/a", "", None, "", None, [], 0, [], False]]),
        ("cases", [["/a", "", None, "", None, [], True, [], False]]),
        ("cases", [["/a", "", None, "", None, [], 2, ["/a"], False]]),
        ("cases", [["/a", "", None, "", None, [], 2, ["/b", "/a"], False]]),
        ("cases", [["/a", "", None, "", None, [], 1, [3], False]]),
        ("cases", [["/a", "", None, "", None, [], 1, [], 0]]),
        ("label_order", 3),
        ("unreadable", [["/a"]]),
    ],
)
def test_a_cohort_that_contradicts_itself_is_refused(
    tmp_path: Path, name: str, value: object
) -> None:
    path = tmp_path / "a.json"
    save_cohort(COHORT, path)
    document = json.loads(path.read_text(errors="surrogateescape"))
    document[name] = value
    path.write_text(json.dumps(document))
    with pytest.raises(PrecmedError, match="damaged"):
        load_cohort(path)


def test_a_folder_that_cannot_be_written_keeps_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("keep")
    with pytest.raises(FailedStorage):
        save_cohort(COHORT, tmp_path / "file" / "a.json")
    assert (tmp_path / "file").read_text() == "keep"
    with pytest.raises(PrecmedError, match="cannot be opened"):
        load_cohort(tmp_path / "gone.json")
