"""Backups while windows work, restoring with the former record kept aside, and passphrases."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from made_record import shown, verified

from precmed_gui.archive import record_keys
from precmed_gui.archive.record import open_record
from precmed_gui.archive.record_copies import back_up, restore
from precmed_gui.archive.record_errors import DamagedRecord, ReplacedRecord, WrongPassphrase
from precmed_gui.archive.record_passphrase import set_passphrase
from precmed_gui.archive.record_seal import seal_path
from precmed_gui.cohorts.private_caches import is_private, mark_file
from precmed_gui.diagnosis.errors import FailedStorage
from precmed_gui.diagnosis.record import Decision
from precmed_gui.diagnosis.work import Cancelled, NeverCancelled, ignore
from precmed_gui.places import cache_folder, record_file

QUIETLY = (ignore, NeverCancelled())


class Stopped:
    def raise_if_set(self):
        raise Cancelled


@pytest.fixture(autouse=True)
def quick_passphrases(monkeypatch):
    monkeypatch.setattr(record_keys, "SCRYPT_COST", 2)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "home" / "record.sqlite"


@pytest.fixture
def backup(tmp_path):
    return tmp_path / "disk" / "copy.precmed-record"


@pytest.fixture(params=["", "first"], ids=["plain", "encrypted"])
def passphrase(request):
    return request.param


def filled(path, passphrase=""):
    record = open_record(path, passphrase)
    kept = record.keep_shown([shown(n) for n in range(30)])
    for one in kept[:10]:
        record.decide(Decision(one.number, "refer", "ill", "Dr. A", f"comment on {one.case_name}"))
    return record


def damage(path, table):
    """Make the first page of a table unreadable."""
    with closing(sqlite3.connect(path)) as connection:
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        query = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        (page,) = connection.execute(query, (table,)).fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)


def names(folder):
    return sorted(file.name for file in folder.iterdir())


def test_a_backup_is_one_sound_file_made_while_the_record_is_in_use(path, backup, passphrase):
    record = filled(path, passphrase)
    before = list(record.every())
    rows = back_up(record, backup, *QUIETLY)
    assert names(backup.parent) == [backup.name]
    record.keep_shown([shown(99)])
    copy = open_record(backup, passphrase)
    assert list(copy.every()) == before
    assert verified(copy).valid
    assert verified(copy).rows == rows
    copy.close()
    record.close()


def test_a_backup_that_is_stopped_leaves_the_one_before(path, backup):
    record = filled(path)
    back_up(record, backup, *QUIETLY)
    content = backup.read_bytes()
    record.keep_shown([shown(99)])
    with pytest.raises(Cancelled):
        back_up(record, backup, ignore, Stopped())
    assert backup.read_bytes() == content
    assert names(backup.parent) == [backup.name]
    back_up(record, backup, *QUIETLY)
    assert backup.read_bytes() != content
    record.close()


def test_the_record_is_no_backup_of_itself(path):
    record = filled(path)
    with pytest.raises(FailedStorage):
        back_up(record, path, *QUIETLY)
    with pytest.raises(FailedStorage):
        restore(path, path, "", *QUIETLY)
    record.close()


def test_restoring_brings_the_backup_back_and_keeps_the_former_aside(path, backup, passphrase):
    record = filled(path, passphrase)
    back_up(record, backup, *QUIETLY)
    saved = list(record.every())
    record.keep_shown([shown(99)])
    former, head = list(record.every()), record.head()
    done = restore(path, backup, passphrase, *QUIETLY)
    with pytest.raises(ReplacedRecord):
        record.keep_shown([shown(100)])
    with pytest.raises(ReplacedRecord):
        record.worklist()
    record.close()
    record, aside = open_record(path, passphrase), open_record(done.aside, passphrase)
    assert list(record.every()) == saved
    assert list(aside.every()) == former
    assert aside.head() == head
    assert record.row_of_head(head) == 0
    assert verified(record).valid
    assert verified(record).rows == done.rows
    assert verified(aside).valid
    assert record.counts() == {"waiting": 20, "read": 0, "referred": 10}
    record.close()
    aside.close()


def test_the_head_that_was_replaced_is_in_the_row_of_the_restoring(path, backup):
    record = filled(path)
    back_up(record, backup, *QUIETLY)
    record.keep_shown([shown(99)])
    head = record.head()
    record.close()
    done = restore(path, backup, "", *QUIETLY)
    record = open_record(path)
    query = "SELECT content FROM rows WHERE number = ? AND kind = 'restored'"
    [content] = record.file.connection.execute(query, (done.rows,)).fetchone()
    said = json.loads(content)
    assert (said["head"], said["aside"]) == (head, done.aside.name)
    record.close()


def test_a_plain_backup_does_not_lay_an_encrypted_record_open(path, backup):
    record = filled(path)
    back_up(record, backup, *QUIETLY)
    saved, head = list(record.every()), record.head()
    set_passphrase(record, "words", *QUIETLY)
    record.close()
    before = names(path.parent)
    for typed in ("", "other"):
        with pytest.raises(WrongPassphrase):
            restore(path, backup, typed, *QUIETLY)
    assert names(path.parent) == before
    restore(path, backup, "words", *QUIETLY)
    with pytest.raises(WrongPassphrase):
        open_record(path)
    record = open_record(path, "words")
    assert list(record.every()) == saved
    assert record.row_of_head(head)
    assert verified(record).valid
    record.close()
    assert b"patient-2" not in path.read_bytes()
    assert all(b"patient-2" not in file.read_bytes() for file in path.parent.iterdir())


def test_who_was_erased_since_the_backup_stays_erased(path, backup):
    record = filled(path)
    back_up(record, backup, *QUIETLY)
    assert record.erase("patient-2") == 4
    record.close()
    restore(path, backup, "", *QUIETLY)
    record = open_record(path)
    assert record.earlier_of("patient-2") == ()
    assert len(record.earlier_of("patient-3")) == 4
    assert verified(record).valid
    record.close()
    assert b'"patient-2"' not in path.read_bytes()


@pytest.mark.parametrize("content", [b"", b"not a record", b"x" * 9000, "cut"])
def test_what_is_no_backup_replaces_nothing(path, backup, content):
    record = filled(path)
    back_up(record, backup, *QUIETLY)
    before = list(record.every())
    backup.write_bytes(backup.read_bytes()[:9000] if content == "cut" else content)
    with pytest.raises(DamagedRecord, match="no backup") as caught:
        restore(path, backup, "", *QUIETLY)
    assert "is as it was" in caught.value.hint
    assert list(record.every()) == before
    record.close()
    assert names(path.parent) == [path.name, seal_path(path).name]


def test_a_damaged_backup_replaces_nothing(path, backup):
    record = filled(path)
    back_up(record, backup, *QUIETLY)
    content = bytearray(backup.read_bytes())
    place = content.index(b"patient-3")
    content[place] ^= 1
    backup.write_bytes(content)
    before = list(record.every())
    with pytest.raises(DamagedRecord):
        restore(path, backup, "", *QUIETLY)
    assert list(record.every()) == before
    assert not [name for name in names(path.parent) if "before" in name or "partial" in name]
    record.close()


def test_a_backup_that_is_not_there_ends_in_a_sentence(path, backup):
    with pytest.raises(FailedStorage):
        restore(path, backup, "", *QUIETLY)


def test_a_damaged_record_gives_way_to_its_backup(path, backup):
    record = filled(path)
    back_up(record, backup, *QUIETLY)
    saved = list(record.every())
    record.close()
    path.write_bytes(b"rubbish" * 1000)
    done = restore(path, backup, "", *QUIETLY)
    assert done.aside.read_bytes() == b"rubbish" * 1000
    record = open_record(path)
    assert list(record.every()) == saved
    record.close()


def test_a_damaged_record_still_tells_who_was_erased(path, backup):
    record = filled(path)
    back_up(record, backup, *QUIETLY)
    assert record.erase("patient-1")
    record.close()
    damage(path, "words")
    done = restore(path, backup, "", *QUIETLY)
    record = open_record(path)
    assert record.earlier_of("patient-1") == ()
    assert not done.has_lost_erasures
    record.close()


def test_where_a_damaged_record_cannot_tell_who_was_erased_it_is_said(path, backup):
    record = filled(path)
    back_up(record, backup, *QUIETLY)
    record.close()
    path.write_bytes(b"rubbish" * 1000)
    assert restore(path, backup, "", *QUIETLY).has_lost_erasures


def test_a_backup_becomes_the_first_record_of_a_new_machine(path, backup, tmp_path):
    record = filled(path)
    back_up(record, backup, *QUIETLY)
    saved = list(record.every())
    record.close()
    other = tmp_path / "new" / "record.sqlite"
    assert restore(other, backup, "", *QUIETLY).aside is None
    record = open_record(other)
    assert list(record.every()) == saved
    record.close()
    assert names(other.parent) == ["record.sqlite", "record.sqlite.seal"]


def test_a_passphrase_is_needed_and_nothing_is_readable_in_the_file(path):
    record = filled(path, "open sesame")
    record.close()
    content = path.read_bytes()
    assert not [
        word
        for word in (b"case1", b"patient-", b"ill", b"comment on", b"Dr. A", b"chest")
        if word in content
    ]
    for wrong in ("", "Open sesame"):
        with pytest.raises(WrongPassphrase):
            open_record(path, wrong)
    assert path.read_bytes() == content


def test_a_plain_record_is_encrypted_with_every_head_in_place(path):
    record = filled(path)
    other = open_record(path)
    record.erase("patient-1")
    before, head, rows = list(record.every()), record.head(), verified(record).rows
    set_passphrase(record, "first", *QUIETLY)
    assert record.is_encrypted
    assert (record.head(), verified(record).rows) == (head, rows)
    assert list(record.every()) == before
    with pytest.raises(ReplacedRecord):
        other.worklist()
    other.close()
    record.close()
    content = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"patient-3" not in content
    assert b"comment on" not in content
    record = open_record(path, "first")
    assert [row.shown.case_name for row in record.worklist("case1 ")] != []
    assert len(record.earlier_of("patient-3")) == 4
    assert verified(record).valid
    record.close()


def test_a_changed_passphrase_opens_it_and_the_former_does_not(path):
    record = filled(path, "first")
    before, head = list(record.every()), record.head()
    set_passphrase(record, "second", *QUIETLY)
    (kept,) = record.keep_shown([shown(99)])
    record.close()
    with pytest.raises(WrongPassphrase):
        open_record(path, "first")
    record = open_record(path, "second")
    assert [*before, (kept, ())] == list(record.every())
    assert record.row_of_head(head)
    assert verified(record).valid
    record.close()


def test_encryption_is_taken_away_again(path):
    record = filled(path, "first")
    head = record.head()
    set_passphrase(record, "", *QUIETLY)
    record.close()
    record = open_record(path)
    assert not record.is_encrypted
    assert record.head() == head
    assert len(record.worklist("patient-3")) == 4
    assert verified(record).valid
    record.close()


def test_a_stopped_encryption_leaves_the_record_as_it_was(path):
    record = filled(path)
    before = list(record.every())
    with pytest.raises(Cancelled):
        set_passphrase(record, "first", ignore, Stopped())
    assert list(record.every()) == before
    assert verified(record).valid
    record.close()
    record = open_record(path)
    record.keep_shown([replace(shown(50), model_name="another")])
    assert verified(record).valid
    record.close()


def test_an_encrypted_search_follows_new_answers_and_erasures(path):
    record = filled(path, "first")
    assert len(record.worklist("patient-3")) == 4
    record.keep_shown([shown(12), shown(70, "patient-3")])
    assert len(record.worklist("patient-3")) == 5
    record.erase("patient-3")
    assert record.worklist("patient-3") == ()
    record.close()


def test_a_passphrase_takes_the_caches_from_the_disk_and_its_removal_brings_them_back(backup):
    path = record_file()
    record = filled(path)
    back_up(record, backup, *QUIETLY)
    pictures = cache_folder() / "thumbnails.sqlite"
    pictures.parent.mkdir(parents=True)
    pictures.write_bytes(b"patient")
    assert not is_private()
    set_passphrase(record, "words", *QUIETLY)
    assert is_private()
    assert not pictures.exists()
    record.close()
    mark_file().unlink()
    with pytest.raises(WrongPassphrase):
        open_record(path)
    assert is_private()
    restore(path, backup, "words", *QUIETLY)
    assert is_private()
    record = open_record(path, "words")
    set_passphrase(record, "", *QUIETLY)
    assert not is_private()
    record.close()


def test_another_record_than_the_users_own_leaves_the_caches_alone(path):
    record = filled(path, "words")
    assert not is_private()
    record.close()


def test_restoring_an_encrypted_backup_takes_the_caches_from_the_disk(path, backup):
    record = filled(path, "words")
    back_up(record, backup, *QUIETLY)
    record.close()
    restore(record_file(), backup, "words", *QUIETLY)
    assert is_private()
