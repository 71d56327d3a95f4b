"""The evaluation panel: how right a model was on images nobody trained on, and how sure one can be.

Pages by tab; the panel shows what it is given and forwards wishes to `evaluation_flow.py`.
"""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.evaluation import Comparison
from precmed_gui.diagnosis.model_report import ModelReport
from precmed_gui.diagnosis.pictures import ThumbnailsRead
from precmed_gui.language import N_, _
from precmed_gui.window.comparison_view import ComparisonView
from precmed_gui.window.evaluation_summary import EvaluationSummary
from precmed_gui.window.icons import icon, keep_icon
from precmed_gui.window.layouts import row
from precmed_gui.window.message_strip import MessageStrip
from precmed_gui.window.mistakes_view import MistakesView
from precmed_gui.window.planner_view import PlannerView
from precmed_gui.window.reliability_view import ReliabilityView
from precmed_gui.window.roc_view import RocView
from precmed_gui.window.shortcut_view import ShortcutView
from precmed_gui.window.subgroup_table import SubgroupTable
from precmed_gui.window.theme import theme_signals

TITLE = N_("Evaluation")
EMPTY = N_(
    "Train a model, or choose one: here you see how right it was on images nobody trained on."
)
LOADING = N_("Opening the evaluation…")
UNTESTED = N_(
    "“{name}” was never tested: nobody knows how often it is right. Train again and let the "
    "training come to its end; a part of the images is then kept aside to test it."
)
SAVE = N_("Save")
SAVE_PAGE = N_("Readable page (HTML)…")
SAVE_TABLE = N_("Table of figures (CSV)…")
STATE_USE = N_("State intended use…")
PAGES = (
    N_("Summary"),
    N_("Mistakes"),
    N_("Threshold"),
    N_("How sure"),
    N_("Groups"),
    N_("Compare"),
)

_MENU_BUTTON = (
    "QToolButton { padding-right: 22px; }"
    "QToolButton::menu-indicator { subcontrol-position: right center; right: 6px; }"
)
_NOTICE, _PAGES = 0, 1
_WIDEST = 820
"""Lines and axes longer than this are no better read."""
_SIGN = 32


class EvaluationPanel(QWidget):
    """Shows a `ModelReport` page by page.

    Signals
    -------
    report_wished
        The panel is on the screen and would like the report of the chosen model.
    case_wished
        The path of an image to open, and `case_activated` the same as a `Case`.
    export_page_wished, export_csv_wished, intended_use_wished
        A button was pressed.
    compare_wished
        The folder of the model to compare with.
    thumbnails_wished
        The cases whose thumbnails are wanted.
    """

    report_wished = Signal()
    case_wished = Signal(str)
    case_activated = Signal(object)
    export_page_wished = Signal()
    export_csv_wished = Signal()
    intended_use_wished = Signal()
    compare_wished = Signal(str)
    thumbnails_wished = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._report: ModelReport | None = None
        self._is_loading = False
        self._models: list[tuple[str, str]] = []
        self._build_header()
        self._build_notice()
        self._build_pages()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 16, 0, 0)
        layout.setSpacing(8)
        head = QVBoxLayout()
        head.setContentsMargins(16, 0, 16, 0)
        head.addLayout(row((self._title, 1), self._save))
        head.addWidget(self._name)
        head.addWidget(self.strip)
        layout.addLayout(head)
        layout.addWidget(self._stack, 1)
        self.retranslate()

    # Building

    def _build_header(self) -> None:
        self._title = QLabel()
        self._title.setProperty("role", "title")
        self._title.setMinimumHeight(28)
        self._name = QLabel()
        self._name.setProperty("role", "caption")
        self._name.setWordWrap(True)
        self._save = QToolButton()
        self._save.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._save.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._save.setAutoRaise(True)
        self._save.setStyleSheet(_MENU_BUTTON)
        keep_icon(self._save, "export")
        menu = QMenu(self._save)
        self._save_page = menu.addAction("", self.export_page_wished.emit)
        self._save_table = menu.addAction("", self.export_csv_wished.emit)
        self._save.setMenu(menu)
        self.strip = MessageStrip()

    def _build_notice(self) -> None:
        self._notice = QWidget()
        self._sign, self._message = QLabel(), QLabel()
        self._sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setWordWrap(True)
        self._message.setProperty("role", "hint")
        self._state_use = QPushButton()
        self._state_use.clicked.connect(self.intended_use_wished)
        layout = QVBoxLayout(self._notice)
        layout.setContentsMargins(32, 16, 32, 16)
        layout.setSpacing(16)
        layout.addStretch(2)
        layout.addWidget(self._sign)
        layout.addWidget(self._message)
        layout.addWidget(self._state_use, 0, Qt.AlignmentFlag.AlignCenter)
        layout.addStretch(3)
        theme_signals().changed.connect(self._show_sign)

    def _build_pages(self) -> None:
        self.summary, self.mistakes, self.threshold = EvaluationSummary(), MistakesView(), RocView()
        self.sureness, self.groups, self.planner = ReliabilityView(), SubgroupTable(), PlannerView()
        self.comparison, self.shortcuts = ComparisonView(), ShortcutView()
        self.summary.intended_use_wished.connect(self.intended_use_wished)
        self.mistakes.case_activated.connect(self._on_case_activated)
        self.mistakes.thumbnails_wished.connect(self.thumbnails_wished)
        self.comparison.compare_wished.connect(self.compare_wished)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setStyleSheet("QTabBar::tab { padding: 7px 9px; }")
        self.tabs.tabBar().setExpanding(False)
        cohort = _column(self.groups, self.planner)
        first = _column(self.summary, self.shortcuts)
        pages = (first, self.mistakes, self.threshold, self.sureness, cohort)
        for page in (*pages, self.comparison):
            self.tabs.addTab(_scrolled(page), "")
        self._stack = QStackedWidget()
        self._stack.addWidget(self._notice)
        self._stack.addWidget(self.tabs)

    # What the window tells

    def show_loading(self) -> None:
        """The report is on its way."""
        self._is_loading = True
        self._show_state()

    def show_report(self, report: ModelReport | None) -> None:
        """Show a model's report; None where no model is chosen."""
        is_new = report is None or self._report is None or report.folder != self._report.folder
        self._report, self._is_loading = report, False
        self.strip.hide()
        if is_new:
            self.comparison.show_comparison(None, "", "")
        if report is not None and report.card.evaluation is not None:
            evaluation = report.card.evaluation
            self.summary.show_card(report.card)
            self.shortcuts.show_card(report.card)
            self.mistakes.show_report(report)
            self.threshold.show_report(report)
            self.sureness.show_card(report.card)
            auc = evaluation.measures.auc
            overall = (evaluation.measures.accuracy.value, auc.value if auc else None)
            self.groups.show_groups(evaluation.subgroups, overall)
            self.planner.show_curve(evaluation.learning_curve)
        self._show_state()

    def show_failure(self, text: str) -> None:
        """The report cannot be shown, and why."""
        self._is_loading = False
        self.strip.show_message(text, kind="error")
        self._show_state()

    def show_comparing(self) -> None:
        """Two models are being compared."""
        self.comparison.show_comparing()

    def show_comparison(self, comparison: Comparison, first: str, second: str) -> None:
        """How two models, called `first` and `second`, did on the same images."""
        self.comparison.show_comparison(comparison, first, second)

    def show_no_comparison(self, text: str) -> None:
        """Two models cannot be compared, and why."""
        self.comparison.show_problem(text)

    def show_models(self, models: Sequence[tuple[str, str]], chosen: str) -> None:
        """(folder, name) of every model on the shelf, and the folder of the one in use."""
        self._models = list(models)
        self.comparison.show_models([model for model in models if model[0] != chosen])
        self._show_state()

    def show_thumbnails(self, event: ThumbnailsRead) -> None:
        """The next thumbnails of the images behind a cell."""
        self.mistakes.list.show_thumbnails(event)

    @property
    def report(self) -> ModelReport | None:
        """What is shown."""
        return self._report

    def retranslate(self) -> None:
        self._title.setText(_(TITLE))
        self._save.setText(_(SAVE))
        self._save.setToolTip(_("Save the evaluation as a page or a table"))
        self._save_page.setText(_(SAVE_PAGE))
        self._save_table.setText(_(SAVE_TABLE))
        self._state_use.setText(_(STATE_USE))
        self.tabs.setAccessibleName(_("Pages of the evaluation"))
        self.tabs.tabBar().setAccessibleName(self.tabs.accessibleName())
        for place, text in enumerate(PAGES):
            self.tabs.setTabText(place, _(text))
        pages = (self.summary, self.mistakes, self.threshold, self.sureness, self.groups)
        for part in (*pages, self.shortcuts, self.planner, self.comparison, self.strip):
            part.retranslate()
        self._show_state()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.report_wished.emit()

    # Inside

    def _show_state(self) -> None:
        report = self._report
        is_tested = report is not None and report.card.evaluation is not None
        has_pages = is_tested and not self._is_loading
        self._stack.setCurrentIndex(_PAGES if has_pages else _NOTICE)
        self._save.setVisible(has_pages)
        self._state_use.setVisible(report is not None and not self._is_loading)
        self._name.setText(report.card.name if report is not None else "")
        self._name.setVisible(report is not None)
        if self._is_loading:
            self._message.setText(_(LOADING))
        elif report is None:
            self._message.setText(_(EMPTY))
        else:
            self._message.setText(_(UNTESTED).format(name=report.card.name))
        self._show_sign()

    def _show_sign(self) -> None:
        is_untested = self._report is not None and not self._is_loading
        name, colour = ("warning", "warning") if is_untested else ("chart", "text_muted")
        self._sign.setPixmap(icon(name, colour).pixmap(_SIGN, _SIGN))

    def _on_case_activated(self, case: Case) -> None:
        self.case_wished.emit(case.path)
        self.case_activated.emit(case)


def _column(*parts: QWidget) -> QWidget:
    column = QWidget()
    layout = QVBoxLayout(column)
    layout.setContentsMargins(16, 16, 16, 16)
    layout.setSpacing(24)
    for part in parts:
        layout.addWidget(part)
    layout.addStretch(1)
    return column


def _scrolled(page: QWidget) -> QScrollArea:
    page.setMaximumWidth(_WIDEST)
    area = QScrollArea()
    area.setWidget(page)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area
