"""An image of an earlier session opens as it was read, or says what is missing or different."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_dicom import RAMP, write_dicom
from PIL import Image
from reading_room import answer, make_room

from precmed_gui.archive.record import open_record
from precmed_gui.cohorts.picture_facts import fingerprint
from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.prediction import Neighbour
from precmed_gui.diagnosis.work import NeverCancelled, ignore
from precmed_gui.jobs.messages import Failed, Succeeded
from precmed_gui.modalities import open_cohort
from precmed_gui.modalities.imaging import MODALITY
from precmed_gui.places import record_file
from precmed_gui.window.decision_flow import COMPARING
from precmed_gui.window.kept_images import find_kept
from precmed_gui.window.reading_stage import Choice
from precmed_gui.window.worklist_flow import NOT_COMPARED, OTHER_IMAGE

SLICES = 4


@pytest.fixture
def series(tmp_path):
    """A case of four slices, of which the worklist keeps the first file's name."""
    for place in range(SLICES):
        write_dicom(
            tmp_path / f"{place}.dcm",
            RAMP + place,
            Modality="CT",
            SeriesInstanceUID="1.2.3",
            StudyInstanceUID="1.2",
            ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
            ImagePositionPatient=[0, 0, place],
        )
    (case,) = open_cohort([str(tmp_path)], ignore, NeverCancelled()).cases
    return case


@pytest.fixture
def room(qtbot, series):
    """The next day: the record knows the series, the window does not."""
    room = make_room(qtbot)
    room.read(replace(answer(1), case=series))
    room.panel.clear()
    room.keeper.reopen()
    room.flow.refresh()
    yield room
    room.keeper.close()


def kept():
    record = open_record(record_file())
    ((shown, _decisions),) = record.every()
    record.close()
    return shown


def look(room, *, shelves=()):
    """Do the work that was asked for last, and tell the window."""
    job, (shown, case, _shelves) = room.jobs.last(find_kept)
    try:
        outcome = Succeeded(find_kept(shown, case, shelves, ignore, NeverCancelled()))
    except PrecmedError as error:
        outcome = Failed(error.message, error.hint)
    room.jobs.ended.emit(job, outcome)
    return outcome


def test_all_slices_are_found_again(qtbot, room, series):
    with qtbot.waitSignal(room.panel.picture_wished):
        room.flow.open(room.worklist.rows.row(0))
    with qtbot.waitSignal(room.panel.picture_wished) as wished:
        look(room)
    assert wished.args[0].files == series.files
    assert room.panel.current().case.slices == SLICES
    assert room.panel.answer.bars.labels == ("ill", "well")
    assert room.worklist.strip.isHidden()


def test_the_training_images_of_then_are_shown_again(qtbot, series):
    nearest = (Neighbour("/cohort/1.png", "ill", 0.25), Neighbour("/cohort/2.png", "well", 0.5))
    room = make_room(qtbot)
    room.read(replace(answer(1, nearest=nearest), case=series))
    room.panel.clear()
    room.keeper.reopen()
    room.flow.refresh()
    room.flow.open(room.worklist.rows.row(0))
    assert room.panel.current().prediction.nearest == nearest
    assert not room.panel.answer.nearest.isHidden()
    room.read(replace(answer(1, nearest=nearest), case=series))
    assert len(room.kept()) == 1
    room.keeper.close()


def test_it_is_looked_for_once(room):
    room.flow.open(room.worklist.rows.row(0))
    look(room)
    room.panel.clear()
    room.flow.open(room.worklist.rows.row(0))
    assert room.panel.current().case.slices == SLICES
    assert len(room.jobs.started) == 1


def test_slices_that_are_gone_are_counted(room, series):
    Path(series.files[2]).unlink()
    room.flow.open(room.worklist.rows.row(0))
    look(room)
    assert "1 of the 4 slices that were read is no longer" in room.worklist.strip.text()
    assert room.panel.current().case.slices == SLICES - 1


def test_a_first_file_that_is_gone_is_named(room, series):
    Path(series.path).unlink()
    room.flow.open(room.worklist.rows.row(0))
    assert isinstance(look(room), Failed)
    assert "no longer where it was" in room.worklist.strip.text()
    assert series.path in room.worklist.strip.text()
    assert room.panel.answer.bars.labels == ("ill", "well")


def test_the_record_keeps_how_many_slices_were_read(room):
    assert kept().slices == SLICES


# Whether it is still the image that was read


def draw(path, brightness):
    pixels = np.full((64, 64), brightness, np.uint8)
    pixels[16:32, 16:32] = 200
    Image.fromarray(pixels).save(path)
    return fingerprint(MODALITY.read(Case(str(path))))


@pytest.fixture
def image(tmp_path):
    return tmp_path / "IMG0001.png"


@pytest.fixture
def day_after(qtbot, image):
    """The record knows the image, the window does not."""
    room = make_room(qtbot)
    said = replace(answer(1), case=Case(str(image)), fingerprint=draw(image, 90))
    room.read(said)
    room.panel.clear()
    room.keeper.reopen()
    room.decisions.wait_until(lambda shown: not room.flow._finder.kept.is_looking_for(shown))
    room.flow.refresh()
    yield room
    room.keeper.close()


def open_first(room):
    room.flow.open(room.worklist.rows.row(0))


def test_the_image_that_was_read_keeps_its_answer(day_after):
    open_first(day_after)
    look(day_after)
    assert day_after.panel.answer.bars.labels == ("ill", "well")
    assert day_after.worklist.strip.isHidden()
    day_after.decisions.decide(Choice("agree"))
    assert day_after.keeper.counts()["read"] == 1


def test_another_image_of_the_same_name_gets_no_answer_of_then_and_no_decision(day_after, image):
    draw(image, 30)
    open_first(day_after)
    look(day_after)
    reading = day_after.panel.current()
    assert reading.prediction is None
    assert reading.reason.startswith(OTHER_IMAGE)
    assert not day_after.panel.answer.bars.isVisible()
    day_after.decisions.decide(Choice("agree"))
    assert day_after.keeper.counts()["waiting"] == 1


def test_another_image_is_known_when_it_is_opened_again(day_after, image):
    draw(image, 30)
    open_first(day_after)
    look(day_after)
    day_after.panel.clear()
    open_first(day_after)
    assert day_after.panel.current().reason.startswith(OTHER_IMAGE)


def test_a_file_that_is_changed_while_the_window_is_open_is_compared_again(day_after, image):
    open_first(day_after)
    look(day_after)
    draw(image, 31)
    open_first(day_after)
    look(day_after)
    assert day_after.panel.current().reason.startswith(OTHER_IMAGE)


def test_nobody_decides_before_the_image_is_compared(day_after):
    open_first(day_after)
    day_after.decisions.decide(Choice("agree"))
    assert day_after.keeper.counts()["waiting"] == 1
    assert COMPARING in day_after.panel.decisions._ask.text()
    look(day_after)
    day_after.decisions.go_on()
    assert COMPARING not in day_after.panel.decisions._ask.text()
    day_after.decisions.decide(Choice("agree"))
    assert day_after.keeper.counts()["read"] == 1


def test_a_series_whose_model_is_gone_cannot_be_compared_and_says_so(qtbot, series):
    room = make_room(qtbot)
    room.read(replace(answer(1), case=series, fingerprint="0" * 32))
    room.panel.clear()
    room.flow.refresh()
    open_first(room)
    look(room)
    assert room.worklist.strip.text() == NOT_COMPARED
    assert room.panel.answer.bars.labels == ("ill", "well")
    room.keeper.close()


def test_an_image_that_was_read_just_now_is_not_compared_while_its_file_stays(day_after, image):
    said = replace(answer(1), case=Case(str(image)), fingerprint=draw(image, 90))
    day_after.flow._finder.kept.note_read((said,))
    open_first(day_after)
    assert not day_after.jobs.started
    draw(image, 30)
    open_first(day_after)
    look(day_after)
    assert day_after.panel.current().reason.startswith(OTHER_IMAGE)
