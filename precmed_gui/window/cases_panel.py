"""The left panel: the images a user works with, their classes, and what could not be read.

It shows a `Cohort` and forwards wishes; the window decides, reads files and undoes.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import (
    QHBoxLayout,
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
from precmed_gui.window.cases_facts import CasesFacts
from precmed_gui.window.cases_model import CasesModel
from precmed_gui.window.cases_order import view_of_texts
from precmed_gui.window.cases_search import SearchBar
from precmed_gui.window.cases_sources import SourceButtons
from precmed_gui.window.cases_wishes import CaseWishes
from precmed_gui.window.cases_work import WorkStrip
from precmed_gui.window.class_table import ClassTable
from precmed_gui.window.drop_area import DropArea
from precmed_gui.window.file_drops import FileDrops
from precmed_gui.window.icons import keep_icon
from precmed_gui.window.message_strip import MessageStrip
from precmed_gui.window.thumbnail_grid import ThumbnailGrid
from precmed_gui.window.tidy_menu import TidyMenu
from precmed_gui.window.unreadable_list import UnreadableList
from precmed_gui.window.wording import images_text, number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from precmed_gui.diagnosis.pictures import ThumbnailsRead

TITLE = N_("Cases")
TEACH = N_("Drop a folder whose sub-folders are the diagnoses")
TEACH_KINDS = N_("PNG, JPEG, TIFF, BMP, WebP, DICOM or NIfTI images; ZIP, .npz and MNIST files.")
DROP_MORE = N_("Drop more images or folders")
NAME_FIRST_CLASS = N_("These images have no class yet: select some and press N to name it.")
NAME_CLASSES = N_("Select images, then press 1 to 9 to give them a class, or N for a new one.")
MOVE = N_("Move the selected images to a class (keys 1 to 9)")
READ_THEM = N_("Read them")
NOTHING_FOUND = N_("No image fits. Look for something else, or press Esc in the line above.")

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
    exclude_wished = Signal(list, bool)
    """Keys of cases, and whether they should be left out of everything (or used again)."""
    table_wished = Signal()
    patients_wished = Signal()
    check_wished = Signal()
    clear_wished = Signal()
    thumbnails_wished = Signal(list)
    case_activated = Signal(object)
    reading_wished = Signal(list)
    """Cases that the current model should read, so that one can sort by how sure it is."""
    view_changed = Signal(dict)
    """What of the cohort is looked at now, and which case, as texts; see `restore_view`."""
    stop_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cohort = Cohort()
        self._excluded = 0
        self.setObjectName("casesPanel")
        self.setMinimumWidth(260)
        self._build_sources()
        self._build_list()
        self._build_head()
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
        self._tidy = TidyMenu(self.case_actions.clear)
        self._work = WorkStrip()
        self._message = MessageStrip()
        self.offer = MessageStrip()
        self._unread = MessageStrip()

    def _build_sources(self) -> None:
        self._drop_area = DropArea()
        self._sources = SourceButtons()

    def _build_list(self) -> None:
        self._classes = ClassTable()
        self._search = SearchBar()
        self._cases = CasesModel(self)
        self.facts = CasesFacts(self)
        self._grid = ThumbnailGrid(self._cases)
        self._grid.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.case_actions = CaseActions(self._grid)
        self._shown = QLabel()
        self._shown.setProperty("role", "caption")
        self._shown.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._move, self._rename = QToolButton(), QToolButton()
        self._remove, self._exclude = QToolButton(), QToolButton()
        self._move.setMenu(self.case_actions.move_menu)
        self._move.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._move.setStyleSheet(_MENU_BUTTON)
        keep_icon(self._move, "stack")
        self._rename.setDefaultAction(self.case_actions.rename)
        self._remove.setDefaultAction(self.case_actions.remove)
        self._exclude.setDefaultAction(self.case_actions.exclude)
        self._wishes = CaseWishes(self, self._grid, self._classes, self.case_actions)
        self._hint = QLabel()
        self._hint.setProperty("role", "caption")
        self._hint.setWordWrap(True)
        self._unreadable = UnreadableList()

    def _lay_out(self) -> None:
        head, tools = QHBoxLayout(), QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._title)
        head.addWidget(self._count, 1)
        head.addWidget(self._tidy)
        tools.setSpacing(2)
        tools.addWidget(self._shown, 1)
        for button in (self._move, self._exclude, self._rename, self._remove):
            tools.addWidget(button)
        self._tools = QWidget()
        tools.setContentsMargins(0, 0, 0, 0)
        self._tools.setLayout(tools)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        layout.addLayout(head)
        above: tuple[QWidget, ...] = (self._message, self.offer, self._work, self._drop_area)
        above += (self._sources, self._classes, self._search, self._tools, self._unread, self._hint)
        for widget in above:
            layout.addWidget(widget)
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
        self._grid.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self._search.changed.connect(self._on_search_changed)
        self._search.entered.connect(self._cases.prepare_search)
        self._search.left.connect(self._grid.go_to_first)
        self.facts.changed.connect(self._on_facts_changed)
        self._unread.acted.connect(self._on_reading_asked)
        self._tidy.check_wished.connect(self.check_wished)
        self._tidy.patients_wished.connect(self.patients_wished)
        self._tidy.table_wished.connect(self.table_wished)
        self._tidy.naming_changed.connect(self._cases.name_patients)
        self._wishes.remove_wished.connect(self.remove_wished)
        self._wishes.relabel_wished.connect(self.relabel_wished)
        self._wishes.exclude_wished.connect(self.exclude_wished)
        self._wishes.case_activated.connect(self.case_activated)
        self.case_actions.clear.triggered.connect(self.clear_wished)

    # What the window tells

    def show_cohort(self, cohort: Cohort) -> None:
        """Show these cases; what stays keeps its place, its selection and its thumbnail."""
        self._cohort = cohort
        self._excluded = sum(case.is_excluded for case in cohort.cases)
        self._classes.show_cohort(cohort)
        self._unreadable.show_files(cohort.unreadable)
        self._show_view()
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

    def restore_view(self, kept: Mapping[str, str]) -> None:
        """Look again at what `view_changed` told; goes with the cohort that is shown."""
        view = view_of_texts(kept)
        self._classes.show_class(view.shown)
        self._search.show_view(view)
        self._show_view()
        self._grid.go_to(kept.get("cases current", ""))

    def find_cases(self) -> None:
        """Put the keyboard into the line that looks for images, or to where they can be dropped."""
        if self._cohort.cases:
            self._search.take_keyboard()
        else:
            self.focus_images()

    def focus_images(self) -> None:
        """The keyboard into the images, or to where they can be dropped."""
        (self._grid if self._cohort.cases else self._drop_area).setFocus()

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        self._title.setText(_(TITLE))
        self.setAccessibleName(_(TITLE))
        self._move.setToolTip(_(MOVE))
        self._move.setAccessibleName(_(MOVE))
        parts = (
            self._message,
            self.offer,
            self._unread,
            self._work,
            self._sources,
            self._classes,
            self._search,
        )
        for part in (*parts, self._tidy, self._grid, self._unreadable):
            part.retranslate()
        self.case_actions.retranslate()
        self._show_state()

    # Showing

    def _show_state(self) -> None:
        is_filled, was_filled = bool(self._cohort.cases), not self._grid.isHidden()
        self._count.setText(number(len(self._cohort.cases)) if is_filled else "")
        self._drop_area.set_compact(is_filled)
        self._drop_area.set_texts(_(DROP_MORE) if is_filled else _(TEACH), _(TEACH_KINDS))
        self._sources.show_filled(is_filled=is_filled)
        for widget in (self._classes, self._search, self._tools, self._grid, self._tidy):
            widget.setVisible(is_filled)
        self._show_hint()
        self._show_selection()
        if was_filled != is_filled and not self._keeps_focus_elsewhere():
            self.focus_images()

    def _show_hint(self) -> None:
        is_nothing_found = bool(self._cohort.cases) and not self._cases.rowCount()
        self._hint.setVisible(bool(self._classes.without_class) or is_nothing_found)
        if is_nothing_found:
            self._hint.setText(_(NOTHING_FOUND))
        else:
            self._hint.setText(_(NAME_CLASSES) if self._cohort.label_order else _(NAME_FIRST_CLASS))

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
            text = images_text(total)
        if self._excluded and not selected:
            text += " · " + _("{n} excluded").format(n=number(self._excluded))
        self._shown.setText(text)
        self._move.setEnabled(bool(selected))
        is_excluded = bool(selected) and self._grid.is_selection_excluded()
        self.case_actions.show_excluded(is_excluded=is_excluded)
        self.case_actions.show_state(
            self._cohort.label_order, has_selection=bool(selected), has_cases=bool(total)
        )

    # Wishes

    @Slot(object)
    def _on_class_chosen(self, shown: object) -> None:
        self._on_search_changed()

    @Slot()
    def _on_search_changed(self) -> None:
        self._show_view()
        self._tell_view()

    def _show_view(self) -> None:
        view = self._search.view(self._classes.shown)
        self._cases.show_cohort(self._cohort, view)
        self.facts.require(view.order, self._cohort.cases)
        self._show_hint()
        self._show_unread()
        self._show_selection()

    def _show_unread(self) -> None:
        """Sorting by how sure the model is needs its answers; they are asked for, not taken."""
        is_wanted = self._cases.view.order == "confidence"
        count = len(self.facts.unread(self._cohort.cases)) if is_wanted else 0
        if count:
            text = ngettext(
                "The model has not read {n} image yet; it comes last.",
                "The model has not read {n} images yet; they come last.",
                count,
            )
            self._unread.show_message(text.format(n=number(count)), action=_(READ_THEM))
        else:
            self._unread.hide()

    @Slot()
    def _on_facts_changed(self) -> None:
        self._cases.show_facts(self.facts.known)
        self._show_unread()

    @Slot()
    def _on_reading_asked(self) -> None:
        self.reading_wished.emit(self.facts.unread(self._cohort.cases))

    @Slot()
    def _on_selection_changed(self) -> None:
        self._show_selection()
        self._tell_view()

    def _tell_view(self) -> None:
        case = self._grid.current_case()
        kept = {"cases current": case.key if case is not None else ""}
        self.view_changed.emit(self._cases.view.as_texts() | kept)


def as_pixmap(pixels: "NDArray[np.uint8]") -> QPixmap:
    """A picture of (height, width) grey or (height, width, 3) colour values, 0 to 255."""
    height, width = pixels.shape[:2]
    is_grey = pixels.ndim == 2
    kind = QImage.Format.Format_Grayscale8 if is_grey else QImage.Format.Format_RGB888
    stride = width if is_grey else 3 * width
    return QPixmap.fromImage(QImage(pixels.tobytes(), width, height, stride, kind))
