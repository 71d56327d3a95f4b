"""The main job as a clinician does it: a real window, a real mouse, real files; nothing else.

Every step is an X event, every check is something read from the screen.
"""

import re
import sys
from pathlib import Path

import numpy as np
import pytest
from screen import Region, Screen, files_to_drag, missing_tools, program, virtual_screen

pytestmark = [
    pytest.mark.display,
    pytest.mark.shared,
    pytest.mark.timeout(2400),
    pytest.mark.skipif(bool(missing_tools()), reason=f"these tools are absent: {missing_tools()}"),
]

CASES = (0, 20, 340, 800)
CLASSES = (0, 160, 340, 320)
TRAINING = (330, 20, 820, 800)
CURVES = (330, 360, 815, 640)
PREDICTION = (815, 20, 1280, 800)
TRAIN_ABOVE_FOLD = 40


@pytest.fixture
def screen(own_home: Path):
    with virtual_screen() as screen:
        screen.environment["PRECMED_HOME"] = str(own_home)
        command = [sys.executable, "-m", "precmed_gui", "--language", "en", "--theme", "light"]
        with program(command, screen.environment):
            screen.place_window("PrecMed")
            screen.wait_for("diagnoses", 60, CASES)
            yield screen


def drop(
    screen: Screen, paths: list[Path], where: tuple[int, int], expected: tuple[str, float, Region]
) -> str:
    """Drag files onto a point; the source lives on until the program has taken them."""
    with files_to_drag(screen, paths) as start:
        screen.drag(start, where)
        return screen.wait_for(*expected)


def choose_small_network(screen: Screen) -> None:
    """The first field of the panel holds the recipe; a typed letter goes to what begins with it."""
    recipe = screen.find("Automatic", TRAINING)
    screen.click_at(recipe.x, recipe.y)
    screen.type("s")
    screen.keys("Return")
    screen.wait_for("small pictures", 20, TRAINING)


def set_epochs(screen: Screen, epochs: int) -> None:
    screen.wait_for("Epochs", 20, TRAINING)
    label = screen.find("Epochs", TRAINING)
    screen.click_at(label.x, label.y + 24, times=3)
    screen.keys("ctrl+a")
    screen.type(str(epochs))
    screen.keys("Tab")


def coloured_pixels(screen: Screen) -> int:
    """Pixels of the curves' area that are neither grey nor nearly so."""
    pixels = np.asarray(screen.picture(CURVES), dtype=int)
    return int((pixels.max(axis=2) - pixels.min(axis=2) > 60).sum())


def test_drop_train_watch_stop_and_read(screen: Screen, shared_data: Path):
    cohort = shared_data / "images" / "chest_xray_224"

    counts = r"(?s)(?=.*1[,.]?341)(?=.*3[,.]?875)"
    drop(screen, [cohort], (170, 350), (counts, 60, CLASSES))

    # OCR sees neither white on blue nor one word in a frame: Train and Stop are found by the place
    # of what is beside them. Train is above the fold, Stop in its column.
    choose_small_network(screen)
    advanced = screen.click("Advanced", TRAINING)
    train = (advanced.x, advanced.y - TRAIN_ABOVE_FOLD)
    set_epochs(screen, 2)
    screen.click_at(*train)
    screen.wait_for(r"Epoch 1 of 2", 240, TRAINING)
    early = coloured_pixels(screen)
    text = screen.wait_for(r"Done in", 600, TRAINING)
    assert coloured_pixels(screen) > early
    assert re.search(r"\d+ ?%", text)

    set_epochs(screen, 40)
    screen.click_at(*train)
    screen.wait_for(r"Epoch 1 of 40", 120, TRAINING)
    status = screen.find("Epoch", TRAINING)
    screen.wait_for(r"Epoch 2 of 40", 240, TRAINING)
    screen.click_at(advanced.x, status.y)
    text = screen.wait_for(r"best epoch so far was kept", 420, TRAINING)
    assert re.search(r"\d+ ?%", text)

    images = [
        *sorted((cohort / "NORMAL").iterdir())[:2],
        *sorted((cohort / "PNEUMONIA").iterdir())[:3],
    ]
    text = drop(screen, images, (1060, 420), (r"5 images read", 60, PREDICTION))
    assert "NORMAL" in text
    assert "PNEUMONIA" in text
    assert len(re.findall(r"\d+ ?%", text)) >= 2
    assert re.search(r"1 ?/ ?5", text)
    assert re.search(r"ruled out|Refer to a colleague|Refused", text)
    assert re.search(r"answer|refer|refused", text)

    screen.keys("alt+Down")
    screen.wait_for(r"2 ?/ ?5", 20, PREDICTION)
