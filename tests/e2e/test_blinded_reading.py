"""Twenty cases read blinded in a real window, by the keyboard alone; what is shown is then counted
again from the table that was saved, with nothing of the program.

Every step is an X event of the keyboard, every figure is read from the screen.
"""

import re
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import recounted
from screen import (
    BLOCK,
    SPARSE,
    Region,
    Screen,
    Word,
    missing_tools,
    program,
    virtual_screen,
)

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
LINE = re.compile(
    r"\W*(Accuracy|(?:Sensitivity|Specificity), \w+|Kappa with the \w+|Seconds a case)\b"
)
NEAR = 6
PATTERNS = {
    "Kappa": r"-?\d\.\d{3}",
    "Seconds": r"\d+\.\d",
    "": r"(\d+) ?% ?\((\d+) ?to ?(\d+)\)",
}
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


def lines_of(screen: Screen, region: Region, layout: str) -> list[str]:
    """What stands at one height, from left to right: the cells of a table are far apart."""
    lines: list[list[Word]] = []
    for word in sorted(screen.words(region, layout), key=lambda word: word.y):
        if not lines or word.y - lines[-1][-1].y > NEAR:
            lines.append([])
        lines[-1].append(word)
    ordered = (sorted(line, key=lambda word: word.x) for line in lines)
    return [" ".join(word.text for word in line) for line in ordered]


def figures_of(screen: Screen) -> dict[str, list[str]]:
    """What the columns of the statistics say, by the name of the line; one look may miss one."""
    found: dict[str, list[str]] = {}
    left, top, right, _bottom = screen.active_region()
    for height, layout in ((460, SPARSE), (460, BLOCK), (520, SPARSE)):
        for line in lines_of(screen, (left, top, right, top + height), layout):
            name = LINE.match(line)
            if name:
                pattern = next(PATTERNS[word] for word in PATTERNS if name[1].startswith(word))
                line = re.sub(r"[−–—]", "-", line)
                parts = [match.groups() or (match[0],) for match in re.finditer(pattern, line)]
                figures = [part for groups in parts for part in groups]
                found[name[1]] = max(found.get(name[1], []), figures, key=len)
    return found


def assert_kappas(shown: list[float], wanted: list[recounted.Interval]) -> None:
    """Values as they are rounded on the screen, their ends as two bootstraps of twenty agree."""
    places = [place for group in wanted for place in group]
    assert shown[::3] == pytest.approx(places[::3], abs=0.00051)
    assert shown == pytest.approx(places, abs=0.1)


def timed(alone: list[recounted.Row], together: list[recounted.Row]) -> list[float]:
    """The median seconds of cases both steps of which took time that the clock could see."""
    pairs = [
        (before, after)
        for before, after in zip(alone, together, strict=True)
        if 0 < float(before["seconds"]) <= float(after["seconds"])
    ]
    return [recounted.times(rows)[0] for rows in zip(*pairs, strict=True)]


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

    rows = recounted.rows_of(target)
    assert len(rows) == 2 * CASES
    alone, together = (recounted.step(rows, is_blind=is_blind) for is_blind in (True, False))
    arms = [
        recounted.said_and_true(chosen, column, lambda key: Path(key).parent.name)
        for chosen, column in (
            (alone, "decided_label"), (together, "label"), (together, "decided_label"),
        )
    ]  # fmt: skip
    shares = [recounted.shares(said, true, CLASSES) for said, true in arms]
    for name in shares[0]:
        assert shown.pop(name) == [as_shown(part) for arm in shares for part in arm[name]], name
    truth = [recounted.kappa(said, true) for said, true in arms]
    assert_kappas([*map(float, shown.pop("Kappa with the truth"))], truth)
    model = [recounted.kappa(said, arms[1][0]) for said, _true in arms[::2]]
    assert_kappas([*map(float, shown.pop("Kappa with the model"))], model)
    assert [*map(float, shown.pop("Seconds a case", ()))] == pytest.approx(
        timed(alone, together), abs=0.051
    )
    assert shown == {}
    assert shares[0]["Accuracy"][0] == 0.75
    assert shares[2]["Accuracy"][0] > 0.75


def as_shown(share: float) -> str:
    return f"{100 * share:.0f}"
