"""How often the shift warning comes: on the test part of a model, and on random halves.

    python benchmarks/shift.py MODEL SOURCE [--halves 40] [--seed 1]

MODEL is a model folder, SOURCE the labelled cohort it was trained on, with a test part of its own.
Halves of one part differ by chance only: there the warning may come in the stated share at most.
"""

import argparse
from pathlib import Path

import numpy as np
from machine import machine, print_table
from numpy.typing import NDArray

from precmed_gui.diagnosis.cases import Part
from precmed_gui.diagnosis.work import NeverCancelled, ignore
from precmed_gui.evaluation.evaluating import shown
from precmed_gui.evaluation.gate import projected
from precmed_gui.evaluation.intervals import wilson
from precmed_gui.evaluation.shift import ShiftSample, find_shift
from precmed_gui.learning.predict import answered, loaded_model
from precmed_gui.learning.verdicts import LoadedModel, logits_of
from precmed_gui.modalities import open_cohort


def sample_of(model: LoadedModel, source: str, part: Part) -> ShiftSample:
    """What the model says of one part, with the features it compares."""
    cohort = open_cohort([source], ignore, NeverCancelled())
    cases = [case for case in cohort.cases if case.part == part]
    probabilities, features, truth, patients = [], [], [], []
    for answers in answered(model, cases, NeverCancelled()):
        assert answers.said is not None
        probabilities.append(answers.said.probabilities)
        features.append(answers.said.features)
        truth += [model.card.labels.index(str(case.label)) for case in answers.said.cases]
        patients += [case.patient_key for case in answers.said.cases]
    assert model.kept is not None
    return ShiftSample(
        projected(model.kept.reference, np.concatenate(features)).astype(np.float32),
        np.array(truth),
        shown(logits_of(np.concatenate(probabilities)), model.card.calibration),
        patients,
    )


def rows_of(sample: ShiftSample, rows: NDArray[np.int64]) -> ShiftSample:
    """Some of the cases."""
    assert sample.features is not None
    return ShiftSample(
        sample.features[rows],
        sample.truth[rows],
        sample.probabilities[rows],
        [sample.patients[row] for row in rows],
    )


def halves_found(sample: ShiftSample, count: int, seed: int) -> int:
    """In how many of `count` random divisions into halves the warning came."""
    random = np.random.default_rng(seed)
    found = 0
    for number in range(count):
        order = random.permutation(len(sample.truth))
        first, second = np.array_split(order, 2)
        shift = find_shift(rows_of(sample, first), rows_of(sample, second), seed=number)
        found += shift.is_found
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("source", type=Path)
    parser.add_argument("--halves", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    model = loaded_model(chosen.model)
    parts = {part: sample_of(model, str(chosen.source), part) for part in ("validation", "test")}
    shift = find_shift(parts["validation"], parts["test"], seed=chosen.seed)
    drop = shift.accuracy_drop
    print(machine())
    word = "WARNS" if shift.is_found else "silent"
    print(f"\nvalidation against test: {word}, p = {shift.p_value},")
    print(f"accuracy lower by {drop.value:.3f} ({drop.low:.3f} to {drop.high:.3f})\n")
    rows = []
    for part, sample in parts.items():
        found = halves_found(sample, chosen.halves, chosen.seed)
        share = wilson(found, chosen.halves)
        rows.append(
            [part, len(sample.truth), chosen.halves, found, f"{share.low:.1%} to {share.high:.1%}"]
        )
    print_table(["halves of", "cases", "divisions", "warnings", "interval of the rate"], rows)
    print(f"\nStated error rate: {shift.alpha:.0%} at most.")


if __name__ == "__main__":
    main()
