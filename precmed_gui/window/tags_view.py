"""A window beside the picture with the header of its file; who the patient is stays hidden.

The prediction panel opens it and keeps it on the case that is on the screen.
"""

from collections.abc import Sequence
from itertools import groupby

from PySide6.QtCore import QModelIndex, QPoint, QSortFilterProxyModel, Qt, Slot
from PySide6.QtGui import QAction, QGuiApplication, QHideEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.pictures import Tag
from precmed_gui.language import N_, _, ngettext
from precmed_gui.window.icons import keep_icon
from precmed_gui.window.layouts import row
from precmed_gui.window.tags_model import NAME, NUMBER, VALUE, TagsModel
from precmed_gui.window.theme import set_role
from precmed_gui.window.wording import number

TITLE = N_("Header of {name}")
TITLE_OF_SLICE = N_("Header of {name}, slice {n} of {total}")
SEARCH = N_("Search number, name or value")
OPENING = N_("Opening the header…")
NOTHING = N_("This file has no header; DICOM files have one.")
NO_MATCH = N_("No line has “{text}” in it.")
SHOW_IDENTITY = N_("Show patient identity")
HIDE_IDENTITY = N_("Hide patient identity")
IDENTITY_TIP = N_("Name, numbers, dates and all else that may say who the patient is")
COPY = N_("Copy")
CLOSE = N_("Close")
_SIZE, _GAP, _TITLE_BAR = (640, 560), 16, 40


class TagsView(QDialog):
    """Searchable lines of a header; masked again for every other case and whenever it closes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._case = Case("")
        self._slice_number = 0
        self._message = OPENING
        self._tags = TagsModel(self)
        self._found = QSortFilterProxyModel(self)
        self._found.setSourceModel(self._tags)
        self._found.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._found.setFilterKeyColumn(-1)
        self._build()
        self.resize(*_SIZE)
        self.retranslate()

    def _build(self) -> None:
        self._search = QLineEdit()
        self._search.setClearButtonEnabled(True)
        self._search.textChanged.connect(self._on_search)
        self._table = QTableView()
        self._table.setModel(self._found)
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self._table.setShowGrid(False)
        self._table.setWordWrap(False)
        self._table.setTabKeyNavigation(False)
        self._table.verticalHeader().hide()
        self._table.verticalHeader().setDefaultSectionSize(26)
        header = self._table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(VALUE, QHeaderView.ResizeMode.Stretch)
        for column, width in ((NUMBER, 130), (NAME, 210)):
            header.resizeSection(column, width)
        self._copy = QAction(self._table)
        self._copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        self._copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self._copy.triggered.connect(self._on_copy)
        self._table.addAction(self._copy)
        self._table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self._note = QLabel()
        self._note.setWordWrap(True)
        self._identity = QPushButton()
        self._identity.setAutoDefault(False)
        self._identity.clicked.connect(self._on_identity)
        self._close = QPushButton()
        self._close.setAutoDefault(False)
        self._close.clicked.connect(self.close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        layout.addWidget(self._search)
        layout.addWidget(self._table, 1)
        layout.addWidget(self._note)
        buttons = row(self._identity, self._close)
        buttons.insertStretch(1, 1)
        layout.addLayout(buttons)

    def show_opening(self, case: Case, slice_number: int) -> None:
        """The header of this slice is on its way; that of another case before is gone."""
        is_other = case.key != self._case.key
        self._case, self._slice_number = case, slice_number
        if is_other:
            self._tags.set_masked(is_masked=True)
            self.show_message(OPENING)
        self.retranslate()

    def open_beside(self, picture: QWidget) -> None:
        """Come to the front, to the left of the picture where the screen has room."""
        corner, screen = picture.mapToGlobal(QPoint(0, 0)), picture.screen().availableGeometry()
        place = corner.x() - self.width() - _GAP
        if not self.isVisible() and place >= screen.left():
            lowest = screen.bottom() - self.height() - _TITLE_BAR
            self.move(place, max(min(corner.y(), lowest), screen.top()))
        self.show()
        self.activateWindow()

    def show_tags(self, tags: Sequence[Tag]) -> None:
        """The lines of the file named last."""
        self._message = "" if tags else NOTHING
        self._tags.show_tags(tags)
        self._show_state()

    def show_message(self, text: str) -> None:
        """There is no header to show, and why."""
        self._message = text
        self._tags.show_tags(())
        self._show_state()

    def retranslate(self) -> None:
        case, shown = self._case, self._slice_number
        title = TITLE_OF_SLICE if case.slices > 1 and shown else TITLE
        self.setWindowTitle(
            _(title).format(name=case.name, n=number(shown), total=number(case.slices))
        )
        self._search.setPlaceholderText(_(SEARCH))
        self._search.setAccessibleName(_(SEARCH))
        self._table.setAccessibleName(_("Lines of the header"))
        self._identity.setToolTip(_(IDENTITY_TIP))
        self._copy.setText(_(COPY))
        self._close.setText(_(CLOSE))
        self._tags.retranslate()
        self._show_state()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._tags.set_masked(is_masked=True)
        self._show_state()

    def _show_state(self) -> None:
        is_masked, hidden = self._tags.is_masked, self._tags.identities
        self._identity.setText(_(SHOW_IDENTITY) if is_masked else _(HIDE_IDENTITY))
        keep_icon(self._identity, "eye" if is_masked else "eye-off")
        self._identity.setEnabled(hidden > 0)
        set_role(self._note, "hint" if is_masked or not hidden else "warning")
        self._note.setText(self._sentence())

    def _sentence(self) -> str:
        if self._message:
            return _(self._message)
        if not self._found.rowCount():
            return _(NO_MATCH).format(text=self._search.text())
        hidden = self._tags.identities
        if not hidden:
            return _("No line says who the patient is.")
        if self._tags.is_masked:
            return ngettext(
                "{n} line is hidden: it may say who the patient is.",
                "{n} lines are hidden: they may say who the patient is.",
                hidden,
            ).format(n=number(hidden))
        return _("The lines say who the patient is: mind who can see the screen.")

    @Slot(str)
    def _on_search(self, text: str) -> None:
        self._found.setFilterFixedString(text)
        self._show_state()

    @Slot()
    def _on_identity(self) -> None:
        self._tags.set_masked(is_masked=not self._tags.is_masked)
        self._found.invalidate()
        self._show_state()

    @Slot()
    def _on_copy(self) -> None:
        """The selected cells as they are read on the screen, a line a row."""
        chosen = sorted((index.row(), index.column()) for index in self._selected())
        lines = [
            "\t".join(str(self._found.index(*place).data()).strip() for place in places)
            for _row, places in groupby(chosen, key=lambda place: place[0])
        ]
        if lines:
            QGuiApplication.clipboard().setText("\n".join(lines))

    def _selected(self) -> list[QModelIndex]:
        return self._table.selectionModel().selectedIndexes()
