"""An erased patient is gone from every byte; that something was shown and decided stays."""

import json
import sqlite3
from dataclasses import replace

import pytest
from made_record import shown, verified

from precmed_gui.archive.record import open_record
from precmed_gui.archive.record_chain import appending
from precmed_gui.archive.record_erasing import empty_rows
from precmed_gui.archive.record_errors import UnknownAnswer
from precmed_gui.diagnosis.record import Decision, Export

WHO = ["Zoë Quick", "zoë quick", "quick-scan", "fe" * 16, "her words", "more words", "quick.pdf"]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "record.sqlite"


def with_patient(path):
    """A record with one patient in two cases among others, the first of them shown twice."""
    record = open_record(path)
    record.keep_shown([shown(n) for n in range(300)])
    named = [
        replace(shown(n, "Zoë Quick", f"quick-scan-{n}.png"), fingerprint="fe" * 16)
        for n in (400, 401, 400)
    ]
    kept = record.keep_shown(named)
    record.decide(Decision(kept[0].number, "agree", "ill", "Dr. A", "her words", True, 3.5))
    record.decide(Decision(kept[1].number, "refer", "", "Dr. A", "more words"))
    record.note_export(Export(kept[1].number, "pdf", "quick.pdf", "e" * 64))
    record.keep_shown([shown(n) for n in range(600, 900)])
    return record, kept


def in_files(path):
    found = b"".join(file.read_bytes() for file in path.parent.glob(path.name + "*"))
    return [who for who in WHO if who.encode() in found or json.dumps(who)[1:-1].encode() in found]


def test_the_bytes_are_gone_while_the_record_is_open_and_after(path):
    record, _ = with_patient(path)
    assert len(in_files(path)) == len(WHO)
    assert record.erase("Zoë Quick") == 3
    assert in_files(path) == []
    assert verified(record).valid
    record.close()
    assert in_files(path) == []


def test_a_tombstone_stays_and_the_chain_with_every_earlier_head(path):
    record, kept = with_patient(path)
    head, rows = record.head(), verified(record).rows
    record.erase("Zoë Quick")
    assert record.row_of_head(head) == rows
    assert verified(record).rows == rows + 1
    gone = record.shown(kept[0].number)
    assert (gone.case_key, gone.case_name, gone.patient, gone.fingerprint) == ("", "", "", "")
    assert gone.probabilities == kept[0].probabilities
    (decision,) = record.decisions_of(kept[0].number)
    assert (decision.kind, decision.comment, decision.seconds) == ("agree", "", 3.5)
    assert record.decisions_of(kept[1].number)[0].comment == ""
    assert record.exports_of(kept[1].number)[0].name == ""
    assert len(list(record.every())) == 603
    record.close()


def test_an_erased_patient_is_on_no_list_and_nothing_can_be_said_any_more(path):
    record, kept = with_patient(path)
    record.erase("Zoë Quick")
    assert record.worklist("quick") == record.earlier_of("Zoë Quick") == ()
    assert record.counts() == {"waiting": 600, "read": 0, "referred": 0}
    with pytest.raises(UnknownAnswer):
        record.decide(Decision(kept[0].number, "agree", "ill", "Dr. A"))
    assert record.erase("Zoë Quick") == 0
    record.close()


def test_what_was_emptied_is_listed_once(path):
    record, kept = with_patient(path)
    numbers = [one.number for one in kept]
    decision = record.decisions_of(numbers[1])[0].number
    with appending(record.file):
        assert empty_rows(record.file, numbers, [decision, decision]).count(decision) == 1
    record.close()


def test_an_unknown_patient_is_erased_by_the_case(path):
    record = open_record(path)
    record.keep_shown([replace(shown(n), patient="") for n in range(3)])
    assert record.erase("") == 0
    assert record.erase("/data/case1.png") == 1
    assert [row.shown.case_name for row in record.worklist()] == ["case2.png", "case0.png"]
    assert verified(record).valid
    record.close()


def test_whoever_was_never_there_is_not_called_erased(path):
    record, other = open_record(path), sqlite3.connect(path, isolation_level=None)
    record.keep_shown([shown(1)])
    other.execute("BEGIN")
    other.execute("SELECT * FROM rows").fetchall()
    record.keep_shown([shown(2)])
    assert record.erase("nobody") == 0
    other.close()
    record.close()


def test_nobody_else_is_touched(path):
    record, _ = with_patient(path)
    others = {row.shown for row in record.worklist(limit=1000) if row.shown.patient != "Zoë Quick"}
    record.erase("Zoë Quick")
    assert {row.shown for row in record.worklist(limit=1000)} == others
    record.close()


def test_what_remains_of_an_identity_is_a_digest_with_an_unknown_salt(path):
    record, kept = with_patient(path)
    record.erase("Zoë Quick")
    record.close()
    connection = sqlite3.connect(path)
    row = connection.execute("SELECT * FROM rows WHERE number = ?", (kept[0].number,)).fetchone()
    connection.close()
    assert row[5] is None
    assert len(row[6]) == 32
