"""MedMNIST sets with `--recipe auto` beside the published results, and whether percentages hold.

    python benchmarks/medmnist.py breastmnist.npz pneumoniamnist.npz retinamnist.npz
        [--seeds 1 2 3] [--budget 10] [--json FILE [--resume]] [--models FOLDER]

Each set and seed is one `precmed train` in a fresh process with an empty home folder; validation
decides everything, the test part is touched once. FILE is written after every run; with --resume
the runs of the same budget that are in it are not made again. FOLDER keeps the models. Exits with
1 if a figure that must be reached is not.
"""

import argparse
import json
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fresh_process import answer_of
from machine import machine, print_table

Run = dict[str, Any]
LONGEST_SECONDS = 15 * 60
LEVEL = 0.95
"""Of the binomial interval that coverage must lie in."""
PUBLISHED = {
    "ResNet-18 (28)": ((0.901, 0.863), (0.944, 0.854), (0.717, 0.524)),
    "ResNet-18 (224)": ((0.891, 0.833), (0.956, 0.864), (0.710, 0.493)),
    "ResNet-50 (28)": ((0.857, 0.812), (0.948, 0.854), (0.726, 0.528)),
    "ResNet-50 (224)": ((0.866, 0.842), (0.962, 0.884), (0.716, 0.511)),
    "auto-sklearn": ((0.836, 0.803), (0.942, 0.855), (0.690, 0.515)),
    "AutoKeras": ((0.871, 0.831), (0.947, 0.878), (0.719, 0.503)),
    "Google AutoML Vision": ((0.919, 0.861), (0.991, 0.946), (0.750, 0.531)),
}
"""Yang et al. 2023, doi:10.1038/s41597-022-01721-8: AUC and accuracy on the official test parts."""


@dataclass(frozen=True)
class Target:
    """What a set must reach and what it aims at: (AUC, accuracy).

    `largest_ece` is None where the calibration error must lie in the band of a perfect model, and
    coverage in the binomial interval of its level. `published_ece` is that of ResNet-18 (224).
    """

    must: tuple[float, float]
    aim: tuple[float, float]
    published_ece: float
    largest_ece: float | None = None
    is_shifted: bool = False


TARGETS = {
    "breastmnist": Target((0.900, 0.860), (0.930, 0.880), 0.124),
    "pneumoniamnist": Target((0.970, 0.880), (0.991, 0.946), 0.116, 0.06, True),
    "retinamnist": Target((0.750, 0.531), (0.770, 0.560), 0.076),
}
SETS = tuple(TARGETS)


def main() -> int:
    options = parse()
    runs = earlier_runs(options)
    for file in options.files:
        for seed in options.seeds:
            if any((run["set"], run["seed"]) == (file.stem, seed) for run in runs):
                continue
            runs.append(trained(file, seed, options))
            print(f"{file.stem} seed {seed}: {runs[-1]['wall']:.0f} s", file=sys.stderr)
            if options.json:
                document = {"machine": machine(), "budget": options.budget, "runs": runs}
                options.json.write_text(json.dumps(document, indent=1))
    return show(runs, options.budget)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE.npz")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--budget", type=float, default=10.0, metavar="MINUTES")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--models", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    for file in options.files:
        if file.stem not in TARGETS or not file.is_file():
            parser.error(f"{file}: not a file called {', '.join(SETS)} with .npz")
    return options


def earlier_runs(options: argparse.Namespace) -> list[Run]:
    if not (options.resume and options.json and options.json.is_file()):
        return []
    document = json.loads(options.json.read_text())
    return list(document["runs"]) if document["budget"] == options.budget else []


def trained(file: Path, seed: int, options: argparse.Namespace) -> Run:
    with tempfile.TemporaryDirectory() as folder:
        name = f"{file.stem}-{options.budget:g}min-seed{seed}"
        out = (options.models or Path(folder)).absolute() / name
        words = f"--recipe auto --budget {options.budget} --seed {seed} --json".split()
        document, wall = answer_of(
            ["-m", "precmed_gui.cli", "train", str(file.absolute()), *words, "--out", str(out)]
        )
    test = document["test"]
    wanted = [
        "n", "auc", "accuracy", "balanced_accuracy", "log_loss", "ece", "ece_uncalibrated",
        "ece_of_perfect", "coverage", "coverage_promised", "coverage_by_class", "mean_set_size",
        "referred", "gate", "shift", "confusion",
    ]  # fmt: skip
    told = ("seconds", "split", "members", "views", "calibration", "candidates", "explanation")
    found = {"set": file.stem, "seed": seed, "wall": wall}
    return found | {key: document[key] for key in told} | {key: test[key] for key in wanted}


def show(runs: list[Run], budget: float) -> int:
    print(f"{machine()}\n\nAUC / accuracy on the official test parts\n")
    ours = [ours_on([run for run in runs if run["set"] == name]) for name in SETS]
    rows = [
        [method, *(f"{auc:.3f} / {accuracy:.3f}" for auc, accuracy in figures)]
        for method, figures in PUBLISHED.items()
    ]
    rows += [["must reach", *("{:.3f} / {:.3f}".format(*TARGETS[name].must) for name in SETS)]]
    rows += [["aim", *("{:.3f} / {:.3f}".format(*TARGETS[name].aim) for name in SETS)]]
    print_table(["method", *SETS], [*rows, [f"PrecMed auto, {budget:g} min", *ours]])
    print("\nOurs: mean over the seeds ± standard deviation, then seconds of the whole process.")
    print("\nWhat the percentages are worth\n")
    head = ["set", "seed", "n", "ECE before", "ECE after", "band of a perfect one", "published"]
    head += ["coverage", "interval of 90 %", "set size", "referred", "refused", "shift", "p"]
    print_table([*head, "drop"], [honesty(run) for run in runs])
    print("\nTargets\n")
    verdicts = [row for name in SETS for row in targets_of(name, runs)]
    print_table(["set", "what", "must", "aim", "measured", ""], verdicts)
    return 1 if any("MISSED" in row[-1] for row in verdicts) else 0


def ours_on(runs: list[Run]) -> str:
    if not runs:
        return "not run"
    auc, accuracy = (spread([run[key]["value"] for run in runs]) for key in ("auc", "accuracy"))
    seconds = statistics.mean(run["wall"] for run in runs)
    return f"{auc} / {accuracy}; {seconds:.0f} s; n={len(runs)}"


def spread(values: list[float]) -> str:
    mean = f"{statistics.mean(values):.3f}"
    return f"{mean} ± {statistics.stdev(values):.3f}" if len(values) > 1 else mean


def honesty(run: Run) -> list[str]:
    low, high = run["ece_of_perfect"]
    shift = run["shift"] or {"found": "-", "p_value": None, "accuracy_drop": {"value": 0.0}}
    p_value = "-" if shift["p_value"] is None else f"{shift['p_value']:.4f}"
    refused = run["gate"]["false_refusals"]
    figures = [
        f"{run['ece_uncalibrated']['value']:.3f}",
        f"{run['ece']['value']:.3f}",
        f"{low:.3f}-{high:.3f} {ece_place(run)}",
        f"{TARGETS[run['set']].published_ece:.3f}",
        f"{run['coverage']['value']:.3f}",
        "{:.3f}-{:.3f}".format(*coverage_interval(run)),
        f"{run['mean_set_size']:.2f}",
        f"{run['referred']['value']:.3f}",
        "-" if refused is None else f"{refused['value']:.3f}",
        {True: "yes", False: "no"}.get(shift["found"], "-"),
        p_value,
        f"{shift['accuracy_drop']['value']:+.3f}",
    ]
    return [run["set"], str(run["seed"]), str(run["n"]), *figures]


def ece_place(run: Run) -> str:
    low, high = run["ece_of_perfect"]
    error = run["ece"]["value"]
    return "below" if error < low else "above" if error > high else "inside"


def coverage_interval(run: Run) -> tuple[float, float]:
    """Where the share of covered cases lies in 95 of 100 test parts if the promise holds."""
    from scipy.stats import binom

    low, high = binom.interval(LEVEL, run["n"], run["coverage_promised"])
    return float(low) / run["n"], float(high) / run["n"]


def targets_of(name: str, every_run: list[Run]) -> list[list[str]]:
    runs, target = [run for run in every_run if run["set"] == name], TARGETS[name]
    if not runs:
        return []
    rows = []
    for place, key in enumerate(("auc", "accuracy")):
        mean = statistics.mean(run[key]["value"] for run in runs)
        must, aim = target.must[place], target.aim[place]
        word = "aim met" if mean >= aim else "met" if mean >= must else "MISSED"
        rows.append([name, key, f"{must:.3f}", f"{aim:.3f}", f"{mean:.4f}", word])
    longest = max(run["wall"] for run in runs)
    rows.append(counted(name, "seconds, longest", f"{longest:.0f}", [longest <= LONGEST_SECONDS]))
    rows[-1][2] = f"<= {LONGEST_SECONDS}"
    errors = ", ".join(f"{run['ece']['value']:.3f} {ece_place(run)}" for run in runs)
    if target.largest_ece is None:
        rows.append(counted(name, "ECE", errors, [ece_place(run) == "inside" for run in runs]))
        rows[-1][2] = "inside the band"
    else:
        are_met = [run["ece"]["value"] <= target.largest_ece for run in runs]
        rows.append(counted(name, "ECE", errors, are_met))
        rows[-1][2] = f"<= {target.largest_ece}"
    rows.append(coverage_row(name, runs, is_required=target.largest_ece is None))
    if target.is_shifted:
        found = [bool(run["shift"] and run["shift"]["found"]) for run in runs]
        rows.append(counted(name, "shift warning", f"{sum(found)} of {len(found)}", found))
        rows[-1][2] = "fires"
    return rows


def coverage_row(name: str, runs: list[Run], *, is_required: bool) -> list[str]:
    measured = ", ".join(f"{run['coverage']['value']:.3f}" for run in runs)
    if not is_required:
        return [name, "coverage", "reported", "", measured, "reported"]
    are_met = []
    for run in runs:
        low, high = coverage_interval(run)
        are_met.append(low - 1e-9 <= run["coverage"]["value"] <= high + 1e-9)
    row = counted(name, "coverage", measured, are_met)
    row[2] = "binomial interval"
    return row


def counted(name: str, what: str, measured: str, are_met: list[bool]) -> list[str]:
    word = "met" if all(are_met) else f"MISSED in {are_met.count(False)} of {len(are_met)}"
    return [name, what, "", "", measured, word]


if __name__ == "__main__":
    sys.exit(main())
