"""The list of images to read, as a Qt model: name, most probable class, how sure, verdict."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import PurePath

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from precmed_gui.diagnosis.cases import Case, Unreadable
from precmed_gui.diagnosis.prediction import Prediction
from precmed_gui.language import N_, _
from precmed_gui.window.icons import icon
from precmed_gui.window.theme import class_colour
from precmed_gui.window.verdict_box import SIGNS, WORDS
from precmed_gui.window.wording import share

COLUMNS = (N_("Image"), N_("Most probable"), N_("How sure"), N_("Verdict"))
UNREADABLE = N_("unreadable")
WAITING = N_("waiting…")
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


class ReadingsModel(QAbstractTableModel):
    """Rows in the order the answers came."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._readings: list[Reading] = []

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
        if fresh:
            first = len(self._readings)
            self.beginInsertRows(QModelIndex(), first, first + len(fresh) - 1)
            self._readings += fresh
            self.endInsertRows()

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
            return _text(reading, column)
        if role == Qt.ItemDataRole.DecorationRole:
            return _sign(reading, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tip(reading)
        if role == Qt.ItemDataRole.TextAlignmentRole and column == SURE:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None


def _case_of(file: Unreadable) -> Case:
    path, _separator, item = file.path.partition("#")
    return Case(path, item)


def _text(reading: Reading, column: int) -> str:
    if column == IMAGE:
        return _without_ending(reading.case.name)
    prediction = reading.prediction
    if column == VERDICT:
        return _verdict_text(reading)
    if prediction is None:
        return ""
    if prediction.verdict == "refused":
        return "–"
    return prediction.label if column == LABEL else share(prediction.confidence)


def _without_ending(name: str) -> str:
    """All images of a list end alike; what tells them apart needs the room."""
    path = PurePath(name)
    return path.stem if path.suffix.casefold() in ENDINGS else name


def _verdict_text(reading: Reading) -> str:
    if reading.reason:
        return _(UNREADABLE)
    return _(WORDS[reading.prediction.verdict]) if reading.prediction else _(WAITING)


def _tip(reading: Reading) -> str:
    verdict_reason = reading.prediction.reason if reading.prediction else ""
    return reading.reason or verdict_reason or reading.case.path


def _sign(reading: Reading, column: int) -> object:
    prediction = reading.prediction
    if column == VERDICT and reading.reason:
        return icon("warning")
    if column == VERDICT and prediction is not None:
        return icon(SIGNS[prediction.verdict])
    if column == LABEL and prediction is not None and prediction.verdict != "refused":
        return class_colour(prediction.labels.index(prediction.label))
    return None
