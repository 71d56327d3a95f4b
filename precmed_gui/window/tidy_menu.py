"""Bringing a cohort into order: the check as a button, the rest in the menu beside it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from precmed_gui.language import N_, _
from precmed_gui.window.icons import keep_icon

CHECK = N_("Check")
CHECK_TIP = N_(
    "Looks for copies, leaks between parts, odd pictures and everything else "
    "that spoils a training (Ctrl+K)"
)
TIDY = N_("Tidy up")
TIDY_TIP = N_("Patients, classes from a table, and what else brings the images into order")
PATIENTS = N_("Patients from the file names…")
TABLE = N_("Classes and patients from a table…")
SHOW_PATIENTS = N_("Show the patient when the pointer rests on an image")
_MENU_BUTTON = """QToolButton { padding-right: 16px; }
QToolButton:focus { padding-right: 15px; }
QToolButton::menu-indicator { subcontrol-position: right center; right: 3px; }"""


class TidyMenu(QWidget):
    """A button and a menu for the head of the cases panel.

    Signals
    -------
    check_wished, patients_wished, table_wished
        As in `CasesPanel`.
    naming_changed
        Whether tooltips should name the patient.
    """

    check_wished = Signal()
    patients_wished = Signal()
    table_wished = Signal()
    naming_changed = Signal(bool)

    def __init__(self, clear: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._check, self._button, self._menu = QToolButton(), QToolButton(), QMenu(self)
        self._check.setObjectName("checkCases")
        self._button.setObjectName("tidyUp")
        self._button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self._check.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self._patients, self._table = QAction(self), QAction(self)
        self._naming = QAction(self, checkable=True)
        self._button.setMenu(self._menu)
        self._button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._button.setStyleSheet(_MENU_BUTTON)
        self._menu.addActions([self._patients, self._table, self._naming])
        self._menu.addSeparator()
        self._menu.addAction(clear)
        keep_icon(self._patients, "patients")
        keep_icon(self._table, "table")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self._check)
        layout.addWidget(self._button)
        self._check.clicked.connect(self.check_wished)
        self._patients.triggered.connect(self.patients_wished)
        self._table.triggered.connect(self.table_wished)
        self._naming.toggled.connect(self.naming_changed)
        self.retranslate()

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        self._check.setText(_(CHECK))
        self._check.setToolTip(_(CHECK_TIP))
        self._button.setText(_(TIDY))
        self._button.setToolTip(_(TIDY_TIP))
        self._menu.setAccessibleName(_(TIDY))
        self._patients.setText(_(PATIENTS))
        self._table.setText(_(TABLE))
        self._naming.setText(_(SHOW_PATIENTS))
