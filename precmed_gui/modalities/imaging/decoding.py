"""What every reader here goes through: limits, quiet decoders, and reasons a user can read.

Files come from anywhere. A decoder may raise anything, so this is where anything becomes a reason.
"""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, UnidentifiedImageError

from precmed_gui.diagnosis.errors import PrecmedError, UnreadableFile
from precmed_gui.language import _

MAX_PIXELS = 64_000_000
MAX_BYTES = 400_000_000


@contextmanager
def decoding() -> Iterator[None]:
    """Turn whatever a decoder raises in the block into `UnreadableFile` with a reason."""
    try:
        with quiet_decoders():
            yield
    except PrecmedError:
        raise
    except Exception as error:  # decoders of foreign files raise anything
        raise UnreadableFile(_reason(error)) from error


def require_size(width: int, height: int, limit: int = MAX_PIXELS) -> None:
    """Raise `UnreadableFile` unless there are 1 to `limit` pixels."""
    if width < 1 or height < 1:
        raise UnreadableFile(_("The image has no pixels."))
    if width * height > limit:
        raise UnreadableFile(_too_large(limit))


def _too_large(limit: int) -> str:
    return _(
        "The image is too large: images of this kind are read up to {limit} million pixels."
    ).format(limit=max(1, limit // 1_000_000))


def damaged() -> str:
    """The reason given where a file breaks off or contradicts itself."""
    return _("The file is damaged: its content cannot be shown as an image.")


def cut_off() -> str:
    """The reason given where a file ends before its image does."""
    return _("The file is cut off: a part of the image is missing.")


def _reason(error: Exception) -> str:
    if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
        return _too_large(MAX_PIXELS)
    if isinstance(error, MemoryError):
        return _("There is not enough free memory to open the image.")
    if isinstance(error, FileNotFoundError):
        return _("The file is no longer there.")
    if isinstance(error, PermissionError):
        return _("You do not have the right to open the file.")
    if isinstance(error, UnidentifiedImageError):
        return damaged()
    if isinstance(error, EOFError) or "truncated" in str(error).casefold():
        return cut_off()
    return damaged()


_lock = threading.Lock()
_filters = warnings.catch_warnings()
_depth = 0


@contextmanager
def quiet_decoders() -> Iterator[None]:
    """Silence what decoders warn about, except that too many pixels become an error.

    Python's warning filters belong to the whole process. Readers may run in several threads, so
    the first one in sets the filters and the last one out puts the old ones back.
    """
    global _depth, _filters
    with _lock:
        if _depth == 0:
            _filters = warnings.catch_warnings()
            _filters.__enter__()
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
        _depth += 1
    try:
        yield
    finally:
        with _lock:
            _depth -= 1
            if _depth == 0:
                _filters.__exit__(None, None, None)
