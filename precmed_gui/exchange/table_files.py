"""Reading a table that came with the images: CSV in whatever encoding, or XLSX, as plain texts.

`cohort_table` makes something of it. Files come from anywhere, so sizes are limited before they
are unpacked, and every refusal names the row where it can.
"""

import csv
import io
import os
import re
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from itertools import islice, pairwise
from pathlib import Path

from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.tables import Table
from precmed_gui.diagnosis.work import CancelToken, Report
from precmed_gui.exchange.table_texts import decoded
from precmed_gui.language import _
from precmed_gui.modalities.imaging.kinds import has_table_name

MOST_ROWS = 200_000
MOST_BYTES = 100_000_000
_MOST_COLUMNS = 500
_MOST_UNPACKED = 400_000_000
_MOST_MEMBERS = 10_000
_HEADER_WITHIN = 10
_DEEPEST = 4
_MOST_FOLDERS = 2_000
_LONGEST_CELL = 10_000
_SAMPLE_ROWS = 200
_SEPARATORS = (",", ";", "\t", "|")
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_IMAGE = re.compile(r"\.(png|jpe?g|tiff?|bmp|gif|webp|jp2|dcm|dicom|ima|npz|nii)$", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?")
_SHEET_FAULTS = (
    ArithmeticError, AssertionError, AttributeError, LookupError, OSError, RuntimeError,
    SyntaxError, TypeError, ValueError, EOFError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip

_Rows = list[list[str]]


def is_table(path: str) -> bool:
    """Whether a file's name says that it is a table this module reads."""
    return has_table_name(path)


def find_tables(paths: tuple[str, ...], report: Report, cancel: CancelToken) -> tuple[str, ...]:
    """Tables inside the folders among `paths`, by their names, as a work function.

    Looks four folders deep and through 2,000 folders at most; the nearest come first.
    """
    level = [Path(path) for path in paths if Path(path).is_dir()]
    found: list[str] = []
    looked = 0
    for _depth in range(_DEEPEST):
        below: list[Path] = []
        for folder in level[: _MOST_FOLDERS - looked]:
            cancel.raise_if_set()
            looked += 1
            for entry in _entries(folder):
                if entry.is_dir(follow_symlinks=False):
                    below.append(folder / entry.name)
                elif is_table(entry.name):
                    found.append(str(folder / entry.name))
        level = below
    return tuple(found)


def _entries(folder: Path) -> "list[os.DirEntry[str]]":
    try:
        with os.scandir(folder) as entries:
            visible = [entry for entry in entries if not entry.name.startswith((".", "~$"))]
    except OSError:
        return []
    return sorted(visible, key=lambda entry: entry.name)


def read_table(path: str) -> Table:
    """The table in a CSV or XLSX file; of an XLSX the first sheet that is not empty.

    Encoding, separator, quotation marks and the row of the headers are found out. Dates become
    ISO 8601, whole numbers lose their ".0", and a formula counts as the value it last had.

    Raises
    ------
    PrecmedError
        If it is no table, is damaged, or is too large: over 200,000 rows, 500 columns or 100 MB.
    """
    file = Path(path)
    try:
        if file.stat().st_size > MOST_BYTES:
            raise _too_large(_("Tables are read up to {limit} MB.").format(limit=100))
        data = file.read_bytes()
    except OSError as error:
        raise PrecmedError(
            _("The table “{name}” cannot be opened.").format(name=file.name),
            _("Check that it is there, and close it in other programs."),
        ) from error
    if data.startswith(_OLD_EXCEL):
        raise PrecmedError(
            _("“{name}” is an old or locked Excel file.").format(name=file.name),
            _("Save it as XLSX without a password, or as CSV."),
        )
    if data.startswith(b"PK\x03\x04"):
        return _table(path, _sheet_rows(data, file.name))
    text, encoding = decoded(data, file.name)
    rows, separator = _text_rows(text)
    return _table(path, rows, encoding, separator)


# CSV


def _text_rows(text: str) -> tuple[_Rows, str]:
    stated = re.match(r"sep=(.)\r?\n", text)
    if stated:
        text = text[stated.end() :]
    separator = stated[1] if stated else _separator(text)
    rows = _parsed(text, separator, _quote(text, separator))
    return [*([[]] if stated else []), *rows], separator


def _separator(text: str) -> str:
    """The sign that cuts most rows into as many cells as the others, and into most cells."""

    def merit(sign: str) -> tuple[float, int]:
        sample = islice(csv.reader(io.StringIO(text, newline=""), delimiter=sign), _SAMPLE_ROWS)
        try:
            counts = Counter(len(row) for row in sample if any(row))
        except csv.Error:
            return 0.0, 0
        wide = {cells: count for cells, count in counts.items() if cells > 1}
        if not wide:
            return 0.0, 0
        usual = max(wide, key=lambda cells: (wide[cells], cells))
        return round(wide[usual] / counts.total(), 1), usual

    merits = {sign: merit(sign) for sign in _SEPARATORS}
    best = max(_SEPARATORS, key=lambda sign: merits[sign])
    return best if merits[best][1] else ","


def _quote(text: str, separator: str) -> str:
    """A double quotation mark, unless cells stand in single ones."""
    head = text.lstrip().split("\n", 1)[0].strip()
    pieces = head.split(separator)
    return "'" if all(len(p) > 1 and p[0] == p[-1] == "'" for p in pieces) else '"'


def _parsed(text: str, separator: str, quote: str) -> _Rows:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, quotechar=quote)
    rows: _Rows = []
    ends = [0]
    try:
        for row in reader:
            _require_room(len(rows), len(row))
            rows.append([_clean(cell) for cell in row])
            ends.append(reader.line_num)
    except csv.Error as error:
        raise _unreadable_row(len(rows) + 1) from error
    swallowing = _swallowing(text, separator, rows, ends)
    if swallowing is None:
        return rows
    plain = _plain(text, separator, quote)
    if len({len(row) for row in plain if any(row)}) == 1:
        return plain
    raise PrecmedError(
        _("A quotation mark in row {row} of the table swallows the rows below it.").format(
            row=swallowing + 1
        ),
        _("Remove it, or save the table as XLSX from a spreadsheet program."),
    )


def _swallowing(text: str, separator: str, rows: _Rows, ends: list[int]) -> int | None:
    """The first row that holds at least two lines each of which has the signs of a row."""
    lines = io.StringIO(text, newline="").readlines()
    if len(lines) <= len(rows):
        return None
    signs = Counter(map(len, filter(any, rows))).most_common(1)[0][0] - 1
    for place, (begin, end) in enumerate(pairwise(ends)):
        full = sum(line.count(separator) >= max(signs, 1) for line in lines[begin:end])
        if end > begin + 1 and full > 1:
            return place
    return None


def _plain(text: str, separator: str, quote: str) -> _Rows:
    """The rows of a table whose quotation marks are only marks."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, quoting=csv.QUOTE_NONE)
    return [[_clean(cell).strip(quote) for cell in row] for row in reader]


def _unreadable_row(row: int) -> PrecmedError:
    return PrecmedError(
        _("Row {row} of the table cannot be read.").format(row=row),
        _("Open it in a spreadsheet program and save it as XLSX or CSV (UTF-8)."),
    )


# XLSX


def _sheet_rows(data: bytes, name: str) -> _Rows:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    rows: _Rows = []
    try:
        _require_harmless(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(
                io.BytesIO(data), read_only=True, data_only=True, keep_links=False
            )
            for sheet in book.worksheets:
                sheet.reset_dimensions()
                rows = _filled(sheet.iter_rows(values_only=True))
                if rows:
                    break
            book.close()
    except (InvalidFileException, *_SHEET_FAULTS) as error:
        raise PrecmedError(
            _("“{name}” is damaged or no XLSX: row {row} could not be read.").format(
                name=name, row=len(rows) + 1
            ),
            _("Open it in a spreadsheet program and save it as XLSX or CSV (UTF-8)."),
        ) from error
    return rows


def _require_harmless(data: bytes) -> None:
    """Refuse an XLSX that would unpack to more than a table needs; its sizes bind the unpacker."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
    if len(members) > _MOST_MEMBERS or sum(m.file_size for m in members) > _MOST_UNPACKED:
        raise _too_large(_("Unpacked it would fill the memory of this computer."))


def _filled(cells: Iterable[Sequence[object]]) -> _Rows:
    """All rows up to the last that says something."""
    rows: _Rows = []
    waiting = 0
    for row in cells:
        texts = [_cell(value) for value in row]
        while texts and not texts[-1]:
            texts.pop()
        if not texts:
            waiting += 1
            continue
        _require_room(len(rows) + waiting, len(texts))
        rows += [[] for _empty in range(waiting)]
        waiting = 0
        rows.append(texts)
    return rows


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return (value.date() if value.time() == time() else value).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _clean(str(value))


# Both


def _table(path: str, rows: _Rows, encoding: str = "", separator: str = "") -> Table:
    head = _header_row(rows)
    body = rows[head + 1 :] if head is not None else rows
    while body and not any(body[-1]):
        body.pop()
    if not body or not any(any(row) for row in body):
        raise PrecmedError(
            _("There are no rows in “{name}”.").format(name=Path(path).name),
            _("The table needs a row of headers and a row for each image."),
        )
    headers = rows[head] if head is not None else []
    filled = {place for row in (headers, *body) for place, cell in enumerate(row) if cell}
    kept = sorted(filled)
    return Table(
        path=path,
        columns=tuple(_unique([headers[p] if p < len(headers) else "" for p in kept], kept)),
        rows=tuple(tuple(row[p] if p < len(row) else "" for p in kept) for row in body),
        encoding=encoding,
        separator=separator,
        first_row=1 if head is None else head + 2,
    )


def _header_row(rows: _Rows) -> int | None:
    """The first row as wide as the table itself, or None if that already speaks of an image."""
    near = list(islice(((p, row) for p, row in enumerate(rows) if any(row)), _HEADER_WITHIN))
    if not near:
        return None
    usual = max(sum(map(bool, row)) for _place, row in near)
    place, row = next((p, row) for p, row in near if sum(map(bool, row)) * 2 >= usual)
    below = rows[place + 1] if place + 1 < len(rows) else []
    speaks = any(_IMAGE.search(cell) for cell in row)
    counts = any(
        _NUMBER.fullmatch(cell) and _NUMBER.fullmatch(other)
        for cell, other in zip(row, below, strict=False)
    )
    return None if speaks or counts else place


def _unique(headers: list[str], places: list[int]) -> Iterator[str]:
    """Each header once, and a name for each that is empty."""
    seen: Counter[str] = Counter()
    for header, place in zip(headers, places, strict=True):
        name = header or _("Column {n}").format(n=place + 1)
        seen[name] += 1
        yield name if seen[name] == 1 else f"{name} ({seen[name]})"


def _clean(cell: str) -> str:
    return " ".join(cell.replace("\0", " ").split())[:_LONGEST_CELL]


def _require_room(rows: int, columns: int) -> None:
    if rows > MOST_ROWS:
        raise _too_large(_("Tables are read up to {limit} rows.").format(limit=f"{MOST_ROWS:,}"))
    if columns > _MOST_COLUMNS:
        raise _too_large(
            _("Row {row} has more than {limit} columns.").format(row=rows + 1, limit=_MOST_COLUMNS)
        )


def _too_large(why: str) -> PrecmedError:
    return PrecmedError(
        _("The table is too large: {why}").format(why=why),
        _("Keep the rows and columns that speak of your images, and save it again."),
    )
