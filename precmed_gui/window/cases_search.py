"""The row above the grid: words to look for, which images to show, and in which order."""

from typing import TypeVar

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QSizePolicy, QToolButton, QWidget

from precmed_gui.language import N_, _
from precmed_gui.window.cases_order import (
    EVERY_CLASS,
    ORDERS,
    STATES,
    CasesView,
    ClassFilter,
    Order,
    State,
)
from precmed_gui.window.icons import icon, keep_icon
from precmed_gui.window.theme import theme_signals

FIND = N_("Find images")
PLACEHOLDER = N_("Name, patient, class…")
FIND_TIP = N_(
    "Shows the images whose name, patient, class or traits have all these words (Ctrl+F). "
    "Enter goes to them, Esc shows all again."
)
FORGET = N_("Show all again")
WHICH = N_("Which images to show: {which}")
SORTED = N_("Sorted by: {order}")
REVERSED = N_("The other way round")
STATE_TITLES: dict[State, str] = {
    "every": N_("All images"),
    "without_class": N_("Without a class"),
    "without_patient": N_("Without a patient"),
    "excluded": N_("Excluded"),
    "unreadable": N_("Without a picture, of those looked at"),
}
ORDER_TITLES: dict[Order, str] = {
    "added": N_("As they were added"),
    "name": N_("Name"),
    "class": N_("Class"),
    "patient": N_("Patient"),
    "size": N_("Size of the picture"),
    "brightness": N_("Brightness, darkest first"),
    "confidence": N_("How sure the model is, least sure first"),
}
_CLEAR_ACTION = "_q_qlineeditclearaction"
"""What Qt calls the action of the cross in a line."""
_CLOSING, _ENTERING = Qt.Key.Key_Escape, (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down)
_Choice = TypeVar("_Choice", State, Order)
_MENU_BUTTON = "QToolButton::menu-indicator { image: none; }"


class _SearchLine(QLineEdit):
    """A line that keeps Esc and the way down to the images for itself."""

    entered = Signal()
    left = Signal()
    given_up = Signal()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.entered.emit()

    def event(self, event: QEvent) -> bool:
        is_key = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if is_key and event.key() == _CLOSING:  # type: ignore[attr-defined]
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == _CLOSING:
            self.given_up.emit()
        elif event.key() in _ENTERING:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class SearchBar(QWidget):
    """What the user wants to see of the cohort, but for the class, which the class table has.

    Signals
    -------
    changed
        Another view is wanted; `view` says which.
    entered, left
        The user is going to type; goes on to the images.
    """

    changed = Signal()
    entered = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = CasesView()
        self._line = _SearchLine()
        self._line.setObjectName("findImages")
        self._line.setClearButtonEnabled(True)
        self._line.setMaxLength(200)
        self._line.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._glass = QAction(self._line)
        self._line.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self._which, self._states = self._menu_button("whichImages", STATES)
        self._sort, self._orders = self._menu_button("sortImages", ORDERS)
        self._reversed = QAction(self, checkable=True)
        self._sort.menu().addSeparator()
        self._sort.menu().addAction(self._reversed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._line, 1)
        layout.addWidget(self._which)
        layout.addWidget(self._sort)
        self._line.textChanged.connect(self._on_changed)
        self._line.entered.connect(self.entered)
        self._line.left.connect(self.left)
        self._line.given_up.connect(self._on_given_up)
        for group in (self._states, self._orders):
            group.triggered.connect(self._on_changed)
        self._reversed.triggered.connect(self._on_changed)
        theme_signals().changed.connect(self._show_icons)
        self.retranslate()

    def _menu_button(
        self, name: str, choices: tuple[State, ...] | tuple[Order, ...]
    ) -> tuple[QToolButton, QActionGroup]:
        button, group = QToolButton(), QActionGroup(self)
        button.setObjectName(name)
        menu = QMenu(button)
        for choice in choices:
            action = menu.addAction("")
            action.setCheckable(True)
            action.setData(choice)
            group.addAction(action)
        group.actions()[0].setChecked(True)
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setStyleSheet(_MENU_BUTTON)
        return button, group

    def view(self, shown: ClassFilter = EVERY_CLASS) -> CasesView:
        """What is wanted, of the class `shown`."""
        return CasesView(
            shown=shown,
            text=self._line.text(),
            state=_chosen(self._states, STATES),
            order=_chosen(self._orders, ORDERS),
            is_descending=self._reversed.isChecked(),
        )

    def show_view(self, view: CasesView) -> None:
        """Show what is wanted now, without asking for it."""
        with QSignalBlocker(self._line):
            self._line.setText(view.text)
        for group, chosen in ((self._states, view.state), (self._orders, view.order)):
            for action in group.actions():
                action.setChecked(action.data() == chosen)
        self._reversed.setChecked(view.is_descending)
        self._say_choices()

    def take_keyboard(self) -> None:
        """Put the keyboard into the line."""
        self._line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._line.selectAll()

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        self._line.setPlaceholderText(_(PLACEHOLDER))
        self._line.setAccessibleName(_(FIND))
        self._line.setToolTip(_(FIND_TIP))
        self._glass.setText(_(FIND))
        self._glass.setToolTip(_(FIND_TIP))
        if clear := self._line.findChild(QAction, _CLEAR_ACTION):
            clear.setText(_(FORGET))
            clear.setToolTip(_(FORGET))
        for action in self._states.actions():
            action.setText(_(STATE_TITLES[action.data()]))
        for action in self._orders.actions():
            action.setText(_(ORDER_TITLES[action.data()]))
        self._reversed.setText(_(REVERSED))
        self._say_choices()

    def _say_choices(self) -> None:
        view = self.view()
        which = _(WHICH).format(which=_(STATE_TITLES[view.state]))
        order = _(SORTED).format(order=_(ORDER_TITLES[view.order]))
        if view.is_descending:
            order += f" ({_(REVERSED)})"
        for button, text in ((self._which, which), (self._sort, order)):
            button.setToolTip(text)
            button.setAccessibleName(text)
        is_sorted = view.order != "added" or view.is_descending
        _show_use(self._which, "filter", is_used=view.state != "every")
        _show_use(self._sort, "sort", is_used=is_sorted)
        self._show_icons()

    @Slot()
    def _show_icons(self) -> None:
        self._glass.setIcon(icon("search", "text_muted"))

    @Slot()
    def _on_changed(self) -> None:
        self._say_choices()
        self.changed.emit()

    @Slot()
    def _on_given_up(self) -> None:
        """Esc: no words, then all images, then back to them."""
        if self._line.text():
            self._line.clear()
        elif self.view().state != "every":
            self._states.actions()[0].setChecked(True)
            self._on_changed()
        else:
            self.left.emit()


def _show_use(button: QToolButton, name: str, *, is_used: bool) -> None:
    """Another shape and colour while something is chosen."""
    keep_icon(button, f"{name}-on" if is_used else name, "focus" if is_used else "text")


def _chosen(group: QActionGroup, choices: tuple[_Choice, ...]) -> _Choice:
    """What is checked; one of a group always is."""
    action = group.checkedAction()
    return next((choice for choice in choices if choice == action.data()), choices[0])
