"""`precmed archive statistics`, in this process; its figures are counted again from the table."""

import json
from pathlib import Path

import numpy as np
import pytest
import recounted
from PIL import Image

from precmed_gui.archive.record import open_record
from precmed_gui.cli import main
from precmed_gui.diagnosis.record import Decision, Shown
from precmed_gui.places import record_file

CLASSES = ("clear", "effusion", "nodule")
CASES = 30
SIDE = 24


@pytest.fixture
def cohort(tmp_path: Path) -> Path:
    """Thirty small pictures in a folder a class."""
    random = np.random.default_rng(0)
    for n in range(CASES):
        file = tmp_path / "cohort" / CLASSES[n % 3] / f"case{n:02d}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(random.integers(0, 256, (SIDE, SIDE)).astype(np.uint8)).save(file)
    return tmp_path / "cohort"


@pytest.fixture
def read(cohort: Path) -> Path:
    """The same, read blinded by Dr Ada; every third case also by Dr Bo, openly."""
    random = np.random.default_rng(7)
    files = sorted(cohort.rglob("*.png"))
    record = open_record(record_file())
    for file in files:
        true = CLASSES.index(file.parent.name)
        blind, model, final = (
            true if random.random() < share else (true + 1 + random.integers(2)) % 3
            for share in (0.6, 0.7, 0.8)
        )
        chances = tuple(0.8 if place == model else 0.1 for place in range(3))
        answer = Shown(str(file), file.name, "", "", "chest", "d" * 64, CLASSES, chances)
        [kept] = record.keep_shown([answer])
        time = round(float(random.uniform(5, 40)), 1)
        for label, seconds, is_blind in ((blind, time, True), (final, time + 6, False)):
            decision = Decision(kept.number, "other", CLASSES[label], "Dr Ada", is_blind=is_blind,
                                seconds=seconds)  # fmt: skip
            record.decide(decision)
        if true == 1:
            record.decide(Decision(kept.number, "agree", CLASSES[model], "Dr Bo", seconds=3.0))
    record.close()
    return cohort


def counted(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, dict]:
    """The document by reader; "" for all of them."""
    capsys.readouterr()
    assert main(["archive", "statistics", "--json", *options]) == 0
    document = json.loads(capsys.readouterr().out)
    return {one["reader"] or "": one for one in document["readers"]}


def test_the_figures_are_those_of_the_exported_table(
    read: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "readings.csv"
    assert main(["archive", "table", str(table), "--identity"]) == 0
    rows = [row for row in recounted.rows_of(table) if row["reader"] == "Dr Ada"]
    alone, together = (recounted.step(rows, is_blind=is_blind) for is_blind in (True, False))
    found = counted(capsys, "--truth", str(read))["Dr Ada"]
    for name, chosen, column in (
        ("reader_alone", alone, "decided_label"),
        ("model_alone", together, "label"),
        ("reader_with_model", together, "decided_label"),
    ):
        arm = found[name]
        said, true = recounted.said_and_true(chosen, column, lambda key: Path(key).parent.name)
        wanted = recounted.shares(said, true, CLASSES)
        shown = {"Accuracy": arm["accuracy"]}
        for label, rates in arm["classes"].items():
            shown[f"Sensitivity, {label}"] = rates["sensitivity"]
            shown[f"Specificity, {label}"] = rates["specificity"]
        assert shown.keys() == wanted.keys()
        for measure, figure in shown.items():
            assert list(figure.values()) == pytest.approx(wanted[measure], abs=1e-9), measure
        assert_kappa(arm["kappa"], recounted.kappa(said, true))
    for name, chosen in (("before", alone), ("after", together)):
        said, model = ([row[column] for row in chosen] for column in ("decided_label", "label"))
        assert_kappa(found["agreement_with_model"][name]["kappa"], recounted.kappa(said, model))
    for name, chosen in (("alone", alone), ("alone_and_with_model", together)):
        measured = found["seconds"][name]
        assert measured.pop("n") == CASES
        assert list(measured.values()) == pytest.approx(recounted.times(chosen))


def assert_kappa(figure: dict[str, float], wanted: recounted.Interval) -> None:
    """The value exactly, its ends as two bootstraps of thirty cases agree."""
    assert figure["value"] == pytest.approx(wanted[0])
    assert (figure["low"], figure["high"]) == pytest.approx(wanted[1:], abs=0.06)
    assert figure["low"] < figure["value"] < figure["high"]


def test_without_truth_agreement_and_times_remain(
    read: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = counted(capsys)
    assert list(found) == ["", "Dr Ada", "Dr Bo"]
    everybody = found[""]
    assert everybody["compared"] == 0
    assert everybody["left_out"] == {"truth": 40}
    assert everybody["reader_alone"] is everybody["model_alone"] is everybody["gain"] is None
    assert everybody["seconds"]["with_model_from_start"]["n"] == 10
    [pair] = everybody["pairs"]
    assert (pair["readers"], pair["n"], pair["blind"]) == (["Dr Ada", "Dr Bo"], 10, False)
    assert found["Dr Bo"]["agreement_with_model"]["after"]["same"]["value"] == 1


def test_a_table_of_classes_is_the_truth_as_well(
    read: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "truth.csv"
    lines = [f"{file.name},{file.parent.name}" for file in sorted(read.rglob("*.png"))]
    table.write_text("\n".join(("picture,seen", *lines)), "utf-8")
    stated = ("--table-columns", "picture=file,seen=label")
    by_table = counted(capsys, "--truth", str(table), *stated)
    assert by_table == counted(capsys, "--truth", str(read))


def test_one_reader_and_the_same_in_words(read: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("--truth", str(read), "--reader", "Dr Ada")
    assert list(counted(capsys, *asked)) == ["Dr Ada"]
    assert main(["archive", "statistics", *asked]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Dr Ada:\n  30 readings.")
    for words in ("Reader alone:", "Kappa with the truth: 0.", "of 30 readings with both steps"):
        assert words in said
    assert "Dr Bo" not in said


def test_what_goes_wrong_is_said(
    read: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other" / "clear"
    other.mkdir(parents=True)
    Image.new("L", (SIDE, SIDE), 90).save(other / "a.png")
    for options, words in (
        (("--truth", str(other.parent)), "no class of any case that was read"),
        (("--truth", str(tmp_path / "nowhere")), "no file or folder"),
        (("--reader", "Dr Who"), "“Dr Ada” and “Dr Bo”"),
    ):
        assert main(["archive", "statistics", "--json", *options]) == 1
        said = capsys.readouterr()
        assert words in said.err
        assert words in json.loads(said.out)["error"] + (json.loads(said.out)["hint"] or "")
    assert main(["archive", "statistics", "--table-columns", "x=nonsense"]) == 2


def test_a_record_without_decisions_has_no_figures(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["archive", "statistics"]) == 1
    assert "no record" in capsys.readouterr().err
    open_record(record_file()).close()
    assert counted(capsys)[""]["readings"] == 0
    assert main(["archive", "statistics"]) == 0
    assert "0 readings." in capsys.readouterr().out
