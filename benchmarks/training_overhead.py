"""What the product costs on top of Keras: `article-cnn` through PrecMed against a plain script.

12,800 images of 28 x 28 pixels for training, 1,280 for validation, 1,280 for the test. Each run is
a process of its own, the two kinds alternate, and the medians are compared. "fit" is the time from
the network being built to the end of the last epoch, with the validation pass of every epoch, the
events of every batch, and (PrecMed only) a checkpoint on the disk after every epoch. "whole" adds
reading, testing and saving; PrecMed starts with an empty cache.

    python benchmarks/training_overhead.py [--runs 5] [--epochs 5]
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
TARGET = 1.05
PARTS = {"train": 12_800, "val": 1_280, "test": 1_280}
CLASSES = 4


def main() -> int:
    options = parse()
    if options.worker:
        run = through_precmed if options.worker == "precmed" else plainly
        print(json.dumps(run(Path(options.data), options.epochs)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "stripes.npz"
        write_images(data)
        times: dict[str, list[dict[str, float]]] = {"plain": [], "precmed": []}
        for number in range(options.runs):
            for kind in ("plain", "precmed") if number % 2 == 0 else ("precmed", "plain"):
                times[kind].append(in_process(kind, data, options.epochs))
                print(f"run {number + 1} {kind:8} {times[kind][-1]}", file=sys.stderr)
    return show(times, options.epochs)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--worker", choices=("plain", "precmed"), help=argparse.SUPPRESS)
    parser.add_argument("--data", help=argparse.SUPPRESS)
    return parser.parse_args()


def write_images(path: Path) -> None:
    """Stripes in four directions under noise: learnable, but not at once."""
    generator = np.random.default_rng(0)
    across, down = np.meshgrid(np.arange(28), np.arange(28))
    angles = np.pi * np.arange(CLASSES) / CLASSES
    waves = np.stack([np.sin(0.7 * (np.cos(a) * across + np.sin(a) * down)) for a in angles])
    arrays: dict[str, np.ndarray] = {}
    for part, count in PARTS.items():
        labels = np.arange(count) % CLASSES
        noise = generator.normal(0, 45, (count, 28, 28))
        images = np.clip(128 + 25 * waves[labels] + noise, 0, 255).astype(np.uint8)
        arrays |= {f"{part}_images": images, f"{part}_labels": labels[:, None].astype(np.uint8)}
    np.savez(path, **arrays)


def in_process(kind: str, data: Path, epochs: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--worker", kind, "--data", data, "--epochs", str(epochs)]
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def plainly(data: Path, epochs: int) -> dict[str, float]:
    """The script of the article, on arrays."""
    import keras

    began = time.perf_counter()
    with np.load(data) as file:
        parts = {
            part: (
                np.float32(file[f"{part}_images"] / 255.0)[..., None],
                file[f"{part}_labels"].ravel(),
            )
            for part in PARTS
        }
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(32, (3, 3), activation="relu"),
            keras.layers.MaxPooling2D((2, 2)),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(CLASSES, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    fit_began = time.perf_counter()
    model.fit(
        *parts["train"], batch_size=128, epochs=epochs, validation_data=parts["val"], verbose=0
    )
    fit = time.perf_counter() - fit_began
    accuracy = model.evaluate(*parts["test"], verbose=0)[1]
    return {"fit": fit, "whole": time.perf_counter() - began, "accuracy": accuracy}


def through_precmed(data: Path, epochs: int) -> dict[str, float]:
    """The product's own work function, as the engine and the command line call it."""
    import keras  # noqa: F401 - the other side does not count its import either

    from precmed_gui.diagnosis.training import (
        EpochEnded,
        TrainingPlan,
        TrainingSettings,
        TrainingStarted,
    )
    from precmed_gui.diagnosis.work import NeverCancelled, ignore
    from precmed_gui.learning.train import train
    from precmed_gui.modalities import open_cohort

    moments: dict[type, float] = {}
    with tempfile.TemporaryDirectory() as home:
        os.environ["PRECMED_HOME"] = home
        began = time.perf_counter()
        cohort = open_cohort([str(data)], ignore, NeverCancelled())
        settings = TrainingSettings(recipe="article-cnn", epochs=epochs)
        plan = TrainingPlan(cohort, settings, str(Path(home) / "model"), "benchmark")
        result = train(
            plan,
            lambda event: moments.__setitem__(type(event), time.perf_counter()),
            NeverCancelled(),
        )
        whole = time.perf_counter() - began
    fit = moments[EpochEnded] - moments[TrainingStarted]
    return {"fit": fit, "whole": whole, "accuracy": float(result.card.test["accuracy"] or 0)}


def show(times: dict[str, list[dict[str, float]]], epochs: int) -> int:
    print(f"article-cnn, {PARTS['train']:,} images 28 x 28, {epochs} epochs; seconds, median")
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print(f"{'':8}{'plain Keras':>14}{'PrecMed':>12}{'ratio':>9}")
    ratios = {}
    for figure in ("fit", "whole", "accuracy"):
        plain, product = (
            statistics.median(run[figure] for run in times[kind]) for kind in ("plain", "precmed")
        )
        ratios[figure] = product / plain
        print(f"{figure:8}{plain:14.3f}{product:12.3f}{ratios[figure]:9.3f}")
    is_met = ratios["fit"] <= TARGET
    print(f"\ntarget: fit ratio at most {TARGET}: {'met' if is_met else 'MISSED'}")
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
