"""Thumbnails are read once, kept within a limit, and read again where the store is damaged."""

import sqlite3
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from precmed_gui import modalities
from precmed_gui.cohorts import thumbnail_store
from precmed_gui.cohorts.private_caches import keep_private
from precmed_gui.cohorts.thumbnail_store import read_thumbnails, store_file
from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.pictures import Thumbnail, ThumbnailsRead
from precmed_gui.diagnosis.work import NeverCancelled

SIDE = 32


@pytest.fixture
def cases(tmp_path: Path) -> tuple[Case, ...]:
    random = np.random.default_rng(1)
    for number in range(6):
        shape = (50, 40) if number % 2 else (50, 40, 3)
        pixels = random.integers(0, 255, shape, dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{number}.png")
    return tuple(Case(str(tmp_path / f"{number}.png")) for number in range(6))


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys of all cases that were read from their files."""
    keys: list[str] = []
    plain = modalities.read_thumbnails

    def noting(name: str, cases: tuple[Case, ...], *rest: object) -> int:
        keys.extend(case.key for case in cases)
        return plain(name, cases, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(modalities, "read_thumbnails", noting)
    return keys


def read(cases: tuple[Case, ...], side: int = SIDE) -> dict[str, Thumbnail]:
    found: dict[str, Thumbnail] = {}

    def take(event: object) -> None:
        assert isinstance(event, ThumbnailsRead)
        found.update({thumbnail.key: thumbnail for thumbnail in event.thumbnails})

    assert read_thumbnails("imaging", cases, side, take, NeverCancelled()) == len(cases)
    return found


def assert_same(one: dict[str, Thumbnail], other: dict[str, Thumbnail]) -> None:
    assert one.keys() == other.keys()
    for key in one:
        np.testing.assert_array_equal(one[key].pixels, other[key].pixels)  # type: ignore[arg-type]


def test_a_thumbnail_is_read_from_its_file_once(
    cases: tuple[Case, ...], decoded: list[str]
) -> None:
    first, second = read(cases), read(cases)
    assert decoded == [case.key for case in cases]
    assert_same(first, second)


def test_a_changed_file_and_another_size_are_read_again(
    cases: tuple[Case, ...], decoded: list[str]
) -> None:
    read(cases)
    decoded.clear()
    Image.new("L", (9, 9), 200).save(cases[2].path)
    found = read(cases)
    assert decoded == [cases[2].key]
    assert found[cases[2].key].pixels is not None
    assert np.all(found[cases[2].key].pixels == 200)
    read(cases, 16)
    assert len(decoded) == 1 + len(cases)


def test_a_file_that_cannot_be_read_is_tried_again(tmp_path: Path, decoded: list[str]) -> None:
    bad = Case(str(tmp_path / "bad.png"))
    (tmp_path / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    for times in (1, 2):
        assert read((bad,))[bad.key].reason
        assert len(decoded) == times


@pytest.mark.parametrize("place", [0.0, 0.3, 0.8])
def test_a_damaged_store_is_made_anew(
    cases: tuple[Case, ...], decoded: list[str], place: float
) -> None:
    good = read(cases)
    with sqlite3.connect(store_file()) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    data = bytearray(store_file().read_bytes())
    start = int(len(data) * place)
    data[start : start + 4000] = b"\x55" * min(4000, len(data) - start)
    store_file().write_bytes(data)
    assert_same(read(cases), good)
    assert_same(read(cases), good)
    decoded.clear()
    assert_same(read(cases), good)
    assert decoded == []


def test_pixels_that_are_not_what_was_written_are_not_shown(
    cases: tuple[Case, ...], decoded: list[str]
) -> None:
    good = read(cases)
    with sqlite3.connect(store_file()) as connection:
        connection.execute("UPDATE thumbnails SET shape = '1 1' WHERE rowid = 2")
        connection.execute("UPDATE thumbnails SET pixels = x'00' WHERE rowid = 3")
    connection.close()
    decoded.clear()
    assert_same(read(cases), good)
    assert len(decoded) == 2


def test_the_store_stays_within_its_limit_and_drops_the_oldest(
    cases: tuple[Case, ...], decoded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    read(cases[:2])
    with sqlite3.connect(store_file()) as connection:
        connection.execute("UPDATE thumbnails SET used = used - 100 ")
        (size,) = connection.execute("SELECT sum(bytes) FROM thumbnails").fetchone()
    connection.close()
    monkeypatch.setattr(thumbnail_store, "LIMIT", 2 * size)
    read(cases[2:])
    with sqlite3.connect(store_file()) as connection:
        (kept,) = connection.execute("SELECT sum(bytes) FROM thumbnails").fetchone()
    connection.close()
    assert 0 < kept <= 2 * size
    decoded.clear()
    read(cases[5:])
    assert decoded == []
    read(cases[:1])
    assert decoded == [cases[0].key]


def test_without_a_place_to_keep_them_thumbnails_are_read_all_the_same(
    cases: tuple[Case, ...], decoded: list[str]
) -> None:
    store_file().parent.parent.mkdir(parents=True, exist_ok=True)
    store_file().parent.write_text("in the way")
    assert len(read(cases)) == len(cases)
    assert len(read(cases)) == len(cases)
    assert len(decoded) == 2 * len(cases)


def test_while_the_record_is_encrypted_they_are_in_memory_only(
    cases: tuple[Case, ...], decoded: list[str]
) -> None:
    first = read(cases)
    assert store_file().exists()
    keep_private()
    assert not store_file().exists()
    assert_same(read(cases), first)
    assert_same(read(cases), first)
    assert len(decoded) == 2 * len(cases)
    assert not store_file().exists()
