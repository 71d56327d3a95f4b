"""`precmed explain`: a picture of the image's size, its caveat beside it, and one document."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_dicom import write_dicom
from PIL import Image
from pydicom.uid import generate_uid

from precmed_gui.cli import main
from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.explanation import Explanation, MapChecks
from precmed_gui.diagnosis.model_card import SliceRule
from precmed_gui.exchange.map_picture import MapLook, drawn_map, map_png
from precmed_gui.learning.shelf import ModelContents, load_card, load_weights, save_model
from precmed_gui.modalities.imaging.phantoms import draw_phantoms
from precmed_gui.places import shipped_models_folder

MODEL = str(shipped_models_folder() / "demo-phantoms")


@pytest.fixture
def image(tmp_path: Path) -> Path:
    file = tmp_path / "image.png"
    Image.fromarray(draw_phantoms(2, 150)[1]).save(file)
    return file


def test_explain_writes_a_picture_and_one_document(
    image: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "map.png"

    assert main(["explain", MODEL, str(image), "--out", str(out), "--json"]) == 0

    document = json.loads(capsys.readouterr().out)
    assert list(document) == ["label", "method", "checks", "seconds"]
    assert list(document["checks"]) == ["randomisation", "repeatability", "passed"]
    assert isinstance(document["checks"]["passed"], bool)
    assert document["label"] in load_card(Path(MODEL)).labels
    assert document["method"] == "class-activation"
    with Image.open(out) as picture:
        assert picture.size == (150, 150)
        assert "do not outline a finding" in picture.text["Description"]


def test_the_caveat_is_told_and_the_class_can_be_chosen(
    image: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "map.png"
    chosen = ["--label", "effusion", "--contour", "--method", "class-activation"]

    assert main(["explain", MODEL, str(image), "--out", str(out), *chosen]) == 0

    told = capsys.readouterr().out
    assert "effusion" in told
    assert "do not outline a finding" in told


def test_a_refused_image_gets_its_map_and_a_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = tmp_path / "blank.png", tmp_path / "map.png"
    Image.fromarray(np.full((150, 150), 90, np.uint8)).save(file)

    assert main(["explain", MODEL, str(file), "--out", str(out)]) == 0

    assert "refuses this image" in capsys.readouterr().err
    assert out.is_file()


@pytest.mark.parametrize("wrong", [["--label", "fracture"], ["--slice", "4"]])
def test_what_is_not_there_is_said_and_nothing_is_written(
    image: Path, tmp_path: Path, wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "map.png"

    assert main(["explain", MODEL, str(image), "--out", str(out), *wrong]) == 1

    assert "Error" in capsys.readouterr().err
    assert not out.exists()


def test_a_folder_of_images_is_not_one_image(image: Path, tmp_path: Path) -> None:
    (tmp_path / "second.png").write_bytes(image.read_bytes())

    assert main(["explain", MODEL, str(tmp_path), "--out", str(tmp_path / "map.png")]) == 1


@pytest.mark.parametrize(
    ("out", "told"),
    [
        ("map.jpg", "“map.jpg” is named otherwise"),
        ("image.png", "would overwrite the image itself"),
        ("folder", "“folder” is a folder"),
        ("words.txt/map.png", "was not saved"),
    ],
)
def test_a_place_where_no_picture_can_be_is_refused(
    image: Path, tmp_path: Path, out: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "words.txt").write_text("words")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}

    assert main(["explain", MODEL, str(image), "--out", str(tmp_path / out)]) == 1

    message, hint = capsys.readouterr().err.strip().splitlines()[-2:]
    assert told in message
    assert hint.endswith(".")
    assert before == {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}


@pytest.mark.parametrize("name", ["nothing.png", "words.png"])
def test_what_is_no_image_is_named(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "words.png").write_text("no picture at all")

    assert main(["explain", MODEL, str(tmp_path / name), "--out", str(tmp_path / "map.png")]) == 1

    assert f"{name}”" in capsys.readouterr().err
    assert not (tmp_path / "map.png").exists()


def test_a_folder_that_holds_no_model_is_named(
    image: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = str(tmp_path / "nowhere")

    assert main(["explain", nowhere, str(image), "--out", str(tmp_path / "map.png")]) == 1

    assert "There is no model in" in capsys.readouterr().err


def write_series(folder: Path) -> Path:
    """Three slices of one series of 150 by 120 pixels; the second holds a nodule."""
    folder.mkdir()
    nodule = draw_phantoms(2, 150)[1][:, :120].astype(np.uint16)
    uid = generate_uid()
    for number in (1, 2, 3):
        values = nodule if number == 2 else np.full_like(nodule, nodule.mean())
        write_dicom(
            folder / f"{number}.dcm",
            values,
            Modality="MR",
            SeriesInstanceUID=uid,
            InstanceNumber=number,
            ImagePositionPatient=[0, 0, 5 * number],
            ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
        )
    return folder


@pytest.mark.parametrize("rule", ["each", "middle"])
def test_a_series_is_one_image_and_its_map_has_the_size_of_a_slice(
    tmp_path: Path, rule: SliceRule, capsys: pytest.CaptureFixture[str]
) -> None:
    series, out, model = write_series(tmp_path / "series"), tmp_path / "map.png", tmp_path / "model"
    card = replace(load_card(Path(MODEL)), slices=rule, is_checkpoint=True, gate=None)
    save_model(model, ModelContents(card, load_weights(Path(MODEL)), ()))
    wish = ["explain", str(model), str(series), "--out", str(out), "--json"]

    assert main([*wish, "--label", "nodule"]) == 0
    of_the_second = out.read_bytes()
    assert main([*wish, "--label", "nodule", "--slice", "2"]) == 0

    assert out.read_bytes() == of_the_second
    with Image.open(out) as picture:
        assert picture.size == (120, 150)
    assert capsys.readouterr().out.count("class-activation") == 2
    assert main([*wish[:-1], "--label", "nodule"]) == 0
    assert "slice 2 of 3" in capsys.readouterr().out


def made(strength: np.ndarray) -> Explanation:
    checks = MapChecks(0.9, 0.5, passed=False, reason="It does not hold still.")
    return Explanation(Case("a.png"), 1, "结节", "gradient", strength, checks, 0.1)


def test_where_the_map_is_weak_the_image_shows() -> None:
    strength = np.zeros((20, 30), np.float32)
    strength[5:10, 5:10] = 1
    pixels = np.full((20, 30), 77, np.uint8)

    drawn = drawn_map(pixels, strength, MapLook(opacity=0.5))
    outlined = drawn_map(pixels, strength, MapLook(opacity=1, is_outlined=True))

    assert (drawn[strength == 0] == 77).all()
    assert (drawn[7, 7] != 77).any()
    assert (outlined[7, 7] == 77).all()
    assert (outlined[5, 7] != 77).any()


def test_a_map_that_failed_says_so_in_the_file(tmp_path: Path) -> None:
    found = made(np.ones((20, 30), np.float32))
    file = tmp_path / "map.png"
    file.write_bytes(map_png(np.zeros((20, 30, 3), np.uint8), found, MapLook()))

    with Image.open(file) as picture:
        assert "did not pass its check" in picture.text["Description"]
        assert "结节" in picture.text["Title"]
