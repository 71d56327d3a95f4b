"""What a reader is told of one image: an answer, a referral, a refusal, and what it resembles."""

from dataclasses import replace

import numpy as np
import pytest
from fake_jobs import FakeJobs
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QPushButton, QToolButton
from tested_card import CARD, UNTESTED

from precmed_gui.diagnosis.cases import Case, Unreadable
from precmed_gui.diagnosis.pictures import Thumbnail, ThumbnailsRead
from precmed_gui.diagnosis.prediction import Neighbour, Prediction, PredictionList
from precmed_gui.modalities import read_thumbnails
from precmed_gui.window.nearest_images import GONE, case_of_key
from precmed_gui.window.prediction_panel import PredictionPanel
from precmed_gui.window.reading_flow import ReadingFlow
from precmed_gui.window.workspace import Workspace

NEAREST = (
    Neighbour("/train/a.png", "ill", 1.1),
    Neighbour("/train/b.npz#images/3", "ill", 1.2),
    Neighbour("/train/c.png", "well", 1.3),
)
ANSWER = Prediction(
    Case("/new/1.png"), ("ill", "well"), (0.83, 0.17), label_set=("ill",), nearest=NEAREST
)
REFERRED = replace(
    ANSWER, case=Case("/new/2.png"), probabilities=(0.55, 0.45), label_set=("ill", "well"),
    verdict="refer", reason="Two classes are left.",
)  # fmt: skip
REFUSED = replace(
    ANSWER, case=Case("/new/3.png"), verdict="refused", reason="It is unlike the training images."
)


@pytest.fixture
def panel(qtbot):
    panel = PredictionPanel()
    qtbot.addWidget(panel)
    panel.resize(430, 700)
    panel.show()
    panel.show_model(CARD)
    return panel


def read(panel, *predictions, unreadable=()):
    panel.show_finished(PredictionList("m", predictions, unreadable))


def test_an_answer_shows_bars_their_meaning_and_what_cannot_be_ruled_out(panel):
    read(panel, ANSWER)
    assert panel.answer.bars.labels == ("ill", "well")
    assert "about 83 were right (71 to 91, n = 46)" in panel.answer._meaning.text()
    assert "ill" in panel.answer.verdict.text()
    assert "90 %" in panel.answer.verdict.text()


def test_the_meaning_below_the_bars_follows_the_keyboard(panel, qtbot):
    read(panel, ANSWER)
    qtbot.keyClick(panel.answer.bars, Qt.Key.Key_Down)
    assert "about 16 were the true one" in panel.answer._meaning.text()


def test_a_referral_keeps_its_bars_and_says_why(panel):
    read(panel, REFERRED)
    assert not panel.answer.bars.isHidden()
    text = panel.answer.verdict.text()
    assert "colleague" in text
    assert "Two classes are left." in text


def test_a_refused_image_shows_no_percentage_but_what_it_resembles(panel, qtbot):
    with qtbot.waitSignal(panel.thumbnails_wished) as wished:
        read(panel, REFUSED)
    assert panel.answer.bars.isHidden()
    assert panel.answer.bars.labels == ()
    assert panel.answer._meaning.isHidden()
    assert "%" not in panel.answer.verdict.text()
    assert "unlike the training images" in panel.answer.verdict.text()
    assert wished.args[0][1] == Case("/train/b.npz", "images/3")


def test_the_three_verdicts_have_frames_of_different_shapes(panel):
    corners = set()
    box = panel.answer.verdict
    for verdict in ("answer", "refer", "refused"):
        box.show_verdict(verdict, "Because.", "ill, well", "")
        box.resize(300, 80)
        image = box.grab().toImage()
        edge = [image.pixel(x, 1) for x in range(300)]
        corners.add(tuple(pixel == edge[150] for pixel in edge))
    assert len(corners) == 3


def test_an_untested_model_says_that_nobody_knows(panel):
    panel.show_model(UNTESTED)
    read(panel, replace(ANSWER, label_set=(), nearest=()))
    assert "never tested" in panel.answer._meaning.text()
    assert panel.answer.nearest.isHidden()
    assert panel.answer.verdict.isHidden()


def test_an_unreadable_file_shows_its_reason_only(panel):
    read(panel, unreadable=(Unreadable("/new/x.png", "It is empty."),))
    assert panel.answer._unreadable.text() == "It is empty."
    assert panel.answer.bars.isHidden()
    assert panel.answer.verdict.isHidden()


def test_nearest_images_of_an_answer_wait_in_their_fold(panel, qtbot):
    asked = []
    panel.thumbnails_wished.connect(asked.append)
    read(panel, ANSWER)
    assert asked == []
    fold = panel.answer.nearest.findChild(QToolButton)
    assert "ill, distance 1.10" in fold.accessibleDescription()
    qtbot.mouseClick(fold, Qt.MouseButton.LeftButton)
    assert [case.name for case in asked[-1]] == ["a.png", "b.npz › images/3", "c.png"]


def test_pictures_that_are_known_are_not_asked_for_again(panel):
    read(panel, ANSWER, REFUSED)
    asked = []
    panel.thumbnails_wished.connect(asked.append)
    pixels = np.zeros((8, 8), np.uint8)
    panel.show_thumbnails([Thumbnail(near.path, pixels) for near in NEAREST])
    panel.show_next()
    assert panel.answer.nearest.is_open
    assert asked == []


def test_a_fold_opened_for_a_refusal_closes_again(panel):
    read(panel, REFUSED, ANSWER)
    assert panel.answer.nearest.is_open
    panel.show_next()
    assert not panel.answer.nearest.is_open


@pytest.mark.parametrize(
    ("key", "path", "item"),
    [
        ("/a/b.png", "/a/b.png", ""),
        ("/a/b.npz#test_images/17", "/a/b.npz", "test_images/17"),
        ("/a/ward #3/b.png", "/a/ward #3/b.png", ""),
        ("/a/ward #3/b.tif#page/2", "/a/ward #3/b.tif", "page/2"),
    ],
)
def test_a_key_becomes_its_case(key, path, item):
    assert case_of_key(key) == Case(path, item)


def test_a_training_image_that_is_gone_is_called_so(panel, qtbot, tmp_path):
    workspace, jobs = Workspace(), FakeJobs()
    flow = ReadingFlow(workspace, jobs, panel)
    here = tmp_path / "here.png"
    here.write_text("no picture")
    flow.show_nearest((Case(str(here)), Case("/train/gone.png")))
    job, _arguments = jobs.last(read_thumbnails)
    found = [Thumbnail(str(here), None, "Damaged."), Thumbnail("/train/gone.png", None, "No.")]
    jobs.reported.emit(job, ThumbnailsRead(tuple(found)))
    known = panel.answer.nearest._known
    assert known == {str(here): "Damaged.", "/train/gone.png": GONE}


def test_without_an_intended_use_the_panel_says_so_and_offers_to_state_it(panel, qtbot):
    def shown():
        labels = panel.header.findChildren(QPushButton)
        return [button for button in labels if button.isVisible()]

    assert "No intended use stated." in panel.header._use.text()
    with qtbot.waitSignal(panel.intended_use_wished):
        qtbot.mouseClick(shown()[0], Qt.MouseButton.LeftButton)
    read(panel, ANSWER)
    panel.show_card(replace(CARD, intended_use="To sort chest X-rays."))
    assert "To sort chest X-rays." in panel.header._use.text()
    assert shown() == []
    assert panel.answer.bars.labels == ("ill", "well")


def test_the_test_is_told_with_its_interval_above_the_picture(panel):
    assert "90 % right (88 to 91): 1,350 of 1,500 images" in panel.header._worth.text()


def test_a_model_chosen_from_the_list_is_wished_for(panel, qtbot):
    panel.show_models([("/a", "first"), ("/b", "second")], "/a")
    box = panel.header.findChild(QComboBox)
    with qtbot.waitSignal(panel.model_wished) as wished:
        box.activated.emit(1)
    assert wished.args == ["/b"]


def test_everything_fits_a_narrow_panel(panel):
    for prediction in (ANSWER, REFERRED, REFUSED):
        panel.clear()
        read(panel, prediction)
        assert panel.minimumSizeHint().width() <= 430
        assert panel.minimumSizeHint().height() <= 660


def test_the_name_of_the_image_on_the_screen_is_read_in_full(panel):
    name = "person1011_bacteria_2942_a_long_name_of_an_image.jpeg"
    read(panel, replace(ANSWER, case=Case(f"/new/{name}")))
    assert panel._name.whole == panel._name.toolTip() == name
    assert "…" in panel._name.text()
    panel.clear()
    assert panel._name.text() == ""


def test_refused_images_are_counted(panel):
    read(panel, ANSWER, REFUSED, unreadable=(Unreadable("/new/x.png", "It is empty."),))
    assert panel._progress.text() == "2 images read · 1 refused · 1 file not readable"


def test_an_image_the_model_learned_from_is_told_apart(panel):
    seen = (Neighbour("/new/1.png", "ill", 0.0), *NEAREST[1:])
    read(panel, replace(ANSWER, nearest=seen), REFERRED)
    assert panel.answer._seen.isVisible()
    assert "learned from this very image" in panel.answer._seen.text()
    panel.show_next()
    assert not panel.answer._seen.isVisible()


def test_an_image_that_was_not_read_is_looked_at_all_the_same(panel):
    wished = []
    panel.picture_wished.connect(wished.append)
    read(panel, unreadable=(Unreadable("/new/x.png", "It is too small."),))
    assert [case.path for case in wished] == ["/new/x.png"]


def test_the_last_image_takes_the_keyboard_from_the_arrow_to_the_picture(qtbot):
    panel = PredictionPanel()
    qtbot.addWidget(panel)
    panel.show_model(CARD)
    cases = [Case(f"/new/{number}.png") for number in range(2)]
    for case in reversed(cases):
        panel.show_case(case)
    with qtbot.waitActive(panel):
        panel.show()
        panel.activateWindow()
    panel.table.go_to(0)
    panel._next.setFocus()
    panel._next.click()
    assert panel.table.row() == 1
    assert panel.viewer.view.hasFocus()
