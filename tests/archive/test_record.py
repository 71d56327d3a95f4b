"""The record keeps all that was shown and decided, for several windows, and changes nothing."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from made_record import shown, verified

from precmed_gui.archive import record_keys
from precmed_gui.archive.record import open_record, shown_of
from precmed_gui.archive.record_errors import (
    DamagedRecord,
    NewerRecord,
    UnknownAnswer,
    refusal,
)
from precmed_gui.archive.record_schema import STEPS
from precmed_gui.archive.record_seal import seal_path
from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.errors import FailedStorage
from precmed_gui.diagnosis.prediction import Prediction
from precmed_gui.diagnosis.record import Decision, Export, UsedModel
from precmed_gui.places import record_file


@pytest.fixture(autouse=True)
def quick_passphrases(monkeypatch):
    monkeypatch.setattr(record_keys, "SCRYPT_COST", 2)


@pytest.fixture(params=["", "Straße 犬"], ids=["plain", "encrypted"])
def opened(request, tmp_path):
    """Opens the same record again and again."""
    records = []

    def open_again():
        records.append(open_record(tmp_path / "deep" / "record.sqlite", request.param))
        return records[-1]

    yield open_again
    for record in records:
        record.close()


@pytest.fixture
def record(opened):
    return opened()


def test_what_was_shown_comes_back_exactly_with_number_and_time(record):
    odd = replace(shown(1), probabilities=(1 / 3, 2 / 3), case_key="/a/\udcff.png", reason="远 “x”")
    kept = record.keep_shown([odd, shown(2)])
    assert [replace(one, number=0, at="") for one in kept] == [odd, shown(2)]
    assert kept[0].number < kept[1].number
    assert kept[0].at.endswith("+00:00")
    assert [one for one, _ in record.every()] == list(kept)
    assert record.shown(kept[1].number) == kept[1]
    assert record.shown(999) is None


def test_a_new_record_is_empty_and_verifies(record):
    assert record.worklist() == ()
    assert record.counts() == {"waiting": 0, "read": 0, "referred": 0}
    assert verified(record).valid
    assert record.head() == verified(record).head


def test_a_decision_is_added_and_none_is_replaced(record):
    (kept,) = record.keep_shown([shown(1)])
    first = record.decide(Decision(kept.number, "other", "well", "Dr. A", "见", True, 12.25))
    second = record.decide(Decision(kept.number, "refer", "", "Dr. A"))
    assert record.decisions_of(kept.number) == (first, second)
    assert first.number < second.number
    (row,) = record.worklist()
    assert (row.shown, row.decision, row.state) == (kept, second, "referred")
    assert record.counts() == {"waiting": 0, "read": 0, "referred": 1}


@pytest.mark.parametrize(
    ("kind", "state"), [("agree", "read"), ("other", "read"), ("reject", "read")]
)
def test_a_case_is_read_after_a_decision(record, kind, state):
    (kept,) = record.keep_shown([shown(1)])
    assert record.worklist()[0].state == "waiting"
    record.decide(Decision(kept.number, kind, "ill", "Dr. A"))
    assert record.worklist()[0].state == state


def test_exports_stand_beside_the_answer(record):
    (kept,) = record.keep_shown([shown(1)])
    export = record.note_export(Export(kept.number, "pdf", "report.pdf", "e" * 64))
    every = record.note_export(Export(0, "csv", "all.csv", "f" * 64))
    assert record.exports_of(kept.number) == (export,)
    assert record.exports_of(0) == (every,)


def test_nothing_can_be_said_about_an_answer_that_is_not_there(record):
    with pytest.raises(UnknownAnswer):
        record.decide(Decision(7, "agree", "ill", "Dr. A"))
    with pytest.raises(UnknownAnswer):
        record.note_export(Export(7, "pdf", "report.pdf", "e" * 64))
    assert verified(record).rows == 1


def test_the_worklist_has_each_case_once_with_its_newest_answer(record):
    first = record.keep_shown([shown(n) for n in range(8)])
    record.decide(Decision(first[3].number, "agree", "ill", "Dr. A"))
    (again,) = record.keep_shown([shown(3)])
    rows = record.worklist()
    assert [row.shown.number for row in rows] == [
        again.number,
        *(one.number for one in reversed(first) if one.case_name != "case3.png"),
    ]
    assert rows[0].decision is None
    assert rows[0].state == "waiting"
    assert rows[0].earlier == 3
    assert record.counts()["waiting"] == 8
    assert len(list(record.every())) == 9


def test_the_worklist_is_searched_filtered_and_paged(record):
    kept = record.keep_shown([shown(n, name=f"Löwe {n}.png") for n in range(20)])
    record.decide(Decision(kept[11].number, "refer", "ill", "Dr. A"))
    found = [row.shown.case_name for row in record.worklist("LÖWE patient-2 ill")]
    assert found == [f"Löwe {n}.png" for n in (11, 10, 9, 8)]
    (later,) = record.keep_shown([shown(40, name="Löwe 40.png")])
    assert record.worklist("löwe 40")[0].shown == later
    assert [row.shown for row in record.worklist(state="referred")] == [kept[11]]
    assert record.worklist("löwe", "referred")[0].shown == kept[11]
    assert record.worklist("no such text") == ()
    pages = [record.worklist(limit=8, offset=start) for start in (0, 8, 16)]
    assert [len(page) for page in pages] == [8, 8, 5]
    assert len({row.shown.number for page in pages for row in page}) == 21


def test_earlier_cases_of_a_patient_are_found_and_an_unknown_patient_has_none(record):
    record.keep_shown([shown(n) for n in range(8)])
    record.keep_shown([replace(shown(20), patient=""), replace(shown(21), patient="")])
    names = [row.shown.case_name for row in record.earlier_of("patient-1")]
    assert names == ["case7.png", "case6.png", "case5.png", "case4.png"]
    assert record.earlier_of("") == ()
    assert [row.earlier for row in record.worklist(limit=2)] == [0, 0]


def test_answers_are_kept_all_or_none(record):
    with pytest.raises(ValueError, match="JSON"):
        record.keep_shown([shown(1), replace(shown(2), probabilities=(float("nan"), 0.5))])
    assert record.worklist() == ()
    record.keep_shown([shown(1)])
    assert record.worklist()[0].shown.model_name == "chest"
    assert verified(record).valid


def test_two_windows_write_into_one_chain(opened):
    one, other = opened(), opened()
    for number in range(0, 20, 2):
        one.keep_shown([shown(number)])
        (kept,) = other.keep_shown([replace(shown(number + 1), model_name=f"model {number}")])
        one.decide(Decision(kept.number, "agree", "ill", "Dr. A"))
    assert one.worklist() == other.worklist()
    assert one.counts() == {"waiting": 10, "read": 10, "referred": 0}
    assert verified(one) == verified(other)
    assert verified(one).valid


def test_the_file_is_one_after_closing_and_everything_is_there_again(opened, tmp_path):
    record = opened()
    kept = record.keep_shown([shown(1)])
    record.file.connection.execute("SELECT 1")
    before = list(record.every())
    again = opened()
    assert list(again.every()) == before == [(kept[0], ())]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE rows SET at = 'x' WHERE number = 2",
        "UPDATE rows SET identity = x'00' WHERE number = 3",
        "UPDATE rows SET content = x'00' WHERE number = 2",
        "DELETE FROM rows WHERE number = 2",
        "INSERT OR REPLACE INTO rows SELECT * FROM rows WHERE number = 2",
    ],
)
def test_the_file_itself_forbids_changes(record, change):
    record.keep_shown([shown(1)])
    with pytest.raises(sqlite3.IntegrityError):
        record.file.connection.execute(change)
    assert verified(record).valid


def test_a_newer_record_is_left_alone(tmp_path):
    path = tmp_path / "record.sqlite"
    open_record(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(NewerRecord):
        open_record(path)


def test_a_record_of_the_first_version_is_brought_up_to_date(tmp_path):
    path = tmp_path / "record.sqlite"
    record = open_record(path)
    [kept] = record.keep_shown([shown(1)])
    head = record.head()
    record.close()
    connection = sqlite3.connect(path)
    connection.execute("DROP INDEX rows_nearest")
    connection.execute("DROP INDEX rows_trainings")
    for name in "nrp":
        connection.execute(f"ALTER TABLE keys DROP COLUMN scrypt_{name}")
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    seal_path(path).unlink()
    record = open_record(path)
    assert record.file.connection.execute("PRAGMA user_version").fetchone() == (len(STEPS),)
    assert record.shown(kept.number) == kept
    assert record.head() == head
    assert verified(record).valid
    record.close()


@pytest.mark.parametrize("content", [b"no database at all" * 500, b"x"])
def test_another_file_is_no_record_and_stays_as_it_is(tmp_path, content):
    path = tmp_path / "record.sqlite"
    path.write_bytes(content)
    with pytest.raises(DamagedRecord):
        open_record(path)
    assert path.read_bytes() == content


def test_another_database_is_no_record(tmp_path):
    path = tmp_path / "record.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE rows (a)")
    connection.close()
    with pytest.raises(DamagedRecord):
        open_record(path)


def test_a_place_that_cannot_be_written_to_ends_in_a_sentence(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(FailedStorage):
        open_record(tmp_path / "file" / "record.sqlite")


def test_a_number_beyond_all_rows_is_no_answer(tmp_path):
    record = open_record(tmp_path / "record.sqlite")
    assert [record.shown(number) for number in (0, -1, 2, 2**63, 10**30)] == [None] * 5
    record.close()


@pytest.mark.parametrize("code", [sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE])
def test_a_full_disk_is_called_full(code):
    error = sqlite3.OperationalError()
    error.sqlite_errorcode = code
    assert "disk is full" in refusal(error).message


def test_the_record_is_in_the_home_of_the_user(own_home: Path):
    assert record_file() == own_home / "record.sqlite"


def test_a_prediction_is_kept_with_what_stands_beside_it():
    case = Case("/a/b.png", patient="P")
    model = UsedModel("chest", "d" * 64, "For tests.", "Right in 8 of 10.")
    answer = Prediction(case, ("well", "ill"), (0.25, 0.75), ("ill",), "refer", "Too wide.")
    kept = shown_of(replace(answer, fingerprint="f" * 32), model)
    assert (kept.case_key, kept.case_name, kept.patient) == ("/a/b.png", "b.png", "P")
    assert (kept.probabilities, kept.verdict, kept.reason) == ((0.25, 0.75), "refer", "Too wide.")
    assert (kept.model_name, kept.intended_use) == ("chest", "For tests.")
    assert (kept.test_sentence, kept.fingerprint) == ("Right in 8 of 10.", "f" * 32)
