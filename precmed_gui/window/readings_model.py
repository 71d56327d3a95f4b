"""The list of images to read, as a Qt model: name, most probable class, how sure, verdict."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import PurePath

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from precmed_gui.diagnosis.cases import Case, Unreadable
from precmed_gui.diagnosis.prediction import Prediction
from precmed_gui.language import N_, _, ngettext
from precmed_gui.window.icons import icon
from precmed_gui.window.theme import class_colour
from precmed_gui.window.verdict_box import SIGNS, WORDS
from precmed_gui.window.wording import images_text, number, share

COLUMNS = (N_("Image"), N_("Most probable"), N_("How sure"), N_("Verdict"))
UNREADABLE = N_("unreadable")
WAITING = N_("waiting…")
NOT_READ = N_("not read")
HIDDEN = N_("hidden")
READ, REFUSED = N_("{images} read"), N_("{n} refused")
FAILED = N_("{files} not readable")
IMAGE, LABEL, SURE, VERDICT = range(4)
ENDINGS = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".dcm"}
_Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


@dataclass(frozen=True, slots=True)
class Reading:
    """One row: an image with its prediction, or the reason there is none, or neither yet."""

    case: Case
    prediction: Prediction | None = None
    reason: str = ""
    note: str = ""
    """Of an answer out of the record: which model said it, and when."""


class ReadingsModel(QAbstractTableModel):
    """Rows in the order the answers came."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._readings: list[Reading] = []
        self._is_waiting = True
        self._hides: Callable[[str], bool] = _shows_all

    # For the panel

    def reading(self, row: int) -> Reading | None:
        """The reading of a row, None outside the list."""
        return self._readings[row] if 0 <= row < len(self._readings) else None

    def row_of(self, key: str) -> int:
        """The row of the case with this key, -1 if it is not in the list."""
        rows = (row for row, reading in enumerate(self._readings) if reading.case.key == key)
        return next(rows, -1)

    def predictions(self) -> tuple[Prediction, ...]:
        """All answers, in list order."""
        return tuple(r.prediction for r in self._readings if r.prediction is not None)

    def unreadable(self) -> tuple[Unreadable, ...]:
        """All refusals, in list order."""
        return tuple(Unreadable(r.case.key, r.reason) for r in self._readings if r.reason)

    def summary(self) -> str:
        """How many were read, refused (unless that is hidden) and not readable; "" for none."""
        read, failed = self.predictions(), len(self.unreadable())
        if not read and not failed:
            return ""
        texts = [_(READ).format(images=images_text(len(read)))]
        refused = sum(prediction.verdict == "refused" for prediction in read)
        if refused and not self.has_hidden:
            texts.append(_(REFUSED).format(n=number(refused)))
        if failed:
            files = ngettext("{n} file", "{n} files", failed).format(n=number(failed))
            texts.append(_(FAILED).format(files=files))
        return " · ".join(texts)

    @property
    def has_hidden(self) -> bool:
        """Whether an answer waits for a blinded reader to commit."""
        return any(map(self.hides, self._readings))

    def cases(self) -> tuple[Case, ...]:
        """All images, read or not."""
        return tuple(reading.case for reading in self._readings)

    def add(self, predictions: Iterable[Prediction], unreadable: Iterable[Unreadable]) -> None:
        """Append what has been read; an image that is in the list already is updated."""
        places = {reading.case.key: row for row, reading in enumerate(self._readings)}
        fresh: list[Reading] = []
        news = [Reading(prediction.case, prediction) for prediction in predictions]
        news += [Reading(_case_of(file), None, file.reason) for file in unreadable]
        for reading in news:
            row = places.get(reading.case.key)
            if row is None:
                fresh.append(reading)
            else:
                self._readings[row] = replace(reading, case=self._readings[row].case)
                self.dataChanged.emit(self.index(row, 0), self.index(row, VERDICT))
        self._append(fresh)

    def add_unread(self, case: Case) -> None:
        """Append a case that nothing has been said of yet, unless it is in the list."""
        if self.row_of(case.key) < 0:
            self._append([Reading(case)])

    def put(self, reading: Reading) -> int:
        """Append a reading, or let it replace what was said of its case; answers its row."""
        row = self.row_of(reading.case.key)
        if row < 0:
            self._append([reading])
            return len(self._readings) - 1
        self._readings[row] = reading
        self.dataChanged.emit(self.index(row, 0), self.index(row, VERDICT))
        return row

    def hide_answers_by(self, hides: Callable[[str], bool]) -> None:
        """Which cases' answers (by key) a blinded reader must not see."""
        self._hides = hides

    def say_again(self) -> None:
        """What is hidden is not what it was."""
        if self._readings:
            last = self.index(len(self._readings) - 1, VERDICT)
            self.dataChanged.emit(self.index(0, LABEL), last)

    def hides(self, reading: Reading) -> bool:
        """Whether the answer of this reading must not be seen now."""
        return reading.prediction is not None and self._hides(reading.case.key)

    def set_waiting(self, *, is_waiting: bool) -> None:
        """Whether cases nothing has been said of will still be read."""
        if is_waiting != self._is_waiting:
            self._is_waiting = is_waiting
            if self._readings:
                last = self.index(len(self._readings) - 1, VERDICT)
                self.dataChanged.emit(self.index(0, VERDICT), last)

    def forget_answers(self) -> None:
        """Keep the images, drop what the previous model said of them."""
        self._readings = [Reading(reading.case) for reading in self._readings]
        if self._readings:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._readings) - 1, VERDICT))

    def clear(self) -> None:
        """Empty the list."""
        self.beginResetModel()
        self._readings = []
        self.endResetModel()

    def _append(self, fresh: list[Reading]) -> None:
        if fresh:
            first = len(self._readings)
            self.beginInsertRows(QModelIndex(), first, first + len(fresh) - 1)
            self._readings += fresh
            self.endInsertRows()

    # For Qt

    def rowCount(self, parent: _Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._readings)

    def columnCount(self, parent: _Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _(COLUMNS[section])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section == SURE else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        reading = self.reading(index.row())
        if reading is None:
            return None
        column = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(reading, column)
        if role == Qt.ItemDataRole.DecorationRole:
            return None if self.hides(reading) else _sign(reading, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return _file_text(reading.case) if self.hides(reading) else _tip(reading)
        if role == Qt.ItemDataRole.TextAlignmentRole and column == SURE:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def _text(self, reading: Reading, column: int) -> str:
        if column == IMAGE:
            return without_ending(reading.case.name)
        if column == VERDICT:
            return self._verdict_text(reading)
        prediction = reading.prediction
        if prediction is None or self.hides(reading):
            return ""
        if prediction.verdict == "refused":
            return "–"
        return prediction.label if column == LABEL else share(prediction.confidence)

    def _verdict_text(self, reading: Reading) -> str:
        if reading.reason:
            return _(UNREADABLE)
        if self.hides(reading):
            return _(HIDDEN)
        if reading.prediction is not None:
            return _(WORDS[reading.prediction.verdict])
        return _(WAITING) if self._is_waiting else _(NOT_READ)


def _shows_all(_key: str) -> bool:
    return False


def _case_of(file: Unreadable) -> Case:
    path, _separator, item = file.path.partition("#")
    return Case(path, item)


def without_ending(name: str) -> str:
    """All images of a list end alike; what tells them apart needs the room."""
    path = PurePath(name)
    return path.stem if path.suffix.casefold() in ENDINGS else name


def _tip(reading: Reading) -> str:
    verdict_reason = reading.prediction.reason if reading.prediction else ""
    return reading.reason or verdict_reason or _file_text(reading.case)


def _file_text(case: Case) -> str:
    if case.slices == 1:
        return case.path
    slices = ngettext("{n} slice", "{n} slices", case.slices).format(n=number(case.slices))
    return f"{case.path}\n{slices}"


def _sign(reading: Reading, column: int) -> object:
    prediction = reading.prediction
    if column == VERDICT and reading.reason:
        return icon("warning")
    if column == VERDICT and prediction is not None:
        return icon(SIGNS[prediction.verdict])
    if column == LABEL and prediction is not None and prediction.verdict != "refused":
        return class_colour(prediction.labels.index(prediction.label))
    return None
