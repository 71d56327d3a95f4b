"""Writing that either happens as a whole or not at all; used by the shelf, the archive and exports.

Every failure of the disk ends as `FailedStorage`, in the user's words. What was there before stays
until the new content is complete and on the disk.
"""

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from precmed_gui.diagnosis.errors import FailedStorage
from precmed_gui.language import _

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EROFS, errno.EACCES, errno.EPERM}
_GONE = {errno.ENOENT, errno.ENOTDIR, errno.ENODEV, errno.ENXIO, errno.EIO}


def failed_storage(error: OSError, path: Path) -> FailedStorage:
    """What to tell a user about `error`, met while writing `path`."""
    name = path.name or str(path)
    if error.errno in _FULL:
        return FailedStorage(
            _("The disk is full: “{name}” was not saved.").format(name=name),
            _("Free some space or choose another disk, then try again."),
        )
    if error.errno in _FORBIDDEN:
        return FailedStorage(
            _("“{name}” was not saved: the folder “{folder}” cannot be written to.").format(
                name=name, folder=path.parent
            ),
            _("Choose another folder."),
        )
    if error.errno in _GONE:
        return FailedStorage(
            _("“{name}” was not saved: the folder “{folder}” cannot be reached.").format(
                name=name, folder=path.parent
            ),
            _("Check that the disk is connected, or choose another folder."),
        )
    return FailedStorage(
        _("“{name}” was not saved.").format(name=name),
        _("Choose another name or folder, then try again."),
    )


def write_atomically(path: Path, data: bytes) -> None:
    """Make `data` the content of the file `path`, creating the folders above it.

    Raises
    ------
    FailedStorage
        If the disk refuses; `path` then still holds what it held before.
    """
    temporary = _beside(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
        _sync_folder(path.parent)
    except OSError as error:
        raise failed_storage(error, path) from error


@contextmanager
def atomic_folder(final: Path) -> Iterator[Path]:
    """A temporary folder beside `final` that becomes `final` when the block ends well.

    An earlier folder called `final` stays whole until the new one is on the disk, then gives way
    to it. If the block raises, the temporary folder is removed and `final` is as it was.

    Yields
    ------
    Path
        An empty folder to write into, on the same disk as `final`.

    Raises
    ------
    FailedStorage
        For every `OSError`, of the block too.
    """
    temporary = _beside(final)
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        recover_folder(final)
        temporary.mkdir()
        try:
            yield temporary
            _sync_tree(temporary)
            _swap(temporary, final)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    except OSError as error:
        raise failed_storage(error, final) from error


def recover_folder(final: Path) -> None:
    """Bring back the earlier `final` if the machine died while `atomic_folder` swapped the two."""
    earlier = _earlier(final)
    if not earlier.is_dir():
        return
    if final.exists():
        shutil.rmtree(earlier, ignore_errors=True)
    else:
        earlier.rename(final)


def _swap(temporary: Path, final: Path) -> None:
    earlier = _earlier(final)
    if final.exists():
        final.rename(earlier)
    try:
        temporary.rename(final)
    except OSError:
        if earlier.exists():
            earlier.rename(final)
        raise
    _sync_folder(final.parent)
    shutil.rmtree(earlier, ignore_errors=True)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")


def _earlier(path: Path) -> Path:
    return path.with_name(f".{path.name}.earlier")


def _sync_tree(folder: Path) -> None:
    for root, _folders, names in os.walk(folder):
        for name in names:
            with (Path(root) / name).open("rb+") as file:
                os.fsync(file.fileno())
        _sync_folder(Path(root))


def _sync_folder(folder: Path) -> None:
    """Put renames on the disk; systems without folder handles (Windows) do so by themselves."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
