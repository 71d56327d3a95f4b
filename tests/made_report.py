"""A model's report whose names try to break out of the page, measured on 40 made-up cases."""

import numpy as np

from precmed_gui.diagnosis.evaluation import (
    Calibration,
    ClassMeasures,
    Evaluation,
    ExpectedGain,
    Figure,
    GateRule,
    JudgedCases,
    LearningCurve,
    LearningCurvePoint,
    Measures,
    ReliabilityBin,
    SetRule,
    Shift,
    Subgroup,
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

HOSTILE = '<script>alert("1")</script>&\'\x00\u202e'
LABELS = ("normal", HOSTILE)
FIGURE = Figure(0.8, 0.7, 0.9)
SMALL = Figure(0.05, 0.02, 0.07)


def make_evaluation():
    classes = tuple(
        ClassMeasures(label, 20, FIGURE, FIGURE, FIGURE, None, FIGURE, FIGURE, FIGURE)
        for label in LABELS
    )
    measures = Measures(
        40, 38, FIGURE, FIGURE, Figure(0.9, 0.8, 0.95), FIGURE, SMALL, SMALL, SMALL, classes,
        ((16, 4), (4, 16)),
    )  # fmt: skip
    bins = (ReliabilityBin(0.5, 1.0, 0.8, 40, 32, FIGURE),)
    return Evaluation(
        measures=measures,
        ece_uncalibrated=Figure(0.12, 0.1, 0.2),
        ece_of_perfect=(0.03, 0.09),
        reliability=bins,
        reliability_uncalibrated=bins,
        reliability_of_classes=bins,
        coverage=Figure(0.91, 0.85, 0.95),
        coverage_by_class=(Figure(0.95, 0.8, 0.99), None),
        mean_set_size=1.25,
        referred=Figure(0.1, 0.05, 0.2),
        refused=Figure(0.01, 0.0, 0.05),
        shift=Shift(0.002, Figure(0.08, 0.02, 0.14), True, 0.01),
        subgroups=(Subgroup("sex", "=F", 18, FIGURE, None),),
        learning_curve=LearningCurve(
            (LearningCurvePoint(100, FIGURE),), (ExpectedGain(HOSTILE, 200, SMALL),)
        ),
        cross_validation=measures,
    )


def make_report():
    truth = np.repeat([0, 1], 20)
    second = np.random.default_rng(0).beta(2 + 3 * truth, 5 - 3 * truth + 0.5)
    probabilities = np.column_stack([1 - second, second])
    cases = JudgedCases(
        labels=LABELS, keys=tuple(map(str, range(40))), patients=tuple(map(str, range(40))),
        truth=truth, logits=np.log(probabilities), distances=np.zeros(40), traits=((),) * 40,
    )  # fmt: skip
    card = ModelCard(
        name="=" + HOSTILE, modality="imaging", recipe="auto", labels=LABELS, image_size=64,
        channels=1, full_scale=255,
        members=(Member("transfer", 224, 0.5), Member("small-cnn", 64, 0.5)),
        settings={"seed": 1, "budget": 5.0}, history=History((1.0,), (0.5,), (1.1,), (0.5,), 1),
        split=SplitReceipt(120, 30, 40, 180, 0, False, 1, "ab" * 32, are_patients_known=True),
        data=DataFingerprint(190, 180, (95, 95), 64, 1, 1.0),
        trained_at="2025-01-01T10:00:00+00:00",
        versions={"precmed": "0.1.0", "keras": "3"},
        candidates=(
            Candidate(("transfer",), 0.4, None, 0.8, False, 20.0),
            Candidate(("transfer", "small-cnn"), 0.35, 0.9, 0.82, True, 30.0),
        ),
        views=4, calibration=Calibration("temperature", (0.8, 0.8), (0.0, 0.0), 30),
        sets=SetRule(0.9, 0.85, 0.0, 1, 1, 30),
        gate=GateRule(1.5, 5, 0.01, Figure(0.01, 0.0, 0.04), True, 64, 0.02),
        evaluation=make_evaluation(), device="CPU", seconds=75.0,
        intended_use=f"To learn.\n{HOSTILE}", source=HOSTILE, source_folder="/home/someone",
        notes=HOSTILE,
    )  # fmt: skip
    return ModelReport("/models/m", card, cases, probabilities, tuple(map(str, range(40))))
