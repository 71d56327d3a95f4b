"""What can be done with the selected images: the actions with their keys, and the menus of them."""

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from precmed_gui.language import N_, _
from precmed_gui.window.icons import keep_icon

REMOVE = N_("Remove from the cohort")
RENAME = N_("Rename class")
MOVE = N_("Move to class")
NO_CLASS = N_("No class")
NEW_CLASS = N_("New class…")
SELECT_ALL = N_("Select all")
EXCLUDE = N_("Exclude from everything")
USE_AGAIN = N_("Use again")
EXCLUDE_TIP = N_("They stay in the list and are used for nothing; the same key takes them back.")
CLEAR = N_("Clear all images")
SHOW = N_("Show large")
NOTHING_DELETED = N_("The files themselves stay where they are.")

MOST_KEYS = 9


class CaseActions(QObject):
    """The actions of one grid; they work while the grid has the keyboard."""

    move_asked = Signal(str)
    new_class_asked = Signal()

    def __init__(self, grid: QWidget) -> None:
        super().__init__(grid)
        self._grid = grid
        self._labels: tuple[str, ...] = ()
        self._move_actions: list[QAction] = []
        self.show_large = self._action(QKeySequence(Qt.Key.Key_Return))
        self.remove = self._action(QKeySequence(QKeySequence.StandardKey.Delete))
        self.exclude = self._action(QKeySequence(Qt.Key.Key_E))
        self._is_excluded = False
        self.rename = self._action(QKeySequence(Qt.Key.Key_F2))
        self.select_all = self._action(QKeySequence(QKeySequence.StandardKey.SelectAll))
        self.clear = self._action(QKeySequence("Ctrl+Shift+Del"))
        self.no_class = self._action(QKeySequence(Qt.Key.Key_0))
        self.new_class = self._action(QKeySequence(Qt.Key.Key_N))
        self.move_menu = QMenu(grid)
        self.menu = QMenu(grid)
        self.no_class.triggered.connect(self._on_no_class)
        self.new_class.triggered.connect(self.new_class_asked)
        keep_icon(self.exclude, "exclude")
        keep_icon(self.remove, "trash")
        keep_icon(self.rename, "rename")
        keep_icon(self.clear, "clear")
        self._fill_menus()
        self.retranslate()

    def _action(self, key: QKeySequence) -> QAction:
        action = QAction(self)
        action.setShortcut(key)
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self._grid.addAction(action)
        return action

    def _fill_menus(self) -> None:
        self.menu.addAction(self.show_large)
        self.menu.addMenu(self.move_menu)
        self.menu.addAction(self.exclude)
        self.menu.addAction(self.rename)
        self.menu.addSeparator()
        self.menu.addAction(self.select_all)
        self.menu.addAction(self.remove)
        self.menu.addAction(self.clear)
        self._fill_move_menu()

    def _fill_move_menu(self) -> None:
        self.move_menu.clear()
        for action in self._move_actions:
            self._grid.removeAction(action)
            action.deleteLater()
        self._move_actions = []
        for position, label in enumerate(self._labels):
            action = QAction(label.replace("&", "&&"), self)
            action.setData(label)
            action.triggered.connect(self._on_move)
            if position < MOST_KEYS:
                action.setShortcut(QKeySequence(str(position + 1)))
                action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
                self._grid.addAction(action)
            self._move_actions.append(action)
        self.move_menu.addActions(self._move_actions)
        self.move_menu.addSeparator()
        self.move_menu.addActions([self.no_class, self.new_class])

    def show_state(self, labels: tuple[str, ...], *, has_selection: bool, has_cases: bool) -> None:
        """Offer the classes of the cohort, and only what can be done now."""
        if labels != self._labels:
            self._labels = labels
            self._fill_move_menu()
        selected = (self.show_large, self.remove, self.exclude, self.no_class, self.new_class)
        for action in selected:
            action.setEnabled(has_selection)
        for action in self._move_actions:
            action.setEnabled(has_selection)
        self.move_menu.setEnabled(has_selection)
        self.rename.setEnabled(bool(labels))
        self.select_all.setEnabled(has_cases)
        self.clear.setEnabled(has_cases)

    def show_excluded(self, *, is_excluded: bool) -> None:
        """Whether all that is selected is excluded already, and the key takes it back."""
        if is_excluded != self._is_excluded:
            self._is_excluded = is_excluded
            self._say_exclude()

    def _say_exclude(self) -> None:
        text = _(USE_AGAIN) if self._is_excluded else _(EXCLUDE)
        self.exclude.setText(text)
        self.exclude.setToolTip(f"{text} (E)\n{_(EXCLUDE_TIP)}")

    def retranslate(self) -> None:
        """Say everything in the language in use, with icons in the colours of the theme."""
        texts = {
            self.show_large: SHOW,
            self.remove: REMOVE,
            self.rename: RENAME,
            self.select_all: SELECT_ALL,
            self.clear: CLEAR,
            self.no_class: NO_CLASS,
            self.new_class: NEW_CLASS,
        }
        for action, text in texts.items():
            action.setText(_(text))
        self._say_exclude()
        self.move_menu.setTitle(_(MOVE))
        self.menu.setAccessibleName(_(MOVE))
        key = self.remove.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        self.remove.setToolTip(f"{_(REMOVE)} ({key})\n{_(NOTHING_DELETED)}")

    @Slot()
    def _on_move(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.move_asked.emit(str(action.data()))

    @Slot()
    def _on_no_class(self) -> None:
        self.move_asked.emit("")
