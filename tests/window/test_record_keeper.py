"""What is one answer and what a new one; a record that was closed, replaced or damaged."""

from dataclasses import replace

import pytest
from reading_room import answer, make_room

from precmed_gui.archive.record import open_record
from precmed_gui.archive.record_copies import back_up, restore
from precmed_gui.archive.record_errors import WrongPassphrase
from precmed_gui.archive.record_passphrase import set_passphrase
from precmed_gui.diagnosis.work import NeverCancelled, ignore
from precmed_gui.places import record_file
from precmed_gui.window.engines import make_jobs
from precmed_gui.window.main_window import MainWindow
from precmed_gui.window.reading_stage import Choice


def test_an_answer_that_differs_by_less_than_is_shown_is_no_new_one(qtbot):
    room = make_room(qtbot)
    room.read(answer(1, ill=0.8))
    room.decisions.decide(Choice("agree"))
    room.read(answer(1, ill=0.8 + 3e-7))
    assert len(room.kept()) == 1
    assert room.keeper.counts()["read"] == 1


@pytest.mark.parametrize(
    "other",
    [answer(1, ill=0.801), answer(1, label_set=("ill",)), answer(1, verdict="refer")],
    ids=["probabilities", "set", "verdict"],
)
def test_an_answer_that_differs_in_what_is_shown_is_a_new_one(qtbot, other):
    room = make_room(qtbot)
    room.read(answer(1, ill=0.8))
    room.read(other)
    assert len(room.kept()) == 2


def test_another_number_of_classes_is_a_new_answer(qtbot):
    room = make_room(qtbot)
    room.read(answer(1, ill=0.8))
    room.read(replace(answer(1), labels=("ill", "well", "odd"), probabilities=(0.8, 0.2, 0.0)))
    assert len(room.kept()) == 2


def locked(_passphrase=""):
    raise WrongPassphrase("The record is encrypted.", "Open it.")


def test_answers_that_the_record_refused_go_in_once_it_is_open(qtbot):
    doors = [locked, locked]

    def door():
        return (doors.pop() if doors else lambda: open_record(record_file()))()

    room = make_room(qtbot, door)
    room.read(answer(1), answer(2))
    assert "encrypted" in room.keeper.reason("/new/1.png")
    assert "encrypted" in room.worklist.closed.text()
    assert room.keeper.reopen()
    room.flow.refresh()
    assert len(room.kept()) == 2
    assert room.keeper.reason("/new/1.png") == ""
    assert not room.worklist.closed.is_needed
    room.keeper.reopen()
    assert len(room.kept()) == 2


@pytest.fixture
def window(qtbot):
    window = MainWindow(make_jobs())
    qtbot.addWidget(window)
    window.show()
    window.room.begin()
    window.show_panel(5)
    window.room.decisions.use_reader("Dr Ada")
    yield window
    window.shut_down()


def shown_page(window):
    page = window.worklist.closed
    return (page.text(), page.action.text()) if page.isVisible() else ("", "")


def encrypt(words):
    other = open_record(record_file())
    set_passphrase(other, words, ignore, NeverCancelled())
    other.close()


def test_a_record_encrypted_behind_the_window_is_opened_by_the_button(qtbot, window, monkeypatch):
    first = window.room.keeper
    first.keep((answer(1),))
    number = first.shown_of("/new/1.png").number
    encrypt("words")
    window.room.worklist.refresh()
    text, verb = shown_page(window)
    assert "in another window" in text
    assert verb == "Open it again"
    for field in (window.worklist.search, window.worklist.next, window.worklist.statistics):
        assert not field.isEnabled()
    asked = []
    monkeypatch.setattr(window.room.dialogs, "passphrase", lambda why: asked.append(why) or "words")
    window.worklist.closed.action.click()
    assert len(asked) == 1
    qtbot.waitUntil(lambda: shown_page(window) == ("", ""))
    assert window.worklist.rows.rowCount() == 1
    assert window.worklist.search.isEnabled()
    assert first.shown_of("/new/1.png").number == number


def test_an_answer_that_a_restored_record_does_not_hold_takes_no_decision(window, tmp_path):
    keeper, backup = window.room.keeper, tmp_path / "b.precmed-record"
    other = open_record(record_file())
    back_up(other, backup, ignore, NeverCancelled())
    other.close()
    keeper.keep((answer(1),))
    restore(record_file(), backup, "", ignore, NeverCancelled())
    other = open_record(record_file())
    other.keep_shown((replace(keeper.shown_of("/new/1.png"), case_key="/new/9.png"),))
    other.close()
    window.room.worklist.refresh()
    assert shown_page(window)[1] == "Open it again"
    window.worklist.closed.action.click()
    assert keeper.shown_of("/new/1.png") is None
    assert "Read the image again" in keeper.reason("/new/1.png")
    keeper.keep((answer(1),))
    assert keeper.reason("/new/1.png") == ""
    assert keeper.counts()["waiting"] == 2


def test_verify_opens_a_replaced_record_again(window, monkeypatch):
    window.room.keeper.keep((answer(1),))
    encrypt("words")
    window.room.worklist.refresh()
    monkeypatch.setattr(window.room.dialogs, "passphrase", lambda _why: "words")
    monkeypatch.setattr(window.room.dialogs, "head", lambda: None)
    window.room.record.verify()
    assert window.room.keeper.is_open
    assert window.room.keeper.counts()["waiting"] == 1


def test_an_encrypted_record_that_nobody_opened_has_a_button_for_it(qtbot, window, monkeypatch):
    window.room.keeper.keep((answer(1),))
    window.room.close()
    encrypt("words")
    typed = ["", "wrong", "words"]
    monkeypatch.setattr(window.room.dialogs, "passphrase", lambda _why: typed.pop(0))
    window.room.begin()
    text, verb = shown_page(window)
    assert text.startswith("The record is encrypted and was not opened.")
    assert verb == "Open…"
    window.worklist.closed.action.click()
    assert typed == []
    qtbot.waitUntil(lambda: window.worklist.rows.rowCount() == 1)
    assert shown_page(window) == ("", "")


def test_a_damaged_record_offers_its_backup(window, monkeypatch):
    window.room.keeper.keep((answer(1),))
    window.room.close()
    record_file().write_bytes(b"x" * 9000)
    window.room.begin()
    assert shown_page(window)[1] == "Restore a backup…"
    asked = []
    monkeypatch.setattr(window.dialogs, "open_file", lambda *_asked: asked.append(1) or "")
    window.worklist.closed.action.click()
    assert asked == [1]


def test_a_referral_stays_where_the_record_was_closed_when_its_case_was_read_again(qtbot):
    room = make_room(qtbot)
    room.read(answer(1))
    room.decisions.decide(Choice("refer"))
    room.keeper.close()
    room.keeper._kept.clear()
    room.keeper.keep((answer(1),))
    assert len(room.kept()) == 1
    assert room.keeper.counts()["referred"] == 1


def test_a_refused_answer_that_the_record_holds_already_is_no_new_one(qtbot):
    make_room(qtbot).read(answer(1))
    doors = [locked, locked]

    def door():
        return (doors.pop() if doors else lambda: open_record(record_file()))()

    room = make_room(qtbot, door)
    room.read(answer(1))
    assert room.keeper.reopen()
    assert len(room.kept()) == 1
    assert room.keeper.reason("/new/1.png") == ""


def test_whoever_has_seen_an_answer_is_not_blinded_to_it_under_another_number(qtbot):
    room = make_room(qtbot)
    room.read(answer(1), answer(2))
    seen = room.keeper.shown_of("/new/1.png")
    room.decisions.use_reader("Dr Wu")
    room.decisions.sees(seen)
    room.decisions.set_blinded(is_blinded=True)
    assert not room.decisions.hides(replace(seen, number=seen.number + 100))
    assert room.decisions.hides(replace(seen, number=seen.number + 200, fingerprint="1" * 32))
