"""The command line: in this process where that tells the same, else as a program."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from precmed_gui.archive.record import open_record
from precmed_gui.cli import main
from precmed_gui.diagnosis.work import Cancelled
from precmed_gui.learning.checkpoints import checkpoints_folder
from precmed_gui.learning.shelf import load_card, model_digest
from precmed_gui.places import record_file, user_models_folder

PROGRAM = [sys.executable, "-m", "precmed_gui.cli"]


@pytest.fixture(scope="module")
def bars(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 images of a bar that lies or stands, in folders train, val and test."""
    folder = tmp_path_factory.mktemp("bars") / "bars"
    random = np.random.default_rng(0)
    for part, count in {"train": 12, "val": 4, "test": 4}.items():
        for label in ("lying", "standing"):
            (folder / part / label).mkdir(parents=True)
            for number in range(count):
                image = random.normal(60, 10, (28, 28))
                start = random.integers(8, 17)
                image[start : start + 4, 4:24] += 120
                image = image if label == "lying" else image.T
                pixels = np.clip(image, 0, 255).astype(np.uint8)
                Image.fromarray(pixels).save(folder / part / label / f"{part}{number}.png")
    return folder


@pytest.fixture(scope="module")
def model(bars: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("cli")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PRECMED_HOME", str(home))
        out = home / "model"
        options = ["--recipe", "article-cnn", "--epochs", "8", "--batch-size", "4"]
        assert main(["train", str(bars), "--out", str(out), *options]) == 0
        yield out


def document(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_train_answers_one_document_and_keeps_the_model_on_the_shelf(
    bars: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--recipe", "article-cnn", "--epochs", "2", "--seed", "3", "--notes", "A note."]
    options.append("--json")
    assert main(["train", str(bars), *options]) == 0
    answer = document(capsys)
    folder = Path(str(answer["model"]))
    assert folder.parent == user_models_folder()
    assert folder.name.startswith("bars-")
    assert load_card(folder).notes == "A note."
    assert answer["recipe"] == "article-cnn"
    assert answer["labels"] == ["lying", "standing"]
    split = answer["split"]
    assert (split["train"], split["validation"], split["test"]) == (24, 8, 8)
    assert split["patients_shared"] == 0
    assert [sum(counts) for counts in zip(*split["images"].values(), strict=True)] == [24, 8, 8]
    assert len(split["fingerprint"]) == 64
    assert (answer["leaks"]["duplicates"], answer["slices"], answer["window"]) == (
        0,
        "middle",
        None,
    )
    assert answer["epochs_run"] == 2
    assert answer["stopped"] is False
    assert answer["unreadable"] == []
    assert {key: len(curve) for key, curve in answer["history"].items()} == {
        "loss": 2,
        "accuracy": 2,
        "val_loss": 2,
        "val_accuracy": 2,
    }
    measured = load_card(folder).evaluation
    assert measured is not None
    assert answer["test"]["accuracy"] == asdict(measured.measures.accuracy)
    for name in ("accuracy", "auc", "ece"):
        figure = answer["test"][name]
        assert 0 <= figure["low"] <= figure["value"] <= figure["high"] <= 1
    for name in ("ece_uncalibrated", "coverage", "mean_set_size"):
        assert answer["test"][name] is not None
    assert set(answer["test"]["gate"]["false_refusals"]) == {"value", "low", "high"}


def test_evaluate_measures_the_test_part_and_agrees_with_the_card(
    bars: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", str(model), str(bars), "--json"]) == 0
    answer = document(capsys)
    assert answer["n"] == 8
    card = load_card(model)
    assert card.accuracy is not None
    assert card.auc is not None
    assert answer["accuracy"] == asdict(card.accuracy)
    assert answer["auc"] == asdict(card.auc)
    assert answer["seen_in_training"] == 0


def test_the_card_becomes_a_page_to_print(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "card.html"
    assert main(["card", str(model), "--html", str(page), "--json"]) == 0
    assert document(capsys)
    text = page.read_text(encoding="utf-8")
    assert "standing" in text
    assert "<script" not in text


def test_a_model_compared_with_itself_does_not_differ(
    bars: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", str(model), str(model), str(bars), "--json"]) == 0
    answer = document(capsys)
    assert answer["n"] == 8
    assert answer["accuracy_difference"] == {"value": 0, "low": 0, "high": 0}


def test_patients_come_from_file_names(
    tmp_path: Path, bars: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cohort = tmp_path / "named"
    for number, image in enumerate(sorted((bars / "train").rglob("*.png"))):
        folder = cohort / image.parent.name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"p{number // 2}_{number}.png").write_bytes(image.read_bytes())
    options = ["--recipe", "article-cnn", "--epochs", "1", "--json"]
    wanted = [*options, "--out", str(tmp_path / "named-model"), "--patient-pattern", r"p\d+"]
    assert main(["train", str(cohort), *wanted]) == 0
    document(capsys)
    split = load_card(tmp_path / "named-model").split
    assert split.are_patients_known
    assert (split.patients, split.patients_shared) == (12, 0)
    assert main(["train", str(cohort), *options, "--patient-pattern", "nobody"]) == 1
    assert "nobody" in capsys.readouterr().err
    assert main(["train", str(cohort), *options, "--patient-pattern", "("]) == 2


def test_predict_answers_for_every_path_and_saves_a_table(
    bars: Path, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "text.png"
    text.write_text("no image")
    table = tmp_path / "table.csv"
    images = [str(path) for path in sorted((bars / "test" / "lying").iterdir())]
    assert main(["predict", str(model), *images, str(text), "--csv", str(table), "--json"]) == 0
    answer = document(capsys)
    assert [found["path"] for found in answer["predictions"]] == images
    assert all(found["label"] == "lying" for found in answer["predictions"])
    assert all(
        sum(found["probabilities"].values()) == pytest.approx(1)
        and set(found["probabilities"]) == {"lying", "standing"}
        for found in answer["predictions"]
    )
    assert [file["path"] for file in answer["unreadable"]] == [str(text)]
    assert answer["unreadable"][0]["reason"]
    assert len(table.read_text(encoding="utf-8-sig").splitlines()) == 6


def test_predict_keeps_every_answer_before_it_is_printed(
    bars: Path, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["predict", str(model), str(bars / "test"), "--archive", "--json"]
    table = tmp_path / "answers.xlsx"
    assert main([*command, "--csv", str(table)]) == 0
    said = document(capsys)
    record = open_record(record_file())
    kept = [record.shown(number) for number in said["archive"]["rows"]]
    assert record.head() == said["archive"]["head"]
    [noted], [used] = record.exports_of(0), record.models()
    record.close()
    assert (noted.kind, noted.name, noted.cases) == ("predictions", table.name, len(kept))
    assert noted.digest == sha256(table.read_bytes()).hexdigest()
    assert (used.digest, used.origin.counts[0][0]) == (kept[0].model_digest, "lying")
    assert [[near.path for near in one.nearest[:3]] for one in kept] == [
        one["nearest"] for one in said["predictions"]
    ]
    for one, read in zip(kept, said["predictions"], strict=True):
        by_class = read["nearest_by_class"]
        assert sorted(by_class) == ["lying", "standing"]
        said_of_each = {near["path"] for found in by_class.values() for near in found}
        assert said_of_each == {near.path for near in one.nearest}
    assert [one.case_key for one in kept] == [one["path"] for one in said["predictions"]]
    assert [list(one.probabilities) for one in kept] == [
        list(one["probabilities"].values()) for one in said["predictions"]
    ]
    assert all(one.test_sentence and len(one.model_digest) == 64 for one in kept)
    record_file().unlink()
    record_file().mkdir()
    assert main(command) == 1
    assert set(document(capsys)) == {"error", "hint"}
    assert main(command[:-1]) == 1
    assert capsys.readouterr().out == ""


def test_images_of_a_container_have_names_of_their_own(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    images = np.random.default_rng(0).integers(0, 255, (3, 28, 28), np.uint8)
    labels = np.array([0, 1, 0], np.uint8)
    np.savez(tmp_path / "three.npz", x_train=images, y_train=labels)
    assert main(["predict", str(model), str(tmp_path / "three.npz"), "--json"]) == 0
    assert len({found["path"] for found in document(capsys)["predictions"]}) == 3


def test_without_json_the_answer_is_for_people(
    bars: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = next((bars / "test" / "lying").iterdir())
    assert main(["predict", str(model), str(image)]) == 0
    assert "lying" in capsys.readouterr().out
    assert main(["evaluate", str(model), str(bars)]) == 0
    assert "8 images" in capsys.readouterr().out


def test_models_lists_the_shelf(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(model, user_models_folder() / "mine")
    broken = Path(shutil.copytree(model, user_models_folder() / "broken"))
    (broken / "card.json").write_text("{}")
    assert main(["models", "--json"]) == 0
    listed = {Path(found["folder"]).name: found for found in document(capsys)["models"]}
    assert listed["mine"]["labels"] == ["lying", "standing"]
    assert listed["broken"]["refused_because"]


def failing(kind: str, model: Path, tmp_path: Path) -> list[str]:
    """A command that must fail in words; its files are made here."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    for label, count in {"one": 5, "a": 2, "b": 2}.items():
        top = tmp_path / ("single" if label == "one" else "few")
        (top / label).mkdir(parents=True)
        for number in range(count):
            Image.new("L", (30, 30), 40 * number).save(top / label / f"{number}.png")
    damaged = Path(shutil.copytree(model, tmp_path / "damaged"))
    data = bytearray((damaged / "weights.safetensors").read_bytes())
    data[1000] ^= 1
    (damaged / "weights.safetensors").write_bytes(data)
    image = str(tmp_path / "single" / "one" / "0.png")
    return {
        "empty folder": ["train", str(tmp_path / "empty"), "--json"],
        "one class": ["train", str(tmp_path / "single"), "--json"],
        "two images a class": ["train", str(tmp_path / "few"), "--json"],
        "no such source": ["train", str(tmp_path / "nowhere"), "--json"],
        "no place": ["train", str(tmp_path / "few"), "--out", f"{tmp_path}/file/m", "--json"],
        "damaged model": ["predict", str(damaged), image, "--json"],
        "no model": ["evaluate", str(tmp_path / "empty"), str(tmp_path / "few"), "--json"],
        "other classes": ["evaluate", str(model), str(tmp_path / "few"), "--json"],
        "demo into a full folder": ["demo", str(tmp_path)],
    }[kind]


@pytest.mark.parametrize(
    "kind",
    [
        "empty folder",
        "one class",
        "two images a class",
        "no such source",
        "no place",
        "damaged model",
        "no model",
        "other classes",
        "demo into a full folder",
    ],
)
def test_what_fails_ends_with_a_sentence_and_a_hint_and_code_1(
    kind: str, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = failing(kind, model, tmp_path)
    capsys.readouterr()
    assert main(command) == 1
    out, err = capsys.readouterr()
    if "--json" in command:
        failure = json.loads(out)
        assert err == f"Error: {failure['error']}\n{failure['hint']}\n"
    else:
        assert out == ""
    assert err.startswith("Error: ")
    assert len(err.splitlines()) == 2
    assert "Traceback" not in err
    assert not user_models_folder().exists() or not list(user_models_folder().iterdir())


def test_a_stopped_command_answers_one_document_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(*_asked: object) -> None:
        raise Cancelled

    monkeypatch.setattr("precmed_gui.cli.opened", stopped)
    assert main(["evaluate", str(tmp_path), str(tmp_path), "--json"]) == 1
    assert document(capsys) == {"error": "Stopped. Nothing was changed.", "hint": None}


def test_what_only_looks_like_json_asks_for_no_document(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["check", "--", "--json"]) == 1
    assert capsys.readouterr().out == ""


def test_train_keeps_a_row_of_the_training_where_that_is_asked(
    bars: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["train", str(bars), "--recipe", "article-cnn", "--epochs", "1", "--json"]
    assert main([*command, "--out", str(tmp_path / "one"), "--archive"]) == 0
    said = document(capsys)
    record = open_record(record_file())
    [kept] = record.trainings()
    assert said["archive"] == {"row": kept.number, "head": record.head()}
    record.close()
    card = load_card(tmp_path / "one")
    assert kept.model_digest == model_digest(tmp_path / "one")
    assert (kept.origin.recipe, kept.origin.cohort) == ("article-cnn", "bars")
    assert (kept.origin.images, kept.origin.split) == (card.data.images, card.split.fingerprint)
    assert dict(kept.origin.counts) == {"lying": 20, "standing": 20}
    assert main(["audit", "trainings", "--json"]) == 0
    [listed] = document(capsys)["trainings"]
    assert (listed["number"], listed["origin"]["recipe"]) == (kept.number, "article-cnn")
    assert main(["audit", "trainings"]) == 0
    assert "40 images" in capsys.readouterr().out


def test_a_record_that_cannot_be_opened_stops_a_training_before_it_begins(
    bars: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record_file().mkdir(parents=True)
    out = tmp_path / "model"
    assert main(["train", str(bars), "--out", str(out), "--archive"]) == 1
    assert "record" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize(
    "command",
    [
        ["train"],
        ["train", "x", "--recipe", "resnet"],
        ["train", "x", "--epochs", "0"],
        ["train", "x", "--epochs", "many"],
        ["train", "x", "--batch-size", "5000"],
        ["train", "x", "--learning-rate", "0"],
        ["train", "x", "--recipe", "article-cnn", "--image-size", "64"],
        ["train", "x", "--seed", "-1"],
        ["predict", "x"],
        ["dance"],
    ],
)
def test_wrong_use_is_code_2(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(command) == 2
    assert capsys.readouterr().out == ""


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("precmed ")


def test_help_loads_neither_keras_nor_qt() -> None:
    check = (
        "import sys; from precmed_gui.cli import main; code = main(['--help']); "
        "heavy = {'keras', 'tensorflow', 'PySide6', 'sklearn', 'pydicom'} & set(sys.modules); "
        "sys.exit(code or bool(heavy))"
    )
    subprocess.run([sys.executable, "-c", check], check=True, capture_output=True)


def started(bars: Path, out: Path) -> subprocess.Popen[str]:
    options = ["--recipe", "article-cnn", "--epochs", "100000", "--json", "--out", str(out)]
    return subprocess.Popen(
        [*PROGRAM, "train", str(bars), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"LC_ALL": "C.UTF-8"},
    )


def wait_for(process: subprocess.Popen[str], words: str) -> None:
    assert process.stderr
    for line in process.stderr:
        if words in line:
            return
    raise AssertionError(f"ended without saying {words}")


def test_ctrl_c_keeps_what_was_learned(bars: Path, tmp_path: Path) -> None:
    process = started(bars, tmp_path / "m")
    wait_for(process, "Epoch 2 of")
    process.send_signal(signal.SIGINT)
    out, _err = process.communicate(timeout=60)
    assert process.returncode == 0
    answer = json.loads(out)
    assert answer["stopped"] is True
    assert answer["epochs_run"] >= 2
    assert load_card(tmp_path / "m").is_stopped


def test_a_kill_leaves_checkpoints_that_load(bars: Path, tmp_path: Path) -> None:
    process = started(bars, tmp_path / "m")
    wait_for(process, "Epoch 2 of")
    process.kill()
    process.communicate(timeout=60)
    left = sorted(checkpoints_folder(tmp_path / "m").glob("epoch-*"))
    assert 2 <= len(left) <= 3
    assert all(load_card(folder).is_checkpoint for folder in left)
    assert not (tmp_path / "m").exists()


def test_nothing_but_words_of_our_own_reaches_stderr(bars: Path, tmp_path: Path) -> None:
    options = ["--recipe", "article-cnn", "--epochs", "1", "--json", "--out", str(tmp_path / "m")]
    done = subprocess.run(
        [*PROGRAM, "train", str(bars), *options],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"LC_ALL": "C.UTF-8"},
    )
    assert json.loads(done.stdout)["epochs_run"] == 1
    assert [line.split()[0] for line in done.stderr.splitlines()] == ["Training", "Epoch"]
