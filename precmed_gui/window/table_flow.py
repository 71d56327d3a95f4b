"""Between a table on the disk, its dialog and the reading engine: reading, matching, applying.

A table that was dropped opens the dialog; one found inside a dropped folder is only offered.
"""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.diagnosis.tables import ColumnMeaning, TableMatch
from precmed_gui.exchange.cohort_table import (
    TableOpened,
    is_table,
    match_table,
    matched,
    open_table,
)
from precmed_gui.exchange.table_files import find_tables
from precmed_gui.jobs.jobs import Jobs, Lane
from precmed_gui.jobs.messages import EngineDied, Failed, Outcome, Succeeded
from precmed_gui.language import N_, _
from precmed_gui.window.cases_panel import CasesPanel
from precmed_gui.window.cohort_flow import CohortFlow
from precmed_gui.window.dialogs import Dialogs
from precmed_gui.window.table_dialog import TableDialog
from precmed_gui.window.workspace import Workspace

TABLE_FILES = N_("Tables (*.csv *.tsv *.xlsx *.xlsm)")
IMAGES_FIRST = N_("There are no images yet that the table could say something about.")
OPEN_THEM = N_("Open the images first, then the table.")
OFFER = N_("There is a table with the images: “{name}”.")
MATCH = N_("Match it…")


class TableFlow(QObject):
    """Opens the table dialog for what was dropped or chosen, and makes its answer an edit."""

    def __init__(
        self, workspace: Workspace, jobs: Jobs, panel: CasesPanel, cohorts: CohortFlow
    ) -> None:
        super().__init__(panel)
        self._workspace, self._jobs, self._panel = workspace, jobs, panel
        self._opening = self._matching = self._searching = 0
        self._dropped: list[str] = []
        self._offered = ""
        self._seen = Cohort()
        self.dialog: TableDialog | None = None
        jobs.ended.connect(self._on_ended)
        panel.table_wished.connect(self.choose)
        panel.offer.acted.connect(self._on_offer_taken)
        cohorts.opening.connect(self._on_opening)
        cohorts.opened.connect(self._on_opened)

    @Slot()
    def choose(self) -> None:
        """Ask for a table."""
        dialogs = Dialogs(self._panel.window())
        if path := dialogs.open_file(_("Match a table with the images"), _(TABLE_FILES)):
            self.open(path)

    def open(self, path: str) -> None:
        """Read a table and show it beside the images on the table."""
        if not self._workspace.cohort.cases:
            self._panel.show_error(_(IMAGES_FIRST), _(OPEN_THEM))
            return
        if self._opening:
            self._jobs.abandon(self._opening)
        self._panel.forget_error()
        self._panel.offer.hide()
        self._panel.show_busy(_("Reading the table…"))
        self._seen = self._workspace.cohort
        work = partial(open_table, path, self._seen)
        self._opening = self._jobs.start(work, Lane.READING)

    @Slot(list)
    def _on_opening(self, paths: list[str]) -> None:
        """Images come first: what is dropped with them waits until they are there."""
        self._dropped = paths
        self._panel.offer.hide()
        if all(is_table(path) for path in paths):
            self._on_opened()

    @Slot()
    def _on_opened(self) -> None:
        dropped, self._dropped = self._dropped, []
        tables = [path for path in dropped if is_table(path)]
        if tables:
            self.open(tables[0])
        elif dropped:
            work = partial(find_tables, tuple(dropped))
            self._searching = self._jobs.start(work, Lane.READING, is_quick=True)

    @Slot()
    def _on_offer_taken(self) -> None:
        if self._offered:
            self.open(self._offered)

    @Slot(object)
    def _match(self, meanings: tuple[ColumnMeaning, ...]) -> None:
        if self.dialog is None:
            return
        if self._matching:
            self._jobs.abandon(self._matching)
        self._seen = self._workspace.cohort
        work = partial(match_table, self._seen, self.dialog.table, meanings)
        self._matching = self._jobs.start(work, Lane.READING, is_quick=True)

    @Slot(object)
    def _apply(self, cohort: Cohort) -> None:
        if self.dialog is None:
            return
        table, now = self.dialog.table, self._workspace.cohort
        if now is not self._seen:  # something else changed it meanwhile, and that must stay
            cohort = matched(now, table, self.dialog.meanings()).cohort
        name = Path(table.path).name
        self._workspace.edit(_("Match the table “{name}”").format(name=name), cohort)

    @Slot(int)
    def _on_finished(self, _result: int) -> None:
        if self._matching:
            self._jobs.abandon(self._matching)
            self._matching = 0
        if self.dialog is not None:
            self.dialog.deleteLater()
        self.dialog = None

    @Slot(int, object)
    def _on_ended(self, job: int, outcome: Outcome) -> None:
        if job == self._opening:
            self._opening = 0
            self._panel.show_idle()
            self._take_opened(outcome)
        elif job == self._matching:
            self._matching = 0
            self._take_match(outcome)
        elif job == self._searching:
            self._searching = 0
            self._take_found(outcome)

    def _take_opened(self, outcome: Outcome) -> None:
        if isinstance(outcome, Succeeded) and isinstance(outcome.result, TableOpened):
            self._show(outcome.result)
        elif message := _reason(outcome):
            self._panel.show_error(*message)

    def _show(self, opened: TableOpened) -> None:
        if self.dialog is not None:
            self.dialog.reject()
        self.dialog = TableDialog(opened, self._seen, self._panel.window())
        self.dialog.meanings_changed.connect(self._match)
        self.dialog.applied.connect(self._apply)
        self.dialog.finished.connect(self._on_finished)
        self.dialog.open()

    def _take_match(self, outcome: Outcome) -> None:
        if self.dialog is None:
            return
        if isinstance(outcome, Succeeded) and isinstance(outcome.result, TableMatch):
            self.dialog.show_match(outcome.result)
        elif message := _reason(outcome):
            self.dialog.show_error(*message)

    def _take_found(self, outcome: Outcome) -> None:
        if not isinstance(outcome, Succeeded) or not isinstance(outcome.result, tuple):
            return
        for path in outcome.result[:1]:
            self._offered = str(path)
            text = _(OFFER).format(name=Path(self._offered).name)
            self._panel.offer.show_message(text, action=_(MATCH))


def _reason(outcome: Outcome) -> tuple[str, str] | None:
    """(what happened, what to do) of work that failed; None where it was stopped."""
    if isinstance(outcome, Failed):
        return outcome.message, outcome.hint
    return (outcome.reason, outcome.hint) if isinstance(outcome, EngineDied) else None
