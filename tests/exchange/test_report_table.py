"""Readings and decisions as tables."""

import csv

import pytest
from made_reading import LABELS, make_decisions, make_shown

from precmed_gui.exchange.readings_table import write_readings

HOSTILE = '=HYPERLINK("http://x")'


@pytest.fixture
def readings():
    hostile = make_shown(case_name=HOSTILE, patient="'quoted", number=1235)
    other = make_shown(labels=("yes", "no"), probabilities=(0.25, 0.75), number=1237)
    return (
        (make_shown(), make_decisions()),
        (hostile, ()),
        (make_shown("refused", number=1236), ()),
        (other, ()),
    )


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_decision_is_a_row_and_an_open_answer_one_without(tmp_path, readings):
    write_readings(tmp_path / "r.csv", readings)
    rows = rows_of(tmp_path / "r.csv")
    assert [row["number"] for row in rows] == ["1234", "1234", "1235", "1236", "1237"]
    assert [row["decision"] for row in rows] == ["other", "agree", "", "", ""]
    assert [row["is_blind"] for row in rows[:2]] == ["1", "0"]
    assert float(rows[0]["seconds"]) == 41.5
    assert rows[1]["decided_label"] == "effusion"


def test_probabilities_stand_under_their_class_whatever_the_model(tmp_path, readings):
    write_readings(tmp_path / "r.csv", readings)
    rows = rows_of(tmp_path / "r.csv")
    assert [float(rows[0][f"p: {label}"]) for label in LABELS] == [0.03, 0.93, 0.04]
    assert rows[0]["p: no"] == ""
    assert float(rows[4]["p: no"]) == 0.75
    assert rows[4]["p: effusion"] == ""


def test_a_refused_answer_has_neither_class_nor_probabilities(tmp_path, readings):
    write_readings(tmp_path / "r.csv", readings)
    row = rows_of(tmp_path / "r.csv")[3]
    assert row["verdict"] == "refused"
    assert (row["label"], row["set"]) == ("", "")
    assert not any(row[f"p: {label}"] for label in LABELS)


def test_no_text_is_a_formula_and_all_read_back(tmp_path, readings):
    write_readings(tmp_path / "r.csv", readings)
    rows = rows_of(tmp_path / "r.csv")
    assert rows[2]["case"] == f"'{HOSTILE}"
    assert rows[2]["patient"] == "''quoted"
    assert rows[1]["comment"] == "'=seen on both views"


def test_identity_can_be_left_out(tmp_path, readings):
    write_readings(tmp_path / "r.csv", readings, has_identity=False)
    text = (tmp_path / "r.csv").read_text(encoding="utf-8-sig")
    assert "张伟" not in text
    assert "seen on both views" not in text
    assert "ab" * 16 not in text
    assert {"comment", "fingerprint"}.isdisjoint(text.splitlines()[0].split(","))
    assert {len(row) for row in csv.reader(text.splitlines())} == {
        len(text.splitlines()[0].split(","))
    }
    assert "patient" not in text.splitlines()[0]


def test_a_sheet_holds_the_same_as_the_table(tmp_path, readings):
    from openpyxl import load_workbook

    write_readings(tmp_path / "r.csv", readings)
    write_readings(tmp_path / "r.xlsx", readings)
    sheet = load_workbook(tmp_path / "r.xlsx").active
    head, *body = [list(row) for row in sheet.iter_rows()]
    names = [cell.value for cell in head]
    assert names == list(rows_of(tmp_path / "r.csv")[0])
    assert not any(cell.data_type == "f" for row in body for cell in row)
    share = body[0][names.index("p: effusion")]
    assert share.value == 0.93
    for row, known in zip(body, rows_of(tmp_path / "r.csv"), strict=True):
        assert [str(cell.value or "") for cell in row][:5] == list(known.values())[:5]


def test_control_characters_do_not_break_a_sheet(tmp_path):
    from openpyxl import load_workbook

    write_readings(tmp_path / "r.xlsx", [(make_shown(model_name="a\x00\x0bb\ud800"), ())])
    values = [cell.value for cell in list(load_workbook(tmp_path / "r.xlsx").active)[1]]
    assert any(str(value).startswith("a") and str(value).endswith("?") for value in values)
