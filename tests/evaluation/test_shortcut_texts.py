from precmed_gui.diagnosis.evaluation import Figure
from precmed_gui.diagnosis.model_card import Seen, Shortcuts
from precmed_gui.evaluation.shortcut_texts import shortcut_text, shortcut_warnings

LABELS = ("common", "rare")


def found(drop: Figure | None, *class_drops: Figure | None) -> Shortcuts:
    seen = Seen(Figure(0.9, 0.8, 0.95), None, (None, None))
    return Shortcuts("test", 200, seen, seen, seen, seen, 12, drop, seen, class_drops)


def test_a_letter_in_a_rare_class_is_a_shortcut() -> None:
    """Of 200 images eight are rare, and six of these are recognised by a letter."""
    lost = found(Figure(0.03, 0.01, 0.06), Figure(0, -0.01, 0.01), Figure(0.75, 0.3, 1))
    (warning,) = shortcut_warnings(lost, LABELS)
    assert "“rare”" in warning
    assert "“common”" not in warning
    assert "75" in warning
    assert shortcut_text(lost, LABELS) == ""


def test_none_found_is_never_said_where_answers_were_lost() -> None:
    few = found(Figure(0.03, 0.005, 0.06))
    assert shortcut_warnings(few, LABELS) == ()
    assert "No shortcut" not in shortcut_text(few, LABELS)
    assert "slightly fewer answers are right" in shortcut_text(few, LABELS)


def test_what_could_be_chance_is_no_shortcut() -> None:
    for chance in (found(None), found(Figure(0.03, 0, 0.06), None, Figure(0.5, 0, 1))):
        assert shortcut_warnings(chance, LABELS) == ()
        assert "No shortcut" in shortcut_text(chance, LABELS)
