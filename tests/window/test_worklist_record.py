"""The Record menu in the window, with its real reading engine: what each entry does to the file."""

from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest
from made_dicom import RAMP, write_dicom
from PIL import Image
from pydicom import dcmread
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from reading_room import answer
from tested_card import CARD

from precmed_gui.archive.record import open_record
from precmed_gui.archive.record_errors import WrongPassphrase
from precmed_gui.archive.record_seal import seal_path
from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.errors import FailedStorage
from precmed_gui.diagnosis.explanation import Explanation, MapChecks
from precmed_gui.diagnosis.prediction import PredictionList
from precmed_gui.diagnosis.record import UsedModel
from precmed_gui.diagnosis.training import TrainingResult
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


def test_a_damaged_record_gives_way_to_its_backup(qtbot, window, monkeypatch, tmp_path):
    target = tmp_path / "copy.precmed-record"
    monkeypatch.setattr(window.dialogs, "save_file", lambda *_asked: str(target))
    finish(qtbot, window, window.room.record.back_up)
    window.room.close()
    record_file().write_bytes(b"x" * 9000)
    seal_path(record_file()).unlink(missing_ok=True)
    window.room.reopen()
    assert window.room.is_damaged
    monkeypatch.setattr(window.dialogs, "open_file", lambda *_asked: str(target))
    monkeypatch.setattr(window.dialogs, "confirm", lambda *_asked: True)
    finish(qtbot, window, window.room.record.restore)
    assert window.room.keeper.counts()["waiting"] == 2
    assert "too damaged to tell who was erased" in window.worklist.strip.text()
    assert not window.room.is_damaged
    [former] = record_file().parent.glob("record.before-*.sqlite")
    assert former.read_bytes() == b"x" * 9000


def test_a_plain_backup_is_encrypted_as_the_record_is(qtbot, window, monkeypatch, tmp_path):
    target = tmp_path / "copy.precmed-record"
    monkeypatch.setattr(window.dialogs, "save_file", lambda *_asked: str(target))
    finish(qtbot, window, window.room.record.back_up)
    monkeypatch.setattr(window.room.dialogs, "new_passphrase", lambda _present: "words")
    finish(qtbot, window, window.room.record.change_passphrase)
    monkeypatch.setattr(window.dialogs, "open_file", lambda *_asked: str(target))
    monkeypatch.setattr(window.dialogs, "confirm", lambda *_asked: True)
    finish(qtbot, window, window.room.record.restore)
    assert window.room.keeper.counts()["waiting"] == 2
    with pytest.raises(WrongPassphrase):
        open_record(record_file())


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
    window.room.reports.save_report()
    assert target.read_bytes().startswith(b"%PDF")
    assert "1.png" not in names[0]
    record = open_record(record_file())
    shown = next(iter(record.every()))[0]
    assert [export.kind for export in record.exports_of(shown.number)] == ["pdf"]
    record.close()


def test_an_answer_that_is_no_longer_on_the_screen_is_not_reported(window, monkeypatch):
    monkeypatch.setattr(window.dialogs, "save_file", lambda *_asked: pytest.fail("was asked"))
    window.prediction.readings.forget_answers()
    window.room.reports.save_report()
    assert "no recorded answer" in window.prediction.strip.text()


def test_figures_of_another_model_do_not_stand_beside_an_answer(window):
    shown = window.room.shown()
    window.workspace.card = object()
    window.room._used = UsedModel("m", shown.model_digest or "d")
    same = replace(shown, model_digest=window.room._used.digest)
    assert window.room.card_of(same) is window.workspace.card
    assert window.room.card_of(replace(shown, model_digest="another")) is None


def test_ctrl_6_shows_the_worklist(window):
    window.actions_.by_name["show_worklist"].trigger()
    assert window.worklist.isVisible()
    assert window.actions_.by_name["show_worklist"].shortcut().toString() == "Ctrl+6"


def test_a_passphrase_is_set_asked_for_changed_and_taken_away(qtbot, window, monkeypatch):
    dialogs, record = window.room.dialogs, window.room.record
    for present, wish, said in (("", "one", "new passphrase"), ("one", "two", "new passphrase")):
        monkeypatch.setattr(dialogs, "new_passphrase", checked(present, wish))
        finish(qtbot, window, record.change_passphrase)
        assert said in window.worklist.strip.text()
        assert window.room.keeper.counts()["waiting"] == 2
        with pytest.raises(WrongPassphrase):
            open_record(record_file(), "zero")
        open_record(record_file(), wish).close()
    window.room.keeper.keep((answer(3),))
    monkeypatch.setattr(dialogs, "new_passphrase", checked("two", ""))
    finish(qtbot, window, record.change_passphrase)
    assert "no longer encrypted" in window.worklist.strip.text()
    again = open_record(record_file())
    assert again.counts()["waiting"] == 3
    again.close()


def checked(present, wish):
    def ask(given):
        assert given == present
        return wish

    return ask


def test_whoever_closes_the_passphrase_dialog_changes_nothing(window, monkeypatch):
    monkeypatch.setattr(window.room.dialogs, "new_passphrase", lambda _present: None)
    window.room.record.change_passphrase()
    assert not window.room.record.is_working
    assert window.room.keeper.counts()["waiting"] == 2


def test_a_backup_under_another_passphrase_is_asked_for_it(qtbot, window, monkeypatch, tmp_path):
    backup = str(tmp_path / "kept.precmed-record")
    monkeypatch.setattr(window.dialogs, "save_file", lambda *_asked: backup)
    monkeypatch.setattr(window.dialogs, "open_file", lambda *_asked: backup)
    monkeypatch.setattr(window.dialogs, "confirm", lambda *_asked: True)
    dialogs, record = window.room.dialogs, window.room.record
    monkeypatch.setattr(dialogs, "new_passphrase", lambda _present: "old")
    finish(qtbot, window, record.change_passphrase)
    finish(qtbot, window, record.back_up)
    monkeypatch.setattr(dialogs, "new_passphrase", lambda _present: "new")
    finish(qtbot, window, record.change_passphrase)
    asked = []
    monkeypatch.setattr(dialogs, "passphrase_of_backup", lambda why: asked.append(why) or "old")
    finish(qtbot, window, record.restore)
    assert len(asked) == 1
    assert "restored" in window.worklist.strip.text()
    assert window.room.passphrase == "old"
    assert window.room.keeper.counts()["waiting"] == 2


def test_no_report_of_a_hidden_answer(window, monkeypatch, tmp_path):
    window.room.decisions._seen.clear()
    window.room.decisions.use_reader("Dr Bo")
    window.room.decisions._seen.clear()
    window.room.decisions._is_blinded = True
    window.room.decisions.refresh()
    assert window.room.is_hidden
    monkeypatch.setattr(window.dialogs, "save_file", lambda *_asked: pytest.fail("asked where"))
    window.room.reports.save_report()
    assert "hidden while you read blinded" in window.prediction.strip.text()
    window.wishes.save_predictions()
    assert "hidden while you read blinded" in window.prediction.strip.text()
    error = window.reading_flow.save_table(tmp_path / "a.csv")
    assert error is not None
    assert not (tmp_path / "a.csv").exists()


def test_blinded_reading_is_remembered(qtbot, window):
    window.settings.setValue("reader", "Dr Ada")
    window.worklist.blinding.setChecked(True)
    assert window.actions_.by_name["read_blinded"].isChecked()
    other = MainWindow(window.jobs)
    qtbot.addWidget(other)
    assert other.room.decisions.is_blinded
    assert other.worklist.blinding.isChecked()
    other.room.close()


def test_dicom_entries_are_for_dicom_images_and_say_so(window):
    for name in ("save_sr", "save_capture"):
        action = window.actions_.by_name[name]
        assert not action.isEnabled()
        assert "DICOM images only" in action.text()


@pytest.fixture
def dicom(qtbot, window, tmp_path):
    path = write_dicom(
        tmp_path / "1.dcm", RAMP, Modality="CT", StudyInstanceUID="1.2", SeriesInstanceUID="1.2.3",
        PatientName="Doe^Jane", StudyDate="20260101", StudyTime="120000", StudyID="1",
        AccessionNumber="", PatientBirthDate="", PatientSex="", ReferringPhysicianName="",
        SeriesNumber=1, InstanceNumber=1,
    )  # fmt: skip
    prediction = replace(answer(9), case=Case(str(path), patient="PAT-7"))
    window.room.keeper.keep((prediction,))
    window.prediction.show_finished(PredictionList("m", (prediction,), ()))
    with qtbot.waitSignal(window.reading_flow.case_shown, timeout=SLOW):
        window.prediction.table.go_to(2)
    return prediction


def test_a_dicom_image_has_a_report_and_a_capture_in_its_study(
    qtbot, window, dicom, monkeypatch, tmp_path
):
    assert window.actions_.by_name["save_sr"].isEnabled()
    assert window.actions_.by_name["save_sr"].text() == "Save DI&COM SR…"
    names = iter((str(tmp_path / "sr.dcm"), str(tmp_path / "map.dcm")))
    monkeypatch.setattr(window.dialogs, "save_file", lambda *_asked: next(names))
    window.room.reports.save_capture()
    assert "no map of this case" in window.prediction.strip.text()
    window.room.reports.save_sr()
    qtbot.waitUntil(lambda: not window.room.reports.is_working, timeout=SLOW)
    found = dcmread(tmp_path / "sr.dcm")
    assert (found.StudyInstanceUID, found.VerificationFlag) == ("1.2", "UNVERIFIED")
    strength = np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8)
    checks = MapChecks(0.9, 0.9, True)
    found = Explanation(dicom.case, 1, "ill", "occlusion", strength, checks, 1.0)
    window.room.maps.explanation = found
    window.room.reports.save_capture()
    qtbot.waitUntil(lambda: not window.room.reports.is_working, timeout=SLOW)
    assert dcmread(tmp_path / "map.dcm").StudyInstanceUID == "1.2"
    record = open_record(record_file())
    shown = window.room.shown()
    assert [export.kind for export in record.exports_of(shown.number)] == ["sr", "capture"]
    record.close()


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_saved_tables_are_noted_with_their_cases(qtbot, window, monkeypatch, tmp_path, ending):
    table, decisions = tmp_path / f"answers.{ending}", tmp_path / f"readings.{ending}"
    names = iter((str(table), str(decisions)))
    monkeypatch.setattr(window.dialogs, "save_file", lambda *_asked: next(names))
    monkeypatch.setattr(window.dialogs, "confirm", lambda *_asked: False)
    window.wishes.save_predictions()
    finish(qtbot, window, window.room.record.export)
    record = open_record(record_file())
    noted = record.exports_of(0)
    record.close()
    assert [(one.kind, one.name, one.cases) for one in noted] == [
        ("predictions", table.name, 2),
        ("readings", decisions.name, 2),
    ]
    digests = [sha256(file.read_bytes()).hexdigest() for file in (table, decisions)]
    assert [one.digest for one in noted] == digests


def test_a_reader_who_signs_a_report_stands_in_the_row_of_the_export(
    qtbot, window, dicom, monkeypatch, tmp_path
):
    window.room.decisions.decide(Choice("agree"))
    window.prediction.table.go_to(2)
    questions = []

    def confirm(text, *_more):
        questions.append(text)
        return "Sign" in text

    monkeypatch.setattr(window.dialogs, "confirm", confirm)
    monkeypatch.setattr(window.dialogs, "save_file", lambda *_asked: str(tmp_path / "sr.dcm"))
    window.room.reports.save_sr()
    qtbot.waitUntil(lambda: not window.room.reports.is_working, timeout=SLOW)
    assert questions == ["Sign the report as Dr Ada?"]
    assert dcmread(tmp_path / "sr.dcm").VerificationFlag == "VERIFIED"
    record = open_record(record_file())
    [noted] = record.exports_of(window.room.shown().number)
    record.close()
    assert (noted.kind, noted.name, noted.signed_by) == ("sr", "sr.dcm", "Dr Ada")
    assert noted.digest == sha256((tmp_path / "sr.dcm").read_bytes()).hexdigest()


def test_a_kept_answer_says_what_its_set_and_its_bars_meant_then(window):
    window.room.keeper.keep((answer(5, label_set=("ill",)),))
    [row] = window.room.keeper.rows("5.png", "", 10, 0)
    window.workspace.choose_model(None, None)
    window.room.worklist.open(row)
    said = window.prediction.answer
    assert "Cannot be ruled out at 90 %: “ill”." in said.verdict.text()
    assert "about 83 were right" in said.bars.meaning
    assert "As “m” said on" in said.bars.meaning
    window.room.keeper.remember(replace(row.shown, figures=None))
    window.prediction.show_kept(window.prediction.current())
    assert "Could not be ruled out: ill." in said.verdict.text()
    assert said.bars.meaning.startswith("ill, 80 %. As “m” said on")


TRAINED = TrainingResult("/shelf/one", replace(CARD, is_checkpoint=True), True, 0.0)


def test_a_training_that_ends_with_a_model_is_a_row(window):
    window.training_flow.finished.emit(TRAINED)
    record = open_record(record_file())
    [kept] = record.trainings()
    record.close()
    assert (kept.model_name, kept.reader, kept.is_stopped) == ("m", "Dr Ada", True)
    assert kept.origin.images == CARD.data.images


def test_a_training_that_no_record_takes_is_said_and_stays(window, monkeypatch):
    def refuse():
        raise FailedStorage("The disk is full.", "Free some space.")

    window.room.close()
    monkeypatch.setattr(window.room.keeper, "_opener", refuse)
    window.training_flow.finished.emit(TRAINED)
    said = window.training.strip.text()
    assert "the training is not in the record: The disk is full." in said
    assert "Free some space." in said


def test_a_map_is_kept_when_it_is_shown(window):
    reading = window.prediction.current()
    strength = np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8)
    checks = MapChecks(0.1, 0.9, True)
    window.room.maps._take(Explanation(reading.case, 1, "ill", "gradient", strength, checks, 1.0))
    record = open_record(record_file())
    [found] = record.maps_of(window.room.shown().number)
    record.close()
    assert (found.label, found.passed, len(found.digest)) == ("ill", True, 64)


@pytest.mark.parametrize("is_large", [True, False])
def test_ctrl_f_finds_in_the_worklist_for_whoever_reads(qtbot, window, is_large):
    window.activateWindow()
    window.layout_.set_large(is_large=is_large)
    window.prediction.focus_picture()
    qtbot.waitUntil(window.prediction.viewer.view.hasFocus)
    window.actions_.by_name["find_cases"].trigger()
    qtbot.waitUntil(window.worklist.search.hasFocus)
    assert window.layout_.is_large == is_large
    qtbot.keyClicks(window.worklist.search, "2.png")
    qtbot.keyClick(window.worklist.search, Qt.Key.Key_Return)
    assert window.worklist.table.hasFocus()
    assert window.worklist.rows.rowCount() == 1
    assert window.worklist.place() == 0


def test_ctrl_f_leaves_no_letter_to_the_picture_where_there_is_nothing_to_find(qtbot, window):
    window.activateWindow()
    window.cases.focus_images()
    window.actions_.by_name["find_cases"].trigger()
    focused = QApplication.focusWidget()
    assert focused is not None
    assert window.cases.isAncestorOf(focused)


def test_work_on_the_record_leaves_the_keyboard_where_it_is(qtbot, window, monkeypatch):
    window.activateWindow()
    window.prediction.focus_picture()
    qtbot.waitUntil(window.prediction.viewer.view.hasFocus)
    monkeypatch.setattr(window.room.dialogs, "head", lambda: "")
    monkeypatch.setattr(window.room.dialogs, "tell", lambda *_texts, **_more: None)
    finish(qtbot, window, window.room.record.verify)
    assert window.prediction.viewer.view.hasFocus()


def test_a_case_opened_from_the_record_is_counted_at_once(window):
    before = window.prediction.readings.summary()
    window.room.keeper.keep((answer(3),))
    window.room.worklist.refresh()
    window.room.worklist.open(window.worklist.rows.row(0))
    texts = [label.text() for label in window.prediction.findChildren(QLabel)]
    assert "3 images read" in texts
    assert before not in texts
