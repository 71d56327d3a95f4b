"""A file manager in small: a window from which the files of its command line can be dragged."""

import sys

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel


class Source(QLabel):
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(path) for path in sys.argv[1:]])
        drag = QDrag(self)
        drag.setMimeData(data)
        drag.exec(Qt.DropAction.CopyAction)


if __name__ == "__main__":
    application = QApplication(sys.argv[:1])
    window = Source("drag me")
    window.setWindowTitle("drag source")
    window.setWindowFlag(Qt.WindowType.X11BypassWindowManagerHint)
    window.setGeometry(1400, 150, 120, 100)
    window.show()
    application.exec()
