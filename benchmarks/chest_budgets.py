"""Chest X-rays at 224 pixels, normal or pneumonia: what 1, 5 and 20 minutes buy.

    python benchmarks/chest_budgets.py chest_xray_224 [--budgets 1 5 20] [--seed 1]
        [--models FOLDER] [--json FILE]

The division is by patient, whose number is in the file name: `person12_virus_46.jpeg` and
`person12_bacteria_50.jpeg` are patient 12, `IM-0115-0001.jpeg` and `NORMAL2-IM-0115-0001.jpeg` are
normal patient 115. Equal numbers might be two people; taking them for one keeps the test honest.
Each budget is a training in a fresh process with an empty home folder. FOLDER keeps the models.
"""

import argparse
import json
import re
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from fresh_process import answer_of
from machine import machine, print_table

PATIENT = re.compile(r"(?:NORMAL2-)?(IM-\d+)-|(person\d+)_(?:bacteria|virus)_")


def main() -> int:
    options = parse()
    if options.out:
        print(json.dumps(trained(options)))
        return 0
    runs = []
    with tempfile.TemporaryDirectory() as place:
        folder = (options.models or Path(place)).absolute()
        for budget in options.budgets:
            arguments = [__file__, options.source.absolute(), "--budgets", str(budget)]
            arguments += ["--seed", str(options.seed), "--most", str(options.most)]
            found, wall = answer_of([*arguments, "--out", folder / f"chest-{budget:g}min"])
            runs.append(found | {"wall": wall})
            print(f"{budget:g} min: {wall:.0f} s", file=sys.stderr)
            if options.json:
                document = {"machine": machine(), "seed": options.seed, "runs": runs}
                options.json.write_text(json.dumps(document, indent=1))
    show(runs, options.seed)
    return 0


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("source", type=Path, metavar="FOLDER")
    parser.add_argument("--budgets", type=float, nargs="+", default=[1, 5, 20], metavar="MINUTES")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--models", type=Path, metavar="FOLDER")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--most", type=int, default=0, help="images a class, to try the script")
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def patient_of(name: str) -> str:
    """The patient of a file name, for instance "IM-0115" or "person12"."""
    found = PATIENT.match(name)
    if not found:
        raise SystemExit(f"{name}: no patient number in the name")
    return found[1] or found[2]


def trained(options: argparse.Namespace) -> dict[str, Any]:
    """The child: a cohort with patients, one training, and its figures."""
    from precmed_gui.answers import trained_document
    from precmed_gui.diagnosis.cases import make_cohort
    from precmed_gui.diagnosis.training import TrainingPlan, TrainingSettings
    from precmed_gui.diagnosis.work import NeverCancelled, ignore
    from precmed_gui.learning.train import train
    from precmed_gui.modalities import open_cohort

    found = open_cohort([str(options.source)], ignore, NeverCancelled())
    cases = [replace(case, patient=patient_of(Path(case.path).name)) for case in found.cases]
    if options.most:
        cases = [
            case
            for label in found.labels
            for case in [one for one in cases if one.label == label][: options.most]
        ]
    cohort = make_cohort(cases, modality=found.modality, name=found.name)
    settings = TrainingSettings("auto", seed=options.seed, budget=options.budgets[0])
    plan = TrainingPlan(cohort, settings, str(options.out), options.out.name)
    result = train(plan, ignore, NeverCancelled())
    document = trained_document(result, cohort)
    test = document.pop("test")
    told = ("seconds", "split", "members", "candidates", "calibration", "views", "explanation")
    return {
        "budget": settings.budget,
        "patients": result.card.split.patients,
        **{key: document[key] for key in told},
        "test": test,
    }


def show(runs: list[dict[str, Any]], seed: int) -> None:
    split = runs[0]["split"]
    print(f"{machine()}\n")
    print(
        f"{runs[0]['patients']} patients, none on two sides ({split['patients_shared']} shared); "
        f"{split['train']} images train, {split['validation']} validate, {split['test']} test; "
        f"seed {seed}\n"
    )
    head = ["budget", "AUC", "accuracy", "balanced", "ECE", "of a perfect model"]
    head += ["coverage", "refused", "shift", "seconds", "networks kept"]
    print_table(head, [cells(run) for run in runs])
    print("\nIn brackets: 95 % intervals, by patient. Seconds are those of the whole process.")


def cells(run: dict[str, Any]) -> list[str]:
    test = run["test"]
    low, high = test["ece_of_perfect"]
    shift = test["shift"]
    kept = " + ".join(
        f"{member['recipe']} {member['image_size']} px x {member['weight']:.2f}"
        for member in run["members"]
    )
    return [
        f"{run['budget']:g} min",
        *(figure(test[key]) for key in ("auc", "accuracy", "balanced_accuracy", "ece")),
        f"{low:.3f}-{high:.3f}",
        figure(test["coverage"]),
        figure(test["gate"]["false_refusals"]),
        "-" if shift is None else "yes" if shift["found"] else "no",
        f"{run['wall']:.0f}",
        kept,
    ]


def figure(found: dict[str, float] | None) -> str:
    if found is None:
        return "-"
    return f"{found['value']:.3f} ({found['low']:.3f}-{found['high']:.3f})"


if __name__ == "__main__":
    sys.exit(main())
