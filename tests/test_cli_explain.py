"""`precmed explain`: a picture of the image's size, its caveat beside it, and one document."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from precmed_gui.cli import main
from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.explanation import Explanation, MapChecks
from precmed_gui.exchange.map_picture import MapLook, drawn_map, map_png
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
    assert set(document) == {"label", "method", "checks", "seconds"}
    assert set(document["checks"]) == {"randomisation", "repeatability", "passed"}
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
