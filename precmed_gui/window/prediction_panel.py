"""The right panel: drop images, see how sure the model is of each, keep it as a table."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QLabel,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.diagnosis.pictures import Picture, Tag, Thumbnail
from precmed_gui.diagnosis.prediction import CasesRead, PredictionList
from precmed_gui.language import N_, _
from precmed_gui.window.answer_view import AnswerView
from precmed_gui.window.decision_bar import DecisionBar
from precmed_gui.window.drop_area import DropArea
from precmed_gui.window.elided_label import ElidedLabel
from precmed_gui.window.file_drops import FileDrops
from precmed_gui.window.icons import keep_icon
from precmed_gui.window.layouts import row
from precmed_gui.window.map_bar import MapBar
from precmed_gui.window.message_strip import MessageStrip
from precmed_gui.window.model_header import ModelHeader
from precmed_gui.window.picture_area import PictureArea
from precmed_gui.window.reading_page import ReadingPage
from precmed_gui.window.reading_progress import ReadingProgress
from precmed_gui.window.readings_model import Reading, ReadingsModel
from precmed_gui.window.readings_table import ReadingsTable
from precmed_gui.window.tags_view import TagsView
from precmed_gui.window.wording import number

TITLE = N_("Prediction")
DROP_TITLE = N_("Drop images to read")
DROP_HINT = N_("The model says how sure it is of each class. Files, folders and DICOM are welcome.")
SAVE = N_("Save as table…")
CLEAR = N_("Clear")
NOTICE = N_("Research use only. Designed to support a reader, never to replace one.")
WAITING = N_("The images are waiting for the engine to load…")
OPENING = N_("Opening the images…")
NO_MODEL_YET = N_("The images will be read as soon as there is a model: train one or choose one.")
_INSIDE = Qt.ShortcutContext.WidgetWithChildrenShortcut


class PredictionPanel(QWidget):
    """Shows pictures and what the model says, and forwards the wishes to read, choose and save."""

    paths_dropped = Signal(list)
    browse_wished = Signal()
    model_wished = Signal(str)
    picture_wished = Signal(object)
    slice_wished = Signal(object, int)
    header_wished = Signal(object, int)
    save_wished = Signal()
    clear_wished = Signal()
    stop_wished = Signal()
    thumbnails_wished = Signal(object)
    intended_use_wished = Signal()
    reading_shown = Signal(object)
    next_waiting_wished = Signal()
    large_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        FileDrops(self).paths_dropped.connect(self.paths_dropped)
        self._card: ModelCard | None = None
        self._pace = ReadingProgress()
        self._build_header()
        self._build_reading()
        self._build_footer()
        self._lay_out()
        self.retranslate()
        self._show_state()

    # Building

    def _build_header(self) -> None:
        self._title, self._position = QLabel(), QLabel()
        self._title.setProperty("role", "title")
        self._title.setMinimumHeight(28)
        self._name = ElidedLabel()
        self._name.setProperty("role", "caption")
        self._tags = TagsView(self)
        self._open_header = QToolButton()
        self._open_header.clicked.connect(self.show_header)
        self._large = QToolButton()
        self._large.setCheckable(True)
        self._large.clicked.connect(self.large_wished)
        self._previous, self._next = QToolButton(), QToolButton()
        self._previous.clicked.connect(self.show_previous)
        self._next.clicked.connect(self.show_next)
        self.header = ModelHeader()
        self.header.model_wished.connect(self.model_wished)
        self.header.intended_use_wished.connect(self.intended_use_wished)

    def _build_reading(self) -> None:
        self.strip = MessageStrip()
        self.drop_area = DropArea()
        self.drop_area.paths_dropped.connect(self.paths_dropped)
        self.drop_area.activated.connect(self.browse_wished)
        self.viewer = PictureArea()
        self.viewer.view.paths_dropped.connect(self.paths_dropped)
        self.viewer.slice_wished.connect(self._on_slice_wished)
        self.viewer.slice_shown.connect(self._on_slice_shown)
        self.answer = AnswerView()
        self.answer.nearest.opened.connect(self._on_nearest_opened)
        self.answer.nearest.thumbnails_wished.connect(self.thumbnails_wished)
        self.decisions = DecisionBar(self)
        self.decisions.left.connect(self.focus_picture)
        self.map_bar = MapBar()
        QShortcut(QKeySequence("N"), self, self.next_waiting_wished.emit, context=_INSIDE)
        QShortcut(QKeySequence("M"), self, self.map_bar.wish, context=_INSIDE)
        self.readings = ReadingsModel(self)
        self.table = ReadingsTable(self.readings)
        self.table.selectionModel().currentRowChanged.connect(self._on_row_changed)
        self.readings.dataChanged.connect(self._on_answers_changed)

    def _build_footer(self) -> None:
        self._progress, self._notice = QLabel(), QLabel()
        self._progress.setWordWrap(True)
        self._stop = QToolButton()
        self._stop.clicked.connect(self.stop_wished)
        self._stop.hide()
        self._save, self._clear = QPushButton(), QPushButton()
        keep_icon(self._save, "save")
        self._save.clicked.connect(self.save_wished)
        self._clear.setProperty("flat", True)
        self._clear.clicked.connect(self.clear_wished)
        self._notice.setProperty("role", "caption")
        self._notice.setWordWrap(True)

    def _lay_out(self) -> None:
        self._stack = QStackedWidget()
        self._stack.addWidget(self.drop_area)
        pictures, said = (self.viewer, self.map_bar), (self.answer, self.decisions)
        self.page = ReadingPage(pictures, said, self.table)
        self.answer.nearest.looked_at.connect(self.page.answer_area.show_from)
        self._stack.addWidget(self.page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        title = row(self._title, (self._name, 1), self._open_header)
        for part in (self._large, self._position, self._previous, self._next):
            title.addWidget(part)
        layout.addLayout(title)
        layout.addWidget(self.header)
        layout.addWidget(self.strip)
        layout.addWidget(self._stack, 1)
        layout.addLayout(row((self._progress, 1), self._stop, self._clear, self._save))
        layout.addWidget(self._notice)

    # What the window tells

    def show_models(self, models: Sequence[tuple[str, str]], chosen: str) -> None:
        """(folder, name) of every model on the shelf, and the folder of the one in use."""
        self.header.show_models(models, chosen)

    def show_model(self, card: ModelCard | None) -> None:
        """The model in use; what an earlier one said is gone from the screen."""
        self.readings.forget_answers()
        self.show_card(card)
        self._show_state()

    def show_card(self, card: ModelCard | None) -> None:
        """The card of the model in use; its answers stay on the screen."""
        self._card = card
        self.header.show_card(card)
        self._show_row(self.table.row())

    def show_reading(self, *, is_waiting: bool) -> None:
        """The images are heard of; `is_waiting` while the engine is still loading."""
        self.strip.hide()
        self._pace.restart()
        self.readings.set_waiting(is_waiting=True)
        self._progress.setText(_(WAITING) if is_waiting else _(OPENING))
        self._stop.show()

    def show_case(self, case: Case) -> None:
        """Put a case on the screen; what the model says of it comes when it is read."""
        self.readings.add_unread(case)
        self.table.go_to(self.readings.row_of(case.key))
        self._show_first()

    def show_kept(self, reading: Reading) -> None:
        """Put an answer out of the record on the screen."""
        row = self.readings.put(reading)
        self.table.go_to(row)
        self._show_row(row)
        self._show_state()
        self.focus_picture()

    def focus_picture(self) -> None:
        """Have the keyboard on the picture, where every key decides."""
        self.viewer.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def hide_answers_by(self, hides: Callable[[str], bool]) -> None:
        """Which cases' answers (by key) a blinded reader must not see."""
        self.readings.hide_answers_by(hides)

    def say_again(self) -> None:
        """What is hidden is not what it was."""
        self.readings.say_again()
        self._show_state()

    def show_no_model(self) -> None:
        """Images came before there is anything to read them with; they are remembered."""
        self.readings.set_waiting(is_waiting=True)
        self.strip.show_message(_(NO_MODEL_YET), kind="warning")

    def show_read(self, event: CasesRead) -> None:
        """The next answers."""
        self.readings.add(event.predictions, event.unreadable)
        self._progress.setText(self._pace.text(event.done, event.total))
        self._stop.show()
        self._show_first()

    def show_finished(self, answers: PredictionList | None) -> None:
        """Nothing is being read any more; `answers` is None after a stop."""
        if answers is not None:
            self.readings.add(answers.predictions, answers.unreadable)
        self.readings.set_waiting(is_waiting=False)
        self._stop.hide()
        self._show_first()
        self._show_state()

    def show_failure(self, text: str) -> None:
        """One sentence on what went wrong."""
        self.readings.set_waiting(is_waiting=False)
        self._stop.hide()
        self.strip.show_message(text, kind="error")
        self._show_state()

    def show_picture(self, picture: Picture) -> None:
        """The pixels of the current row, if they still are."""
        reading = self.current()
        if reading is not None and reading.case.key == picture.case.key:
            self.viewer.show_picture(picture)

    def show_thumbnails(self, thumbnails: Sequence[Thumbnail]) -> None:
        """Pictures of the nearest training images, or the reasons why there are none."""
        self.answer.nearest.show_thumbnails(thumbnails)

    def show_unreadable_picture(self, reason: str, slice_number: int = 1) -> None:
        """There is no picture of this slice to show."""
        reading = self.current()
        if reading is not None:
            self.viewer.show_unreadable(reading.case, slice_number, reason)

    def show_tags(self, tags: Sequence[Tag]) -> None:
        """The header that was wished for last."""
        self._tags.show_tags(tags)

    def show_no_tags(self, reason: str) -> None:
        """There is no header to show."""
        self._tags.show_message(reason)

    def show_large(self, is_large: bool) -> None:
        """Whether the picture has most of the window."""
        self._large.setChecked(is_large)

    def current(self) -> Reading | None:
        """The reading on the screen."""
        return self.readings.reading(self.table.row())

    def show_header(self) -> None:
        """Open what the file on the screen says, or bring it to the front."""
        if self.current() is not None:
            self._wish_header()
            self._tags.open_beside(self.viewer)

    def show_next(self) -> None:
        """The next image of the list."""
        self.table.go_to(self.table.row() + 1)

    def show_previous(self) -> None:
        """The image before."""
        self.table.go_to(self.table.row() - 1)

    def clear(self) -> None:
        """Back to the empty state."""
        self.readings.clear()
        self.viewer.clear()
        self._tags.hide()
        self.answer.show_reading(None, None)
        self.strip.hide()
        self._show_state()

    def retranslate(self) -> None:
        self._title.setText(_(TITLE))
        self.drop_area.set_texts(_(DROP_TITLE), _(DROP_HINT))
        self._save.setText(_(SAVE))
        self._clear.setText(_(CLEAR))
        self._notice.setText(_(NOTICE))
        self._tool(self._previous, "previous", _("Previous image") + " (Alt+Up)")
        self._tool(self._next, "next", _("Next image") + " (Alt+Down)")
        self._tool(self._open_header, "info", _("Header of the file") + " (Ctrl+I)")
        self._tool(self._large, "enlarge", _("Large picture") + " (Ctrl+L)")
        self._tool(self._stop, "stop", _("Stop reading") + " (Esc)")
        for part in (self.header, self.viewer, self.map_bar, self.answer, self.decisions):
            part.retranslate()
        for other in (self.table, self.strip, self._tags):
            other.retranslate()
        self._show_row(self.table.row())
        self._show_state()

    # Inside

    def _tool(self, button: QToolButton, name: str, tip: str) -> None:
        button.setAutoRaise(True)
        keep_icon(button, name)
        button.setToolTip(tip)
        button.setAccessibleName(tip)

    def _show_state(self) -> None:
        count = self.readings.rowCount()
        self._stack.setCurrentIndex(1 if count else 0)
        self._save.setEnabled(count > 0)
        self._clear.setVisible(count > 0)
        if self._stop.isHidden():
            self._progress.setText(self.readings.summary())
        self._show_position()

    def _show_position(self) -> None:
        row, count = self.table.row(), self.readings.rowCount()
        reading = self.readings.reading(row)
        self._name.show_text(reading.case.name if reading else "")
        self._position.setText(f"{row + 1} / {number(count)}" if count and row >= 0 else "")
        self._open_header.setEnabled(reading is not None)
        for button, can in ((self._previous, row > 0), (self._next, 0 <= row < count - 1)):
            if not can and button.hasFocus():
                self.focus_picture()  # Qt would give it to the next button
            button.setEnabled(can)

    def _show_first(self) -> None:
        self._stack.setCurrentIndex(1 if self.readings.rowCount() else 0)
        if self.table.row() < 0:
            self.table.go_to(0)
        for part in (self._clear, self._save):
            part.setVisible(True)
            part.setEnabled(True)
        self._show_position()

    def _show_row(self, row: int) -> None:
        reading = self.readings.reading(row)
        has_answer = reading is not None and reading.prediction is not None
        self.page.answer_area.setVisible(self._card is not None or has_answer)
        is_hidden = reading is not None and self.readings.hides(reading)
        self.answer.show_reading(reading, self._card, is_hidden=is_hidden)
        self.reading_shown.emit(reading)

    def _on_row_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        self._show_row(current.row())
        self._show_position()
        reading = self.readings.reading(current.row())
        if reading is not None:  # an image that was not read for its size can still be looked at
            self.picture_wished.emit(reading.case)
            if self._tags.isVisible():
                self._wish_header()

    def _on_slice_wished(self, number: int) -> None:
        reading, shown = self.current(), self.viewer.case
        if reading is not None and shown is not None and reading.case.key == shown.key:
            self.slice_wished.emit(reading.case, number)

    def _on_slice_shown(self, _number: int) -> None:
        """The header follows the slices of a series, but not a film of them."""
        if self._tags.isVisible() and self.viewer.slices.total > 1 and self.viewer.is_still:
            self._wish_header()

    def _wish_header(self) -> None:
        reading, shown = self.current(), self.viewer.case
        if reading is not None:
            is_shown = shown is not None and shown.key == reading.case.key
            place = self.viewer.slice_number if is_shown else 0
            self._tags.show_opening(reading.case, place)
            self.header_wished.emit(reading.case, place)

    def _on_nearest_opened(self) -> None:
        """Bring the pictures into view once they have their place."""
        area, nearest = self.page.answer_area, self.answer.nearest
        QTimer.singleShot(0, area, lambda: area.show_from(nearest))

    def _on_answers_changed(self, first: QModelIndex, last: QModelIndex) -> None:
        row = self.table.row()
        if first.row() <= row <= last.row():
            self._show_row(row)
