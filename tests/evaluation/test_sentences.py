"""Sentences about evaluations of 0, 1, 46 and 700 cases promise no more than is known."""

from dataclasses import replace
from statistics import NormalDist

import pytest

from precmed_gui.diagnosis.evaluation import (
    Calibration,
    ClassMeasures,
    Comparison,
    Evaluation,
    ExpectedGain,
    Figure,
    GateRule,
    LearningCurve,
    Measures,
    OperatingPoint,
    ReliabilityBin,
    SetRule,
    Shift,
)
from precmed_gui.diagnosis.model_card import (
    Candidate,
    DataFingerprint,
    History,
    Member,
    ModelCard,
    SplitReceipt,
)
from precmed_gui.evaluation import wording
from precmed_gui.evaluation.figure_texts import duration, named

RECEIPT = SplitReceipt(546, 78, 156, 700, 0, False, 1, "f" * 64, are_patients_known=True)
CARD = ModelCard(
    name="m", modality="imaging", recipe="small-cnn", labels=("normal", "pneumonia"), image_size=28,
    channels=1, full_scale=255, members=(Member("small-cnn", 28),), settings={}, history=History(),
    split=RECEIPT, data=DataFingerprint(780, 700, (400, 380), 28, 1, 1.05), trained_at="",
    versions={}, intended_use="To learn.",
)  # fmt: skip
RULE = SetRule(0.9, 0.8, 0.0, 1, 1, 78)


def wilson(right, n):
    z = NormalDist().inv_cdf(0.975)
    centre = (right + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * (right * (n - right) / n + z * z / 4) ** 0.5
    return Figure(right / n, max(0.0, centre - half), min(1.0, centre + half))


def evaluation_of(n, share=0.83):
    right = round(share * n)
    normal = n // 2
    wrong = n - right
    confusion = ((normal - min(wrong, normal), min(wrong, normal)), (0, n - normal))
    figure = wilson(right, n)
    classes = tuple(
        ClassMeasures(label, sum(row), figure, figure, figure, None, figure, figure, figure)
        for label, row in zip(CARD.labels, confusion, strict=True)
    )
    small = Figure(0.04, 0.02, 0.06)
    found = ReliabilityBin(0.7, 0.9, 0.82, n, right, figure)
    return Evaluation(
        measures=Measures(
            n, n, figure, figure, figure, None, small, small, small, classes, confusion
        ),
        ece_uncalibrated=Figure(0.1, 0.08, 0.12),
        ece_of_perfect=(0.02, 0.05),
        reliability=(found,),
        reliability_uncalibrated=(found,),
        reliability_of_classes=(found,),
        coverage=wilson(round(0.9 * n), n),
        coverage_by_class=(wilson(1, 1), None),
        mean_set_size=1.2,
        referred=wilson(0, n),
    )


def card_of(n, share=0.83):
    return replace(CARD, evaluation=evaluation_of(n, share))


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0 %"), (0.004, "< 1 %"), (0.005, "< 1 %"), (0.006, "1 %"), (0.5, "50 %"),
     (0.994, "99 %"), (0.995, "> 99 %"), (0.9999, "> 99 %"), (1, "100 %")],
)  # fmt: skip
def test_a_share_is_never_rounded_to_certainty(value, text):
    assert wording.share(value) == text


def test_a_figure_carries_its_interval_and_its_ends_are_not_rounded_to_certainty_either():
    assert wording.figure_text(Figure(0.91, 0.89, 0.93)) == "91 % (89 to 93)"
    assert wording.figure_text(Figure(0.99, 0.97, 0.998)) == "99 % (97 to > 99)"
    assert wording.decimal_text(Figure(0.9996, 0.9, 1.0)) == "> 0.999 (0.900 to 1.000)"
    assert wording.figure_text(None) == wording.decimal_text(None) == "not defined"


def test_differences_show_their_direction():
    assert wording.points_text(Figure(0.02, -0.01, 0.05)) == "+2 points (−1 to +5)"
    assert wording.points_text(Figure(0.004, 0.0, 0.01)) == "+0.4 points (0.0 to +1.0)"
    assert wording.difference_text(Figure(-0.012, -0.03, 0.0)) == "−0.012 (−0.030 to 0.000)"


def test_a_bar_says_what_its_percentage_meant_in_the_test():
    assert wording.meaning_of(0.83, evaluation_of(46)) == (
        "Of 100 test cases with this confidence, about 83 were right (69 to 91, n = 46)."
    )
    assert "n = 700" in wording.meaning_of_class(0.83, evaluation_of(700))


def test_of_a_hundred_it_is_never_all_where_one_was_wrong():
    assert "about 99 were right" in wording.meaning_of(0.9, evaluation_of(700, 0.998))
    assert "about 100 were right" in wording.meaning_of(0.9, evaluation_of(46, 1.0))


def test_a_bar_without_enough_test_cases_says_so_instead_of_a_number():
    without = replace(evaluation_of(46), reliability=(), reliability_of_classes=())
    assert "No test case" in wording.meaning_of(0.83, without)
    assert "No test case" in wording.meaning_of_class(0.83, without)
    assert wording.meaning_of(0.83, evaluation_of(1)).startswith("Only 1 test case had")


def test_a_bin_close_by_speaks_for_a_confidence_between_bins():
    low = ReliabilityBin(0.5, 0.6, 0.55, 30, 15, wilson(15, 30))
    high = ReliabilityBin(0.8, 1.0, 0.9, 40, 38, wilson(38, 40))
    both = replace(evaluation_of(46), reliability=(low, high))
    assert "n = 30" in wording.meaning_of(0.63, both)
    assert "n = 40" in wording.meaning_of(0.77, both)
    assert "No test case" in wording.meaning_of(0.7, both)


def test_the_worth_names_its_basis():
    text = wording.worth(card_of(700))
    assert text.startswith("581 of 700 images that nobody trained on were right: 83 % (80 to 86).")
    assert "commonest class: 50 %" in text
    assert text.endswith("No patient is shared with training.")
    assert "1 of 1 image that nobody trained on was right" in wording.worth(card_of(1))


def test_an_untested_model_is_called_so():
    assert "never tested" in wording.worth(CARD)
    assert any("never tested" in text for text in wording.warnings(CARD))


def test_a_sound_model_has_no_warnings():
    assert wording.warnings(replace(card_of(700), sets=RULE)) == ()


@pytest.mark.parametrize(("n", "is_too_few"), [(1, True), (46, True), (700, False)])
def test_a_small_test_part_is_warned_about(n, is_too_few):
    assert any("too few to say" in text for text in wording.warnings(card_of(n))) is is_too_few


def test_a_rare_class_is_warned_about_by_name():
    (text,) = [text for text in wording.warnings(card_of(30)) if "say little" in text]
    assert "the classes “normal” (15) and “pneumonia” (15): their own figures" in text


def test_a_single_rare_class_is_warned_about_in_the_singular():
    card = card_of(700)
    first, second = card.evaluation.measures.classes
    measures = replace(card.evaluation.measures, classes=(replace(first, n=4), second))
    (text,) = wording.warnings(
        replace(card, evaluation=replace(card.evaluation, measures=measures))
    )
    assert text == "Few test images have the class “normal” (4): its own figures say little."


def test_what_is_not_known_of_patients_is_said_once():
    for split in (
        replace(RECEIPT, patients_shared=3),
        replace(RECEIPT, are_patients_known=False),
    ):
        card = replace(card_of(700), split=split)
        said = " ".join([wording.worth(card), *wording.warnings(card)])
        assert said.count("atients are") == 1


def test_traits_and_groups_have_the_words_of_a_clinician():
    assert (wording.trait_text("sex"), wording.group_text("sex", "F")) == ("Sex", "Female")
    assert (wording.trait_text("ward"), wording.group_text("site", "F")) == ("ward", "F")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"split": replace(RECEIPT, patients_shared=3)}, "Patients are shared"),
        ({"split": replace(RECEIPT, are_patients_known=False)}, "Patients are not known"),
        ({"has_parted": True}, "have parted"),
        ({"intended_use": ""}, "No intended use stated."),
    ],
)
def test_what_the_card_admits_is_a_warning(change, words):
    (text,) = wording.warnings(replace(card_of(700), **change))
    assert words in text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"shift": Shift(0.001, Figure(0.08, 0.05, 0.11), True, 0.01)}, "−8 points (−11 to −5)"),
        ({"ece_of_perfect": (0.01, 0.03)}, "off by 4 % on average"),
        ({"coverage": wilson(560, 700)}, "80 % (77 to 83) instead of 90 %"),
        ({"refused": wilson(140, 700)}, "refused as unlike"),
        ({"seen_in_training": 5}, "trained or chosen on 5 of these"),
    ],
)
def test_what_the_evaluation_found_is_a_warning(change, words):
    card = replace(card_of(700), sets=RULE)
    (text,) = wording.warnings(replace(card, evaluation=replace(card.evaluation, **change)))
    assert words in text


def test_a_shift_that_was_not_found_is_no_warning():
    shift = Shift(0.4, Figure(0.0, -0.02, 0.02), False, 0.01)
    card = replace(card_of(700), evaluation=replace(evaluation_of(700), shift=shift))
    assert wording.warnings(card) == ()
    assert "No difference" in wording.shift_text(shift)


TRIED = (
    Candidate(("transfer",), 0.34, 0.93, 0.87, False, 60.0, (1,), 546),
    Candidate(("small-cnn",), 0.36, 0.92, 0.85, False, 207.0, (5,), 546),
    Candidate(("transfer", "small-cnn"), 0.31, 0.94, 0.86, True, 267.0, (1, 5), 546),
)


def test_sentences_tell_how_many_networks_were_trained_and_which_were_kept():
    text = wording.chosen_because(replace(CARD, candidates=TRIED, views=4))
    assert text == (
        "6 networks were trained in 4:27 min on 546 images. Kept: the average of the pretrained "
        "network and 5 small networks, with 86 % right on the 546 images left out of learning. "
        "Each image is read 4 times, moved a little, and averaged."
    )


def test_fewer_than_all_networks_are_kept_with_the_reason():
    tried = (*TRIED[:1], replace(TRIED[1], is_kept=True), replace(TRIED[2], is_kept=False))
    text = wording.chosen_because(replace(CARD, candidates=tried))
    assert "Kept: the average of 5 small networks, clearly better than the average of all" in text
    assert "clearly" not in wording.chosen_because(replace(CARD, candidates=TRIED))


def test_networks_of_one_recipe_are_named_together():
    both = Candidate(("small-cnn", "small-cnn", "odd"), 0.3, 0.9, 0.8, True, 9.0)
    alone = [Candidate((recipe,), 0.4, 0.9, 0.8, False, 3.0) for recipe in both.recipes]
    text = wording.chosen_because(replace(CARD, candidates=(*alone, both)))
    assert "3 networks were trained" in text
    assert "the average of 2 small networks and the network “odd”" in text


def test_a_card_that_does_not_say_counts_what_percentages_were_fitted_on():
    fitted = replace(CARD, calibration=Calibration("temperature", (1.0,) * 2, (0.0,) * 2, 624))
    tried = tuple(replace(candidate, n=0) for candidate in TRIED)
    assert "624 images left out" in wording.chosen_because(replace(fitted, candidates=tried))


def test_a_single_network_says_what_its_epoch_or_its_percentages_were_chosen_on():
    fitted = replace(CARD, calibration=Calibration("temperature", (1.0,) * 2, (0.0,) * 2, 624))
    assert wording.chosen_because(CARD) == (
        "One network was trained, as chosen: “Small network”. Its best epoch was chosen on 78 "
        "images it did not learn from."
    )
    pretrained = replace(fitted, recipe="transfer", members=(Member("transfer", 128),))
    assert wording.chosen_because(pretrained) == (
        "One network was trained, as chosen: “Pretrained network”. Its percentages were set on "
        "624 images left out of learning."
    )
    assert "best epoch" in wording.chosen_because(fitted)


def test_sets_and_referrals_are_told_in_words():
    assert wording.set_text((), 0.9) == ""
    assert wording.set_text(("normal",), 0.9) == "Cannot be ruled out at 90 %: “normal”."
    text = wording.set_text(("normal", "pneumonia"), 0.9, Figure(0.91, 0.86, 0.94))
    assert text.startswith("Cannot be ruled out at 90 %: “normal” and “pneumonia”.")
    assert "91 % (86 to 94)" in text
    assert "3 of 8 classes" in wording.referred_because(("a", "b", "c"), 8)


def test_the_gate_says_how_often_it_errs():
    gate = GateRule(1.0, 5, 0.01, wilson(1, 78), True, 28, 0.02)
    assert "by which this limit was set, 1 % (< 1 to 7)" in wording.gate_text(gate)
    tested = wording.gate_text(gate, wilson(2, 156))
    assert tested.endswith("In the test, 1 % (< 1 to 5) were refused.")
    assert "validation" not in tested
    assert "cannot tell" in wording.gate_text(None)


def test_calibration_is_held_against_chance():
    found = evaluation_of(700)
    text = wording.calibration_text(found)
    assert text.endswith("That is no more than chance alone would show (up to 5 %).")
    assert "more than chance" in wording.calibration_text(
        replace(found, ece_of_perfect=(0.0, 0.03))
    )


def test_more_images_bring_what_was_measured_and_no_promise():
    gains = (
        ExpectedGain("b", 200, Figure(0.03, 0.01, 0.05)),
        ExpectedGain(None, 1, Figure(0.0, -0.02, 0.03)),
    )
    sure, unsure = wording.learning_texts(LearningCurve((), gains))
    assert sure == "About 200 images more of “b” would bring +3 points (+1 to +5) of right answers."
    assert "may bring nothing" in unsure
    assert "too few images" in wording.learning_texts(None)[0]


def test_a_threshold_is_told_in_missed_cases_and_false_alarms():
    point = OperatingPoint(
        "pneumonia", 0.12, Figure(0.98, 0.93, 0.99), Figure(0.8, 0.75, 0.85), 0.1,
        Figure(0.35, 0.3, 0.4), None,
    )  # fmt: skip
    text = wording.operating_text(point)
    assert "about 2 are missed" in text
    assert "about 20 are called so" in text
    assert "right in 35 % (30 to 40)" in text
    assert "not defined" in text


@pytest.mark.parametrize(
    ("difference", "words"),
    [
        (Figure(0.03, 0.01, 0.05), "“new” is better"),
        (Figure(-0.03, -0.05, -0.01), "“old” is better"),
        (Figure(0.01, -0.01, 0.03), "cannot tell"),
    ],
)
def test_a_comparison_names_a_winner_only_where_there_is_one(difference, words):
    figures = (wilson(80, 100), wilson(82, 100))
    comparison = Comparison(100, 90, figures, difference, None, None, 3, 5)
    text = wording.comparison_text(comparison, "old", "new")
    assert words in text
    assert "On the same 100 images" in text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-1, "0 seconds"), (1, "1 second"), (59.4, "59 seconds"), (72, "1:12 min"), (7260, "2:01 h")],
)
def test_a_duration_has_two_units_at_most(seconds, text):
    assert duration(seconds) == text


def test_names_stand_in_one_breath():
    assert named([]) == ""
    assert named(["a", "b", "c"]) == "“a”, “b” and “c”"


def test_a_search_that_had_time_for_one_network_does_not_say_it_was_chosen():
    card = replace(card_of(700), recipe="auto", members=(Member("transfer", 128),), candidates=())
    assert "for more there was no time: “Pretrained network”" in wording.chosen_because(card)
