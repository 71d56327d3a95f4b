"""The window: six panels as docks, the menus, the status bar, and who hears whom."""

from pathlib import Path

from PySide6.QtCore import QSettings, QSize, Qt, Slot
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QTabWidget, QToolBar

from precmed_gui.diagnosis.cases import Case, Cohort
from precmed_gui.diagnosis.training import TrainingResult
from precmed_gui.jobs.engine_thread import EngineState
from precmed_gui.jobs.jobs import Jobs, Lane
from precmed_gui.jobs.messages import Outcome, Succeeded
from precmed_gui.jobs.preload import PreloadThread
from precmed_gui.language import (
    LANGUAGES,
    N_,
    _,
    current_language,
    ngettext,
    sentences,
    use_language,
)
from precmed_gui.learning.warm_up import name_device
from precmed_gui.modalities import NAMES, modality
from precmed_gui.places import home_folder
from precmed_gui.window.actions import Actions
from precmed_gui.window.cases_panel import CasesPanel
from precmed_gui.window.check_flow import CheckFlow
from precmed_gui.window.check_panel import CheckPanel
from precmed_gui.window.cohort_flow import CohortFlow
from precmed_gui.window.dialogs import Dialogs
from precmed_gui.window.dock import Dock
from precmed_gui.window.evaluation_flow import EvaluationFlow
from precmed_gui.window.evaluation_panel import EvaluationPanel
from precmed_gui.window.facts_flow import FactsFlow
from precmed_gui.window.icons import app_icon
from precmed_gui.window.message_strip import MessageStrip
from precmed_gui.window.model_flow import ModelFlow
from precmed_gui.window.panel_layout import PanelLayout
from precmed_gui.window.patients_flow import PatientsFlow
from precmed_gui.window.prediction_panel import PredictionPanel
from precmed_gui.window.qt_texts import translate_qt
from precmed_gui.window.reading_flow import ReadingFlow
from precmed_gui.window.reading_room import ReadingRoom
from precmed_gui.window.status_line import StatusLine
from precmed_gui.window.table_flow import TableFlow
from precmed_gui.window.theme import CHOICES, apply_theme
from precmed_gui.window.training_flow import TrainingFlow
from precmed_gui.window.training_panel import TrainingPanel
from precmed_gui.window.trouble_flow import TroubleFlow
from precmed_gui.window.wishes import Wishes
from precmed_gui.window.wording import number
from precmed_gui.window.worklist_panel import WorklistPanel
from precmed_gui.window.workspace import Workspace

DEFAULT_SIZE = QSize(1280, 800)
FRAME = QSize(4, 40)
"""About what a title bar and borders take of the screen."""
DEMO, MISSING = "demo", "missing"
DEMO_OFFER = N_(
    "New here? The demo cohort has synthetic chest images in three classes to train on."
)
OPEN_DEMO = N_("Open demo cohort")
FIND_THEM = N_("Find them…")


class MainWindow(QMainWindow):
    """Builds the panels and their flows; knows who is connected to whom, and little else."""

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self.jobs = jobs
        self.workspace = Workspace(self)
        self.settings = QSettings(str(home_folder() / "window.ini"), QSettings.Format.IniFormat)
        self._missing = 0
        self._offered = ""
        self._naming, self._device = 0, ""
        self._is_over = False
        self.setWindowTitle("PrecMed")
        self.setWindowIcon(app_icon())
        self.setMinimumSize(1024, 700)
        self._build_panels()
        self._build_flows()
        self.actions_ = Actions(self)
        self.wishes = Wishes(self)
        self._build_choices()
        self._connect()
        self._restore()
        self.retranslate()

    # Building

    def _build_panels(self) -> None:
        self.cases = CasesPanel()
        self.training = TrainingPanel()
        self.prediction = PredictionPanel()
        self.evaluation = EvaluationPanel()
        self.check = CheckPanel()
        self.worklist = WorklistPanel()
        kind = modality(NAMES[0])
        self.training.show_recipes(kind.recipes(), kind.recipe_problem)
        self.dialogs = Dialogs(self)
        self.status_line = StatusLine()
        self.setStatusBar(self.status_line)
        self.offer = MessageStrip()
        self.offer.setMaximumHeight(52)  # one line; a tool bar would give wrapped text more
        self._offer_bar = QToolBar()
        self._offer_bar.setObjectName("offer")
        self._offer_bar.setMovable(False)
        self._offer_action = self._offer_bar.addWidget(self.offer)
        self._offer_bar.hide()
        self.addToolBar(self._offer_bar)
        self.docks = (
            Dock("cases", N_("Cases"), self.cases, self),
            Dock("training", N_("Training"), self.training, self),
            Dock("prediction", N_("Prediction"), self.prediction, self),
            Dock("evaluation", N_("Evaluation"), self.evaluation, self),
            Dock("check", N_("Check"), self.check, self),
            Dock("worklist", N_("Worklist"), self.worklist, self),
        )
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.setDockNestingEnabled(True)
        self.layout_ = PanelLayout(self, self.docks, self.settings)

    def _build_flows(self) -> None:
        self.cohort_flow = CohortFlow(self.workspace, self.jobs, self.cases)
        self.patients_flow = PatientsFlow(self.workspace, self.jobs, self.cases)
        self.table_flow = TableFlow(self.workspace, self.jobs, self.cases, self.cohort_flow)
        self.facts_flow = FactsFlow(self.workspace, self.jobs, self.cases)
        self.check_flow = CheckFlow(
            self.workspace, self.jobs, self.check, lambda: self.training.settings().seed
        )
        self.trouble_flow = TroubleFlow(self.workspace, self.jobs, self.check.trouble)
        self.training_flow = TrainingFlow(self.workspace, self.jobs, self.training, self.check_flow)
        self.reading_flow = ReadingFlow(self.workspace, self.jobs, self.prediction)
        self.evaluation_flow = EvaluationFlow(self.workspace, self.jobs, self.evaluation)
        self.model_flow = ModelFlow(self.workspace, self.jobs, self.prediction)
        self.room = ReadingRoom(self, self.worklist)

    def _build_choices(self) -> None:
        self.actions_.languages.triggered.connect(self._on_language_chosen)
        self.actions_.themes.triggered.connect(self._on_theme_chosen)
        theme = str(self.settings.value("theme", CHOICES[0]))
        for action in self.actions_.themes.actions():
            action.setChecked(action.data() == theme)
        for action in self.actions_.languages.actions():
            action.setChecked(action.data() == current_language())

    def _connect(self) -> None:
        self.jobs.engine_changed.connect(self._on_engine_changed)
        self.jobs.ended.connect(self._on_ended)
        self.workspace.cohort_changed.connect(self._on_cohort_changed)
        self.workspace.model_changed.connect(self._on_model_changed)
        self.cohort_flow.moved.missing_found.connect(self._on_missing_found)
        self.cohort_flow.moved.failed.connect(self._show_offer)
        self.training_flow.finished.connect(self._on_training_finished)
        self.model_flow.failed.connect(self.tell)
        self.model_flow.use_stated.connect(self.training.show_card)
        self.model_flow.use_stated.connect(self.evaluation_flow.take_card)
        self.evaluation_flow.failed.connect(self.tell)
        self.evaluation.case_activated.connect(self._on_case_activated)
        self.model_flow.interrupted.connect(self.training_flow.offer_interrupted)
        self.offer.acted.connect(self._on_offer_taken)
        self.offer.dismissed.connect(self._on_offer_dismissed)
        self.cases.case_activated.connect(self._on_case_activated)
        self.check.case_activated.connect(self._on_case_activated)
        self.prediction.large_wished.connect(self.layout_.toggle_large)
        self.layout_.large_changed.connect(self.prediction.show_large)
        self.cases.reading_wished.connect(self._on_reading_wished)

    def _restore(self) -> None:
        self.resize(DEFAULT_SIZE.boundedTo(self.screen().availableSize() - FRAME))
        self.layout_.restore()
        self._offer_bar.hide()

    # Life

    def begin(self, *, is_afresh: bool = False) -> None:
        """Start the engines and go on where the last session ended, or on an empty table.

        Called when the window is visible.
        """
        self.jobs.open()
        self.jobs.set_language(current_language())
        self.room.begin()
        self.model_flow.look()
        self.cohort_flow.reopen(is_afresh=is_afresh)
        self._preload = PreloadThread(["pyqtgraph"], self)
        self._preload.finished.connect(self.training.curves.prepare)
        self._preload.start(PreloadThread.Priority.LowPriority)

    def offer_demo(self) -> None:
        """With nothing on the table, point at the demo cohort."""
        self._offered = DEMO
        self._show_offer()

    def open_paths(self, paths: list[str]) -> None:
        """Open what the command line named."""
        self.cohort_flow.open_paths(paths)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.layout_.settle()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._is_over:
            event.accept()
            return
        if self.training_flow.is_training and not self.dialogs.confirm(
            _("A training is running. Close all the same?"),
            _("The last finished epoch stays on the disk and is offered at the next start."),
            (_("Close"), _("Go on")),
        ):
            event.ignore()
            return
        self.layout_.save()
        self.shut_down()
        event.accept()

    def shut_down(self) -> None:
        """End the engines and the preloading thread."""
        self._is_over = True
        self.workspace.undo_stack.blockSignals(True)
        self.workspace.close()
        self.room.close()
        if hasattr(self, "_preload"):
            self._preload.wait()
        self.jobs.close()

    def retranslate(self) -> None:
        self.actions_.retranslate()
        panels = (self.cases, self.training, self.prediction, self.evaluation, self.check)
        for part in (*self.docks, *panels, self.worklist, self.offer):
            part.retranslate()
        self.status_line.retranslate()
        self.model_flow.retranslate()
        self._show_offer()

    def show_panel(self, place: int) -> None:
        """Bring a panel to the front and the keyboard into it."""
        dock = self.layout_.show_panel(place)
        dock.widget().setFocus(Qt.FocusReason.ShortcutFocusReason)
        dock.widget().focusNextChild()

    @Slot(str, str)
    def tell(self, message: str, hint: str) -> None:
        """One sentence that belongs to no panel."""
        self.prediction.strip.show_message(sentences(message, hint), kind="error")

    # Slots

    @Slot(object)
    def _on_language_chosen(self, action: object) -> None:
        code = str(action.data())  # type: ignore[attr-defined]
        if code in LANGUAGES:
            use_language(code)
            translate_qt()
            self.jobs.set_language(code)
            self.settings.setValue("language", code)
            self._naming = self.jobs.start(name_device, is_quick=True)
            self.retranslate()
            self.reading_flow.read_again()
            self.check_flow.check_again()

    @Slot(object)
    def _on_theme_chosen(self, action: object) -> None:
        choice = str(action.data())  # type: ignore[attr-defined]
        self.settings.setValue("theme", choice)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_theme(app, choice)

    @Slot(object, object, str)
    def _on_engine_changed(self, lane: Lane, state: EngineState, device: str) -> None:
        if lane is Lane.LEARNING:
            self.status_line.show_engine(state, self._device or device)
            is_ready = state in (EngineState.READY, EngineState.BUSY)
            self.reading_flow.set_engine_ready(is_ready=is_ready)

    @Slot(int, object)
    def _on_ended(self, job: int, outcome: Outcome) -> None:
        if job == self._naming and isinstance(outcome, Succeeded):
            self._device = str(outcome.result)
            self.status_line.show_engine(self.status_line.state, self._device)

    @Slot(object)
    def _on_cohort_changed(self, cohort: Cohort) -> None:
        self.status_line.show_cohort(cohort)
        self.setWindowTitle(f"PrecMed — {cohort.name}" if cohort.cases else "PrecMed")
        if bool(cohort.cases) != (self._offered == MISSING):
            self._offer_bar.hide()

    @Slot(object)
    def _on_model_changed(self, _card: object) -> None:
        if self.workspace.card is not None and self.model_flow.was_asked_for:
            self.training.show_model(self.workspace.card)

    @Slot(int)
    def _on_missing_found(self, images: int) -> None:
        self._missing = images
        if images or self._offered == MISSING:
            self._offered = MISSING if images else ""
            self._show_offer()

    @Slot()
    def _show_offer(self) -> None:
        is_wanted = bool(self._offered) and bool(self.workspace.cohort.cases) == (
            self._offered == MISSING
        )
        self._offer_bar.setVisible(is_wanted)
        self._offer_action.setVisible(is_wanted)
        if is_wanted and self._offered == DEMO:
            self.offer.show_message(_(DEMO_OFFER), action=_(OPEN_DEMO))
        elif is_wanted:
            text = ngettext(
                "{n} image is no longer where it was.",
                "{n} images are no longer where they were.",
                self._missing,
            ).format(n=number(self._missing))
            self.offer.show_message(text, kind="warning", action=_(FIND_THEM))

    @Slot()
    def _on_offer_taken(self) -> None:
        offered = self._offered
        if offered == DEMO:
            self._offered = ""
            self._offer_bar.hide()
            self.cohort_flow.open_demo()
        elif folder := self.dialogs.folder(_("Choose the folder that holds the missing images")):
            self.cohort_flow.moved.find(folder)
        else:
            self._show_offer()

    @Slot()
    def _on_offer_dismissed(self) -> None:
        self._offered = ""
        self._offer_bar.hide()

    @Slot(object)
    def _on_training_finished(self, result: TrainingResult) -> None:
        self.model_flow.look("" if result.card.is_checkpoint else result.folder)

    @Slot(list)
    def _on_reading_wished(self, cases: list[Case]) -> None:
        self.reading_flow.read_cases(tuple(cases))

    @Slot(object)
    def _on_case_activated(self, case: object) -> None:
        if isinstance(case, Case):
            self.reading_flow.read_one(case)


def initial_language(settings_folder: Path) -> str:
    """The language chosen last time, else the system's, else English."""
    from PySide6.QtCore import QLocale

    settings = QSettings(str(settings_folder / "window.ini"), QSettings.Format.IniFormat)
    chosen = str(settings.value("language", ""))
    if chosen in LANGUAGES:
        return chosen
    return "zh_CN" if QLocale.system().language() is QLocale.Language.Chinese else "en"


def initial_theme(settings_folder: Path) -> str:
    """The theme chosen last time, else the system's."""
    settings = QSettings(str(settings_folder / "window.ini"), QSettings.Format.IniFormat)
    return str(settings.value("theme", CHOICES[0]))
