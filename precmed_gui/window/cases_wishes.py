"""What a user wants done with the selected cases, by key, menu or button, told as wishes."""

from PySide6.QtCore import QObject, QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import QInputDialog, QWidget

from precmed_gui.language import N_, _
from precmed_gui.window.cases_actions import CaseActions
from precmed_gui.window.class_table import ClassTable
from precmed_gui.window.thumbnail_grid import ThumbnailGrid

NEW_CLASS = N_("New class")
NEW_CLASS_QUESTION = N_("What should the class be called?")
_LONGEST_NAME = 200


class CaseWishes(QObject):
    """Listens to the grid, its actions and the class table of one panel.

    Signals
    -------
    remove_wished, relabel_wished, exclude_wished, case_activated
        As in `CasesPanel`.
    """

    remove_wished = Signal(list)
    relabel_wished = Signal(list, str)
    exclude_wished = Signal(list, bool)
    case_activated = Signal(object)

    def __init__(
        self, panel: QWidget, grid: ThumbnailGrid, classes: ClassTable, actions: CaseActions
    ) -> None:
        super().__init__(panel)
        self._panel, self._grid, self._classes, self._actions = panel, grid, classes, actions
        self._naming: QInputDialog | None = None
        actions.show_large.triggered.connect(self._on_show_large)
        actions.remove.triggered.connect(self._on_remove)
        actions.exclude.triggered.connect(self._on_exclude)
        actions.rename.triggered.connect(self._on_rename)
        actions.select_all.triggered.connect(grid.selectAll)
        actions.move_asked.connect(self._on_move)
        actions.new_class_asked.connect(self._on_new_class)
        classes.cases_dropped.connect(self.relabel_wished)
        grid.case_activated.connect(self.case_activated)
        grid.drag_changed.connect(self._on_drag_changed)
        grid.customContextMenuRequested.connect(self._on_menu_asked)

    @Slot()
    def _on_show_large(self) -> None:
        case = self._grid.current_case()
        if case is not None:
            self.case_activated.emit(case)

    @Slot()
    def _on_remove(self) -> None:
        if keys := self._selected_keys():
            self.remove_wished.emit(keys)

    @Slot()
    def _on_exclude(self) -> None:
        """Exclude all that is selected; where all of it is excluded already, use it again."""
        cases = self._grid.selected_cases()
        if cases:
            is_excluded = not all(case.is_excluded for case in cases)
            self.exclude_wished.emit([case.key for case in cases], is_excluded)

    @Slot()
    def _on_rename(self) -> None:
        case = self._grid.current_case()
        chosen = self._classes.shown
        if isinstance(chosen, str):
            self._classes.edit_class(chosen)
        else:
            self._classes.edit_class(case.label if case is not None else None)

    @Slot(str)
    def _on_move(self, label: str) -> None:
        if keys := self._selected_keys():
            self.relabel_wished.emit(keys, label)

    @Slot()
    def _on_new_class(self) -> None:
        if not self._selected_keys():
            return
        self._naming = QInputDialog(self._panel)
        self._naming.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._naming.setWindowTitle(_(NEW_CLASS))
        self._naming.setLabelText(_(NEW_CLASS_QUESTION))
        self._naming.textValueSelected.connect(self._on_class_named)
        self._naming.open()

    @Slot(str)
    def _on_class_named(self, name: str) -> None:
        if name.strip():
            self._on_move(name.strip()[:_LONGEST_NAME])

    @Slot(bool)
    def _on_drag_changed(self, is_dragging: bool) -> None:
        self._classes.offer_no_class(is_offered=is_dragging)

    @Slot(QPoint)
    def _on_menu_asked(self, place: QPoint) -> None:
        self._actions.menu.popup(self._grid.viewport().mapToGlobal(place))

    def _selected_keys(self) -> list[str]:
        return [case.key for case in self._grid.selected_cases()]
