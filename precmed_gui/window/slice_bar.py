"""Below a picture of several: a slider over the slices, with a step back and a step on.

`picture_area.py` puts it there; it knows how many slices there are, never their pixels.
"""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSlider,
    QStyle,
    QStyleOptionSlider,
    QToolButton,
    QWidget,
)

from precmed_gui.language import N_, _, sentences
from precmed_gui.window.icons import keep_icon
from precmed_gui.window.wording import number

SLICE = N_("slice {n} of {total}")
PREVIOUS = N_("Previous slice")
NEXT = N_("Next slice")
SLICES = N_("Slice")
HOW = N_("Page Up, Page Down, Home and End or Ctrl with the wheel turn the slices of the picture.")


class SliceBar(QWidget):
    """Which slice is on the screen, and the wish for another.

    `text` names the slice that is seen, the handle stands at the one that is wished for.

    Signals
    -------
    slice_wished
        The number of a slice, from 1, that the user asks for.
    """

    slice_wished = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._total = self._shown = 1
        self._previous, self._next = QToolButton(), QToolButton()
        self._slider = _Slider()
        self._slider.valueChanged.connect(self._on_moved)
        self._previous.clicked.connect(self._on_previous)
        self._next.clicked.connect(self._on_next)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._previous)
        layout.addWidget(self._slider, 1)
        layout.addWidget(self._next)
        self.retranslate()

    @property
    def total(self) -> int:
        """How many slices there are."""
        return self._total

    @property
    def shown(self) -> int:
        """The slice on the screen."""
        return self._shown

    @property
    def text(self) -> str:
        """Which slice is on the screen, in words; empty where there is only one."""
        if self._total == 1:
            return ""
        return _(SLICE).format(n=number(self._shown), total=number(self._total))

    @property
    def wished(self) -> int:
        """The slice the handle stands at."""
        return self._slider.value()

    @property
    def is_settled(self) -> bool:
        """Whether the slice that was wished for is the one that is seen."""
        return self.wished == self._shown

    def show_slices(self, total: int, shown: int) -> None:
        """A new case of `total` slices, of which `shown` is on the screen."""
        self._total, self._shown = total, shown
        self._slider.blockSignals(True)
        self._slider.setRange(1, total)
        self._slider.setValue(shown)
        self._slider.blockSignals(False)
        self.retranslate()

    def show_slice(self, shown: int) -> None:
        """Say that this slice is on the screen now, on the way to the one wished for."""
        self._shown = shown
        self._show_state()

    def turn(self, steps: int) -> None:
        """Wish for the slice so many further on, at most the first or the last."""
        self._slider.setValue(self.wished + steps)

    def advanced(self) -> int:
        """Move the handle one on, from the last slice to the first; says where, wishes nothing."""
        self._slider.blockSignals(True)
        self._slider.setValue(self.wished % self._total + 1)
        self._slider.blockSignals(False)
        self._show_state()
        return self.wished

    def retranslate(self) -> None:
        self._slider.setAccessibleName(_(SLICES))
        for button, icon, text, keys in (
            (self._previous, "previous", PREVIOUS, "Page Up"),
            (self._next, "next", NEXT, "Page Down"),
        ):
            button.setAutoRaise(True)
            keep_icon(button, icon)
            button.setToolTip(f"{_(text)} ({keys})")
            button.setAccessibleName(_(text))
        self._show_state()

    def _show_state(self) -> None:
        self._slider.setAccessibleDescription(self.text)
        self._slider.setToolTip(sentences(f"{self.text}.", _(HOW)))
        self._previous.setEnabled(self.wished > 1)
        self._next.setEnabled(self.wished < self._total)

    @Slot(int)
    def _on_moved(self, wished: int) -> None:
        self._show_state()
        self.slice_wished.emit(wished)

    @Slot()
    def _on_previous(self) -> None:
        self.turn(-1)

    @Slot()
    def _on_next(self) -> None:
        self.turn(1)


class _Slider(QSlider):
    """Jumps to where it is clicked; a page is one slice, and down is on, as in a viewer."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setMinimumWidth(60)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        control, part = QStyle.ComplexControl.CC_Slider, QStyle.SubControl.SC_SliderHandle
        handle = self.style().subControlRect(control, option, part, self)
        point = event.position().toPoint()
        if event.button() == Qt.MouseButton.LeftButton and not handle.contains(point):
            room = self.width() - handle.width()
            place = point.x() - handle.width() // 2
            self.setValue(
                QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), place, room)
            )
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}.get(Qt.Key(event.key()), 0)
        if step:
            self.setValue(self.value() + step)
        else:
            super().keyPressEvent(event)
