"""What the Record menu does: statistics, decisions as a table, verify, back up, restore, erase."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from precmed_gui.archive.record_copies import Restored, erase_again
from precmed_gui.diagnosis.work import Step
from precmed_gui.jobs.jobs import Jobs, Lane
from precmed_gui.jobs.messages import EngineDied, Failed, Outcome, Succeeded
from precmed_gui.language import N_, _, ngettext, sentences
from precmed_gui.places import record_file
from precmed_gui.window.panel_layout import WORKLIST
from precmed_gui.window.reader_statistics_view import ReaderStatisticsView
from precmed_gui.window.record_works import (
    NeedsPassphrase,
    RecordPlace,
    Verified,
    back_up_record,
    change_passphrase,
    count_readers,
    erase_patient,
    export_readings,
    restore_record,
    verify_record,
)
from precmed_gui.window.wording import number

if TYPE_CHECKING:
    from precmed_gui.window.main_window import MainWindow
    from precmed_gui.window.reading_room import ReadingRoom

BACKUPS = "PrecMed (*.precmed-record)"
TABLE_FILES = "CSV (*.csv);;XLSX (*.xlsx)"
VERIFYING, BACKING_UP = N_("Verifying the record…"), N_("Backing up the record…")
COUNTING = N_("Reading the decisions…")
CHANGING = N_("Writing the record anew…")
ENCRYPTED = N_(
    "The record opens with the new passphrase only. Backups made before stay as they are."
)
PLAIN = N_("The record is no longer encrypted.")
PART = N_("While you read blinded, answers that you have not read yourself are left out.")
RESTORING, ERASING = N_("Restoring the record…"), N_("Erasing the patient…")
VALID = N_("The record is as it was written.")
BAD = N_("The record is not as it was written: row {row} is the first that does not fit.")
BAD_FILE = N_("The record is not as it was written.")
REPORTED = N_("The head on the report is that of row {row}: everything up to it is here.")
UNREPORTED = N_("The head on the report is not in this record.")
CUT_OFF = N_(
    "Rows at the end were cut off, or the report belongs to another record. What is here fits "
    "together."
)
HEAD = N_("Its head, printed on reports: {head}")


class RecordFlow(QObject):
    """Turns menu entries into work on the record; one at a time."""

    def __init__(self, room: "ReadingRoom", window: "MainWindow") -> None:
        super().__init__(room)
        self._room, self._window = room, window
        self._jobs: Jobs = window.jobs
        self._panel = window.worklist
        self._job = 0
        self._done: Callable[[object], None] = _nothing
        self._jobs.reported.connect(self._on_reported)
        self._jobs.ended.connect(self._on_ended)
        self._panel.progress.stop_wished.connect(self.stop)

    @property
    def is_working(self) -> bool:
        """Whether something is being done with the record."""
        return self._job != 0

    @Slot()
    def stop(self) -> None:
        """Stop what runs; the record is as it was."""
        self._jobs.cancel(self._job)

    @Slot()
    def verify(self) -> None:
        """Walk through the chain, and find a head that is printed on a report."""
        if not self._is_free():
            return
        head = self._room.dialogs.head()
        if head is not None:
            work = partial(verify_record, self._place(), head)
            self._start(_(VERIFYING), work, self._say_verified)

    @Slot()
    def back_up(self) -> None:
        """Copy the record while it is in use."""
        if self._is_free() and (name := self._target(_("Back up the record"), "", BACKUPS)):
            work = partial(back_up_record, self._place(), Path(name))
            self._start(_(BACKING_UP), work, partial(self._say_backup, name))

    @Slot()
    def restore(self) -> None:
        """Make the record what it was; the present one, which may be damaged, is kept aside."""
        if not self._is_free() and (self._job or not self._room.is_damaged):
            return
        name = self._window.dialogs.open_file(_("Restore the record"), BACKUPS)
        if name and self._window.dialogs.confirm(
            _("Restore the record from “{name}”?").format(name=Path(name).name),
            _("What was recorded since then leaves the worklist; the present file is kept aside."),
            (_("Restore"), _("Leave it")),
        ):
            self._restore(name, self._room.passphrase)

    @Slot()
    def erase(self) -> None:
        """Take away who answers were about, after asking twice."""
        if not self._is_free():
            return
        shown = self._room.shown()
        named = (shown.patient or shown.case_key) if shown is not None else ""
        patient = self._room.dialogs.patient(named)
        if patient and self._window.dialogs.confirm(
            _("Erase “{patient}” for good?").format(patient=patient),
            _("Name, file and comments of all answers about this patient go. There is no undo."),
            (_("Erase for good"), _("Keep")),
        ):
            cases = self._window.workspace.cohort.cases
            images = tuple(case.key for case in cases if case.patient == patient)
            self._room.close()
            work = partial(erase_patient, self._place(), patient, images)
            self._start(_(ERASING), work, self._say_erased)

    @Slot()
    def change_passphrase(self) -> None:
        """Set, change or take away what opens the record."""
        if not self._is_free():
            return
        wish = self._room.dialogs.new_passphrase(self._room.passphrase)
        if wish is not None:
            self._room.close()
            work = partial(change_passphrase, self._place(), wish)
            self._start(_(CHANGING), work, partial(self._say_changed, wish))

    @Slot()
    def show_statistics(self) -> None:
        """What readers and model are worth, where the cohort knows the classes."""
        if self._is_free():
            cases = self._window.workspace.cohort.labelled
            truth = {case.key: case.label for case in cases if case.label is not None}
            work = partial(count_readers, self._place(), truth)
            self._start(_(COUNTING), work, self._show_counted)

    @Slot()
    def export(self) -> None:
        """Write what was read and decided as a table."""
        if not self._is_free():
            return
        has_identity = self._window.dialogs.confirm(
            _("Write the names of cases and patients into the table?"),
            _("Without them its rows are told by their number in the record."),
            (_("Write them"), _("Leave them out")),
        )
        if name := self._target(_("Save decisions"), "readings.csv", TABLE_FILES):
            work = partial(export_readings, self._place(), Path(name), has_identity)
            self._start(_(COUNTING), work, partial(self._say_exported, name))

    # Inside

    def _place(self) -> RecordPlace:
        decisions = self._room.decisions
        blinded = decisions.reader if decisions.is_blinded else ""
        return RecordPlace(record_file(), self._room.passphrase, blinded)

    def _is_free(self) -> bool:
        self._room.ask_again()
        return not self._job and self._room.keeper.open()

    def _target(self, title: str, name: str, kinds: str) -> str:
        return self._window.dialogs.save_file(title, name or "record.precmed-record", kinds)

    def _start(
        self, text: str, work: Callable[..., object], done: Callable[[object], None]
    ) -> None:
        self._window.layout_.show_panel(WORKLIST)
        self._panel.strip.hide()
        self._panel.progress.show_busy(text)
        self._done = done
        self._job = self._jobs.start(work, Lane.READING)

    def _restore(self, name: str, passphrase: str) -> None:
        self._room.close()
        work = partial(restore_record, record_file(), Path(name), passphrase)
        self._start(_(RESTORING), work, partial(self._say_restored, name, passphrase))

    def _show_counted(self, found: object) -> None:
        if isinstance(found, tuple):
            is_part = self._room.decisions.is_blinded
            view = ReaderStatisticsView(found, self._window, note=_(PART) if is_part else "")
            view.export_wished.connect(self.export)
            view.show()

    def _say_exported(self, name: str, _path: object) -> None:
        text = _("The decisions were saved as {path}").format(path=name)
        self._tell(sentences(text, _(PART) if self._room.decisions.is_blinded else ""))

    def _say_verified(self, found: object) -> None:
        if not isinstance(found, Verified):
            return
        tell, audit = self._room.dialogs.tell, found.audit
        rows = ngettext("{n} row", "{n} rows", audit.rows).format(n=number(audit.rows))
        end = f"{rows}\n\n{_(HEAD).format(head=audit.head)}"
        if not audit.valid:
            row = number(audit.first_bad)
            bad = _(BAD).format(row=row) if audit.first_bad else _(BAD_FILE)
            tell(bad, f"{audit.reason}\n{end}", is_bad=True)
        elif not found.head:
            tell(_(VALID), end)
        elif found.row:
            tell(_(VALID), f"{_(REPORTED).format(row=number(found.row))}\n{end}")
        else:
            tell(_(UNREPORTED), f"{_(CUT_OFF)}\n{end}", is_bad=True)

    def _say_backup(self, name: str, _rows: object) -> None:
        self._tell(_("The record was backed up as {path}").format(path=name))

    def _say_restored(self, name: str, passphrase: str, found: object) -> None:
        if isinstance(found, NeedsPassphrase):
            self._room.reopen()
            words = self._room.dialogs.passphrase_of_backup(found.reason if passphrase else "")
            if words:
                self._restore(name, words)
            return
        self._room.reopen(passphrase)
        aside = found.aside if isinstance(found, Restored) else None
        text = _("The record was restored from {path}.").format(path=name)
        kept = _("The former one is {path}.").format(path=aside) if aside else ""
        is_lost = isinstance(found, Restored) and found.has_lost_erasures
        self._tell(sentences(text, kept, erase_again() if is_lost else ""))

    def _say_changed(self, passphrase: str, _found: object) -> None:
        self._room.reopen(passphrase)
        self._tell(_(ENCRYPTED) if passphrase else _(PLAIN))

    def _say_erased(self, found: object) -> None:
        self._room.reopen()
        count = found if isinstance(found, int) else 0
        text = ngettext("{n} answer was erased.", "{n} answers were erased.", count)
        nothing = _("Nobody of this name is in the record.")
        self._tell(text.format(n=number(count)) if count else nothing)

    def _tell(self, text: str) -> None:
        self._panel.strip.show_message(text)

    @Slot(int, object)
    def _on_reported(self, job: int, event: object) -> None:
        if job == self._job and isinstance(event, Step):
            self._panel.progress.show_step(event)

    @Slot(int, object)
    def _on_ended(self, job: int, outcome: Outcome) -> None:
        if job != self._job or not self._job:
            return
        self._job = 0
        self._panel.progress.hide()
        if isinstance(outcome, Succeeded):
            self._done(outcome.result)
            return
        self._room.reopen()
        if isinstance(outcome, Failed):
            self._panel.strip.show_message(sentences(outcome.message, outcome.hint), kind="error")
        elif isinstance(outcome, EngineDied):
            self._panel.strip.show_message(sentences(outcome.reason, outcome.hint), kind="error")


def _nothing(_result: object) -> None:
    pass
