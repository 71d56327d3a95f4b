"""What each menu entry does: asks with a dialog where needed, then tells a flow."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication

from precmed_gui.archive.exports import export_of
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.model_report import ModelReport
from precmed_gui.language import _, current_language, sentences
from precmed_gui.places import guide_folder
from precmed_gui.window.panel_layout import WORKLIST

if TYPE_CHECKING:
    from precmed_gui.window.main_window import MainWindow

COHORT_FILES = "PrecMed (*.precmed-cohort.json)"
CSV_FILES = "CSV (*.csv)"
TABLE_FILES = "CSV (*.csv);;XLSX (*.xlsx)"
CURVE_FILES = "PNG (*.png);;CSV (*.csv)"
HTML_FILES = "HTML (*.html)"
_PLACES = ("cases", "training", "prediction", "evaluation", "preparing", "reading")
PAGES = tuple(f"{name}.md" for name in _PLACES)


class Wishes(QObject):
    """One method a wish of `actions.MENUS`, and the same wishes coming from panels."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._dialogs = window.dialogs
        stack, plain = window.workspace.undo_stack, self._plain()
        names = window.actions_.by_name
        for name, action in names.items():
            action.triggered.connect(plain.get(name) or getattr(self, name))
        window.cases.check_wished.connect(self.check_images)
        window.training.leak_question.findings_wished.connect(self.show_check)
        window.training.leak_question.statement_wished.connect(self.state_leak)
        window.cases.add_folder_wished.connect(self.add_folder)
        window.cases.add_files_wished.connect(self.add_files)
        window.prediction.browse_wished.connect(self.read_files)
        window.prediction.save_wished.connect(self.save_predictions)
        window.training.export_wished.connect(self.export_curves)
        window.evaluation.export_page_wished.connect(self.save_page)
        window.evaluation.export_csv_wished.connect(self.save_figures)
        for panel in (window.training, window.prediction, window.evaluation):
            panel.intended_use_wished.connect(self.state_use)
        window.evaluation_flow.saved.connect(self._on_saved)
        window.model_flow.copied.connect(self._on_copied)
        stack.canUndoChanged.connect(names["undo"].setEnabled)
        stack.canRedoChanged.connect(names["redo"].setEnabled)
        stack.undoTextChanged.connect(self._on_undo_text)
        stack.redoTextChanged.connect(self._on_redo_text)
        names["read_blinded"].setCheckable(True)
        names["read_blinded"].setChecked(window.worklist.blinding.isChecked())
        window.worklist.blinding.toggled.connect(names["read_blinded"].setChecked)
        names["undo"].setEnabled(False)
        names["redo"].setEnabled(False)

    def _plain(self) -> dict[str, Callable[[], object]]:
        """The wishes that need no question."""
        window = self._window
        stack, room = window.workspace.undo_stack, window.room
        return {
            "open_demo": window.cohort_flow.open_demo,
            "quit": window.close,
            "undo": stack.undo,
            "redo": stack.redo,
            "clear": window.cohort_flow.clear,
            "next": window.prediction.show_next,
            "previous": window.prediction.show_previous,
            "show_header": window.prediction.show_header,
            "reset_layout": window.layout_.arrange,
            "large_picture": window.layout_.toggle_large,
            "about": self._dialogs.show_about,
            "show_map": window.prediction.map_bar.wish,
            "save_report": room.reports.save_report,
            "save_sr": room.reports.save_sr,
            "save_capture": room.reports.save_capture,
            "change_passphrase": room.record.change_passphrase,
            "next_waiting": room.worklist.show_next_waiting,
            "read_blinded": window.worklist.blinding.toggle,
            "name_reader": room.decisions.name_reader,
            "show_statistics": room.record.show_statistics,
            "export_readings": room.record.export,
            "verify_record": room.record.verify,
            "back_up_record": room.record.back_up,
            "restore_record": room.record.restore,
            "erase_patient": room.record.erase,
        }

    @Slot()
    def add_folder(self) -> None:
        if folder := self._dialogs.folder(_("Add a folder of images")):
            self._window.cohort_flow.open_paths([folder])

    @Slot()
    def add_files(self) -> None:
        if files := self._dialogs.files(_("Add images")):
            self._window.cohort_flow.open_paths(files)

    @Slot()
    def open_cohort(self) -> None:
        if name := self._dialogs.open_file(_("Open cohort"), COHORT_FILES):
            self._window.cohort_flow.open_file(name)

    @Slot()
    def save_cohort(self) -> None:
        cohort = self._window.workspace.cohort
        name = f"{cohort.name or _('Cohort')}.precmed-cohort.json"
        if chosen := self._dialogs.save_file(_("Save cohort"), name, COHORT_FILES):
            self._window.cohort_flow.save_file(chosen)

    @Slot()
    def read_files(self) -> None:
        if files := self._dialogs.files(_("Read images")):
            self._window.reading_flow.read_paths(files)

    @Slot()
    def read_folder(self) -> None:
        if folder := self._dialogs.folder(_("Read a folder of images")):
            self._window.reading_flow.read_paths([folder])

    @Slot()
    def save_predictions(self) -> None:
        if not self._window.prediction.readings.rowCount():
            return
        if (refusal := self._window.reading_flow.refusal_to_save()) is not None:
            self._window.tell(refusal.message, refusal.hint)
            return
        if name := self._dialogs.save_file(_("Save predictions"), "predictions.csv", TABLE_FILES):
            error = self._window.reading_flow.save_table(Path(name))
            if error is not None:
                self._window.tell(error.message, error.hint)
                return
            cases = len(self._window.prediction.readings.predictions())
            note = self._window.room.keeper.note_export
            note(export_of("predictions", Path(name), cases=cases))

    @Slot()
    def export_curves(self) -> None:
        name = self._dialogs.save_file(_("Save curves"), "curves.png", CURVE_FILES)
        if not name:
            return
        curves, path = self._window.training.curves, Path(name)
        try:
            if path.suffix.casefold() == ".csv":
                curves.export_csv(path)
            else:
                curves.export_png(path)
        except PrecmedError as error:
            self._window.training.show_notice(sentences(error.message, error.hint))

    @Slot()
    def open_model(self) -> None:
        if folder := self._dialogs.folder(_("Open a model folder")):
            self._window.model_flow.choose(folder)

    @Slot()
    def save_model(self) -> None:
        if self._window.workspace.model is None:
            return
        folder = self._dialogs.folder(_("Choose the folder that is to hold the copy"))
        if folder:
            self._window.model_flow.copy(str(Path(folder) / self._window.workspace.model.name))

    @Slot()
    def show_card(self) -> None:
        if self._window.workspace.card is not None:
            self._window.evaluation_flow.with_report(self._show_card_of)

    def _show_card_of(self, report: ModelReport) -> None:
        self._dialogs.show_card(report, partial(self._save_page_of, report))

    def _save_page_of(self, report: ModelReport) -> None:
        if name := self._dialogs.save_file(_("Save the model card"), "model-card.html", HTML_FILES):
            self._window.evaluation_flow.write_page(Path(name), report)

    @Slot()
    def state_use(self) -> None:
        card = self._window.workspace.card
        if card is not None and (text := self._dialogs.intended_use(card)):
            self._window.model_flow.state_use(text)

    @Slot()
    def save_page(self) -> None:
        if self._window.workspace.card is not None and (
            name := self._dialogs.save_file(_("Save the evaluation"), "evaluation.html", HTML_FILES)
        ):
            self._window.evaluation_flow.save_page(Path(name))

    @Slot()
    def save_figures(self) -> None:
        if self._window.workspace.card is not None and (
            name := self._dialogs.save_file(_("Save the evaluation"), "evaluation.csv", CSV_FILES)
        ):
            self._window.evaluation_flow.save_table(Path(name))

    @Slot()
    def stop(self) -> None:
        """Stop what runs, nearest to the user's eye first; asks where something would be lost."""
        window, room = self._window, self._window.room
        stoppable: tuple[tuple[bool, Callable[[], object]], ...] = (
            (window.reading_flow.is_reading, window.reading_flow.stop),
            (room.maps.is_working, room.maps.stop),
            (room.record.is_working, room.record.stop),
            (window.cohort_flow.is_opening, window.cohort_flow.stop),
            (window.facts_flow.is_measuring, window.facts_flow.stop),
            (window.training_flow.is_checking, window.training.stop),
            (window.check_flow.is_checking, window.check_flow.stop),
            (window.trouble_flow.is_looking, window.trouble_flow.stop),
            (window.training_flow.is_training, self._stop_training),
        )
        for is_running, stop in stoppable:
            if is_running:
                stop()
                return

    def _stop_training(self) -> None:
        if self._dialogs.confirm(
            _("Stop the training?"),
            _("The best epoch is kept; before the first epoch ends there is nothing to keep."),
            (_("Stop the training"), _("Go on")),
        ):
            self._window.training.stop()

    @Slot()
    def find_cases(self) -> None:
        """In the worklist for whoever reads beside it, or has no cohort; else among the images."""
        window, focus = self._window, QApplication.focusWidget()
        readers = (window.worklist, window.prediction)
        is_reading = focus is not None and any(panel.isAncestorOf(focus) for panel in readers)
        is_beside = not window.worklist.visibleRegion().isEmpty()
        if is_reading and (is_beside or not window.workspace.cohort.cases):
            window.layout_.show_panel(WORKLIST)
            window.worklist.focus_search()
        else:
            window.layout_.show_panel(0)
            window.cases.find_cases()

    @Slot()
    def check_cases(self) -> None:
        self._window.cases.check_wished.emit()

    @Slot()
    def name_patients(self) -> None:
        self._window.cases.patients_wished.emit()

    @Slot()
    def match_table(self) -> None:
        self._window.cases.table_wished.emit()

    @Slot()
    def train(self) -> None:
        """Train, where the progress or what keeps it from starting will be seen."""
        self._window.show_panel(1)
        self._window.training.wish_training()

    @Slot()
    def show_cases(self) -> None:
        self._window.show_panel(0)
        self._window.cases.focus_images()

    @Slot()
    def show_training(self) -> None:
        self._window.show_panel(1)

    @Slot()
    def show_prediction(self) -> None:
        self._window.show_panel(2)

    @Slot()
    def show_evaluation(self) -> None:
        self._window.show_panel(3)

    @Slot()
    def show_check(self) -> None:
        self._window.show_panel(4)

    @Slot()
    def show_worklist(self) -> None:
        self._window.show_panel(5)
        self._window.worklist.focus_rows()

    @Slot()
    def check_images(self) -> None:
        """Check, where the findings will be seen."""
        self._window.show_panel(4)
        self._window.check_flow.check()

    @Slot()
    def state_leak(self) -> None:
        """Train on a leak once the user has said why."""
        if text := self._dialogs.leak_statement(self._window.training.leak_question.text()):
            self._window.training_flow.train_all_the_same(text)

    @Slot()
    def keys(self) -> None:
        self._dialogs.show_shortcuts(self._window.actions_.shortcuts())

    @Slot()
    def guide(self) -> None:
        """The page that belongs to the panel with the keyboard."""
        page = PAGES[0]
        focus = self._window.focusWidget()
        for place, dock in enumerate(self._window.docks):
            if focus is not None and dock.isAncestorOf(focus):
                page = PAGES[place]
        self._dialogs.show_guide(guide_folder(current_language()) / page)

    @Slot(str)
    def _on_copied(self, folder: str) -> None:
        self._window.status_line.showMessage(
            _("The model was copied to {folder}").format(folder=folder), 8000
        )

    @Slot(str)
    def _on_saved(self, path: str) -> None:
        text = _("The evaluation was saved as {path}").format(path=path)
        self._window.status_line.showMessage(text, 8000)

    @Slot(str)
    def _on_undo_text(self, text: str) -> None:
        self._window.actions_.by_name["undo"].setText(
            _("&Undo: {text}").format(text=text) if text else _("&Undo")
        )

    @Slot(str)
    def _on_redo_text(self, text: str) -> None:
        self._window.actions_.by_name["redo"].setText(
            _("&Redo: {text}").format(text=text) if text else _("&Redo")
        )
