"""Whether the record is as it was written: the chain, what follows from it, and every byte at rest.

Used by `record` alone. Rows are streamed: a million take a few seconds and no memory.
"""

import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field

from precmed_gui.archive.record_chain import (
    COLUMNS,
    KINDS,
    NO_HASH,
    Row,
    link,
    opened_document,
)
from precmed_gui.archive.record_file import RecordFile, reading_errors, require_same
from precmed_gui.archive.record_keys import read
from precmed_gui.archive.record_rows import Model, model_in
from precmed_gui.archive.record_seal import is_sealed
from precmed_gui.archive.record_worklist import answer_row, searched_text, state_after
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.record import Audit
from precmed_gui.diagnosis.work import CancelToken, Report, Step
from precmed_gui.language import _

_STEP_ROWS = 5000
_UNREAD = (sqlite3.Error, PrecmedError, KeyError, ValueError, TypeError, OverflowError)
_Answer = tuple[int, bytes, bytes | None, str, bytes | None]


@dataclass(slots=True)
class _Walk:
    """What was seen of the chain so far."""

    rows: int = 0
    head: bytes = NO_HASH
    models: dict[int, Model] = field(default_factory=dict)
    emptied: set[int] = field(default_factory=set)
    erased: set[int] = field(default_factory=set)


def audit(file: RecordFile, report: Report, cancel: CancelToken) -> Audit:
    """Walk through all rows from the first one, as they are now; others go on writing meanwhile.

    Raises
    ------
    ReplacedRecord
        If another window restored or encrypted the record: these keys do not read it any more.
    """
    with reading_errors():
        file.connection.execute("BEGIN")
    try:
        with reading_errors():
            require_same(file)
        return audit_inside(file, report, cancel)
    finally:
        file.connection.execute("ROLLBACK")


def row_of_head(connection: sqlite3.Connection, head: str) -> int:
    """The row whose hash begins with `head` (hexadecimal digits); 0 where none does."""
    with reading_errors():
        row = connection.execute(
            "SELECT number FROM rows WHERE substr(hex(hash), 1, ?) = ? LIMIT 1",
            (len(head), head.upper()),
        ).fetchone()
    return int(row[0]) if row else 0


def audit_inside(file: RecordFile, report: Report, cancel: CancelToken) -> Audit:
    """`audit` inside a transaction."""
    walk = _Walk()
    bad, reason = _bad_row(file, walk, report, cancel)
    if not reason:
        bad, reason = _bad_end(file, walk)
    if not reason:
        bad, reason = _bad_rest(file)
    return Audit(not reason, walk.rows, walk.head.hex(), bad, reason)


def _bad_row(file: RecordFile, walk: _Walk, report: Report, cancel: CancelToken) -> tuple[int, str]:
    """The first row that is not as it was written, and why; 0 and "" where all are."""
    try:
        total = file.connection.execute("SELECT coalesce(max(number), 0) FROM rows").fetchone()[0]
        rows = file.connection.execute(f"SELECT {COLUMNS} FROM rows ORDER BY number")
        answers = _answers(file.connection)
        for fields in rows:
            row = Row(*fields)
            if walk.rows % _STEP_ROWS == 0:
                cancel.raise_if_set()
                report(Step(_("Verifying the record"), walk.rows, total))
            if reason := _row_fault(file, walk, row) or _answer_fault(file, walk, row, answers):
                return walk.rows + 1, reason
            walk.rows, walk.head = row.number, row.hash
        if next(answers, None) is not None:
            return walk.rows + 1, _("The worklist has more than the rows say.")
    except _UNREAD:
        return walk.rows + 1, _("It cannot be read.")
    return 0, ""


def _row_fault(file: RecordFile, walk: _Walk, row: Row) -> str:
    """What is wrong with a row by itself; "" where nothing is."""
    if row.number != walk.rows + 1:
        return _("Rows are missing before it.")
    content = read(file.keys, f"{row.number} content", row.content)
    if row.kind not in KINDS or link(walk.head, row, content) != row.hash:
        return _("It is not as it was written.")
    if row.identity is not None:
        identity = read(file.keys, f"{row.number} identity", row.identity)
        if hashlib.sha256(identity).digest() != row.identity_digest:
            return _("Who it is about is not as it was written.")
    elif row.identity_digest is not None:
        walk.emptied.add(row.number)
    if row.kind == "erasure":
        walk.erased |= set(opened_document(file.keys, row)["rows"])
    elif row.kind == "model":
        walk.models[row.number] = model_in(opened_document(file.keys, row))
    return ""


def _answer_fault(file: RecordFile, walk: _Walk, row: Row, answers: Iterator[_Answer]) -> str:
    """Whether the worklist says the same of an answer as its row."""
    if row.kind != "shown" or row.identity is None:
        return ""
    document = opened_document(file.keys, row)
    number, case_key, patient, state, text = next(answers, (0, b"", None, "", None))
    known = (row.number, *answer_row(file.keys, document))
    wanted = None
    if state and not file.keys.data:
        wanted = searched_text(document, walk.models[document["model"]].labels)
    if (number, case_key, patient) != known or text != wanted:
        return _("The worklist does not have it as it was written.")
    return ""


def _answers(connection: sqlite3.Connection) -> Iterator[_Answer]:
    yield from connection.execute(
        "SELECT a.number, a.case_key, a.patient, a.state, w.text"
        " FROM answers a LEFT JOIN main.words w ON w.number = a.number ORDER BY a.number"
    )


def _bad_end(file: RecordFile, walk: _Walk) -> tuple[int, str]:
    """Whether the chain ends where it says, and was emptied only where it says so."""
    try:
        kept = file.connection.execute("SELECT number, hash FROM head").fetchone()
        worklist = _bad_worklist(file)
    except _UNREAD:
        return walk.rows + 1, _("It cannot be read.")
    if (walk.rows, walk.head) != (kept or (0, NO_HASH)):
        return walk.rows + 1, _("Rows are missing at the end.")
    if odd := walk.emptied ^ walk.erased:
        return min(odd), _("Who it is about was taken away, and no erasure says so.")
    if worklist:
        return max(0, worklist), _("The worklist does not have it as it was written.")
    return 0, ""


_SUPERSEDED = """SELECT min(a.number) FROM answers a WHERE a.state = '' AND NOT EXISTS
    (SELECT 1 FROM answers b WHERE b.case_key = a.case_key AND b.number > a.number)"""
_TWICE = """SELECT (SELECT count(*) FROM answers WHERE state != '')
    - (SELECT count(DISTINCT case_key) FROM answers)"""
_UNDECIDED = """SELECT min(number) FROM answers WHERE state IN ('read', 'referred')
    AND decision IS NULL"""
_FORGOTTEN = """SELECT min(a.number) FROM rows r JOIN answers a ON a.number = r.about
    WHERE r.about > 0 AND r.kind = 'decision' AND coalesce(a.decision, 0) < r.number"""
_DECIDED = f"""SELECT a.number, a.state, {", ".join(f"r.{name}" for name in COLUMNS.split(", "))}
    FROM answers a LEFT JOIN rows r ON r.number = a.decision AND r.about = a.number
    WHERE a.decision IS NOT NULL"""


def _bad_worklist(file: RecordFile) -> int:
    """An answer whose state is not what the rows say; 0: none is, -1: it is none in particular."""
    connection = file.connection
    for query in (_SUPERSEDED, _UNDECIDED, _FORGOTTEN):
        if found := connection.execute(query).fetchone()[0]:
            return int(found)
    for number, state, *fields in connection.execute(_DECIDED):
        decision = opened_document(file.keys, Row(*fields)) if fields[0] else {"kind": ""}
        if not decision["kind"] or state not in ("", state_after(decision["kind"])):
            return int(number)
    tallies = "SELECT state, cases FROM tallies WHERE cases > 0 ORDER BY state"
    states = "SELECT state, count(*) FROM answers GROUP BY state ORDER BY state"
    same = connection.execute(tallies).fetchall() == connection.execute(states).fetchall()
    return 0 if same and connection.execute(_TWICE).fetchone() == (0,) else -1


def _bad_rest(file: RecordFile) -> tuple[int, str]:
    """Whether every other byte is as it was left: by the seal, else as far as SQLite knows."""
    sealed = is_sealed(file.path)
    if sealed is False:
        return 0, _("The file was changed, or its seal was, while no PrecMed had it open.")
    if sealed is None:
        try:
            found = file.connection.execute("PRAGMA integrity_check(1)").fetchone()
        except sqlite3.Error:
            found = None
        if found != ("ok",):
            return 0, _("SQLite finds the file damaged.")
    return 0, ""
