"""A fold with the training images nearest to the one on the screen, of each class, as pictures."""

import re
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from itertools import zip_longest

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import (
    QGridLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.pictures import Thumbnail
from precmed_gui.diagnosis.prediction import FEW_CLASSES, Neighbour, Prediction
from precmed_gui.language import N_, _
from precmed_gui.window.cases_panel import as_pixmap
from precmed_gui.window.icons import keep_icon
from precmed_gui.window.nearest_sections import Section, sections_of
from precmed_gui.window.nearest_tile import NearestTile
from precmed_gui.window.theme import current_tokens, font_of, paint_swatch, theme_signals

TITLE = N_("Nearest training images")
TIP = N_(
    "The images that the model learned from and that look most like this one to it, and those of "
    "the other classes to compare with. The smaller the distance, the more alike."
)
GONE = N_("not on this computer any more")
MOST_KEPT = 240
COLUMNS = 3
_HEAD = 20
_STEPS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: -COLUMNS,
    Qt.Key.Key_Down: COLUMNS,
}


class NearestImages(QWidget):
    """Hidden where a model kept no training images to compare with.

    Signals
    -------
    thumbnails_wished
        tuple[Case, ...] whose pictures are to be shown and not known yet.
    opened
        The user wants to see them.
    looked_at
        The `NearestTile` that the keyboard went to: arrows go from picture to picture.
    """

    thumbnails_wished = Signal(object)
    opened = Signal()
    looked_at = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._known: OrderedDict[str, QPixmap | str] = OrderedDict()
        self._prediction: Prediction | None = None
        self._is_opened_by_hand = False
        self._fold = QToolButton()
        self._fold.setAutoRaise(True)
        self._fold.setCheckable(True)
        self._fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._fold.clicked.connect(self._on_clicked)
        self._fold.toggled.connect(self._on_toggled)
        keep_icon(self._fold, "chevron-right")
        self._sections = tuple(_SectionView() for _place in range(FEW_CLASSES))
        self._body = QWidget()
        sections = QVBoxLayout(self._body)
        sections.setContentsMargins(8, 0, 8, 0)
        sections.setSpacing(8)
        for section in self._sections:
            sections.addWidget(section)
        self._body.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._fold, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._body)
        self.retranslate()
        self.hide()

    @property
    def is_open(self) -> bool:
        """Whether the pictures are to be seen."""
        return self._fold.isChecked()

    @property
    def tiles(self) -> tuple[NearestTile, ...]:
        """Those that show an image, from the first to the last."""
        return tuple(tile for section in self._sections for tile in section.tiles)

    def show_nearest(self, prediction: Prediction | None) -> None:
        """Show the images near to the one of this answer; None hides the whole fold.

        For a refused image they must be seen; else the fold stays as the user left it.
        """
        self._prediction = prediction
        self._lay_out()
        is_needed = prediction is not None and prediction.verdict == "refused"
        is_open = is_needed or self._is_opened_by_hand
        if is_open is self.is_open:
            self._wish(self._show_known())
        self._fold.setChecked(is_open)

    def show_thumbnails(self, thumbnails: Iterable[Thumbnail]) -> None:
        """Take in pictures, or the reasons why there are none."""
        for thumbnail in thumbnails:
            pixels = thumbnail.pixels
            self._known[thumbnail.key] = thumbnail.reason if pixels is None else as_pixmap(pixels)
        while len(self._known) > MOST_KEPT:
            self._known.popitem(last=False)
        self._show_known()

    def retranslate(self) -> None:
        self._fold.setText(_(TITLE))
        self._fold.setToolTip(_(TIP))
        self._lay_out()
        self._show_known()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        tiles, step = self.tiles, _STEPS.get(Qt.Key(event.key()))
        current = next((place for place, tile in enumerate(tiles) if tile.hasFocus()), None)
        if current is None or step is None:
            super().keyPressEvent(event)
            return
        tile = tiles[min(max(0, current + step), len(tiles) - 1)]
        tile.setFocus(Qt.FocusReason.OtherFocusReason)
        self.looked_at.emit(tile)

    def _lay_out(self) -> None:
        prediction = self._prediction
        sections = sections_of(prediction) if prediction else ()
        labels = prediction.labels if prediction else ()
        for view, section in zip_longest(self._sections, sections):
            view.show_section(section, labels)
        for place, tile in enumerate(self.tiles):
            policy = Qt.FocusPolicy.StrongFocus if place == 0 else Qt.FocusPolicy.ClickFocus
            tile.setFocusPolicy(policy)
        self.setVisible(bool(sections))
        spoken = (view.spoken for view in self._sections)
        self._fold.setAccessibleDescription("; ".join(filter(None, spoken)))

    def _show_known(self) -> list[Case]:
        """Fill in the pictures that are known; answers the cases whose picture is not."""
        missing = []
        for tile in self.tiles:
            path = tile.neighbour.path
            found = self._known.get(path) if path else _(GONE)
            tile.show_found(found)
            if found is None:
                missing.append(case_of_key(path))
        return missing

    def _wish(self, missing: Sequence[Case]) -> None:
        if missing and self.is_open:
            self.thumbnails_wished.emit(tuple(missing))

    def _on_clicked(self, is_open: bool) -> None:
        self._is_opened_by_hand = is_open
        if is_open:
            self.opened.emit()

    def _on_toggled(self, is_open: bool) -> None:
        keep_icon(self._fold, "chevron-down" if is_open else "chevron-right")
        self._body.setVisible(is_open)
        self._wish(self._show_known())


class _SectionView(QWidget):
    """A heading, its pictures in columns, and what is to be said below."""

    def __init__(self) -> None:
        super().__init__()
        self._head, self._note = _Head(), QLabel()
        self._note.setProperty("role", "caption")
        self._note.setWordWrap(True)
        self._tiles: list[NearestTile] = []
        self._count = 0
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(8)
        for column in range(COLUMNS):
            self._grid.setColumnStretch(column, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._head)
        layout.addLayout(self._grid)
        layout.addWidget(self._note)

    @property
    def tiles(self) -> Sequence[NearestTile]:
        """Those that show an image."""
        return self._tiles[: self._count]

    @property
    def spoken(self) -> str:
        """All of it, for who cannot see it; "" where nothing is shown."""
        if self.isHidden():
            return ""
        note = self._note.text()
        said = f"{self._head.label}: {note}" if note and self._head.label else note
        return "; ".join(filter(None, (*(tile.spoken for tile in self.tiles), said)))

    def show_section(self, section: Section | None, labels: Sequence[str]) -> None:
        """Show this one, or nothing; `labels` are the classes in the order of their colours."""
        shown = section or Section("", "", ())
        self._count = len(shown.neighbours)
        while len(self._tiles) < self._count:
            self._add_tile()
        for tile, neighbour in zip_longest(self._tiles, shown.neighbours):
            tile.show_neighbour(neighbour, labels, is_named=not shown.label)
        colour = labels.index(shown.label) if shown.label in labels else -1
        self._head.show_title(shown.title, shown.label, colour)
        self._note.setText(shown.note)
        self._note.setVisible(bool(shown.note))
        self.setVisible(section is not None)

    def _add_tile(self) -> None:
        place = len(self._tiles)
        tile = NearestTile()
        self._tiles.append(tile)
        self._grid.addWidget(tile, place // COLUMNS, place % COLUMNS)


class _Head(QWidget):
    """What the pictures below have in common: a class with its colour, or a few words."""

    def __init__(self) -> None:
        super().__init__()
        self.label = ""
        self._title, self._colour = "", -1
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme_signals().changed.connect(self.update)

    def show_title(self, title: str, label: str, colour: int) -> None:
        self._title, self.label, self._colour = title, label, colour
        self.setAccessibleName(title)
        self.setToolTip(label)
        self.setVisible(bool(title))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(0, _HEAD)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = current_tokens()
        painter = QPainter(self)
        painter.setFont(font_of(tokens.body if self.label else tokens.caption))
        painter.setPen(QColor(tokens.text if self.label else tokens.text_muted))
        start = 0
        if self._colour >= 0:
            paint_swatch(painter, QRectF(0, 5, 10, 10), self._colour)
            start = 16
        area = self.rect().adjusted(start, 0, 0, 0)
        elide = Qt.TextElideMode.ElideRight
        said = painter.fontMetrics().elidedText(self._title, elide, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, said)
        painter.end()


def case_of_key(key: str) -> Case:
    """The case that has this key; items of a file are "name/number"."""
    found = re.fullmatch(r"(.+)#([^#]*/\d+)", key, re.DOTALL)
    return Case(found[1], found[2]) if found else Case(key)


def is_the_same(neighbour: Neighbour) -> bool:
    """Whether the image that is read is this training image itself."""
    return neighbour.is_same
