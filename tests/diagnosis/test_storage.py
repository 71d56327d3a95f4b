"""Writing happens as a whole or not at all."""

import errno
from pathlib import Path

import pytest

from precmed_gui.diagnosis.errors import FailedStorage
from precmed_gui.diagnosis.storage import (
    atomic_folder,
    failed_storage,
    recover_folder,
    write_atomically,
)


def test_a_file_is_replaced_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.json"
    write_atomically(path, b"one")
    write_atomically(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(path.parent.iterdir()) == [path]


def test_a_file_where_a_folder_should_be_fails_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("keep")
    with pytest.raises(FailedStorage) as failed:
        write_atomically(tmp_path / "file" / "a.json", b"one")
    assert failed.value.hint
    with pytest.raises(FailedStorage), atomic_folder(tmp_path / "file" / "model"):
        pass
    assert (tmp_path / "file").read_text() == "keep"


def test_a_folder_replaces_the_earlier_one_when_the_block_ends_well(tmp_path: Path) -> None:
    final = tmp_path / "model"
    for text in ("one", "two"):
        with atomic_folder(final) as folder:
            (folder / "sub").mkdir()
            (folder / "sub" / "a.txt").write_text(text)
    assert (final / "sub" / "a.txt").read_text() == "two"
    assert list(tmp_path.iterdir()) == [final]


def test_a_block_that_raises_leaves_the_earlier_folder(tmp_path: Path) -> None:
    final = tmp_path / "model"
    with atomic_folder(final) as folder:
        (folder / "a.txt").write_text("one")

    def write_half() -> None:
        with atomic_folder(final) as half:
            (half / "a.txt").write_text("two")
            raise KeyError

    with pytest.raises(KeyError):
        write_half()
    assert (final / "a.txt").read_text() == "one"
    assert list(tmp_path.iterdir()) == [final]


def test_a_full_disk_in_the_block_is_named_and_leaves_the_earlier_folder(tmp_path: Path) -> None:
    final = tmp_path / "model"
    with atomic_folder(final) as folder:
        (folder / "a.txt").write_text("one")
    with pytest.raises(FailedStorage, match="full"), atomic_folder(final):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert (final / "a.txt").read_text() == "one"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full disk to offer")
def test_a_disk_that_is_really_full_is_named() -> None:
    with pytest.raises(OSError, match="No space") as full, Path("/dev/full").open("wb") as file:
        file.write(b"x" * 100_000)
    assert "full" in failed_storage(full.value, Path("/disk/a.json")).message


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.ENOENT, errno.EBUSY])
def test_every_failure_has_a_message_and_a_hint(number: int) -> None:
    error = failed_storage(OSError(number, "x"), Path("/disk/a.json"))
    assert "a.json" in error.message
    assert error.hint


def test_a_swap_that_was_cut_off_is_finished_later(tmp_path: Path) -> None:
    final = tmp_path / "model"
    with atomic_folder(final) as folder:
        (folder / "a.txt").write_text("one")
    final.rename(tmp_path / ".model.earlier")
    recover_folder(final)
    assert (final / "a.txt").read_text() == "one"
