"""Buttons in as many lines as the width asks for; Qt has no layout that wraps."""

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

_GAP = 8


class ButtonFlow(QWidget):
    """Lays its buttons out from left to right and begins a new line where one does not fit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: list[QPushButton] = []
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def add(self, button: QPushButton) -> None:
        """Put a button behind the others."""
        button.setParent(self)
        button.show()
        button.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.buttons.append(button)
        self._arrange()

    def clear(self, keep: QPushButton | None = None) -> None:
        """Take all buttons away for good, except one that may be added again."""
        for button in self.buttons:
            button.hide()
            if button is not keep:
                button.setParent(None)
                button.deleteLater()
        self.buttons = []

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        places = self._places(width)
        return max((place.bottom() + 1 for _button, place in places), default=0)

    def sizeHint(self) -> QSize:
        width = sum(button.sizeHint().width() + _GAP for button in self.buttons)
        return QSize(width, self.heightForWidth(max(self.width(), self.minimumSizeHint().width())))

    def minimumSizeHint(self) -> QSize:
        hints = [button.sizeHint() for button in self.buttons]
        return QSize(
            min(max((hint.width() for hint in hints), default=0), 240),
            max((hint.height() for hint in hints), default=0),
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        for button, place in self._places(self.width()):
            button.setGeometry(place)
        self.setFixedHeight(max(self.heightForWidth(self.width()), 0))

    def _places(self, width: int) -> list[tuple[QPushButton, QRect]]:
        """Each button's place; buttons of one line share a middle."""
        lines: list[list[QPushButton]] = []
        room = 0
        for button in self.buttons:
            needed = min(button.sizeHint().width(), width)
            if not lines or needed > room:
                lines.append([])
                room = width
            lines[-1].append(button)
            room -= needed + _GAP
        places: list[tuple[QPushButton, QRect]] = []
        top = 0
        for line in lines:
            height = max(button.sizeHint().height() for button in line)
            left = 0
            for button in line:
                size = QSize(min(button.sizeHint().width(), width), button.sizeHint().height())
                top_left = QPoint(left, top + (height - size.height()) // 2)
                places.append((button, QRect(top_left, size)))
                left += size.width() + _GAP
            top += height + _GAP
        return places
