"""`precmed audit`, `precmed archive` and what `precmed predict --archive` keeps; added by `cli`.

An encrypted record needs its passphrase: of the environment (`PRECMED_PASSPHRASE`), or typed where
there is a terminal.
"""

import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from precmed_gui.archive.exports import export_of
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.prediction import PredictionList
from precmed_gui.diagnosis.record import Audit, Training
from precmed_gui.diagnosis.training import TrainingResult
from precmed_gui.evaluation.figure_texts import images_text, number
from precmed_gui.language import _, ngettext, sentences
from precmed_gui.options import AsJson, TableChoice, TableColumns
from precmed_gui.places import record_file
from precmed_gui.terminal import say, shown_progress, stopping_on_interrupt

if TYPE_CHECKING:
    from precmed_gui.archive.record import Record

_Result = TypeVar("_Result")
PASSPHRASE, NEW_PASSPHRASE = "PRECMED_PASSPHRASE", "PRECMED_NEW_PASSPHRASE"
_HEAD = re.compile(r"[0-9a-fA-F]{8,64}")


def _known_head(text: str) -> str:
    found = re.sub(r"\s", "", text)
    if found and not _HEAD.fullmatch(found):
        raise typer.BadParameter(_("give at least the first 8 of its digits (0–9, a–f)."))
    return found.lower()


RecordPath = Annotated[
    Path | None,
    typer.Option("--record", metavar="FILE", help=_("Another record than your own.")),
]
Head = Annotated[
    str,
    typer.Option(
        metavar="HEX",
        callback=_known_head,
        help=_("Also find a head that is printed on a report: it must be in the chain."),
    ),
]
BackupFile = Annotated[Path, typer.Argument(metavar="FILE", help=_("The file of the backup."))]
Patient = Annotated[
    str,
    typer.Argument(
        metavar="PATIENT", help=_("The patient, or the whole path of an image of nobody known.")
    ),
]

ReadingsFile = Annotated[
    Path, typer.Argument(metavar="FILE", help=_("The table; XLSX where its name ends so."))
]
WithNames = Annotated[
    bool, typer.Option("--identity", help=_("Write the names of cases and patients, too."))
]
Truth = Annotated[
    Path | None,
    typer.Option(
        metavar="PATH",
        help=_("What is right: images sorted into classes, or a table of files and classes."),
    ),
]
OneReader = Annotated[
    str, typer.Option("--reader", metavar="NAME", help=_("The figures of this reader only."))
]

audit_app = typer.Typer(help=_("Verify the record, and list the trainings in it."))
archive_app = typer.Typer(help=_("Back up, restore and encrypt the record, or erase a patient."))


def add_to(app: typer.Typer) -> None:
    """Make `audit` and `archive` commands of `app`."""
    app.add_typer(audit_app, name="audit", no_args_is_help=True)
    app.add_typer(archive_app, name="archive", no_args_is_help=True)


@audit_app.command(help=_("Verify the chain of the record; exit code 1 where it does not hold."))
def verify(head: Head = "", record: RecordPath = None, as_json: AsJson = False) -> None:
    """Verify the record, and find `head` in it."""
    found = _audited(_place(record), head)
    document = {
        "valid": found.valid,
        "rows": found.rows,
        "head": found.head,
        "first_bad": found.first_bad or None,
        "reason": found.reason or None,
    }
    typer.echo(json.dumps(document) if as_json else _audit_text(found))
    if not found.valid:
        raise typer.Exit(1)


@audit_app.command(help=_("List the trainings in the record: which model, on what, when."))
def trainings(record: RecordPath = None, as_json: AsJson = False) -> None:
    """List the trainings that ended with a model."""
    with opened_record(_place(record)) as found:
        kept = found.trainings()
    if as_json:
        typer.echo(json.dumps({"trainings": [asdict(one) for one in kept]}, allow_nan=False))
    elif kept:
        typer.echo("\n".join(map(_training_text, kept)))
    else:
        typer.echo(_("No training is in the record."))


@archive_app.command(help=_("Copy the record into one file, while it may be in use."))
def backup(file: BackupFile, record: RecordPath = None) -> None:
    """Back up the record into `file`."""
    from precmed_gui.archive.record_copies import back_up

    with (
        opened_record(_place(record)) as found,
        stopping_on_interrupt() as cancel,
        shown_progress() as report,
    ):
        rows = back_up(found, file, report, cancel)
    typer.echo(_counted(rows, _("Backup: {file}").format(file=file)))


@archive_app.command(help=_("Make the record what it was in a backup; the former is kept aside."))
def restore(file: BackupFile, record: RecordPath = None) -> None:
    """Restore the record from `file`."""
    from precmed_gui.archive.record_copies import erase_again
    from precmed_gui.archive.record_copies import restore as restore_record

    place = record.expanduser() if record else record_file()

    def work(typed: str) -> str:
        with stopping_on_interrupt() as cancel, shown_progress() as report:
            done = restore_record(place, file, typed, report, cancel)
        aside = _("The former record is {path}.").format(path=done.aside) if done.aside else ""
        lost = erase_again() if done.has_lost_erasures else ""
        return _counted(done.rows, _("The record is as in the backup."), sentences(aside, lost))

    typer.echo(_with_passphrase(work))


@archive_app.command(help=_("Erase who a patient's answers are about, for good."))
def erase(patient: Patient, record: RecordPath = None) -> None:
    """Erase `patient` from the record."""
    with opened_record(_place(record)) as found:
        count = found.erase(patient)
    if not count:
        raise PrecmedError(
            _("The record has no answer about “{patient}”.").format(patient=patient),
            _("Write the patient as it stands in the worklist."),
        )
    erased = ngettext(
        "{n} answer has no identity any more.", "{n} answers have no identity any more.", count
    ).format(n=count)
    typer.echo(f"{erased} {_('Backups made before still have it.')}")
    _say_former(_place(record))


@archive_app.command(help=_("Set or change the passphrase that encrypts the record."))
def passphrase(
    record: RecordPath = None,
    remove: Annotated[
        bool, typer.Option("--remove", help=_("Take the encryption away instead."))
    ] = False,
) -> None:
    """Encrypt the record, give it another passphrase, or take the encryption away."""
    from precmed_gui.archive.record_passphrase import forgotten_passphrase, set_passphrase

    with opened_record(_place(record)) as found:
        if not remove:
            say(forgotten_passphrase())
        new = "" if remove else _new_passphrase()
        with stopping_on_interrupt() as cancel, shown_progress() as report:
            set_passphrase(found, new, report, cancel)
    typer.echo(_("The record is not encrypted.") if remove else _("The record is encrypted."))
    _say_former(_place(record))


@archive_app.command(help=_("Write all readings and decisions as CSV or XLSX, without names."))
def table(file: ReadingsFile, names: WithNames = False, record: RecordPath = None) -> None:
    """Write the newest answer of each case, and every decision, into `file`."""
    from precmed_gui.archive.table_readings import cases_in, table_readings
    from precmed_gui.exchange.readings_table import write_readings

    place = file.expanduser().resolve()
    with (
        opened_record(_place(record)) as found,
        stopping_on_interrupt() as cancel,
        shown_progress() as report,
    ):
        readings = table_readings(found, "", report, cancel)
        write_readings(place, readings, has_identity=names)
        cases = cases_in(readings)
        found.note_export(export_of("readings", place, cases=cases))
    counted = ngettext("{n} case", "{n} cases", cases).format(n=cases)
    typer.echo(f"{_('Written: {path}').format(path=place)} ({counted})")


@archive_app.command(help=_("What readers and model are worth, alone and together."))
def statistics(
    truth: Truth = None,
    table_columns: TableColumns = "",
    reader: OneReader = "",
    record: RecordPath = None,
    as_json: AsJson = False,
) -> None:
    """Count the decisions of the record against `truth`."""
    from precmed_gui.archive.table_readings import decided_readings
    from precmed_gui.evaluation.reader_statistics import by_reader
    from precmed_gui.evaluation.readings import readings_of
    from precmed_gui.reader_answers import (
        known_truth,
        of_reader,
        statistics_document,
        statistics_text,
    )

    with (
        opened_record(_place(record)) as found,
        stopping_on_interrupt() as cancel,
        shown_progress() as report,
    ):
        kept = decided_readings(found, "", report, cancel)
        known = known_truth(TableChoice(truth, table_columns), kept, report, cancel)
        counted = of_reader(by_reader(readings_of(kept, known), cancel), reader)
    document = statistics_document(counted, truth)
    typer.echo(json.dumps(document, allow_nan=False) if as_json else statistics_text(counted))


def kept_answers(
    model: Path, answers: PredictionList, table: Path | None = None
) -> dict[str, object]:
    """Keep what `precmed predict` is going to print, and write a table of it; where it stands."""
    from precmed_gui.archive.record import shown_of
    from precmed_gui.archive.used_models import used_model
    from precmed_gui.exchange.predictions_csv import write_predictions_csv
    from precmed_gui.learning.shelf import load_card, model_digest

    used = used_model(load_card(model, verify=False), model_digest(model))
    with opened_record(record_file()) as record:
        kept = record.keep_shown([shown_of(one, used) for one in answers.predictions])
        if table is not None:
            write_predictions_csv(table, answers)
            record.note_export(export_of("predictions", table, cases=len(kept)))
        return {"rows": [one.number for one in kept], "head": record.head()}


def kept_training(record: "Record", result: TrainingResult) -> dict[str, object]:
    """Keep what `precmed train` is going to print; where it stands.

    Raises
    ------
    PrecmedError
        If the record does not take it; the model is on the disk all the same.
    """
    from precmed_gui.archive.trainings import training_of
    from precmed_gui.learning.shelf import model_digest

    try:
        kept = record.note_training(training_of(result, model_digest(Path(result.folder))))
        return {"row": kept.number, "head": record.head()}
    except PrecmedError as error:
        text = _("The model is in {folder}, but the training is not in the record: {reason}")
        said = text.format(folder=result.folder, reason=error.message)
        raise PrecmedError(said, error.hint) from error


@contextmanager
def opened_record(path: Path) -> Iterator["Record"]:
    """The record at `path`, a new one if there is none, with its passphrase asked for."""
    from precmed_gui.archive.record import open_record

    record = _with_passphrase(lambda typed: open_record(path, typed))
    try:
        yield record
    finally:
        record.close()


def _audited(place: Path, head: str) -> Audit:
    """The audit of the record at `place`, which is not valid either where it cannot be opened."""
    from precmed_gui.archive.record_errors import DamagedRecord

    try:
        with opened_record(place) as record:
            with stopping_on_interrupt() as cancel, shown_progress() as report:
                found = record.verify(report, cancel)
            if found.valid and head and not record.row_of_head(head):
                reason = _("The head {head} is not in the chain: rows were cut off, or replaced.")
                return Audit(False, found.rows, found.head, 0, reason.format(head=head))
            return found
    except DamagedRecord as error:
        return Audit(False, 0, "", 0, error.message)


def _audit_text(found: Audit) -> str:
    rows = ngettext("{n} row", "{n} rows", found.rows).format(n=found.rows)
    head = _("Head: {head}").format(head=found.head)
    if found.valid:
        return "\n".join((_("The record is as it was written: {rows}.").format(rows=rows), head))
    if found.first_bad:
        bad = _("The record is not as it was written: row {number} is the first bad one. {reason}")
        return bad.format(number=found.first_bad, reason=found.reason)
    return _("The record is not as it was written. {reason}").format(reason=found.reason)


def _training_text(training: Training) -> str:
    text = _("{row}  {when}  “{model}” on “{cohort}”: {images}, {patients}. {test}")
    origin = training.origin
    patients = ngettext("{n} patient", "{n} patients", origin.patients)
    return text.format(
        row=training.number,
        when=training.ended,
        model=training.model_name,
        cohort=origin.cohort,
        images=images_text(origin.images),
        patients=patients.format(n=number(origin.patients)),
        test=training.test_sentence,
    )


def _counted(rows: int, *texts: str) -> str:
    counted = ngettext("{n} row.", "{n} rows.", rows).format(n=rows)
    return "\n".join(filter(None, (*texts, counted)))


def _say_former(place: Path) -> None:
    """Name the former records that restoring set aside: nothing changes in them."""
    from precmed_gui.archive.record_copies import former_records

    if found := former_records(place):
        say(_("Former records, set aside by restoring, stay as they are:"))
        for path in found:
            say(str(path))


def _place(record: Path | None) -> Path:
    """Where the record is; raises `PrecmedError` where none is."""
    from precmed_gui.archive.record_seal import seal_path

    place = (record.expanduser() if record else record_file()).absolute()
    if not (place.is_file() and place.stat().st_size) and not seal_path(place).exists():
        raise PrecmedError(
            _("There is no record at {path}.").format(path=place),
            _("It begins with the first answer that is kept; or name another one by --record."),
        )
    return place


def _with_passphrase(work: Callable[[str], _Result]) -> _Result:
    """`work` with what opens the record: nothing, what the environment says, or what is typed."""
    from precmed_gui.archive.record_errors import WrongPassphrase

    given = os.environ.get(PASSPHRASE, "")
    try:
        return work(given)
    except WrongPassphrase as error:
        if given:
            raise
        if not sys.stdin.isatty():
            hint = _("Name its passphrase in the environment as {name}.").format(name=PASSPHRASE)
            raise WrongPassphrase(error.message, hint) from error
    return work(getpass(_("Passphrase of the record: ")))


def _new_passphrase() -> str:
    """What is to open the record from now on, typed twice where it is typed."""
    given = os.environ.get(NEW_PASSPHRASE, "")
    if given or not sys.stdin.isatty():
        typed = given
    else:
        typed = getpass(_("New passphrase: "))
        if typed and getpass(_("The same again: ")) != typed:
            raise PrecmedError(_("The two are not the same."), _("Nothing was changed. Try again."))
    if not typed:
        raise PrecmedError(
            _("There is no new passphrase."),
            _("Type one, or name it in the environment as {name}.").format(name=NEW_PASSPHRASE),
        )
    return typed
