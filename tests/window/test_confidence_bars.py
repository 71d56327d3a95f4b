"""The confidence bars: sorted, honest about certainty, readable aloud."""

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from precmed_gui.window import theme
from precmed_gui.window.confidence_bars import Bar, ConfidenceBars, percent_text


@pytest.fixture
def bars(qtbot, qapp) -> ConfidenceBars:
    theme.apply_theme(qapp, "light")
    bars = ConfidenceBars()
    qtbot.addWidget(bars)
    bars.resize(360, 150)
    bars.show()
    return bars


@pytest.mark.parametrize(
    ("probability", "text"),
    [
        (1.0, "> 99 %"),
        (0.9951, "> 99 %"),
        (0.995, "> 99 %"),
        (0.9949, "99 %"),
        (0.83, "83 %"),
        (0.5, "50 %"),
        (0.006, "1 %"),
        (0.005, "< 1 %"),
        (0.0, "< 1 %"),
        (float("nan"), "unknown"),
    ],
)
def test_percents_never_claim_certainty(probability: float, text: str) -> None:
    assert percent_text(probability) == text


def test_the_most_probable_class_comes_first(bars: ConfidenceBars) -> None:
    bars.show_prediction([Bar("Normal", 0.17, 0), Bar("Pneumonia", 0.83, 1)])
    assert bars.labels == ("Pneumonia", "Normal")
    assert bars.accessibleDescription() == "Pneumonia 83 percent, Normal 17 percent"


def test_a_reader_hears_the_limits_in_words(bars: ConfidenceBars) -> None:
    bars.show_prediction([Bar("clear", 0.999, 0), Bar("nodule", 0.001, 1)])
    assert bars.accessibleDescription() == (
        "clear more than 99 percent, nodule less than 1 percent"
    )


def longest_run(bars: ConfidenceBars, colour: QColor) -> int:
    image = bars.viewport().grab().toImage()
    rows = range(image.height())
    return max(sum(image.pixelColor(x, y) == colour for x in range(image.width())) for y in rows)


def test_a_bar_is_as_long_as_its_probability(bars: ConfidenceBars) -> None:
    bars.show_prediction([Bar("a", 0.9, 0), Bar("b", 0.1, 1)])
    long = longest_run(bars, theme.class_colour(0))
    bars.show_prediction([Bar("a", 0.6, 0), Bar("b", 0.4, 1)])
    short = longest_run(bars, theme.class_colour(0))
    assert short / long == pytest.approx(0.6 / 0.9, rel=0.06)


def test_many_classes_scroll_by_keyboard(bars: ConfidenceBars, qtbot) -> None:
    bars.show_prediction([Bar(f"class {index}", 1 / 14, index) for index in range(14)])
    assert bars.sizeHint().height() < 14 * 26
    assert bars.verticalScrollBar().maximum() > 0
    qtbot.keyClick(bars, Qt.Key.Key_End)
    assert bars.verticalScrollBar().value() == bars.verticalScrollBar().maximum()
    qtbot.keyClick(bars, Qt.Key.Key_Home)
    assert bars.verticalScrollBar().value() == 0
    bars.show_prediction([Bar("a", 0.5, 0), Bar("b", 0.5, 1)])
    assert bars.verticalScrollBar().maximum() == 0


def test_long_names_in_a_narrow_panel_still_leave_a_bar(bars: ConfidenceBars) -> None:
    bars.resize(200, 120)
    bars.show_prediction(
        [Bar("Cardiomegaly with a very long description", 0.9, 0), Bar("b", 0.1, 1)]
    )
    assert longest_run(bars, theme.class_colour(0)) > 20


def test_nothing_to_show_says_so(bars: ConfidenceBars) -> None:
    bars.show_prediction([Bar("a", 1.0, 0)])
    bars.clear()
    assert bars.labels == ()
    assert bars.accessibleDescription() == "How sure the model is appears here."
    assert not bars.grab().isNull()


def test_it_repaints_in_the_other_theme(bars: ConfidenceBars, qapp) -> None:
    bars.show_prediction([Bar("a", 0.9, 0), Bar("b", 0.1, 1)])
    theme.apply_theme(qapp, "dark")
    assert longest_run(bars, QColor(theme.DARK.class_colours[0])) > 50
    theme.apply_theme(qapp, "light")


MEANT = (Bar("ill", 0.83, 0, "About 83 were right."), Bar("well", 0.17, 1, "About 9 were it."))


def test_the_first_bar_says_what_it_means_unasked(bars: ConfidenceBars, qtbot) -> None:
    with qtbot.waitSignal(bars.meaning_changed) as said:
        bars.show_prediction(MEANT)
    assert said.args == ["ill, 83 %. About 83 were right."]
    assert "About 83 were right." in bars.accessibleDescription()


def test_keys_move_from_meaning_to_meaning_and_stop_at_the_ends(
    bars: ConfidenceBars, qtbot
) -> None:
    bars.show_prediction(MEANT)
    qtbot.keyClick(bars, Qt.Key.Key_Down)
    assert "About 9 were it." in bars.meaning
    assert "About 9 were it." in bars.accessibleDescription()
    qtbot.keyClick(bars, Qt.Key.Key_Down)
    assert "About 9 were it." in bars.meaning
    qtbot.keyClick(bars, Qt.Key.Key_Up)
    assert "About 83 were right." in bars.meaning


def test_the_mouse_reads_a_bar_and_leaving_goes_back(bars: ConfidenceBars, qtbot) -> None:
    bars.show_prediction(MEANT)
    qtbot.mouseMove(bars.viewport(), QPoint(100, 45))
    assert "About 9 were it." in bars.meaning
    QApplication.sendEvent(bars.viewport(), QEvent(QEvent.Type.Leave))
    assert "About 83 were right." in bars.meaning


def test_without_a_winner_no_bar_is_stronger_than_another(bars: ConfidenceBars) -> None:
    bars.show_prediction([Bar("a", 0.55, 0), Bar("b", 0.45, 1)])
    assert longest_run(bars, theme.class_colour(0)) > 20
    bars.show_prediction([Bar("a", 0.55, 0), Bar("b", 0.45, 1)], has_winner=False)
    assert longest_run(bars, theme.class_colour(0)) <= 20
