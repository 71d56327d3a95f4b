"""The DICOM files a reading came from, as the objects that refer to them need their headers."""

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.language import _

if TYPE_CHECKING:
    from pydicom.dataelem import DataElement
    from pydicom.dataset import Dataset

UTF_8 = "ISO_IR 192"
_NEEDED = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID", "Modality")
_EMPTY_ALLOWED = (
    "PatientID", "PatientName", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID",
    "StudyDate", "StudyTime", "ReferringPhysicianName",
)  # fmt: skip
_WHO = {"PatientID", "PatientName"}
"""Passed on as they are, whatever DICOM says: without them nobody finds the patient."""
_PATIENT, _TRIAL = 0x0010, 0x0012
"""Groups of elements that objects of one study share, beside those of `_EMPTY_ALLOWED`."""


def read_headers(case: Case) -> "tuple[Dataset, ...]":
    """Return the headers of a case's files, without pixels, in slice order.

    Raises
    ------
    PrecmedError
        If a file is no DICOM image, or does not say which study and series it belongs to.
    """
    return tuple(map(_header, case.files or (case.path,)))


@contextmanager
def without_remarks() -> Iterator[None]:
    """Keep remarks for programmers about odd headers off the terminal."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def is_dicom(case: Case) -> bool:
    """Whether the case's file calls itself DICOM (PS3.10, 7.1), so that a report can join it."""
    try:
        with Path(case.path).open("rb") as file:
            return file.read(132)[128:] == b"DICM"
    except OSError:
        return False


def frame_of(case: Case) -> int:
    """Which frame of a film the case is, from 1; 0 for all of them, or a file of one."""
    number = case.item.partition("frame/")[2]
    return int(number) if number.isdecimal() else 0


def _header(name: str) -> "Dataset":
    from pydicom import dcmread
    from pydicom.errors import InvalidDicomError

    path = Path(name)
    try:
        header = dcmread(path, stop_before_pixels=True)
    except (InvalidDicomError, ValueError) as error:
        raise refusal(path, _("it is no DICOM file")) from error
    except OSError as error:
        raise refusal(path, _("it cannot be read")) from error
    missing = [name for name in _NEEDED if not header.get(name)]
    if missing:
        reason = _("it does not say what it belongs to ({names})").format(names=", ".join(missing))
        raise refusal(path, reason)
    return _filled(header)


def _filled(header: "Dataset") -> "Dataset":
    """With the patient's and the study's elements, as later versions of DICOM want them."""
    for name in _EMPTY_ALLOWED:
        if name not in header:
            setattr(header, name, "")
    _drop_invalid(header)
    header.StudyDate = _moment(str(header.StudyDate or ""), r"\d{8}")
    header.StudyTime = _moment(str(header.StudyTime or ""), r"\d{2}(\d{2}(\d{2}(\.\d{1,6})?)?)?")
    names = ("DeidentificationMethod", "DeidentificationMethodCodeSequence")
    is_silent = not any(name in header for name in names)
    if is_silent and header.get("PatientIdentityRemoved") == "YES":
        header.DeidentificationMethod = "Not stated"
    return header


def _drop_invalid(header: "Dataset") -> None:
    """Leave out what other objects of the study must not repeat ("42" as an age, PS3.5 6.2)."""
    for element in list(header):
        is_shared = element.tag.group in (_PATIENT, _TRIAL) or element.keyword in _EMPTY_ALLOWED
        if not is_shared or element.keyword in _WHO or _is_valid(element):
            continue
        if element.keyword in _EMPTY_ALLOWED:
            element.value = ""
        else:
            del header[element.tag]


def _is_valid(element: "DataElement") -> bool:
    from pydicom.config import RAISE
    from pydicom.valuerep import validate_value

    if element.VR == "SQ" or element.is_empty:
        return True
    values = element.value if element.VM > 1 else [element.value]
    try:
        for value in values:
            validate_value(element.VR, value if isinstance(value, bytes) else str(value), RAISE)
    except ValueError:
        return False
    return True


def _moment(text: str, form: str) -> str:
    """A date or time without the signs of ACR-NEMA ("11:20:00"); empty where it is none."""
    plain = text.strip().replace(":", "")
    plain = plain.replace(".", "") if plain.count(".") > 1 else plain
    return plain if re.fullmatch(form, plain) else ""


def refusal(path: Path, reason: str) -> PrecmedError:
    """Why no DICOM object can answer this file."""
    return PrecmedError(
        _("“{name}” cannot be answered with a DICOM object: {reason}.").format(
            name=path.name, reason=reason
        ),
        _("Write a PDF report instead."),
    )


def modality_of(headers: "Sequence[Dataset]") -> str:
    """The DICOM code of what made the images ("CT")."""
    return str(headers[0].Modality)


def person_name(name: str) -> str:
    """A name as people write it as a DICOM person name (PS3.5 6.2), all in one component."""
    kept = "".join(" " if sign in "\\=^\r\n\t" else sign for sign in name)
    return f"{' '.join(kept.split())[:63]}^"
