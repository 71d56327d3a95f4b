"""The check panel: what is odd about the images, how they would be divided, whose class to doubt.

It shows what it is told and forwards wishes to `check_flow.py`.
"""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QPushButton,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from precmed_gui.diagnosis.cases import Case, Cohort
from precmed_gui.diagnosis.checks import CheckReport, Finding
from precmed_gui.diagnosis.pictures import ThumbnailsRead
from precmed_gui.diagnosis.work import Step
from precmed_gui.language import N_, _, sentences
from precmed_gui.window.check_progress import CheckProgress
from precmed_gui.window.check_words import figures_text, verdict_of
from precmed_gui.window.finding_view import FindingView
from precmed_gui.window.findings_model import FindingsList
from precmed_gui.window.icons import icon, keep_icon
from precmed_gui.window.layouts import row
from precmed_gui.window.message_strip import MessageStrip
from precmed_gui.window.split_table import SplitPage
from precmed_gui.window.theme import set_role, theme_signals
from precmed_gui.window.trouble_view import TroubleView

TITLE = N_("Check")
NO_IMAGES = N_(
    "Add images, then check them: copies, leaks between training and test, odd pictures, files "
    "that cannot be read."
)
NOT_CHECKED = N_(
    "Look for copies, leaks between training and test, odd pictures and files that cannot be "
    "read, before a training learns from them. Each training does this by itself first."
)
CHECK, AGAIN = N_("Check the images"), N_("Check again")
WAITING = N_("Looking at the images…")
STALE = N_("The images have changed since this check.")
PAGES = (N_("Findings"), N_("Split and cost"), N_("Doubtful classes"))

_NOTICE, _FOUND = 0, 1
_WIDE = 860
_HALVES = (400, 600)
"""Shares of the list and of what it lists, in thousandths."""
_SIGN = 32


class CheckPanel(QWidget):
    """Shows a `CheckReport` page by page.

    Signals
    -------
    check_wished, stop_wished
        A button was pressed.
    fix_wished
        (`Finding`, `Fix`, label): do this about it.
    case_activated
        The `Case` to show large.
    thumbnails_wished
        The cases whose thumbnails are wanted.
    """

    check_wished = Signal()
    stop_wished = Signal()
    fix_wished = Signal(object, object, str)
    case_activated = Signal(object)
    thumbnails_wished = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cohort = Cohort()
        self._report: CheckReport | None = None
        self._cases: dict[str, Case] = {}
        self._is_busy = self._is_stale = False
        self._build_header()
        self._build_notice()
        self._build_findings()
        self._build_pages()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 16, 0, 0)
        layout.setSpacing(8)
        head = QVBoxLayout()
        head.setContentsMargins(16, 0, 16, 0)
        head.setSpacing(8)
        head.addLayout(row((self._title, 1), self._again))
        for part in (self._figures, self._verdict, self.progress, self._stale, self.strip):
            head.addWidget(part)
        layout.addLayout(head)
        layout.addWidget(self.tabs, 1)
        self.retranslate()

    # Building

    def _build_header(self) -> None:
        self._title, self._figures, self._verdict = QLabel(), QLabel(), QLabel()
        self._title.setProperty("role", "title")
        self._title.setMinimumHeight(28)
        self._figures.setProperty("role", "caption")
        for label in (self._figures, self._verdict):
            label.setWordWrap(True)
        self._again = QPushButton()
        keep_icon(self._again, "check")
        self._again.clicked.connect(self.check_wished)
        self.progress = CheckProgress()
        self.progress.stop_wished.connect(self.stop_wished)
        self._stale, self.strip = MessageStrip(), MessageStrip()
        self._stale.acted.connect(self.check_wished)

    def _build_notice(self) -> None:
        self._notice = QWidget()
        self._sign, self._message = QLabel(), QLabel()
        self._sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setWordWrap(True)
        self._message.setProperty("role", "hint")
        self._first = QPushButton()
        self._first.setProperty("primary", True)
        self._first.clicked.connect(self.check_wished)
        layout = QVBoxLayout(self._notice)
        layout.setContentsMargins(32, 16, 32, 16)
        layout.setSpacing(16)
        layout.addStretch(2)
        layout.addWidget(self._sign)
        layout.addWidget(self._message)
        layout.addWidget(self._first, 0, Qt.AlignmentFlag.AlignCenter)
        layout.addStretch(3)
        theme_signals().changed.connect(self._show_sign)

    def _build_findings(self) -> None:
        self.findings, self.finding = FindingsList(), FindingView()
        self.findings.chosen.connect(self._on_chosen)
        self.finding.fix_wished.connect(self.fix_wished)
        self.finding.case_activated.connect(self.case_activated)
        self.finding.thumbnails_wished.connect(self.thumbnails_wished)
        self._halves = QSplitter(Qt.Orientation.Vertical)
        self._halves.setChildrenCollapsible(False)
        self._halves.setHandleWidth(8)
        self._halves.addWidget(self.findings)
        self._halves.addWidget(self.finding)
        self._halves.setStretchFactor(0, 2)
        self._halves.setStretchFactor(1, 3)
        self._halves.setSizes(_HALVES)
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(16, 8, 16, 16)
        layout.addWidget(self._halves)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._notice)
        self._stack.addWidget(page)

    def _build_pages(self) -> None:
        self.split, self.trouble = SplitPage(), TroubleView()
        self.trouble.case_activated.connect(self.case_activated)
        area = QScrollArea()
        area.setWidget(self.split)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setExpanding(False)
        self.tabs.addTab(self._stack, "")
        self.tabs.addTab(area, "")
        self.tabs.addTab(self.trouble, "")

    # What the window tells

    def show_cohort(self, cohort: Cohort) -> None:
        """What there is to check."""
        self._cohort = cohort
        self._show_state()

    def show_busy(self) -> None:
        """The wish is heard."""
        self._is_busy = True
        self.strip.hide()
        self.progress.show_busy(_(WAITING))
        self._show_state()

    def show_progress(self, step: Step) -> None:
        """How far the check is."""
        self.progress.show_step(step)

    def show_idle(self) -> None:
        """Nothing is being checked any more."""
        self._is_busy = False
        self.progress.hide()
        self._show_state()

    def show_report(self, report: CheckReport | None) -> None:
        """What a check found; None: nothing was checked."""
        self._report = report
        self._cases = {case.key: case for case in report.cohort.cases} if report else {}
        self.findings.show_findings(report.findings if report else ())
        idle = (self._first, self._again, self.progress.stop, self.tabs.tabBar())
        if report is not None and any(widget.hasFocus() for widget in idle):
            self.findings.setFocus(Qt.FocusReason.OtherFocusReason)
        self._on_chosen(self.findings.current())
        self.split.show_report(report)
        self.strip.hide()
        self._show_state()

    def show_stale(self, *, is_stale: bool) -> None:
        """Whether the images have changed since the check."""
        self._is_stale = is_stale
        self._show_state()

    def show_error(self, message: str, hint: str) -> None:
        """The check came to no end, and why."""
        self.strip.show_message(sentences(message, hint), kind="error")

    def show_thumbnails(self, event: ThumbnailsRead) -> None:
        """The next thumbnails that were asked for."""
        self.finding.show_thumbnails(event)

    @property
    def report(self) -> CheckReport | None:
        """What is shown."""
        return self._report

    def retranslate(self) -> None:
        self._title.setText(_(TITLE))
        self._first.setText(_(CHECK))
        self._again.setText(_(AGAIN))
        for button in (self._first, self._again):
            button.setToolTip(_("Look for copies, leaks and odd pictures") + " (Ctrl+K)")
        self.tabs.setAccessibleName(_("Pages of the check"))
        self.tabs.tabBar().setAccessibleName(self.tabs.accessibleName())
        for place, text in enumerate(PAGES):
            self.tabs.setTabText(place, _(text))
        parts = (self.findings, self.finding, self.split, self.progress, self.strip, self._stale)
        for part in (*parts, self.trouble):
            part.retranslate()
        self._show_state()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is room, the list stands beside what it lists."""
        super().resizeEvent(event)
        is_wide = self.width() >= _WIDE
        wanted = Qt.Orientation.Horizontal if is_wide else Qt.Orientation.Vertical
        if self._halves.orientation() != wanted:
            self._halves.setOrientation(wanted)
            self._halves.setSizes(_HALVES)

    # Inside

    def _show_state(self) -> None:
        report, has_cases = self._report, bool(self._cohort.cases)
        self._stack.setCurrentIndex(_NOTICE if report is None else _FOUND)
        self._message.setText(_(NOT_CHECKED) if has_cases else _(NO_IMAGES))
        self._first.setEnabled(has_cases and not self._is_busy)
        self._again.setEnabled(has_cases and not self._is_busy)
        self._figures.setVisible(report is not None)
        self._verdict.setVisible(report is not None)
        if report is not None:
            self._figures.setText(figures_text(report))
            text, role = verdict_of(report)
            self._verdict.setText(text)
            set_role(self._verdict, role)
        is_told = self._is_stale and report is not None and not self._is_busy
        if is_told:
            self._stale.show_message(_(STALE), kind="warning", action=_(AGAIN))
        else:
            self._stale.hide()
        self._again.setVisible(report is not None and not is_told)  # the strip offers it, too
        self.finding.set_can_fix(can_fix=not (self._is_stale or self._is_busy))
        self._show_sign()

    @Slot()
    def _show_sign(self) -> None:
        self._sign.setPixmap(icon("check", "text_muted").pixmap(_SIGN, _SIGN))

    @Slot(object)
    def _on_chosen(self, finding: Finding | None) -> None:
        cohort = self._report.cohort if self._report is not None else Cohort()
        self.finding.show_finding(finding, cohort, self._cases)
