"""A series of an earlier session opens with all its slices, or says what is missing."""

from dataclasses import replace
from pathlib import Path

import pytest
from made_dicom import RAMP, write_dicom
from reading_room import answer, make_room

from precmed_gui.archive.kept_cases import find_case, slices_gone
from precmed_gui.archive.record import open_record
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.prediction import Neighbour
from precmed_gui.diagnosis.work import NeverCancelled, ignore
from precmed_gui.jobs.messages import Failed, Succeeded
from precmed_gui.modalities import open_cohort
from precmed_gui.places import record_file

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


def test_all_slices_are_found_again(qtbot, room, series):
    with qtbot.waitSignal(room.panel.picture_wished):
        room.flow.open(room.worklist.rows.row(0))
    job, (shown,) = room.jobs.last(find_case)
    found = find_case(shown, ignore, NeverCancelled())
    with qtbot.waitSignal(room.panel.picture_wished) as wished:
        room.jobs.ended.emit(job, Succeeded(found))
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
    job, (shown,) = room.jobs.last(find_case)
    room.jobs.ended.emit(job, Succeeded(find_case(shown, ignore, NeverCancelled())))
    room.panel.clear()
    room.flow.open(room.worklist.rows.row(0))
    assert room.panel.current().case.slices == SLICES
    assert len(room.jobs.started) == 1


def test_an_image_of_its_own_is_not_looked_for(room):
    room.read(answer(7))
    room.panel.clear()
    room.flow.open(room.worklist.rows.row(0))
    assert room.panel.current().case.name == "7.png"
    assert room.jobs.last(find_case)[1][0].slices == SLICES  # the one expected next


def test_slices_that_are_gone_are_counted(room, series):
    Path(series.files[2]).unlink()
    room.flow.open(room.worklist.rows.row(0))
    job, (shown,) = room.jobs.last(find_case)
    found = find_case(shown, ignore, NeverCancelled())
    assert found.slices == SLICES - 1
    assert slices_gone(shown, found).startswith("1 of the 4 slices that were read is no longer")
    room.jobs.ended.emit(job, Succeeded(found))
    assert "1 of the 4 slices" in room.worklist.strip.text()
    assert room.panel.current().case.slices == SLICES - 1


def test_a_first_file_that_is_gone_is_named(room, series):
    Path(series.path).unlink()
    room.flow.open(room.worklist.rows.row(0))
    job, (shown,) = room.jobs.last(find_case)
    with pytest.raises(PrecmedError) as refused:
        find_case(shown, ignore, NeverCancelled())
    assert series.path in refused.value.message
    room.jobs.ended.emit(job, Failed(refused.value.message, refused.value.hint))
    assert "no longer where it was" in room.worklist.strip.text()
    assert room.panel.answer.bars.labels == ("ill", "well")


def test_the_record_keeps_how_many_slices_were_read(room):
    assert kept().slices == SLICES
