"""A virtual screen with a window manager, eyes (OCR) and hands (X events), for end-to-end tests.

Nothing here knows the program under test: it sees pixels, and sends what a mouse and a keyboard
send.
"""

import csv
import io
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

TOOLS = ("Xvfb", "openbox", "xdotool", "import", "tesseract")
SIZE = (1600, 1000)
OCR_SCALE = 4
LEAST_CONFIDENCE = 20
SPARSE, BLOCK = "11", "6"
"""Tesseract's page layouts: words anywhere, and lines below each other; each misses some."""
Region = tuple[int, int, int, int]


def missing_tools() -> list[str]:
    return [tool for tool in TOOLS if shutil.which(tool) is None]


@dataclass(frozen=True)
class Word:
    """A word on the screen; x and y are its middle."""

    text: str
    x: int
    y: int
    line: tuple[int, ...]


class Screen:
    """Eyes and hands on one display."""

    def __init__(self, display: str) -> None:
        self.display = display
        self.environment = os.environ | {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        self.environment.pop("WAYLAND_DISPLAY", None)

    def picture(self, region: Region | None = None) -> Image.Image:
        data = subprocess.run(
            ["import", "-silent", "-window", "root", "png:-"],
            env=self.environment,
            capture_output=True,
            check=True,
            timeout=30,
        ).stdout
        image = Image.open(io.BytesIO(data)).convert("RGB")
        return image.crop(region) if region else image

    def words(self, region: Region | None = None, layout: str = SPARSE) -> list[Word]:
        image = ImageOps.autocontrast(ImageOps.grayscale(self.picture(region)))
        large = image.resize((image.width * OCR_SCALE, image.height * OCR_SCALE), Image.LANCZOS)
        buffer = io.BytesIO()
        large.save(buffer, "PNG")
        table = subprocess.run(
            ["tesseract", "-", "-", "--psm", layout, "tsv"],
            input=buffer.getvalue(),
            capture_output=True,
            check=True,
            timeout=120,
            env=os.environ | {"OMP_THREAD_LIMIT": "1"},
        ).stdout.decode()
        left, top = region[:2] if region else (0, 0)
        found = []
        for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
            if not row["text"].strip() or float(row["conf"]) < LEAST_CONFIDENCE:
                continue
            x = left + (int(row["left"]) + int(row["width"]) // 2) // OCR_SCALE
            y = top + (int(row["top"]) + int(row["height"]) // 2) // OCR_SCALE
            line = tuple(int(row[key]) for key in ("block_num", "par_num", "line_num"))
            found.append(Word(row["text"], x, y, line))
        return found

    def text(self, region: Region | None = None, layout: str = SPARSE) -> str:
        lines: dict[tuple[int, ...], list[str]] = {}
        for word in self.words(region, layout):
            lines.setdefault(word.line, []).append(word.text)
        return "\n".join(" ".join(line) for line in lines.values())

    def wait_for(self, pattern: str, seconds: float, region: Region | None = None) -> str:
        """The text on the screen, as read in both layouts, as soon as it matches."""
        deadline = time.monotonic() + seconds
        while True:
            text = "\n".join(self.text(region, layout) for layout in (SPARSE, BLOCK))
            if re.search(pattern, text):
                return text
            if time.monotonic() > deadline:
                self.picture().save("/tmp/precmed-e2e-failure.png")
                raise AssertionError(f"“{pattern}” did not appear in {seconds} s; seen:\n{text}")

    def find(self, pattern: str, region: Region | None = None) -> Word:
        """The first word that matches as a whole."""
        seen = []
        for layout in (SPARSE, BLOCK):
            for word in self.words(region, layout):
                if re.fullmatch(pattern, word.text):
                    return word
                seen.append(word.text)
        self.picture().save("/tmp/precmed-e2e-failure.png")
        raise AssertionError(f"no word “{pattern}” among {seen}")

    def click(self, pattern: str, region: Region | None = None, *, times: int = 1) -> Word:
        word = self.find(pattern, region)
        self.click_at(word.x, word.y, times=times)
        return word

    def click_at(self, x: int, y: int, *, times: int = 1) -> None:
        self._do("mousemove", x, y, "click", "--repeat", times, "--delay", 60, 1)

    def keys(self, *names: str) -> None:
        self._do("key", "--clearmodifiers", *names)

    def type(self, text: str) -> None:
        self._do("type", "--delay", 30, text)

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """A drag as a hand does it: down, several moves, up."""
        self._do("mousemove", *start)
        self._do("mousedown", 1)
        steps = 8
        for step in range(1, steps + 1):
            x = start[0] + (end[0] - start[0]) * step // steps
            y = start[1] + (end[1] - start[1]) * step // steps
            self._do("mousemove", x, y)
            time.sleep(0.15)  # a hand takes its time; X needs to see the moves one by one
        for wiggle in (2, -2, 1):
            self._do("mousemove", end[0] + wiggle, end[1] + wiggle)
            time.sleep(0.3)
        self._do("mouseup", 1)

    def place_window(self, title: str, seconds: float = 60) -> None:
        """Wait for a window and put it into the corner, 1280 by 800."""
        found = subprocess.run(
            ["xdotool", "search", "--sync", "--onlyvisible", "--name", title],
            env=self.environment,
            capture_output=True,
            check=True,
            timeout=seconds,
            text=True,
        )
        window = found.stdout.split()[0]
        self._do("windowmove", window, 0, 0)
        self._do("windowsize", window, 1280, 800)
        self._do("windowactivate", "--sync", window)

    def wait_window(self, title: str, seconds: float = 20) -> None:
        """Until the window with the keyboard has a title that matches as a whole."""
        deadline = time.monotonic() + seconds
        name = ""
        while time.monotonic() < deadline:
            found = subprocess.run(
                ["xdotool", "getactivewindow", "getwindowname"],
                env=self.environment,
                capture_output=True,
                check=False,
                timeout=30,
                text=True,
            )
            name = found.stdout.strip()
            if re.fullmatch(title, name):
                return
            time.sleep(0.05)
        raise AssertionError(f"the keyboard is in “{name}”, not in “{title}”")

    def active_region(self) -> Region:
        """Where the window with the keyboard is."""
        said = subprocess.run(
            ["xdotool", "getactivewindow", "getwindowgeometry", "--shell"],
            env=self.environment,
            capture_output=True,
            check=True,
            timeout=30,
            text=True,
        ).stdout
        at = dict(line.split("=") for line in said.split())
        left, top = int(at["X"]), int(at["Y"])
        return left, top, left + int(at["WIDTH"]), top + int(at["HEIGHT"])

    def _do(self, *words: object) -> None:
        subprocess.run(
            ["xdotool", *map(str, words)],
            env=self.environment,
            check=True,
            timeout=30,
            capture_output=True,
        )


@contextmanager
def virtual_screen() -> Iterator[Screen]:
    """Xvfb and openbox on a display of their own."""
    reader, writer = os.pipe()
    with ExitStack() as stack:
        size = f"{SIZE[0]}x{SIZE[1]}x24"
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writer), "-screen", "0", size, "-nolisten", "tcp"],
            pass_fds=(writer,),
            stderr=subprocess.DEVNULL,
        )
        stack.callback(_end, server)
        os.close(writer)
        with os.fdopen(reader) as file:
            screen = Screen(f":{file.readline().strip()}")
        manager = subprocess.Popen(
            ["openbox"],
            env=screen.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        stack.callback(_end, manager)
        yield screen


@contextmanager
def program(command: Sequence[str], environment: dict[str, str]) -> Iterator[subprocess.Popen]:
    process = subprocess.Popen(command, env=environment)
    try:
        yield process
    finally:
        _end(process)


@contextmanager
def files_to_drag(screen: Screen, paths: Sequence[Path]) -> Iterator[tuple[int, int]]:
    """Another program's window from which these files can be dragged; answers where to grab."""
    import sys

    source = Path(__file__).with_name("drag_source.py")
    with program([sys.executable, str(source), *map(str, paths)], screen.environment):
        subprocess.run(
            ["xdotool", "search", "--sync", "--onlyvisible", "--name", "drag source"],
            env=screen.environment,
            check=True,
            timeout=60,
            capture_output=True,
        )
        screen.wait_for("drag me", 60, (1380, 130, 1540, 270))
        yield (1460, 200)


def _end(process: subprocess.Popen) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
