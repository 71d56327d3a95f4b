"""`--table` on the command line: what it says counts, and what it cannot say is said."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from precmed_gui.cli import main


@pytest.fixture
def images(tmp_path: Path) -> Path:
    random = np.random.default_rng(5)
    folder = tmp_path / "images"
    folder.mkdir()
    for number in range(8):
        pixels = random.integers(0, 255, (32, 32), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    return folder


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rows = [f"{n}.png,{'肺炎' if n % 2 else '正常'},病人{n // 2}" for n in range(6)]
    path = tmp_path / "cases.csv"
    path.write_text("\n".join(["文件名,诊断,患者编号", *rows, "99.png,正常,病人9"]), "gbk")
    return path


def test_a_table_names_classes_and_patients(
    images: Path, table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(images), "--table", str(table), "--json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["labels"] == {"正常": 3, "肺炎": 3}
    assert json.loads(said.out)["patients"] == 3 + 2
    assert "6 images have a row, 2 images have none, 1 row has no image" in said.err


def test_columns_can_be_stated(
    images: Path, table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--table", str(table), "--table-columns", "患者编号=label,诊断="]
    assert main(["check", str(images), *options, "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)["labels"]) == {"病人0", "病人1", "病人2"}


@pytest.mark.parametrize("columns", ["诊断=nonsense", "=label", "label"])
def test_columns_stated_wrongly_are_wrong_use(
    images: Path, table: Path, columns: str, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--table", str(table), "--table-columns", columns]
    assert main(["check", str(images), *options]) == 2
    assert "name=meaning" in " ".join(capsys.readouterr().err.split())


def test_a_table_that_is_not_there_or_about_others_is_refused(
    images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(images), "--table", str(tmp_path / "none.csv")]) == 1
    assert "none.csv" in capsys.readouterr().err
    other = tmp_path / "other.csv"
    other.write_text("file,label\nzz.png,sick\n")
    assert main(["check", str(images), "--table", str(other)]) == 1
    assert "No row of the table" in capsys.readouterr().err
