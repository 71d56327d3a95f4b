import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from precmed_gui.cohorts.private_caches import keep_private
from precmed_gui.diagnosis.cases import Case, Cohort
from precmed_gui.diagnosis.errors import FailedStorage
from precmed_gui.diagnosis.work import Cancelled, NeverCancelled, Step, ignore
from precmed_gui.evaluation.figure_texts import bytes_text
from precmed_gui.learning import decoded as store
from precmed_gui.learning.brightness import training_full_scale, unit_factors
from precmed_gui.learning.decoded import DecodedImages, Frame, decoded
from precmed_gui.places import cache_folder


def decode(cases: tuple[Case, ...], size: int = 28) -> DecodedImages:
    return decoded(cases, Frame("imaging", size, 1), ignore, NeverCancelled())


def stores() -> list[Path]:
    folder = cache_folder() / "decoded"
    return sorted(folder.iterdir()) if folder.is_dir() else []


class CancelAfter:
    def __init__(self, polls: int) -> None:
        self._left = polls

    def is_set(self) -> bool:
        self._left -= 1
        return self._left < 0

    def raise_if_set(self) -> None:
        if self.is_set():
            raise Cancelled


def test_every_image_is_a_row_in_order(cohort: Cohort) -> None:
    images = decode(cohort.cases, size=32)
    third = np.asarray(Image.open(cohort.cases[3].path))
    assert images.pixels.shape == (60, 32, 32, 1)
    assert images.is_readable.all()
    assert np.array_equal(images.pixels[3, :, :, 0], third)
    assert images.highest[3] == third.max()


def test_a_second_reading_uses_the_store(cohort: Cohort) -> None:
    decode(cohort.cases)
    before = (stores()[0] / "pixels.npy").stat()
    steps: list[object] = []
    decoded(cohort.cases, Frame("imaging", 28, 1), steps.append, NeverCancelled())
    assert (stores()[0] / "pixels.npy").stat().st_ino == before.st_ino
    assert not steps


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("L", (32, 32), 10).save(path)
    assert decode((Case(str(path)),)).pixels.max() == 10
    Image.new("L", (40, 40), 200).save(path)
    assert decode((Case(str(path)),)).pixels.max() == 200


def test_what_cannot_be_read_is_listed_and_the_rest_goes_on(cohort: Cohort, tmp_path: Path) -> None:
    text = tmp_path / "text.png"
    text.write_text("no image")
    small = tmp_path / "small.png"
    Image.new("L", (9, 9)).save(small)
    images = decode((cohort.cases[0], Case(str(text)), Case(str(small)), cohort.cases[1]))
    assert images.is_readable.tolist() == [True, False, False, True]
    assert [Path(file.path).name for file in images.unreadable] == ["text.png", "small.png"]
    assert all(file.reason for file in images.unreadable)
    assert images.pixels[3].max() > 0


def test_sixteen_bits_stay_sixteen_bits_even_if_they_come_late(
    cohort: Cohort, tmp_path: Path
) -> None:
    wide = tmp_path / "wide.png"
    Image.fromarray(np.full((28, 28), 3000, np.uint16)).save(wide)
    images = decode((*cohort.cases[:3], Case(str(wide))))
    assert images.pixels.dtype == np.uint16
    assert images.pixels[3].max() == 3000
    assert images.is_wide.tolist() == [False, False, False, True]
    full = training_full_scale(images.is_wide, images.highest)
    assert full == 4095
    factors = unit_factors(images.is_wide, images.highest, full)
    assert factors == pytest.approx([1 / 255, 1 / 255, 1 / 255, 1 / 4095])


def test_images_of_the_other_depth_than_the_network_fill_the_same_range() -> None:
    factors = unit_factors(np.array([False, True, True]), np.array([200, 1000, 255]), 255)
    assert factors == pytest.approx([1 / 255, 1 / 1023, 1 / 255])


def test_eight_bit_images_end_at_255() -> None:
    assert training_full_scale(np.array([False, False]), np.array([40, 90])) == 255


def test_stopping_leaves_nothing_behind(cohort: Cohort) -> None:
    with pytest.raises(Cancelled):
        decoded(cohort.cases, Frame("imaging", 28, 1), ignore, CancelAfter(20))
    assert stores() == []


def test_a_full_disk_ends_in_words_and_leaves_nothing_behind(
    cohort: Cohort, full_disk: Callable[[int], AbstractContextManager[None]]
) -> None:
    with full_disk(20_000), pytest.raises(FailedStorage) as refusal:
        decode(cohort.cases)
    assert refusal.value.hint
    assert stores() == []


def test_a_disk_without_room_is_refused_with_figures_before_anything_is_read(
    cohort: Cohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(Path.cwd())._replace(free=70_000_000)
    monkeypatch.setattr(store.shutil, "disk_usage", lambda path: usage)
    needed = 67_108_864 + len(cohort.cases) * 1000**2
    reports: list[object] = []
    with pytest.raises(FailedStorage) as refusal:
        decoded(cohort.cases, Frame("imaging", 1000, 1), reports.append, NeverCancelled())
    assert bytes_text(needed) in refusal.value.message
    assert "70 MB" in refusal.value.message
    assert reports == []
    assert stores() == []


def test_a_store_cut_short_is_made_again(cohort: Cohort) -> None:
    whole = decode(cohort.cases).pixels.copy()
    pixels = stores()[0] / "pixels.npy"
    pixels.write_bytes(pixels.read_bytes()[:-500])
    assert np.array_equal(decode(cohort.cases).pixels, whole)


def test_the_oldest_stores_go_when_there_are_too_many(
    cohort: Cohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "BUDGET", 200_000)
    for size in (28, 29, 30, 31, 32):
        decode(cohort.cases, size)
    assert 1 <= len(stores()) < 5
    decode(cohort.cases, 32)
    assert sum(f.stat().st_size for s in stores() for f in s.iterdir()) <= 200_000


def test_reading_tells_how_far_it_is(cohort: Cohort) -> None:
    steps: list[object] = []
    decoded(cohort.cases, Frame("imaging", 28, 1), steps.append, NeverCancelled())
    last = steps[-1]
    assert isinstance(last, Step)
    assert (last.done, last.total) == (60, 60)


def test_a_store_that_the_disk_has_damaged_is_made_again(cohort: Cohort) -> None:
    before = decode(cohort.cases)
    facts = stores()[0] / "facts.npz"
    facts.write_bytes(facts.read_bytes()[:300])
    assert np.array_equal(decode(cohort.cases).fingerprints, before.fingerprints)


@pytest.mark.parametrize("most", [store.MOST_MEMORY, 0], ids=["memory", "nameless file"])
def test_nothing_is_stored_while_the_record_is_encrypted(
    cohort: Cohort, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(store, "MOST_MEMORY", most)
    store._in_memory.clear()
    plain = decode(cohort.cases)
    keep_private()
    steps: list[object] = []
    for _time in range(2):
        found = decoded(cohort.cases, Frame("imaging", 28, 1), steps.append, NeverCancelled())
        assert np.array_equal(found.pixels, plain.pixels)
        assert np.array_equal(found.fingerprints, plain.fingerprints)
        assert found.unreadable == plain.unreadable
        assert stores() == []
    read = sum(isinstance(step, Step) and step.done == len(cohort.cases) for step in steps)
    assert read == (1 if most else 2)
