"""Short notes on the black around a picture: its window, its zoom, the value under the pointer."""

from PySide6.QtCore import QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter

from precmed_gui.window.theme import current_tokens, font_of

MARGIN = 10
_PADDING = QSizeF(14, 6)
_VEIL = 0.72
_AIR = 24


def paint_note(painter: QPainter, text: str, area: QRect, corner: Qt.Corner) -> None:
    """Write `text`, if there is any, on a dark veil in a corner."""
    if not text:
        return
    tokens = current_tokens()
    painter.setFont(font_of(tokens.caption))
    size = painter.fontMetrics().size(0, text).toSizeF() + _PADDING
    is_left = corner in (Qt.Corner.TopLeftCorner, Qt.Corner.BottomLeftCorner)
    is_upper = corner in (Qt.Corner.TopLeftCorner, Qt.Corner.TopRightCorner)
    box = QRectF(
        MARGIN if is_left else area.width() - MARGIN - size.width(),
        MARGIN if is_upper else area.height() - MARGIN - size.height(),
        size.width(),
        size.height(),
    )
    veil = QColor(tokens.surround)
    veil.setAlphaF(_VEIL)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(veil)
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(QColor(tokens.surround_text))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def paint_message(painter: QPainter, text: str, area: QRect) -> None:
    """Write a sentence in the middle, instead of a picture."""
    tokens = current_tokens()
    painter.setPen(QColor(tokens.surround_text))
    painter.setFont(font_of(tokens.body))
    box = area.adjusted(_AIR, _AIR, -_AIR, -_AIR)
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    painter.drawText(box, int(flags), text)
