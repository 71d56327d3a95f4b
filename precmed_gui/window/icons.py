"""Icons by name, drawn for the project (resources/icons) and tinted to fit the theme in use."""

from functools import cache

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QPushButton

from precmed_gui.places import resources_folder
from precmed_gui.window.theme import current_tokens, theme_signals

_SIDES = (16, 20, 24, 32, 40, 48)
_PAD = 1.375
_cache: dict[tuple[str, str, str, bool], QIcon] = {}


def icon(name: str, colour: str = "text") -> QIcon:
    """The icon of this name in a colour of the theme; ask again after a theme change.

    Parameters
    ----------
    name
        A file in resources/icons without its ending, for instance "folder-add".
    colour
        The name of a token: "text", "accent_text", "warning", "danger", …
    """
    return _cached(name, colour, is_padded=False)


def icon_pixmap(name: str, side: int, ratio: float, colour: str = "text") -> QPixmap:
    """The icon at one size (side in device-independent pixels), for widgets that paint."""
    tint = QColor(str(getattr(current_tokens(), colour)))
    pixels = round(side * ratio)
    pixmap = _filled(_shape(name, pixels, pixels), tint)
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def keep_icon(target: QAction | QAbstractButton, name: str, colour: str = "text") -> None:
    """Give an action or a button an icon that follows the theme; a later call replaces it."""
    for keeper in target.findChildren(_IconKeeper):
        keeper.set_icon(name, colour)
        return
    _IconKeeper(target).set_icon(name, colour)


def padded_icon(name: str, colour: str = "text") -> QIcon:
    """`icon` with a gap on its right: style sheets set button texts too close to icons."""
    return _cached(name, colour, is_padded=True)


def app_icon() -> QIcon:
    """The mark of the program."""
    return QIcon(str(resources_folder() / "precmed.svg"))


class _IconKeeper(QObject):
    def __init__(self, target: QAction | QAbstractButton) -> None:
        super().__init__(target)
        self._target = target
        self._name = self._colour = ""
        theme_signals().changed.connect(self._on_theme_changed)

    def set_icon(self, name: str, colour: str) -> None:
        if (name, colour) != (self._name, self._colour):
            self._name, self._colour = name, colour
            self._on_theme_changed()

    @Slot()
    def _on_theme_changed(self) -> None:
        if isinstance(self._target, QPushButton):
            self._target.setIconSize(QSize(round(16 * _PAD), 16))
            self._target.setIcon(padded_icon(self._name, self._colour))
        else:
            self._target.setIcon(icon(self._name, self._colour))


def _cached(name: str, colour: str, *, is_padded: bool) -> QIcon:
    key = (name, current_tokens().name, colour, is_padded)
    if key not in _cache:
        _cache[key] = _tinted(name, str(getattr(current_tokens(), colour)), is_padded=is_padded)
    return QIcon(_cache[key])


def _tinted(name: str, colour: str, *, is_padded: bool) -> QIcon:
    result = QIcon()
    tints = {
        QIcon.Mode.Normal: QColor(colour),
        QIcon.Mode.Active: QColor(colour),
        QIcon.Mode.Selected: QColor(colour),
        QIcon.Mode.Disabled: QColor(current_tokens().text_disabled),
    }
    for side in _SIDES:
        shape = _shape(name, side, round(side * _PAD) if is_padded else side)
        for mode, tint in tints.items():
            result.addPixmap(_filled(shape, tint), mode)
    return result


@cache
def _drawing(name: str) -> QSvgRenderer:
    path = resources_folder() / "icons" / f"{name}.svg"
    text = path.read_text(encoding="utf-8").replace("currentColor", "#000000")
    return QSvgRenderer(QByteArray(text.encode()))


def _shape(name: str, side: int, width: int) -> QPixmap:
    pixmap = QPixmap(QSize(width, side))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _drawing(name).render(painter, QRectF(0, 0, side, side))
    painter.end()
    return pixmap


def _filled(shape: QPixmap, tint: QColor) -> QPixmap:
    pixmap = QPixmap(shape)
    painter = QPainter(pixmap)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(pixmap.rect(), tint)
    painter.end()
    return pixmap
