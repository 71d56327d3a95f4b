"""A training that ends with a model is a row of the record, and survives whatever is done to it."""

import sqlite3
from dataclasses import replace

import pytest
from made_record import shown, verified
from made_report import make_report

from precmed_gui.archive import record_file, record_keys
from precmed_gui.archive.record import open_record
from precmed_gui.archive.record_copies import back_up, restore
from precmed_gui.archive.record_errors import DamagedRecord, NewerRecord
from precmed_gui.archive.record_passphrase import set_passphrase
from precmed_gui.archive.record_schema import STEPS
from precmed_gui.archive.record_seal import seal_path
from precmed_gui.archive.trainings import training_of
from precmed_gui.diagnosis.training import TrainingResult
from precmed_gui.diagnosis.work import NeverCancelled, ignore

QUIETLY = (ignore, NeverCancelled())
CARD = replace(make_report().card, trained_at="2026-11-20T10:00:30+00:00", seconds=90.0)
RESULT = TrainingResult("/shelf/one", CARD, is_stopped=False, seconds=95.0)


@pytest.fixture(autouse=True)
def quick_passphrases(monkeypatch):
    monkeypatch.setattr(record_keys, "SCRYPT_COST", 2)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "record.sqlite"


@pytest.fixture(params=["", "words"], ids=["plain", "encrypted"])
def passphrase(request):
    return request.param


@pytest.fixture
def record(path, passphrase):
    record = open_record(path, passphrase)
    yield record
    record.close()


def change(path, *statements):
    """Change a closed record past the program."""
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    seal_path(path).unlink()


def test_what_is_kept_of_a_training_is_what_the_card_says(record):
    kept = record.note_training(training_of(RESULT, "d" * 64, "Dr. A"))
    assert record.trainings() == (kept,)
    assert (kept.number, kept.model_digest, kept.reader) == (2, "d" * 64, "Dr. A")
    assert (kept.started, kept.ended) == ("2026-11-20T09:59:00+00:00", CARD.trained_at)
    assert not kept.is_stopped
    assert kept.origin.cohort == CARD.source
    assert kept.origin.split == CARD.split.fingerprint
    assert (kept.origin.images, kept.origin.patients) == (CARD.data.images, CARD.data.patients)
    assert dict(kept.origin.counts) == dict(zip(CARD.labels, CARD.data.counts, strict=True))
    assert "32 of 40" in kept.test_sentence
    assert verified(record).valid


def test_a_stopped_training_and_one_of_unknown_length_say_so():
    stopped = training_of(replace(RESULT, is_stopped=True), "d" * 64)
    assert stopped.is_stopped
    broken_off = replace(RESULT, card=replace(CARD, seconds=0.0), seconds=0.0)
    assert training_of(broken_off, "d" * 64).started == ""


def test_a_training_survives_erasing_a_backup_and_another_passphrase(path, passphrase, tmp_path):
    record = open_record(path, passphrase)
    kept = record.note_training(training_of(RESULT, "d" * 64))
    record.keep_shown([shown(1)])
    assert record.erase("patient-0") == 1
    assert record.trainings() == (kept,)
    backup = tmp_path / "copy"
    back_up(record, backup, *QUIETLY)
    record.note_training(training_of(RESULT, "e" * 64))
    record.close()
    restore(path, backup, passphrase, *QUIETLY)
    again = open_record(path, passphrase)
    set_passphrase(again, "other", *QUIETLY)
    set_passphrase(again, "", *QUIETLY)
    assert again.trainings() == (kept,)
    assert verified(again).valid
    again.close()


def test_a_program_that_knows_no_trainings_leaves_the_record_alone(path, passphrase, monkeypatch):
    record = open_record(path, passphrase)
    record.note_training(training_of(RESULT, "d" * 64))
    record.close()
    before = path.read_bytes()
    monkeypatch.setattr(record_file, "STEPS", STEPS[:2])
    with pytest.raises(NewerRecord):
        open_record(path, passphrase)
    assert path.read_bytes() == before


FORMER = (
    "DROP INDEX rows_trainings",
    *(f"ALTER TABLE keys DROP COLUMN scrypt_{name}" for name in "nrp"),
    "PRAGMA user_version = 2",
)


def test_a_record_of_the_second_version_opens_with_the_cost_of_its_time(path, monkeypatch):
    monkeypatch.setattr(record_keys, "SCRYPT_COST", 2**16)
    record = open_record(path, "words")
    [kept] = record.keep_shown([shown(1)])
    head = record.head()
    record.close()
    change(path, *FORMER)
    monkeypatch.setattr(record_keys, "SCRYPT_COST", 2)
    record = open_record(path, "words")
    assert (record.shown(kept.number), record.head()) == (kept, head)
    record.note_training(training_of(RESULT, "d" * 64))
    assert verified(record).valid
    record.close()


def test_another_cost_locks_nobody_out_and_holds_for_the_next_passphrase(path, monkeypatch):
    cost = "SELECT scrypt_n, scrypt_r, scrypt_p FROM keys"
    open_record(path, "words").close()
    monkeypatch.setattr(record_keys, "SCRYPT_COST", 4)
    record = open_record(path, "words")
    assert record.file.connection.execute(cost).fetchone() == (2, 8, 1)
    set_passphrase(record, "others", *QUIETLY)
    assert record.file.connection.execute(cost).fetchone() == (4, 8, 1)
    set_passphrase(record, "", *QUIETLY)
    assert record.file.connection.execute(cost).fetchone() == (None, None, None)
    set_passphrase(record, "words", *QUIETLY)
    record.close()
    monkeypatch.setattr(record_keys, "SCRYPT_COST", 2)
    open_record(path, "words").close()


@pytest.mark.parametrize("damage", ["n = 3", "n = 1099511627776", "r = 0", "p = 'x'", "p = NULL"])
def test_a_cost_that_nobody_wrote_is_damage(path, damage):
    open_record(path, "words").close()
    change(path, f"UPDATE keys SET scrypt_{damage}")
    with pytest.raises(DamagedRecord):
        open_record(path, "words")
