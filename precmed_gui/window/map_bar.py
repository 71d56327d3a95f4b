"""Below the picture: ask for the map of a class, how it is drawn, and what it is not."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QSlider, QToolButton, QVBoxLayout
from PySide6.QtWidgets import QWidget as Widget

from precmed_gui.diagnosis.explanation import Explanation
from precmed_gui.language import N_, _, sentences
from precmed_gui.window.icons import keep_icon
from precmed_gui.window.layouts import row
from precmed_gui.window.map_overlay import MapStyle
from precmed_gui.window.theme import set_role
from precmed_gui.window.wording import number

WISH = N_("Show where the answer hangs on…")
BUSY = N_("Working out what the answer hangs on…")
CAVEAT = N_("Shows what the answer hangs on; it is not a finding.")
PASSED = N_("The map passed its check.")
FAILED = N_("This map did not pass its check.")
METHODS = {
    "class-activation": N_("class activation"),
    "gradient": N_("gradient"),
    "occlusion": N_("occlusion"),
}
MADE = N_("Map for “{label}” by {method}.")
COUNTS_MOST = N_("Slice {n} counts most")
STYLES = {
    MapStyle.COLOUR: N_("Colour"),
    MapStyle.OUTLINE: N_("Outlines"),
    MapStyle.BESIDE: N_("Side by side"),
}
HIDE, STOP = N_("Hide the map"), N_("Stop")


class MapBar(Widget):
    """Hidden where there is no answer to explain.

    Signals
    -------
    wished
        The class a map is wanted for.
    look_changed
        Style and opacity are new.
    hide_wished, stop_wished
        The map is to go; the work is to end.
    slice_wished
        The slice that counts most.
    """

    wished = Signal(str)
    look_changed = Signal()
    hide_wished = Signal()
    stop_wished = Signal()
    slice_wished = Signal(int)

    def __init__(self, parent: Widget | None = None) -> None:
        super().__init__(parent)
        self._explanation: Explanation | None = None
        self._is_busy = self.is_elsewhere = False
        self._error = ""
        self.ask, self.stop = QPushButton(), QPushButton()
        self.ask.setProperty("flat", True)
        keep_icon(self.stop, "stop")
        self.ask.clicked.connect(self.wish)
        self.stop.clicked.connect(self.stop_wished)
        self.labels, self.styles = QComboBox(), QComboBox()
        for choice in (self.labels, self.styles):
            choice.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            choice.setMinimumContentsLength(6)
        self.labels.activated.connect(self._on_label)
        for style in MapStyle:
            self.styles.addItem("", style)
        self.styles.currentIndexChanged.connect(self.look_changed)
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(0, 100)
        self.opacity.setValue(50)
        self.opacity.setMinimumWidth(60)
        self.opacity.valueChanged.connect(self.look_changed)
        self.close_map = QToolButton()
        self.close_map.setAutoRaise(True)
        keep_icon(self.close_map, "close")
        self.close_map.clicked.connect(self.hide_wished)
        self.most = QPushButton()
        self.most.setProperty("flat", True)
        self.most.clicked.connect(self._on_most)
        self._said, self._doing = QLabel(), QLabel()
        set_role(self._doing, "hint")
        self._said.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(row(self.ask, (self._doing, 1), self.stop))
        layout.addLayout(row((self.labels, 2), (self.styles, 2), (self.opacity, 1), self.close_map))
        layout.addLayout(row((self._said, 1), self.most))
        self.show_classes((), "")
        self.retranslate()

    def show_classes(self, labels: Sequence[str], first: str) -> None:
        """A new answer: what a map can be wanted for; without a first class there is none."""
        self._explanation, self._is_busy, self._error = None, False, ""
        self.labels.clear()
        self.labels.addItems(list(labels) if first else [])
        self.labels.setCurrentText(first)
        self.setVisible(bool(first))
        self._word()

    def show_busy(self) -> None:
        """A map is being made."""
        self._explanation, self._is_busy, self._error = None, True, ""
        self._word()

    def show_explanation(self, explanation: Explanation | None) -> None:
        """The map is on the screen, or none any more."""
        self._explanation, self._is_busy, self._error = explanation, False, ""
        if explanation is not None:
            self.labels.setCurrentText(explanation.label)
        self._word()

    def show_error(self, text: str) -> None:
        """There is no map, and why."""
        self._explanation, self._is_busy, self._error = None, False, text
        self._word()

    def look(self) -> tuple[MapStyle, float]:
        """How the map is to be drawn, and how much it covers."""
        return self.styles.currentData(), self.opacity.value() / 100

    @Slot()
    def wish(self) -> None:
        """Have the map of the chosen class; a second time on its slice hides it."""
        if self.isHidden() or self._is_busy:
            return
        if self._explanation is not None and not self.is_elsewhere:
            self.hide_wished.emit()
        else:
            self.wished.emit(self.labels.currentText())

    def text(self) -> str:
        """What is being said about the map."""
        return self._doing.text() or ("" if self._said.isHidden() else self._said.text())

    def retranslate(self) -> None:
        self.ask.setText(f"{_(WISH)} · M")
        self.ask.setToolTip(f"{_(CAVEAT)} (M)")
        self.stop.setText(_(STOP))
        self.labels.setAccessibleName(_("Class of the map"))
        self.labels.setToolTip(_("Class of the map"))
        self.styles.setAccessibleName(_("How the map is drawn"))
        self.opacity.setAccessibleName(_("How much the map covers"))
        self.opacity.setToolTip(_("How much the map covers"))
        self.close_map.setToolTip(f"{_(HIDE)} (M)")
        self.close_map.setAccessibleName(_(HIDE))
        for place, style in enumerate(MapStyle):
            self.styles.setItemText(place, _(STYLES[style]))
        self._word()

    def _word(self) -> None:
        has_map = self._explanation is not None
        self.ask.setVisible(not has_map and not self._is_busy)
        self.stop.setVisible(self._is_busy)
        for part in (self.labels, self.styles, self.opacity, self.close_map):
            part.setVisible(has_map)
        self._doing.setText(_(BUSY) if self._is_busy else "")
        text, role = self._said_now()
        self._said.setText(text)
        set_role(self._said, role)
        self._said.setVisible(bool(text))
        self._word_slices()

    def _said_now(self) -> tuple[str, str]:
        if self._is_busy:
            return "", "caption"
        found = self._explanation
        if found is None:
            return self._error, "error"
        made = _(MADE).format(label=found.label, method=_(METHODS[found.method]))
        if found.checks.passed:
            return sentences(made, _(CAVEAT), _(PASSED)), "caption"
        return f"⚠ {sentences(_(FAILED), found.checks.reason, made, _(CAVEAT))}", "warning"

    def _word_slices(self) -> None:
        strengths = self._explanation.slice_strengths if self._explanation else ()
        self.most.setVisible(bool(strengths))
        if strengths:
            self.most.setText(_(COUNTS_MOST).format(n=number(self._slice())))

    def _slice(self) -> int:
        strengths = self._explanation.slice_strengths if self._explanation else ()
        return max(range(len(strengths)), key=strengths.__getitem__) + 1 if strengths else 0

    @Slot()
    def _on_most(self) -> None:
        if number_of_slice := self._slice():
            self.slice_wished.emit(number_of_slice)

    @Slot(int)
    def _on_label(self, _place: int) -> None:
        self.wished.emit(self.labels.currentText())
