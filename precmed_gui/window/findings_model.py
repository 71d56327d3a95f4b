"""The list of what a check found: worst first, each with a sign and a word for how bad it is."""

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from precmed_gui.diagnosis.checks import Finding, Severity
from precmed_gui.language import N_, _
from precmed_gui.window import theme
from precmed_gui.window.icons import icon_pixmap

LIST_NAME = N_("What the check found, worst first")
SEVERITIES: dict[Severity, tuple[str, str, str]] = {
    "blocks": (N_("Keeps a training from starting"), "refused", "danger"),
    "warns": (N_("Worth a look"), "warning", "warning"),
    "tells": (N_("Good to know"), "info", "text_muted"),
}
"""For each: its word, its icon and its colour."""

FindingRole = Qt.ItemDataRole.UserRole + 1
_PADDING = 8
_SIGN = 18
_NOWHERE = QModelIndex()
Index = QModelIndex | QPersistentModelIndex


class FindingsModel(QAbstractListModel):
    """Findings, worst first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._findings: tuple[Finding, ...] = ()

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """Show these instead of what was shown."""
        order = list(SEVERITIES)
        self.beginResetModel()
        self._findings = tuple(sorted(findings, key=lambda one: order.index(one.severity)))
        self.endResetModel()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is shown, in its order."""
        return self._findings

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._findings)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not 0 <= index.row() < len(self._findings):
            return None
        finding = self._findings[index.row()]
        if role == FindingRole:
            return finding
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return finding.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{_(SEVERITIES[finding.severity][0])}: {finding.title}"
        return None


class FindingRow(QStyledItemDelegate):
    """A sign, the title over as many lines as it needs, and below it how bad it is."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        view = self.parent()
        width = view.viewport().width() if isinstance(view, QListView) else 320
        title = _title_height(index.data(), option, _text_room(QRect(0, 0, width, 0)).width())
        return QSize(0, title + _caption_metrics().height() + 2 * _PADDING)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        finding: Finding = index.data(FindingRole)
        word, name, colour = SEVERITIES[finding.severity]
        tokens = theme.current_tokens()
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if is_selected:
            painter.fillRect(option.rect, QColor(tokens.selection))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(option.rect, QColor(tokens.hover))
        ratio = painter.device().devicePixelRatioF()
        tint = "selection_text" if is_selected else colour
        top = option.rect.top() + _PADDING
        painter.drawPixmap(
            option.rect.left() + _PADDING, top, icon_pixmap(name, _SIGN, ratio, tint)
        )
        room = _text_room(option.rect)
        room.setTop(top)
        painter.setFont(option.font)
        painter.setPen(QColor(tokens.selection_text if is_selected else tokens.text))
        title = QRect(room)
        title.setHeight(_title_height(finding.title, option, room.width()))
        painter.drawText(title, Qt.TextFlag.TextWordWrap, finding.title)
        painter.setFont(theme.font_of(tokens.caption))
        painter.setPen(QColor(str(getattr(tokens, tint))))
        room.setTop(title.bottom() + 1)
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft, _(word))
        painter.restore()


class FindingsList(QListView):
    """A list to walk through by key.

    Signals
    -------
    chosen
        The `Finding` with the keyboard, or None.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = FindingsModel(self)
        self.setObjectName("findings")
        self.setModel(self.rows)
        self.setItemDelegate(FindingRow(self))
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setMinimumHeight(96)
        self.selectionModel().currentChanged.connect(self._on_current_changed)
        self.retranslate()

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """Show these; the current one stays the one of the same kind, or of the same place."""
        before, place = self.current(), max(0, self.currentIndex().row())
        self.rows.show_findings(findings)
        shown = self.rows.findings
        same = [row for row, one in enumerate(shown) if before and one.kind == before.kind]
        row = same[0] if same else min(place, len(shown) - 1)
        self.setCurrentIndex(self.rows.index(row, 0))
        if not shown:
            self.chosen.emit(None)

    def current(self) -> Finding | None:
        """The finding with the keyboard."""
        row = self.currentIndex().row()
        return self.rows.findings[row] if 0 <= row < self.rows.rowCount() else None

    def retranslate(self) -> None:
        """Say its own texts in the language in use."""
        self.setAccessibleName(_(LIST_NAME))
        self.viewport().update()

    def _on_current_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid():
            self.chosen.emit(self.rows.findings[current.row()])


def _text_room(rect: QRect) -> QRect:
    return rect.adjusted(2 * _PADDING + _SIGN, 0, -_PADDING, 0)


def _caption_metrics() -> QFontMetrics:
    return QFontMetrics(theme.font_of(theme.current_tokens().caption))


def _title_height(title: str, option: QStyleOptionViewItem, width: int) -> int:
    room = QRect(0, 0, max(width, 80), 10_000)
    metrics = QFontMetrics(option.font)
    return metrics.boundingRect(room, Qt.TextFlag.TextWordWrap, title).height()
