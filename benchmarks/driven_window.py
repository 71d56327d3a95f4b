"""The product's own window, started by its own entry point, with a probe inside; for benchmarks."""

import argparse
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QWindow
from PySide6.QtWidgets import QApplication

from precmed_gui import app
from precmed_gui.window.main_window import MainWindow


class Probe(QObject):
    """Calls `on_exposed(window)` once, when the main window is first exposed."""

    def __init__(self, application: QApplication, on_exposed: Callable[[MainWindow], None]) -> None:
        super().__init__(application)
        self._on_exposed = on_exposed
        self._application = application
        application.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_window = isinstance(watched, QWindow) and event.type() is QEvent.Type.Expose
        if is_window and watched.isExposed() and self._on_exposed is not None:
            window = next(w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow))
            tell, self._on_exposed = self._on_exposed, None
            self._application.removeEventFilter(self)
            tell(window)
        return False


def run_window(on_exposed: Callable[[MainWindow], None]) -> int:
    """`precmed-gui`, unchanged but for the probe."""
    make = app._application

    def make_with_probe(options: argparse.Namespace) -> QApplication:
        application = make(options)
        Probe(application, on_exposed)
        return application

    app._application = make_with_probe
    return app.run([])


def later(milliseconds: int, then: Callable[[], object]) -> None:
    QTimer.singleShot(milliseconds, then)
