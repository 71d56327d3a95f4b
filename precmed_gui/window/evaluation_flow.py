"""Between the evaluation panel and the reading engine: reports, comparisons, saving, thumbnails.

A report is opened when the panel is on the screen or somebody wants to save it, not before.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.evaluation import Comparison
from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.diagnosis.model_report import ModelReport
from precmed_gui.diagnosis.pictures import ThumbnailsRead
from precmed_gui.exchange.card_page import write_card_page
from precmed_gui.exchange.evaluation_csv import write_evaluation_csv
from precmed_gui.jobs.jobs import Jobs, Lane
from precmed_gui.jobs.messages import EngineDied, Failed, Outcome, Succeeded
from precmed_gui.language import sentences
from precmed_gui.learning.model_report import compare_models, load_report
from precmed_gui.learning.shelf_view import ShelfContent
from precmed_gui.modalities import read_thumbnails
from precmed_gui.window.evaluation_panel import EvaluationPanel
from precmed_gui.window.wording import model_title
from precmed_gui.window.workspace import Workspace

_THUMBNAIL_SIDE = 96


class EvaluationFlow(QObject):
    """Keeps the panel about the chosen model.

    Signals
    -------
    failed
        (message, hint) of something the panel is not the place for.
    saved
        The path of a page or table that was written.
    """

    failed = Signal(str, str)
    saved = Signal(str)

    def __init__(self, workspace: Workspace, jobs: Jobs, panel: EvaluationPanel) -> None:
        super().__init__(panel)
        self._workspace, self._jobs, self._panel = workspace, jobs, panel
        self._loading = self._comparing = self._thumbnails = 0
        self._other = ""
        self._cards: dict[str, ModelCard] = {}
        self._waiting: list[Callable[[ModelReport], None]] = []
        jobs.reported.connect(self._on_reported)
        jobs.ended.connect(self._on_ended)
        workspace.model_changed.connect(self._on_model_changed)
        panel.report_wished.connect(self.load)
        panel.compare_wished.connect(self.compare)
        panel.thumbnails_wished.connect(self._read_thumbnails)

    @Slot()
    def load(self) -> None:
        """Open the report of the chosen model, unless it is open or being opened."""
        folder = self._workspace.model
        if folder is None or self._loading or self._is_shown(folder):
            return
        self._panel.show_loading()
        work = partial(load_report, str(folder))
        self._loading = self._jobs.start(work, Lane.READING, is_quick=True)

    @Slot(str)
    def compare(self, other: str) -> None:
        """Compare the chosen model with the one in another folder."""
        if self._workspace.model is None:
            return
        self._jobs.abandon(self._comparing)
        self._other = other
        self._panel.show_comparing()
        work = partial(compare_models, str(self._workspace.model), other)
        self._comparing = self._jobs.start(work, Lane.READING, is_quick=True)

    def save_page(self, path: Path) -> None:
        """Write the readable page, as soon as the report is open."""
        self.with_report(partial(self.write_page, path))

    def write_page(self, path: Path, report: ModelReport) -> None:
        """Write the readable page of a report that is open."""
        self._write(write_card_page, path, report)

    def save_table(self, path: Path) -> None:
        """Write the figures as CSV, as soon as the report is open."""
        self.with_report(partial(self._write, write_evaluation_csv, path))

    @Slot(object)
    def take_card(self, card: ModelCard) -> None:
        """The chosen model has other words on its card; nothing was measured anew."""
        report = self._panel.report
        if report is not None and report.folder == str(self._workspace.model):
            self._panel.show_report(replace(report, card=card))

    def _is_shown(self, folder: Path) -> bool:
        report = self._panel.report
        return (
            report is not None
            and report.folder == str(folder)
            and report.card == self._workspace.card
        )

    def with_report(self, use: Callable[[ModelReport], None]) -> None:
        """Do something with the report of the chosen model, as soon as it is open."""
        folder, report = self._workspace.model, self._panel.report
        if folder is None:
            return
        if report is not None and self._is_shown(folder):
            use(report)
        else:
            self._waiting.append(use)
            self.load()

    def _write(
        self, write: Callable[[Path, ModelReport], None], path: Path, report: ModelReport
    ) -> None:
        try:
            write(path, report)
        except PrecmedError as error:
            self.failed.emit(error.message, error.hint)
        else:
            self.saved.emit(str(path))

    @Slot(list)
    def _read_thumbnails(self, cases: list[Case]) -> None:
        self._jobs.abandon(self._thumbnails)
        card = self._workspace.card
        if card is not None and cases:
            work = partial(read_thumbnails, card.modality, tuple(cases), _THUMBNAIL_SIDE)
            self._thumbnails = self._jobs.start(work, Lane.READING, is_quick=True)

    @Slot(object)
    def _on_model_changed(self, _card: object) -> None:
        self._jobs.abandon(self._loading)
        self._jobs.abandon(self._comparing)
        self._loading = self._comparing = 0
        self._waiting = []
        self._show_models()
        self._panel.show_report(None)
        if self._panel.isVisible():
            self.load()

    @Slot(int, object)
    def _on_reported(self, job: int, event: object) -> None:
        if job == self._thumbnails and isinstance(event, ThumbnailsRead):
            self._panel.show_thumbnails(event)

    @Slot(int, object)
    def _on_ended(self, job: int, outcome: Outcome) -> None:
        result = outcome.result if isinstance(outcome, Succeeded) else None
        if isinstance(result, ShelfContent):  # asked for by the model flow; the news is for all
            self._cards = {str(model.folder): model.card for model in result.models if model.card}
            self._show_models()
        elif job == self._loading:
            self._loading = 0
            self._take_report(outcome)
        elif job == self._comparing:
            self._comparing = 0
            self._take_comparison(outcome)

    def _show_models(self) -> None:
        titles = [(folder, model_title(card)) for folder, card in self._cards.items()]
        self._panel.show_models(titles, str(self._workspace.model or ""))

    def _take_report(self, outcome: Outcome) -> None:
        waiting, self._waiting = self._waiting, []
        if isinstance(outcome, Succeeded) and isinstance(outcome.result, ModelReport):
            self._panel.show_report(outcome.result)
            for use in waiting:
                use(outcome.result)
        else:
            self._panel.show_failure(_said(outcome))
            if waiting:
                self.failed.emit(_said(outcome), "")

    def _take_comparison(self, outcome: Outcome) -> None:
        if isinstance(outcome, Succeeded) and isinstance(outcome.result, Comparison):
            card, other = self._workspace.card, self._cards.get(self._other)
            first, second = (found.name if found else "" for found in (card, other))
            self._panel.show_comparison(outcome.result, first, second)
        else:
            self._panel.show_no_comparison(_said(outcome))


def _said(outcome: Outcome) -> str:
    if isinstance(outcome, Failed):
        return sentences(outcome.message, outcome.hint)
    return sentences(outcome.reason, outcome.hint) if isinstance(outcome, EngineDied) else ""
