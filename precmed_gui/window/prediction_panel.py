"""The right panel: drop images, see how sure the model is of each, keep it as a table."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QLabel,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.diagnosis.pictures import Picture
from precmed_gui.diagnosis.prediction import CasesRead, PredictionList
from precmed_gui.language import N_, _, ngettext, sentences
from precmed_gui.window.calm_fields import keep_calm
from precmed_gui.window.confidence_bars import ConfidenceBars
from precmed_gui.window.drop_area import DropArea
from precmed_gui.window.file_drops import FileDrops
from precmed_gui.window.icons import keep_icon
from precmed_gui.window.layouts import row
from precmed_gui.window.message_strip import MessageStrip
from precmed_gui.window.picture_view import PictureView
from precmed_gui.window.readings_model import IMAGE, LABEL, SURE, Reading, ReadingsModel
from precmed_gui.window.wording import images_text, number, share, tested_on

TITLE = N_("Prediction")
MODEL = N_("Model")
NO_MODEL = N_("No model yet: train one, or choose one from the Model menu.")
DROP_TITLE = N_("Drop images to read")
DROP_HINT = N_("The model says how sure it is of each class. Files, folders and DICOM are welcome.")
SAVE = N_("Save as CSV…")
CLEAR = N_("Clear")
NOTICE = N_("Research use only. Designed to support a reader, never to replace one.")
READING = N_("Reading {done} of {total}…")
WAITING = N_("The images are waiting for the engine to load…")
OPENING = N_("Opening the images…")
NO_MODEL_YET = N_("The images will be read as soon as there is a model: train one or choose one.")
READ = N_("{images} read")
NOT_READ = N_("{files} not readable")
ALWAYS_NAMES = N_("Whatever it is shown, it names one of: {labels}.")
NO_USE = N_("No intended use stated.")


class PredictionPanel(QWidget):
    """Shows pictures and confidence bars, and forwards the wishes to read, choose and save."""

    paths_dropped = Signal(list)
    browse_wished = Signal()
    model_wished = Signal(str)
    picture_wished = Signal(object)
    save_wished = Signal()
    clear_wished = Signal()
    stop_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        FileDrops(self).paths_dropped.connect(self.paths_dropped)
        self._card: ModelCard | None = None
        self._wanted_key = ""
        self._model_names: list[tuple[str, str]] = []
        self._build_header()
        self._build_reading()
        self._build_footer()
        self._lay_out()
        self.retranslate()
        self._show_state()

    # Building

    def _build_header(self) -> None:
        self._title = QLabel()
        self._title.setProperty("role", "title")
        self._title.setMinimumHeight(28)
        self._position = QLabel()
        self._previous = QToolButton()
        self._next = QToolButton()
        self._previous.clicked.connect(self.show_previous)
        self._next.clicked.connect(self.show_next)
        self._model_label = QLabel()
        self._model = QComboBox()
        self._model.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        keep_calm(self._model)
        self._model_label.setBuddy(self._model)
        self._model.activated.connect(self._on_model_chosen)
        self._worth = QLabel()
        self._worth.setProperty("role", "caption")
        self._worth.setWordWrap(True)

    def _build_reading(self) -> None:
        self.strip = MessageStrip()
        self.drop_area = DropArea()
        self.drop_area.paths_dropped.connect(self.paths_dropped)
        self.drop_area.activated.connect(self.browse_wished)
        self.picture = PictureView()
        self.picture.paths_dropped.connect(self.paths_dropped)
        self.bars = ConfidenceBars()
        self._reason = QLabel()
        self._reason.setWordWrap(True)
        self._reason.setProperty("role", "warning")
        self.readings = ReadingsModel(self)
        self.table = QTableView()
        self.table.setModel(self.readings)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setShowGrid(False)
        self.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(28)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(IMAGE, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(LABEL, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(SURE, QHeaderView.ResizeMode.ResizeToContents)
        header.setHighlightSections(False)
        self.table.selectionModel().currentRowChanged.connect(self._on_row_changed)
        self.readings.dataChanged.connect(self._on_answers_changed)

    def _build_footer(self) -> None:
        self._progress = QLabel()
        self._progress.setWordWrap(True)
        self._stop = QToolButton()
        self._stop.clicked.connect(self.stop_wished)
        self._stop.hide()
        self._save = QPushButton()
        keep_icon(self._save, "save")
        self._save.clicked.connect(self.save_wished)
        self._clear = QPushButton()
        self._clear.setProperty("flat", True)
        self._clear.clicked.connect(self.clear_wished)
        self._notice = QLabel()
        self._notice.setProperty("role", "caption")
        self._notice.setWordWrap(True)

    def _lay_out(self) -> None:
        self._stack = QStackedWidget()
        self._stack.addWidget(self.drop_area)
        self._stack.addWidget(self._reading_page())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        layout.addLayout(row((self._title, 1), self._position, self._previous, self._next))
        layout.addLayout(row(self._model_label, (self._model, 1)))
        layout.addWidget(self._worth)
        layout.addWidget(self.strip)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self._progress)
        layout.addLayout(row(self._stop, (QWidget(), 1), self._clear, self._save))
        layout.addWidget(self._notice)

    def _reading_page(self) -> QWidget:
        answer = QWidget()
        below = QVBoxLayout(answer)
        below.setContentsMargins(0, 8, 0, 8)
        below.setSpacing(8)
        below.addWidget(self.bars)
        below.addWidget(self._reason)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        for place, (widget, stretch) in enumerate(
            ((self.picture, 5), (answer, 0), (self.table, 3))
        ):
            splitter.addWidget(widget)
            splitter.setStretchFactor(place, stretch)
        self.picture.setMinimumHeight(140)
        self.table.setMinimumHeight(84)
        return splitter

    # What the window tells

    def show_models(self, models: Sequence[tuple[str, str]], chosen: str) -> None:
        """(folder, name) of every model on the shelf, and the folder of the one in use."""
        self._model_names = list(models)
        self._model.clear()
        for folder, name in models:
            self._model.addItem(name, folder)
        self._model.setCurrentIndex(self._model.findData(chosen))
        self._show_state()

    def show_model(self, card: ModelCard | None) -> None:
        """The model in use; what an earlier one said is gone from the screen."""
        self._card = card
        self.readings.forget_answers()
        self._show_state()
        self._show_row(self.table.currentIndex().row())

    def show_reading(self, *, is_waiting: bool) -> None:
        """The images are heard of; `is_waiting` while the engine is still loading."""
        self.strip.hide()
        self._progress.setText(_(WAITING) if is_waiting else _(OPENING))
        self._stop.show()

    def show_when_read(self, key: str) -> None:
        """Make this image the current one as soon as it is in the list."""
        self._wanted_key = key

    def show_no_model(self) -> None:
        """Images came before there is anything to read them with; they are remembered."""
        self.strip.show_message(_(NO_MODEL_YET), kind="warning")

    def show_read(self, event: CasesRead) -> None:
        """The next answers."""
        self.readings.add(event.predictions, event.unreadable)
        self._progress.setText(
            _(READING).format(done=number(event.done), total=number(event.total))
        )
        self._stop.show()
        self._show_first()

    def show_finished(self, answers: PredictionList | None) -> None:
        """Nothing is being read any more; `answers` is None after a stop."""
        if answers is not None:
            self.readings.add(answers.predictions, answers.unreadable)
        self._stop.hide()
        self._show_first()
        self._show_state()

    def show_failure(self, text: str) -> None:
        """One sentence on what went wrong."""
        self._stop.hide()
        self.strip.show_message(text, kind="error")
        self._show_state()

    def show_picture(self, picture: Picture) -> None:
        """The pixels of the current row, if they still are."""
        reading = self.current()
        if reading is not None and reading.case.key == picture.case.key:
            self.picture.show_picture(picture.pixels, picture.value_range)

    def show_unreadable_picture(self, reason: str) -> None:
        """There is no picture to show."""
        self.picture.show_message(reason)

    def current(self) -> Reading | None:
        """The reading on the screen."""
        return self.readings.reading(self.table.currentIndex().row())

    def show_next(self) -> None:
        """The next image of the list."""
        self._go(1)

    def show_previous(self) -> None:
        """The image before."""
        self._go(-1)

    def clear(self) -> None:
        """Back to the empty state."""
        self.readings.clear()
        self.picture.clear()
        self.bars.clear()
        self.strip.hide()
        self._show_state()

    def retranslate(self) -> None:
        self._title.setText(_(TITLE))
        self._model_label.setText(_(MODEL))
        self.drop_area.set_texts(_(DROP_TITLE), _(DROP_HINT))
        self._save.setText(_(SAVE))
        self._clear.setText(_(CLEAR))
        self._notice.setText(_(NOTICE))
        self._tool(self._previous, "previous", _("Previous image") + " (Alt+Up)")
        self._tool(self._next, "next", _("Next image") + " (Alt+Down)")
        self._tool(self._stop, "stop", _("Stop reading") + " (Esc)")
        self.table.setAccessibleName(_("Images that were read"))
        self._model.setAccessibleName(_("Model in use"))
        for part in (self.picture, self.bars, self.strip):
            part.retranslate()
        self.readings.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, SURE)
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
        self._model.setEnabled(bool(self._model_names))
        self._worth.setText(tested_on_line(self._card))
        self._save.setEnabled(count > 0)
        self._clear.setVisible(count > 0)
        if self._stop.isHidden():
            self._progress.setText(self._summary())
        self._show_position()

    def _summary(self) -> str:
        read, refused = len(self.readings.predictions()), len(self.readings.unreadable())
        if not self.readings.rowCount():
            return ""
        text = _(READ).format(images=images_text(read))
        if not refused:
            return text
        files = ngettext("{n} file", "{n} files", refused).format(n=number(refused))
        return f"{text} · {_(NOT_READ).format(files=files)}"

    def _show_position(self) -> None:
        row, count = self.table.currentIndex().row(), self.readings.rowCount()
        self._position.setText(f"{row + 1} / {number(count)}" if count and row >= 0 else "")
        self._previous.setEnabled(row > 0)
        self._next.setEnabled(0 <= row < count - 1)

    def _show_first(self) -> None:
        self._stack.setCurrentIndex(1 if self.readings.rowCount() else 0)
        wanted = self.readings.row_of(self._wanted_key)
        if wanted >= 0:
            self._wanted_key = ""
            self.table.setCurrentIndex(self.readings.index(wanted, 0))
        elif not self.table.currentIndex().isValid() and self.readings.rowCount():
            self.table.setCurrentIndex(self.readings.index(0, 0))
        self._clear.setVisible(True)
        self._save.setEnabled(True)
        self._show_position()

    def _go(self, step: int) -> None:
        row = self.table.currentIndex().row() + step
        if 0 <= row < self.readings.rowCount():
            self.table.setCurrentIndex(self.readings.index(row, 0))

    def _show_row(self, row: int) -> None:
        reading = self.readings.reading(row)
        self._reason.setVisible(bool(reading and reading.reason))
        self.bars.setVisible(not (reading and reading.reason))
        if reading is None or reading.prediction is None:
            self.bars.clear()
            self._reason.setText(reading.reason if reading else "")
            return
        labels = reading.prediction.labels
        self.bars.show_prediction(
            [(label, p, labels.index(label)) for label, p in reading.prediction.ranked]
        )

    def _on_row_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        self._show_row(current.row())
        self._show_position()
        reading = self.readings.reading(current.row())
        if reading is None:
            return
        if reading.reason:
            self.picture.show_message(reading.reason)
        else:
            self.picture_wished.emit(reading.case)

    def _on_answers_changed(self, first: QModelIndex, last: QModelIndex) -> None:
        row = self.table.currentIndex().row()
        if first.row() <= row <= last.row():
            self._show_row(row)

    def _on_model_chosen(self, index: int) -> None:
        self.model_wished.emit(str(self._model.itemData(index)))


def tested_on_line(card: ModelCard | None) -> str:
    """What to know before believing a bar: how the model did on its test, and what it is for."""
    if card is None:
        return _(NO_MODEL)
    accuracy = card.test.get("accuracy")
    share_text = f"{share(float(accuracy))} " if accuracy is not None else ""
    return sentences(
        share_text + tested_on(card),
        _(ALWAYS_NAMES).format(labels=", ".join(card.labels)),
        card.intended_use or _(NO_USE),
    )
