"""Whether pictures may be cached on the disk: not while the user's record is encrypted.

A mark in the user's folder says so, for engines that know no passphrase. The record sets and takes
it away; thumbnails, facts, prepared images and features ask here, and then stay in memory.
"""

import shutil
from contextlib import suppress
from pathlib import Path

from precmed_gui.places import cache_folder, home_folder

_FOLDERS = ("facts", "decoded", "features")
_FILES = ("thumbnails.sqlite", "thumbnails.sqlite-wal", "thumbnails.sqlite-shm")


def mark_file() -> Path:
    """What is there while nothing may be cached on the disk."""
    return home_folder() / "caches-in-memory"


def is_private() -> bool:
    """Whether caches of pictures stay in memory."""
    return mark_file().exists()


def keep_private() -> None:
    """Cache nothing on the disk from now on, and delete what is there.

    Raises
    ------
    OSError
        If the mark cannot be written.
    """
    mark_file().parent.mkdir(parents=True, exist_ok=True)
    mark_file().touch()
    for name in _FOLDERS:
        shutil.rmtree(cache_folder() / name, ignore_errors=True)
    for name in _FILES:
        with suppress(OSError):
            (cache_folder() / name).unlink(missing_ok=True)


def allow_caches() -> None:
    """Cache on the disk again; raises `OSError`."""
    mark_file().unlink(missing_ok=True)
