"""Simulated model reports for tests: seeded answers, judged by the evaluation's own functions."""

from functools import cache

import numpy as np

from precmed_gui.diagnosis.evaluation import (
    Evaluation,
    ExpectedGain,
    Figure,
    JudgedCases,
    LearningCurve,
    LearningCurvePoint,
    Shift,
)
from precmed_gui.diagnosis.model_card import (
    Candidate,
    DataFingerprint,
    History,
    Member,
    ModelCard,
    SplitReceipt,
)
from precmed_gui.diagnosis.model_report import ModelReport
from precmed_gui.evaluation.calibration import calibrated, fit_calibration
from precmed_gui.evaluation.intervals import wilson
from precmed_gui.evaluation.measuring import measure
from precmed_gui.evaluation.reliability import (
    perfect_ece_band,
    reliability,
    reliability_of_classes,
)
from precmed_gui.evaluation.sets import coverage, coverage_by_class, fit_sets, label_sets
from precmed_gui.evaluation.subgroups import by_subgroup

REPLICATES = 200


@cache
def simulated_report(labels, n=200, *, skill=2.0, folder="/models/one", shares=None, seed=4):
    """A report of an overconfident model with this skill on n cases of n / 2 patients."""
    random = np.random.default_rng(seed)
    truth, logits = _answers(random, n, len(labels), skill, shares)
    known, known_logits = _answers(random, n, len(labels), skill, shares)
    calibration = fit_calibration(known_logits, known)
    probabilities = calibrated(logits, calibration)
    rule = fit_sets(calibrated(known_logits, calibration), known)
    cases = JudgedCases(
        tuple(labels),
        tuple(f"images/{row:04}.png" for row in range(n)),
        tuple(f"patient {row // 2}" for row in range(n)),
        truth,
        logits,
        np.empty(0),
        tuple(
            (("sex", "FM"[row % 2]), ("age", ("0–39", "40–69", "70+")[row % 3])) for row in range(n)
        ),
    )
    evaluation = _evaluation(cases, probabilities, rule)
    card = _card(labels, n, evaluation, calibration, rule)
    paths = tuple(f"/data/{key}" for key in cases.keys)
    return ModelReport(folder, card, cases, probabilities, paths)


def _answers(random, n, classes, skill, shares):
    truth = random.choice(classes, n, p=shares).astype(np.int64)
    scores = random.normal(size=(n, classes))
    scores[np.arange(n), truth] += skill
    scores *= 2
    return truth, scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))


def _evaluation(cases, probabilities, rule):
    raw = np.exp(cases.logits)
    sets = label_sets(probabilities, rule)
    labels, truth = cases.labels, cases.truth
    n = len(truth)
    return Evaluation(
        measures=measure(truth, probabilities, cases.patients, labels, replicates=REPLICATES),
        ece_uncalibrated=measure(truth, raw, cases.patients, labels, replicates=REPLICATES).ece,
        ece_of_perfect=perfect_ece_band(probabilities, replicates=REPLICATES),
        reliability=reliability(truth, probabilities),
        reliability_uncalibrated=reliability(truth, raw),
        reliability_of_classes=reliability_of_classes(truth, probabilities),
        coverage=coverage(truth, sets),
        coverage_by_class=coverage_by_class(truth, sets),
        mean_set_size=float(sets.sum(axis=1).mean()),
        referred=wilson(int((sets.sum(axis=1) > rule.largest_answered).sum()), n),
        refused=wilson(n // 100, n),
        shift=Shift(0.6, Figure(0.01, -0.02, 0.04), False, 0.01),
        subgroups=by_subgroup(cases, probabilities),
        learning_curve=_curve(labels),
    )


def _curve(labels):
    shares = ((600, 0.78), (1200, 0.84), (1800, 0.865), (2400, 0.88))
    points = tuple(
        LearningCurvePoint(n, Figure(share, share - 0.03, share + 0.03)) for n, share in shares
    )
    gains = tuple(
        ExpectedGain(label, 200, Figure(0.02 - 0.004 * place, 0.004 - 0.004 * place, 0.035))
        for place, label in enumerate(labels)
    )
    return LearningCurve(points, (*gains, ExpectedGain(None, 2400, Figure(0.03, 0.01, 0.05))))


def _card(labels, n, evaluation, calibration, rule):
    return ModelCard(
        name="Chest X-rays 2026-11-22",
        modality="imaging",
        recipe="auto",
        labels=tuple(labels),
        image_size=128,
        channels=1,
        full_scale=255.0,
        members=(Member("transfer", 224),),
        settings={"epochs": 20, "seed": 1},
        history=History(),
        split=SplitReceipt(5 * n, n, n, 3 * n, 0, False, 1, "f" * 64, True),
        data=DataFingerprint(
            7 * n, 3 * n, tuple(7 * n // len(labels) for _ in labels), 128, 1, 1.5
        ),
        trained_at="2026-11-22T10:00:00Z",
        versions={"PrecMed": "0.1.0"},
        candidates=(
            Candidate(("transfer",), 0.31, 0.95, 0.90, True, 60.0),
            Candidate(("small-cnn",), 0.45, 0.91, 0.86, False, 90.0),
        ),
        calibration=calibration,
        sets=rule,
        evaluation=evaluation,
    )
