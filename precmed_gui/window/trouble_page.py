"""One doubtful case at a time: its picture, the cases most like it, and what to do about it."""

from collections.abc import Iterable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QPixmap, QShortcut
from PySide6.QtWidgets import QGridLayout, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from precmed_gui.diagnosis.cases import Case, Cohort
from precmed_gui.diagnosis.label_trouble import Trouble
from precmed_gui.language import N_, _
from precmed_gui.window.icons import keep_icon
from precmed_gui.window.layouts import row
from precmed_gui.window.theme import set_role
from precmed_gui.window.trouble_tile import TroubleTile
from precmed_gui.window.wording import share

DOUBT = N_("Doubtful does not mean wrong: look at the picture, then decide.")
SAID = N_(
    "Named “{label}”. Networks that never saw it say “{suggested}” ({share}); “{label}” gets {own}."
)
LIKE_IT = N_("Most like it among “{label}”")
NONE_LIKE_IT = N_("No image of another patient is “{label}”.")
KEEP, RELABEL = N_("Keep “{label}”"), N_("Relabel to “{label}”")
OTHER, EXCLUDE = N_("Another class"), N_("Exclude")
BACK, NEXT = N_("Back"), N_("Next")
MOST = 5
LARGE, SMALL = 224, 76
_KEYS = 9
_LONGEST = 18


class TroublePage(QWidget):
    """Shows one `Trouble` and forwards what the user decides about it.

    Signals
    -------
    kept, relabelled, excluded
        Decisions about the case on the page; `relabelled` carries the class.
    stepped
        -1 for the case before, 1 for the one after.
    case_activated
        The `Case` to show large.
    """

    kept = Signal()
    relabelled = Signal(str)
    excluded = Signal()
    stepped = Signal(int)
    case_activated = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trouble: Trouble | None = None
        self._labels: tuple[str, ...] = ()
        self._build_texts()
        self._build_pictures()
        self._build_buttons()
        self._lay_out()
        self._bind_keys()

    def _build_texts(self) -> None:
        self.position, self.said, self.state = QLabel(), QLabel(), QLabel()
        self.position.setProperty("role", "caption")
        for label in (self.position, self.said, self.state):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)

    def _build_pictures(self) -> None:
        self.picture = TroubleTile(LARGE)
        self.heads = (QLabel(), QLabel())
        self.rows = tuple(tuple(TroubleTile(SMALL) for _n in range(MOST)) for _class in range(2))
        for tile in self.tiles:
            tile.activated.connect(self.case_activated)
        for head in self.heads:
            head.setTextFormat(Qt.TextFormat.PlainText)
            head.setWordWrap(True)

    def _build_buttons(self) -> None:
        self.keep, self.relabel, self.other = QPushButton(), QPushButton(), QPushButton()
        self.exclude, self.back, self.next = QPushButton(), QPushButton(), QPushButton()
        self.menu = QMenu(self.other)
        self.other.setMenu(self.menu)
        for button, name in ((self.exclude, "exclude"), (self.back, "previous")):
            keep_icon(button, name)
        keep_icon(self.next, "next")
        self.keep.clicked.connect(self.kept)
        self.relabel.clicked.connect(self._on_relabel)
        self.exclude.clicked.connect(self.excluded)
        self.back.clicked.connect(self._on_back)
        self.next.clicked.connect(self._on_next)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 16)
        layout.setSpacing(8)
        layout.addLayout(row((self.position, 1), self.back, self.next))
        layout.addWidget(self.picture)
        layout.addWidget(self.said)
        layout.addWidget(self.state)
        grid = QGridLayout()
        grid.setSpacing(8)
        for column, button in enumerate((self.keep, self.relabel)):
            grid.addWidget(button, 0, column)
        for column, button in enumerate((self.other, self.exclude)):
            grid.addWidget(button, 1, column)
        for column in range(2):
            grid.setColumnStretch(column, 1)
        layout.addLayout(grid)
        for head, tiles in zip(self.heads, self.rows, strict=True):
            layout.addWidget(head)
            layout.addLayout(row(*((tile, 1) for tile in tiles)))
        layout.addStretch(1)

    def _bind_keys(self) -> None:
        bound = {
            "K": self.keep.click,
            "R": self.relabel.click,
            "E": self.exclude.click,
            "Left": self.back.click,
            "Right": self.next.click,
        }
        inside = Qt.ShortcutContext.WidgetWithChildrenShortcut
        for keys, slot in bound.items():
            QShortcut(QKeySequence(keys), self, slot, context=inside)
        for number in range(1, _KEYS + 1):
            QShortcut(QKeySequence(str(number)), self, self._chooser(number), context=inside)

    @property
    def tiles(self) -> tuple[TroubleTile, ...]:
        """All pictures, the doubtful one first."""
        return (self.picture, *(tile for tiles in self.rows for tile in tiles))

    # What the view tells

    def show_trouble(self, trouble: Trouble, cohort: Cohort, cases: Mapping[str, Case]) -> None:
        """Show this case; `cases` are those of the cohort by key."""
        self._trouble = trouble
        if self._labels != cohort.label_order:
            self._labels = cohort.label_order
            self._fill_menu()
        self.picture.show_case(cases.get(trouble.key))
        nearest = dict(trouble.nearest)
        for label, tiles in zip((trouble.label, trouble.suggested), self.rows, strict=True):
            found = [cases[key] for key in nearest.get(label, ()) if key in cases]
            for place, tile in enumerate(tiles):
                tile.show_case(found[place] if place < len(found) else None, label)
        self._word()

    def show_position(self, text: str, *, is_first: bool, is_last: bool) -> None:
        """Where in the queue it stands."""
        self.position.setText(text)
        self.back.setEnabled(not is_first)
        self.next.setEnabled(not is_last)

    def show_state(self, text: str, *, can_decide: bool) -> None:
        """What was decided about it; "" where nothing was yet."""
        self.state.setText(text or _(DOUBT))
        set_role(self.state, "success" if text else "hint")
        for button in (self.keep, self.relabel, self.other, self.exclude):
            button.setEnabled(can_decide)

    def show_pictures(self, known: Mapping[str, QPixmap | str]) -> list[Case]:
        """Fill in the pictures that are known; answers the cases whose picture is not."""
        missing = []
        for tile in self.tiles:
            if tile.case is not None:
                found = known.get(tile.case.key)
                tile.show_found(found)
                if found is None:
                    missing.append(tile.case)
        return missing

    def retranslate(self) -> None:
        for button, text, keys in (
            (self.back, BACK, "←"),
            (self.next, NEXT, "→"),
            (self.other, OTHER, "1–9"),
            (self.exclude, EXCLUDE, "E"),
        ):
            button.setText(_(text))
            button.setToolTip(f"{_(text)} ({keys})")
        self._word()

    # Inside

    def _word(self) -> None:
        trouble = self._trouble
        if trouble is None:
            return
        self.said.setText(
            _(SAID).format(
                label=trouble.label,
                suggested=trouble.suggested,
                share=share(trouble.suggested_probability),
                own=share(trouble.probability),
            )
        )
        for button, text, label, keys in (
            (self.keep, KEEP, trouble.label, "K"),
            (self.relabel, RELABEL, trouble.suggested, "R"),
        ):
            button.setText(_(text).format(label=_short(label)))
            button.setToolTip(f"{_(text).format(label=label)} ({keys})")
        pairs = zip((trouble.label, trouble.suggested), self.heads, self.rows, strict=True)
        for label, head, tiles in pairs:
            has_any = any(tile.case is not None for tile in tiles)
            head.setText(_(LIKE_IT if has_any else NONE_LIKE_IT).format(label=label))

    def _fill_menu(self) -> None:
        self.menu.clear()
        for number, label in enumerate(self._labels, 1):
            keys = f"\t{number}" if number <= _KEYS else ""
            action = self.menu.addAction(label.replace("&", "&&") + keys)
            action.triggered.connect(self._chooser(number))

    def _chooser(self, number: int) -> "_Chooser":
        return _Chooser(self, number)

    def choose(self, number: int) -> None:
        """The user says that it is the class of this number, from 1."""
        if self.other.isEnabled() and number <= len(self._labels):
            self._decide(self._labels[number - 1])

    def _on_relabel(self) -> None:
        if self._trouble is not None:
            self._decide(self._trouble.suggested)

    def _decide(self, label: str) -> None:
        if self._trouble is not None and label == self._trouble.label:
            self.kept.emit()
        else:
            self.relabelled.emit(label)

    def _on_back(self) -> None:
        self.stepped.emit(-1)

    def _on_next(self) -> None:
        self.stepped.emit(1)


class _Chooser:
    """A choice of one class, for a key or a line of the menu."""

    def __init__(self, page: TroublePage, number: int) -> None:
        self._page, self._number = page, number

    def __call__(self) -> None:
        self._page.choose(self._number)


def every_case(trouble: Trouble, cases: Mapping[str, Case]) -> Iterable[Case]:
    """The case and those most like it, as far as they are still in the cohort."""
    keys = (trouble.key, *(key for _label, found in trouble.nearest for key in found))
    return (cases[key] for key in keys if key in cases)


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST else label[: _LONGEST - 1] + "…"
