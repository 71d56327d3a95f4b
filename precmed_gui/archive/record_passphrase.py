"""Setting, changing and taking away the passphrase of a record; `precmed archive` and the window.

All of it is one transaction in the one file: whoever pulls the plug has the record as it was, or
as it is to be. The chain has the same hashes before and after.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from precmed_gui.archive.record import Record
from precmed_gui.archive.record_audit import audit_inside
from precmed_gui.archive.record_chain import COLUMNS, Row, opened_document
from precmed_gui.archive.record_erasing import scrub
from precmed_gui.archive.record_errors import damaged
from precmed_gui.archive.record_file import (
    RecordFile,
    follow_encryption,
    keep_keys,
    require_same,
    writing,
)
from precmed_gui.archive.record_keys import Keys, kept, new_keys, read, written
from precmed_gui.archive.record_rows import model_in
from precmed_gui.archive.record_worklist import add_words, answer_row, searched_text
from precmed_gui.diagnosis.work import CancelToken, Report, Step
from precmed_gui.language import _, sentences

_STEP_ROWS = 2000


def forgotten_passphrase() -> str:
    """What must be read before a passphrase is set."""
    lost = _(
        "Nobody can open the record without the passphrase, we neither: write it down and keep it "
        "in a safe place. Backups made before stay as they are."
    )
    cached = _(
        "Small pictures and prepared images are then kept in memory only, and those on the disk "
        "are deleted. The cohort, models, reports and the images themselves are not encrypted."
    )
    return sentences(lost, cached)


def set_passphrase(record: Record, passphrase: str, report: Report, cancel: CancelToken) -> None:
    """Make `passphrase` the one that opens `record`; "" takes the encryption away.

    Other windows have to open the record again. Blocks that the disk has put elsewhere, as flash
    storage does, may keep what was there before: for that the disk itself has to be encrypted.

    Raises
    ------
    DamagedRecord
        If the record does not verify: it is then as it was.
    LockedRecord, FailedStorage
        As every writing method.
    """
    file = record.file
    is_rewrapped = bool(file.keys.data) and bool(passphrase)
    keys = file.keys if is_rewrapped else new_keys(is_encrypted=bool(passphrase))
    if passphrase:
        follow_encryption(file.path, is_encrypted=True)
    with writing(file.connection, file.path):
        require_same(file)
        if not is_rewrapped:
            with without_triggers(file.connection):
                _rewrite(file, keys, report, cancel)
        generation = keep_keys(file.connection, kept(keys, passphrase))
        changed = RecordFile(file.connection, file.path, keys, generation)
        if not audit_inside(changed, report, cancel).valid:
            raise damaged()
    file.keys, file.generation = keys, generation
    follow_encryption(file.path, is_encrypted=bool(passphrase))
    scrub(file)


@contextmanager
def without_triggers(connection: sqlite3.Connection) -> Iterator[None]:
    """Inside a transaction: what forbids changes and counts cases is away, then there again."""
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY rowid"
    triggers = connection.execute(query).fetchall()
    for name, _sql in triggers:
        connection.execute(f'DROP TRIGGER "{name}"')
    yield
    for _name, sql in triggers:
        connection.execute(sql)


def _rewrite(file: RecordFile, keys: Keys, report: Report, cancel: CancelToken) -> None:
    """Write every row and answer with other keys."""
    connection, models = file.connection, {}
    connection.execute("DELETE FROM main.words")
    total = connection.execute("SELECT coalesce(max(number), 0) FROM rows").fetchone()[0]
    for number in range(1, total + 1):
        if number % _STEP_ROWS == 0:
            cancel.raise_if_set()
            report(Step(_("Writing the record anew"), number, total))
        query = f"SELECT {COLUMNS} FROM rows WHERE number = ?"
        fields = connection.execute(query, (number,)).fetchone()
        if fields is None:
            raise damaged()
        row = Row(*fields)
        _rewrite_row(file, keys, row)
        if row.kind == "model":
            models[number] = model_in(opened_document(file.keys, row))
        elif row.kind == "shown" and row.identity is not None:
            document = opened_document(file.keys, row)
            text = searched_text(document, models[document["model"]].labels)
            _rewrite_answer(connection, number, answer_row(keys, document))
            if not keys.data:
                _rewrite_words(connection, number, text)


def _rewrite_row(file: RecordFile, keys: Keys, row: Row) -> None:
    place = f"{row.number} content"
    content = written(keys, place, read(file.keys, place, row.content))
    identity, place = None, f"{row.number} identity"
    if row.identity is not None:
        identity = written(keys, place, read(file.keys, place, row.identity))
    change = "UPDATE rows SET content = ?, identity = ? WHERE number = ?"
    file.connection.execute(change, (content, identity, row.number))


def _rewrite_answer(
    connection: sqlite3.Connection, number: int, identity: tuple[bytes, bytes | None]
) -> None:
    change = "UPDATE answers SET case_key = ?, patient = ? WHERE number = ?"
    connection.execute(change, (*identity, number))


def _rewrite_words(connection: sqlite3.Connection, number: int, text: bytes) -> None:
    query = "SELECT 1 FROM answers WHERE number = ? AND state != ''"
    if connection.execute(query, (number,)).fetchone():
        add_words(connection, number, text)
