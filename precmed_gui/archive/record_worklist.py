"""The worklist of a record: one entry a case, quick with a million of them; used by `record` alone.

`answers` follows from the rows and can be made again from them. It has no identity in the clear
beside the searched text, which an encrypted record keeps in memory only, from the first search on.
"""

import sqlite3
from dataclasses import dataclass
from typing import cast

from precmed_gui.archive.record_chain import COLUMNS, Document, Row, opened_document
from precmed_gui.archive.record_errors import damaged, unknown_answer
from precmed_gui.archive.record_file import RecordFile
from precmed_gui.archive.record_keys import Keys, lookup_digest
from precmed_gui.archive.record_rows import Model, decision_in, shown_in
from precmed_gui.diagnosis.record import CaseState, Decision, Shown, WorklistRow

WAITING, READ, REFERRED, SUPERSEDED = "waiting", "read", "referred", ""
_ROW = ", ".join(f"r.{name.strip()}" for name in COLUMNS.split(","))
_DECISION = ", ".join(f"d.{name.strip()}" for name in COLUMNS.split(","))
_EARLIER = """(SELECT count(*) FROM answers e
    WHERE e.patient = a.patient AND e.number < a.number AND e.state != '')"""
_SELECTED = f"""SELECT a.state, {_EARLIER}, {_ROW}, {_DECISION}
    FROM ({{page}}) p JOIN answers a ON a.number = p.number
    JOIN rows r ON r.number = a.number LEFT JOIN rows d ON d.number = a.decision
    ORDER BY a.number DESC"""
_PAGE = """SELECT a.number FROM {tables} WHERE {wanted}
    ORDER BY {first}.number DESC LIMIT ? OFFSET ?"""
_FEW = 20_000
_HAS = "instr(w.text, ?)"
_END = """instr(w.text, x'0a')
    + instr(substr(w.text, instr(w.text, x'0a') + 1), x'0a')"""
_HAS_NAME = f"{_HAS} BETWEEN 1 AND {_END}"
"""A word holds no line break: where it is first found tells whether it is in name or patient."""
_WORDS = "CREATE TABLE IF NOT EXISTS temp.words (number INTEGER PRIMARY KEY, text BLOB NOT NULL)"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of the worklist is asked for; "" is any."""

    text: str = ""
    state: str = ""
    patient: str = ""
    limit: int = 200
    offset: int = 0
    is_by_name: bool = False
    """Whether the class is not searched: a blinded reader would learn it by asking."""


def searched_text(document: Document, labels: tuple[str, ...]) -> bytes:
    """What a search looks through in the document of an answer."""
    answers = zip(document["probabilities"], labels, strict=True)
    best = max(answers, key=lambda pair: pair[0], default=(0.0, ""))[1]
    return _folded("\n".join((document["case_name"], document["patient"], best)))


def answer_row(keys: Keys, document: Document) -> tuple[bytes, bytes | None]:
    """Case and patient of an answer's document as `answers` has them."""
    patient = document["patient"]
    return lookup_digest(keys, document["case_key"]), (
        lookup_digest(keys, patient) if patient else None
    )


def add_answer(file: RecordFile, shown: Shown, document: Document) -> None:
    """Put a kept answer on the worklist, in the place of an earlier one for the same case."""
    connection = file.connection
    case_key, patient = answer_row(file.keys, document)
    before = "SELECT number FROM answers WHERE case_key = ? ORDER BY number DESC LIMIT 1"
    if former := connection.execute(before, (case_key,)).fetchone():
        change = f"UPDATE answers SET state = '{SUPERSEDED}' WHERE number = ?"
        connection.execute(change, former)
        connection.execute("DELETE FROM main.words WHERE number = ?", former)
    row = (shown.number, case_key, patient, WAITING)
    connection.execute("INSERT INTO answers VALUES (?, ?, ?, ?, NULL)", row)
    if not file.keys.data:
        add_words(connection, shown.number, searched_text(document, shown.labels))


def add_words(connection: sqlite3.Connection, number: int, text: bytes) -> None:
    """Make an answer one that a search finds."""
    connection.execute("INSERT INTO main.words VALUES (?, ?)", (number, text))


def add_decision(file: RecordFile, decision: Decision) -> None:
    """Note the newest decision about an answer and what becomes of its case."""
    state = state_after(decision.kind)
    file.connection.execute(
        "UPDATE answers SET decision = ?, state = CASE state WHEN '' THEN '' ELSE ? END"
        " WHERE number = ?",
        (decision.number, state, decision.shown),
    )


def state_after(kind: str) -> str:
    """Where a case is after a decision."""
    return REFERRED if kind == "refer" else READ


def require_answer(file: RecordFile, number: int) -> None:
    """Raise `UnknownAnswer` if there is none of this number, or its patient was erased."""
    if not file.connection.execute("SELECT 1 FROM answers WHERE number = ?", (number,)).fetchone():
        raise unknown_answer()


def select(file: RecordFile, models: dict[int, Model], wanted: Wanted) -> tuple[WorklistRow, ...]:
    """The cases asked for, the one shown last first."""
    page, values = _page(file, models, wanted)
    found = file.connection.execute(_SELECTED.format(page=page), values)
    try:
        return tuple(_worklist_row(file.keys, models, row) for row in found)
    except (KeyError, ValueError, TypeError) as error:
        raise damaged() from error


def counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Cases a state."""
    found = dict(connection.execute("SELECT state, cases FROM tallies"))
    return {state: found.get(state, 0) for state in (WAITING, READ, REFERRED)}


def _page(
    file: RecordFile, models: dict[int, Model], wanted: Wanted
) -> tuple[str, list[str | bytes | int]]:
    """The query for the numbers of the cases asked for, and its values."""
    conditions: list[str] = ["a.state = ?" if wanted.state else "a.state != ''"]
    values: list[str | bytes | int] = [wanted.state] if wanted.state else []
    if wanted.patient:
        conditions.append("a.patient = ?")
        values.append(lookup_digest(file.keys, wanted.patient))
    tables, words = "answers a", _folded(wanted.text).split()
    if words:
        if file.keys.data:
            _read_words(file, models)
        tables = _searched(file.connection, wanted)
        has_word = _HAS_NAME if wanted.is_by_name else _HAS
        conditions += ["a.number = w.number", *[has_word] * len(words)]
    page = _PAGE.format(first=tables.split()[1], tables=tables, wanted=" AND ".join(conditions))
    return page, [*values, *words, wanted.limit, wanted.offset]


def _searched(connection: sqlite3.Connection, wanted: Wanted) -> str:
    """The cheaper way: through all texts, or through the few cases of a state."""
    is_few = wanted.state and counts(connection).get(wanted.state, 0) <= _FEW
    return "answers a CROSS JOIN words w" if is_few else "words w CROSS JOIN answers a"


def _folded(text: str) -> bytes:
    return text.casefold().encode("utf-8", "replace")


def _read_words(file: RecordFile, models: dict[int, Model]) -> None:
    """Decrypt what was added since the last search into a table in memory."""
    connection = file.connection
    connection.execute(_WORDS)
    last = connection.execute("SELECT coalesce(max(number), 0) FROM temp.words").fetchone()[0]
    rows = connection.execute(
        f"SELECT {_ROW} FROM answers a JOIN rows r ON r.number = a.number"
        " WHERE a.number > ? AND a.state != ''",
        (last,),
    )
    texts = ((row[0], _text(file, models, Row(*row))) for row in rows)
    connection.executemany("INSERT INTO temp.words VALUES (?, ?)", texts)


def _text(file: RecordFile, models: dict[int, Model], row: Row) -> bytes:
    document = opened_document(file.keys, row)
    return searched_text(document, models[document["model"]].labels)


def _worklist_row(keys: Keys, models: dict[int, Model], row: tuple[object, ...]) -> WorklistRow:
    state, earlier, fields, decided = row[0], row[1], row[2:10], row[10:]
    decision = None
    if decided[0] is not None:
        number, document, about, at = _document(keys, decided)
        decision = decision_in(document, about, number, at)
    number, document, _about, at = _document(keys, fields)
    shown = shown_in(document, models, number, at)
    return WorklistRow(shown, decision, cast("CaseState", state), cast("int", earlier))


def _document(keys: Keys, fields: tuple[object, ...]) -> tuple[int, Document, int, str]:
    row = Row(*fields)  # type: ignore[arg-type]
    return row.number, opened_document(keys, row), row.about, row.at
