"""What all our tables for spreadsheets have in common."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from precmed_gui.diagnosis.storage import write_atomically

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_table(path: Path, rows: Iterable[Sequence[str | int]]) -> None:
    """Write rows as UTF-8 CSV with a byte-order mark, which Excel needs to read Chinese.

    Raises `FailedStorage`.
    """
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    write_atomically(path, text.getvalue().encode("utf-8-sig", "backslashreplace"))


def harmless(cell: str) -> str:
    """Keep a spreadsheet from running a file name as a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def guarded(cell: str) -> str:
    """As `harmless`, and a cell that begins with the guard gets one more: it reads back exactly."""
    return f"'{cell}" if cell.startswith("'") else harmless(cell)
