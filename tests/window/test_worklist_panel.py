"""The worklist: pages, search, what Enter opens, and that a long record is no burden."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from reading_room import answer, make_room

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.record import Decision, Shown, WorklistRow
from precmed_gui.window.reading_stage import Choice
from precmed_gui.window.worklist_model import (
    CASE,
    DECISION,
    LABEL,
    PAGE,
    PATIENT,
    STATE,
    WorklistModel,
)

SHOWN = Shown("/a.png", "a.png", "P1", "", "m", "d", ("ill", "well"), (0.8, 0.2))


@pytest.fixture
def room(qtbot):
    room = make_room(qtbot)
    yield room
    room.keeper.close()


def rows(count, state="waiting"):
    return [WorklistRow(replace(SHOWN, number=n), None, state) for n in range(count, 0, -1)]


def test_the_model_keeps_to_the_rules_of_qt(qapp, qtmodeltester):
    model = WorklistModel()
    model.show_pages(lambda limit, offset: tuple(rows(5)[offset : offset + limit]))
    qtmodeltester.check(model)


def test_a_long_list_comes_a_page_at_a_time():
    asked, found = [], rows(3 * PAGE + 10)

    def pages(limit, offset):
        asked.append(offset)
        return tuple(found[offset : offset + limit])

    model = WorklistModel()
    model.show_pages(pages)
    assert model.rowCount() == PAGE
    while model.canFetchMore():
        model.fetchMore()
    assert model.rowCount() == len(found)
    assert asked == [0, PAGE, 2 * PAGE, 3 * PAGE]


def test_the_next_waiting_case_may_be_pages_away_or_before():
    found = rows(2 * PAGE + 5, "read")
    found[2] = replace(found[2], state="waiting")
    found[-1] = replace(found[-1], state="waiting")
    model = WorklistModel()
    model.show_pages(lambda limit, offset: tuple(found[offset : offset + limit]))
    assert model.next_waiting(2) == len(found) - 1
    assert model.next_waiting(len(found) - 1) == 2
    model.take_decision(Decision(found[2].shown.number, "refer", "", "Ada"))
    assert model.next_waiting(len(found) - 1) == -1
    assert model.data(model.index(2, STATE)) == "referred"


def test_an_empty_worklist_teaches(room):
    assert "Read images in the Prediction panel" in room.worklist._empty.text()
    assert not room.worklist.next.isEnabled()


def test_search_and_filter_find_cases(qtbot, room):
    room.read(answer(1), answer(22), answer(3))
    with qtbot.waitSignal(room.worklist.search_changed):
        room.worklist.search.setText("22")
    assert room.worklist.rows.rowCount() == 1
    room.worklist.search.clear()
    room.worklist.states.setCurrentIndex(room.worklist.states.findData("read"))
    assert room.worklist.rows.rowCount() == 0
    assert "No case fits" in room.worklist._empty.text()


def test_enter_and_double_click_open_a_case_of_an_earlier_session(qtbot, room):
    room.read(answer(1), answer(2))
    room.panel.clear()
    room.worklist.go_to(1)
    with qtbot.waitSignal(room.panel.picture_wished) as wished:
        qtbot.keyClick(room.worklist.table, Qt.Key.Key_Return)
    assert wished.args[0].name == "1.png"
    assert room.panel.answer.bars.labels == ("ill", "well")
    assert not room.panel.decisions.isHidden()
    at = room.worklist.table.visualRect(room.worklist.rows.index(0, CASE)).center()
    viewport = room.worklist.table.viewport()
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=at)
    assert room.panel.current().case.name == "2.png"


def test_an_answer_of_another_model_says_whose_it_is(room):
    room.read(answer(1))
    row = room.worklist.rows.row(0)
    room.panel.clear()
    room.flow.open(replace(row, shown=replace(row.shown, model_digest="other")))
    assert "As “m” said on" in room.panel.answer._meaning.text()
    assert "Of 100, 90 were right." in room.panel.answer._meaning.text()


def test_patients_are_hidden_unless_asked_for(room):
    assert room.worklist.table.isColumnHidden(PATIENT)
    room.worklist.patients.setChecked(True)
    assert not room.worklist.table.isColumnHidden(PATIENT)


def test_n_opens_the_next_waiting_case_and_says_which_one_comes_after(qtbot, room):
    room.read(answer(1), answer(2), answer(3))
    room.worklist.opened.emit(room.worklist.rows.row(0))
    room.panel.focus_picture()
    with qtbot.waitSignal(room.flow.expected) as expected:
        qtbot.keyClick(room.panel.viewer.view, Qt.Key.Key_N)
    assert room.panel.current().case.name == "2.png"
    assert expected.args[0].name == "1.png"


def walk(room, steps):
    names = []
    for _step in range(steps):
        room.flow.show_next_waiting()
        names.append(room.panel.current().case.name)
    return names


def test_images_just_read_follow_each_other_as_they_were_read(room):
    room.read(*map(answer, range(1, 5)))
    room.panel.table.go_to(1)
    assert walk(room, 4) == ["3.png", "4.png", "1.png", "2.png"]
    room.decisions.decide(Choice("agree"))
    assert room.panel.current().case.name == "3.png"
    assert walk(room, 3) == ["4.png", "1.png", "3.png"]


def test_after_the_images_just_read_come_those_of_the_worklist(room):
    room.read(answer(1), answer(2))
    room.panel.clear()
    room.read(answer(3), answer(4))
    room.panel.table.go_to(0)
    for _case in range(2):
        room.decisions.decide(Choice("agree"))
    assert room.panel.current().case.name == "2.png"
    assert walk(room, 3) == ["1.png", "2.png", "1.png"]


def test_images_just_read_that_the_search_leaves_out_do_not_come_next(room):
    room.read(*map(answer, range(1, 5)))
    room.panel.table.go_to(0)
    room.worklist.search.setText("3")
    room.flow.refresh()
    assert walk(room, 1) == ["3.png"]


def test_of_more_images_than_the_list_has_loaded_the_next_is_the_next(room):
    room.read(*map(answer, range(1, PAGE + 9)))
    room.panel.table.go_to(0)
    assert walk(room, 3) == ["2.png", "3.png", "4.png"]


def test_a_very_long_class_leaves_room_for_the_decision_and_is_whole_in_its_tooltip(room):
    label = "a class with a name that is longer than anybody would ever want to read in a list"
    shown = replace(SHOWN, number=1, labels=(label, "well"))
    room.worklist.rows.show_pages(lambda _limit, _offset: (WorklistRow(shown, None, "waiting"),))
    assert room.worklist.table.horizontalHeader().sectionSize(LABEL) <= 220
    index = room.worklist.rows.index(0, LABEL)
    assert index.data(Qt.ItemDataRole.ToolTipRole) == label


def test_a_narrow_worklist_shortens_the_name_and_keeps_the_decision_in_sight(qtbot):
    room = make_room(qtbot)
    case = Case("/new/a-rather-long-name-of-a-chest-x-ray-4832.png")
    room.read(replace(answer(1), case=case), answer(2))
    room.decisions.decide(Choice("agree"))
    table, header = room.worklist.table, room.worklist.table.horizontalHeader()
    table.give_width()
    assert header.sectionSize(CASE) > 180
    needed = header.sectionPosition(DECISION) + header.sectionSize(DECISION)
    for width in (needed - 30, needed - 60, needed + 40):
        table.resize(width + table.width() - table.viewport().width(), table.height())
        end = header.sectionPosition(DECISION) + header.sectionSize(DECISION)
        assert end <= max(table.viewport().width(), 0)
        assert header.sectionSize(CASE) >= 96
    assert header.sectionSize(CASE) > 180
