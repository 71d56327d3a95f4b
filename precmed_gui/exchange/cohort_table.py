"""A table that came with the images, made part of the cohort: classes, patients, traits, parts.

The table dialog and `precmed train --table` use it: `read_table`, `guessed_meanings`, `matched`.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from precmed_gui.diagnosis.cases import Case, Cohort, Traits, natural_key
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.tables import ColumnMeaning, Table, TableMatch
from precmed_gui.diagnosis.work import CancelToken, Report
from precmed_gui.exchange.table_files import is_table, read_table
from precmed_gui.exchange.table_meanings import (
    PART_WORDS,
    SEX_WORDS,
    guessed_columns,
    normal,
    stated_columns,
)
from precmed_gui.exchange.table_rows import index_of, match_rows
from precmed_gui.language import _, ngettext
from precmed_gui.modalities.imaging.traits import traits_of

__all__ = [
    "TableOpened",
    "chosen_meanings",
    "guessed_meanings",
    "is_table",
    "match_table",
    "match_text",
    "matched",
    "open_table",
    "read_table",
    "require_match",
]

_ORDER = {
    trait: place for place, trait in enumerate(("sex", "age", "site", "device", "modality", "year"))
}
_AGE = re.compile(r"(\d{1,3})(?:[.,]\d+)?\s*(\D*)")
_AGE_UNITS = {
    "d": "D", "day": "D", "days": "D", "天": "D", "日": "D",
    "w": "W", "week": "W", "weeks": "W", "周": "W",
    "m": "M", "mo": "M", "month": "M", "months": "M", "月": "M", "个月": "M", "月龄": "M",
    "": "Y", "y": "Y", "yr": "Y", "yrs": "Y", "year": "Y", "years": "Y", "yo": "Y", "岁": "Y",
    "周岁": "Y", "yearsold": "Y",
}  # fmt: skip
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?=\D|\d{4}(?:\D|$)|$)")
_LONGEST_NAME = 200
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class TableOpened:
    """A table as the dialog first shows it."""

    table: Table
    meanings: tuple[ColumnMeaning, ...]
    match: TableMatch


def open_table(path: str, cohort: Cohort, report: Report, cancel: CancelToken) -> TableOpened:
    """Read a table, guess its columns and match its rows, as one work function."""
    cancel.raise_if_set()
    table = read_table(path)
    meanings = guessed_meanings(table, cohort)
    return TableOpened(table, meanings, matched(cohort, table, meanings))


def match_table(
    cohort: Cohort,
    table: Table,
    meanings: tuple[ColumnMeaning, ...],
    report: Report,
    cancel: CancelToken,
) -> TableMatch:
    """`matched` as a work function."""
    cancel.raise_if_set()
    return matched(cohort, table, meanings)


def guessed_meanings(table: Table, cohort: Cohort) -> tuple[ColumnMeaning, ...]:
    """What each column of `table` seems to mean; each meaning at most once."""
    index = index_of(cohort.cases)
    return guessed_columns(table, lambda cell: bool(index.find(cell)))


def chosen_meanings(
    table: Table, cohort: Cohort, stated: dict[str, str]
) -> tuple[ColumnMeaning, ...]:
    """The guess, except where a user says otherwise by column; raises `PrecmedError`."""
    return stated_columns(table, guessed_meanings(table, cohort), stated)


def matched(cohort: Cohort, table: Table, meanings: Sequence[ColumnMeaning]) -> TableMatch:
    """What `cohort` becomes with what `table` says about its cases.

    Parameters
    ----------
    meanings
        One a column; without "file" nothing matches.

    Returns
    -------
    TableMatch
        A row is about the file whose path, path's tail, name, or name without its ending it gives,
        in small or capital letters. An empty cell says nothing. Classes keep their order, new ones
        follow in natural order. Rows that contradict each other are listed as ambiguous.
    """
    if "file" not in meanings:
        return TableMatch(cohort, 0, (), tuple(case.key for case in cohort.cases))
    column = list(meanings).index("file")
    cells = [row[column] for row in table.rows]
    rows = match_rows(index_of(cohort.cases), cells)
    used = [p for p, meaning in enumerate(meanings) if meaning not in ("", "file")]
    rows_of: dict[str, list[int]] = {}
    for place, keys in enumerate(rows.keys):
        for key in keys:
            rows_of.setdefault(key, []).append(place)
    said = {
        key: {tuple(table.rows[place][p] for p in used) for place in places}
        for key, places in rows_of.items()
    }
    contradicted = {key for key, versions in said.items() if len(versions) > 1}
    doubtful = {place for key in contradicted for place in rows_of[key]}
    told = {key: table.rows[rows_of[key][0]] for key in rows_of if key not in contradicted}
    cases = tuple(
        _told(case, told[case.key], meanings) if case.key in told else case for case in cohort.cases
    )

    def listed(places: Sequence[int]) -> tuple[tuple[int, str], ...]:
        return tuple((place + table.first_row, cells[place]) for place in places)

    return TableMatch(
        cohort=_ordered(cohort, cases),
        matched=len(told),
        unmatched_rows=listed(rows.unmatched),
        unmatched_files=tuple(case.key for case in cohort.cases if case.key not in rows_of),
        ambiguous_rows=listed(sorted({*rows.ambiguous, *doubtful})),
    )


def require_match(match: TableMatch, table: Table) -> None:
    """Raise `PrecmedError` if no row is about any image."""
    if match.matched:
        return
    rows = [cell for _row, cell in (*match.unmatched_rows, *match.ambiguous_rows)][:_SHOWN]
    raise PrecmedError(
        _("No row of the table belongs to one of the images."),
        _("The table names {rows}; say which column names the files.").format(
            rows=", ".join(f"“{row}”" for row in rows)
        )
        if rows
        else _("Say which column names the files; its columns are: {columns}.").format(
            columns=", ".join(table.columns)
        ),
    )


def match_text(match: TableMatch) -> str:
    """How much of cohort and table belong together, in one sentence."""
    without_row = len(match.unmatched_files)
    pieces = [
        ngettext("{n} image has a row", "{n} images have a row", match.matched).format(
            n=f"{match.matched:,}"
        ),
        ngettext("{n} image has none", "{n} images have none", without_row).format(
            n=f"{without_row:,}"
        ),
        ngettext(
            "{n} row has no image", "{n} rows have no image", len(match.unmatched_rows)
        ).format(n=f"{len(match.unmatched_rows):,}"),
    ]
    if match.ambiguous_rows:
        count = len(match.ambiguous_rows)
        text = ngettext("{n} row is in doubt", "{n} rows are in doubt", count)
        pieces.append(text.format(n=f"{count:,}"))
    return _("Table: {pieces}.").format(pieces=", ".join(pieces))


# One case


def _told(case: Case, row: Sequence[str], meanings: Sequence[ColumnMeaning]) -> Case:
    said: dict[ColumnMeaning, str] = {
        meaning: cell for meaning, cell in zip(meanings, row, strict=True) if meaning and cell
    }
    label = _class_name(said.get("label", "")) or case.label
    patient = said.get("patient") or case.patient
    part = PART_WORDS.get(normal(said.get("part", "")), case.part)
    return replace(case, label=label, patient=patient, part=part, traits=_traits(case.traits, said))


def _traits(known: Traits, said: dict[ColumnMeaning, str]) -> Traits:
    """The traits of a case with those of its row, in bands and letters as headers give them."""
    asked: tuple[ColumnMeaning, ...] = ("sex", "age", "site", "device", "date")
    new = _said_traits(*(said.get(meaning, "") for meaning in asked))
    found = {**dict(known), **dict(new)}
    return tuple(sorted(found.items(), key=lambda pair: _ORDER.get(pair[0], len(_ORDER))))


@lru_cache(maxsize=10_000)
def _said_traits(sex: str, age: str, site: str, device: str, date: str) -> Traits:
    """What these cells say; many rows say the same."""
    header = {
        "PatientSex": SEX_WORDS.get(normal(sex), ""),
        "PatientAge": _stated_age(age),
        "InstitutionName": site,
        "ManufacturerModelName": device,
    }
    year = _YEAR.search(date)
    return (*traits_of(header), *((("year", year[0]),) if year else ()))


def _stated_age(text: str) -> str:
    """An age as DICOM writes it ("045Y", "006M"), "" where it makes no sense."""
    found = _AGE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    unit = _AGE_UNITS.get(normal(found[2])) if found else None
    return f"{int(found[1]):03}{unit}" if found and unit else ""


def _class_name(text: str) -> str:
    shown = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    return " ".join(shown.split())[:_LONGEST_NAME]


def _ordered(cohort: Cohort, cases: tuple[Case, ...]) -> Cohort:
    labels = {case.label for case in cases if case.label is not None}
    known = [label for label in cohort.label_order if label in labels]
    order = (*known, *sorted(labels - set(known), key=natural_key))
    return replace(cohort, cases=cases, label_order=order)
