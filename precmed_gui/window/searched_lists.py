"""Long lists of texts behind tabs, with one field that searches and one button that copies."""

from collections.abc import Sequence

from PySide6.QtCore import QSortFilterProxyModel, QStringListModel, Qt, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from precmed_gui.language import N_, _
from precmed_gui.window.icons import keep_icon

SEARCH = N_("Search in these lists")
COPY = N_("Copy the list (selected lines, or all that are shown)")


class SearchedLists(QWidget):
    """As many tabs as there are lists; the search goes through all of them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tabs = QTabWidget()
        self._field = QLineEdit()
        self._field.setClearButtonEnabled(True)
        self._field.setPlaceholderText(_(SEARCH))
        self._field.setAccessibleName(_(SEARCH))
        self._field.textChanged.connect(self._on_searched)
        self._copy = QToolButton()
        self._copy.setToolTip(_(COPY))
        self._copy.setAccessibleName(_(COPY))
        keep_icon(self._copy, "copy")
        self._copy.clicked.connect(self.copy)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self._field, 1)
        line.addWidget(self._copy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._tabs, 1)
        layout.addLayout(line)

    def show_lists(self, lists: Sequence[tuple[str, Sequence[str]]]) -> None:
        """Show (title, lines) of each; the tab in front stays in front."""
        while self._tabs.count() < len(lists):
            self._tabs.addTab(self._new_list(), "")
        for place, (title, lines) in enumerate(lists):
            self._tabs.setTabText(place, title)
            self._view(place).setAccessibleName(title)
            self._filter(place).sourceModel().setStringList(list(lines))  # type: ignore[attr-defined]

    def lines(self, place: int) -> list[str]:
        """What a list shows now."""
        found = self._filter(place)
        return [str(found.index(row, 0).data()) for row in range(found.rowCount())]

    @Slot()
    def copy(self) -> None:
        """Put the selected lines of the list in front, else all of it, on the clipboard."""
        view = self._tabs.currentWidget()
        if isinstance(view, QListView):
            rows = sorted(index.row() for index in view.selectionModel().selectedIndexes())
            lines = self.lines(self._tabs.currentIndex())
            chosen = [lines[row] for row in rows] or lines
            QApplication.clipboard().setText("\n".join(chosen))

    def _new_list(self) -> QListView:
        view, found = QListView(), QSortFilterProxyModel(self)
        found.setSourceModel(QStringListModel(found))
        found.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        view.setModel(found)
        view.setUniformItemSizes(True)
        view.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        view.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        action = QAction(_(COPY), view)
        action.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(self.copy)
        view.addAction(action)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        return view

    def _view(self, place: int) -> QListView:
        view = self._tabs.widget(place)
        if not isinstance(view, QListView):
            raise IndexError(place)
        return view

    def _filter(self, place: int) -> QSortFilterProxyModel:
        found = self._view(place).model()
        if not isinstance(found, QSortFilterProxyModel):
            raise IndexError(place)
        return found

    @Slot(str)
    def _on_searched(self, text: str) -> None:
        for place in range(self._tabs.count()):
            self._filter(place).setFilterFixedString(text.strip())
