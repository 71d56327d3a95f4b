"""An answer is in the record before it is on the screen; a decision before the screen says so."""

import pytest
from PySide6.QtCore import Qt
from reading_room import answer, make_room

from precmed_gui.diagnosis.errors import FailedStorage
from precmed_gui.window.reading_stage import Choice


class FullDisk:
    """A record that opens and takes nothing."""

    def keep_shown(self, answers):
        raise FailedStorage("The disk is full.", "Free some space.")

    def worklist(self, *_asked):
        return ()

    def answers_of(self, _case_key):
        return ()

    def counts(self):
        return {}

    def close(self):
        pass


@pytest.fixture
def room(qtbot):
    room = make_room(qtbot)
    yield room
    room.keeper.close()


def press(qtbot, room, key):
    room.panel.focus_picture()
    qtbot.keyClick(room.panel.viewer.view, key)


def test_what_is_shown_is_recorded_with_what_stood_beside_it(room):
    room.read(answer(1))
    ((shown, decisions),) = room.kept()
    assert (shown.case_name, shown.labels, decisions) == ("1.png", ("ill", "well"), ())
    assert shown.test_sentence == "Of 100, 90 were right."
    assert room.panel.answer._unkept.isHidden()


def test_the_same_answer_shown_again_is_no_new_row(room):
    room.read(answer(1))
    room.read(answer(1, reason="In another language."))
    assert len(room.kept()) == 1
    room.read(answer(1, ill=0.7))
    assert len(room.kept()) == 2


def test_an_answer_the_disk_refused_is_shown_and_says_so(qtbot):
    room = make_room(qtbot, FullDisk)
    room.read(answer(1))
    assert room.panel.answer.bars.labels == ("ill", "well")
    assert not room.panel.answer._unkept.isHidden()
    assert "Not recorded: The disk is full." in room.panel.answer._unkept.text()
    assert room.panel.decisions.isHidden()


@pytest.mark.parametrize(
    ("key", "kind", "label"),
    [
        (Qt.Key.Key_A, "agree", "ill"),
        (Qt.Key.Key_2, "other", "well"),
        (Qt.Key.Key_1, "agree", "ill"),
        (Qt.Key.Key_F, "refer", ""),
        (Qt.Key.Key_X, "reject", ""),
    ],
)
def test_one_key_decides(qtbot, room, key, kind, label):
    room.decisions.use_reader("Dr Ada")
    room.read(answer(1))
    room.clock.now += 7.5
    press(qtbot, room, key)
    ((_shown, (decision,)),) = room.kept()
    assert (decision.kind, decision.label, decision.reader) == (kind, label, "Dr Ada")
    assert decision.seconds == 7.5
    assert not decision.is_blind


def test_a_key_typed_into_the_comment_decides_nothing(qtbot, room):
    room.decisions.use_reader("Dr Ada")
    room.read(answer(1))
    press(qtbot, room, Qt.Key.Key_C)
    assert room.panel.decisions.comment.hasFocus()
    qtbot.keyClicks(room.panel.decisions.comment, "faxa1")
    assert room.kept()[0][1] == ()
    qtbot.keyClick(room.panel.decisions.comment, Qt.Key.Key_Return)
    assert room.panel.viewer.view.hasFocus()
    press(qtbot, room, Qt.Key.Key_A)
    assert room.kept()[0][1][0].comment == "faxa1"
    assert room.panel.decisions.comment.text() == ""


def test_the_name_is_asked_once_and_without_it_nothing_is_kept(qtbot):
    room = make_room(qtbot, reader="")
    room.read(answer(1))
    room.decisions.decide(Choice("agree"))
    assert room.asked == [""]
    assert room.kept()[0][1] == ()
    room.keeper.close()
    named = make_room(qtbot)
    named.read(answer(1), answer(2))
    named.decisions.decide(Choice("agree"))
    named.decisions.decide(Choice("agree"))
    assert named.asked == [""]
    named.keeper.close()


def test_a_decision_leads_to_the_next_waiting_case_and_nothing_is_overwritten(qtbot, room):
    room.decisions.use_reader("Dr Ada")
    room.read(answer(1), answer(2), answer(3))
    assert room.worklist.rows.row(0).shown.case_name == "3.png"
    room.worklist.opened.emit(room.worklist.rows.row(0))
    press(qtbot, room, Qt.Key.Key_A)
    assert room.panel.current().case.name == "2.png"
    press(qtbot, room, Qt.Key.Key_F)
    assert room.panel.current().case.name == "1.png"
    press(qtbot, room, Qt.Key.Key_X)
    assert "No case is waiting" in room.worklist.strip.text()
    assert room.keeper.counts() == {"waiting": 0, "read": 2, "referred": 1}
    press(qtbot, room, Qt.Key.Key_2)
    kinds = [decision.kind for decision in room.kept()[0][1]]
    assert kinds == ["reject", "other"]
    assert "image rejected" in room.panel.decisions._before.text()


def test_a_refused_answer_cannot_be_agreed_with(qtbot, room):
    room.decisions.use_reader("Dr Ada")
    room.read(answer(1, verdict="refused", reason="Unlike the training images."))
    press(qtbot, room, Qt.Key.Key_A)
    assert room.kept()[0][1] == ()
    press(qtbot, room, Qt.Key.Key_1)
    assert (room.kept()[0][1][0].kind, room.kept()[0][1][0].label) == ("other", "ill")


def test_time_stands_while_the_window_is_not_in_use(room):
    room.decisions.use_reader("Dr Ada")
    room.read(answer(1))
    room.clock.now = 4.0
    room.decisions._on_application_state(Qt.ApplicationState.ApplicationInactive)
    room.clock.now = 100.0
    room.decisions._on_application_state(Qt.ApplicationState.ApplicationActive)
    room.clock.now = 103.0
    room.decisions.decide(Choice("agree"))
    assert room.kept()[0][1][0].seconds == 7.0


def test_earlier_cases_of_the_patient_are_told(room):
    room.read(answer(1, patient="P7"), answer(2, patient="P7"), answer(3, patient="P8"))
    room.flow.open(room.worklist.rows.row(1))
    assert room.panel.decisions.earlier.text() == "1 earlier case of this patient"
    room.flow.open(room.worklist.rows.row(0))
    assert room.panel.decisions.earlier.isHidden()


def on_another_day(qtbot, room):
    """The same file, another window."""
    room.keeper.close()
    return make_room(qtbot)


def test_the_same_answer_on_another_day_is_no_new_case(qtbot):
    room = make_room(qtbot)
    room.decisions.use_reader("Dr Wu")
    room.read(answer(1, 0.9), answer(2, 0.9))
    room.panel.table.go_to(0)
    room.decisions.decide(Choice("refer"))
    later = on_another_day(qtbot, room)
    later.read(answer(1, 0.90001), answer(2, 0.9))
    assert later.keeper.counts() == {"waiting": 1, "read": 0, "referred": 1}
    assert len(later.kept()) == 2
    later.panel.table.go_to(0)
    assert "Dr Wu" in later.panel.decisions._before.text()
    later.keeper.close()


def test_a_new_answer_about_a_case_comes_with_what_was_decided_before(qtbot):
    room = make_room(qtbot)
    room.decisions.use_reader("Dr Wu")
    room.read(answer(1, 0.9))
    room.decisions.decide(Choice("refer"))
    later = on_another_day(qtbot, room)
    later.read(answer(1, 0.3))
    assert later.keeper.counts() == {"waiting": 1, "read": 0, "referred": 0}
    later.panel.table.go_to(0)
    assert "Dr Wu" in later.panel.decisions._before.text()
    later.keeper.close()


def test_who_read_a_case_openly_is_not_blinded_to_the_same_model_later(qtbot):
    room = make_room(qtbot)
    room.decisions.use_reader("Dr Wu")
    room.read(answer(1, 0.9))
    room.decisions.decide(Choice("agree"))
    later = on_another_day(qtbot, room)
    later.decisions.use_reader("Dr Wu")
    later.decisions.set_blinded(is_blinded=True)
    later.read(answer(1, 0.3), answer(2, 0.3))
    known, fresh = (later.keeper.shown_of(f"/new/{n}.png") for n in (1, 2))
    assert not later.decisions.hides(known)
    assert later.decisions.hides(fresh)
    later.decisions.use_reader("Dr Sun")
    assert later.decisions.hides(known)
    later.keeper.close()
