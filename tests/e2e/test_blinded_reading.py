"""Twenty cases read blinded in a real window, by the keyboard alone; what is shown is then counted
again from the table that was saved, with nothing of the program.

Every step is an X event of the keyboard, every figure is read from the screen.
"""

import csv
import re
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
from screen import BLOCK, Screen, missing_tools, program, virtual_screen

from precmed_gui.diagnosis.work import NeverCancelled, ignore
from precmed_gui.modalities.imaging.phantoms import write_demo_cohort

pytestmark = [
    pytest.mark.display,
    pytest.mark.timeout(300),
    pytest.mark.skipif(bool(missing_tools()), reason=f"these tools are absent: {missing_tools()}"),
]

CASES = 20
CLASSES = ("clear", "effusion", "nodule")
MAIN = "PrecMed — .*"
PREDICTION = (832, 40, 1280, 740)
BELOW_PICTURE = (832, 470, 1280, 740)
STATUS = (0, 770, 700, 800)
MODEL, PROGRESS, COUNTS = (832, 90, 1280, 130), (832, 700, 1280, 750), (340, 85, 660, 122)


@pytest.fixture
def cohort(tmp_path: Path) -> Path:
    """Twenty phantoms in a folder a class."""
    write_demo_cohort(tmp_path / "all", ignore, NeverCancelled())
    folder = tmp_path / "phantoms"
    for place in range(CASES):
        kind = CLASSES[place % len(CLASSES)]
        image = sorted((tmp_path / "all" / kind).rglob("*.png"))[2 * place]
        target = folder / kind / f"case{place:02d}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(image, target)
    return folder


@pytest.fixture
def screen(own_home: Path, cohort: Path) -> Iterator[Screen]:
    with virtual_screen() as screen:
        screen.environment["PRECMED_HOME"] = str(own_home)
        looks = ("--language", "en", "--theme", "light")
        command = [sys.executable, "-m", "precmed_gui", *looks, str(cohort)]
        with program(command, screen.environment):
            screen.place_window("PrecMed")
            screen.wait_for("20 images", 60, STATUS)
            yield screen


def answer_dialog(screen: Screen, title: str, text: str) -> None:
    """Type into the one field of a dialog that the window opened."""
    screen.wait_window(title)
    time.sleep(0.5)  # the dialog looks through its folder, then completes what is typed
    screen.type(text)
    time.sleep(0.5)
    screen.keys("Return")
    screen.wait_window(MAIN)


def readings(cohort: Path) -> list[tuple[str, str]]:
    """The keys of a reader who is wrong now and then, and is talked out of it half of the time.

    The worklist has the case that was read last on top; which case a key was for, the table says.
    """
    truth = [file.parent.name for file in sorted(cohort.rglob("*.png"))][::-1]
    right = [CLASSES.index(label) for label in truth]
    said = [(key + (place % 4 == 0)) % 3 for place, key in enumerate(right)]
    last = [str(right[place] + 1) if place % 8 == 0 else "k" for place in range(CASES)]
    return [(str(key + 1), then) for key, then in zip(said, last, strict=True)]


def read_blinded(screen: Screen, keys: list[tuple[str, str]], keep: Path) -> None:
    """From the top of the worklist to its end: a class, then a class again or the same."""
    screen.keys("ctrl+6")
    screen.wait_for(r"20 waiting", 20, COUNTS)
    screen.keys("Return")
    screen.wait_for(r"commit to your own", 20, PREDICTION)
    assert not re.search(r"\d ?%|ruled out|Refer to a|Refused", screen.text(BELOW_PICTURE))
    screen.picture().save(keep / "blinded-before.png")
    screen.keys(keys[0][0])
    screen.wait_for(r"said \w+. Now confirm", 20, PREDICTION)
    screen.picture().save(keep / "blinded-after.png")
    screen.keys(keys[0][1])
    screen.wait_for(r"19 waiting", 20, COUNTS)
    for blind, last in keys[1:]:
        screen.keys(blind, last)
    screen.wait_for(r"\b0 waiting . 20 read", 30, COUNTS)


def figures_of(screen: Screen) -> dict[str, tuple[str, ...]]:
    """What the columns of the statistics say, by the name of the line; one look may miss one."""
    found: dict[str, tuple[str, ...]] = {}
    left, top, right, _bottom = screen.active_region()
    for height in (360, 420):
        for line in screen.text((left, top, right, top + height), BLOCK).splitlines():
            name = re.match(r"\W*(Accuracy|(?:Sensitivity|Specificity), \w+|Kappa)\b", line)
            if name:
                pattern = r"(-?\d\.\d{3}) \(" if name[1] == "Kappa" else r"(\d+) ?% ?\("
                found.setdefault(name[1], tuple(re.findall(pattern, line)))
    return found


def counted(rows: list[dict[str, str]], column: str, *, is_blind: bool) -> dict[str, list[float]]:
    """Accuracy, and sensitivity and specificity a class, of what stands in a column."""
    chosen = [row for row in rows if row["is_blind"] == str(int(is_blind))]
    said = np.array([row[column] for row in chosen])
    truth = np.array([Path(row["case_key"]).parent.name for row in chosen])
    figures = {"Accuracy": float(np.mean(said == truth))}
    for label in CLASSES:
        figures[f"Sensitivity, {label}"] = float(np.mean(said[truth == label] == label))
        figures[f"Specificity, {label}"] = float(np.mean(said[truth != label] != label))
    return figures


def kappa(rows: list[dict[str, str]], *, is_blind: bool) -> float:
    """Cohen's, of reader and model (Cohen 1960)."""
    chosen = [row for row in rows if row["is_blind"] == str(int(is_blind))]
    table = np.zeros((len(CLASSES), len(CLASSES)))
    for row in chosen:
        table[CLASSES.index(row["decided_label"]), CLASSES.index(row["label"])] += 1
    table /= len(chosen)
    chance = table.sum(axis=1) @ table.sum(axis=0)
    return float((np.trace(table) - chance) / (1 - chance))


def test_twenty_cases_by_keyboard_alone(screen: Screen, cohort: Path, tmp_path: Path) -> None:
    screen.keys("ctrl+3", "Tab")
    screen.type("demo")
    screen.wait_for(r"demo-phantoms", 30, MODEL)
    screen.keys("ctrl+b")
    screen.wait_for("Who reads", 20)
    screen.type("Dr Ada")
    screen.keys("Return")
    screen.keys("ctrl+shift+r")
    answer_dialog(screen, "Read a folder of images", str(cohort))
    screen.wait_for(r"20 images read", 90, PROGRESS)

    read_blinded(screen, readings(cohort), tmp_path)

    screen.keys("alt+o", "s")
    screen.wait_window("Readers' statistics")
    screen.wait_for("Kappa", 20)
    shown = figures_of(screen)
    screen.picture().save(tmp_path / "statistics.png")
    screen.keys("Escape")
    screen.wait_window(MAIN)
    target = tmp_path / "readings.csv"
    screen.keys("alt+o", "d")
    screen.wait_for("names of cases", 20)
    screen.keys("shift+Tab", "space")
    answer_dialog(screen, "Save decisions", str(target))
    screen.wait_for("decisions were saved", 20)

    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * CASES
    alone = counted(rows, "decided_label", is_blind=True)
    model = counted(rows, "label", is_blind=False)
    together = counted(rows, "decided_label", is_blind=False)
    agreement = tuple(f"{kappa(rows, is_blind=is_blind):.3f}" for is_blind in (True, False))
    expected = {name: as_shown(arm[name] for arm in (alone, model, together)) for name in alone}
    assert shown == expected | {"Kappa": agreement}
    assert alone["Accuracy"] == 0.75
    assert together["Accuracy"] > alone["Accuracy"]


def as_shown(shares: Iterable[float]) -> tuple[str, ...]:
    return tuple(f"{100 * share:.0f}" for share in shares)
