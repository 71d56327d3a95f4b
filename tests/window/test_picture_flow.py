"""Slices and headers on their way from the reading engine to the screen."""

from pathlib import Path

import numpy as np
import pytest
from fake_jobs import FakeJobs
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSlider
from tested_card import CARD

from precmed_gui.diagnosis.cases import Case, Cohort
from precmed_gui.diagnosis.pictures import Picture, Tag
from precmed_gui.diagnosis.work import NeverCancelled, ignore
from precmed_gui.jobs.messages import EngineDied, Failed, Succeeded
from precmed_gui.learning.predict import predict
from precmed_gui.modalities import open_cohort, read_picture, read_tags
from precmed_gui.window.prediction_panel import PredictionPanel
from precmed_gui.window.reading_flow import ReadingFlow
from precmed_gui.window.workspace import Workspace

SERIES = Case("/mr/1.dcm", slices=20, files=tuple(f"/mr/{n}.dcm" for n in range(1, 21)))
FILM = Case("/us.dcm", slices=20)
TAGS = (
    Tag("(0010,0010)", "Patient's Name", "Doe^Jane", True),
    Tag("(0008,0060)", "Modality", "MR"),
)


class Rig:
    """A panel with its flow, and an engine that answers when it is told to."""

    def __init__(self, qtbot):
        self.panel = PredictionPanel()
        qtbot.addWidget(self.panel)
        self.panel.resize(430, 700)
        self.panel.show()
        self.jobs = FakeJobs()
        self.workspace = Workspace()
        self.flow = ReadingFlow(self.workspace, self.jobs, self.panel)
        self.slider = self.panel.viewer.slices.findChild(QSlider)

    def pending(self):
        """The job that reads a picture now, and which slice."""
        job, arguments = self.jobs.last(read_picture)
        return job, arguments[2]

    def answer(self, number=None):
        """End the job that reads a picture; slice 0 is the middle one."""
        job, (_name, case, asked) = self.jobs.last(read_picture)
        given = number or asked or 10
        pixels = np.full((8, 8), given, np.uint8)
        picture = Picture(case, pixels, True, (0.0, 255.0), (), slice_number=given)
        self.jobs.ended.emit(job, Succeeded(picture))

    def fail(self, reason="Damaged."):
        self.jobs.ended.emit(self.jobs.last(read_picture)[0], Failed(reason))

    def asked(self):
        return [w.args[2] for w in self.jobs.started.values() if w.func is read_picture]

    def seen(self):
        return int(self.panel.viewer.view._pyramid.full[0, 0])


@pytest.fixture
def rig(qtbot):
    rig = Rig(qtbot)
    rig.flow.read_one(SERIES)
    return rig


def test_a_case_opens_at_its_middle_slice_without_waiting_for_a_model(rig):
    assert rig.asked() == [0]
    rig.answer()
    assert rig.seen() == 10
    assert rig.panel.viewer.slices.wished == 10
    assert "model" in rig.panel.strip.text()


def test_the_slider_has_that_slice_read(rig):
    rig.answer()
    rig.answer()
    rig.slider.setValue(17)
    rig.answer()
    job, (name, case, number) = rig.jobs.last(read_picture)
    assert (name, case, number) == ("imaging", SERIES, 17)
    rig.jobs.ended.emit(job, Succeeded(Picture(
        case, np.full((8, 8), 17, np.uint8), True, (0.0, 255.0), (), slice_number=17)))  # fmt: skip
    assert rig.seen() == 17


def test_wishes_that_were_overtaken_are_dropped(rig):
    rig.answer()
    before = len(rig.asked())
    for number in (12, 14, 15, 18):
        rig.slider.setValue(number)
    assert len(rig.asked()) == before
    rig.answer()
    assert rig.seen() == 10
    assert rig.asked()[before:] == [18]
    rig.answer()
    assert rig.seen() == 18
    assert rig.panel.viewer.slices.is_settled


def test_on_the_way_to_a_slice_the_words_name_the_one_that_is_seen(rig):
    rig.answer()
    rig.slider.setValue(14)
    rig.answer()
    rig.slider.setValue(18)
    assert rig.pending()[1] == 14
    rig.answer()
    assert rig.seen() == 14
    assert "slice 14 of 20" in rig.slider.accessibleDescription()
    assert rig.panel.viewer.slices.wished == 18
    rig.answer()
    assert rig.seen() == 18


def test_a_late_answer_does_not_take_the_place_of_a_slice_that_was_kept(rig):
    rig.answer()
    rig.answer()
    assert rig.asked() == [0, 11, 12]
    rig.slider.setValue(16)
    rig.answer()
    assert rig.pending()[1] == 16
    rig.slider.setValue(11)
    assert rig.seen() == 11
    rig.answer()
    assert rig.seen() == 11


def test_neighbours_are_read_ahead_one_at_a_time_and_shown_at_once(rig):
    rig.answer()
    for _slice in range(7):
        rig.answer()
    assert rig.asked() == [0, 11, 12, 13, 14, 15, 9, 8]
    rig.slider.setValue(12)
    assert rig.seen() == 12
    assert rig.asked()[8:] == [16]


def test_going_back_reads_ahead_backwards(rig):
    rig.answer()
    rig.answer()
    rig.slider.setValue(5)
    rig.answer()
    rig.answer()
    rig.answer()
    assert rig.asked()[-3:] == [5, 4, 3]


def test_another_case_gives_up_what_is_being_read(rig):
    job, _number = rig.pending()
    rig.flow.read_one(Case("/single.png"))
    assert job in rig.jobs.abandoned
    rig.answer(1)
    assert not rig.panel.viewer.slices.isVisible()
    assert rig.asked() == [0, 0]


def test_slices_of_one_case_are_never_shown_for_another(rig):
    for _slice in range(8):
        rig.answer()
    rig.flow.read_one(FILM)
    rig.answer()
    before = len(rig.asked())
    rig.slider.setValue(12)
    assert rig.seen() == 10
    rig.answer()
    assert rig.asked()[before:] == [12]
    assert rig.jobs.last(read_picture)[1][1] == FILM


def test_a_slice_that_cannot_be_read_says_why_and_the_others_are_reached(rig):
    rig.fail()
    assert rig.panel.viewer.view.accessibleDescription() == "Damaged."
    assert rig.panel.viewer.slices.wished == 10
    rig.slider.setValue(11)
    rig.answer()
    assert rig.seen() == 11
    rig.slider.setValue(10)
    assert rig.panel.viewer.view.accessibleDescription() == "Damaged."


def test_an_engine_that_dies_over_a_slice_is_not_sent_there_again_by_itself(rig):
    rig.answer()
    rig.jobs.ended.emit(rig.pending()[0], EngineDied("The engine ended."))
    for _slice in range(6):
        rig.answer()
    assert rig.asked().count(11) == 1
    rig.slider.setValue(11)
    assert rig.panel.viewer.view.accessibleDescription() == "The engine ended."


def test_the_header_is_that_of_the_slice_on_the_screen(rig):
    rig.answer()
    rig.panel.show_header()
    job, (_name, case) = rig.jobs.last(read_tags)
    assert case.path == "/mr/10.dcm"
    rig.jobs.ended.emit(job, Succeeded(TAGS))
    assert rig.panel._tags._tags.rowCount() == 2
    assert "slice 10 of 20" in rig.panel._tags.windowTitle()
    rig.slider.setValue(12)
    rig.answer()
    rig.answer()
    assert rig.jobs.last(read_tags)[1][1].path == "/mr/12.dcm"


def test_the_header_of_a_film_is_that_of_its_file(rig):
    rig.flow.read_one(FILM)
    rig.answer()
    rig.panel.show_header()
    assert rig.jobs.last(read_tags)[1][1] == FILM


def test_a_header_that_cannot_be_read_says_why(rig):
    rig.answer()
    rig.panel.show_header()
    rig.jobs.ended.emit(rig.jobs.last(read_tags)[0], Failed("It is cut off."))
    assert rig.panel._tags._note.text() == "It is cut off."


def test_who_the_patient_is_is_hidden_again_for_the_next_case(rig, qtbot):
    rig.answer()
    rig.panel.show_header()
    rig.jobs.ended.emit(rig.jobs.last(read_tags)[0], Succeeded(TAGS))
    tags = rig.panel._tags
    qtbot.mouseClick(tags._identity, Qt.MouseButton.LeftButton)
    assert tags._tags.index(0, 2).data() == "Doe^Jane"
    rig.flow.read_one(FILM)
    assert tags._tags.rowCount() == 0
    rig.jobs.ended.emit(rig.jobs.last(read_tags)[0], Succeeded(TAGS))
    assert tags._tags.index(0, 2).data() == "•••• hidden"


def test_a_case_shown_before_there_was_a_model_is_read_once_there_is_one(rig):
    assert rig.panel.readings.cases() == (SERIES,)
    rig.workspace.choose_model(Path("/model"), CARD)
    asked = [work.args for work in rig.jobs.started.values() if work.func is predict]
    assert asked == [("/model", (SERIES,))]
    assert rig.flow._waiting == []


def test_clearing_the_list_closes_the_header(rig):
    rig.answer()
    rig.panel.show_header()
    assert rig.panel._tags.isVisible()
    rig.flow.clear()
    assert not rig.panel._tags.isVisible()
    assert not rig.panel.viewer.slices.isVisible()


def test_a_volume_fits_a_narrow_panel(rig):
    rig.workspace.show_cohort(Cohort())
    rig.answer()
    assert rig.panel.minimumSizeHint().width() <= 430
    assert rig.panel.minimumSizeHint().height() <= 660


@pytest.mark.shared
def test_a_real_series_is_turned_slice_by_slice(rig, shared_data):
    folder = shared_data / "dicom" / "mr_t1w_series"
    cohort = open_cohort([str(folder)], ignore, NeverCancelled())
    rig.flow.read_one(cohort.cases[0])

    def read():
        job = rig.jobs.last(read_picture)[0]
        picture = rig.jobs.started[job](ignore, NeverCancelled())
        rig.jobs.ended.emit(job, Succeeded(picture))
        return picture

    first = read()
    assert rig.panel.viewer.slices.text == "slice 24 of 48"
    before = rig.panel.viewer.view.window_level
    following = read()
    rig.slider.setValue(25)
    assert rig.panel.viewer.slices.text == "slice 25 of 48"
    assert rig.panel.viewer.view.window_level == before
    assert (first.pixels != following.pixels).any()
    rig.panel.show_header()
    job, (_name, held) = rig.jobs.last(read_tags)
    rig.jobs.ended.emit(job, Succeeded(rig.jobs.started[job](ignore, NeverCancelled())))
    assert held.path == cohort.cases[0].files[24]
    assert rig.panel._tags._tags.identities > 0
