"""Where the panels are: side by side at first, as they were left later, or most for one picture."""

from PySide6.QtCore import QEvent, QObject, QSettings, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QMainWindow

from precmed_gui.window.dock import Dock

PANEL_WIDTHS = (340, 480, 460)
LEAST_WORKLIST = 380
LAYOUT_VERSION = 5
PREDICTION, WORKLIST = 2, 5


class PanelLayout(QObject):
    """Arranges the docks of the window: cases, training, prediction, evaluation, check, worklist.

    Large, the worklist and the prediction share the window, so that a picture can be read; the
    other panels come back as they were.

    Signals
    -------
    large_changed
        Whether the picture is large now.
    """

    large_changed = Signal(bool)

    def __init__(self, window: QMainWindow, docks: tuple[Dock, ...], settings: QSettings) -> None:
        super().__init__(window)
        self._window, self._docks, self._settings = window, docks, settings
        self._before = b""
        self._is_laid_out = False
        window.installEventFilter(self)
        self.arrange()

    @property
    def is_large(self) -> bool:
        """Whether only the worklist and the prediction are there."""
        return bool(self._before)

    @Slot()
    def arrange(self) -> None:
        """The panels where they were at first."""
        self._end_large()
        for dock in self._docks:
            dock.setFloating(False)
            dock.show()
        cases, training, prediction, evaluation, check, worklist = self._docks
        self._window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, cases)
        self._window.splitDockWidget(cases, training, Qt.Orientation.Horizontal)
        self._window.splitDockWidget(training, prediction, Qt.Orientation.Horizontal)
        self._window.tabifyDockWidget(training, evaluation)
        self._window.tabifyDockWidget(evaluation, check)
        self._window.tabifyDockWidget(check, worklist)
        training.raise_()
        self._share_width()

    def restore(self) -> None:
        """As they were when the window was closed last."""
        geometry, layout = self._settings.value("geometry"), self._settings.value("layout")
        if geometry is not None:
            self._window.restoreGeometry(geometry)
        self._is_laid_out = layout is not None and self._window.restoreState(layout, LAYOUT_VERSION)

    def save(self) -> None:
        """Remember where they are; a large picture is for one sitting."""
        layout = self._before or self._window.saveState(LAYOUT_VERSION)
        self._settings.setValue("geometry", self._window.saveGeometry())
        self._settings.setValue("layout", layout)
        self._settings.sync()

    def settle(self) -> None:
        """The window is on the screen: docks take widths only then."""
        if not self._is_laid_out:
            self._is_laid_out = True
            QTimer.singleShot(0, self, self._share_width)

    def show_panel(self, place: int) -> Dock:
        """Bring a panel to the front; one that a large picture has put away brings all back."""
        dock = self._docks[place]
        if self.is_large and place not in (PREDICTION, WORKLIST):
            self.set_large(is_large=False)
        dock.show()
        dock.raise_()
        return dock

    @Slot()
    def toggle_large(self) -> None:
        """A large picture, or all panels again."""
        self.set_large(is_large=not self.is_large)

    def set_large(self, *, is_large: bool) -> None:
        """Give the worklist and the prediction the window, or all panels their places again."""
        if is_large == self.is_large:
            return
        if is_large:
            self._before = bytes(self._window.saveState(LAYOUT_VERSION).data())
            for place, dock in enumerate(self._docks):
                dock.setVisible(place in (PREDICTION, WORKLIST))
            self._share_large()
            QTimer.singleShot(0, self, self._share_large)
            self.large_changed.emit(True)
        else:
            layout = self._before
            self._end_large()
            self._window.restoreState(layout, LAYOUT_VERSION)

    def _end_large(self) -> None:
        if self.is_large:
            self._before = b""
            self.large_changed.emit(False)

    @Slot()
    def _share_width(self) -> None:
        columns = list(self._docks[: len(PANEL_WIDTHS)])
        self._window.resizeDocks(columns, list(PANEL_WIDTHS), Qt.Orientation.Horizontal)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.is_large:
            QTimer.singleShot(0, self, self._share_large)
        return super().eventFilter(watched, event)

    @Slot()
    def _share_large(self) -> None:
        """The worklist has what it needs, the picture all the rest."""
        if self.is_large:
            columns = [self._docks[WORKLIST], self._docks[PREDICTION]]
            widths = [LEAST_WORKLIST, self._window.width() - LEAST_WORKLIST]
            self._window.resizeDocks(columns, widths, Qt.Orientation.Horizontal)
