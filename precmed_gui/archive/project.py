"""The cohort on the table as the disk keeps it: with every change, both ways, and where one was.

The window's workspace works on a `Project`. A change is on the disk when the method returns, so
that nothing which the screen has shown is lost when the program or the machine dies.
"""

import json
import os
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from precmed_gui.archive.cohort_edits import applied, difference, packed, taken_back
from precmed_gui.archive.project_file import connect, damaged, refusal, transaction
from precmed_gui.archive.project_history import (
    read_change,
    read_history,
    sealed,
    write_place,
    write_snapshot,
)
from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.diagnosis.errors import PrecmedError


class Project:
    """An open project; made by `open_project`.

    A change without a text belongs to the one before it: undo and redo take both together.
    Methods that write raise `FailedStorage` if the disk refuses; all is then as before.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path | None) -> None:
        self.path = path
        """The file, or None where nothing outlives the window."""
        self._connection = connection
        self._history = read_history(connection)
        with transaction(connection):
            write_snapshot(connection, self._history)

    @property
    def cohort(self) -> Cohort:
        """The cohort after the last change that is not undone."""
        return self._history.cohort

    @property
    def undo_texts(self) -> list[str]:
        """What can be undone, the last change last."""
        return [text for text in self._history.texts[: self._history.number] if text]

    @property
    def redo_texts(self) -> list[str]:
        """What can be done again, what comes next first."""
        return [text for text in self._history.texts[self._history.number :] if text]

    @property
    def is_new(self) -> bool:
        """Whether nothing was ever done in it."""
        return not self._history.texts

    def record(self, text: str, cohort: Cohort) -> None:
        """Keep the change from `self.cohort` to `cohort`; what was undone is then gone."""
        history = self._history
        change = packed(difference(history.cohort, cohort))
        made_at = datetime.now(UTC).isoformat(timespec="seconds")
        number, words = history.number + 1, json.dumps(text)
        seal = sealed(history.seal, number, words, made_at, change)
        row = (number, words, made_at, change, seal)
        with transaction(self._connection):
            if len(history.texts) > history.number:
                self._connection.execute("DELETE FROM edits WHERE number >= ?", (number,))
                self._connection.execute("DELETE FROM snapshots WHERE number >= ?", (number,))
            self._connection.execute("INSERT INTO edits VALUES (?, ?, ?, ?, ?)", row)
            write_place(self._connection, number, seal)
        history.texts[history.number :] = [text]
        history.seals[history.number :] = [seal]
        history.number, history.cohort = number, cohort

    def undo(self) -> Cohort:
        """Take the last change back; the cohort before it, or as it is with nothing to undo."""
        place = self._history.number
        while place and not self._history.texts[place - 1]:
            place -= 1
        return self._go(place - 1) if place else self.cohort

    def redo(self) -> Cohort:
        """Do again what was undone last; the cohort after it, or as it is with nothing undone."""
        texts, place = self._history.texts, self._history.number + 1
        while place < len(texts) and not texts[place]:
            place += 1
        return self._go(place) if place <= len(texts) else self.cohort

    def keep_view(self, values: Mapping[str, str]) -> None:
        """Remember where the user was: texts by name; names that are not there stay."""
        rows = [(name, json.dumps(value)) for name, value in values.items()]
        with transaction(self._connection):
            self._connection.executemany("INSERT OR REPLACE INTO view VALUES (?, ?)", rows)

    def view(self) -> dict[str, str]:
        """What `keep_view` kept; what cannot be read is left out."""
        found = {}
        for name, value in self._rows("SELECT name, value FROM view"):
            try:
                found[str(name)] = str(json.loads(value))
            except ValueError:
                continue
        return found

    def forget_view(self) -> None:
        """Where the user was does not matter any more."""
        with transaction(self._connection):
            self._connection.execute("DELETE FROM view")

    def keep_contents(self, contents: Mapping[str, bytes]) -> None:
        """Remember what the files of these paths contain, as `moved_files` says it."""
        rows = [(os.fsencode(path), content) for path, content in contents.items()]
        with transaction(self._connection):
            self._connection.executemany("INSERT OR REPLACE INTO contents VALUES (?, ?)", rows)

    def contents(self) -> dict[str, bytes]:
        """What `keep_contents` kept, of all files that were ever in the cohort."""
        rows = self._rows("SELECT path, content FROM contents")
        return {os.fsdecode(path): content for path, content in rows}

    def copy_into(self, other: sqlite3.Connection) -> None:
        """All of it into another connection, which it replaces."""
        self._connection.backup(other)

    def close(self) -> None:
        """Set the file free for another window; what was written stays written."""
        try:
            self._connection.close()
        except sqlite3.Error as error:
            raise refusal(error) from error

    def _go(self, number: int) -> Cohort:
        history = self._history
        places = (
            range(history.number + 1, number + 1)
            if number > history.number
            else range(history.number, number, -1)
        )
        try:
            changes = [read_change(self._connection, history, place) for place in places]
            if number < history.number:
                changes = [taken_back(change) for change in changes]
            cohort = applied(history.cohort, changes)
        except (ValueError, KeyError, TypeError) as error:
            raise damaged() from error
        except sqlite3.Error as error:
            raise refusal(error) from error
        with transaction(self._connection):
            write_place(self._connection, number, history.seals[-1])
        history.number, history.cohort = number, cohort
        return cohort

    def _rows(self, question: str) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(question).fetchall()
        except sqlite3.Error as error:
            raise refusal(error) from error


def open_project(path: Path | None) -> Project:
    """The project at `path`, a new one if there is none; None: one that only memory keeps.

    Raises
    ------
    LockedProject
        If another window works on it.
    DamagedProject
        If the file is not a project, or not as it was written.
    NewerProject
        If a later version made it.
    FailedStorage
        If the folder cannot be written to, or the disk is full.
    """
    connection = connect(path)
    try:
        return Project(connection, path)
    except sqlite3.Error as error:
        connection.close()
        raise refusal(error) from error
    except PrecmedError:
        connection.close()
        raise
