"""The lines of a file's header, as a Qt model that hides who the patient is until asked."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from precmed_gui.diagnosis.pictures import Tag
from precmed_gui.language import N_, _
from precmed_gui.window.theme import current_tokens

COLUMNS = (N_("Number"), N_("Name"), N_("Value"))
MASK = N_("•••• hidden")
NUMBER, NAME, VALUE = range(3)
_SAID = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
_Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


class TagsModel(QAbstractTableModel):
    """Rows in file order; a masked value leaves the model in no role."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tags: tuple[Tag, ...] = ()
        self._is_masked = True

    @property
    def identities(self) -> int:
        """How many lines may say who the patient is."""
        return sum(tag.is_identity for tag in self._tags)

    @property
    def is_masked(self) -> bool:
        """Whether these lines are hidden."""
        return self._is_masked

    def show_tags(self, tags: Sequence[Tag]) -> None:
        """These lines instead of those before; of the same header, only values change."""
        new = tuple(tags)
        if [tag.number for tag in new] == [tag.number for tag in self._tags]:
            self._tags = new
            self._tell_all()
            return
        self.beginResetModel()
        self._tags = new
        self.endResetModel()

    def set_masked(self, *, is_masked: bool) -> None:
        """Hide or show who the patient is."""
        if is_masked != self._is_masked:
            self._is_masked = is_masked
            self._tell_all()

    def retranslate(self) -> None:
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, NUMBER, VALUE)
        self._tell_all()

    def rowCount(self, parent: _Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._tags)

    def columnCount(self, parent: _Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _(COLUMNS[section])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        tag = self._tags[index.row()]
        is_hidden = index.column() == VALUE and tag.is_identity and self._is_masked
        if role == Qt.ItemDataRole.ForegroundRole and is_hidden:
            return QColor(current_tokens().text_muted)
        if role not in _SAID:
            return None
        if is_hidden:
            return _(MASK)
        return self._text(tag, index.column())

    def _text(self, tag: Tag, column: int) -> str:
        if column == VALUE:
            return tag.value
        return tag.number if column == NUMBER else tag.name

    def _tell_all(self) -> None:
        if self._tags:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._tags) - 1, VALUE))
