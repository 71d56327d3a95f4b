import csv
from dataclasses import replace

import pytest

from precmed_gui.diagnosis.errors import UnfitCohort
from precmed_gui.exchange.evaluation_csv import write_evaluation_csv


def tables_of(path):
    """The tables of a file, parted by empty rows."""
    tables = [[]]
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.reader(file):
            if row:
                tables[-1].append(row)
            else:
                tables.append([])
    return tables


@pytest.fixture
def tables(full_report, tmp_path):
    write_evaluation_csv(tmp_path / "figures.csv", full_report)
    assert (tmp_path / "figures.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    return tables_of(tmp_path / "figures.csv")


def test_every_figure_has_a_row_with_its_interval(tables):
    overall = {row[0]: row[1:5] for row in tables[0][1:]}
    assert overall["accuracy"] == ["0.800000", "0.700000", "0.900000", "40"]
    assert overall["auc"] == ["0.900000", "0.800000", "0.950000", "40"]
    assert overall["ece_uncalibrated"][0] == "0.120000"
    assert overall["coverage"][0] == "0.910000"
    assert overall["mean_set_size"] == ["1.250000", "", "", "40"]
    assert set(overall) >= {
        "balanced_accuracy", "average_precision", "brier", "log_loss", "ece", "referred", "refused",
        "accuracy (sex: =F)",
    }  # fmt: skip


def test_every_class_has_its_figures_and_an_undefined_one_stays_empty(tables):
    found = {(row[0], row[1]): row[2:6] for row in tables[1][1:]}
    assert found["normal", "sensitivity"] == ["0.800000", "0.700000", "0.900000", "20"]
    assert found["normal", "npv"] == ["", "", "", "20"]
    assert found["normal", "coverage"][0] == "0.950000"
    assert len(found) == 16


def test_the_answers_are_counted_by_truth(tables, full_report):
    assert tables[2][0] == ["truth", *full_report.card.labels]
    assert tables[2][1] == ["normal", "16", "4"]


def test_a_spreadsheet_is_not_tricked_into_running_a_name(full_report, tmp_path):
    card = replace(full_report.card, name="=HYPERLINK(1)")
    write_evaluation_csv(tmp_path / "figures.csv", replace(full_report, card=card))
    assert tables_of(tmp_path / "figures.csv")[0][1][-1] == "'=HYPERLINK(1)"


def test_an_untested_model_has_no_table(full_report, tmp_path):
    card = replace(full_report.card, evaluation=None)
    with pytest.raises(UnfitCohort):
        write_evaluation_csv(tmp_path / "figures.csv", replace(full_report, card=card))
    assert not list(tmp_path.iterdir())
