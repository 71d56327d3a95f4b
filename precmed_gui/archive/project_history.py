"""The changes in a project's file: each sealed with all before it, replayed when it is opened.

Used by `project` alone. SQLite notices few flipped bits by itself; the seals notice the rest.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from precmed_gui.archive.cohort_edits import CohortEdit, applied, difference, packed, unpacked
from precmed_gui.archive.project_file import damaged
from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.diagnosis.errors import PrecmedError

SNAPSHOT_EVERY = 1000
"""Changes after which opening writes the whole cohort down, so that the next opening is quick."""


@dataclass(slots=True)
class History:
    """What a project has in memory of its changes.

    Parameters
    ----------
    texts, seals
        Of all changes, the undone ones too, the first change first.
    number
        How many of them are not undone.
    cohort
        The cohort after these.
    """

    texts: list[str] = field(default_factory=list)
    seals: list[bytes] = field(default_factory=list)
    number: int = 0
    cohort: Cohort = field(default_factory=Cohort)

    @property
    def seal(self) -> bytes:
        """Of the last change that is not undone."""
        return self.seals[self.number - 1] if self.number else b""


def sealed(*parts: bytes | str | int) -> bytes:
    """A SHA-256 over `parts` and where each of them ends."""
    seal = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode("ascii")
        seal.update(len(data).to_bytes(8, "big") + data)
    return seal.digest()


def read_history(connection: sqlite3.Connection) -> History:
    """All changes, checked, and the cohort they lead to.

    Raises
    ------
    DamagedProject
        If anything is not as it was written.
    """
    history = History()
    kept = connection.execute("SELECT number, seal FROM place").fetchone()
    number = int(kept[0]) if kept else 0
    first, cohort = _snapshot(connection, number)
    try:
        changes = [
            unpacked(change)
            for place, change in _checked_changes(connection, history)
            if first < place <= number
        ]
        history.cohort = applied(cohort, changes)
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise damaged() from error
    last = history.seals[-1] if history.seals else b""
    if number > len(history.texts) or (kept and kept[1] != sealed(number, last)):
        raise damaged()
    if not kept and history.texts:
        raise damaged()
    history.number = number
    return history


def read_change(connection: sqlite3.Connection, history: History, number: int) -> CohortEdit:
    """One change, counted from 1, checked."""
    row = connection.execute(
        "SELECT text, made_at, change FROM edits WHERE number = ?", (number,)
    ).fetchone()
    before = history.seals[number - 2] if number > 1 else b""
    if row is None or sealed(before, number, *row) != history.seals[number - 1]:
        raise damaged()
    return unpacked(row[2])


def write_place(connection: sqlite3.Connection, number: int, last_seal: bytes) -> None:
    """Say how many changes are not undone; `last_seal` is of the last one, undone or not."""
    row = (number, sealed(number, last_seal))
    connection.execute("INSERT OR REPLACE INTO place VALUES (1, ?, ?)", row)


def write_snapshot(connection: sqlite3.Connection, history: History) -> bool:
    """Write the cohort as a whole if many changes were made since; whether it was."""
    row = connection.execute("SELECT max(number) FROM snapshots").fetchone()
    if history.number - (row[0] or 0) < SNAPSHOT_EVERY:
        return False
    cohort = packed(difference(Cohort(), history.cohort))
    seal = sealed(history.number, cohort)
    row = (history.number, cohort, seal)
    connection.execute("INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?)", row)
    return True


def _checked_changes(
    connection: sqlite3.Connection, history: History
) -> Iterator[tuple[int, bytes]]:
    """Number and content of every change, while `history` takes in the texts and seals."""
    seal = b""
    rows = connection.execute(
        "SELECT number, text, made_at, change, seal FROM edits ORDER BY number"
    )
    for place, (number, text, made_at, change, kept) in enumerate(rows, start=1):
        seal = sealed(seal, number, text, made_at, change)
        if number != place or seal != kept:
            raise damaged()
        history.texts.append(json.loads(text))
        history.seals.append(seal)
        yield number, change


def _snapshot(connection: sqlite3.Connection, number: int) -> tuple[int, Cohort]:
    """The last cohort written as a whole at or before a change, and after which change."""
    row = connection.execute(
        "SELECT number, cohort, seal FROM snapshots WHERE number <= ? ORDER BY number DESC LIMIT 1",
        (number,),
    ).fetchone()
    if row is None:
        return 0, Cohort()
    if sealed(row[0], row[1]) != row[2]:
        raise damaged()
    return int(row[0]), applied(Cohort(), [unpacked(row[1])])


def sound_changes(connection: sqlite3.Connection) -> tuple[Cohort, int]:
    """The cohort after all changes before the first damaged one, and how many these are."""
    cohort, done = Cohort(), 0
    with suppress(PrecmedError, sqlite3.Error, ValueError, KeyError, TypeError, IndexError):
        kept = connection.execute("SELECT number FROM place").fetchone()
        for number, change in _checked_changes(connection, History()):
            if number > kept[0]:
                break
            cohort, done = applied(cohort, [unpacked(change)]), number
    return cohort, done
