"""The picture of one case with what belongs below it: slices, film, windows.

The prediction panel shows it; `picture_flow.py` brings the slices that are wished for.
"""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.pictures import Picture
from precmed_gui.window.brightness import AS_FILE
from precmed_gui.window.cine import Cine
from precmed_gui.window.grey_levels import ValueScale
from precmed_gui.window.map_overlay import MapOverlay, MapStyle
from precmed_gui.window.picture_view import PictureView
from precmed_gui.window.slice_bar import SliceBar
from precmed_gui.window.window_presets import WindowPresets

LEAST = 160
_NOTCH = 120
_EVERYTHING = 1_000_000
_TURNS = {
    Qt.Key.Key_PageUp: -1,
    Qt.Key.Key_PageDown: 1,
    Qt.Key.Key_Home: -_EVERYTHING,
    Qt.Key.Key_End: _EVERYTHING,
}


class PictureArea(QWidget):
    """Shows the slices of a case one at a time, each as the user looked at the one before.

    On the picture Page Up, Page Down, Home, End and Ctrl with the wheel turn the slices, Space
    plays them and stops.

    Signals
    -------
    slice_wished
        The number of a slice of `case`, from 1.
    slice_shown
        The number of the slice on the screen.
    """

    slice_wished = Signal(int)
    slice_shown = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._case: Case | None = None
        self._notches = 0
        self.view, self.beside = PictureView(), PictureView()
        self.beside.setMinimumHeight(LEAST)
        self.beside.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.beside.hide()
        self._maps = (MapOverlay(self.view), MapOverlay(self.beside))
        self.picture: Picture | None = None
        self.slices = SliceBar()
        self.cine = Cine()
        self.presets = WindowPresets()
        self.view.installEventFilter(self)
        self.view.window_changed.connect(self._on_window_changed)
        self.slices.slice_wished.connect(self._on_slice_wished)
        self.cine.beat.connect(self._on_beat)
        self.presets.window_wished.connect(self.view.show_window)
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(self.cine)
        below.addWidget(self.slices, 1)
        below.addStretch(0)
        below.addWidget(self.presets)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        pictures = QHBoxLayout()
        pictures.setSpacing(4)
        pictures.addWidget(self.view, 1)
        pictures.addWidget(self.beside, 1)
        layout.addLayout(pictures, 1)
        layout.addLayout(below)
        self._show_slices(0, 0)

    @property
    def case(self) -> Case | None:
        """The case whose picture, or whose reason for having none, is on the screen."""
        return self._case

    @property
    def slice_number(self) -> int:
        """The slice on the screen, 0 for none."""
        return self.slices.shown if self._case is not None else 0

    @property
    def is_still(self) -> bool:
        """Whether the slice wished for is on the screen and no film runs."""
        return self.slices.is_settled and not self.cine.is_playing

    def show_picture(self, picture: Picture) -> None:
        """One slice of a case; the first one of a new case is shown as a whole."""
        is_next = self._is_same(picture.case)
        windows = picture.windows
        meaning = ValueScale(picture.unit, picture.scale, picture.offset, bool(windows))
        has_own = any(window.name == AS_FILE for window in windows)
        value_range = picture.value_range if has_own or not is_next else None
        self._take(picture.case, picture.slice_number)
        self.presets.show_windows(windows, picture.unit)
        if not is_next:
            self.presets.show_chosen(None)
        self.view.show_picture(picture.pixels, value_range, meaning, is_next_slice=is_next)
        self.picture = picture
        self.slice_shown.emit(self.slice_number)

    def show_unreadable(self, case: Case, slice_number: int, reason: str) -> None:
        """A slice that has no picture; those beside it can still be wished for."""
        self.cine.stop()
        self._take(case, slice_number)
        self.presets.hide()
        self.picture = None
        self.view.show_message(reason)

    def show_map(self, strength: NDArray[np.float32] | None, *, is_beside: bool) -> None:
        """Draw a map over the picture, or over a second one beside it; None draws none."""
        has_beside = is_beside and strength is not None and self.picture is not None
        if has_beside and self.picture is not None:
            width, level = self.view.window_level
            self.beside.show_picture(self.picture.pixels, (level - width / 2, level + width / 2))
        self.beside.setVisible(has_beside)
        self._maps[0].show_map(None if is_beside else strength)
        self._maps[1].show_map(strength if has_beside else None)

    def show_map_look(self, style: MapStyle, opacity: float) -> None:
        """How maps are drawn."""
        for overlay in self._maps:
            overlay.show_look(style, opacity)

    def clear(self) -> None:
        """Show nothing."""
        self._case = self.picture = None
        self.show_map(None, is_beside=False)
        self._show_slices(0, 0)
        self.presets.hide()
        self.view.set_place("")
        self.view.clear()

    def retranslate(self) -> None:
        for part in (self.view, self.beside, self.slices, self.cine, self.presets):
            part.retranslate()
        self.view.set_place(self.slices.text)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        view = getattr(self, "view", None)  # gone while Qt takes windows down
        if view is not None and watched is view and self.slices.total > 1:
            if isinstance(event, QWheelEvent):
                return self._turned_by_wheel(event)
            if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
                return self._turned_by_key(event)
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.slices.total == 1 or not self._turned_by_key(event):
            super().keyPressEvent(event)

    def _turned_by_wheel(self, event: QWheelEvent) -> bool:
        """A whole notch is a slice; fine wheels and touchpads send parts of one."""
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return False
        self._notches += event.angleDelta().y()
        steps = int(self._notches / _NOTCH)
        self._notches -= steps * _NOTCH
        self.slices.turn(-steps)
        return True

    def _turned_by_key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.cine.toggle()
        elif key in _TURNS:
            self.slices.turn(_TURNS[key])
        else:
            return key == Qt.Key.Key_Space
        return True

    def _is_same(self, case: Case) -> bool:
        return self._case is not None and self._case.key == case.key

    def _take(self, case: Case, slice_number: int) -> None:
        if self._is_same(case) and case.slices == self.slices.total:
            self.slices.show_slice(slice_number)
        else:
            self.cine.stop()
            self._show_slices(case.slices, slice_number)
        self._case = case
        self.view.set_place(self.slices.text)

    def _show_slices(self, total: int, shown: int) -> None:
        """A single picture takes the height that the answer leaves; slices ask for their share."""
        self.slices.show_slices(max(total, 1), max(shown, 1))
        has_several = total > 1
        self.slices.setVisible(has_several)
        self.cine.setVisible(has_several)
        self.view.setMinimumHeight(LEAST)
        height = QSizePolicy.Policy.Expanding if has_several else QSizePolicy.Policy.Ignored
        self.view.setSizePolicy(QSizePolicy.Policy.Expanding, height)

    @Slot(int)
    def _on_slice_wished(self, number: int) -> None:
        self.cine.stop()
        self.slice_wished.emit(number)

    @Slot()
    def _on_beat(self) -> None:
        """A slice that takes longer than a beat is waited for."""
        if self.slices.is_settled:
            self.slice_wished.emit(self.slices.advanced())

    @Slot()
    def _on_window_changed(self) -> None:
        chosen = self.presets.chosen
        if chosen is not None and self.view.is_like(chosen):
            return
        likely = (window for window in self.presets.windows if self.view.is_like(window))
        self.presets.show_chosen(next(likely, None))
