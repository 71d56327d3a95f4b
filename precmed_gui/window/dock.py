"""A panel that can be moved, floated and resized, with a quiet grip instead of a title bar."""

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from precmed_gui.language import _
from precmed_gui.window.theme import current_tokens

_HEIGHT = 10
_DOTS = 5
_PITCH = 6


class Grip(QWidget):
    """Five dots: drag to move the panel, double-click to float it."""

    def sizeHint(self) -> QSize:
        return QSize(80, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(current_tokens().border_strong))
        middle = self.rect().center()
        for place in range(_DOTS):
            x = middle.x() + (place - _DOTS // 2) * _PITCH
            painter.drawEllipse(QPoint(x, middle.y() + 1), 2, 2)


class Dock(QDockWidget):
    """One of the panels, remembered by its name."""

    def __init__(self, name: str, title: str, panel: QWidget, window: QMainWindow) -> None:
        super().__init__(window)
        self._title = title
        self.setObjectName(name)
        panel.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWidget(panel)
        self._grip = Grip()
        self._grip.setCursor(Qt.CursorShape.SizeAllCursor)
        self.setTitleBarWidget(self._grip)
        self.setFeatures(
            QDockWidget.DockWidgetFeature.DockWidgetMovable
            | QDockWidget.DockWidgetFeature.DockWidgetFloatable
        )
        self.retranslate()

    def retranslate(self) -> None:
        self.setWindowTitle(_(self._title))
        self._grip.setToolTip(_("Drag to move this panel; double-click to take it out."))
