"""A fold with the training images that are nearest to the one on the screen, as small pictures."""

import re
from collections import OrderedDict
from collections.abc import Iterable, Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPixmap
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.pictures import Thumbnail
from precmed_gui.diagnosis.prediction import Neighbour
from precmed_gui.language import N_, _
from precmed_gui.window.cases_panel import as_pixmap
from precmed_gui.window.icons import keep_icon
from precmed_gui.window.theme import current_tokens, font_of, paint_swatch, theme_signals

TITLE = N_("Nearest training images")
TIP = N_(
    "The images that the model learned from and that look most like this one to it. The smaller "
    "the distance, the more alike."
)
GONE = N_("not on this computer any more")
DISTANCE = N_("distance {distance}")
SAME = N_("the very image")
SPOKEN = N_("{label}, distance {distance}")
MOST = 3
MOST_KEPT = 120
SIDE = 88
_WORDS = 36


class NearestImages(QWidget):
    """Hidden where a model kept no training images to compare with.

    Signals
    -------
    thumbnails_wished
        tuple[Case, ...] whose pictures are to be shown and not known yet.
    opened
        The user wants to see them.
    """

    thumbnails_wished = Signal(object)
    opened = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._known: OrderedDict[str, QPixmap | str] = OrderedDict()
        self._neighbours: tuple[Neighbour, ...] = ()
        self._is_opened_by_hand = False
        self._fold = QToolButton()
        self._fold.setAutoRaise(True)
        self._fold.setCheckable(True)
        self._fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._fold.clicked.connect(self._on_clicked)
        self._fold.toggled.connect(self._on_toggled)
        keep_icon(self._fold, "chevron-right")
        self._tiles = tuple(_Tile() for _place in range(MOST))
        self._row = QWidget()
        grid = QGridLayout(self._row)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        for place, tile in enumerate(self._tiles):
            grid.addWidget(tile, 0, place)
            grid.setColumnStretch(place, 1)
        self._row.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._fold, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._row)
        self.retranslate()
        self.hide()

    @property
    def is_open(self) -> bool:
        """Whether the pictures are to be seen."""
        return self._fold.isChecked()

    def show_nearest(
        self, neighbours: Sequence[Neighbour], labels: Sequence[str], *, is_needed: bool
    ) -> None:
        """Show the images near to one.

        Parameters
        ----------
        neighbours
            Nearest first; empty hides the whole fold.
        labels
            The model's classes in the order of their colours.
        is_needed
            Whether they belong to what must be seen; else the fold stays as the user left it.
        """
        self._neighbours = tuple(neighbours[:MOST])
        for place, tile in enumerate(self._tiles):
            tile.setVisible(place < len(self._neighbours))
            if place < len(self._neighbours):
                tile.show_neighbour(self._neighbours[place], labels)
        self.setVisible(bool(self._neighbours))
        self._fold.setChecked(is_needed or self._is_opened_by_hand)
        self._describe()
        self._show_known()

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
        self._describe()

    def _describe(self) -> None:
        spoken = [tile.accessibleName() for tile in self._tiles[: len(self._neighbours)]]
        self._fold.setAccessibleDescription("; ".join(spoken))

    def _show_known(self) -> None:
        missing = []
        for tile, neighbour in zip(self._tiles, self._neighbours, strict=False):
            found = self._known.get(neighbour.path) if neighbour.path else _(GONE)
            tile.show_found(found)
            if found is None:
                missing.append(case_of_key(neighbour.path))
        if missing and self.is_open:
            self.thumbnails_wished.emit(tuple(missing))

    def _on_clicked(self, is_open: bool) -> None:
        self._is_opened_by_hand = is_open
        if is_open:
            self.opened.emit()

    def _on_toggled(self, is_open: bool) -> None:
        keep_icon(self._fold, "chevron-down" if is_open else "chevron-right")
        self._row.setVisible(is_open)
        if is_open:
            self._show_known()


class _Tile(QWidget):
    """One picture on black, its class and its distance below."""

    def __init__(self) -> None:
        super().__init__()
        self._neighbour = Neighbour("", "", 0.0)
        self._colour = -1
        self._found: QPixmap | str | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme_signals().changed.connect(self.update)

    def show_neighbour(self, neighbour: Neighbour, labels: Sequence[str]) -> None:
        self._neighbour = neighbour
        self._colour = labels.index(neighbour.label) if neighbour.label in labels else -1
        spoken = _(SPOKEN).format(label=neighbour.label, distance=_distance(neighbour))
        self.setAccessibleName(spoken)
        self.setToolTip(f"{spoken}\n{neighbour.path}")

    def show_found(self, found: QPixmap | str | None) -> None:
        self._found = found
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(SIDE + 16, SIDE + _WORDS)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = current_tokens()
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        area = QRect(0, 0, self.width(), SIDE)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(area), 3, 3)
        painter.fillPath(shape, QColor(tokens.surround))
        self._paint_picture(painter, area)
        painter.setFont(font_of(tokens.body))
        painter.setPen(QColor(tokens.text))
        start = 0
        if self._colour >= 0:
            paint_swatch(painter, QRectF(0, SIDE + 6, 10, 10), self._colour)
            start = 16
        line = QRect(start, SIDE + 2, self.width() - start, 18)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        elide = Qt.TextElideMode.ElideRight
        name = painter.fontMetrics().elidedText(self._neighbour.label, elide, line.width())
        painter.drawText(line, left, name)
        painter.setFont(font_of(tokens.caption))
        painter.setPen(QColor(tokens.text_muted))
        is_same = is_the_same(self._neighbour)
        said = _(SAME) if is_same else _(DISTANCE).format(distance=_distance(self._neighbour))
        painter.drawText(QRect(start, SIDE + 19, self.width() - start, 15), left, said)
        painter.end()

    def _paint_picture(self, painter: QPainter, area: QRect) -> None:
        if isinstance(self._found, QPixmap):
            size = self._found.size().scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRect(0, 0, size.width(), size.height())
            place.moveCenter(area.center())
            painter.drawPixmap(place, self._found)
        elif self._found:
            tokens = current_tokens()
            painter.setFont(font_of(tokens.caption))
            painter.setPen(QColor(tokens.surround_text))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(area.adjusted(6, 4, -6, -4), int(flags), self._found)


def case_of_key(key: str) -> Case:
    """The case that has this key; items of a file are "name/number"."""
    found = re.fullmatch(r"(.+)#([^#]*/\d+)", key, re.DOTALL)
    return Case(found[1], found[2]) if found else Case(key)


def is_the_same(neighbour: Neighbour) -> bool:
    """Whether the image that is read is this training image itself."""
    return neighbour.is_same


def _distance(neighbour: Neighbour) -> str:
    return f"{neighbour.distance:.2f}"
