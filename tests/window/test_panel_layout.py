"""Where the panels are: all of them, or the worklist and a large picture."""

import pytest
from PySide6.QtCore import QSettings

from precmed_gui.diagnosis.cases import Case
from precmed_gui.places import home_folder
from precmed_gui.window.engines import make_jobs
from precmed_gui.window.main_window import MainWindow
from precmed_gui.window.panel_layout import (
    LAYOUT_VERSION,
    PANEL_WIDTHS,
    PREDICTION,
    WORKLIST,
)
from precmed_gui.window.prediction_panel import PredictionPanel
from precmed_gui.window.reading_page import WIDE
from precmed_gui.window.theme import apply_theme

NEAR = 10


@pytest.fixture
def window(qtbot, qapp, own_home):
    """Its engines never start."""
    apply_theme(qapp, "light")
    window = MainWindow(make_jobs())
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    qtbot.waitExposed(window)
    qtbot.waitUntil(lambda: abs(window.docks[0].width() - PANEL_WIDTHS[0]) < NEAR, timeout=5000)
    yield window
    window.shut_down()


def visible(window):
    return {place for place, dock in enumerate(window.docks) if dock.isVisible()}


def widths(window):
    return [dock.width() for dock in window.docks[:3]]


def test_a_large_picture_leaves_the_worklist_and_then_brings_all_back(qtbot, window):
    before, all_panels = widths(window), visible(window)
    large = window.actions_.by_name["large_picture"]
    large.trigger()
    assert visible(window) == {PREDICTION, WORKLIST}
    prediction = window.docks[PREDICTION]
    qtbot.waitUntil(lambda: prediction.width() > 2 * window.width() // 3 - 50, timeout=5000)
    large.trigger()
    assert visible(window) == all_panels

    def are_back():
        assert widths(window) == pytest.approx(before, abs=NEAR)

    qtbot.waitUntil(are_back, timeout=5000)


def test_the_button_beside_the_picture_does_the_same(window):
    button = window.prediction._large
    button.click()
    assert window.layout_.is_large
    assert button.isChecked()
    window.actions_.by_name["large_picture"].trigger()
    assert not window.layout_.is_large
    assert not button.isChecked()


@pytest.mark.parametrize("wish", ["show_training", "check_cases"])
def test_a_panel_that_was_put_away_is_there_when_it_is_called(window, wish):
    window.layout_.set_large(is_large=True)
    window.actions_.by_name[wish].trigger()
    assert not window.layout_.is_large
    assert len(visible(window)) == len(window.docks)


@pytest.mark.parametrize("wish", ["show_prediction", "show_worklist"])
def test_what_is_there_stays_large(window, wish):
    window.layout_.set_large(is_large=True)
    window.actions_.by_name[wish].trigger()
    assert window.layout_.is_large


def test_the_layout_kept_at_closing_is_the_one_with_all_panels(window):
    plain = window.saveState(LAYOUT_VERSION)
    window.layout_.set_large(is_large=True)
    window.layout_.save()
    settings = QSettings(str(home_folder() / "window.ini"), QSettings.Format.IniFormat)
    assert settings.value("layout") == plain


def test_resetting_the_layout_ends_a_large_picture(window):
    window.layout_.set_large(is_large=True)
    window.actions_.by_name["reset_layout"].trigger()
    assert not window.prediction._large.isChecked()
    assert len(visible(window)) == len(window.docks)


def test_with_room_the_answer_stands_beside_the_picture(qtbot):
    panel = PredictionPanel()
    qtbot.addWidget(panel)
    panel.resize(430, 760)
    panel.show()
    panel.show_case(Case("/a.png"))
    view, said = panel.viewer, panel.page.answer_area.parentWidget()
    assert said.y() >= view.height()
    panel.resize(WIDE + 200, 760)
    qtbot.waitUntil(lambda: said.x() >= view.width(), timeout=5000)
    panel.resize(430, 760)
    qtbot.waitUntil(lambda: said.y() >= view.height(), timeout=5000)
