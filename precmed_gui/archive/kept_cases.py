"""Finds the case a kept answer is about as it was then, a series with all its slices; no Qt.

The window and `precmed report` open what the worklist names, sessions after it was read.
"""

from pathlib import Path

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.record import Shown
from precmed_gui.diagnosis.work import CancelToken, Report
from precmed_gui.language import _, ngettext
from precmed_gui.modalities import open_cohort


def file_of(case_key: str) -> Path:
    """The file that holds the case of this key, or its first slice."""
    whole = Path(case_key)
    name, separator, _item = case_key.rpartition("#")
    return Path(name) if separator and not whole.exists() else whole


def find_case(shown: Shown, report: Report, cancel: CancelToken) -> Case:
    """The case of an answer, from its file and, where it had more slices, from the folder around.

    Raises
    ------
    PrecmedError
        If its file is gone, or holds another case by now.
    """
    file = existing_file(shown)
    best = _found(shown, file, report, cancel)
    if best is None or best.slices < shown.slices:
        around = _found(shown, file.parent, report, cancel)
        best = max(filter(None, (around, best)), key=lambda case: case.slices, default=None)
    if best is None:
        raise PrecmedError(
            _("The file of this case is no longer what it was: {path}").format(path=file),
            _("Bring back the file as it was; the answer and the decisions are kept."),
        )
    return best


def existing_file(shown: Shown) -> Path:
    """`file_of`; raises `PrecmedError` if there is no such file any more."""
    file = file_of(shown.case_key)
    if not file.exists():
        raise PrecmedError(
            _("The file of this case is no longer where it was: {path}").format(path=file),
            _("Bring it back to see the picture; the answer and the decisions are kept."),
        )
    return file


def slices_gone(shown: Shown, case: Case) -> str:
    """A sentence where a series has fewer slices than when it was read, else ""."""
    gone = shown.slices - case.slices
    if gone <= 0:
        return ""
    return ngettext(
        "{n} of the {total} slices that were read is no longer in the folder of this case.",
        "{n} of the {total} slices that were read are no longer in the folder of this case.",
        gone,
    ).format(n=gone, total=shown.slices)


def _found(shown: Shown, source: Path, report: Report, cancel: CancelToken) -> Case | None:
    cases = open_cohort([str(source)], report, cancel).cases
    return next((case for case in cases if case.key == shown.case_key), None)
