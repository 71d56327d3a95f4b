"""The left panel: the images a user works with, their classes, and what could not be read.

It shows a `Cohort` and forwards wishes; the window decides, reads files and undoes.
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import (
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.diagnosis.work import Step
from precmed_gui.language import N_, _, ngettext, sentences
from precmed_gui.window.cases_actions import CaseActions
from precmed_gui.window.cases_model import CasesModel
from precmed_gui.window.cases_sources import SourceButtons
from precmed_gui.window.cases_work import WorkStrip
from precmed_gui.window.class_table import ClassTable
from precmed_gui.window.drop_area import DropArea
from precmed_gui.window.file_drops import FileDrops
from precmed_gui.window.icons import keep_icon
from precmed_gui.window.message_strip import MessageStrip
from precmed_gui.window.thumbnail_grid import ThumbnailGrid
from precmed_gui.window.unreadable_list import UnreadableList
from precmed_gui.window.wording import number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from precmed_gui.diagnosis.pictures import ThumbnailsRead

TITLE = N_("Cases")
TEACH = N_("Drop a folder whose sub-folders are the diagnoses")
TEACH_KINDS = N_("PNG, JPEG, TIFF, BMP, WebP or DICOM images; .npz and MNIST files.")
DROP_MORE = N_("Drop more images or folders")
NAME_FIRST_CLASS = N_("These images have no class yet: select some and press N to name it.")
NAME_CLASSES = N_("Select images, then press 1 to 9 to give them a class, or N for a new one.")
MOVE = N_("Move the selected images to a class (keys 1 to 9)")
NEW_CLASS = N_("New class")
NEW_CLASS_QUESTION = N_("What should the class be called?")

_LONGEST_NAME = 200
_MENU_BUTTON = """QToolButton { padding-right: 16px; }
QToolButton:focus { padding-right: 15px; }
QToolButton::menu-indicator { subcontrol-position: right center; right: 3px; }"""


class CasesPanel(QWidget):
    """Title, drop area, classes, thumbnails and unreadable files, from top to bottom."""

    paths_dropped = Signal(list)
    add_folder_wished = Signal()
    add_files_wished = Signal()
    demo_wished = Signal()
    remove_wished = Signal(list)
    rename_wished = Signal(str, str)
    relabel_wished = Signal(list, str)
    """Keys of cases, and the class they should have; "" means no class."""
    clear_wished = Signal()
    thumbnails_wished = Signal(list)
    case_activated = Signal(object)
    stop_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cohort = Cohort()
        self._naming: QInputDialog | None = None
        self.setObjectName("casesPanel")
        self.setMinimumWidth(260)
        self._build_head()
        self._build_sources()
        self._build_list()
        self._lay_out()
        self._connect_wishes()
        self.retranslate()

    # Building

    def _build_head(self) -> None:
        self._title = QLabel()
        self._title.setProperty("role", "title")
        self._title.setMinimumHeight(28)
        self._count = QLabel()
        self._count.setObjectName("caseCount")
        self._work = WorkStrip()
        self._message = MessageStrip()

    def _build_sources(self) -> None:
        self._drop_area = DropArea()
        self._sources = SourceButtons()

    def _build_list(self) -> None:
        self._classes = ClassTable()
        self._cases = CasesModel(self)
        self._grid = ThumbnailGrid(self._cases)
        self._grid.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.case_actions = CaseActions(self._grid)
        self._shown = QLabel()
        self._shown.setProperty("role", "caption")
        self._shown.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._move, self._rename = QToolButton(), QToolButton()
        self._remove, self._clear = QToolButton(), QToolButton()
        self._move.setMenu(self.case_actions.move_menu)
        self._move.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._move.setStyleSheet(_MENU_BUTTON)
        keep_icon(self._move, "stack")
        self._rename.setDefaultAction(self.case_actions.rename)
        self._remove.setDefaultAction(self.case_actions.remove)
        self._clear.setDefaultAction(self.case_actions.clear)
        self._hint = QLabel()
        self._hint.setProperty("role", "caption")
        self._hint.setWordWrap(True)
        self._unreadable = UnreadableList()

    def _lay_out(self) -> None:
        head, tools = QHBoxLayout(), QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._count)
        tools.setSpacing(2)
        tools.addWidget(self._shown, 1)
        for button in (self._move, self._rename, self._remove, self._clear):
            tools.addWidget(button)
        self._tools = QWidget()
        tools.setContentsMargins(0, 0, 0, 0)
        self._tools.setLayout(tools)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        layout.addLayout(head)
        for widget in (self._message, self._work, self._drop_area, self._sources, self._classes):
            layout.addWidget(widget)
        layout.addWidget(self._tools)
        layout.addWidget(self._hint)
        layout.addWidget(self._grid, 1)
        layout.addWidget(self._unreadable)

    def _connect_wishes(self) -> None:
        FileDrops(self).paths_dropped.connect(self.paths_dropped)
        self._drop_area.paths_dropped.connect(self.paths_dropped)
        self._drop_area.activated.connect(self.add_folder_wished)
        self._sources.folder_wished.connect(self.add_folder_wished)
        self._sources.files_wished.connect(self.add_files_wished)
        self._sources.demo_wished.connect(self.demo_wished)
        self._work.stop_wished.connect(self.stop_wished)
        self._classes.class_chosen.connect(self._on_class_chosen)
        self._classes.rename_wished.connect(self.rename_wished)
        self._grid.thumbnails_wished.connect(self.thumbnails_wished)
        self._grid.case_activated.connect(self.case_activated)
        self._grid.customContextMenuRequested.connect(self._on_menu_asked)
        self._grid.selectionModel().selectionChanged.connect(self._on_selection_changed)
        actions = self.case_actions
        actions.show_large.triggered.connect(self._on_show_large)
        actions.remove.triggered.connect(self._on_remove)
        actions.rename.triggered.connect(self._on_rename)
        actions.select_all.triggered.connect(self._grid.selectAll)
        actions.clear.triggered.connect(self.clear_wished)
        actions.move_asked.connect(self._on_move)
        actions.new_class_asked.connect(self._on_new_class)

    # What the window tells

    def show_cohort(self, cohort: Cohort) -> None:
        """Show these cases; what stays keeps its place, its selection and its thumbnail."""
        self._cohort = cohort
        self._classes.show_cohort(cohort)
        self._cases.show_cohort(cohort, self._classes.shown)
        self._unreadable.show_files(cohort.unreadable)
        self._show_state()

    def show_progress(self, step: Step) -> None:
        """Say how far the reading of files is."""
        self._work.show_progress(step)

    def show_busy(self, text: str) -> None:
        """Say that something is being done whose end is not known."""
        self._work.show_busy(text)

    def forget_error(self) -> None:
        """What went wrong before does not matter any more."""
        self._message.hide()

    def show_idle(self) -> None:
        """Nothing is being done any more."""
        self._work.hide()

    def show_error(self, message: str, hint: str) -> None:
        """Say what went wrong, until it is dismissed."""
        self._message.show_message(sentences(message, hint), kind="error")

    def show_thumbnails(self, event: "ThumbnailsRead") -> None:
        """Take in thumbnails, or the reasons why there are none."""
        pixmaps, reasons = {}, {}
        for thumbnail in event.thumbnails:
            if thumbnail.pixels is None:
                reasons[thumbnail.key] = thumbnail.reason
            else:
                pixmaps[thumbnail.key] = as_pixmap(thumbnail.pixels)
        self._cases.keep_thumbnails(pixmaps, reasons)
        self._grid.note_answered([*pixmaps, *reasons])

    def wish_thumbnails(self) -> None:
        """Ask again for the thumbnails on the screen, for instance after the engine died."""
        self._grid.wish_thumbnails()

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        self._title.setText(_(TITLE))
        self.setAccessibleName(_(TITLE))
        self._move.setToolTip(_(MOVE))
        self._move.setAccessibleName(_(MOVE))
        for part in (self._message, self._work, self._sources, self._classes, self._grid):
            part.retranslate()
        self._unreadable.retranslate()
        self.case_actions.retranslate()
        self._show_state()

    # Showing

    def _show_state(self) -> None:
        is_filled, was_filled = bool(self._cohort.cases), not self._grid.isHidden()
        self._count.setText(number(len(self._cohort.cases)) if is_filled else "")
        self._drop_area.set_compact(is_filled)
        self._drop_area.set_texts(_(DROP_MORE) if is_filled else _(TEACH), _(TEACH_KINDS))
        self._sources.show_filled(is_filled=is_filled)
        for widget in (self._classes, self._tools, self._grid):
            widget.setVisible(is_filled)
        self._hint.setVisible(bool(self._classes.without_class))
        self._hint.setText(_(NAME_CLASSES) if self._cohort.label_order else _(NAME_FIRST_CLASS))
        self._show_selection()
        if was_filled != is_filled and not self._keeps_focus_elsewhere():
            (self._grid if is_filled else self._drop_area).setFocus()

    def _keeps_focus_elsewhere(self) -> bool:
        """Whether the keyboard is at work in another panel."""
        focus = self.window().focusWidget()
        return focus is not None and focus.isVisible() and not self.isAncestorOf(focus)

    def _show_selection(self) -> None:
        selected = self._grid.selected_count()
        shown, total = self._cases.rowCount(), len(self._cohort.cases)
        if selected:
            text = ngettext("{n} selected", "{n} selected", selected).format(n=number(selected))
        elif shown < total:
            text = _("{shown} of {total} shown").format(shown=number(shown), total=number(total))
        else:
            text = ngettext("{n} image", "{n} images", total).format(n=number(total))
        self._shown.setText(text)
        self._move.setEnabled(bool(selected))
        self.case_actions.show_state(
            self._cohort.label_order, has_selection=bool(selected), has_cases=bool(total)
        )

    # Wishes

    @Slot(object)
    def _on_class_chosen(self, shown: object) -> None:
        self._cases.show_cohort(self._cohort, self._classes.shown)
        self._grid.scrollToTop()
        self._show_selection()

    @Slot()
    def _on_selection_changed(self) -> None:
        self._show_selection()

    @Slot()
    def _on_show_large(self) -> None:
        case = self._grid.current_case()
        if case is not None:
            self.case_activated.emit(case)

    @Slot()
    def _on_remove(self) -> None:
        keys = self._selected_keys()
        if keys:
            self.remove_wished.emit(keys)

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
        keys = self._selected_keys()
        if keys:
            self.relabel_wished.emit(keys, label)

    @Slot()
    def _on_new_class(self) -> None:
        if not self._selected_keys():
            return
        self._naming = QInputDialog(self)
        self._naming.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._naming.setWindowTitle(_(NEW_CLASS))
        self._naming.setLabelText(_(NEW_CLASS_QUESTION))
        self._naming.textValueSelected.connect(self._on_class_named)
        self._naming.open()

    @Slot(str)
    def _on_class_named(self, name: str) -> None:
        if name.strip():
            self._on_move(name.strip()[:_LONGEST_NAME])

    @Slot(QPoint)
    def _on_menu_asked(self, place: QPoint) -> None:
        self.case_actions.menu.popup(self._grid.viewport().mapToGlobal(place))

    def _selected_keys(self) -> list[str]:
        return [case.key for case in self._grid.selected_cases()]


def as_pixmap(pixels: "NDArray[np.uint8]") -> QPixmap:
    """A picture of (height, width) grey or (height, width, 3) colour values, 0 to 255."""
    height, width = pixels.shape[:2]
    is_grey = pixels.ndim == 2
    kind = QImage.Format.Format_Grayscale8 if is_grey else QImage.Format.Format_RGB888
    stride = width if is_grey else 3 * width
    return QPixmap.fromImage(QImage(pixels.tobytes(), width, height, stride, kind))
