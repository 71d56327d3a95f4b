"""The classes of a cohort: colour, letters, name, count and balance; also the filter of the grid.

A click or Enter shows one class only, again shows all; F2 or a double click edits the name.
"""

from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QWidget

from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.language import N_, _, ngettext
from precmed_gui.window.case_drags import CASES, keys_of
from precmed_gui.window.cases_changes import short_names
from precmed_gui.window.cases_order import EVERY_CLASS, ClassFilter, EveryClass
from precmed_gui.window.class_row import ClassRow, ClassRowDelegate, RowRole
from precmed_gui.window.wording import number, share

MOST_ROWS_SEEN = 7
_BORDERS = 4

NAME = N_("Classes")
ALL = N_("All images")
NO_CLASS = N_("No class")
WHAT_IT_DOES = N_("Choose a class to see only its images; choose it again to see all.")
SHARE = N_("{percent} of all")
TIP = N_("Click: show only these · F2: rename")
TIP_KEY = N_("Key {number}: move the selected images here")

_NOWHERE = QModelIndex()
_KEYS_THAT_CHOOSE = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


@dataclass(frozen=True, slots=True)
class ClassCounts:
    """What the table shows of a cohort."""

    order: tuple[str, ...] = ()
    counts: tuple[int, ...] = ()
    without_class: int = 0

    @property
    def total(self) -> int:
        """Cases with and without a class."""
        return self.without_class + sum(self.counts)


def counted(cohort: Cohort) -> ClassCounts:
    """The classes of a cohort with the cases that are used, empty classes too."""
    counts = cohort.label_counts()
    order = cohort.label_order
    unnamed = sum(case.label is None and not case.is_excluded for case in cohort.cases)
    return ClassCounts(order, tuple(counts.get(name, 0) for name in order), unnamed)


def rows_of(counts: ClassCounts, *, is_no_class_offered: bool = False) -> list[ClassRow]:
    """The rows of the table: all, each class, and the cases without one if there are any."""
    if not (counts.total or counts.order):
        return []
    letters = short_names(counts.order)
    largest = max((*counts.counts, counts.without_class, 1))
    rows = [ClassRow(EVERY_CLASS, _(ALL), counts.total, classes=len(counts.order))]
    rows += [
        ClassRow(name, name, count, colour=position, letters=letters[name], bar=count / largest)
        for position, (name, count) in enumerate(zip(counts.order, counts.counts, strict=True))
    ]
    if counts.without_class or is_no_class_offered:
        bar = counts.without_class / largest
        rows.append(ClassRow(None, _(NO_CLASS), counts.without_class, bar=bar))
    return rows


class ClassesModel(QAbstractListModel):
    """The rows of the table; an edited name becomes a wish, the cohort decides."""

    rename_wished = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[ClassRow] = []

    def show_rows(self, rows: list[ClassRow]) -> None:
        """Show these rows, keeping the current one where the number of rows stays."""
        if len(rows) == len(self._rows):
            self._rows = rows
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def row(self, position: int) -> ClassRow:
        """One row."""
        return self._rows[position]

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        if not 0 <= index.row() < len(self._rows):
            return None
        row = self._rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return row.name
        if role == RowRole:
            return row
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tooltip(row)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(row)
        return None

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        flags = super().flags(index)
        if index.isValid() and isinstance(self._rows[index.row()].label, str):
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def setData(
        self,
        index: QModelIndex | QPersistentModelIndex,
        value: object,
        role: int = Qt.ItemDataRole.EditRole,
    ) -> bool:
        old = self._rows[index.row()].label if index.isValid() else None
        new = str(value).strip()
        if role == Qt.ItemDataRole.EditRole and isinstance(old, str) and new and new != old:
            self.rename_wished.emit(old, new)
        return False

    def _spoken(self, row: ClassRow) -> str:
        text = ngettext("{name}, {count} image", "{name}, {count} images", row.count)
        text = text.format(name=row.name, count=number(row.count))
        total = self._rows[0].count
        if isinstance(row.label, EveryClass):
            return text
        return text + ", " + _(SHARE).format(percent=share(row.count / max(1, total)))

    def _tooltip(self, row: ClassRow) -> str:
        lines = [self._spoken(row)]
        if isinstance(row.label, str):
            lines.append(_(TIP))
            if row.colour < 9:
                lines.append(_(TIP_KEY).format(number=row.colour + 1))
        return "\n".join(lines)


class ClassTable(QListView):
    """One row a class; emits the class to show, wishes for new names, and what is dropped on it."""

    class_chosen = Signal(object)
    rename_wished = Signal(str, str)
    cases_dropped = Signal(list, str)
    """Keys of cases, and the class they should have; "" means no class."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts = ClassCounts()
        self._shown: ClassFilter = EVERY_CLASS
        self._classes = ClassesModel(self)
        self._painter = ClassRowDelegate(self)
        self.setModel(self._classes)
        self.setItemDelegate(self._painter)
        self.setObjectName("classTable")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self._is_no_class_offered = False
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.DoubleClicked
        )
        self._classes.rename_wished.connect(self.rename_wished)
        self.clicked.connect(self._on_clicked)
        self.retranslate()

    @property
    def shown(self) -> ClassFilter:
        """The class whose images the grid shows."""
        return self._shown

    @property
    def without_class(self) -> int:
        """Cases nobody has named yet."""
        return self._counts.without_class

    def show_cohort(self, cohort: Cohort) -> None:
        """Show the classes of a cohort; the chosen class stays chosen, also under a new name."""
        counts = counted(cohort)
        self._shown = _followed(self._shown, self._counts, counts)
        self._counts = counts
        self._refresh()

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        self.setAccessibleName(_(NAME))
        self.setAccessibleDescription(_(WHAT_IT_DOES))
        self._refresh()

    def choose(self, shown: ClassFilter) -> None:
        """Show the images of one class, or all when it is chosen already."""
        self._shown = EVERY_CLASS if shown == self._shown else shown
        self._refresh()
        self.class_chosen.emit(self._shown)

    def show_class(self, shown: ClassFilter) -> None:
        """Choose a class, or all, without telling."""
        self._shown = _followed(shown, self._counts, self._counts)
        self._refresh()

    def offer_no_class(self, *, is_offered: bool) -> None:
        """While images are dragged there is a row for "no class" to drop them on."""
        self._is_no_class_offered = is_offered
        self._refresh()

    def edit_class(self, name: str | None = None) -> None:
        """Open the name of a class for editing: the one named, the current one, or the first."""
        position = self.currentIndex().row()
        if name is not None and name in self._counts.order:
            position = self._counts.order.index(name) + 1
        if not 1 <= position <= len(self._counts.order):
            position = 1
        if self._counts.order:
            index = self._classes.index(position)
            self.setFocus()
            self.setCurrentIndex(index)
            self.edit(index)

    def sizeHint(self) -> QSize:
        rows = min(self._classes.rowCount(), MOST_ROWS_SEEN)
        half = self._painter.row_height // 2 if self._classes.rowCount() > MOST_ROWS_SEEN else 0
        return QSize(200, rows * self._painter.row_height + half + _BORDERS)

    def minimumSizeHint(self) -> QSize:
        rows = min(self._classes.rowCount(), 3)
        return QSize(120, rows * self._painter.row_height + _BORDERS)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        editing = self.state() == QAbstractItemView.State.EditingState
        if not editing and event.key() in _KEYS_THAT_CHOOSE and self.currentIndex().isValid():
            self.choose(self._classes.row(self.currentIndex().row()).label)
        elif event.key() == Qt.Key.Key_Escape and not isinstance(self._shown, EveryClass):
            self.choose(EVERY_CLASS)
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Cases are let in wherever they come, for they may go on to a class."""
        self._take_drag(event)
        event.setAccepted(event.mimeData().hasFormat(CASES))

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._take_drag(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._aim_at(-1)

    def dropEvent(self, event: QDropEvent) -> None:
        keys, row = keys_of(event.mimeData()), self._target_row(event)
        self._aim_at(-1)
        if not keys or row < 0:
            event.ignore()
            return
        event.acceptProposedAction()
        label = self._classes.row(row).label
        self.cases_dropped.emit(keys, label if isinstance(label, str) else "")

    def _take_drag(self, event: QDragMoveEvent) -> None:
        """Cases may be dropped on a class; anything else is left to the panel."""
        row = self._target_row(event) if event.mimeData().hasFormat(CASES) else -1
        self._aim_at(row)
        if row >= 0:
            event.acceptProposedAction()
        else:
            event.ignore()

    def _target_row(self, event: QDropEvent) -> int:
        """The row of a class under the pointer, or -1."""
        row = self.indexAt(event.position().toPoint()).row()
        if row < 0 or isinstance(self._classes.row(row).label, EveryClass):
            return -1
        return row

    def _aim_at(self, row: int) -> None:
        if row != self._painter.target:
            self._painter.target = row
            self.viewport().update()

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        self.choose(self._classes.row(index.row()).label)

    def _refresh(self) -> None:
        if self._shown is None and not self._counts.without_class:
            self._shown = EVERY_CLASS
        self._painter.chosen = self._shown
        offered = self._is_no_class_offered
        self._classes.show_rows(rows_of(self._counts, is_no_class_offered=offered))
        self.setMaximumHeight(self.sizeHint().height())
        self.updateGeometry()
        self.viewport().update()


def _followed(shown: ClassFilter, old: ClassCounts, new: ClassCounts) -> ClassFilter:
    """The class to show now: the same, the same under its new name, or all."""
    if not isinstance(shown, str) or shown in new.order:
        return shown
    if len(old.order) == len(new.order) and shown in old.order:
        renamed = new.order[old.order.index(shown)]
        if renamed not in old.order:
            return renamed
    return EVERY_CLASS
