"""Cases on their way from the grid to a class, by mouse; the keys 0 to 9 do the same."""

import json
from collections.abc import Iterable

from PySide6.QtCore import QMimeData, QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPixmap

from precmed_gui.window import theme
from precmed_gui.window.wording import images_text

CASES = "application/x-precmed-cases"


def mime_of(keys: Iterable[str]) -> QMimeData:
    """What a drag of the cases with these keys carries."""
    mime = QMimeData()
    mime.setData(CASES, json.dumps(list(keys)).encode())
    return mime


def keys_of(mime: QMimeData) -> list[str]:
    """The keys of the cases in a drag, none if it carries something else."""
    if not mime.hasFormat(CASES):
        return []
    found = json.loads(bytes(mime.data(CASES).data()))
    return [str(key) for key in found]


def drag_picture(count: int, ratio: float) -> QPixmap:
    """A small label that says how many images hang on the pointer."""
    tokens, text = theme.current_tokens(), images_text(count)
    font = theme.font_of(tokens.caption, bold=True)
    width = QFontMetrics(font).horizontalAdvance(text) + 16
    pixmap = QPixmap(round(width * ratio), round(24 * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens.accent))
    area = QRect(0, 0, width, 24)
    painter.drawRoundedRect(area, 4, 4)
    painter.setPen(QColor(tokens.accent_text))
    painter.setFont(font)
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)
    painter.end()
    return pixmap
