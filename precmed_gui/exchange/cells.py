"""What all our tables for spreadsheets have in common: CSV, or XLSX where the name ends so."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.storage import write_atomically
from precmed_gui.language import _

Cell = str | int | float
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_MOST_ROWS = 1_048_576
"""What a sheet of XLSX holds (ECMA-376)."""


def is_sheet(path: Path) -> bool:
    """Whether a table of this name is an XLSX."""
    return path.suffix.casefold() == ".xlsx"


def write_table(path: Path, rows: Iterable[Sequence[Cell]], title: str = "") -> None:
    """Write rows as UTF-8 CSV with a byte-order mark, which Excel needs to read Chinese.

    Where `path` ends in .xlsx, as a sheet called `title` with the first row fixed.

    Raises
    ------
    PrecmedError
        If there are more rows than a sheet holds.
    FailedStorage
        If it cannot be written; what `path` held before is then still there.
    """
    if is_sheet(path):
        write_atomically(path, _sheet(tuple(rows), title))
        return
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_as_text(cell) for cell in row] for row in rows)
    write_atomically(path, text.getvalue().encode("utf-8-sig", "backslashreplace"))


def harmless(cell: str) -> str:
    """Keep a spreadsheet from running a file name as a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def guarded(cell: str) -> str:
    """As `harmless`, and a cell that begins with the guard gets one more: it reads back exactly."""
    return f"'{cell}" if cell.startswith("'") else harmless(cell)


def _as_text(cell: Cell) -> str | int:
    return f"{cell:.6f}".rstrip("0").rstrip(".") if isinstance(cell, float) else cell


def _sheet(rows: Sequence[Sequence[Cell]], title: str) -> bytes:
    if len(rows) > _MOST_ROWS:
        raise PrecmedError(
            _("There are more rows than a sheet of XLSX holds."), _("Save it as CSV instead.")
        )
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title or None)
    sheet.freeze_panes = "A2"
    for row in rows:
        sheet.append([_showable(cell) for cell in row])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _showable(cell: Cell) -> Cell:
    """Without control characters, which XLSX cannot hold."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if not isinstance(cell, str):
        return cell
    plain = cell.encode("utf-8", "replace").decode("utf-8")
    return str(ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", plain))[:32_767]
