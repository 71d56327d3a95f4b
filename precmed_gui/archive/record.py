"""The record: what was shown, what readers decided, and what went out, in one chain of rows.

One SQLite file, shared by all windows. A row is on the disk when the method that wrote it returns,
and is never changed. The window, the reports and `precmed audit`, `precmed archive` use it.
"""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from precmed_gui.archive.record_audit import audit, row_of_head
from precmed_gui.archive.record_chain import COLUMNS, NO_HASH, Row, appending, opened_document
from precmed_gui.archive.record_erasing import erase_patient
from precmed_gui.archive.record_errors import damaged
from precmed_gui.archive.record_file import (
    RecordFile,
    close_file,
    open_file,
    reading_errors,
    require_same,
)
from precmed_gui.archive.record_keys import lookup_digest
from precmed_gui.archive.record_models import Models
from precmed_gui.archive.record_rows import (
    Model,
    decision_entry,
    decision_in,
    export_entry,
    export_in,
    map_entry,
    map_in,
    model_of,
    nearest_entry,
    nearest_in,
    shown_entry,
    shown_in,
    training_entry,
    training_in,
    with_nearest,
)
from precmed_gui.archive.record_worklist import (
    Wanted,
    add_answer,
    add_decision,
    counts,
    require_answer,
    select,
)
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.explanation import Explanation
from precmed_gui.diagnosis.prediction import Neighbour, Prediction
from precmed_gui.diagnosis.record import (
    Audit,
    Decision,
    Export,
    Shown,
    ShownMap,
    Training,
    UsedModel,
    WorklistRow,
)
from precmed_gui.diagnosis.work import CancelToken, Report

_ALL = 1_000_000_000
_LARGEST = 2**63 - 1


class Record:
    """An open record; made by `open_record`, used by one thread.

    Methods raise `FailedStorage` if the disk refuses, `LockedRecord` if another window writes for
    too long, `DamagedRecord`, and `ReplacedRecord` after another window restored or encrypted the
    record: then it is to be opened again.
    """

    def __init__(self, file: RecordFile) -> None:
        self.file = file
        """What `record_copies` works on."""
        self._models = Models()
        if not self._has_begun():
            with appending(file):
                pass

    @property
    def path(self) -> Path:
        """The file."""
        return self.file.path

    @property
    def is_encrypted(self) -> bool:
        """Whether it needs a passphrase."""
        return bool(self.file.keys.data)

    def keep_shown(self, answers: Sequence[Shown]) -> tuple[Shown, ...]:
        """Keep answers, all or none, before anybody sees them; the same with number and time.

        Where its model comes from, and its figures, are kept with the first answer of a model.
        """
        kept: list[Shown] = []
        models = self._models.copy()
        with appending(self.file) as tail:
            for shown in answers:
                model = models.row_of(model_of(shown), shown.origin, self.file, tail)
                entry = shown_entry(shown, model)
                kept.append(replace(shown, number=tail.append(entry), at=tail.at))
                add_answer(self.file, kept[-1], {**entry.content, **(entry.identity or {})})
                if shown.nearest:
                    number = kept[-1].number
                    tail.append(nearest_entry(shown.nearest, shown.unkept, number))
        self._models = models
        return tuple(kept)

    def decide(self, decision: Decision) -> Decision:
        """Keep a decision; the same with number and time.

        Raises
        ------
        UnknownAnswer
            If there is no such answer, or its patient was erased.
        """
        with appending(self.file) as tail:
            require_answer(self.file, decision.shown)
            number = tail.append(decision_entry(decision))
            kept = replace(decision, number=number, at=tail.at)
            add_decision(self.file, kept)
        return kept

    def note_map(self, found: ShownMap) -> ShownMap:
        """Keep that a map was shown; the same with number and time. Raises as `decide`."""
        with appending(self.file) as tail:
            require_answer(self.file, found.shown)
            return replace(found, number=tail.append(map_entry(found)), at=tail.at)

    def note_export(self, export: Export) -> Export:
        """Keep that something went out; the same with number and time. Raises as `decide`."""
        with appending(self.file) as tail:
            if export.shown:
                require_answer(self.file, export.shown)
            return replace(export, number=tail.append(export_entry(export)), at=tail.at)

    def note_training(self, training: Training) -> Training:
        """Keep that a training ended with a model; the same with number and time."""
        with appending(self.file) as tail:
            return replace(training, number=tail.append(training_entry(training)), at=tail.at)

    def worklist(
        self, text: str = "", state: str = "", limit: int = 200, offset: int = 0
    ) -> tuple[WorklistRow, ...]:
        """Cases, the one shown last first.

        Parameters
        ----------
        text
            Words that must all stand in the case's name, the patient, or the most probable class.
        state
            "waiting", "read", "referred", or "" for all.
        """
        with self._reading():
            wanted = Wanted(text, state, limit=limit, offset=offset)
            return select(self.file, self._models.refreshed(self.file), wanted)

    def worklist_by_name(
        self, text: str, state: str, limit: int, offset: int
    ) -> tuple[WorklistRow, ...]:
        """As `worklist`, but no class is searched: for a reader who must not learn it."""
        with self._reading():
            wanted = Wanted(text, state, limit=limit, offset=offset, is_by_name=True)
            return select(self.file, self._models.refreshed(self.file), wanted)

    def earlier_of(self, patient: str) -> tuple[WorklistRow, ...]:
        """All cases of a patient, the one shown last first; none for an unknown patient."""
        if not patient:
            return ()
        with self._reading():
            wanted = Wanted(patient=patient, limit=_ALL)
            return select(self.file, self._models.refreshed(self.file), wanted)

    def counts(self) -> dict[str, int]:
        """Cases by state: "waiting", "read", "referred"."""
        with self._reading():
            return counts(self.file.connection)

    def shown(self, number: int) -> Shown | None:
        """One answer; None if there is none. Of an erased patient it has no identity."""
        if number > _LARGEST:
            return None
        with self._reading():
            models = self._models.refreshed(self.file)
            rows = self._rows("number = ? AND kind = 'shown'", number)
            return next((self._whole(row, models) for row in rows), None)

    def answers_of(self, case_key: str) -> tuple[int, ...]:
        """The numbers of all answers about a case, the newest first."""
        with self._reading():
            query = "SELECT number FROM answers WHERE case_key = ? ORDER BY number DESC"
            values = (lookup_digest(self.file.keys, case_key),)
            return tuple(number for (number,) in self.file.connection.execute(query, values))

    def nearest_of(self, shown_number: int) -> tuple[Neighbour, ...]:
        """The training images shown beside an answer; without paths where those were erased."""
        with self._reading():
            found = (
                nearest_in(opened_document(self.file.keys, row))
                for row in self._about(shown_number, "nearest")
            )
            return next(found, ())

    def whole(self, shown: Shown) -> Shown:
        """An answer of the worklist with the training images that were shown beside it."""
        with self._reading():
            found = (
                with_nearest(shown, opened_document(self.file.keys, row))
                for row in self._about(shown.number, "nearest")
            )
            return next(found, shown)

    def maps_of(self, shown_number: int) -> tuple[ShownMap, ...]:
        """All maps shown of an answer, the first one first."""
        with self._reading():
            return tuple(
                map_in(opened_document(self.file.keys, row), shown_number, row.number, row.at)
                for row in self._about(shown_number, "map")
            )

    def models(self) -> tuple[UsedModel, ...]:
        """All models whose answers are here, the one used first first."""
        with self._reading():
            return self._models.used(self.file)

    def waiting(self) -> frozenset[int]:
        """The newest answers of all cases that nobody has decided about."""
        with self._reading():
            query = "SELECT number FROM answers WHERE state = 'waiting'"
            return frozenset(number for (number,) in self.file.connection.execute(query))

    def decisions_of(self, shown_number: int) -> tuple[Decision, ...]:
        """All decisions about an answer, the first one first."""
        with self._reading():
            return tuple(
                decision_in(opened_document(self.file.keys, row), shown_number, row.number, row.at)
                for row in self._about(shown_number, "decision")
            )

    def exports_of(self, shown: int) -> tuple[Export, ...]:
        """All that went out about an answer, the first one first; 0: about many."""
        with self._reading():
            found = self._about(shown, "export") if shown else self._rows("kind = 'export'", None)
            return tuple(
                export_in(opened_document(self.file.keys, row), shown, row.number, row.at)
                for row in found
                if row.about == shown
            )

    def trainings(self) -> tuple[Training, ...]:
        """All trainings that ended with a model, the first one first."""
        with self._reading():
            return tuple(
                training_in(opened_document(self.file.keys, row), row.number, row.at)
                for row in self._rows("kind = 'training'", None)
            )

    def every(self) -> Iterator[tuple[Shown, tuple[Decision, ...]]]:
        """All answers with their decisions, the first one first; erased ones without identity."""
        with self._reading():
            models = self._models.refreshed(self.file)
            for row in self._rows("kind = 'shown'", None):
                yield self._whole(row, models), self.decisions_of(row.number)

    def verify(self, report: Report, cancel: CancelToken) -> Audit:
        """Whether everything is as it was written; raises `Cancelled` if `cancel` is set."""
        return audit(self.file, report, cancel)

    def head(self) -> str:
        """SHA-256 of the last row, 64 hexadecimal digits."""
        with self._reading():
            row = self.file.connection.execute("SELECT hash FROM head").fetchone()
            return bytes(row[0] if row else NO_HASH).hex()

    def row_of_head(self, head: str) -> int:
        """The row that a head, or the beginning of one, belongs to; 0 if it is not in the chain."""
        with self._reading():
            return row_of_head(self.file.connection, head)

    def erase(self, patient: str, images: Collection[str] = ()) -> int:
        """Erase a patient, or a case whose patient is unknown by its key; how many answers it was.

        The names of their images go from the answers of others, too, beside which they were shown;
        `images` are keys of cases that are known to be theirs without an answer in the record.
        Backups made before still hold the patient.
        """
        return erase_patient(self.file, patient, images)

    def close(self) -> None:
        """Set the file free; what was written stays written."""
        with reading_errors():
            close_file(self.file)

    def _has_begun(self) -> bool:
        with reading_errors():
            return self.file.connection.execute("SELECT 1 FROM head").fetchone() is not None

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with reading_errors():
            require_same(self.file)
            try:
                yield
            except (KeyError, TypeError, ValueError) as error:
                raise damaged() from error

    def _rows(self, condition: str, value: int | None) -> Iterator[Row]:
        values = () if value is None else (value,)
        query = f"SELECT {COLUMNS} FROM rows WHERE {condition} ORDER BY number"
        for fields in self.file.connection.execute(query, values):
            yield Row(*fields)

    def _whole(self, row: Row, models: dict[int, Model]) -> Shown:
        document = opened_document(self.file.keys, row)
        shown = shown_in(document, models, row.number, row.at)
        return self.whole(shown)

    def _about(self, number: int, kind: str) -> Iterator[Row]:
        rows = self._rows("about = ? AND about > 0", number)
        return (row for row in rows if row.kind == kind)


def open_record(path: Path, passphrase: str = "") -> Record:
    """The record at `path`, a new one if there is none; encrypted if new and with a passphrase.

    Raises
    ------
    WrongPassphrase
        If it is encrypted, and not with this passphrase.
    LockedRecord, DamagedRecord, NewerRecord, FailedStorage
        If it cannot be opened; the file is as it was.
    """
    file = open_file(path.expanduser().absolute(), passphrase)
    try:
        return Record(file)
    except PrecmedError:
        close_file(file)
        raise


def shown_of(prediction: Prediction, model: UsedModel) -> Shown:
    """What is kept of an answer before it is shown."""
    return Shown(
        case_key=prediction.case.key,
        case_name=prediction.case.name,
        patient=prediction.case.patient,
        fingerprint=prediction.fingerprint,
        model_name=model.name,
        model_digest=model.digest,
        labels=prediction.labels,
        probabilities=prediction.probabilities,
        label_set=prediction.label_set,
        verdict=prediction.verdict,
        reason=prediction.reason,
        intended_use=model.intended_use,
        test_sentence=model.test_sentence,
        slices=prediction.case.slices,
        nearest=prediction.nearest,
        unkept=prediction.unkept,
        origin=model.origin,
        figures=model.figures,
    )


def map_of(found: Explanation, shown: int) -> ShownMap:
    """What is kept of a map of answer `shown`: not the picture, but what tells it from any other.

    The digest is the SHA-256 of height and width in decimal with a blank after each, then of the
    strengths row by row, as 32-bit floats, the low byte first.
    """
    strength, checks = found.strength, found.checks
    digest = hashlib.sha256("".join(f"{side} " for side in strength.shape).encode())
    digest.update(strength.astype("<f4", order="C").tobytes())
    return ShownMap(
        shown=shown,
        label=found.label,
        method=found.method,
        slice_number=found.slice_number,
        randomisation=checks.randomisation,
        repeatability=checks.repeatability,
        passed=checks.passed,
        digest=digest.hexdigest(),
    )
