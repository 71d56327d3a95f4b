"""How long a user waits for a first model: 300 blood-cell images in 8 classes.

    python benchmarks/first_model.py blood_cells_360 [--images 300] [--budget MINUTES] [--seed 1]

Draws the images, as many of each class, into class folders; trains with the recipe `auto` in a
fresh process with an empty home folder. The clock starts with the process, so starting Python and
TensorFlow counts. The first model is copied the moment it is announced, and after the training it
reads the test images: a model that cannot is not usable. The budget is that of the Train button
unless another is given; where it is enough for one network only, the end is what counts. Exits
with 1 if it took over 60 s.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from fresh_process import fresh_environment
from machine import machine, print_table

from precmed_gui.diagnosis.training import (
    FirstModelReady,
    TrainingPlan,
    TrainingSettings,
)

MOST_SECONDS = 60
FIRST, ENDED, READ = "first", "ended", "read"


def main() -> int:
    options = parse()
    if options.out:
        work(options)
        return 0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "cells"
        drawn = draw(options.source, folder, options.images, options.seed)
        command = [sys.executable, __file__, str(folder), "--out", str(Path(place) / "model")]
        command += ["--seed", str(options.seed), "--budget", str(options.budget)]
        print(f"{machine()}\n{sum(drawn.values())} images in {len(drawn)} classes, ", end="")
        print(f"recipe auto, {options.budget:g} min\n", flush=True)
        return show(watched(command))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("source", type=Path, metavar="FOLDER")
    parser.add_argument("--images", type=int, default=300)
    parser.add_argument("--budget", type=float, default=TrainingSettings().budget)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def draw(source: Path, folder: Path, count: int, seed: int) -> dict[str, int]:
    """Copy `count` images, spread evenly over the classes."""
    random = np.random.default_rng(seed)
    classes = sorted(path for path in source.iterdir() if path.is_dir())
    drawn = {}
    for number, one in enumerate(classes):
        files = sorted(path for path in one.iterdir() if path.is_file())
        wanted = count // len(classes) + (number < count % len(classes))
        (folder / one.name).mkdir(parents=True)
        for place in random.permutation(len(files))[:wanted]:
            shutil.copy(files[place], folder / one.name)
        drawn[one.name] = min(wanted, len(files))
    return drawn


def watched(command: list[str]) -> dict[str, tuple[float, dict[str, Any]]]:
    """Seconds from the start of the process to each line it prints, with what the line says."""
    moments: dict[str, tuple[float, dict[str, Any]]] = {}
    with fresh_environment() as environment, tempfile.TemporaryFile("w+") as errors:
        began = time.perf_counter()
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process:
            for line in process.stdout or ():
                moment = time.perf_counter() - began
                said = json.loads(line)
                moments[said.pop("event")] = moment, said
        if process.returncode:
            errors.seek(0)
            raise SystemExit(errors.read()[-3000:])
    return moments


def work(options: argparse.Namespace) -> None:
    """The child: open, train, and let the first model read the test images."""
    from precmed_gui.diagnosis.model_card import ModelCard
    from precmed_gui.diagnosis.work import NeverCancelled, ignore
    from precmed_gui.learning.train import train
    from precmed_gui.modalities import open_cohort

    copy = options.out.with_name("first")

    def announce(event: str, card: ModelCard) -> None:
        kind = card.calibration.kind if card.calibration else ""
        recipes = [member.recipe for member in card.members]
        tell(event, calibration=kind, has_gate=card.gate is not None, recipes=recipes)

    def on_event(event: object) -> None:
        if isinstance(event, FirstModelReady):
            announce(FIRST, event.card)
            shutil.copytree(event.folder, copy)

    settings = TrainingSettings(recipe="auto", seed=options.seed, budget=options.budget)
    cohort = open_cohort([str(options.source)], ignore, NeverCancelled())
    plan = TrainingPlan(cohort, settings, str(options.out), "cells")
    announce(ENDED, train(plan, on_event, NeverCancelled()).card)
    first = copy if copy.exists() else options.out
    tell(READ, first=reading(first, options.source), last=reading(options.out, options.source))


def reading(model: Path, source: Path) -> dict[str, Any]:
    """How the test images of `model` fare with it."""
    from precmed_gui.cohorts.case_names import case_file
    from precmed_gui.diagnosis.cases import Case
    from precmed_gui.diagnosis.work import NeverCancelled, ignore
    from precmed_gui.learning.predict import predict
    from precmed_gui.learning.shelf import split_rows

    rows = [row for row in split_rows(model) if row.part == "test"]
    cases = tuple(Case(case_file(row.case, str(source.resolve())), label=row.label) for row in rows)
    found = predict(str(model), cases, ignore, NeverCancelled()).predictions
    return {
        "n": len(cases),
        "right": sum(one.label == one.case.label for one in found),
        **{name: sum(one.verdict == name for one in found) for name in ("refer", "refused")},
    }


def tell(event: str, **said: object) -> None:
    print(json.dumps({"event": event, **said}), flush=True)


def show(moments: dict[str, tuple[float, dict[str, Any]]]) -> int:
    end, final = moments[ENDED]
    first, about = moments.get(FIRST, moments[ENDED])
    if FIRST not in moments:
        print("The budget was enough for one network only: the first model is the last.\n")
    read = moments[READ][1]
    print_table(
        ["model", "seconds", "networks", "test images", "right", "referred", "refused"],
        [
            row("first usable", first, about["recipes"], read["first"]),
            row("final, tested", end, final["recipes"], read["last"]),
        ],
    )
    is_calibrated = bool(about["calibration"]) and about["has_gate"]
    is_met = is_calibrated and first <= MOST_SECONDS
    fitted = f"calibration {about['calibration']}" if is_calibrated else "not calibrated"
    print(f"\nfirst model within {MOST_SECONDS} s ({fitted}): {'met' if is_met else 'MISSED'}")
    return 0 if is_met else 1


def row(name: str, seconds: float, recipes: list[str], read: dict[str, Any]) -> list[object]:
    share = f"{read['right']} ({read['right'] / read['n']:.0%})"
    return [
        name, f"{seconds:.1f}", " + ".join(recipes), read["n"], share, read["refer"],
        read["refused"],
    ]  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
