"""The test images behind one cell of the confusion matrix, the surest answers first.

Enter or a double click opens one in the prediction panel; thumbnails are asked for when shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QPainter, QPixmap, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.pictures import ThumbnailsRead
from precmed_gui.language import N_, _
from precmed_gui.window.cases_panel import as_pixmap
from precmed_gui.window.theme import current_tokens

NAME = N_("Images behind the cell")
HOW = N_("Enter shows the image large.")

_SIDE = 40
_AT_ONCE, _PAUSE_MS = 40, 60
_ROOM_FOR = 3
_NOWHERE = QModelIndex()
_OPENING = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class ListedCase:
    """One image, and what the model said of it."""

    case: Case
    text: str


class CaseListModel(QAbstractListModel):
    """The rows of the list, with thumbnails as they come."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cases: tuple[ListedCase, ...] = ()
        self._rows: dict[str, int] = {}
        self._pixmaps: dict[str, QIcon] = {}
        self._reasons: dict[str, str] = {}

    def show_cases(self, cases: Sequence[ListedCase]) -> None:
        """Show these instead of what was shown."""
        self.beginResetModel()
        self._cases = tuple(cases)
        self._rows = {listed.case.key: row for row, listed in enumerate(self._cases)}
        self._pixmaps, self._reasons = {}, {}
        self.endResetModel()

    @property
    def cases(self) -> tuple[ListedCase, ...]:
        """What is shown."""
        return self._cases

    def keep_thumbnails(self, event: ThumbnailsRead) -> None:
        """Take in what was read; what cannot be read says why."""
        for thumbnail in event.thumbnails:
            row = self._rows.get(thumbnail.key)
            if row is None:
                continue
            if thumbnail.pixels is None:
                self._reasons[thumbnail.key] = thumbnail.reason
            else:
                self._pixmaps[thumbnail.key] = _on_black(as_pixmap(thumbnail.pixels))
            self.dataChanged.emit(self.index(row), self.index(row))

    def unanswered(self, first: int, last: int) -> list[Case]:
        """The cases of these rows that have neither a thumbnail nor a reason why not."""
        cases = [listed.case for listed in self._cases[max(first, 0) : last + 1]]
        return [case for case in cases if case.key not in self._pixmaps | self._reasons]

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._cases)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not (index.isValid() and index.row() < len(self._cases)):
            return None
        listed = self._cases[index.row()]
        key = listed.case.key
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{listed.case.name}\n{self._text(listed)}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{listed.case.name}, {self._text(listed)}"
        if role == Qt.ItemDataRole.DecorationRole:
            return self._pixmaps.get(key) or _on_black(QPixmap())
        if role == Qt.ItemDataRole.ToolTipRole:
            return key
        return None

    def _text(self, listed: ListedCase) -> str:
        return " · ".join(
            text for text in (listed.text, self._reasons.get(listed.case.key)) if text
        )


class CaseList(QListView):
    """A list to walk through by key.

    Signals
    -------
    case_activated
        The `Case` to open.
    thumbnails_wished
        The cases whose thumbnails are wanted.
    """

    case_activated = Signal(object)
    thumbnails_wished = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = CaseListModel(self)
        self.setModel(self.rows)
        self.setUniformItemSizes(True)
        self.setIconSize(QSize(_SIDE, _SIDE))
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMinimumHeight(_ROOM_FOR * (_SIDE + 10))
        self.doubleClicked.connect(self._on_opened)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._on_pause_ended)
        self.verticalScrollBar().valueChanged.connect(self._pause.start)
        self.retranslate()

    def show_cases(self, cases: Sequence[ListedCase]) -> None:
        """Show these, the first one current."""
        self.rows.show_cases(cases)
        if cases:
            self.setCurrentIndex(self.rows.index(0, 0))
        self._pause.start()

    def show_thumbnails(self, event: ThumbnailsRead) -> None:
        """Take in thumbnails, or the reasons why there are none."""
        self.rows.keep_thumbnails(event)

    def retranslate(self) -> None:
        """Say its own texts in the language in use."""
        self.setAccessibleName(_(NAME))
        self.setAccessibleDescription(_(HOW))
        self.setToolTip(_(HOW))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _OPENING and self.currentIndex().isValid():
            self._on_opened(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._pause.start()

    @Slot()
    def _on_pause_ended(self) -> None:
        """Ask for the thumbnails on the screen, and some below."""
        if not self.isVisible():
            return
        first = self.indexAt(QPoint(4, 4)).row()
        cases = self.rows.unanswered(first, max(first, 0) + _AT_ONCE)
        if cases:
            self.thumbnails_wished.emit(cases)

    def _on_opened(self, index: QModelIndex) -> None:
        self.case_activated.emit(self.rows.cases[index.row()].case)


def _on_black(pixmap: QPixmap) -> QIcon:
    """A thumbnail in the middle of a black square, never tinted; before it is read, the square."""
    side = 2 * _SIDE
    square = QPixmap(side, side)
    square.fill(QColor(current_tokens().surround))
    if not pixmap.isNull():
        painter = QPainter(square)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        size = pixmap.size().scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(0, 0, size.width(), size.height())
        place.moveCenter(square.rect().center())
        painter.drawPixmap(place, pixmap)
        painter.end()
    icon = QIcon()
    for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):
        icon.addPixmap(square, mode)
    return icon
