"""`precmed audit` and `precmed archive`, in this process."""

import csv
import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from openpyxl import load_workbook

from precmed_gui.archive import record_keys
from precmed_gui.archive.record import open_record
from precmed_gui.cli import main
from precmed_gui.diagnosis.record import Decision, Shown
from precmed_gui.places import record_file

BASE = Shown("/a/1.png", "1.png", "Ann", "", "chest", "d" * 64, ("a", "b"), (0.25, 0.75))


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_keys, "SCRYPT_COST", 2)
    monkeypatch.delenv("PRECMED_PASSPHRASE", raising=False)
    monkeypatch.delenv("PRECMED_NEW_PASSPHRASE", raising=False)


@pytest.fixture
def head() -> str:
    """The head of the user's record, which has three rows."""
    record = open_record(record_file())
    record.keep_shown([BASE])
    head = record.head()
    record.close()
    return head


def verified(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, dict[str, object]]:
    capsys.readouterr()
    code = main(["audit", "verify", "--json", *options])
    return code, json.loads(capsys.readouterr().out)


def test_verify_answers_one_document(head: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, document = verified(capsys)
    assert code == 0
    wanted = {"valid": True, "rows": 3, "head": head, "first_bad": None, "reason": None}
    assert document == wanted
    assert main(["audit", "verify"]) == 0
    assert head in capsys.readouterr().out


def test_verify_finds_a_head_and_misses_one(head: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert verified(capsys, "--head", head)[0] == 0
    assert verified(capsys, "--head", f"{head[:8]} {head[8:16].upper()}")[0] == 0
    code, document = verified(capsys, "--head", "0" * 64)
    assert (code, document["valid"]) == (1, False)
    assert main(["audit", "verify", "--head", "xyz"]) == 2


@pytest.mark.parametrize("place", [30, 5000])
def test_a_changed_file_is_code_1(
    head: str, place: int, capsys: pytest.CaptureFixture[str]
) -> None:
    content = bytearray(record_file().read_bytes())
    content[place] ^= 1
    record_file().write_bytes(content)
    code, document = verified(capsys)
    assert (code, document["valid"]) == (1, False)
    assert document["reason"]
    assert main(["audit", "verify"]) == 1


def test_there_must_be_a_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "verify"]) == 1
    assert main(["archive", "backup", str(tmp_path / "b")]) == 1
    assert "no record" in capsys.readouterr().err
    assert not record_file().exists()


@pytest.mark.parametrize("is_gone", [True, False])
def test_an_emptied_record_does_not_verify(
    head: str, is_gone: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backup = tmp_path / "copy"
    assert main(["archive", "backup", str(backup)]) == 0
    record_file().unlink() if is_gone else record_file().write_bytes(b"")
    for _turn in range(2):
        code, document = verified(capsys)
        assert (code, document["valid"]) == (1, False)
        assert "seal" in str(document["reason"])
    assert main(["archive", "restore", str(backup)]) == 0
    assert verified(capsys, "--head", head)[1]["valid"] is True


def test_an_empty_file_is_no_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = tmp_path / "empty"
    empty.touch()
    assert main(["audit", "verify", "--record", str(empty)]) == 1
    assert "no record" in capsys.readouterr().err
    assert empty.read_bytes() == b""


def test_a_backup_is_restored(
    head: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backup = tmp_path / "copy"
    assert main(["archive", "backup", str(backup)]) == 0
    assert main(["archive", "erase", "Ann"]) == 0
    assert main(["archive", "erase", "Ann"]) == 1
    assert main(["archive", "restore", str(backup)]) == 0
    assert "before-" in capsys.readouterr().out
    assert verified(capsys, "--head", head)[1]["valid"] is True
    assert verified(capsys, "--record", str(backup))[1]["head"] == head


@pytest.mark.parametrize("is_readable", [True, False])
def test_restoring_over_a_damaged_record_says_whether_erasures_are_lost(
    is_readable: bool, head: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backup = str(tmp_path / "copy")
    assert main(["archive", "backup", backup]) == 0
    if not is_readable:
        record_file().write_bytes(b"rubbish" * 1000)
    capsys.readouterr()
    assert main(["archive", "restore", backup]) == 0
    out = capsys.readouterr().out
    [former] = record_file().parent.glob("record.before-*.sqlite")
    assert f"The former record is {former}." in out
    assert ("erase them once more" in out) is not is_readable
    assert verified(capsys, "--head", head)[1]["valid"] is True


def test_what_is_no_backup_is_said_and_the_record_stays(
    head: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "copy").write_bytes(b"rubbish" * 1000)
    assert main(["archive", "restore", str(tmp_path / "copy")]) == 1
    assert "“copy” is damaged, or no backup of a record." in capsys.readouterr().err
    assert verified(capsys)[1]["head"] == head


def test_an_error_of_verify_is_a_document_too(
    head: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PRECMED_NEW_PASSPHRASE", "words")
    assert main(["archive", "passphrase"]) == 0
    code, document = verified(capsys)
    assert (code, document["error"]) == (1, "The record is encrypted.")
    assert "PRECMED_PASSPHRASE" in str(document["hint"])


def test_a_record_without_trainings_says_so(head: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "trainings"]) == 0
    assert capsys.readouterr().out == "No training is in the record.\n"


def test_former_records_that_still_know_the_patient_are_named(
    head: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backup = str(tmp_path / "copy")
    assert main(["archive", "backup", backup]) == 0
    assert main(["archive", "restore", backup]) == 0
    capsys.readouterr()
    assert main(["archive", "erase", "Ann"]) == 0
    [former] = record_file().parent.glob("record.before-*.sqlite")
    assert str(former) in capsys.readouterr().err


def test_a_passphrase_comes_from_the_environment(
    head: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["archive", "passphrase"]) == 1
    monkeypatch.setenv("PRECMED_NEW_PASSPHRASE", "words")
    assert main(["archive", "passphrase"]) == 0
    assert "Nobody can open the record" in capsys.readouterr().err
    assert main(["audit", "verify"]) == 1
    said = capsys.readouterr().err
    assert "encrypted" in said
    assert "PRECMED_PASSPHRASE" in said
    monkeypatch.setenv("PRECMED_PASSPHRASE", "other")
    assert main(["audit", "verify"]) == 1
    assert "does not open" in capsys.readouterr().err
    monkeypatch.setenv("PRECMED_PASSPHRASE", "words")
    code, document = verified(capsys)
    assert (code, document["head"]) == (0, head)
    assert main(["archive", "passphrase", "--remove"]) == 0
    monkeypatch.delenv("PRECMED_PASSPHRASE")
    assert verified(capsys)[0] == 0


def test_a_plain_backup_does_not_lay_an_encrypted_record_open(
    head: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    backup = str(tmp_path / "copy")
    assert main(["archive", "backup", backup]) == 0
    monkeypatch.setenv("PRECMED_NEW_PASSPHRASE", "words")
    assert main(["archive", "passphrase"]) == 0
    assert main(["archive", "restore", backup]) == 1
    assert "PRECMED_PASSPHRASE" in capsys.readouterr().err
    monkeypatch.setenv("PRECMED_PASSPHRASE", "words")
    assert main(["archive", "restore", backup]) == 0
    assert verified(capsys, "--head", head)[0] == 0
    monkeypatch.delenv("PRECMED_PASSPHRASE")
    assert main(["audit", "verify"]) == 1


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_table_has_cases_that_wait_too_and_names_only_if_asked(
    head: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], ending: str
) -> None:
    record = open_record(record_file())
    [other] = record.keep_shown([replace(BASE, case_key="/a/2.png", case_name="2.png")])
    record.decide(Decision(other.number, "refer", "b", "Dr. A"))
    record.close()
    table = tmp_path / f"readings.{ending}"
    assert main(["archive", "table", str(table)]) == 0
    assert "2 cases" in capsys.readouterr().out
    waiting, decided = rows_of(table)
    assert "case_key" not in waiting
    assert (waiting["decision"] or "", decided["decision"]) == ("", "refer")
    record = open_record(record_file())
    [noted] = record.exports_of(0)
    record.close()
    assert (noted.kind, noted.name, noted.cases) == ("readings", table.name, 2)
    assert noted.digest == sha256(table.read_bytes()).hexdigest()
    assert main(["archive", "table", str(table), "--identity"]) == 0
    assert [row["patient"] for row in rows_of(table)] == ["Ann", "Ann"]


def rows_of(table: Path) -> list[dict[str, object]]:
    if table.suffix == ".csv":
        with table.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    head, *rows = [[cell.value for cell in row] for row in load_workbook(table).active.iter_rows()]
    return [dict(zip(head, row, strict=True)) for row in rows]
