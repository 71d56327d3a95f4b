"""`precmed check`, and the options of `precmed train` that have to do with leaks."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from precmed_gui import sources
from precmed_gui.check_answers import checked_text, receipt_lines
from precmed_gui.cli import main
from precmed_gui.cohorts.check import check_cohort
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.model_card import SplitReceipt
from precmed_gui.diagnosis.work import NeverCancelled, ignore
from precmed_gui.learning.shelf import load_card
from precmed_gui.modalities import open_cohort
from precmed_gui.options import TableChoice
from precmed_gui.sources import prepared

QUICK = ["--recipe", "article-cnn", "--epochs", "1", "--batch-size", "8"]


def bar(seed: int, label: str) -> np.ndarray:
    random = np.random.default_rng([seed, len(label)])
    image = random.normal(60, 10, (28, 28))
    start = random.integers(8, 17)
    image[start : start + 4, 4:24] += 120
    return np.clip(image if label == "lying" else image.T, 0, 255).astype(np.uint8)


@pytest.fixture
def bars(tmp_path: Path) -> Path:
    """A cohort with a split of its own; patients p0, p1, … stand in the names."""
    number = 0
    for part, count in {"train": 12, "val": 4, "test": 4}.items():
        for label in ("lying", "standing"):
            folder = tmp_path / "bars" / part / label
            folder.mkdir(parents=True)
            for _image in range(count):
                Image.fromarray(bar(number, label)).save(folder / f"p{number}_x.png")
                number += 1
    return tmp_path / "bars"


def answer(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def check(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, object]:
    assert main(["check", *map(str, arguments), "--json"]) == 0
    return answer(capsys)


def test_check_answers_the_document_of_the_guide(
    bars: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = bars / "test" / "lying" / "copy.png"
    Image.fromarray(bar(0, "lying")).save(copy)
    (bars / "train" / "lying" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    (bars / "notes.txt").write_text("not an image")
    found = check(capsys, bars, "--patient-pattern", r"p\d+")
    assert (found["files"], found["readable"], found["cases"]) == (42, 41, 41)
    unread = {Path(file["path"]).name: file["reason"] for file in found["unreadable"]}
    assert set(unread) == {"broken.png", "notes.txt"}
    assert all(unread.values())
    assert found["labels"] == {"lying": 21, "standing": 20}
    assert found["patients"] == 41
    assert found["leaks"] == {"patients": 0, "duplicates": 1}
    exact = found["duplicates"]["exact"]
    assert [{Path(path).name for path in group} for group in exact] == [{"p0_x.png", "copy.png"}]
    assert found["duplicates"]["across_labels"] == []
    kinds = {warning["kind"] for warning in found["warnings"]}
    assert {"unreadable", "duplicate_leak", "duplicates"} <= kinds
    for warning in found["warnings"]:
        assert set(warning) >= {"kind", "path", "why"}
        assert warning["why"]
    assert found["split"]["images"]["lying"] == [11, 4, 5]


def test_items_of_one_file_are_named_with_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    images = np.stack([bar(number, "lying") for number in range(30)])
    images[25] = images[3]
    labels = np.arange(30) % 2
    path = tmp_path / "few.npz"
    parts = {"train": slice(0, 16), "val": slice(16, 22), "test": slice(22, 30)}
    arrays = {}
    for part, chosen in parts.items():
        arrays[f"{part}_images"], arrays[f"{part}_labels"] = images[chosen], labels[chosen]
    np.savez(path, **arrays)
    found = check(capsys, path)
    assert found["leaks"]["duplicates"] == 1
    assert sorted(found["duplicates"]["exact"][0]) == [
        f"{path}#test_images/3",
        f"{path}#train_images/3",
    ]


def test_the_text_shows_findings_and_the_receipt(
    bars: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.fromarray(bar(0, "lying")).save(bars / "test" / "lying" / "p0_copy.png")
    assert main(["check", str(bars), "--patient-pattern", r"p\d+"]) == 0
    text = capsys.readouterr().out
    assert "✗ 1 patient is in more than one part" in text
    assert "p0" in text
    assert "lying: training 11, validation 4, test 5" in text
    assert "SHA-256" in text


def test_an_empty_answer_is_still_one(tmp_path: Path) -> None:
    Image.fromarray(bar(0, "lying")).save(tmp_path / "one.png")
    cohort = open_cohort([str(tmp_path / "one.png")], ignore, NeverCancelled())
    report = check_cohort(cohort, 1, ignore, NeverCancelled())
    assert "no classes" in checked_text(report)
    assert "Split" not in checked_text(report)
    assert "Split" not in checked_text(replace(report, cohort=replace(cohort, cases=())))


def test_a_receipt_of_an_earlier_version_has_no_lines() -> None:
    assert receipt_lines(SplitReceipt(1, 1, 1, 3, 0, False, 1, "x")) == []


def test_training_on_shared_patients_is_refused_accepted_or_redivided(
    bars: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.fromarray(bar(500, "lying")).save(bars / "test" / "lying" / "p0_later.png")
    pattern = ["--patient-pattern", r"p\d+"]
    assert main(["train", str(bars), "--out", str(tmp_path / "m"), *QUICK, *pattern]) == 1
    assert "1 patient is in more than one part" in capsys.readouterr().err
    assert not (tmp_path / "m").exists()

    accept = ["--accept-leak", "As published."]
    assert main(["train", str(bars), "--out", str(tmp_path / "m"), *QUICK, *pattern, *accept]) == 0
    assert "As published." in capsys.readouterr().out
    leaks = load_card(tmp_path / "m").leaks
    assert leaks is not None
    assert leaks.statement == "As published."

    assert main(["train", str(bars), "--out", str(tmp_path / "n"), *QUICK, *pattern,
                 "--redivide"]) == 0  # fmt: skip
    card = load_card(tmp_path / "n")
    assert not card.split.is_given
    assert card.split.patients_shared == 0
    text = capsys.readouterr().out
    assert "in more than one part: 0" in text
    assert "lying: training" in text
    assert card.split.fingerprint in text


@pytest.mark.shared
def test_the_acceptance_of_the_messy_collection(
    shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = check(capsys, shared_data / "images" / "brain_mri_messy")
    assert (found["files"], found["readable"]) == (253, 253)
    assert found["labels"] == {"no": 98, "yes": 155}
    assert len(found["duplicates"]["exact"]) == 22
    assert found["modes"] == {"grey, 8 bits": 218, "colour, 8 bits": 35}
    assert found["sizes"] == {"smallest": [150, 198], "largest": [1920, 1080]}


@pytest.mark.shared
def test_patients_of_the_chest_x_rays_are_counted(
    shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cohort = shared_data / "images" / "chest_xray_224"
    found = check(capsys, cohort, "--patient-pattern", r"(person\d+|IM-\d+)")
    assert found["patients"] == 2635
    assert found["patients_with_several_images"]["PNEUMONIA"] > 500
    assert found["split"]["patients_shared"] == 0
    assert found["duplicates"]["near"] == []
    assert len(found["duplicates"]["exact"]) == 24


def test_an_expression_that_might_never_end_is_refused(
    bars: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(bars), "--patient-pattern", r"(\d+)+x"]) != 0
    assert "for ever" in capsys.readouterr().err


def test_a_rule_that_says_what_is_known_already_is_no_error(bars: Path, tmp_path: Path) -> None:
    known = prepared([bars], r"p\d+", TableChoice(), ignore, NeverCancelled())
    assert sources._with_patients(known, r"p\d+") == known
    with pytest.raises(PrecmedError, match="No file name"):
        sources._with_patients(known, "nobody")
