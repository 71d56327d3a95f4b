"""Wrong labels: how many of those made wrong on purpose stand at the head of the queue.

    python benchmarks/label_trouble.py FOLDER [--share 0.05] [--seeds 1 2 3] [--json FILE]

FOLDER holds images sorted into classes, as `blood_cells_360` (800 images, 8 classes). For each
seed, the labels of so many images, drawn at random, become another class, drawn at random. Wanted:
60 % of them within the first 10 % of the queue. Exits with 1 where a seed misses it.
"""

import argparse
import json
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from machine import machine, print_table

from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.work import NeverCancelled, ignore
from precmed_gui.learning.label_trouble import find_trouble
from precmed_gui.modalities import open_cohort

HEAD, WANTED = 0.10, 0.60


def main() -> int:
    options = parse()
    with tempfile.TemporaryDirectory() as home:
        os.environ["PRECMED_HOME"] = home
        cohort = open_cohort([str(options.source.absolute())], ignore, NeverCancelled())
        rows = [measured(cohort, options.share, seed) for seed in options.seeds]
    print(f"{machine()}\n")
    print(f"{options.source.name}: {len(cohort.labelled)} images, {len(cohort.labels)} classes\n")
    print_table(
        ["seed", "made wrong", "in first 5 %", "in first 10 %", "likely wrong", "of these", "time"],
        [cells(row) for row in rows],
    )
    print("\nThe first run reads and describes the images; the others find that in the cache.")
    if options.json:
        options.json.write_text(json.dumps({"machine": machine(), "runs": rows}, indent=1))
    return 0 if all(row["head"] / row["flipped"] >= WANTED for row in rows) else 1


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("source", type=Path, metavar="FOLDER")
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args()


def flipped(cohort: Cohort, share: float, seed: int) -> tuple[Cohort, set[str]]:
    """The cohort with so many of its labels wrong, and the keys of these cases."""
    random = np.random.default_rng(seed)
    cases = list(cohort.labelled)
    chosen = random.choice(len(cases), round(share * len(cases)), replace=False)
    for place in chosen.tolist():
        others = [label for label in cohort.labels if label != cases[place].label]
        cases[place] = replace(cases[place], label=others[random.integers(len(others))])
    keys = {cases[place].key for place in chosen.tolist()}
    return replace(cohort, cases=tuple(cases)), keys


def measured(cohort: Cohort, share: float, seed: int) -> dict[str, float]:
    wrong, keys = flipped(cohort, share, seed)
    queue = find_trouble(wrong, seed, ignore, NeverCancelled())
    order = [trouble.key in keys for trouble in queue.troubles]
    print(f"seed {seed}: {queue.seconds:.0f} s", file=sys.stderr)
    return {
        "seed": seed,
        "flipped": len(keys),
        "half_head": sum(order[: round(HEAD / 2 * len(order))]),
        "head": sum(order[: round(HEAD * len(order))]),
        "likely": queue.likely,
        "likely_wrong": sum(trouble.key in keys for trouble in queue.troubles if trouble.is_likely),
        "seconds": queue.seconds,
    }


def cells(row: dict[str, float]) -> list[object]:
    shares = [f"{row[name] / row['flipped']:.1%}" for name in ("half_head", "head")]
    likely = (row["likely"], row["likely_wrong"], f"{row['seconds']:.1f} s")
    return [row["seed"], row["flipped"], *shares, *likely]


if __name__ == "__main__":
    try:
        sys.exit(main())
    except PrecmedError as error:
        sys.exit(f"{error.message} {error.hint}")
