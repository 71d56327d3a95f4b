"""Under the answer: what the reader decides about it, and what was decided before."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from precmed_gui.diagnosis.record import Decision
from precmed_gui.language import N_, _, ngettext
from precmed_gui.window.icons import keep_icon
from precmed_gui.window.layouts import row
from precmed_gui.window.reading_stage import Choice, Stage
from precmed_gui.window.theme import set_role
from precmed_gui.window.wording import duration, number
from precmed_gui.window.worklist_model import decision_text, when_text

AGREE, KEEP = N_("Agree"), N_("Keep mine")
OTHER, CLASSES = N_("Other class"), N_("Class")
REFER, REJECT = N_("Refer"), N_("Reject")
COMMENT = N_("Comment (optional)")
READER, NO_READER = N_("Reader: {name}"), N_("Your name…")
ASK: dict[Stage, str] = {
    "open": N_("Your decision"),
    "blind": N_("Blinded: commit to your own reading first"),
    "revise": N_("You said {decision}. Now confirm or revise"),
}
BLIND = N_("blinded")
_KEYS, _ARROW, _MOST_READER = 9, 12, 120
"""Classes with a key; pixels of the arrow of a menu, which a style sheet does not count."""


@dataclass(frozen=True, slots=True)
class BarState:
    """What the bar is about.

    Parameters
    ----------
    labels
        The classes to choose from.
    stage
        How far the reader is.
    can_agree
        Whether the model gave an answer to agree with.
    decisions
        What may be seen of the earlier ones, the oldest first.
    blind
        The reader's own blind decision, where there is one to confirm.
    earlier
        Other cases of this patient in the record.
    """

    labels: tuple[str, ...]
    stage: Stage = "open"
    can_agree: bool = True
    decisions: tuple[Decision, ...] = ()
    blind: Decision | None = None
    earlier: int = 0


class DecisionBar(QFrame):
    """Forwards one `Choice`; A, 1 to 9, F, X and K do it from the keyboard, C goes to the comment.

    The keys work wherever the keyboard is in `keys_in`, except in a field that takes text.
    """

    chosen = Signal(object)
    reader_wished = Signal()
    earlier_wished = Signal()
    left = Signal()

    def __init__(self, keys_in: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: BarState | None = None
        self._reader = ""
        self._reason = ""
        self.agree, self.keep, self.other = QPushButton(), QPushButton(), QPushButton()
        self.refer, self.reject = QPushButton(), QPushButton()
        self.agree.setProperty("primary", True)
        for button in (self.agree, self.keep, self.other, self.refer, self.reject):
            button.setProperty("tight", True)
        self.menu = QMenu(self.other)
        self.other.setMenu(self.menu)
        self.agree.clicked.connect(self._on_agree)
        self.keep.clicked.connect(self._on_keep)
        self.refer.clicked.connect(self._on_refer)
        self.reject.clicked.connect(self._on_reject)
        self.comment, self.reader, self.earlier = QLineEdit(), QPushButton(), QPushButton()
        self.comment.returnPressed.connect(self._on_comment_done)
        self.write = QToolButton()
        self.write.setCheckable(True)
        keep_icon(self.write, "comment")
        self.write.clicked.connect(self._on_write)
        self._has_room = False
        for link, wish in ((self.reader, self.reader_wished), (self.earlier, self.earlier_wished)):
            link.setProperty("flat", True)
            link.clicked.connect(wish)
        self._ask, self._before = QLabel(), QLabel()
        for label in (self._ask, self._before):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self._before.setProperty("role", "caption")
        self._lay_out()
        self._bind_keys(keys_in)
        self.show_state(None)
        self.retranslate()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 4)
        layout.setSpacing(4)
        layout.addLayout(row((self._ask, 1), self.keep))
        self._buttons = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._buttons.setSpacing(8)
        self._buttons.addLayout(row((self.agree, 1), (self.other, 1)), 3)
        self._buttons.addLayout(row((self.refer, 1), (self.reject, 1), self.write), 2)
        layout.addLayout(self._buttons)
        self._note = QWidget()
        note = row((self.comment, 1), self.reader)
        note.setContentsMargins(0, 0, 0, 0)
        self._note.setLayout(note)
        layout.addWidget(self._note)
        layout.addLayout(row(self.earlier, (QWidget(), 1)))
        layout.addWidget(self._before)

    def _bind_keys(self, keys_in: QWidget) -> None:
        bound = {
            "A": self._on_agree,
            "K": self._on_keep,
            "F": self._on_refer,
            "X": self._on_reject,
            "C": self._on_comment,
        }
        inside = Qt.ShortcutContext.WidgetWithChildrenShortcut
        for keys, slot in bound.items():
            self._bind(QShortcut(QKeySequence(keys), keys_in, slot, context=inside))
        for place in range(1, _KEYS + 1):
            chooser = _Chooser(self, place)
            self._bind(QShortcut(QKeySequence(str(place)), keys_in, chooser, context=inside))

    @staticmethod
    def _bind(shortcut: QShortcut) -> None:
        """A key that is held must not decide about case after case."""
        shortcut.setAutoRepeat(False)

    # What the flow tells

    @property
    def state(self) -> BarState | None:
        """What it is about, None while nothing can be decided."""
        return self._state

    def show_state(self, state: BarState | None) -> None:
        """Be about this answer; None hides the bar."""
        if state is None or self._state is None or state.labels != self._state.labels:
            self._fill_menu(state.labels if state else ())
        self._state, self._reason = state, ""
        self.setVisible(state is not None)
        self._show_note(is_open=False)
        self._word()

    def show_problem(self, reason: str) -> None:
        """Say that nothing was kept, and why; the comment stays."""
        self._reason = reason
        self._word()

    def show_reader(self, name: str) -> None:
        """Who decides."""
        self._reader = name
        self._word()

    def take_comment(self) -> str:
        """What was typed."""
        return self.comment.text().strip()

    def give_room(self, *, has_room: bool) -> None:
        """Whether there is height for two rows of buttons, and the comment at all times."""
        self._has_room = has_room
        direction = QBoxLayout.Direction
        self._buttons.setDirection(direction.TopToBottom if has_room else direction.LeftToRight)
        self._show_note(is_open=False)

    def choose(self, place: int) -> None:
        """The class with this number, from 1."""
        if self._state is not None and place <= len(self._state.labels):
            self.chosen.emit(Choice("other", self._state.labels[place - 1]))

    def retranslate(self) -> None:
        self.comment.setPlaceholderText(f"{_(COMMENT)} · C")
        self.comment.setAccessibleName(_(COMMENT))
        self.write.setAccessibleName(_(COMMENT))
        self.write.setToolTip(f"{_(COMMENT)} (C)")
        for button, text, keys in (
            (self.agree, AGREE, "A"),
            (self.keep, KEEP, "K"),
            (self.refer, REFER, "F"),
            (self.reject, REJECT, "X"),
        ):
            button.setText(f"{_(text)} · {keys}")
            button.setToolTip(f"{_(text)} ({keys})")
        self.refer.setToolTip(_("Ask a colleague to read it") + " (F)")
        self.reject.setToolTip(_("The image itself is not fit to be read") + " (X)")
        self._word()

    # Inside

    def _word_reader(self) -> None:
        """A long name gives way to the comment; it is whole in the tooltip."""
        middle = Qt.TextElideMode.ElideMiddle
        short = self.reader.fontMetrics().elidedText(self._reader, middle, _MOST_READER)
        texts = [_(READER).format(name=name) for name in (short, self._reader)]
        text, whole = texts if self._reader else (_(NO_READER), "")
        self.reader.setText(text)
        self.reader.setToolTip(whole)
        self.reader.setAccessibleName(whole)

    def _word(self) -> None:
        self._word_reader()
        state = self._state
        if state is None:
            return
        said = decision_text(state.blind) if state.blind else ""
        self._ask.setVisible(state.stage != "open" or bool(self._reason))
        self._ask.setText(self._reason or _(ASK[state.stage]).format(decision=said))
        set_role(self._ask, "error" if self._reason else "hint")
        self.keep.setVisible(state.stage == "revise")
        self.agree.setEnabled(state.stage != "blind" and state.can_agree)
        others = CLASSES if state.stage == "blind" or not state.can_agree else OTHER
        self.other.setText(f"{_(others)} · 1–{min(len(state.labels), _KEYS)}")
        self.other.setMinimumWidth(self.other.sizeHint().width() + _ARROW)
        self.other.setToolTip(", ".join(f"{n} {name}" for n, name in enumerate(state.labels, 1)))
        self._before.setText("\n".join(map(decision_line, reversed(state.decisions))))
        self._before.setVisible(bool(state.decisions))
        self.earlier.setVisible(state.earlier > 0)
        text = ngettext(
            "{n} earlier case of this patient", "{n} earlier cases of this patient", state.earlier
        )
        self.earlier.setText(text.format(n=number(state.earlier)))

    def _fill_menu(self, labels: Sequence[str]) -> None:
        self.menu.clear()
        for place, label in enumerate(labels, 1):
            keys = f"\t{place}" if place <= _KEYS else ""
            action = self.menu.addAction(label.replace("&", "&&") + keys)
            action.triggered.connect(_Chooser(self, place))

    @Slot()
    def _on_agree(self) -> None:
        if self._state is not None and self.agree.isEnabled():
            self.chosen.emit(Choice("agree"))

    @Slot()
    def _on_keep(self) -> None:
        if self._state is not None and self._state.stage == "revise":
            self.chosen.emit(Choice("keep"))

    @Slot()
    def _on_refer(self) -> None:
        if self._state is not None:
            self.chosen.emit(Choice("refer"))

    @Slot()
    def _on_reject(self) -> None:
        if self._state is not None:
            self.chosen.emit(Choice("reject"))

    def _show_note(self, *, is_open: bool) -> None:
        """A comment that was begun stays in sight."""
        is_open = is_open or bool(self.comment.text())
        self._note.setVisible(is_open or self._has_room)
        self.write.setVisible(not self._has_room)
        self.write.setChecked(is_open)

    @Slot()
    def _on_comment(self) -> None:
        if self._state is not None:
            self._show_note(is_open=True)
            self.comment.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @Slot()
    def _on_comment_done(self) -> None:
        self._show_note(is_open=False)
        self.left.emit()

    @Slot(bool)
    def _on_write(self, is_wished: bool) -> None:
        if is_wished:
            self._on_comment()
        else:
            self._show_note(is_open=False)


class _Chooser:
    """A choice of one class, for a key or a line of the menu."""

    def __init__(self, bar: DecisionBar, place: int) -> None:
        self._bar, self._place = bar, place

    def __call__(self) -> None:
        self._bar.choose(self._place)


def decision_line(decision: Decision) -> str:
    """One earlier decision: when, who, what, in which words."""
    parts = [when_text(decision.at), decision.reader, decision_text(decision)]
    if decision.is_blind:
        parts.append(_(BLIND))
    if decision.seconds:
        parts.append(duration(decision.seconds))
    if decision.comment:
        parts.append(f"“{decision.comment}”")
    return " · ".join(parts)
