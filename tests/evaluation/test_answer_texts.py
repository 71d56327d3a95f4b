"""What stands beside an answer is worded from figures alone, today and in two years."""

from made_report import make_report

from precmed_gui.diagnosis.record import ModelFigures
from precmed_gui.evaluation.answer_texts import (
    bar_meaning,
    bare_set_line,
    figures_of,
    set_sentence,
)
from precmed_gui.evaluation.wording import meaning_of, meaning_of_class
from precmed_gui.language import speaking

CARD = make_report().card


def test_a_bar_means_what_the_card_of_its_model_says():
    figures = figures_of(CARD)
    assert bar_meaning(0, 0.8, figures) == meaning_of(0.8, CARD.evaluation)
    assert bar_meaning(1, 0.8, figures) == meaning_of_class(0.8, CARD.evaluation)
    assert bar_meaning(0, 0.8, figures) != bar_meaning(1, 0.8, figures)
    with speaking("zh_CN"):
        assert "判对" in bar_meaning(0, 0.8, figures)


def test_figures_hold_how_the_percentages_were_made():
    figures = figures_of(CARD)
    assert (figures.calibration, figures.calibrated_on) == (
        CARD.calibration.kind,
        CARD.calibration.n,
    )
    assert figures.is_tested


def test_an_untested_model_and_an_unknown_one_say_so():
    for figures in (ModelFigures(level=0.9), None):
        assert "never tested" in bar_meaning(0, 0.8, figures)


def test_a_set_is_told_with_its_level_and_on_request_with_its_coverage():
    figures = figures_of(CARD)
    line = set_sentence(("a",), figures)
    assert line.startswith("Cannot be ruled out at ")
    assert set_sentence(("a",), figures, has_coverage=True).startswith(line)
    assert "In the test" not in line
    assert set_sentence(("a",), ModelFigures(), has_coverage=True) == ""
    assert set_sentence(("a",), None) == ""
    assert bare_set_line(("a", "b")) == "Could not be ruled out: a, b."
    assert bare_set_line(()) == ""
