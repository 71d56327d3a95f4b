"""Files dropped on a widget, told the same way by every widget that takes them."""

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget


def local_paths(mime: QMimeData) -> list[str]:
    """The local files and folders of a drag, in its order."""
    return [url.toLocalFile() for url in mime.urls() if url.isLocalFile()]


class FileDrops(QObject):
    """Lets `target` take local files and folders; anything else is left to its parents.

    Signals
    -------
    lit_changed
        Whether files it would take hover above it now.
    paths_dropped
        list[str] of what was dropped.
    """

    lit_changed = Signal(bool)
    paths_dropped = Signal(list)

    def __init__(self, target: QWidget) -> None:
        super().__init__(target)
        self.is_lit = False
        target.setAcceptDrops(True)
        target.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDropEvent) and event.type() != QEvent.Type.DragMove:
            return self._take(event)
        if event.type() == QEvent.Type.DragLeave:
            self._light(is_lit=False)
        return False

    def _take(self, event: QDropEvent) -> bool:
        paths = local_paths(event.mimeData())
        if not paths:
            return False
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self._light(is_lit=isinstance(event, QDragEnterEvent))
        if event.type() == QEvent.Type.Drop:
            self.paths_dropped.emit(paths)
        return True

    def _light(self, *, is_lit: bool) -> None:
        if is_lit != self.is_lit:
            self.is_lit = is_lit
            self.lit_changed.emit(is_lit)
