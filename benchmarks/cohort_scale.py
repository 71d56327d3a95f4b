"""50,000 small PNG files of 10,000 patients: opening, the whole check, and the window with them.

    python benchmarks/cohort_scale.py [--images N] [--folder FOLDER] [--skip-check] [--skip-window]

FOLDER keeps the generated images for another time. The window is the product's own, scrolled from
the first image to the last; without a display it runs offscreen. A frame is the time from one tick
of a 16 ms timer to the next, scrolling, painting and thumbnails included; the control is the same
timer while nothing moves, which is the machine's own share. Exits with 1 where a target is missed.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil
from machine import machine, print_table
from PIL import Image

IMAGES, CLASSES, IMAGES_A_PATIENT, SIDE = 50_000, 8, 5, 64
PATIENT = r"patient(\d+)"
OPEN_SECONDS, CHECK_SECONDS, WINDOW_MB, FRAME_MS, FIND_MS = 15, 120, 500, 33, 100
GROWTH = (0.2, 0.4, 1.0)
TICK_MS, QUIET_TICKS, SHARE_OF_VIEW = 16, 300, 0.9
WINDOW_SIZE = (1280, 800)
MEGABYTE = 1024**2


def write_images(folder: Path, count: int) -> None:
    """Smooth random pictures; every 500th is a lighter copy of the one before."""
    random = np.random.default_rng(1)
    for label in range(CLASSES):
        (folder / f"class {label + 1}").mkdir(parents=True)
    before = None
    for number in range(count):
        patient = number // IMAGES_A_PATIENT
        if number % 500 == 499:
            pixels = np.minimum(before.astype(int) + 12, 255).astype(np.uint8)
        else:
            coarse = random.integers(0, 230, (8, 8), dtype=np.uint8)
            picture = Image.fromarray(coarse).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
            pixels = before = np.asarray(picture)
        name = f"patient{patient:05}_{number:05}.png"
        label = f"class {patient % CLASSES + 1}"
        Image.fromarray(pixels).save(folder / label / name, compress_level=1)


@contextmanager
def images(folder: Path | None, count: int) -> Iterator[Path]:
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="precmed-scale-") as temporary:
            write_images(Path(temporary) / "images", count)
            yield Path(temporary) / "images"
        return
    found = folder / f"{count}-images"
    if not found.is_dir():
        write_images(found, count)
    yield found


# Without a window


class Peak:
    """The most memory this process had at any report."""

    def __init__(self) -> None:
        self._me, self.bytes, self.reports = psutil.Process(), 0, 0

    def __call__(self, event: object) -> None:
        self.reports += 1
        self.bytes = max(self.bytes, self._me.memory_info().rss)


def measure_work(source: str, *, has_check: bool) -> dict[str, object]:
    from precmed_gui.diagnosis.cases import with_patients
    from precmed_gui.diagnosis.work import NeverCancelled, ignore
    from precmed_gui.modalities import open_cohort

    never, found = NeverCancelled(), {}
    open_cohort((source,), ignore, never)
    began = time.perf_counter()
    cohort = open_cohort((source,), ignore, never)
    found["open"] = time.perf_counter() - began
    cohort = with_patients(cohort, re.compile(PATIENT))
    found |= {"images": len(cohort.cases), "patients": cohort.patient_count}
    if not has_check:
        return found
    from precmed_gui.cohorts.check import check_cohort

    for name in ("check", "check again"):
        peak, began = Peak(), time.perf_counter()
        report = check_cohort(cohort, 1, peak, never)
        found[name] = time.perf_counter() - began
        found["check MB"] = max(found.get("check MB", 0), peak.bytes / MEGABYTE)
    found["near"] = len(report.duplicates.near)
    found["growth"] = measure_growth(cohort)
    return found


def measure_growth(cohort: object) -> list[tuple[int, float]]:
    """(pictures, seconds) of the search for near copies alone."""
    from precmed_gui.cohorts.duplicates import near_pairs
    from precmed_gui.cohorts.image_facts import image_facts
    from precmed_gui.diagnosis.work import NeverCancelled, ignore

    never = NeverCancelled()
    miniatures = image_facts(cohort, ignore, never).table["miniature"]
    growth = []
    for share in GROWTH:
        few = miniatures[: round(len(miniatures) * share)]
        began = time.perf_counter()
        near_pairs(few, ignore, never)
        growth.append((len(few), time.perf_counter() - began))
    return growth


# With the window


def measure_window(source: str) -> None:
    """Open, let it scroll from top to bottom, then look for words; prints what was measured."""
    from driven_window import later, run_window
    from PySide6.QtCore import QElapsedTimer, Qt, QTimer

    from precmed_gui.jobs.engine_thread import EngineState
    from precmed_gui.jobs.jobs import Lane

    me, answer = psutil.Process(), {"quiet": [], "frames": [], "work": [], "memory": 0, "find": []}

    def on_exposed(window) -> None:
        grid = window.cases._grid
        line = window.cases._search._line
        clock, timer, frame = QElapsedTimer(), QTimer(window), QElapsedTimer()
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.setInterval(TICK_MS)

        def note_memory() -> None:
            answer["memory"] = max(answer["memory"], me.memory_info().rss / MEGABYTE)

        def on_engine(lane, state, device) -> None:
            if lane is Lane.READING and state is EngineState.READY and not clock.isValid():
                clock.start()
                window.open_paths([source])

        def on_opened() -> None:
            answer["open"] = clock.elapsed() / 1000
            answer["images"] = len(window.workspace.cohort.cases)
            note_memory()
            later(2000, start_ticking)

        def start_ticking() -> None:
            window.resize(*WINDOW_SIZE)
            frame.start()
            timer.start()

        def tick() -> None:
            is_quiet = len(answer["quiet"]) < QUIET_TICKS
            answer["quiet" if is_quiet else "frames"].append(frame.nsecsElapsed() / 1e6)
            frame.restart()
            if not is_quiet:
                scroll()

        def scroll() -> None:
            bar = grid.verticalScrollBar()
            bar.setValue(bar.value() + round(grid.viewport().height() * SHARE_OF_VIEW))
            grid.viewport().repaint()
            answer["work"].append(frame.nsecsElapsed() / 1e6)
            if len(answer["frames"]) % 50 == 0:
                note_memory()
            if bar.value() == bar.maximum():
                timer.stop()
                later(500, find)

        def find() -> None:
            line.setFocus()
            for text in ("patient0", "patient00 class", "7", ""):
                began = time.perf_counter()
                line.setText(text)
                grid.viewport().repaint()
                answer["find"].append((time.perf_counter() - began) * 1000)
            note_memory()
            print(json.dumps(answer))
            later(0, window.close)

        timer.timeout.connect(tick)
        window.jobs.engine_changed.connect(on_engine)
        window.cohort_flow.opened.connect(on_opened)

    run_window(on_exposed)


# The table


def ask(source: Path, *arguments: str) -> dict[str, object]:
    platform = "xcb" if os.environ.get("DISPLAY") else "offscreen"
    with tempfile.TemporaryDirectory(prefix="precmed-home-") as home:
        environment = os.environ | {"PRECMED_HOME": home, "QT_QPA_PLATFORM": platform}
        command = [sys.executable, __file__, "--child", str(source), *arguments]
        answer = subprocess.run(
            command, env=environment, stdout=subprocess.PIPE, text=True, timeout=1800, check=True
        )
    return json.loads(answer.stdout.strip().splitlines()[-1])


def rows_of_work(found: dict[str, object]) -> list[tuple[str, str, object]]:
    rows = [("open and index, warm, s", found["open"], OPEN_SECONDS)]
    if "check" in found:
        rows += [
            ("full check, nothing known, s", found["check"], CHECK_SECONDS),
            ("full check again, s", found["check again"], None),
            ("peak memory of the check, MB", found["check MB"], None),
        ]
        rows += [
            (f"near copies among {count:,} pictures, s", seconds, None)
            for count, seconds in found["growth"]
        ]
    return rows


def rows_of_window(found: dict[str, object]) -> list[tuple[str, float, float | None]]:
    frames, work, quiet = (sorted(found[name]) for name in ("frames", "work", "quiet"))
    return [
        ("window: dropped to shown, s", found["open"], None),
        (f"window: frame while scrolling, median of {len(frames):,}, ms", median(frames), None),
        ("window: 99th percentile, ms", late(frames), FRAME_MS),
        ("window: of it spent on scrolling and painting, 99th percentile, ms", late(work), None),
        ("window: longest, ms", frames[-1], None),
        ("control: the same timer, nothing moving, 99th percentile, ms", late(quiet), None),
        ("window: words looked for, median, ms", median(found["find"]), FIND_MS),
        ("window: words looked for, longest, ms", max(found["find"]), None),
        ("window: peak memory, MB", found["memory"], WINDOW_MB),
    ]


def late(values: Sequence[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)]


def median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=IMAGES)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--skip-check", action="store_true")
    parser.add_argument("--skip-window", action="store_true")
    options = parser.parse_args()
    with images(options.folder, options.images) as source:
        work = ask(source, *(["--skip-check"] if options.skip_check else []))
        window = None if options.skip_window else ask(source, "--window")
    rows = rows_of_work(work) + (rows_of_window(window) if window else [])
    print(
        f"cohort_scale.py: {machine()}; {work['images']:,} PNG files of {SIDE} x {SIDE}, "
        f"{work['patients']:,} patients, {CLASSES} classes\n"
    )
    is_met = [limit is None or value <= limit for _what, value, limit in rows]
    print_table(
        ("what", "measured", "at most", ""),
        [
            (what, f"{value:.1f}", limit or "-", "" if not limit else "met" if met else "MISSED")
            for (what, value, limit), met in zip(rows, is_met, strict=True)
        ],
    )
    if work.get("growth"):
        (few, first), (many, last) = work["growth"][0], work["growth"][-1]
        power = np.log(last / first) / np.log(many / few)
        print(f"\nnear copies: seconds grow as (pictures)^{power:.2f}; {work['near']} groups found")
    return 0 if all(is_met) else 1


if __name__ == "__main__":
    if "--child" not in sys.argv:
        sys.exit(main())
    source = sys.argv[sys.argv.index("--child") + 1]
    if "--window" in sys.argv:
        measure_window(source)
    else:
        print(json.dumps(measure_work(source, has_check="--skip-check" not in sys.argv)))
