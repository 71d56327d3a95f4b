"""Facts are read once, kept by content of the file, and a broken cache only costs time."""

import os
from pathlib import Path

import numpy as np
import pytest
from pictures import opened, picture, write, write_cohort

from precmed_gui.cohorts import image_facts as module
from precmed_gui.cohorts.image_facts import ImageFacts, image_facts
from precmed_gui.cohorts.picture_facts import fingerprint, picture_facts
from precmed_gui.diagnosis.cases import Cohort, with_excluded
from precmed_gui.diagnosis.work import Cancelled, NeverCancelled, Step, ignore
from precmed_gui.learning import decoded
from precmed_gui.places import cache_folder


def facts(cohort: Cohort) -> ImageFacts:
    return image_facts(cohort, ignore, NeverCancelled())


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each picture that is looked at."""
    count: list[int] = []

    def counted(image: np.ndarray) -> np.ndarray:
        count.append(1)
        return picture_facts(image)

    monkeypatch.setattr(module, "picture_facts", counted)
    return count


def test_the_figures_of_a_picture() -> None:
    pixels = np.zeros((40, 60), np.uint8)
    pixels[:, 30:] = 255
    row = picture_facts(pixels)
    assert (row["width"], row["height"]) == (60, 40)
    assert row["mean"] == pytest.approx(0.5)
    assert row["spread"] == pytest.approx(0.5)
    assert (row["black"], row["white"]) == (0.5, 0.5)
    assert row["is_grey"]
    assert not row["is_wide"]


def test_grey_in_three_channels_is_grey_and_a_tint_is_not() -> None:
    grey = np.stack([picture(1)] * 3, axis=2)
    assert picture_facts(grey)["is_grey"]
    grey[5, 5, 0] ^= 1
    assert not picture_facts(grey)["is_grey"]


def test_twelve_bits_in_sixteen_look_like_eight() -> None:
    eight, twelve = picture_facts(picture(1)), picture_facts(picture(1).astype(np.uint16) * 16)
    assert twelve["is_wide"]
    assert twelve["mean"] == pytest.approx(float(eight["mean"]), abs=0.01)
    assert np.array_equal(twelve["miniature"], eight["miniature"])


def test_dark_pictures_keep_their_detail_in_the_miniature() -> None:
    dark = picture_facts((picture(1) // 16).astype(np.uint8))
    assert dark["miniature"].std() > 20


def test_the_fingerprint_is_of_pixels_and_the_same_as_that_of_a_training() -> None:
    assert fingerprint(picture(1)) == fingerprint(picture(1).copy())
    assert fingerprint(picture(1)) != fingerprint(picture(2))
    assert fingerprint(np.zeros((2, 8), np.uint8)) != fingerprint(np.zeros((4, 4), np.uint8))
    assert decoded.fingerprint is fingerprint


def test_a_second_look_reads_nothing_and_says_the_same(tmp_path: Path, read: list[int]) -> None:
    cohort = opened(write_cohort(tmp_path / "c", 6))
    first = facts(cohort)
    assert len(read) == 12
    second = facts(cohort)
    assert len(read) == 12
    assert first.table.tobytes() == second.table.tobytes()


def test_a_changed_file_is_read_again(tmp_path: Path, read: list[int]) -> None:
    cohort = opened(write_cohort(tmp_path / "c", 6))
    before = facts(cohort)
    path = write(tmp_path / "c", "ill/i03.png", picture(500))
    os.utime(path, (1, 1))
    after = facts(cohort)
    assert len(read) == 13
    changed = [a != b for a, b in zip(before.fingerprints, after.fingerprints, strict=True)]
    assert sum(changed) == 1


def test_excluded_cases_are_not_looked_at(tmp_path: Path, read: list[int]) -> None:
    cohort = opened(write_cohort(tmp_path / "c", 6))
    found = facts(with_excluded(cohort, [cohort.cases[0].key]))
    assert len(read) == len(found.cases) == 11


def test_a_damaged_cache_is_made_anew(tmp_path: Path, read: list[int]) -> None:
    cohort = opened(write_cohort(tmp_path / "c", 4))
    facts(cohort)
    for file in (cache_folder() / "facts").iterdir():
        file.write_bytes(b"no database" * 100)
    assert len(facts(cohort).cases) == 8
    facts(cohort)
    assert len(read) == 16


def test_the_cache_is_bounded(
    tmp_path: Path, read: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("precmed_gui.cohorts.facts_cache.MOST_ROWS", 5)
    cohort = opened(write_cohort(tmp_path / "c", 6))
    facts(cohort)
    facts(cohort)
    assert len(read) == 12 + 7


def test_what_cannot_be_decoded_is_named_with_its_reason(tmp_path: Path) -> None:
    folder = write_cohort(tmp_path / "c", 6)
    whole = (folder / "ill" / "i02.png").read_bytes()
    (folder / "ill" / "i02.png").write_bytes(whole[: len(whole) // 2])
    cohort = opened(folder)
    assert len(cohort.cases) == 12
    found = facts(cohort)
    assert [Path(file.path).name for file in found.unreadable] == ["i02.png"]
    assert found.unreadable[0].reason
    assert len(found.cases) == len(found.table) == 11


def test_what_was_read_before_a_stop_is_kept(tmp_path: Path, read: list[int]) -> None:
    cohort = opened(write_cohort(tmp_path / "c", 6))

    class StopAfterFive(NeverCancelled):
        def raise_if_set(self) -> None:
            if len(read) == 5:
                raise Cancelled

    with pytest.raises(Cancelled):
        image_facts(cohort, ignore, StopAfterFive())
    read.clear()
    facts(cohort)
    assert len(read) == 7


def test_progress_is_reported(tmp_path: Path) -> None:
    events: list[object] = []
    image_facts(opened(write_cohort(tmp_path / "c", 3)), events.append, NeverCancelled())
    steps = [event for event in events if isinstance(event, Step)]
    assert (steps[-1].done, steps[-1].total) == (6, 6)
