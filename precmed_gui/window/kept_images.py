"""Finds the image of a kept answer and compares it with what was read then; no Qt.

Work of the reading engine, for `kept_case_flow.py`.
"""

from dataclasses import dataclass
from pathlib import Path

from precmed_gui.archive.kept_cases import existing_file, file_of, find_case, slices_gone
from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.record import Shown
from precmed_gui.diagnosis.work import CancelToken, Report
from precmed_gui.learning.same_image import folder_that_gave, is_same_image

Stamp = tuple[int, int]
"""When a file was changed last (ns), and its size in bytes."""


@dataclass(frozen=True, slots=True)
class KeptImage:
    """What there is now of a case that was read before.

    Parameters
    ----------
    case
        With all slices that are there.
    is_same
        Whether it is the image that was read; None where nobody can tell.
    gone
        A sentence where slices are missing, else "".
    stamp
        Of its file, taken before it was read.
    """

    case: Case
    is_same: bool | None
    gone: str
    stamp: Stamp


def find_kept(
    shown: Shown, case: Case, shelves: tuple[str, ...], report: Report, cancel: CancelToken
) -> KeptImage:
    """The image of an answer.

    Parameters
    ----------
    shown
        The answer.
    case
        Its case as far as it is known; one of several slices is looked for.
    shelves
        Folders with models, of which one may have given the answer.

    Raises
    ------
    PrecmedError
        If its file is gone, holds another case by now, or cannot be read.
    """
    existing_file(shown)
    stamp = stamp_of(shown.case_key)
    found = case if shown.slices == 1 else find_case(shown, report, cancel)
    cancel.raise_if_set()
    gone = slices_gone(shown, found)
    folder = folder_that_gave(shown, [Path(shelf) for shelf in shelves])
    is_same = None if gone else is_same_image(shown, found, folder)
    return KeptImage(found, is_same, gone, stamp)


def stamp_of(case_key: str) -> Stamp:
    """Of the file of a case, or of its first slice; zeros where there is none."""
    try:
        status = file_of(case_key).stat()
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size
