"""The worklist: cases waiting, read and referred; what to open next; blinded reading, results."""

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QLabel,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from precmed_gui.diagnosis.record import WorklistRow
from precmed_gui.language import N_, _, sentences
from precmed_gui.window.check_progress import CheckProgress
from precmed_gui.window.closed_page import ClosedPage
from precmed_gui.window.icons import keep_icon
from precmed_gui.window.layouts import row
from precmed_gui.window.message_strip import MessageStrip
from precmed_gui.window.wording import number
from precmed_gui.window.worklist_model import CASE, STATES, WorklistModel
from precmed_gui.window.worklist_table import WorklistTable

TITLE = N_("Worklist")
COUNTS = N_("{waiting} waiting · {read} read · {referred} referred")
EMPTY = N_(
    "No case yet. Read images in the Prediction panel: every answer is kept here before it is "
    "shown, and waits for your decision.\n\nEnter opens a case, N the next one that waits."
)
NONE_FOUND = N_("No case fits the search.")
NONE_FOUND_BLIND = N_("While you read blinded, the search looks at names and patients only.")
SEARCH = N_("Find a case…")
ALL_STATES = N_("All cases")
BLINDED = N_("Blinded reading")
BLINDED_TIP = N_(
    "The model's answer stays hidden until you have committed to a reading of your own; then you "
    "see it and confirm or revise. Both are kept."
)
BLINDED_ON = N_("Blinded: the model's answer is hidden until you commit to yours.")
NEXT, STATISTICS, PATIENTS = N_("Next waiting"), N_("Statistics…"), N_("Show patients")
SEARCH_DELAY_MS = 200


class WorklistPanel(QWidget):
    """Shows the rows of the record and forwards what to open, find and count.

    Signals
    -------
    search_changed
        Text and state ("" for all) to show.
    opened
        The `WorklistRow` to put on the screen.
    next_wished, statistics_wished
        The next waiting case; the readers' results.
    blinding_changed
        Whether the model's answers are to be hidden.
    opening_wished
        The record, which cannot be looked into, is to be opened, or brought back.
    """

    search_changed = Signal(str, str)
    opened = Signal(object)
    next_wished = Signal()
    statistics_wished = Signal()
    blinding_changed = Signal(bool)
    opening_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts: dict[str, int] = {}
        self.rows = WorklistModel(self)
        self._search_later = QTimer(self, singleShot=True, interval=SEARCH_DELAY_MS)
        self._search_later.timeout.connect(self._on_search)
        self._build_head()
        self._build_table()
        self._build_pages()
        self._build_foot()
        self._lay_out()
        self.retranslate()

    def _build_head(self) -> None:
        self._title, self._counted = QLabel(), QLabel()
        self._title.setProperty("role", "title")
        self._title.setMinimumHeight(28)
        self._counted.setProperty("role", "caption")
        self.search, self.states = QLineEdit(), QComboBox()
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._search_later.start)
        self.search.returnPressed.connect(self._on_found)
        for state in ("", *STATES):
            self.states.addItem("", state)
        self.states.currentIndexChanged.connect(self._on_search)
        self.blinding = QCheckBox()
        self.blinding.toggled.connect(self._on_blinding)
        self._banner = QFrame()
        self._banner.setProperty("panel", "notice")
        self._banner_text = QLabel()
        self._banner_text.setWordWrap(True)
        layout = QVBoxLayout(self._banner)
        layout.setContentsMargins(8, 6, 8, 6)
        layout.addWidget(self._banner_text)
        self._banner.hide()

    def _build_table(self) -> None:
        self.table = WorklistTable(self.rows)
        self.table.doubleClicked.connect(self._on_activated)
        self.table.installEventFilter(self)
        self.rows.modelReset.connect(self._show_state)
        self.strip, self.progress = MessageStrip(), CheckProgress()
        self.strip.acted.connect(self.opening_wished)

    def _build_pages(self) -> None:
        self._empty, self.closed = QLabel(), ClosedPage()
        self._empty.setProperty("role", "hint")
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setContentsMargins(32, 32, 32, 32)
        self.closed.action.clicked.connect(self.opening_wished)
        self._stack = QStackedWidget()
        for page in (self._empty, self.table, self.closed):
            self._stack.addWidget(page)

    def _build_foot(self) -> None:
        self.next, self.statistics, self.patients = QPushButton(), QPushButton(), QCheckBox()
        self.next.setProperty("primary", True)
        keep_icon(self.next, "next", "accent_text")
        keep_icon(self.statistics, "chart")
        self.next.clicked.connect(self.next_wished)
        self.statistics.clicked.connect(self.statistics_wished)
        self.patients.toggled.connect(self._on_patients)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        layout.addLayout(row(self._title, (self._counted, 1), self.blinding))
        layout.addWidget(self._banner)
        layout.addLayout(row((self.search, 1), self.states))
        layout.addWidget(self.strip)
        layout.addWidget(self.progress)
        layout.addWidget(self._stack, 1)
        layout.addLayout(row((self.patients, 1), self.statistics, self.next))

    # What the flow tells

    def show_counts(self, counts: dict[str, int]) -> None:
        """Cases a state."""
        self._counts = counts
        self._word_counts()
        self._show_state()

    def show_closed(self, text: str, verb: str) -> None:
        """Why there is no record to look into, and the one thing to do about it."""
        self.strip.hide()
        self.closed.show_reason(text, verb)
        self._show_state()

    def show_open(self) -> None:
        """The record can be looked into."""
        if self.closed.is_needed:
            self.closed.show_reason("", "")
            self.strip.hide()
            self._show_state()

    def show_blinding(self, *, is_blinded: bool) -> None:
        """Whether answers are hidden now."""
        self.blinding.setChecked(is_blinded)
        if is_blinded == self._banner.isHidden():
            self._banner.setVisible(is_blinded)
            self._on_search()
        self.rows.say_again()
        self._show_state()

    def go_to(self, place: int) -> None:
        """Make a row the current one."""
        if 0 <= place < self.rows.rowCount():
            self.table.setCurrentIndex(self.rows.index(place, CASE))

    def focus_rows(self) -> None:
        """Have the keyboard on the list, so that Enter opens a case; at first on its top.

        Where there is no record to look into, on the button that opens it.
        """
        if self.closed.is_needed:
            self.closed.action.setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif self.rows.rowCount():
            self.go_to(max(self.place(), 0))
            self.table.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def focus_search(self) -> None:
        """Have the keyboard in the line that finds cases."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def place(self) -> int:
        """The current row, -1 for none."""
        return self.table.currentIndex().row()

    def asked(self) -> tuple[str, str]:
        """The text and the state that are searched for."""
        return self.search.text().strip(), str(self.states.currentData() or "")

    def open_current(self) -> None:
        """Put the current row on the screen."""
        found = self.rows.row(self.place())
        if isinstance(found, WorklistRow):
            self.opened.emit(found)

    def retranslate(self) -> None:
        self._title.setText(_(TITLE))
        self.search.setPlaceholderText(_(SEARCH))
        self.search.setAccessibleName(_(SEARCH))
        self.states.setAccessibleName(_("Which cases"))
        for place, text in enumerate((ALL_STATES, *STATES.values())):
            self.states.setItemText(place, _(text))
        self.blinding.setText(_(BLINDED))
        self.blinding.setToolTip(f"{_(BLINDED_TIP)} (Ctrl+B)")
        self._banner_text.setText(f"⚠ {_(BLINDED_ON)}")
        self.table.setAccessibleName(_(TITLE))
        self.next.setText(_(NEXT))
        self.next.setToolTip(f"{_(NEXT)} (N)")
        self.statistics.setText(_(STATISTICS))
        self.patients.setText(_(PATIENTS))
        self.strip.retranslate()
        self.progress.retranslate()
        self.progress.stop.setToolTip(_("Stop") + " (Esc)")
        self._word_counts()
        self.rows.say_again()
        self.table.give_width()
        self._show_state()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_here = watched is getattr(self, "table", None)  # gone while Qt takes windows down
        if is_here and isinstance(event, QKeyEvent):
            is_press = event.type() == QEvent.Type.KeyPress
            if is_press and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.open_current()
                return True
        return super().eventFilter(watched, event)

    # Inside

    def _word_counts(self) -> None:
        counted = {state: number(self._counts.get(state, 0)) for state in STATES}
        self._counted.setText(_(COUNTS).format(**counted) if any(self._counts.values()) else "")

    @Slot()
    def _show_state(self) -> None:
        has_rows = self.rows.rowCount() > 0
        has_cases, is_blinded = any(self._counts.values()), not self._banner.isHidden()
        blind = _(NONE_FOUND_BLIND) if is_blinded else ""
        self._empty.setText(sentences(_(NONE_FOUND), blind) if has_cases else _(EMPTY))
        is_closed = self.closed.is_needed
        can_go_on = self._counts.get("waiting", 0) > 0 or (has_cases and is_blinded)
        self.next.setEnabled(can_go_on and not is_closed)
        self.statistics.setEnabled(has_cases and not is_closed)
        for field in (self.search, self.states, self.patients):
            field.setEnabled(not is_closed)
        self._stack.setCurrentWidget(
            self.closed if is_closed else self.table if has_rows else self._empty
        )

    @Slot()
    def _on_search(self) -> None:
        self.search_changed.emit(*self.asked())

    @Slot()
    def _on_found(self) -> None:
        """Enter leads from the search to what it found."""
        self._search_later.stop()
        self._on_search()
        self.focus_rows()

    @Slot(QModelIndex)
    def _on_activated(self, _index: QModelIndex) -> None:
        self.open_current()

    @Slot(bool)
    def _on_blinding(self, is_on: bool) -> None:
        self.blinding_changed.emit(is_on)

    @Slot(bool)
    def _on_patients(self, is_on: bool) -> None:
        self.table.show_patients(is_shown=is_on)
