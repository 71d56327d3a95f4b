"""20,000 small PNG files: time to open them, and memory while one epoch trains on them.

python benchmarks/large_cohort.py [IMAGES]
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil
from machine import machine, print_table
from PIL import Image

IMAGES = 20_000
CLASSES = ("one", "two", "three", "four")
OPEN_SECONDS, WINDOW_MB, ENGINE_MB = 10, 400, 2048


def write_images(folder: Path, count: int) -> None:
    random = np.random.default_rng(1)
    for label in CLASSES:
        (folder / label).mkdir(parents=True)
    for number in range(count):
        place = number % len(CLASSES)
        pixels = random.integers(0, 60, (64, 64), dtype=np.uint8)
        pixels[place * 16 : place * 16 + 16] += 90
        Image.fromarray(pixels).save(folder / CLASSES[place] / f"{number:05}.png")


def child(source: str) -> None:
    from driven_window import later, run_window

    from precmed_gui.diagnosis.training import TrainingSettings
    from precmed_gui.jobs.engine_thread import EngineState
    from precmed_gui.jobs.jobs import Lane

    me, peaks, seconds = psutil.Process(), {}, {}

    def on_exposed(window) -> None:
        from PySide6.QtCore import QTimer

        def measure() -> None:
            numbers = window.jobs.process_ids()
            for name, number in [("window", me.pid)] + [
                (lane.value, n) for lane, n in numbers.items()
            ]:
                try:
                    memory = psutil.Process(number).memory_info().rss
                except (psutil.Error, TypeError):
                    continue
                peaks[name] = max(peaks.get(name, 0), memory)

        timer = QTimer(window)
        timer.timeout.connect(measure)
        timer.start(100)

        def on_engine(lane, state, device) -> None:
            if lane is Lane.LEARNING and state is EngineState.READY and "start" not in seconds:
                seconds["start"] = time.perf_counter()
                window.open_paths([source])

        def on_opened() -> None:
            seconds["open"] = time.perf_counter() - seconds["start"]
            later(2000, lambda: window.training_flow.train(TrainingSettings(epochs=1)))

        def on_trained(result) -> None:
            measure()
            count = len(window.workspace.cohort.cases)
            answer = {"open": seconds["open"], "train": result.seconds, "peaks": peaks, "n": count}
            print(json.dumps(answer))
            later(0, window.close)

        window.jobs.engine_changed.connect(on_engine)
        window.cohort_flow.opened.connect(on_opened)
        window.training_flow.finished.connect(on_trained)

    run_window(on_exposed)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else IMAGES
    platform = "xcb" if os.environ.get("DISPLAY") else "offscreen"
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "images"
        write_images(source, count)
        environment = os.environ | {"PRECMED_HOME": f"{folder}/home", "QT_QPA_PLATFORM": platform}
        command = [sys.executable, __file__, "--child", str(source)]
        answer = subprocess.run(
            command, env=environment, stdout=subprocess.PIPE, text=True, timeout=900, check=True
        )
    found = json.loads(answer.stdout.strip().splitlines()[-1])
    megabytes = {name: peak / 1024**2 for name, peak in found["peaks"].items()}
    print(f"large_cohort.py: {machine()}, {found['n']} PNG files of 64 x 64\n")
    rows = [
        ("cohort open, s", f"{found['open']:.1f}", OPEN_SECONDS, found["open"] <= OPEN_SECONDS),
        ("training one epoch, all of it, s", f"{found['train']:.1f}", "-", True),
        (
            "peak memory of the window, MB",
            f"{megabytes['window']:.0f}",
            WINDOW_MB,
            megabytes["window"] <= WINDOW_MB,
        ),
        (
            "peak memory of the learning engine, MB",
            f"{megabytes['learning']:.0f}",
            ENGINE_MB,
            megabytes["learning"] <= ENGINE_MB,
        ),
        ("peak memory of the reading engine, MB", f"{megabytes['reading']:.0f}", "-", True),
    ]
    print_table(
        ("what", "measured", "at most", ""),
        [(what, got, limit, "met" if is_met else "MISSED") for what, got, limit, is_met in rows],
    )


if __name__ == "__main__":
    if "--child" in sys.argv:
        child(sys.argv[-1])
    else:
        main()
