"""One finding in full: why it matters, what can be done with one click, and the pictures.

Its title is the row of the list that is chosen.
"""

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QListView,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from precmed_gui.diagnosis.cases import Case, Cohort, Unreadable
from precmed_gui.diagnosis.checks import Finding, Fix, FixKind
from precmed_gui.diagnosis.pictures import ThumbnailsRead
from precmed_gui.language import N_, _, ngettext
from precmed_gui.window.button_flow import ButtonFlow
from precmed_gui.window.group_grid import GroupGrid
from precmed_gui.window.icons import keep_icon
from precmed_gui.window.unreadable_list import LIST_NAME, UnreadableModel, UnreadableRow, as_text
from precmed_gui.window.wording import number

ONLY_CHOSEN = N_("Only the chosen images")
ONLY_CHOSEN_TIP = N_(
    "Choose images below first. What is done here is done to their groups and to no other."
)
CHOSEN: dict[FixKind, str] = {
    "exclude": N_("Exclude"),
    "exclude_copies": N_("Exclude all but the first"),
    "relabel": N_("Give them the class"),
    "group": N_("Make them one patient"),
}
"""What can also be done to some of the groups, and what it is called then."""
_NO_INDICATOR = "QPushButton::menu-indicator { image: none; width: 0; }"
FIRST_OF = N_("The first {shown} of {total} images are shown.")


class FindingView(QWidget):
    """Shows one finding at a time.

    Signals
    -------
    fix_wished
        (`Finding`, `Fix`, label): do this; the finding has fewer groups where only some are meant.
    case_activated
        The `Case` to show large.
    thumbnails_wished
        The cases whose thumbnails are wanted.
    """

    fix_wished = Signal(object, object, str)
    case_activated = Signal(object)
    thumbnails_wished = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._finding: Finding | None = None
        self._files: tuple[Unreadable, ...] = ()
        self._can_fix = True
        self._why, self._note = QLabel(), QLabel()
        for label in (self._why, self._note):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._why.setTextFormat(Qt.TextFormat.PlainText)
        self._note.setProperty("role", "caption")
        self._buttons = ButtonFlow()
        self._only_chosen = QPushButton(self._buttons)
        self._only_chosen.setMenu(QMenu(self._only_chosen))
        self._only_chosen.hide()
        self.grid = GroupGrid()
        self.grid.case_activated.connect(self.case_activated)
        self.grid.thumbnails_wished.connect(self.thumbnails_wished)
        self.grid.selection_changed.connect(self._show_enabled)
        self._build_files()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(8)
        for part in (self._why, self._buttons, self._note):
            layout.addWidget(part)
        layout.addWidget(self.grid, 1)
        layout.addWidget(self.files, 1)
        layout.addStretch()
        self.retranslate()
        self.show_finding(None, Cohort(), {})

    def _build_files(self) -> None:
        self.files = QListView()
        self.files.setObjectName("findingFiles")
        self._file_rows = UnreadableModel(self)
        self.files.setModel(self._file_rows)
        self.files.setItemDelegate(UnreadableRow(self.files))
        self.files.setUniformItemSizes(True)
        self.files.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.files.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.files.setMinimumHeight(96)
        copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self.files)
        copy.setContext(Qt.ShortcutContext.WidgetShortcut)
        copy.activated.connect(self._on_copy)

    # What the panel tells

    def show_finding(
        self, finding: Finding | None, cohort: Cohort, cases: Mapping[str, Case]
    ) -> None:
        """Show this one; `cases` are those of `cohort` by key."""
        self._finding = finding
        self.setVisible(finding is not None)
        if finding is None:
            return
        self._why.setText(finding.why)
        self._why.setVisible(bool(finding.why))
        is_files = finding.kind == "unreadable"
        self._files = files_of(finding, cohort) if is_files else ()
        self._file_rows.show_files(self._files)
        shown = replace(finding, groups=(), reasons=()) if is_files else finding
        self.grid.show_finding(shown, cohort, cases)
        self.files.setVisible(is_files)
        self.grid.setVisible(self.grid.model_.pictures > 0)
        self._show_buttons(finding)
        self._show_note()

    def set_can_fix(self, *, can_fix: bool) -> None:
        """Whether what is shown is still true, so that something may be done about it."""
        self._can_fix = can_fix
        self._show_enabled()

    def show_thumbnails(self, event: ThumbnailsRead) -> None:
        """The next thumbnails that were asked for."""
        self.grid.show_thumbnails(event)

    @property
    def finding(self) -> Finding | None:
        """What is shown."""
        return self._finding

    @property
    def fix_buttons(self) -> list[QPushButton]:
        """The buttons that do something about it, the usual one first."""
        return [button for button in self._buttons.buttons if button is not self._only_chosen]

    @property
    def only_chosen(self) -> QPushButton:
        """The button for the chosen images alone; hidden where that means nothing."""
        return self._only_chosen

    def retranslate(self) -> None:
        """Say its own texts in the language in use; what was found stays as it was worded."""
        self._only_chosen.setText(_(ONLY_CHOSEN))
        self._only_chosen.setToolTip(_(ONLY_CHOSEN_TIP))
        self.files.setAccessibleName(_(LIST_NAME))
        self.grid.retranslate()
        if self._finding is not None:
            self._show_buttons(self._finding)
            self._show_note()

    # Inside

    def _show_buttons(self, finding: Finding) -> None:
        self._buttons.clear(keep=self._only_chosen)
        for place, fix in enumerate(finding.fixes):
            self._buttons.add(self._button(finding, fix, is_usual=place == 0))
        if self._fill_only_chosen(finding):
            self._buttons.add(self._only_chosen)
        self._buttons.setVisible(bool(finding.fixes))
        self._show_enabled()

    def _button(self, finding: Finding, fix: Fix, *, is_usual: bool) -> QPushButton:
        button = QPushButton(fix.title)
        button.setProperty("primary", is_usual)
        if fix.kind == "relabel":
            menu = QMenu(button)
            for label in fix.labels:
                action = menu.addAction(label.replace("&", "&&"))
                action.triggered.connect(
                    lambda _checked=False, label=label: self.fix_wished.emit(finding, fix, label)
                )
            button.setMenu(menu)
            button.setStyleSheet(_NO_INDICATOR)
            button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
            keep_icon(button, "chevron-down", "accent_text" if is_usual else "text")
        else:
            button.clicked.connect(lambda: self.fix_wished.emit(finding, fix, ""))
        return button

    def _fill_only_chosen(self, finding: Finding) -> bool:
        """What can be done to some of the groups; whether there is anything."""
        menu = self._only_chosen.menu()
        menu.clear()
        for fix in finding.fixes:
            if fix.kind not in CHOSEN:
                continue
            if fix.kind != "relabel":
                action = menu.addAction(_(CHOSEN[fix.kind]))
                action.triggered.connect(lambda _checked=False, fix=fix: self._fix_chosen(fix, ""))
                continue
            labels = menu.addMenu(_(CHOSEN[fix.kind]))
            for label in fix.labels:
                action = labels.addAction(label.replace("&", "&&"))
                action.triggered.connect(
                    lambda _checked=False, fix=fix, label=label: self._fix_chosen(fix, label)
                )
        return len(finding.groups) > 1 and not menu.isEmpty()

    def _fix_chosen(self, fix: Fix, label: str) -> None:
        finding, places = self._finding, self.grid.chosen_groups()
        if finding is not None and places:
            self.fix_wished.emit(only_groups(finding, places), fix, label)

    @Slot()
    def _show_enabled(self) -> None:
        for button in self.fix_buttons:
            button.setEnabled(self._can_fix)
        self._only_chosen.setEnabled(self._can_fix and bool(self.grid.chosen_groups()))

    def _show_note(self) -> None:
        finding, shown = self._finding, self.grid.model_.pictures
        total = len(finding.keys) if finding is not None else 0
        is_cut = 0 < shown < total
        text = _(FIRST_OF).format(shown=number(shown), total=number(total)) if is_cut else ""
        self._note.setText(text)
        self._note.setVisible(is_cut)

    @Slot()
    def _on_copy(self) -> None:
        rows = sorted(index.row() for index in self.files.selectionModel().selectedIndexes())
        chosen = [self._files[row] for row in rows]
        QApplication.clipboard().setText(as_text(chosen or self._files))


def files_of(finding: Finding, cohort: Cohort) -> tuple[Unreadable, ...]:
    """The files of a finding about unreadable ones, each with its reason."""
    known = {file.path: file.reason for file in cohort.unreadable}
    if finding.reasons and len(finding.reasons) == len(finding.groups):
        for group, reason in zip(finding.groups, finding.reasons, strict=True):
            known |= dict.fromkeys(group, reason)
    return tuple(Unreadable(path, known.get(path, "")) for path in finding.keys)


def only_groups(finding: Finding, places: tuple[int, ...]) -> Finding:
    """The same finding about some of its groups."""
    reasons = tuple(finding.reasons[place] for place in places) if finding.reasons else ()
    groups = tuple(finding.groups[place] for place in places)
    return replace(finding, groups=groups, reasons=reasons)


def done_text(fix: Fix, finding: Finding, label: str) -> str:
    """What a fix is called in the history of changes."""
    if label:
        count = len(finding.keys)
        text = ngettext("Move {n} image to “{label}”", "Move {n} images to “{label}”", count)
        return text.format(n=number(count), label=label)
    return fix.title
