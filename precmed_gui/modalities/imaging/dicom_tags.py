"""The header of a DICOM file as a table for people; what may say who the patient is stands out."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from precmed_gui.diagnosis.pictures import Tag
from precmed_gui.language import _, ngettext
from precmed_gui.modalities.imaging.decoding import decoding
from precmed_gui.modalities.imaging.dicom_files import opened
from precmed_gui.modalities.imaging.dicom_header import damages

if TYPE_CHECKING:
    from pydicom.dataelem import DataElement
    from pydicom.dataset import Dataset

_LONGEST = 200
_MOST_LINES = 5_000
_DEEPEST = 12
_BINARY = ("OB", "OD", "OF", "OL", "OV", "OW", "UN")
_NUMBERS_SHOWN = 16

_IDENTITY_GROUPS = {0x0010, 0x0032, 0x0038, 0x4008, *range(0x5000, 0x5020), *range(0x6000, 0x6020)}
"""Patient, study, visit, results; curves and overlays, which may have been drawn by hand."""
_IDENTITY_KINDS = ("PN", "DA", "DT", "TM", "UI", "LT", "ST", "UT", "UR")
"""Value representations that hold names, dates, references and free text."""
_IDENTITY_WORDS = (
    "Patient", "Person", "Physician", "Operator", "Institution", "Accession", "Address", "ID",
    "Telephone", "Telecom", "Name", "Comment", "Description", "Birth", "Identifier", "Serial",
    "Station", "Admission", "Admitting", "Request", "Order", "Insurance", "Military", "Residence",
    "Occupation", "Religious", "Ethnic", "Visit", "Location", "Diagnos", "History", "Allerg",
    "Alert", "Contact", "Owner", "Responsible", "Author", "Reviewer", "Content", "Label", "Title",
    "Protocol", "Clinical", "Trial", "Medical", "Species", "Breed", "Barcode", "Observer", "Verif",
)  # fmt: skip
"""Words in the keywords of PS3.15 Table E.1-1, and of their like."""
_PLAIN = {
    "ImageOrientationPatient", "ImagePositionPatient", "PatientPosition", "PatientOrientation",
    "SOPClassUID", "MediaStorageSOPClassUID", "ReferencedSOPClassUID", "TransferSyntaxUID",
    "ImplementationClassUID", "ImplementationVersionName", "ManufacturerModelName",
    "SliceLocation", "FrameContentSequence", "PatientOrientationInFrameSequence",
}  # fmt: skip
"""Keywords that a word or a kind above catches though they say nothing of a person."""


def read_dicom_tags(path: Path) -> tuple[Tag, ...]:
    """The header as lines in the order of the file, sequences indented.

    A tag may say who the patient is if its keyword or its kind is like one of DICOM PS3.15 Table
    E.1-1; so may every private tag, whose meaning only its maker knows, and all that lies in a
    sequence that may.

    Raises
    ------
    UnreadableFile
        If it is no DICOM image.
    """
    with decoding():
        header = opened(path).header
        lines: list[Tag] = []
        for dataset in (getattr(header, "file_meta", None), header):
            for tag in _lines(dataset, 0) if dataset is not None else ():
                if len(lines) == _MOST_LINES:
                    return tuple(lines)
                lines.append(tag)
        return tuple(lines)


def _lines(dataset: "Dataset", depth: int, *, is_in_identity: bool = False) -> Iterator[Tag]:
    for number in sorted(dataset.keys()):
        shown = f"{'  ' * depth}({number.group:04X},{number.element:04X})"
        element = _element(dataset, number)
        if element is None:
            yield Tag(shown, _("Damaged"), "", is_identity=True)
            continue
        is_identity = is_in_identity or _may_identify(element)
        yield Tag(shown, _name(element), _value(element), is_identity)
        if element.VR == "SQ" and depth < _DEEPEST:
            for place, item in enumerate(element.value, start=1):
                title = _("Item {number}").format(number=place)
                yield Tag(f"{'  ' * (depth + 1)}(FFFE,E000)", title, "")
                yield from _lines(item, depth + 2, is_in_identity=is_identity)


def _element(dataset: "Dataset", number: int) -> "DataElement | None":
    try:
        return dataset[number]
    except damages():
        return None


def _name(element: "DataElement") -> str:
    if element.tag.is_private:
        creator = "" if element.tag.is_private_creator else str(element.private_creator or "")
        return _("Private: {name}").format(name=_one_line(creator or element.name))
    return _one_line(element.name)


def _may_identify(element: "DataElement") -> bool:
    keyword = element.keyword
    if element.tag.is_private or not keyword or element.tag.group in _IDENTITY_GROUPS:
        return True
    if keyword in _PLAIN:
        return False
    return element.VR in _IDENTITY_KINDS or any(word in keyword for word in _IDENTITY_WORDS)


def _value(element: "DataElement") -> str:
    value = element.value
    if element.VR == "SQ":
        count = len(value)
        return ngettext("{count} item", "{count} items", count).format(count=count)
    if isinstance(value, bytes | bytearray) or element.VR in _BINARY:
        count = len(value) if isinstance(value, bytes | bytearray) else 0
        return ngettext("{count} byte", "{count} bytes", count).format(count=f"{count:,}")
    if value is None:
        return ""
    if element.VM > 1:
        parts = [str(part) for part in value[:_NUMBERS_SHOWN]]
        return _one_line(", ".join(parts) + ("" if len(parts) == element.VM else ", …"))
    return _one_line(getattr(value, "name", "") if element.VR == "UI" else str(value))


def _one_line(text: str) -> str:
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    line = " ".join(shown.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
