"""Blinded reading: nothing of the answer is seen before the reader committed; both are kept."""

import pytest
from PySide6.QtCore import Qt
from reading_room import answer, make_room

from precmed_gui.window.readings_model import LABEL, SURE, VERDICT
from precmed_gui.window.worklist_model import ANSWER_COLUMNS, DECISION


@pytest.fixture
def room(qtbot):
    room = make_room(qtbot)
    room.decisions.use_reader("Dr Ada")
    room.worklist.blinding.setChecked(True)
    yield room
    room.keeper.close()


def press(qtbot, room, key):
    room.panel.focus_picture()
    qtbot.keyClick(room.panel.viewer.view, key)


def texts(model, row, columns):
    return [model.data(model.index(row, column)) for column in columns]


def test_nothing_of_the_answer_is_to_be_seen(room):
    room.read(answer(1, label_set=("ill",)), answer(2, verdict="refused", reason="Unlike."))
    view = room.panel.answer
    assert view.bars.labels == ()
    assert view.bars.isHidden()
    assert view.verdict.isHidden()
    assert view.nearest.isHidden()
    assert not view._blinded.isHidden()
    assert texts(room.panel.readings, 0, (LABEL, SURE, VERDICT)) == ["", "", "hidden"]
    assert texts(room.worklist.rows, 0, ANSWER_COLUMNS) == ["hidden", "", ""]
    assert "refused" not in room.panel._progress.text()
    assert not room.panel.decisions.agree.isEnabled()


def test_the_reader_commits_sees_the_answer_and_revises(qtbot, room):
    room.read(answer(1), answer(2))
    room.flow.open(room.worklist.rows.row(0))
    room.clock.now = 5.0
    press(qtbot, room, Qt.Key.Key_A)
    assert room.kept()[1][1] == ()
    press(qtbot, room, Qt.Key.Key_2)
    assert room.panel.current().case.name == "2.png"
    assert room.panel.answer.bars.labels == ("ill", "well")
    assert "You said well" in room.panel.decisions._ask.text()
    room.clock.now = 8.0
    press(qtbot, room, Qt.Key.Key_A)
    first, second = room.kept()[1][1]
    assert (first.kind, first.label, first.is_blind, first.seconds) == ("other", "well", True, 5.0)
    assert (second.label, second.is_blind, second.seconds) == ("ill", False, 8.0)
    assert room.panel.current().case.name == "1.png"
    assert room.panel.answer.bars.labels == ()


def test_the_reader_may_keep_what_was_said(qtbot, room):
    room.read(answer(1))
    press(qtbot, room, Qt.Key.Key_F)
    press(qtbot, room, Qt.Key.Key_K)
    assert [(d.kind, d.is_blind) for d in room.kept()[0][1]] == [("refer", True), ("refer", False)]


def test_what_another_reader_decided_is_hidden_too(qtbot, room):
    room.read(answer(1))
    press(qtbot, room, Qt.Key.Key_2)
    press(qtbot, room, Qt.Key.Key_K)
    room.decisions.use_reader("Dr Bo")
    assert room.panel.decisions._before.isHidden()
    assert texts(room.worklist.rows, 0, [DECISION]) == [""]


def test_an_answer_that_was_seen_cannot_be_blinded(room):
    room.worklist.blinding.setChecked(False)
    room.read(answer(1))
    room.worklist.blinding.setChecked(True)
    assert room.panel.answer.bars.labels == ("ill", "well")


def test_it_takes_a_name_to_be_blinded(qtbot):
    room = make_room(qtbot, reader="")
    room.worklist.blinding.setChecked(True)
    assert not room.worklist.blinding.isChecked()
    assert not room.decisions.is_blinded
    room.keeper.close()
