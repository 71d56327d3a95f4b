"""Where files are dropped: a large friendly invitation at first, one line later."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QBoxLayout, QFrame, QLabel, QSizePolicy, QVBoxLayout, QWidget

from precmed_gui.window.file_drops import FileDrops
from precmed_gui.window.icons import icon_pixmap
from precmed_gui.window.theme import current_tokens, repolish, theme_signals

_ICON_SIDE = {True: 20, False: 40}
_ACTIVATING_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class DropArea(QFrame):
    """Takes files and folders; a click, Enter or Space asks for a file dialog instead.

    Signals
    -------
    paths_dropped
        list[str] of what was dropped.
    activated
        The user would rather choose from a dialog.
    """

    paths_dropped = Signal(list)
    activated = Signal()

    def __init__(
        self,
        title: str = "",
        hint: str = "",
        *,
        icon_name: str = "folder-add",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon_name = icon_name
        self._is_compact = False
        self._title_text = title
        self._drops = FileDrops(self)
        self._drops.lit_changed.connect(self._on_theme_changed)
        self._drops.paths_dropped.connect(self.paths_dropped)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._icon = QLabel(self)
        self._title = QLabel(self)
        self._hint = QLabel(self)
        self._hint.setWordWrap(True)
        self._hint.setProperty("role", "hint")
        self._texts = QVBoxLayout()
        self._texts.setSpacing(4)
        self._texts.addWidget(self._title)
        self._texts.addWidget(self._hint)
        self._row = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._row.addStretch()
        self._row.addWidget(self._icon)
        self._row.addLayout(self._texts)
        self._row.addStretch()
        self._arrange()
        self.set_texts(title, hint)
        theme_signals().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def set_texts(self, title: str, hint: str) -> None:
        """`title` is the invitation, `hint` what it takes (a tooltip while compact)."""
        self._title_text = title
        self._hint.setText(hint)
        self.setToolTip(hint if self._is_compact else "")
        self.setAccessibleName(title)
        self.setAccessibleDescription(hint)
        self._elide()

    def set_compact(self, compact: bool) -> None:
        """One line instead of the full invitation."""
        if compact != self._is_compact:
            self._is_compact = compact
            self._arrange()
            self.set_texts(self._title_text, self._hint.text())
            self._on_theme_changed()

    @property
    def is_compact(self) -> bool:
        """Whether it is one line."""
        return self._is_compact

    @property
    def is_lit(self) -> bool:
        """Whether files it would take hover above it."""
        return self._drops.is_lit

    def retranslate(self) -> None:
        """Nothing: its texts belong to the panel that called `set_texts`."""

    def _arrange(self) -> None:
        compact = self._is_compact
        where = Qt.AlignmentFlag.AlignLeft if compact else Qt.AlignmentFlag.AlignHCenter
        direction = QBoxLayout.Direction
        self._row.setDirection(direction.LeftToRight if compact else direction.TopToBottom)
        self._row.setContentsMargins(*((12, 7, 12, 7) if compact else (24, 24, 24, 24)))
        self._row.setSpacing(8 if compact else 12)
        for place, stretch in enumerate((0, 0, 1, 0) if compact else (3, 0, 0, 4)):
            self._row.setStretch(place, stretch)
        self._icon.setAlignment(where | Qt.AlignmentFlag.AlignVCenter)
        self._title.setAlignment(where | Qt.AlignmentFlag.AlignVCenter)
        self._hint.setAlignment(where | Qt.AlignmentFlag.AlignTop)
        self._hint.setVisible(not compact)
        self._title.setProperty("role", None if compact else "title")
        self._title.setWordWrap(not compact)
        repolish(self._title)
        vertical = QSizePolicy.Policy.Fixed if compact else QSizePolicy.Policy.Expanding
        self.setSizePolicy(QSizePolicy.Policy.Expanding, vertical)
        self._texts.invalidate()
        self._row.invalidate()

    def _elide(self) -> None:
        if not self._is_compact:
            self._title.setText(self._title_text)
            return
        room = self.width() - _ICON_SIDE[True] - 12 - 12 - 8
        metrics = self._title.fontMetrics()
        mode = Qt.TextElideMode.ElideRight
        self._title.setText(metrics.elidedText(self._title_text, mode, max(room, 60)))

    def minimumSizeHint(self) -> QSize:
        if self._is_compact:
            return QSize(120, super().minimumSizeHint().height())
        return super().minimumSizeHint()

    @Slot()
    def _on_theme_changed(self) -> None:
        side = _ICON_SIDE[self._is_compact]
        colour = "link" if self._drops.is_lit else "text_muted"
        self._icon.setPixmap(icon_pixmap(self._icon_name, side, self.devicePixelRatioF(), colour))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = current_tokens()
        is_strong = self._drops.is_lit or self.hasFocus()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(QColor(tokens.focus if is_strong else tokens.border_strong))
        pen.setWidthF(2.0 if is_strong else 1.25)
        if self._drops.is_lit or not self.hasFocus():
            pen.setDashPattern([4.0, 3.0])
        painter.setPen(pen)
        back = (
            tokens.accent_soft if self._drops.is_lit or self.underMouse() else tokens.surface_raised
        )
        painter.setBrush(QColor(back))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5), 7, 7)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def enterEvent(self, event: object) -> None:
        self.update()

    def leaveEvent(self, event: object) -> None:
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        is_inside = self.rect().contains(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and is_inside:
            self.activated.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ACTIVATING_KEYS:
            self.activated.emit()
        else:
            super().keyPressEvent(event)
