"""The look of every window: colours, sizes and fonts by name, in a light and a dark version.

Widgets ask `current_tokens()` when they paint and repaint on `theme_signals().changed`; standard
widgets are dressed by one style sheet made from the same tokens (`style_sheet.py`).
"""

from functools import cache

from PySide6.QtCore import QObject, QRectF, Qt, Signal, Slot
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontDatabase,
    QGuiApplication,
    QPainter,
    QPalette,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QApplication, QStyleFactory, QWidget

from precmed_gui.window.style_sheet import style_sheet
from precmed_gui.window.tokens import DARK, LIGHT, TEXT_PAIRS, Tokens

__all__ = ["DARK", "LIGHT", "TEXT_PAIRS", "Tokens"]


CHOICES = ("system", "light", "dark")
_PLAIN_FAMILIES = {"Sans Serif", "Sans", "DejaVu Sans", "Bitstream Vera Sans", "MS Shell Dlg 2"}
_BETTER_FAMILIES = ("Inter", "Noto Sans", "Cantarell", "Ubuntu", "Open Sans", "Noto Sans CJK SC")
_CHINESE_FAMILIES = (
    "PingFang SC",
    "Microsoft YaHei UI",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
)


class ThemeSignals(QObject):
    """Tells widgets that paint themselves that the colours are new."""

    changed = Signal()


class _Theme(QObject):
    """What was chosen, and what is on the screen; follows the desktop while "system" is chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens = LIGHT
        self.choice = "system"
        self.signals = ThemeSignals()
        self._followed: QApplication | None = None

    def follow(self, app: QApplication) -> None:
        if self._followed is not app:
            self._followed = app
            app.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)

    @Slot()
    def _on_scheme_changed(self) -> None:
        app = QApplication.instance()
        if self.choice == "system" and isinstance(app, QApplication):
            _dress(app, _system_tokens())


@cache
def _theme() -> _Theme:
    return _Theme()


def theme_signals() -> ThemeSignals:
    """The notifier whose `changed` says that `current_tokens()` is new."""
    return _theme().signals


def current_tokens() -> Tokens:
    """The tokens in use; light until `apply_theme` has been called."""
    return _theme().tokens


def current_choice() -> str:
    """What was chosen last, one of `CHOICES`."""
    return _theme().choice


def apply_theme(app: QApplication, choice: str) -> Tokens:
    """Dress the whole application; an unknown choice means "system"."""
    theme = _theme()
    theme.choice = choice if choice in CHOICES else "system"
    theme.follow(app)
    scheme = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}.get(theme.choice)
    if scheme is None:
        app.styleHints().unsetColorScheme()
    else:
        app.styleHints().setColorScheme(scheme)
    _dress(app, {"light": LIGHT, "dark": DARK}.get(theme.choice) or _system_tokens())
    return theme.tokens


def _system_tokens() -> Tokens:
    is_dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return DARK if is_dark else LIGHT


def _dress(app: QApplication, tokens: Tokens) -> None:
    theme = _theme()
    theme.tokens = tokens
    if app.style().objectName().casefold() != "fusion":
        app.setStyle(QStyleFactory.create("Fusion"))
    app.setFont(_body_font(tokens))
    app.setPalette(_palette(tokens))
    sheet = style_sheet(tokens)
    if app.styleSheet() != sheet:
        app.setStyleSheet(sheet)
    theme.signals.changed.emit()


def _body_font(tokens: Tokens) -> QFont:
    """The system's family, else the best one there is, with families for Chinese behind it."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    families = [font.family()]
    if font.family() in _PLAIN_FAMILIES:
        installed = set(QFontDatabase.families())
        families = [*(name for name in _BETTER_FAMILIES if name in installed), *families]
    font.setFamilies(list(dict.fromkeys([*families, *_CHINESE_FAMILIES])))
    font.setPixelSize(tokens.body)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def font_of(pixels: int, *, bold: bool = False) -> QFont:
    """The application's font (its figures of one width) at another size."""
    font = QFont(QApplication.font())
    font.setPixelSize(pixels)
    font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return font


def _palette(tokens: Tokens) -> QPalette:
    role = QPalette.ColorRole
    colours = {
        role.Window: tokens.window,
        role.WindowText: tokens.text,
        role.Base: tokens.surface_raised,
        role.AlternateBase: tokens.surface,
        role.Text: tokens.text,
        role.PlaceholderText: tokens.text_muted,
        role.Button: tokens.surface_raised,
        role.ButtonText: tokens.text,
        role.BrightText: tokens.danger,
        role.ToolTipBase: tokens.tooltip,
        role.ToolTipText: tokens.tooltip_text,
        role.Highlight: tokens.selection,
        role.HighlightedText: tokens.selection_text,
        role.Accent: tokens.accent,
        role.Link: tokens.link,
        role.LinkVisited: tokens.link,
        role.Light: tokens.surface_raised,
        role.Midlight: tokens.hover,
        role.Mid: tokens.border,
        role.Dark: tokens.border_strong,
        role.Shadow: tokens.border_strong,
    }
    palette = QPalette()
    for name, value in colours.items():
        palette.setColor(name, QColor(value))
    for name in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(tokens.text_disabled))
    return palette


def set_role(widget: QWidget, role: str) -> None:
    """Give a label one of the roles title, caption, figure, hint, error, warning, success."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        repolish(widget)


def repolish(widget: QWidget) -> None:
    """Let the style sheet see a dynamic property that has changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.updateGeometry()
    widget.update()


def class_colour(index: int) -> QColor:
    """The colour of the class at this place of the cohort's order; repeats after seven."""
    colours = current_tokens().class_colours
    return QColor(colours[index % len(colours)])


def class_edge(index: int) -> QColor:
    """The outline of a class's swatch or bar: at least 3 to 1 against any surface."""
    edges = current_tokens().class_edges
    return QColor(edges[index % len(edges)])


def class_brush(index: int) -> QBrush:
    """The fill of a class: plain for the first seven, then hatched, then dotted, and again."""
    tokens = current_tokens()
    rounds = index // len(tokens.class_colours)
    if rounds == 0:
        return QBrush(class_colour(index))
    return QBrush(_pattern(class_colour(index).name(), tokens.surface_raised, rounds % 2 == 1))


def _pattern(colour: str, mark: str, is_hatched: bool) -> QPixmap:
    side = 6
    pixmap = QPixmap(2 * side, 2 * side)
    pixmap.setDevicePixelRatio(2.0)
    pixmap.fill(QColor(colour))
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(mark), 1.6))
    if is_hatched:
        for shift in (-side, 0, side):
            painter.drawLine(shift, side, shift + side, 0)
    else:
        painter.setBrush(QColor(mark))
        painter.drawEllipse(QRectF(1.5, 1.5, 2.2, 2.2))
    painter.end()
    return pixmap


def paint_swatch(painter: QPainter, area: QRectF, index: int) -> None:
    """A small rounded square in the colour and pattern of a class."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(class_edge(index), 1.0))
    painter.setBrush(class_brush(index))
    painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 2.0, 2.0)
    painter.restore()
