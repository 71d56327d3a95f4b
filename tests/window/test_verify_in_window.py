"""Verify in the Record menu: the head of a report, what is said, and how it is stopped."""

import sqlite3
from contextlib import closing

import pytest
from reading_room import answer

from precmed_gui.archive.record import open_record
from precmed_gui.archive.record_seal import seal_path
from precmed_gui.places import record_file
from precmed_gui.window.engines import make_jobs
from precmed_gui.window.head_dialog import HeadDialog, head_digits
from precmed_gui.window.main_window import MainWindow

SLOW = 60_000
HEAD = "0123456789abcdef" * 4


@pytest.fixture
def told():
    return []


@pytest.fixture
def window(qtbot, monkeypatch, told):
    window = MainWindow(make_jobs())
    qtbot.addWidget(window)
    window.show()
    window.jobs.open()
    window.room.begin()
    window.room.keeper.keep((answer(1), answer(2)))
    monkeypatch.setattr(
        window.room.dialogs, "tell", lambda *texts, is_bad=False: told.append((*texts, is_bad))
    )
    yield window
    window.shut_down()


def verify(qtbot, window, monkeypatch, head=""):
    monkeypatch.setattr(window.room.dialogs, "head", lambda: head)
    window.room.record.verify()
    assert window.room.record.is_working
    qtbot.waitUntil(lambda: not window.room.record.is_working, timeout=SLOW)


def test_verify_says_that_it_holds_and_its_head(qtbot, window, monkeypatch, told):
    verify(qtbot, window, monkeypatch)
    ((title, text, is_bad),) = told
    assert "as it was written" in title
    assert window.room.keeper.head() in text
    assert not is_bad


def test_a_change_outside_of_every_row_is_said_without_naming_a_row(
    qtbot, window, monkeypatch, told
):
    window.room.close()
    seal_path(record_file()).write_text("{}")
    verify(qtbot, window, monkeypatch)
    ((title, text, is_bad),) = told
    assert title == "The record is not as it was written."
    assert "seal" in text
    assert is_bad


def test_a_changed_row_is_named_even_where_a_head_was_typed(qtbot, window, monkeypatch, told):
    head = window.room.keeper.head()
    with closing(sqlite3.connect(record_file())) as connection, connection:
        guards = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in guards.fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE rows SET at = 'never' WHERE number = 3")
    verify(qtbot, window, monkeypatch, head)
    ((title, _text, is_bad),) = told
    assert "row 3 is the first" in title
    assert is_bad


def test_the_head_of_an_earlier_report_is_found_with_its_row(qtbot, window, monkeypatch, told):
    head = window.room.keeper.head()
    record = open_record(record_file())
    row = record.row_of_head(head)
    record.close()
    window.room.keeper.keep((answer(3),))
    for typed in (head, head[:8]):
        verify(qtbot, window, monkeypatch, typed)
        title, text, is_bad = told.pop()
        assert "as it was written" in title
        assert f"that of row {row}: everything up to it is here" in text
        assert not is_bad


def test_a_head_is_still_found_after_the_record_was_encrypted(qtbot, window, monkeypatch, told):
    head = window.room.keeper.head()
    monkeypatch.setattr(window.room.dialogs, "new_passphrase", lambda _present: "words")
    window.room.record.change_passphrase()
    qtbot.waitUntil(lambda: not window.room.record.is_working, timeout=SLOW)
    verify(qtbot, window, monkeypatch, head)
    assert "everything up to it is here" in told[0][1]


def test_a_head_that_is_gone_says_that_rows_were_cut_off(qtbot, window, monkeypatch, told):
    verify(qtbot, window, monkeypatch, HEAD)
    ((title, text, is_bad),) = told
    assert title == "The head on the report is not in this record."
    assert "cut off" in text
    assert "fits together" in text
    assert is_bad


def test_whoever_closes_the_dialog_verifies_nothing(window, monkeypatch):
    monkeypatch.setattr(window.room.dialogs, "head", lambda: None)
    window.room.record.verify()
    assert not window.room.record.is_working


def test_verify_can_be_stopped_and_leaves_the_window_free(qtbot, window, monkeypatch, told):
    monkeypatch.setattr(window.room.dialogs, "head", lambda: "")
    window.room.record.verify()
    assert window.worklist.progress.isVisible()
    assert window.worklist.progress.stop.isEnabled()
    window.actions_.by_name["stop"].trigger()
    qtbot.waitUntil(lambda: not window.room.record.is_working, timeout=SLOW)
    assert window.worklist.progress.isHidden()
    assert window.room.keeper.counts()["waiting"] == 2
    verify(qtbot, window, monkeypatch)
    assert "as it was written" in told[-1][0]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        (HEAD, HEAD),
        (HEAD.upper(), HEAD),
        (f" {HEAD[:20]}\n{HEAD[20:]} ", HEAD),
        (f"Head of the record: {HEAD}", HEAD),
        (f"记录的链头：{HEAD}", HEAD),
        (f"record head {HEAD}", HEAD),
        (HEAD[:8], HEAD[:8]),
        (HEAD[:7], ""),
        (f"{HEAD}0", ""),
        ("0123456x 89abcdef", ""),
        ("", ""),
    ],
)
def test_a_head_is_taken_as_it_is_printed(typed, found):
    assert head_digits(typed) == found


def test_the_dialog_takes_nothing_or_a_head_and_says_what_a_head_is(qtbot):
    dialog = HeadDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.keep.isEnabled()
    assert dialog.head() == ""
    dialog.field.setText("no head")
    assert not dialog.keep.isEnabled()
    assert "8 to 64" in dialog.field.accessibleDescription()
    dialog.field.setText(HEAD.upper())
    assert dialog.keep.isEnabled()
    assert dialog.head() == HEAD
