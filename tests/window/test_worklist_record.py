"""The Record menu in the window, with its real reading engine: what each entry does to the file."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from reading_room import answer
from tested_card import CARD

from precmed_gui.archive.record import open_record
from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.prediction import PredictionList
from precmed_gui.places import record_file
from precmed_gui.window.engines import make_jobs
from precmed_gui.window.main_window import MainWindow
from precmed_gui.window.reading_stage import Choice

SLOW = 60_000


@pytest.fixture
def window(qtbot, tmp_path):
    window = MainWindow(make_jobs())
    qtbot.addWidget(window)
    window.show()
    window.jobs.open()
    window.room.begin()
    window.workspace.choose_model(tmp_path, CARD)
    image = tmp_path / "1.png"
    Image.fromarray(np.full((40, 40), 90, np.uint8)).save(image)
    first = replace(answer(1), case=Case(str(image), patient="P1"))
    predictions = (first, answer(2, patient="P2"))
    window.room.keeper.keep(predictions)
    with qtbot.waitSignal(window.reading_flow.case_shown, timeout=SLOW):
        window.prediction.show_finished(PredictionList("m", predictions, ()))
    window.room.decisions.use_reader("Dr Ada")
    yield window
    window.shut_down()


def finish(qtbot, window, start):
    start()
    assert window.room.record.is_working
    qtbot.waitUntil(lambda: not window.room.record.is_working, timeout=SLOW)


def test_verify_says_that_it_holds_and_its_head(qtbot, window, monkeypatch):
    told = []
    monkeypatch.setattr(window.room.dialogs, "tell", lambda *texts: told.append(texts))
    finish(qtbot, window, window.room.record.verify)
    ((title, text),) = told
    assert "as it was written" in title
    assert window.room.keeper.head() in text


def test_a_backup_brings_back_what_was_there(qtbot, window, monkeypatch, tmp_path):
    backup = str(tmp_path / "kept.precmed-record")
    monkeypatch.setattr(window.dialogs, "save_file", lambda *_asked: backup)
    monkeypatch.setattr(window.dialogs, "open_file", lambda *_asked: backup)
    monkeypatch.setattr(window.dialogs, "confirm", lambda *_asked: True)
    finish(qtbot, window, window.room.record.back_up)
    assert "backed up" in window.worklist.strip.text()
    window.room.decisions.decide(Choice("agree"))
    assert window.room.keeper.counts()["waiting"] == 1
    finish(qtbot, window, window.room.record.restore)
    assert "restored" in window.worklist.strip.text()
    assert window.room.keeper.counts()["waiting"] == 2
    window.room.keeper.keep((answer(3),))
    assert window.room.keeper.counts()["waiting"] == 3


def test_a_patient_is_erased_only_after_two_questions(qtbot, window, monkeypatch):
    asked = []
    monkeypatch.setattr(window.room.dialogs, "patient", lambda name: asked.append(name) or "P2")
    monkeypatch.setattr(window.dialogs, "confirm", lambda *_asked: False)
    window.room.record.erase()
    assert asked == ["P1"]
    assert not window.room.record.is_working
    monkeypatch.setattr(window.dialogs, "confirm", lambda *_asked: True)
    finish(qtbot, window, window.room.record.erase)
    assert "1 answer was erased." in window.worklist.strip.text()
    record = open_record(record_file())
    assert [shown.patient for shown, _decisions in record.every()] == ["P1", ""]
    record.close()


def test_a_report_has_the_head_of_the_chain_and_is_noted(qtbot, window, monkeypatch, tmp_path):
    target = tmp_path / "report.pdf"
    monkeypatch.setattr(window.dialogs, "confirm", lambda *_asked: False)
    names = []
    monkeypatch.setattr(
        window.dialogs, "save_file", lambda _t, name, _k: names.append(name) or str(target)
    )
    window.room.record.save_report()
    assert target.read_bytes().startswith(b"%PDF")
    assert "1.png" not in names[0]
    record = open_record(record_file())
    shown = next(iter(record.every()))[0]
    assert [export.kind for export in record.exports_of(shown.number)] == ["pdf"]
    record.close()


def test_ctrl_6_shows_the_worklist(window):
    window.actions_.by_name["show_worklist"].trigger()
    assert window.worklist.isVisible()
    assert window.actions_.by_name["show_worklist"].shortcut().toString() == "Ctrl+6"
