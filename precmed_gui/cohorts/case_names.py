"""What a model folder calls the images it was made from: names that survive a move of the images.

A name is relative to the card's `source_folder`, with forward slashes, and "#item" for one image
of a file that holds several.
"""

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from precmed_gui.diagnosis.cases import Case

_NAME_WITH_ITEM = re.compile(r"(.+)#([^#]*/\d+)", re.DOTALL)


def source_folder_of(cases: Iterable[Case]) -> str:
    """The deepest folder that holds all cases; "" where there is none, as on two Windows drives."""
    parents = {str(Path(case.path).parent) for case in cases}
    try:
        return os.path.commonpath(parents) if parents else ""
    except ValueError:
        return ""


def case_name(case: Case, source_folder: str) -> str:
    """The name of a case; a file outside of the folder keeps its whole path."""
    path = Path(case.path)
    if source_folder and path.is_relative_to(source_folder):
        path = path.relative_to(source_folder)
    return f"{path.as_posix()}#{case.item}" if case.item else path.as_posix()


def case_file(name: str, source_folder: str) -> str:
    """Where the file of a name was when the model was trained."""
    return str(Path(source_folder, _parted(name)[0]))


def case_item(name: str) -> str:
    """Which image of its file a name means, as `Case.item`."""
    return _parted(name)[1]


def case_key(name: str, source_folder: str) -> str:
    """`Case.key` of a name where its file was when the model was trained."""
    item = _parted(name)[1]
    file = case_file(name, source_folder)
    return f"{file}#{item}" if item else file


def numbered_patients(cases: Sequence[Case]) -> tuple[str, ...]:
    """One number a patient, in order of appearance: who it is must not leave with a model."""
    numbers: dict[str, str] = {}
    return tuple(numbers.setdefault(case.patient_key, str(len(numbers) + 1)) for case in cases)


def _parted(name: str) -> tuple[str, str]:
    found = _NAME_WITH_ITEM.fullmatch(name)
    return (found[1], found[2]) if found else (name, "")
