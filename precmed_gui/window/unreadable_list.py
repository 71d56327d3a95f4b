"""The line "3 files not readable", which unfolds a list with each file and the reason."""

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Slot,
)
from PySide6.QtGui import QAction, QColor, QFont, QFontMetrics, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from precmed_gui.diagnosis.cases import Unreadable
from precmed_gui.language import N_, _, ngettext
from precmed_gui.window import theme
from precmed_gui.window.icons import icon_pixmap, keep_icon
from precmed_gui.window.wording import number

LIST_NAME = N_("Files that could not be read")
UNFOLD = N_("Show or hide the files that could not be read, with the reasons")
COPY = N_("Copy the list (selected files, or all)")

FileRole = Qt.ItemDataRole.UserRole + 1
_ROWS_SEEN = 3.5
_PADDING = 8
_BORDERS = 4
_NOWHERE = QModelIndex()


def name_of(file: Unreadable) -> str:
    """The last part of the path."""
    return file.path.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]


def as_text(files: Sequence[Unreadable]) -> str:
    """One line a file, path and reason apart by a tab, for a mail or a table."""
    return "\n".join(f"{file.path}\t{file.reason}" for file in files)


class UnreadableModel(QAbstractListModel):
    """The files in the order they were found."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._files: tuple[Unreadable, ...] = ()

    def show_files(self, files: tuple[Unreadable, ...]) -> None:
        """Show these files."""
        self.beginResetModel()
        self._files = files
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._files)

    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        if not 0 <= index.row() < len(self._files):
            return None
        file = self._files[index.row()]
        if role == FileRole:
            return file
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{file.path}\n{file.reason}"
        return name_of(file) if role == Qt.ItemDataRole.DisplayRole else None


class UnreadableRow(QStyledItemDelegate):
    """Two lines: the file's name, and below it the reason."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(120, _row_height(option.font))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        file: Unreadable = index.data(FileRole)
        tokens = theme.current_tokens()
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if is_selected:
            painter.fillRect(option.rect, QColor(tokens.selection))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(option.rect, QColor(tokens.hover))
        room = option.rect.adjusted(_PADDING, 4, -_PADDING, -4)
        upper = QRect(room.left(), room.top(), room.width(), room.height() * 11 // 20)
        lower = QRect(room.left(), upper.bottom() + 1, room.width(), room.height() - upper.height())
        painter.setFont(option.font)
        painter.setPen(QColor(tokens.selection_text if is_selected else tokens.text))
        _draw(painter, upper, name_of(file), Qt.TextElideMode.ElideMiddle)
        painter.setFont(theme.font_of(tokens.caption))
        painter.setPen(QColor(tokens.selection_text if is_selected else tokens.text_muted))
        _draw(painter, lower, file.reason, Qt.TextElideMode.ElideRight)
        painter.restore()


class UnreadableList(QWidget):
    """Hidden while every file could be read."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._files: tuple[Unreadable, ...] = ()
        self._model = UnreadableModel(self)
        self._build_line()
        self._build_list()
        self._lay_out()
        theme.theme_signals().changed.connect(self._on_theme_changed)
        self.retranslate()
        self._on_toggled(is_open=False)
        self.hide()

    def _build_line(self) -> None:
        self._sign = QLabel()
        self._toggle = QToolButton()
        self._toggle.setCheckable(True)
        self._toggle.setObjectName("unreadableToggle")
        self._toggle.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._toggle.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self._toggle.setIconSize(QSize(12, 12))
        self._toggle.setStyleSheet("QToolButton:checked:!hover { background: transparent; }")
        self._toggle.toggled.connect(self._on_toggled)
        self._copy = QToolButton()
        self._copy.setObjectName("copyUnreadable")
        keep_icon(self._copy, "copy")
        self._copy.clicked.connect(self._on_copy)

    def _build_list(self) -> None:
        self._list = QListView()
        self._list.setObjectName("unreadableList")
        self._list.setModel(self._model)
        self._list.setItemDelegate(UnreadableRow(self._list))
        self._list.setUniformItemSizes(True)
        self._list.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self._list.setMouseTracking(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._copy_action = QAction(self._list)
        self._copy_action.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        self._copy_action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self._copy_action.triggered.connect(self._on_copy)
        self._list.addAction(self._copy_action)
        self._list.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(4)
        line.addWidget(self._sign)
        line.addWidget(self._toggle)
        line.addStretch(1)
        line.addWidget(self._copy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(line)
        layout.addWidget(self._list)

    def show_files(self, files: tuple[Unreadable, ...]) -> None:
        """Show these files; nothing at all where there are none."""
        if files != self._files:
            self._files = files
            self._model.show_files(files)
        self._say_count()
        self._fit_list()
        self.setVisible(bool(files))

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        key = self._copy_action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        self._toggle.setToolTip(_(UNFOLD))
        self._copy_action.setText(_(COPY))
        self._copy.setToolTip(f"{_(COPY)} ({key})")
        self._copy.setAccessibleName(_(COPY))
        self._list.setAccessibleName(_(LIST_NAME))
        self._on_theme_changed()
        self._say_count()

    def _say_count(self) -> None:
        count = len(self._files)
        text = ngettext("{n} file not readable", "{n} files not readable", count)
        self._toggle.setText(text.format(n=number(count)))
        self._toggle.setAccessibleName(self._toggle.text())

    def _fit_list(self) -> None:
        rows = min(_ROWS_SEEN, len(self._files))
        height = _row_height(self._list.font())
        self._list.setMinimumHeight(min(2, len(self._files)) * height + _BORDERS)
        self._list.setMaximumHeight(round(rows * height) + _BORDERS)

    @Slot()
    def _on_theme_changed(self) -> None:
        ratio = self.devicePixelRatioF()
        self._sign.setPixmap(icon_pixmap("warning", 16, ratio, "warning"))

    @Slot(bool)
    def _on_toggled(self, is_open: bool) -> None:
        keep_icon(self._toggle, "chevron-down" if is_open else "chevron-right")
        self._list.setVisible(is_open)
        self._copy.setVisible(is_open)

    @Slot()
    def _on_copy(self) -> None:
        rows = sorted(index.row() for index in self._list.selectionModel().selectedIndexes())
        files = [self._files[row] for row in rows] or list(self._files)
        QApplication.clipboard().setText(as_text(files))


def _row_height(font: QFont) -> int:
    small = theme.font_of(theme.current_tokens().caption)
    return QFontMetrics(font).height() + QFontMetrics(small).height() + 10


def _draw(painter: QPainter, room: QRect, text: str, mode: Qt.TextElideMode) -> None:
    short = painter.fontMetrics().elidedText(text.replace("\n", " "), mode, room.width())
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, short)
