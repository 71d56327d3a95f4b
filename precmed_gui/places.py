"""Where things are: what ships with the product, and what belongs to the user.

Works from a checkout and from an installed wheel. `PRECMED_HOME` moves all of the user's files.
"""

import os
from pathlib import Path

import platformdirs

_PACKAGE = Path(__file__).resolve().parent


def _shipped(name: str) -> Path:
    installed = _PACKAGE / "_shipped" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


def resources_folder() -> Path:
    """Icons, fonts and translations (read only)."""
    return _shipped("resources")


def shipped_models_folder() -> Path:
    """The models that come with the product (read only)."""
    return _shipped("models")


def guide_folder(language: str) -> Path:
    """The user guide in a language, English where there is none."""
    guide = _shipped("docs") / "guide"
    return guide / language if (guide / language).is_dir() else guide / "en"


def home_folder() -> Path:
    """The user's data folder; it may not exist yet."""
    chosen = os.environ.get("PRECMED_HOME")
    if chosen:
        return Path(chosen).expanduser().resolve()
    return Path(platformdirs.user_data_dir("PrecMed", appauthor=False))


def user_models_folder() -> Path:
    """The user's model shelf."""
    return home_folder() / "models"


def record_file() -> Path:
    """The record of what was shown and decided; another one may be named on request."""
    return home_folder() / "record.sqlite"


def cache_folder() -> Path:
    """Decoded images and thumbnails; may be deleted at any time."""
    return home_folder() / "cache"


def logs_folder() -> Path:
    """Log files of the window and the engine."""
    return home_folder() / "logs"
