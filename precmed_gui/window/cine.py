"""Play and stop, and how fast: the slices of a case one after the other, as a film."""

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QHideEvent, QKeyEvent
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from precmed_gui.language import N_, _, ngettext
from precmed_gui.window.icons import keep_icon

PLAY = N_("Play the slices as a film")
STOP = N_("Stop the film")
FASTER = N_("the arrow, or ↓: how fast")
SPACE = N_("Space")
SPEEDS = (4, 6, 8, 10, 15, 20, 25, 30)
USUAL = 10


class Cine(QToolButton):
    """Beats while it plays; stops when it is hidden.

    Signals
    -------
    beat
        It is time for the next slice.
    """

    beat = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.beat)
        self._speeds = QActionGroup(self)
        menu = QMenu(self)
        for speed in SPEEDS:
            action = menu.addAction(str(speed))
            action.setData(speed)
            action.setCheckable(True)
            self._speeds.addAction(action)
        self._speeds.triggered.connect(self._on_speed_chosen)
        self.setMenu(menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        self.setAutoRaise(True)
        self.clicked.connect(self.toggle)
        self.set_speed(USUAL)
        self.retranslate()

    @property
    def is_playing(self) -> bool:
        """Whether the film runs."""
        return self._timer.isActive()

    @property
    def speed(self) -> int:
        """Slices a second."""
        chosen = self._speeds.checkedAction()
        return int(chosen.data()) if chosen is not None else USUAL

    def set_speed(self, speed: int) -> None:
        """Play so many slices a second, one of `SPEEDS`."""
        for action in self._speeds.actions():
            action.setChecked(action.data() == speed)
        self._timer.setInterval(1000 // self.speed)

    @Slot()
    def toggle(self) -> None:
        """Play, or stop playing."""
        if self.is_playing:
            self.stop()
        elif self.isVisible():
            self._timer.start()
            self._show_state()

    @Slot()
    def stop(self) -> None:
        """Stay at the slice that is seen."""
        self._timer.stop()
        self._show_state()

    def retranslate(self) -> None:
        for action in self._speeds.actions():
            speed = int(action.data())
            text = ngettext("{n} slice a second", "{n} slices a second", speed)
            action.setText(text.format(n=speed))
        self._show_state()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.stop()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.showMenu()
        else:
            super().keyPressEvent(event)

    def _show_state(self) -> None:
        text = _(STOP) if self.is_playing else _(PLAY)
        keep_icon(self, "pause" if self.is_playing else "play")
        self.setToolTip(f"{text} ({_(SPACE)}; {_(FASTER)})")
        self.setAccessibleName(text)

    @Slot(QAction)
    def _on_speed_chosen(self, action: QAction) -> None:
        self.set_speed(int(action.data()))
