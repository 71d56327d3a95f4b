"""What a model sees, in the words of its card."""

from dataclasses import replace

import pytest
from made_report import make_report

from precmed_gui.diagnosis.pictures import StatedWindow
from precmed_gui.evaluation.view_texts import seen_text, slices_text, window_text

LUNG = StatedWindow("lung", -600, 1500)


def test_a_window_is_told_by_name_and_numbers() -> None:
    assert window_text(LUNG) == "Lung (width 1500, center -600)"
    assert window_text(None) == "As the file says"
    assert window_text(StatedWindow("liver", 60.5, 150)) == "liver (width 150, center 60.5)"


def test_the_rule_for_slices_says_how_a_case_is_answered() -> None:
    assert slices_text("middle") == "the middle slice"
    assert "geometric mean" in slices_text("each")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, ""),
        ({"window": LUNG}, "It sees through the window Lung (width 1500, center -600)."),
        (
            {"slices": "each"},
            "Of a case with several slices it sees each, and answers for all together.",
        ),
    ],
)
def test_only_what_is_unusual_is_told_in_short(change: dict[str, object], expected: str) -> None:
    card = make_report().card
    assert seen_text(replace(card, **change)) == expected  # type: ignore[arg-type]
