import csv

import pytest
from openpyxl import load_workbook

from precmed_gui.diagnosis.cases import Case, Unreadable
from precmed_gui.diagnosis.errors import FailedStorage
from precmed_gui.diagnosis.prediction import Prediction, PredictionList
from precmed_gui.exchange.predictions_csv import write_predictions_csv

ANSWERS = PredictionList(
    model="chest",
    predictions=(
        Prediction(Case("/data/=cmd.png"), ("正常", "肺炎"), (0.25, 0.75)),
        Prediction(Case("/data/a.npz", "test_images/3"), ("正常", "肺炎"), (1.0, 0.0)),
    ),
    unreadable=(Unreadable("/data/letter.png", "It is a text."),),
)


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_image_has_a_row_with_its_probabilities_or_the_reason(tmp_path):
    table = tmp_path / "answers.csv"
    write_predictions_csv(table, ANSWERS)
    first, second, third = rows_of(table)
    assert (first["label"], first["肺炎"], first["model"]) == ("肺炎", "0.750000", "chest")
    assert second["image"] == "test_images/3"
    assert (third["path"], third["label"], third["reason"]) == (
        "/data/letter.png",
        "",
        "It is a text.",
    )


def test_a_spreadsheet_is_not_tricked_into_running_a_file_name(tmp_path):
    table = tmp_path / "answers.csv"
    label = "=HYPERLINK(1)"
    write_predictions_csv(
        table, PredictionList("m", (Prediction(Case("-x"), (label,), (1.0,)),), ())
    )
    (row,) = rows_of(table)
    assert row["path"] == "'-x"
    assert row["label"] == f"'{label}"


def test_excel_sees_that_it_is_utf_8(tmp_path):
    table = tmp_path / "answers.csv"
    write_predictions_csv(table, ANSWERS)
    assert table.read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_place_that_cannot_be_written_keeps_what_was_there(tmp_path):
    (tmp_path / "file").write_text("kept")
    with pytest.raises(FailedStorage) as caught:
        write_predictions_csv(tmp_path / "file" / "answers.csv", ANSWERS)
    assert caught.value.hint
    assert (tmp_path / "file").read_text() == "kept"


def test_a_verdict_comes_with_its_set_and_its_reason(tmp_path):
    labels, shares = ("正常", "肺炎"), (0.45, 0.55)
    refer = Prediction(Case("/b.png"), labels, shares, ("肺炎", "正常"), "refer", "Ask.")
    refused = Prediction(Case("/c.png"), labels, shares, (), "refused", "Blank.")
    table = tmp_path / "answers.csv"
    write_predictions_csv(table, PredictionList("m", (refer, refused), (), "To learn."))
    first, second = rows_of(table)
    assert (first["set"], first["verdict"], first["reason"]) == ("肺炎 | 正常", "refer", "Ask.")
    assert first["intended_use"] == "To learn."
    assert (second["verdict"], second["reason"]) == ("refused", "Blank.")
    assert (second["label"], second["正常"], second["肺炎"], second["set"]) == ("", "", "", "")


def test_every_row_says_that_no_intended_use_was_stated(tmp_path):
    table = tmp_path / "answers.csv"
    write_predictions_csv(table, ANSWERS)
    assert {row["intended_use"] for row in rows_of(table)} == {"No intended use stated."}
    assert {row["verdict"] for row in rows_of(table)} == {"answer", ""}


def test_a_sheet_has_the_same_rows_with_numbers_that_can_be_counted_with(tmp_path):
    write_predictions_csv(tmp_path / "answers.csv", ANSWERS)
    write_predictions_csv(tmp_path / "answers.xlsx", ANSWERS)
    sheet = load_workbook(tmp_path / "answers.xlsx").active
    head, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    plain = rows_of(tmp_path / "answers.csv")
    assert [dict(zip(head, row, strict=True))["path"] for row in rows] == [
        row["path"] for row in plain
    ]
    first = dict(zip(head, rows[0], strict=True))
    assert (first["正常"], first["肺炎"], first["label"]) == (0.25, 0.75, "肺炎")
