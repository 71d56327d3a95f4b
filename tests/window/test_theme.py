"""The look: every text readable in both themes, icons for every name, the desktop followed."""

import re
from dataclasses import fields

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QPushButton,
    QStyle,
    QStyleOptionComboBox,
)

from precmed_gui.places import resources_folder
from precmed_gui.window import theme
from precmed_gui.window.icons import app_icon, icon, keep_icon, padded_icon
from precmed_gui.window.style_sheet import style_sheet
from precmed_gui.window.tokens import DARK, LIGHT, TEXT_PAIRS, Tokens

THEMES = [pytest.param(LIGHT, id="light"), pytest.param(DARK, id="dark")]
ICONS = sorted(path.stem for path in (resources_folder() / "icons").glob("*.svg"))
PROMISED_ICONS = (
    "folder-add", "file-add", "sample", "trash", "rename", "clear",
    "undo", "redo", "play", "stop", "save", "export",
    "open", "model", "previous", "next", "zoom-in", "zoom-out",
    "zoom-fit", "window-level", "settings", "chevron-right", "chevron-down", "warning",
    "refused", "info", "check", "help", "language", "theme",
    "image", "chart", "research", "filter",
)  # fmt: skip


def luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2.1, success criterion 1.4.3."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.fixture
def app(qapp):
    yield qapp
    theme.apply_theme(qapp, "light")


@pytest.mark.parametrize("tokens", THEMES)
@pytest.mark.parametrize(("text", "background"), TEXT_PAIRS)
def test_every_text_stands_out_from_its_background(tokens: Tokens, text, background) -> None:
    assert contrast(getattr(tokens, text), getattr(tokens, background)) >= 4.5


@pytest.mark.parametrize("tokens", THEMES)
def test_every_rule_that_sets_both_colours_is_readable(tokens: Tokens) -> None:
    checked = 0
    for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", style_sheet(tokens)):
        text = re.search(r"(?<![-\w])color: (#\w{6})", body)
        back = re.search(r"background(?:-color)?: (#\w{6})", body)
        if text and back and ":disabled" not in selector:
            assert contrast(text[1], back[1]) >= 4.5, selector
            checked += 1
    assert checked > 15


@pytest.mark.parametrize("tokens", THEMES)
def test_the_sheet_names_no_colour_of_its_own(tokens: Tokens) -> None:
    known = {getattr(tokens, name.name) for name in fields(tokens)}
    assert set(re.findall(r"#[0-9A-Fa-f]{6}", style_sheet(tokens))) <= known


@pytest.mark.parametrize("tokens", THEMES)
def test_outlines_focus_rings_and_class_edges_stand_out_from_the_surface(tokens: Tokens) -> None:
    for colour in (tokens.border_strong, tokens.focus, tokens.curve, *tokens.class_edges):
        assert contrast(colour, tokens.surface) >= 3.0
    assert contrast(tokens.focus_on_accent, tokens.accent) >= 3.0


@pytest.mark.parametrize("tokens", THEMES)
def test_everything_that_takes_the_keyboard_shows_it(tokens: Tokens) -> None:
    sheet = style_sheet(tokens)
    for widget in (
        "QPushButton", "QToolButton", "QLineEdit", "QSpinBox", "QDoubleSpinBox", "QComboBox",
        "QCheckBox", "QRadioButton", "QAbstractItemView", "QTextBrowser",
    ):  # fmt: skip
        assert f"{widget}:focus" in sheet


def test_a_choice_dresses_the_application_and_says_so(app: QApplication, qtbot) -> None:
    with qtbot.waitSignal(theme.theme_signals().changed):
        assert theme.apply_theme(app, "dark") is DARK
    assert theme.current_tokens() is DARK
    assert app.palette().window().color() == QColor(DARK.window)
    assert theme.apply_theme(app, "light") is LIGHT
    assert app.palette().window().color() == QColor(LIGHT.window)


def test_an_unknown_choice_follows_the_system(app: QApplication) -> None:
    theme.apply_theme(app, "sepia")
    assert theme.current_choice() == "system"
    assert theme.current_tokens() in (LIGHT, DARK)


def test_the_desktop_is_followed_while_system_is_chosen(app: QApplication) -> None:
    theme.apply_theme(app, "system")
    app.styleHints().setColorScheme(Qt.ColorScheme.Dark)
    seen = app.styleHints().colorScheme()
    assert theme.current_tokens() is (DARK if seen == Qt.ColorScheme.Dark else LIGHT)


def test_a_label_takes_the_size_of_its_role(app: QApplication, qtbot) -> None:
    theme.apply_theme(app, "light")
    label = QLabel("91 %")
    qtbot.addWidget(label)
    for role, pixels in (("caption", 11), ("title", 16), ("figure", 22)):
        theme.set_role(label, role)
        assert label.fontInfo().pixelSize() == pixels


def test_the_first_seven_classes_are_all_different_and_later_ones_patterned(
    app: QApplication,
) -> None:
    theme.apply_theme(app, "light")
    assert len({theme.class_colour(index).name() for index in range(7)}) == 7
    assert theme.class_colour(7) == theme.class_colour(0)
    assert theme.class_brush(0).style() == Qt.BrushStyle.SolidPattern
    assert theme.class_brush(7).style() == Qt.BrushStyle.TexturePattern
    hatched, dotted = (theme.class_brush(index).textureImage() for index in (7, 14))
    assert hatched != dotted


@pytest.mark.parametrize("name", PROMISED_ICONS)
def test_every_promised_icon_is_drawn(app: QApplication, name: str) -> None:
    assert name in ICONS
    image = icon(name).pixmap(QSize(24, 24)).toImage()
    opaque = sum(
        image.pixelColor(x, y).alpha() > 127
        for x in range(image.width())
        for y in range(image.height())
    )
    assert opaque > 15


def test_an_icon_has_the_colour_of_the_text_and_fades_when_disabled(app: QApplication) -> None:
    for choice, tokens in (("light", LIGHT), ("dark", DARK)):
        theme.apply_theme(app, choice)
        for mode, colour in (
            (QIcon.Mode.Normal, tokens.text),
            (QIcon.Mode.Disabled, tokens.text_disabled),
        ):
            image = icon("stop").pixmap(QSize(24, 24), mode).toImage()
            middle = image.pixelColor(image.width() // 2, image.height() // 2)
            assert middle.name() == colour.lower()


def test_a_kept_icon_follows_the_theme(app: QApplication, qtbot) -> None:
    button = QPushButton("Stop")
    qtbot.addWidget(button)
    theme.apply_theme(app, "light")
    keep_icon(button, "stop")
    keep_icon(button, "play")
    before = button.icon().cacheKey()
    theme.apply_theme(app, "dark")
    assert button.icon().cacheKey() != before
    assert button.icon().cacheKey() == padded_icon("play").cacheKey()


def test_the_program_has_a_mark(app: QApplication) -> None:
    assert not app_icon().pixmap(QSize(64, 64)).isNull()


def test_choices_open_as_a_list_below_which_is_high_enough_for_all(qtbot, qapp):
    theme.apply_theme(qapp, "light")
    box, option = QComboBox(), QStyleOptionComboBox()
    qtbot.addWidget(box)
    box.initStyleOption(option)
    assert not box.style().styleHint(QStyle.StyleHint.SH_ComboBox_Popup, option, box)
