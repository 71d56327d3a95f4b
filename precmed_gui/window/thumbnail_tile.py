"""How one case is painted in the grid: on black, with the colour and letters of its class."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from precmed_gui.window import theme
from precmed_gui.window.cases_model import (
    ClassIndexRole,
    ExcludedRole,
    ReasonRole,
    ShortClassRole,
    SlicesRole,
)
from precmed_gui.window.class_row import paint_tag
from precmed_gui.window.icons import icon

_GAP = 4
_EDGE = 3
_SIGN = 22
_CHECK = 16
_TAG_HEIGHT = 15
_MARK = 12
_DIMMED = 0.3


class ThumbnailTile(QStyledItemDelegate):
    """Paints a thumbnail, a placeholder before it is read, or a sign that it cannot be read."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return option.rect.size()

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        tile = option.rect.adjusted(_GAP, _GAP, -_GAP, -_GAP)
        painter.save()
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(tile), 3, 3)
        painter.fillPath(shape, QColor(theme.current_tokens().surround))
        painter.save()
        painter.setClipPath(shape)
        is_excluded = bool(index.data(ExcludedRole))
        painter.setOpacity(_DIMMED if is_excluded else 1.0)
        self._paint_picture(painter, tile, index)
        painter.setOpacity(1.0)
        self._paint_class(painter, tile, index)
        if is_excluded:
            self._paint_excluded(painter, tile)
        if (slices := int(index.data(SlicesRole) or 1)) > 1:
            self._paint_slices(painter, tile, slices)
        painter.restore()
        self._paint_ring(painter, option)
        painter.restore()

    def _paint_picture(
        self, painter: QPainter, tile: QRect, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        pixmap = index.data(Qt.ItemDataRole.DecorationRole)
        if isinstance(pixmap, QPixmap):
            size = pixmap.size().scaled(tile.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRect(0, 0, size.width(), size.height())
            place.moveCenter(tile.center())
            painter.drawPixmap(place, pixmap)
            return
        is_unreadable = bool(index.data(ReasonRole))
        side = min(_SIGN, tile.width() // 2)
        place = QRect(0, 0, side, side)
        place.moveCenter(tile.center())
        painter.setOpacity(1.0 if is_unreadable else 0.35)
        name = "warning" if is_unreadable else "image"
        icon(name, "surround_text").paint(painter, place)
        painter.setOpacity(1.0)

    def _paint_class(
        self, painter: QPainter, tile: QRect, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        position, letters = index.data(ClassIndexRole), index.data(ShortClassRole)
        if position is None or position < 0:
            return
        font = theme.font_of(theme.current_tokens().caption, bold=True)
        width = max(_TAG_HEIGHT, QFontMetrics(font).horizontalAdvance(letters) + 8)
        edge = QRect(tile.left(), tile.bottom() - _EDGE + 1, tile.width(), _EDGE)
        painter.fillRect(edge, theme.class_colour(position))
        top = tile.bottom() - _TAG_HEIGHT + 1
        paint_tag(painter, QRect(tile.left(), top, width, _TAG_HEIGHT), position, letters)

    def _paint_excluded(self, painter: QPainter, tile: QRect) -> None:
        """A struck circle over the dimmed picture: what it means is not left to the dimming."""
        side = min(_SIGN + 4, tile.width() // 2)
        place = QRect(0, 0, side, side)
        place.moveCenter(tile.center())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.current_tokens().surround))
        painter.drawEllipse(place)
        icon("exclude", "surround_text").paint(painter, place)

    def _paint_slices(self, painter: QPainter, tile: QRect, slices: int) -> None:
        """The number of slices and a stack of sheets, in the upper left corner."""
        tokens, text = theme.current_tokens(), str(slices)
        font = theme.font_of(tokens.caption, bold=True)
        width = QFontMetrics(font).horizontalAdvance(text) + _MARK + 8
        place = QRect(tile.left(), tile.top(), width, _TAG_HEIGHT + 1)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.surround))
        painter.setOpacity(0.8)
        painter.drawRect(place)
        painter.setOpacity(1.0)
        painter.setFont(font)
        painter.setPen(QColor(tokens.surround_text))
        room = place.adjusted(3, 0, -_MARK - 3, 0)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        sheets = QRect(place.right() - _MARK - 1, place.top() + 2, _MARK, _MARK)
        icon("stack", "surround_text").paint(painter, sheets)

    def _paint_ring(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        has_focus = bool(option.state & QStyle.StateFlag.State_HasFocus)
        is_hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if not (is_selected or has_focus or is_hovered):
            return
        tokens = theme.current_tokens()
        colour = tokens.focus if is_selected or has_focus else tokens.border_strong
        pen = QPen(QColor(colour), 3.0 if is_selected else 1.5)
        if has_focus and not is_selected:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(option.rect).adjusted(2.5, 2.5, -2.5, -2.5), 4, 4)
        if is_selected:
            self._paint_check(painter, option.rect)

    def _paint_check(self, painter: QPainter, cell: QRect) -> None:
        tokens = theme.current_tokens()
        place = QRect(cell.right() - _GAP - _CHECK - 2, cell.top() + _GAP + 2, _CHECK, _CHECK)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.accent))
        painter.drawEllipse(place)
        icon("check", "accent_text").paint(painter, place.adjusted(2, 2, -2, -2))
