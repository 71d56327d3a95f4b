"""What the commands answer, from made-up results: every field is there, in JSON and in words."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from made_report import HOSTILE, make_report

from precmed_gui import answers
from precmed_gui.diagnosis.cases import Case, Cohort, Unreadable
from precmed_gui.diagnosis.evaluation import Comparison, Figure
from precmed_gui.diagnosis.prediction import Evaluated, Neighbour, Prediction, PredictionList
from precmed_gui.diagnosis.training import TrainingResult

FIGURES = {
    "accuracy", "auc", "balanced_accuracy", "average_precision", "brier", "log_loss", "ece",
    "ece_uncalibrated", "coverage", "referred",
}  # fmt: skip
OF_A_CLASS = {"sensitivity", "specificity", "ppv", "npv", "f1", "auc", "average_precision"}
OF_A_MODEL = {"calibration", "candidates", "explanation", "intended_use", "views", "members"}
UNREAD = Unreadable("/d/x.txt", "It is a text.")


@pytest.fixture
def card():
    return make_report().card


def as_read(document):
    """As a program reads it: through JSON, where nothing may be infinite."""
    return json.loads(json.dumps(document, allow_nan=False))


def check_figures(found):
    for name in FIGURES:
        assert set(found[name]) == {"value", "low", "high"}, name
    assert found["auc"] == {"value": 0.9, "low": 0.8, "high": 0.95}
    assert found["mean_set_size"] == 1.25
    assert found["coverage_by_class"]["normal"]["value"] == 0.95
    assert found["coverage_by_class"][HOSTILE] is None
    assert set(found["classes"]["normal"]) == {"n", *OF_A_CLASS}
    assert found["classes"]["normal"]["npv"] is None
    assert found["gate"]["false_refusals"] == {"value": 0.01, "low": 0.0, "high": 0.05}
    assert found["gate"]["target"] == 0.01
    assert found["shift"]["found"] is True
    assert found["subgroups"][0]["trait"] == "sex"
    assert found["learning_curve"]["gains"][0]["more"] == 200
    assert found["cross_validation"]["accuracy"]["value"] == 0.8
    assert found["confusion"] == [[16, 4], [4, 16]]
    assert found["n"] == 40


def trained(card):
    return TrainingResult("/m", card, False, 75.0, (UNREAD,))


def test_train_answers_all_figures_under_test_and_how_the_model_came_about(card):
    found = as_read(answers.trained_document(trained(card), Cohort()))
    check_figures(found["test"])
    assert set(found) >= OF_A_MODEL | {"model", "split", "history", "stopped", "parted", "seconds"}
    assert found["candidates"][1]["is_kept"] is True
    assert "the average of the pretrained network and" in found["explanation"]
    assert found["calibration"]["kind"] == "temperature"
    assert found["unreadable"] == [{"path": "/d/x.txt", "reason": "It is a text."}]


def test_an_untested_model_has_null_for_its_test(card):
    untested = replace(card, evaluation=None, calibration=None, gate=None, sets=None)
    found = as_read(answers.trained_document(trained(untested), Cohort()))
    assert found["test"] is None
    assert found["calibration"] is None
    assert "never tested" in answers.trained_text(trained(untested))


def test_evaluate_answers_all_figures_at_the_top(card):
    found = as_read(answers.evaluated_document(Evaluated(card.evaluation, (UNREAD,)), card))
    check_figures(found)
    assert set(found) >= OF_A_MODEL | {"seen_in_training", "warnings", "unreadable"}


def test_what_was_not_measured_is_null(card):
    bare = replace(
        card.evaluation, refused=None, shift=None, learning_curve=None, cross_validation=None
    )
    found = as_read(answers.evaluated_document(Evaluated(bare), replace(card, gate=None)))
    assert found["gate"] == {
        "false_refusals": None, "validation": None, "target": None, "threshold": None,
    }  # fmt: skip
    assert found["shift"] is found["learning_curve"] is found["cross_validation"] is None


def test_the_lines_tell_figures_with_intervals_and_warnings(card):
    text = answers.evaluated_text(Evaluated(card.evaluation), card)
    assert "32 of 40 images that nobody trained on were right: 80 % (70 to 90)." in text
    assert "0.900 (0.800 to 0.950)" in text
    assert "! 40 test images are too few" in text
    assert answers.trained_text(trained(card)).endswith("Model: /m")


def test_a_prediction_says_its_set_its_verdict_and_what_it_resembles():
    near = tuple(
        Neighbour(f"/t/{number}.png", label, number / 2)
        for number, label in enumerate(("b", "b", "a", "b", "a"), 1)
    )
    read = (
        Prediction(Case("/a.png"), ("a", "b"), (0.9, 0.1), ("a",), "answer", "", near),
        Prediction(Case("/b.png"), ("a", "b"), (0.5, 0.5), ("a", "b"), "refer", "Two remain."),
        Prediction(
            Case("/c.png"), ("a", "b"), (1.0, 0.0), (), "refused", "It is blank.",
            (Neighbour("/t/1.png", "a", 0.5),), unkept=("b",),
        ),
    )  # fmt: skip
    document = as_read(
        answers.predicted_document(PredictionList("m", read, (UNREAD,), "To learn."))
    )
    assert document["intended_use"] == "To learn."
    first, second, third = document["predictions"]
    assert first["nearest"] == ["/t/1.png", "/t/2.png", "/t/3.png"]
    assert first["nearest_by_class"] == {
        "a": [{"path": "/t/3.png", "distance": 1.5}, {"path": "/t/5.png", "distance": 2.5}],
        "b": [{"path": f"/t/{number}.png", "distance": number / 2} for number in (1, 2, 4)],
    }
    assert second["nearest_by_class"] == {}
    assert third["nearest_by_class"] == {"a": [{"path": "/t/1.png", "distance": 0.5}], "b": []}
    assert (second["set"], second["verdict"], second["reason"]) == (
        ["a", "b"], "refer", "Two remain.",
    )  # fmt: skip
    assert third["verdict"] == "refused"
    assert {"path", "label", "probabilities"} <= set(third)


def test_the_lines_of_predictions_never_show_a_class_for_a_refused_image():
    refused = Prediction(Case("/c.png"), ("cat", "dog"), (1.0, 0.0), (), "refused", "It is blank.")
    text = answers.predicted_text(PredictionList("m", (refused,), ()))
    assert text == "/c.png  refused: It is blank.\nNo intended use stated."
    refer = replace(refused, verdict="refer", reason="Two remain.")
    line, use = answers.predicted_text(PredictionList("m", (refer,), (), "To learn.")).splitlines()
    assert line == "/c.png  cat  100 %  Two remain."
    assert use == "Intended use: To learn."


def test_no_image_is_said_in_words():
    assert answers.predicted_text(PredictionList("m", (), ())) == "No image could be read."


def test_card_answers_the_card_as_stored_and_where_its_page_is(card):
    found = as_read(answers.card_document(Path("/m"), card, Path("/p.html")))
    assert found["html"] == "/p.html"
    assert found["card"] == as_read(card.to_json())
    assert found["warnings"]
    assert answers.card_document(Path("/m"), card, None)["html"] is None


@pytest.mark.parametrize("has_auc", [True, False])
def test_compare_answers_both_models_and_their_difference(has_auc):
    pair = (Figure(0.8, 0.7, 0.9), Figure(0.82, 0.7, 0.9))
    difference = Figure(0.02, -0.01, 0.05)
    comparison = Comparison(
        40, 38, pair, difference, pair if has_auc else None, difference if has_auc else None, 1, 2
    )
    found = as_read(answers.compared_document(comparison, ("old", "new")))
    assert found["models"] == ["old", "new"]
    assert [figure["value"] for figure in found["accuracy"]] == [0.8, 0.82]
    assert (found["auc"] is None) is not has_auc
    assert found["accuracy_difference"] == {"value": 0.02, "low": -0.01, "high": 0.05}
    assert "cannot tell which is better" in found["sentence"]
    assert (found["only_first_right"], found["only_second_right"]) == (1, 2)
