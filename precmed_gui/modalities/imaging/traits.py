"""What a header tells of a case besides its picture and its patient, for results by subgroup.

The readers of DICOM and PNG use it. Nothing that says who the patient is goes into a trait: of a
birth date only the age in broad bands is kept.
"""

import re
from collections.abc import Iterable
from datetime import date
from typing import Protocol

from precmed_gui.diagnosis.cases import Traits

TRAIT_KEYWORDS = (
    "PatientSex", "PatientAge", "PatientBirthDate", "StudyDate",
    "InstitutionName", "Manufacturer", "ManufacturerModelName", "Modality",
)  # fmt: skip
"""The DICOM keywords (PS3.6) that `traits_of` asks a header for."""

_SEXES = ("F", "M", "O")
_MODALITY = re.compile(r"[A-Z0-9_]{2,16}")
_AGE = re.compile(r"([0-9]{1,3})([DWMY]?)")
_UNITS_A_YEAR = {"D": 365.25, "W": 365.25 / 7, "M": 12, "Y": 1, "": 1}
_AGE_BANDS = ((18, "0–17"), (40, "18–39"), (65, "40–64"), (111, "65+"))
"""(below how many years, name); beyond the last are placeholders: "999Y", born 19000101."""
_FIRST_YEAR = 1950
"""Dates before are placeholders, as 19000101 is."""
_LONGEST = 64


class Header(Protocol):
    """The values of a DICOM header or the text chunks of a PNG, by keyword."""

    def get(self, key: str, /) -> object:
        """The value of this keyword, or None."""


def traits_of(header: Header) -> Traits:
    """The traits that `header` names; one that is missing, empty or beyond sense is left out.

    Parameters
    ----------
    header
        With values by DICOM keyword, see `TRAIT_KEYWORDS`.

    Returns
    -------
    tuple of (trait, group)
        Of "sex", "age", "site", "device", "modality" and "year", in this order; see `Case.traits`.
        The age is the one stated (PS3.5 6.2, AS: "045Y", "006M"; without a unit it is years), else
        that of the birth date on the day of the study.
    """
    sex = _text(header, "PatientSex").upper()
    modality = _text(header, "Modality").upper()
    maker, model = _text(header, "Manufacturer"), _text(header, "ManufacturerModelName")
    found = (
        ("sex", sex if sex in _SEXES else ""),
        ("age", _age_band(header)),
        ("site", _text(header, "InstitutionName")),
        ("device", f"{maker} {model}".strip()),
        ("modality", modality if _MODALITY.fullmatch(modality) else ""),
        ("year", _year(header)),
    )
    return tuple((trait, group) for trait, group in found if group)


def _age_band(header: Header) -> str:
    stated = _AGE.fullmatch(_text(header, "PatientAge").upper())
    years = int(stated[1]) / _UNITS_A_YEAR[stated[2]] if stated else _years_at_study(header)
    if years is None or years < 0:
        return ""
    return next((name for limit, name in _AGE_BANDS if years < limit), "")


def _years_at_study(header: Header) -> int | None:
    try:
        born = date.fromisoformat(_text(header, "PatientBirthDate"))
        seen = date.fromisoformat(_text(header, "StudyDate"))
    except ValueError:
        return None
    return seen.year - born.year - ((seen.month, seen.day) < (born.month, born.day))


def _year(header: Header) -> str:
    try:
        seen = date.fromisoformat(_text(header, "StudyDate"))
    except ValueError:
        return ""
    return str(seen.year) if seen.year >= _FIRST_YEAR else ""


def _text(header: Header, keyword: str) -> str:
    """One line of at most 64 characters (PS3.5 6.2, LO), "" where there is no text."""
    value = header.get(keyword)
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, Iterable):
        return ""
    text = " ".join(part for part in values if isinstance(part, str))
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(shown.split())[:_LONGEST].strip()
