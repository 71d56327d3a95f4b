"""A scroll area that is as high as what it holds where there is room, and scrolls where not."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget


class SnugArea(QScrollArea):
    """Never higher than its content; gives way down to `least` pixels."""

    def __init__(self, content: QWidget, least: int) -> None:
        super().__init__()
        self._least = least
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self._content = content
        self.setWidget(content)

    def sizeHint(self) -> QSize:
        return QSize(self._content.sizeHint().width(), self.wanted_height())

    def minimumSizeHint(self) -> QSize:
        height = min(self.wanted_height(), self._least)
        return QSize(self._content.minimumSizeHint().width(), height)

    def wanted_height(self) -> int:
        """In pixels, for all of the content at the width that it has."""
        content = self._content
        width = self.width()
        height = content.heightForWidth(width) if content.hasHeightForWidth() else -1
        return height if height >= 0 else content.sizeHint().height()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is getattr(self, "_content", None) and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)
