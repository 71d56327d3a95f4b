"""A table that came with the images: which column means what, and what matched."""

from dataclasses import dataclass
from typing import Literal

from precmed_gui.diagnosis.cases import Cohort

ColumnMeaning = Literal[
    "file", "label", "patient", "age", "sex", "site", "device", "date", "part", ""
]
"""What a column says of a case; "" is ignored. "file" is a path, a file name, or one without its
ending."""


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV or the first filled sheet of an XLSX, as texts.

    Parameters
    ----------
    path
        Where it came from.
    columns
        Headers, each once; "Column 3" where a header is empty.
    rows
        Cells, as many a row as there are columns.
    encoding, separator
        As detected, for people: "GB18030", ";"; empty for XLSX.
    first_row
        What a spreadsheet calls the first of `rows`: 2 where the headers are in row 1.
    """

    path: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    encoding: str = ""
    separator: str = ""
    first_row: int = 2


@dataclass(frozen=True, slots=True)
class TableMatch:
    """A cohort with what a table says about its cases.

    Parameters
    ----------
    cohort
        Cases that a row is about have what it says; the others are as before.
    matched
        Cases that a row is about.
    unmatched_rows
        (row number as a spreadsheet counts, what stands in the file column) of rows without a file.
    unmatched_files
        Keys of cases without a row.
    ambiguous_rows
        As `unmatched_rows`, of rows that fit several files in different folders, or contradict
        another row about the same file; none was used.
    """

    cohort: Cohort
    matched: int
    unmatched_rows: tuple[tuple[int, str], ...] = ()
    unmatched_files: tuple[str, ...] = ()
    ambiguous_rows: tuple[tuple[int, str], ...] = ()
