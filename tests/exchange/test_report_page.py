"""What a printed report says, before it is laid out."""

from dataclasses import replace

import numpy as np
import pytest
from made_reading import HEAD, NAMES, make_decisions, make_full_report, make_map, make_shown
from made_report import make_report

from precmed_gui.diagnosis.pictures import Picture
from precmed_gui.diagnosis.report import ReportForm, file_stem
from precmed_gui.evaluation.answer_texts import figures_of
from precmed_gui.exchange.report_contents import display_pixels, report_of
from precmed_gui.exchange.report_page import body_of
from precmed_gui.exchange.report_pictures import overlaid
from precmed_gui.exchange.report_texts import decision_text, record_text

pytestmark = pytest.mark.usefixtures("qapp")
WIDTH = 680


def said(report):
    return body_of(report, WIDTH).html.replace("\N{NO-BREAK SPACE}", " ")


def test_every_bar_comes_with_its_percentage_and_what_that_meant_in_the_test():
    report = make_full_report()
    text = said(report)
    assert [bar.label for bar in report.bars] == ["effusion", "nodule", "clear"]
    assert "93 %" in text
    assert "Of 100 test cases with this confidence, about 80 were right" in text
    assert len([name for name in body_of(report, WIDTH).images if name.startswith("bar")]) == 3


def test_a_refused_case_says_refused_and_shows_neither_bars_nor_map():
    report = make_full_report("refused")
    text = said(report)
    assert "Refused" in text
    assert "The image is unlike the training images." in text
    assert "93" not in text
    assert "cannot be ruled out" not in text
    assert set(body_of(report, WIDTH).images) == {"picture"}


def test_a_referred_case_says_why():
    text = said(make_full_report("refer"))
    assert "Refer to a colleague" in text
    assert "2 of 3 classes cannot be ruled out" in text


def test_the_map_stands_beside_the_picture_with_its_caveat():
    body = body_of(make_full_report(), WIDTH)
    assert {"picture", "map"} <= set(body.images)
    assert "do not outline a finding" in body.html
    assert "did not pass its check" not in body.html


def test_a_map_that_failed_says_so_and_why():
    text = said(make_full_report(explanation=make_map(has_passed=False)))
    assert "This map did not pass its check." in text
    assert "It looks the same with random weights." in text


@pytest.mark.parametrize("verdict", ["answer", "refer", "refused"])
def test_no_report_calls_a_region_the_lesion_or_an_answer_a_diagnosis(verdict):
    report = make_full_report(verdict, explanation=make_map(has_passed=verdict == "answer"))
    for word in ("lesion", "diagnos"):
        assert word not in said(report).casefold()


def test_the_decision_that_holds_comes_first_and_the_blinded_one_is_kept():
    text = said(make_full_report())
    assert text.index("Agrees with the model") < text.index("before seeing the model")
    assert "=seen on both views" in text


def test_without_a_decision_the_report_says_so():
    assert "No reader has decided" in said(make_full_report(decisions=()))


def test_identity_is_printed_only_if_asked_for():
    assert NAMES not in said(make_full_report())
    assert "张伟" not in said(make_full_report())
    text = said(make_full_report(form=ReportForm(has_identity=True)))
    assert NAMES in text
    assert "张伟.png" in text


def test_a_file_name_says_who_the_patient_is_only_if_asked_for():
    assert file_stem(make_full_report()) == "report-1234"
    assert file_stem(make_full_report(form=ReportForm(has_identity=True))) == "report-张伟-png"
    bare = report_of(make_shown(number=0), np.zeros((4, 4), np.uint8), None, ReportForm())
    assert file_stem(bare) == "report-abababababab"


def test_the_test_figures_come_with_intervals_and_the_intended_use():
    text = said(make_full_report())
    assert "80 % (70 to 90)" in text
    assert "0.900 (0.800 to 0.950)" in text
    assert "To try it out." in text


def test_a_gone_model_is_told_and_no_meaning_is_invented():
    report = report_of(make_shown(intended_use=""), np.zeros((4, 4), np.uint8), None, ReportForm())
    text = said(report)
    assert "The model is not on this computer" in text
    assert "No intended use stated." in text
    assert all(not bar.meaning for bar in report.bars)


def test_a_gone_model_is_told_of_by_the_figures_kept_with_its_answer():
    figures = figures_of(make_report().card)
    shown, pixels = make_shown(), np.zeros((4, 4), np.uint8)
    report = report_of(replace(shown, figures=figures), pixels, None, ReportForm())
    whole = report_of(shown, pixels, make_report().card, ReportForm())
    assert report.bars == whole.bars
    assert report.set_text == whole.set_text
    assert "such sets held the true class" in report.set_text
    assert all(bar.meaning for bar in report.bars)
    bare = report_of(shown, pixels, None, ReportForm())
    assert bare.set_text == "Could not be ruled out: effusion."


def test_sentences_are_in_the_language_of_the_report():
    assert "判对" in "".join(make_full_report(form=ReportForm("zh_CN")).summary)
    assert "判对" not in "".join(make_full_report().summary)


def test_hostile_names_stay_text():
    hostile = '<img src="file:///etc/passwd">'
    report = make_full_report(shown=make_shown(model_name=hostile, intended_use=hostile))
    assert hostile not in said(report)


def test_the_head_of_the_chain_is_told_or_that_there_is_none():
    assert HEAD in record_text(make_full_report())
    assert "Not kept" in record_text(make_full_report(chain_head=""))


def test_a_map_colours_only_where_it_is_strong():
    pixels = np.full((4, 4), 100, np.uint8)
    strength = np.zeros((4, 4), np.float32)
    strength[1, 2] = 1
    shown = overlaid(pixels, strength)
    assert (shown[0, 0] == 100).all()
    assert shown[1, 2, 0] > shown[1, 2, 2]
    assert (shown != 100).any(axis=2).sum() == 1


def test_a_picture_is_shown_between_its_black_and_its_white():
    pixels = np.array([[0, 1000, 2000, 4000]], np.uint16)
    picture = Picture(None, pixels, True, (1000.0, 3000.0), ())
    assert display_pixels(picture).tolist() == [[0, 0, 128, 255]]


@pytest.mark.parametrize("kind", ["refer", "reject"])
def test_a_blinded_referral_or_rejection_is_told_as_blinded(kind):
    blind = replace(make_decisions()[0], kind=kind, label="")
    seen = replace(blind, is_blind=False)
    assert "before seeing the model's answer" in decision_text(blind, make_shown())
    assert "before" not in decision_text(seen, make_shown())


def test_who_makes_the_report_is_not_called_its_reader():
    report = make_full_report(form=ReportForm(reader="Dr. Maker"))
    html = said(report)
    assert html.index("Report made by") < html.index("Dr. Maker")
    assert ">Reader<" not in html
