"""The question which patient an image belongs to: rules for file names, with what they would do.

It shows rules and previews and forwards wishes; `patients_flow` learns, tries and applies them.
"""

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QRadioButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from precmed_gui.cohorts.patient_names import NamePreview, NameRule
from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.language import N_, _, ngettext, sentences
from precmed_gui.window.theme import current_tokens, set_role, theme_signals
from precmed_gui.window.wording import images_text, number

TITLE = N_("Who the patients are")
WHY = N_(
    "Images of one patient must stay together: a network that trains on one of them knows the "
    "others already. Where the files do not say who the patient is, their names often do."
)
STAYS_HERE = N_("Nothing of this leaves your computer.")
LOOKING = N_("Looking for patients in the file names…")
NO_RULE = N_("The file names give no clear sign of patients.")
OWN_RULE = N_("My own pattern (regular expression); the first bracket is the patient")
OWN_EXAMPLE = r"(person\d+|IM-\d+)"
UNKNOWN = N_("Patients are not known: each image counts as a patient of its own")
FILE_NAME = N_("File name")
PATIENT = N_("Patient")
DOES_NOT_FIT = N_("does not fit")
APPLY = N_("Apply")
CANCEL = N_("Cancel")

_DELAY_MS = 250
_OWN, _NOT_KNOWN = "own", "unknown"


class PatientsDialog(QDialog):
    """Rules to choose from, and a table of what the chosen one makes of the file names.

    Signals
    -------
    preview_wished
        str: a pattern to try on the file names.
    applied
        str: the pattern to apply, "" for "patients are not known".
    """

    preview_wished = Signal(str)
    applied = Signal(str)

    def __init__(self, cohort: Cohort, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._patterns: dict[str, QRadioButton] = {}
        self._tried = ""
        self.setWindowTitle(_(TITLE))
        self.resize(640, 620)
        self._build_choices()
        self._build_preview()
        self._build_buttons()
        self._lay_out(cohort)
        self._later = QTimer(self, singleShot=True, interval=_DELAY_MS)
        self._later.timeout.connect(self._on_pattern_changed)
        self._group.buttonToggled.connect(self._on_toggled)
        self._field.textEdited.connect(self._on_edited)
        theme_signals().changed.connect(self._on_theme_changed)

    # Building

    def _build_choices(self) -> None:
        self._group = QButtonGroup(self)
        self._looking = QLabel(_(LOOKING))
        self._looking.setProperty("role", "hint")
        self._rules = QVBoxLayout()
        self._rules.setSpacing(4)
        self._own, self._unknown = QRadioButton(_(OWN_RULE)), QRadioButton(_(UNKNOWN))
        for button in (self._own, self._unknown):
            self._group.addButton(button)
        self._field = QLineEdit()
        self._field.setObjectName("patientPattern")
        self._field.setPlaceholderText(OWN_EXAMPLE)
        self._field.setAccessibleName(_(OWN_RULE))

    def _build_preview(self) -> None:
        self._counts = QLabel()
        self._counts.setObjectName("patientCounts")
        self._counts.setWordWrap(True)
        self._rows = QTableWidget(0, 2)
        self._rows.setAccessibleName(_("What the rule makes of the file names"))
        self._rows.setHorizontalHeaderLabels([_(FILE_NAME), _(PATIENT)])
        self._rows.verticalHeader().hide()
        self._rows.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._rows.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._rows.setTabKeyNavigation(False)
        self._rows.setWordWrap(False)
        self._rows.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self._rows.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)

    def _build_buttons(self) -> None:
        self._buttons = QDialogButtonBox()
        role = QDialogButtonBox.ButtonRole
        self._apply = self._buttons.addButton(_(APPLY), role.AcceptRole)
        self._apply.setProperty("primary", True)
        self._apply.setEnabled(False)
        self._buttons.addButton(_(CANCEL), role.RejectRole)
        self._buttons.accepted.connect(self._on_applied)
        self._buttons.rejected.connect(self.reject)

    def _lay_out(self, cohort: Cohort) -> None:
        why, now, stays = QLabel(_(WHY)), QLabel(_now(cohort)), QLabel(_(STAYS_HERE))
        for label in (why, now, stays):
            label.setWordWrap(True)
        stays.setProperty("role", "caption")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        layout.addWidget(why)
        layout.addWidget(now)
        layout.addWidget(self._looking)
        layout.addLayout(self._rules)
        for widget in (self._own, self._field, self._unknown, self._counts):
            layout.addWidget(widget)
        layout.addWidget(self._rows, 1)
        layout.addWidget(stays)
        layout.addWidget(self._buttons)

    # What the flow tells

    def show_rules(self, rules: Sequence[NameRule]) -> None:
        """Offer these rules; the first is chosen, but nothing is applied by itself."""
        self._looking.setVisible(not rules)
        self._looking.setText(_(NO_RULE))
        for rule in rules:
            button = QRadioButton(f"{rule.title}  ·  {patients_text(rule.patients)}")
            button.setToolTip(rule.pattern)
            self._patterns[rule.pattern] = button
            self._group.addButton(button)
            self._rules.addWidget(button)
        if self._group.checkedButton() is None:
            first = next(iter(self._patterns.values()), self._own)
            first.setChecked(True)
            first.setFocus()

    def show_preview(self, preview: NamePreview) -> None:
        """Show what the chosen rule does."""
        self._tried = preview.rule.pattern
        set_role(self._counts, "")
        self._counts.setText(counts_text(preview.rule))
        self._show_rows(preview.rows)
        self._apply.setEnabled(preview.rule.images > 0)

    def show_error(self, message: str, hint: str) -> None:
        """Say why a pattern cannot be used."""
        set_role(self._counts, "error")
        self._counts.setText(sentences(message, hint))
        self._show_rows(())
        self._apply.setEnabled(False)

    def pattern(self) -> str:
        """The pattern that is chosen now, "" for none."""
        checked = self._group.checkedButton()
        if checked is self._own:
            return self._field.text().strip()
        return next((text for text, button in self._patterns.items() if button is checked), "")

    # Inside

    def _show_rows(self, rows: Sequence[tuple[str, str]]) -> None:
        self._rows.setRowCount(len(rows))
        for place, (file, patient) in enumerate(rows):
            name = QTableWidgetItem(file)
            name.setToolTip(file)
            shown = QTableWidgetItem(patient or f"– {_(DOES_NOT_FIT)}")
            shown.setData(Qt.ItemDataRole.UserRole, bool(patient))
            self._rows.setItem(place, 0, name)
            self._rows.setItem(place, 1, shown)
        self._on_theme_changed()

    @Slot()
    def _on_theme_changed(self) -> None:
        tokens = current_tokens()
        for place in range(self._rows.rowCount()):
            item = self._rows.item(place, 1)
            if item is not None:
                is_fit = bool(item.data(Qt.ItemDataRole.UserRole))
                item.setForeground(QColor(tokens.text if is_fit else tokens.warning))

    @Slot(object, bool)
    def _on_toggled(self, _button: object, is_on: bool) -> None:
        if is_on:
            if self._group.checkedButton() is self._own and not self._field.hasFocus():
                self._field.setFocus()
            self._on_pattern_changed()

    @Slot()
    def _on_edited(self) -> None:
        self._own.setChecked(True)
        self._apply.setEnabled(False)
        self._later.start()

    @Slot()
    def _on_pattern_changed(self) -> None:
        self._tried = ""
        pattern = self.pattern()
        is_unknown = self._unknown.isChecked()
        set_role(self._counts, "")
        self._apply.setEnabled(is_unknown)
        if pattern:
            self.preview_wished.emit(pattern)
        else:
            self._counts.setText("")
            self._show_rows(())

    @Slot()
    def _on_applied(self) -> None:
        if self._unknown.isChecked():
            self.applied.emit("")
        elif self._tried and self._tried == self.pattern():
            self.applied.emit(self._tried)
        else:
            return
        self.accept()


def patients_text(count: int) -> str:
    """How many patients."""
    return ngettext("{n} patient", "{n} patients", count).format(n=number(count))


def counts_text(rule: NameRule) -> str:
    """What a rule finds, and what it leaves."""
    unfit = ngettext("{n} name does not fit", "{n} names do not fit", rule.unmatched)
    parts = [patients_text(rule.patients), images_text(rule.images)]
    if rule.unmatched:
        parts.append(unfit.format(n=number(rule.unmatched)))
    return " · ".join(parts)


def _now(cohort: Cohort) -> str:
    known = {case.patient for case in cohort.cases if case.patient}
    if not known:
        return _("Now: patients are not known.")
    without = sum(not case.patient for case in cohort.cases)
    if not without:
        return _("Now: {patients}. A rule replaces them where it fits.").format(
            patients=patients_text(len(known))
        )
    return _("Now: {patients}; of {images} the patient is not known.").format(
        patients=patients_text(len(known)), images=images_text(without)
    )
