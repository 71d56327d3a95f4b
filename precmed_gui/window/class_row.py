"""How one class of the class table is painted, and how its name is edited in place."""

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPalette, QPen
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from precmed_gui.window import theme
from precmed_gui.window.cases_order import EVERY_CLASS, ClassFilter, EveryClass
from precmed_gui.window.wording import number

RowRole = Qt.ItemDataRole.UserRole + 1
_PADDING = 8
_TAG = QSize(26, 18)
_LEAST_CONTRAST = 4.5


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One row: all images, one class, or the images without a class.

    `colour` is the class's place in the colour order (-1: none), `bar` its count over the largest.
    """

    label: ClassFilter
    name: str
    count: int
    colour: int = -1
    letters: str = ""
    bar: float = 0.0
    classes: int = 0


def ink_on(colour: QColor) -> QColor:
    """Black or white, whichever is read better on `colour` (WCAG relative luminance)."""
    parts = [colour.redF(), colour.greenF(), colour.blueF()]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    white = 1.05 / (luminance + 0.05)
    return QColor("#ffffff") if white >= _LEAST_CONTRAST else QColor("#000000")


def paint_tag(painter: QPainter, rect: QRect, position: int, letters: str) -> None:
    """The sign of the class at `position` of the colour order: its letters on its colour."""
    colour = theme.class_colour(position)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(rect, 3, 3)
    painter.setFont(theme.font_of(theme.current_tokens().caption, bold=True))
    painter.setPen(ink_on(colour))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, letters)


class ClassRowDelegate(QStyledItemDelegate):
    """Paints tag, name, count and bar.

    `chosen` is the class that filters the grid, `target` the row that images would be dropped on.
    """

    row_height = 28

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.chosen: ClassFilter = EVERY_CLASS
        self.target = -1

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(120, self.row_height)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        row: ClassRow = index.data(RowRole)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_background(painter, option, row)
        if index.row() == self.target:
            self._paint_target(painter, option)
        self._paint_tag(painter, option, row)
        self._paint_texts(painter, option, row)
        self._paint_bar(painter, option, row)
        painter.restore()

    def createEditor(
        self,
        parent: QWidget,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> QWidget:
        editor = QLineEdit(parent)
        editor.setAccessibleName(str(index.data()))
        editor.setMaxLength(200)
        editor.setStyleSheet("QLineEdit { padding: 0 4px; min-height: 0; }")
        return editor

    def updateEditorGeometry(
        self,
        editor: QWidget,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        room = self._name_rect(option)
        room.setRight(option.rect.right() - 2)
        editor.setGeometry(room.adjusted(-5, 1, 0, -1))

    def _paint_background(
        self, painter: QPainter, option: QStyleOptionViewItem, row: ClassRow
    ) -> None:
        tokens = theme.current_tokens()
        area = QRectF(option.rect).adjusted(1, 1, -1, -1)
        painter.setPen(Qt.PenStyle.NoPen)
        if row.label == self.chosen and not isinstance(row.label, EveryClass):
            painter.setBrush(QColor(tokens.accent_soft))
            painter.drawRoundedRect(area, 4, 4)
            painter.setBrush(QColor(tokens.focus))
            painter.drawRoundedRect(QRectF(area.left(), area.top() + 4, 3, area.height() - 8), 1, 1)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(tokens.hover))
            painter.drawRoundedRect(area, 4, 4)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(tokens.focus), 1.5))
            painter.drawRoundedRect(area, 4, 4)

    def _paint_target(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        """A dashed frame, so that it is no colour alone that tells."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(theme.current_tokens().focus), 2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QRectF(option.rect).adjusted(2, 2, -2, -2), 4, 4)

    def _paint_tag(self, painter: QPainter, option: QStyleOptionViewItem, row: ClassRow) -> None:
        area = _tag_rect(option)
        if isinstance(row.label, EveryClass):
            _paint_all_colours(painter, area, row.classes)
        elif row.colour >= 0:
            paint_tag(painter, area, row.colour, row.letters)
        else:
            grey = QColor(theme.current_tokens().border_strong)
            painter.setPen(QPen(grey, 1, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 3, 3)

    def _paint_texts(self, painter: QPainter, option: QStyleOptionViewItem, row: ClassRow) -> None:
        painter.setFont(option.font)
        painter.setPen(option.palette.color(QPalette.ColorRole.Text))
        metrics = QFontMetrics(option.font)
        room = self._name_rect(option)
        name = metrics.elidedText(row.name, Qt.TextElideMode.ElideRight, room.width())
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(room, middle | Qt.AlignmentFlag.AlignLeft, name)
        figures = QRect(room.right() + _PADDING, room.top(), _count_width(option), room.height())
        painter.drawText(figures, middle | Qt.AlignmentFlag.AlignRight, number(row.count))

    def _paint_bar(self, painter: QPainter, option: QStyleOptionViewItem, row: ClassRow) -> None:
        if isinstance(row.label, EveryClass):
            return
        width = _bar_width(option)
        left = option.rect.right() - _PADDING - width
        track = QRect(left, option.rect.center().y() - 3, width, 7)
        tokens = theme.current_tokens()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.track))
        painter.drawRoundedRect(track, 3, 3)
        if not row.count:
            return
        if row.colour >= 0:
            painter.setPen(QPen(theme.class_edge(row.colour), 1))
            painter.setBrush(theme.class_brush(row.colour))
        else:
            painter.setBrush(QColor(tokens.border_strong))
        track.setWidth(max(4, round(row.bar * width)))
        painter.drawRoundedRect(QRectF(track).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)

    def _name_rect(self, option: QStyleOptionViewItem) -> QRect:
        left = _tag_rect(option).right() + _PADDING
        right = option.rect.right() - 3 * _PADDING - _bar_width(option) - _count_width(option)
        return QRect(left, option.rect.top(), max(20, right - left), option.rect.height())


def _tag_rect(option: QStyleOptionViewItem) -> QRect:
    top = option.rect.center().y() - _TAG.height() // 2 + 1
    return QRect(option.rect.left() + _PADDING, top, _TAG.width(), _TAG.height())


def _bar_width(option: QStyleOptionViewItem) -> int:
    return max(44, min(120, option.rect.width() // 4))


def _count_width(option: QStyleOptionViewItem) -> int:
    return QFontMetrics(option.font).horizontalAdvance("00,000")


def _paint_all_colours(painter: QPainter, area: QRect, classes: int) -> None:
    """Small stripes in the colours of the first classes."""
    shown = max(1, min(classes, 4))
    width = (area.width() - 2 * (shown - 1)) / shown
    painter.setPen(Qt.PenStyle.NoPen)
    for position in range(shown):
        painter.setBrush(theme.class_colour(position) if classes else QColor("#808080"))
        left = round(area.left() + position * (width + 2))
        painter.drawRoundedRect(QRect(left, area.top() + 4, round(width), area.height() - 8), 2, 2)
