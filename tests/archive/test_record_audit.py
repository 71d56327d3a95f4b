"""Verify finds whatever was changed in a record, taken out of it, or cut off."""

import random
import sqlite3

import pytest
from made_record import shown, verified

from precmed_gui.archive import record_keys
from precmed_gui.archive.record import open_record
from precmed_gui.archive.record_errors import DamagedRecord, ReplacedRecord
from precmed_gui.archive.record_passphrase import set_passphrase
from precmed_gui.archive.record_seal import seal_path
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.record import Decision
from precmed_gui.diagnosis.work import Cancelled, NeverCancelled, Step

FLIPS = 300


@pytest.fixture(autouse=True)
def quick_passphrases(monkeypatch):
    monkeypatch.setattr(record_keys, "SCRYPT_COST", 2)


@pytest.fixture
def path(tmp_path):
    """A record of about 190 rows, closed."""
    path = tmp_path / "record.sqlite"
    fill(path)
    return path


def fill(path, passphrase="", answers=120):
    record = open_record(path, passphrase)
    kept = record.keep_shown([shown(n) for n in range(answers)])
    for number, one in enumerate(kept[: answers // 2]):
        kind = "refer" if number % 5 == 0 else "agree"
        record.decide(Decision(one.number, kind, "ill", "Dr. A", f"comment {number}"))
    record.keep_shown([shown(n) for n in range(5)])
    record.close()


def tampered(path, *statements):
    """The audit after somebody with SQLite at hand has worked on the file."""
    seal_path(path).unlink()
    connection = sqlite3.connect(path, isolation_level=None)
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    triggers = triggers.fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(statement)
    for _, sql in triggers:
        connection.execute(sql)
    connection.close()
    return audited(path)


def audited(path, passphrase=""):
    record = open_record(path, passphrase)
    try:
        return verified(record)
    finally:
        record.close()


def test_a_record_as_it_was_left_verifies(path):
    found = audited(path)
    assert found.valid
    assert found.rows == 187
    assert (found.first_bad, found.reason, len(found.head)) == (0, "", 64)


@pytest.mark.parametrize("column", ["at", "kind", "about", "content", "identity", "hash"])
def test_a_changed_row_is_named(path, column):
    value = {"about": "about + 1", "kind": "'export'"}.get(column, "randomblob(32)")
    found = tampered(path, f"UPDATE rows SET {column} = {value} WHERE number = 50")
    assert not found.valid
    assert found.first_bad == 50
    assert found.reason


def test_a_missing_row_is_named(path):
    found = tampered(path, "DELETE FROM rows WHERE number = 50")
    assert (found.valid, found.first_bad) == (False, 50)


def test_an_identity_that_was_taken_away_without_an_erasure_is_named(path):
    found = tampered(
        path,
        "UPDATE rows SET identity = NULL WHERE number = 50",
        "DELETE FROM answers WHERE number = 50",
    )
    assert (found.valid, found.first_bad) == (False, 50)


def test_a_tail_that_was_cut_off_shows(path):
    found = tampered(path, "DELETE FROM rows WHERE number > 177")
    assert (found.valid, found.first_bad) == (False, 178)


def test_a_tail_cut_off_with_care_shows_by_the_head_on_an_earlier_report(path):
    record = open_record(path)
    heads = [record.head()]
    for number in range(10):
        record.keep_shown([shown(500 + number)])
        heads.append(record.head())
    record.close()
    last = 187
    found = tampered(
        path,
        f"DELETE FROM rows WHERE number > {last}",
        f"DELETE FROM answers WHERE number > {last}",
        f"UPDATE head SET number = {last}, hash = (SELECT hash FROM rows WHERE number = {last})",
        "UPDATE tallies SET cases = cases - 10 WHERE state = 'waiting'",
    )
    assert found.valid
    record = open_record(path)
    assert record.row_of_head(heads[0]) == last
    assert record.row_of_head(heads[0][:12]) == last
    assert [record.row_of_head(head) for head in heads[1:]] == [0] * 10
    record.close()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE answers SET state = 'read' WHERE number = 100",
        "UPDATE answers SET state = 'referred' WHERE number = 12",
        "UPDATE answers SET decision = NULL WHERE number = 12",
        "UPDATE words SET text = x'61' WHERE number = 100",
        "UPDATE answers SET patient = NULL WHERE number = 100",
        "DELETE FROM answers WHERE number = 100",
        "UPDATE tallies SET cases = 3 WHERE state = 'waiting'",
        "UPDATE head SET hash = x'00'",
    ],
)
def test_a_worklist_that_says_something_else_is_found(path, change):
    assert not tampered(path, change).valid


def test_a_record_without_its_end_is_not_opened(path):
    with pytest.raises(DamagedRecord):
        tampered(path, "DELETE FROM head")


def test_a_stopped_verification_is_no_answer(path):
    class Set:
        def raise_if_set(self):
            raise Cancelled

    record = open_record(path)
    with pytest.raises(Cancelled):
        record.verify(lambda event: None, Set())
    events = []
    assert record.verify(events.append, type("No", (), {"raise_if_set": lambda self: None})()).valid
    assert isinstance(events[0], Step)
    record.close()


class Interrupted:
    """Something happens in the middle of a verification."""

    def __init__(self, happens):
        self._happens = happens

    def raise_if_set(self):
        happens, self._happens = self._happens, lambda: None
        happens()


@pytest.mark.parametrize("has_seal", [True, False])
def test_others_write_while_a_record_is_verified(path, has_seal):
    record, other = open_record(path), open_record(path)
    if not has_seal:
        other.keep_shown([shown(800)])
    before = record.head(), 187 + (not has_seal)
    written = Interrupted(lambda: other.keep_shown([shown(900)]))
    found = record.verify(lambda event: None, written)
    assert (found.valid, found.head, found.rows) == (True, *before)
    assert other.row_of_head(other.head()) == found.rows + 1
    again = verified(record)
    assert (again.valid, again.rows) == (True, found.rows + 1)
    other.close()
    record.close()
    assert seal_path(path).exists()
    assert audited(path).valid


def test_a_changed_byte_is_found_though_others_open_and_close_meanwhile(path):
    content = bytearray(path.read_bytes())
    content[-1] ^= 1  # SQLite has no use for this one
    path.write_bytes(content)
    record = open_record(path)
    opened = Interrupted(lambda: open_record(path).close())
    assert not record.verify(lambda event: None, opened).valid
    record.close()


def test_a_record_that_another_window_encrypted_is_not_called_changed(path):
    record, other = open_record(path), open_record(path)
    set_passphrase(other, "words", lambda event: None, NeverCancelled())
    with pytest.raises(ReplacedRecord):
        verified(record)
    record.close()
    other.close()


@pytest.mark.parametrize("passphrase", ["", "words"])
def test_every_single_byte_counts(tmp_path, passphrase):
    path = tmp_path / "record.sqlite"
    fill(path, passphrase, answers=60)
    whole, seal = path.read_bytes(), seal_path(path).read_bytes()
    drawn = random.Random(5)
    missed = []
    for place in drawn.sample(range(len(whole)), FLIPS if not passphrase else 12):
        changed = bytearray(whole)
        changed[place] ^= drawn.randrange(1, 256)
        path.write_bytes(changed)
        seal_path(path).write_bytes(seal)
        try:
            if audited(path, passphrase).valid:
                missed.append(place)
        except PrecmedError:
            pass
        for companion in ("-wal", "-shm"):
            path.with_name(path.name + companion).unlink(missing_ok=True)
    assert missed == []
    path.write_bytes(whole)
    seal_path(path).write_bytes(seal)
    assert audited(path, passphrase).valid


def test_a_changed_seal_is_found_and_a_missing_one_is_made_again(path):
    whole = seal_path(path).read_bytes()
    seal_path(path).write_bytes(whole.replace(b"1", b"2", 1))
    assert not audited(path).valid
    assert not audited(path).valid
    seal_path(path).unlink()
    assert audited(path).valid
    assert seal_path(path).read_bytes() == whole


@pytest.mark.parametrize("is_gone", [True, False])
def test_a_record_of_which_only_the_seal_is_left_is_not_begun_anew(path, is_gone):
    if is_gone:
        path.unlink()
    else:
        path.write_bytes(b"")
    for _ in range(2):
        with pytest.raises(DamagedRecord, match="seal"):
            open_record(path)
    seal_path(path).unlink()
    open_record(path).close()


def test_the_seal_goes_with_the_first_change_and_comes_with_the_last_window(path):
    one, other = open_record(path), open_record(path)
    one.keep_shown([shown(900)])
    assert not seal_path(path).exists()
    one.close()
    other.keep_shown([shown(901)])
    assert not seal_path(path).exists()
    assert verified(other).valid
    other.close()
    assert seal_path(path).exists()
    assert audited(path).valid
