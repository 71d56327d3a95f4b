"""The pictures of a finding side by side, each group under its heading.

Enter or a double click shows one large; thumbnails are asked for when they come into view.
"""

from collections.abc import Mapping

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from precmed_gui.diagnosis.cases import Case, Cohort
from precmed_gui.diagnosis.checks import Finding
from precmed_gui.diagnosis.pictures import ThumbnailsRead
from precmed_gui.language import N_, _
from precmed_gui.window import theme
from precmed_gui.window.class_row import paint_tag
from precmed_gui.window.group_rows import NO_CLASS, ClassRole, GroupRow, GroupRows, RowRole
from precmed_gui.window.icons import icon

NAME = N_("Images of the finding")
HOW = N_("Enter shows the image large in the prediction panel.")

_SIDE = 96
_GAP = 8
_TEXTS, _REASON_TEXTS = 3, 4
_TAG = QSize(26, 15)
_ROOM_FOR = 40
_PAUSE_MS = 40
_OPENING = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
Index = QModelIndex | QPersistentModelIndex


class GroupTile(QStyledItemDelegate):
    """Paints a heading across the grid, or a picture with name, class and patient below it."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row: GroupRow = index.data(RowRole)
        line = _caption().height()
        if row.case is not None:
            lines = _REASON_TEXTS if row.reason else _TEXTS
            return QSize(_SIDE + 2 * _GAP, _SIDE + lines * (line + 2) + 2 * _GAP)
        width = _width_of(self.parent())
        room = QRect(0, 0, width - 2 * _GAP, 1000)
        words = _caption().boundingRect(room, Qt.TextFlag.TextWordWrap, row.heading)
        return QSize(width, words.height() + _GAP + 4)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: GroupRow = index.data(RowRole)
        painter.save()
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        painter.setFont(theme.font_of(theme.current_tokens().caption))
        if row.case is None:
            self._paint_heading(painter, option.rect, row.heading)
        else:
            self._paint_ring(painter, option)
            self._paint_picture(painter, _square(option.rect), index)
            self._paint_texts(painter, option, index, row)
        painter.restore()

    def _paint_heading(self, painter: QPainter, rect: QRect, text: str) -> None:
        tokens = theme.current_tokens()
        if rect.top() > _GAP:
            painter.setPen(QColor(tokens.border))
            painter.drawLine(rect.left() + _GAP, rect.top(), rect.right() - _GAP, rect.top())
        painter.setPen(QColor(tokens.text_muted))
        room = rect.adjusted(_GAP, _GAP, -_GAP, 0)
        painter.drawText(room, Qt.TextFlag.TextWordWrap, text)

    def _paint_picture(self, painter: QPainter, square: QRect, index: Index) -> None:
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(square), 3, 3)
        painter.fillPath(shape, QColor(theme.current_tokens().surround))
        pixmap = index.data(Qt.ItemDataRole.DecorationRole)
        if isinstance(pixmap, QPixmap):
            size = pixmap.size().scaled(square.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRect(0, 0, size.width(), size.height())
            place.moveCenter(square.center())
            painter.drawPixmap(place, pixmap)
        else:
            place = QRect(0, 0, 22, 22)
            place.moveCenter(square.center())
            painter.setOpacity(0.35)
            icon("image", "surround_text").paint(painter, place)
            painter.setOpacity(1.0)

    def _paint_texts(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index, row: GroupRow
    ) -> None:
        tokens, step = theme.current_tokens(), _caption().height() + 2
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        square = _square(option.rect)
        line = QRect(square.left(), square.bottom() + 3, square.width(), step)
        painter.setPen(QColor(tokens.selection_text if is_selected else tokens.text))
        _draw(painter, line, str(index.data()), Qt.TextElideMode.ElideMiddle)
        line.translate(0, step)
        label = row.case.label if row.case is not None else None
        sign = index.data(ClassRole)
        named = QRect(line)
        if sign is not None:
            painter.save()
            paint_tag(painter, QRect(line.topLeft(), _TAG), *sign)
            painter.restore()
            named.setLeft(line.left() + _TAG.width() + 4)
        _draw(painter, named, label or _(NO_CLASS), Qt.TextElideMode.ElideRight)
        line.translate(0, step)
        painter.setPen(QColor(tokens.selection_text if is_selected else tokens.text_muted))
        if row.reason:
            line.setBottom(option.rect.bottom() - _GAP)
            painter.drawText(line, Qt.TextFlag.TextWordWrap, row.note)
        else:
            _draw(painter, line, row.note, Qt.TextElideMode.ElideRight)

    def _paint_ring(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        tokens = theme.current_tokens()
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        has_focus = bool(option.state & QStyle.StateFlag.State_HasFocus)
        is_hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        room = QRectF(option.rect).adjusted(2.5, 2.5, -2.5, -2.5)
        shape = QPainterPath()
        shape.addRoundedRect(room, 4, 4)
        if is_selected or is_hovered:
            painter.fillPath(shape, QColor(tokens.selection if is_selected else tokens.hover))
        if is_selected or has_focus:
            pen = QPen(QColor(tokens.focus), 1.5)
            pen.setStyle(Qt.PenStyle.SolidLine if is_selected else Qt.PenStyle.DashLine)
            painter.strokePath(shape, pen)


class GroupGrid(QListView):
    """Shows the pictures of one finding.

    Signals
    -------
    case_activated
        The `Case` to show large.
    thumbnails_wished
        The cases whose thumbnails are wanted.
    selection_changed
        Other pictures are selected now.
    """

    case_activated = Signal(object)
    thumbnails_wished = Signal(list)
    selection_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model_ = GroupRows(self)
        self._wished: set[str] = set()
        self.setObjectName("findingImages")
        self.setModel(self.model_)
        self.setItemDelegate(GroupTile(self))
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setMinimumHeight(_SIDE + 2 * _GAP)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._on_pause_ended)
        self.verticalScrollBar().valueChanged.connect(self._on_view_changed)
        self.doubleClicked.connect(self._on_opened)
        self.selectionModel().selectionChanged.connect(self.selection_changed)
        self.retranslate()

    def show_finding(self, finding: Finding, cohort: Cohort, cases: Mapping[str, Case]) -> None:
        """Show the pictures of this finding from the top."""
        self.model_.show_finding(finding, cohort, cases)
        self._wished = set()
        self.scrollToTop()
        self.selection_changed.emit()
        self._on_view_changed()

    def show_thumbnails(self, event: ThumbnailsRead) -> None:
        """Take in thumbnails; when all that was wished for has come, ask for the next."""
        self.model_.keep_thumbnails(event)
        self._wished.difference_update(thumbnail.key for thumbnail in event.thumbnails)
        if not self._wished:
            self._on_view_changed()

    def chosen_groups(self) -> tuple[int, ...]:
        """The places in `Finding.groups` of the groups with a selected picture."""
        rows = {index.row() for index in self.selectionModel().selectedIndexes()}
        return tuple(sorted({self.model_.rows[row].group for row in rows}))

    def retranslate(self) -> None:
        """Say its own texts in the language in use."""
        self.setAccessibleName(_(NAME))
        self.setAccessibleDescription(_(HOW))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _OPENING and self.currentIndex().isValid():
            self._on_opened(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._on_view_changed()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._wished = set()
        self._on_view_changed()

    @Slot()
    def _on_view_changed(self) -> None:
        self._pause.start()

    @Slot()
    def _on_pause_ended(self) -> None:
        """Ask for the thumbnails on the screen, and some below."""
        if not self.isVisible():
            return
        view = self.viewport().rect()
        rows = range(self.model_.rowCount())
        seen = (row for row in rows if self.visualRect(self.model_.index(row)).intersects(view))
        missing = self.model_.unanswered(next(seen, 0), _ROOM_FOR)
        keys = {case.key for case in missing}
        if keys - self._wished:
            self._wished = keys
            self.thumbnails_wished.emit(missing)

    def _on_opened(self, index: QModelIndex) -> None:
        case = self.model_.rows[index.row()].case
        if case is not None:
            self.case_activated.emit(case)


def _caption() -> QFontMetrics:
    return QFontMetrics(theme.font_of(theme.current_tokens().caption))


def _width_of(view: object) -> int:
    """The room for a heading: all of a row, so that what follows begins below it."""
    return view.viewport().width() - 2 if isinstance(view, QListView) else 3 * _SIDE


def _square(rect: QRect) -> QRect:
    return QRect(rect.left() + _GAP, rect.top() + _GAP, _SIDE, _SIDE)


def _draw(painter: QPainter, room: QRect, text: str, mode: Qt.TextElideMode) -> None:
    short = painter.fontMetrics().elidedText(text.replace("\n", " "), mode, room.width())
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, short)
