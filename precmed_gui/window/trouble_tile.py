"""One picture on black with its name below: the doubtful case, and the cases most like it."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from precmed_gui.diagnosis.cases import Case
from precmed_gui.language import _
from precmed_gui.window.theme import current_tokens, font_of, theme_signals

_LINE = 18
_OPENING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class TroubleTile(QWidget):
    """Shows a case at `side` pixels; a double click or Enter asks to see it large."""

    activated = Signal(object)

    def __init__(self, side: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side = side
        self._case: Case | None = None
        self._found: QPixmap | str | None = None
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(side // 2)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme_signals().changed.connect(self.update)

    @property
    def case(self) -> Case | None:
        """What is shown."""
        return self._case

    @property
    def has_picture(self) -> bool:
        """Whether its picture has come."""
        return isinstance(self._found, QPixmap)

    def show_case(self, case: Case | None, described: str = "") -> None:
        """Show this case, its picture as soon as it is known; None leaves the place empty."""
        self._case = case
        self._found = None
        self.setVisible(case is not None)
        if case is not None:
            self.setAccessibleName(case.name)
            self.setAccessibleDescription(described)
            self.setToolTip("\n".join(line for line in (case.name, described) if line))
        self.update()

    def show_found(self, found: QPixmap | str | None) -> None:
        """Its picture, or the reason why there is none; None: not known yet."""
        self._found = found
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._side, self._side + _LINE)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = current_tokens()
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        area = QRect(0, 0, self.width(), self._side)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(area).adjusted(1, 1, -1, -1), 3, 3)
        painter.fillPath(shape, QColor(tokens.surround))
        self._paint_found(painter, area.adjusted(3, 3, -3, -3))
        if self.hasFocus():
            painter.strokePath(shape, QPen(QColor(tokens.focus), 2))
        painter.setFont(font_of(tokens.caption))
        painter.setPen(QColor(tokens.text_muted))
        line = QRect(0, self._side, self.width(), _LINE)
        middle = Qt.TextElideMode.ElideMiddle
        name = self._case.name if self._case else ""
        short = painter.fontMetrics().elidedText(name, middle, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, short)
        painter.end()

    def _paint_found(self, painter: QPainter, area: QRect) -> None:
        if isinstance(self._found, QPixmap):
            size = self._found.size().scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRect(0, 0, size.width(), size.height())
            place.moveCenter(area.center())
            painter.drawPixmap(place, self._found)
            return
        painter.setFont(font_of(current_tokens().caption))
        painter.setPen(QColor(current_tokens().surround_text))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        text = self._found if self._found is not None else _("Loading…")
        painter.drawText(area, int(flags), text)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._activate()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _OPENING:
            self._activate()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def _activate(self) -> None:
        if self._case is not None:
            self.activated.emit(self._case)
