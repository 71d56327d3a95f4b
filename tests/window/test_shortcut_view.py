"""The evaluation says whether a model is right for the wrong reason, in words and in figures."""

from dataclasses import replace

import pytest
from simulated_report import simulated_report

from precmed_gui.diagnosis.evaluation import Figure
from precmed_gui.diagnosis.model_card import ModelCard, Seen, Shortcuts
from precmed_gui.language import use_language
from precmed_gui.window.evaluation_panel import EvaluationPanel
from precmed_gui.window.shortcut_view import ShortcutView


def seen(right: float, auc: float) -> Seen:
    figure = Figure(auc, auc - 0.05, min(1.0, auc + 0.03))
    return Seen(Figure(right, right - 0.05, min(1.0, right + 0.04)), figure, (figure, figure))


WHOLE = seen(0.94, 0.97)
BY_THE_BORDER = Shortcuts(
    "test", 200, WHOLE, seen(0.91, 0.93), seen(0.7, 0.7), WHOLE, 96, None, seen(0.93, 0.95)
)
HONEST = replace(BY_THE_BORDER, border=seen(0.6, 0.55), centre=WHOLE, marked=3)


@pytest.fixture(scope="module")
def card() -> ModelCard:
    return simulated_report(("Normal", "Pneumonia")).card


@pytest.fixture
def view(qtbot) -> ShortcutView:
    view = ShortcutView()
    qtbot.addWidget(view)
    view.resize(480, 400)
    view.show()
    return view


def test_a_border_that_tells_the_diagnosis_is_warned_of(view, card):
    view.show_card(replace(card, shortcuts=BY_THE_BORDER))

    assert view.warnings.isVisible()
    assert "“Normal” and “Pneumonia” from the border of the image alone" in view.warnings.text()
    assert "200 images nobody trained on" in view._text.text()
    assert "border of 96" in view._text.text()


def test_without_a_shortcut_nothing_is_warned_of_and_it_is_said(view, card):
    view.show_card(replace(card, shortcuts=HONEST))

    assert not view.warnings.isVisible()
    assert "No shortcut was found" in view._text.text()


def test_each_masked_version_has_its_score_with_an_interval(view, card):
    view.show_card(replace(card, shortcuts=BY_THE_BORDER))

    labels = ["The whole image", "Its middle masked", "Nothing but its border"]
    labels += ["Its border masked", "Letter-like marks removed"]
    assert [row.label for row in view.chart.rows] == labels
    assert [row.figure for row in view.chart.rows][2] == BY_THE_BORDER.border.accuracy
    assert view.chart.rows[2].text == "91 % (86 to 95)"
    assert "Nothing but its border: 91 % (86 to 95)" in view.chart.accessibleDescription()
    view.measure.setCurrentIndex(1)
    assert [row.figure for row in view.chart.rows][2] == BY_THE_BORDER.border.auc


def test_a_card_made_before_says_that_nobody_knows(view, card):
    view.show_card(replace(card, shortcuts=BY_THE_BORDER))
    view.show_card(replace(card, shortcuts=None))

    assert "made before PrecMed looked for shortcuts" in view._text.text()
    for part in (view.chart, view.warnings, view.measure):
        assert not part.isVisible()


def test_a_card_without_the_middle_masked_has_the_other_rows(view, card):
    view.show_card(replace(card, shortcuts=replace(HONEST, without_middle=None)))

    assert len(view.chart.rows) == 4


def test_it_follows_the_language(view, card):
    view.show_card(replace(card, shortcuts=HONEST))
    use_language("zh_CN")
    view.retranslate()

    assert view.measure.itemText(0) != "Right answers"
    use_language("en")


def test_it_stands_on_the_first_page_of_the_panel(qtbot, card):
    panel = EvaluationPanel()
    qtbot.addWidget(panel)
    report = simulated_report(("Normal", "Pneumonia"))
    panel.show_report(replace(report, card=replace(report.card, shortcuts=BY_THE_BORDER)))

    first = panel.tabs.widget(0)
    assert first.isAncestorOf(panel.shortcuts)
    assert len(panel.shortcuts.chart.rows) == 5
