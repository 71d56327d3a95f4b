"""A list of windows for the picture on the screen: the file's own, lung, bone, brain."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from precmed_gui.diagnosis.pictures import StatedWindow
from precmed_gui.language import N_, _
from precmed_gui.window.brightness import AS_FILE, value_text
from precmed_gui.window.calm_fields import keep_calm

TITLE = N_("Window and level")
BY_HAND = N_("Set by hand")
NAMES = {
    AS_FILE: N_("As the file says"),
    "lung": N_("Lung"),
    "bone": N_("Bone"),
    "soft-tissue": N_("Soft tissue"),
    "brain": N_("Brain"),
}
NUMBERED = N_("Window {n} of the file")
TIP = N_("Which values are black and white. Right drag on the picture sets them by hand.")
STATED = N_("width {width}, center {center} {unit}")


class WindowPresets(QWidget):
    """Hidden while there is nothing to choose from.

    Signals
    -------
    window_wished
        A `StatedWindow`.
    """

    window_wished = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._windows: tuple[StatedWindow, ...] = ()
        self._unit = ""
        self._box = QComboBox()
        self._box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._box.activated.connect(self._on_chosen)
        keep_calm(self._box)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._box)
        self.hide()
        self.retranslate()

    @property
    def windows(self) -> tuple[StatedWindow, ...]:
        """What can be chosen."""
        return self._windows

    @property
    def chosen(self) -> StatedWindow | None:
        """The window in the field, None for one set by hand."""
        place = self._box.currentIndex()
        return self._windows[place] if 0 <= place < len(self._windows) else None

    def show_windows(self, windows: Sequence[StatedWindow], unit: str) -> None:
        """Offer these; `unit` is that of their values."""
        if (tuple(windows), unit) != (self._windows, self._unit):
            self._windows, self._unit = tuple(windows), unit
            self.retranslate()
        self.setVisible(bool(self._windows))

    def show_chosen(self, window: StatedWindow | None) -> None:
        """The picture is shown with this one, or with none of them."""
        self._box.setCurrentIndex(-1 if window is None else self._windows.index(window))

    def retranslate(self) -> None:
        chosen = self._box.currentIndex()
        self._box.setPlaceholderText(_(BY_HAND))
        self._box.setAccessibleName(_(TITLE))
        self._box.setToolTip(_(TIP))
        self._box.clear()
        for window in self._windows:
            self._box.addItem(_name(window.name))
            self._box.setItemData(
                self._box.count() - 1, self._tip(window), Qt.ItemDataRole.ToolTipRole
            )
        self._box.setCurrentIndex(min(chosen, len(self._windows) - 1))

    def _tip(self, window: StatedWindow) -> str:
        width, center = (value_text(value, window.width) for value in (window.width, window.center))
        return _(STATED).format(width=width, center=center, unit=self._unit).rstrip()

    @Slot(int)
    def _on_chosen(self, place: int) -> None:
        self.window_wished.emit(self._windows[place])


def _name(name: str) -> str:
    """A window's name; a file's further windows have a number or names of their own."""
    kind, _gap, place = name.partition(" ")
    if kind == AS_FILE and place.isdecimal():
        return _(NUMBERED).format(n=place)
    return _(NAMES[name]) if name in NAMES else name
