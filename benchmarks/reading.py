"""How long a reader waits: one image, the next case, a map, and a folder of 2,000 images.

    python benchmarks/reading.py [--model FOLDER] [--source FOLDER] [--images 2000] [--repeats 30]

Draws phantoms of 224 x 224 pixels (or takes the images of SOURCE, again and again where they are
too few) and reads them with a shipped model that knows them, everything warm. Of an image that a
model does not know the gate asks the network a second time, which halves the speed.
"One image" is measured in this process and through the learning engine, as the window asks it;
painting the bars is not in it. "Next case" is the picture alone through the reading engine, read
from its file, and in the window (`reading_window.py`) from the key to the picture painted. The
folder is compared with the least work there is, by one worker: decoding every file, then the bare
traced network on the arrays in batches of 32. Both take turns at every 100 images, for a machine
is not equally fast all the time.
Exits with 1 where a target is missed.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from statistics import median

import numpy as np
from machine import machine, print_table
from PIL import Image
from reading_window import milliseconds

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.work import NeverCancelled, ignore
from precmed_gui.places import shipped_models_folder

SIDE = 224
BATCH = 32
IMAGE_MS, MAP_MS, NEXT_MS, LEAST_SHARE = 200, 1000, 100, 0.9
PICTURES = 100
CHUNK = 100


def main() -> int:
    options = parse()
    with tempfile.TemporaryDirectory() as place:
        cases = copied(options.source, Path(place), options.images)
        rows = [
            *one_image(options.model, cases[: options.repeats]),
            *map_rows(options.model, cases[: options.repeats // 3]),
            *through_engines(options.model, cases[: options.repeats]),
            *in_window(options.model, cases[: options.repeats]),
            *folder_rows(options.model, cases),
        ]
    source = options.source or f"phantoms, {SIDE} x {SIDE} pixels"
    print(f"{machine()}\nmodel {Path(options.model).name}, {source}\n")
    print_table(["what", "measured", "target", ""], [row[:3] + verdict(row) for row in rows])
    return 0 if all(row[3] is not False for row in rows) else 1


Row = tuple[str, str, str, bool | None]


def verdict(row: Row) -> tuple[str]:
    return ({True: "met", False: "MISSED", None: ""}[row[3]],)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    shipped = str(shipped_models_folder() / "demo-phantoms")
    parser.add_argument("--model", default=shipped)
    parser.add_argument("--source", type=Path)
    parser.add_argument("--images", type=int, default=2000)
    parser.add_argument("--repeats", type=int, default=30)
    return parser.parse_args()


def copied(source: Path | None, folder: Path, count: int) -> tuple[Case, ...]:
    """So many files: of `source`, or drawn."""
    if source is None:
        return drawn(folder, count)
    from precmed_gui.modalities import open_cohort

    found = open_cohort([str(source.absolute())], ignore, NeverCancelled()).cases
    return tuple(found[number % len(found)] for number in range(count))


def drawn(folder: Path, count: int) -> tuple[Case, ...]:
    """So many PNG files; there are `PICTURES` drawings, each copy of one with other noise."""
    from precmed_gui.modalities import modality

    pictures = modality("imaging").drawn(min(count, PICTURES), SIDE)
    random = np.random.default_rng(0)
    cases = []
    for number in range(count):
        noise = random.integers(0, 4, (SIDE, SIDE), np.uint8)
        picture = np.minimum(pictures[number % len(pictures)], 251) + noise
        path = folder / f"{number:05}.png"
        Image.fromarray(picture).save(path)
        cases.append(Case(str(path)))
    return tuple(cases)


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def waited(what: str, seconds: Sequence[float], target: int) -> Row:
    found = 1000 * median(seconds)
    slow = 1000 * sorted(seconds)[int(0.95 * (len(seconds) - 1))]
    return (what, f"{found:.0f} ms median, {slow:.0f} ms p95", f"<= {target} ms", found <= target)


def one_image(model: str, cases: Sequence[Case]) -> list[Row]:
    from precmed_gui.learning.predict import predict

    def ask(case: Case) -> object:
        return predict(model, (case,), ignore, NeverCancelled())

    ask(cases[0])
    times = [timed(partial(ask, case)) for case in cases]
    return [waited("one image, this process", times, IMAGE_MS)]


def map_rows(model: str, cases: Sequence[Case]) -> list[Row]:
    if find_spec("precmed_gui.learning.explain") is None:
        return [("map", "not there", f"<= {MAP_MS} ms", None)]
    from precmed_gui.learning.explain import explain

    def ask(case: Case) -> object:
        return explain(model, case, "", 0, ignore, NeverCancelled())

    ask(cases[0])
    return [waited("map with its checks", [timed(partial(ask, case)) for case in cases], MAP_MS)]


def through_engines(model: str, cases: Sequence[Case]) -> list[Row]:
    """What the window asks of its engines, from the wish to the answer's arrival."""
    from PySide6.QtCore import QCoreApplication, QEventLoop, QObject, Slot

    from precmed_gui.jobs.jobs import Jobs, Lane
    from precmed_gui.jobs.messages import Succeeded
    from precmed_gui.learning.predict import predict_paths
    from precmed_gui.modalities import read_picture
    from precmed_gui.window.engines import make_jobs

    class Waiter(QObject):
        def __init__(self, jobs: Jobs) -> None:
            super().__init__()
            self.loop, self.jobs = QEventLoop(), jobs
            jobs.ended.connect(self.on_ended)

        @Slot(int, object)
        def on_ended(self, _job: int, outcome: object) -> None:
            if not isinstance(outcome, Succeeded):
                raise SystemExit(f"an engine answered {outcome}")
            self.loop.quit()

        def seconds(self, work: Callable[..., object], lane: Lane) -> float:
            began = time.perf_counter()
            self.jobs.start(work, lane, is_quick=True)
            self.loop.exec()
            return time.perf_counter() - began

    _application = QCoreApplication.instance() or QCoreApplication([])
    jobs = make_jobs()
    waiter = Waiter(jobs)
    jobs.open()
    answers = [partial(predict_paths, model, (case.path,)) for case in cases]
    pictures = [partial(read_picture, "imaging", case, 0) for case in cases]
    waiter.seconds(answers[0], Lane.LEARNING)
    waiter.seconds(pictures[0], Lane.READING)
    read = [waiter.seconds(work, Lane.LEARNING) for work in answers]
    seen = [waiter.seconds(work, Lane.READING) for work in pictures]
    jobs.close()
    return [
        waited("one file, through the engine", read, IMAGE_MS),
        waited("next case, its picture", seen, NEXT_MS),
    ]


def in_window(model: str, cases: Sequence[Case]) -> list[Row]:
    files = list(dict.fromkeys(case.path for case in cases))
    seconds = [found / 1000 for found in milliseconds(model, files)]
    return [waited("next case, key to picture", seconds, NEXT_MS)]


def folder_rows(model: str, cases: Sequence[Case]) -> list[Row]:
    """Images a second of the whole reading and of the bare work, turn by turn."""
    from precmed_gui.learning.predict import loaded_model, network_input, predict
    from precmed_gui.modalities import modality

    loaded = loaded_model(Path(model))
    read = modality(loaded.card.modality).read

    def bare(some: Sequence[Case]) -> None:
        inputs = [network_input(read(case, loaded.card.window), loaded.card) for case in some]
        for start in range(0, len(inputs), BATCH):
            loaded.run(np.stack(inputs[start : start + BATCH]))

    def whole(some: Sequence[Case]) -> None:
        predict(model, tuple(some), ignore, NeverCancelled())

    whole(cases[: 2 * BATCH])
    bare(cases[: 2 * BATCH])
    least = most = 0.0
    for start in range(0, len(cases), CHUNK):
        some = cases[start : start + CHUNK]
        order = (bare, whole) if (start // CHUNK) % 2 else (whole, bare)
        seconds = {work: timed(partial(work, some)) for work in order}
        least, most = least + seconds[bare], most + seconds[whole]
    fastest, found, share = len(cases) / least, len(cases) / most, least / most
    return [
        (f"{len(cases)} images, least work", f"{fastest:.0f} images/s", "", None),
        (f"{len(cases)} images, predicted", f"{found:.0f} images/s, {share:.2f} of that",
         f">= {LEAST_SHARE}", share >= LEAST_SHARE),
    ]  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
