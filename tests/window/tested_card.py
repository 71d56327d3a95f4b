"""A model card with a small, consistent evaluation, for tests of what the window says of it."""

from dataclasses import replace

from precmed_gui.diagnosis.evaluation import (
    ClassMeasures,
    Evaluation,
    Figure,
    GateRule,
    Measures,
    ReliabilityBin,
    SetRule,
)
from precmed_gui.diagnosis.model_card import (
    DataFingerprint,
    History,
    Member,
    ModelCard,
    SplitReceipt,
)

HALF = Figure(0.5, 0.4, 0.6)
RIGHT = Figure(0.9, 0.884, 0.914)
MEASURES = Measures(
    n=1500, patients=700, accuracy=RIGHT, balanced_accuracy=RIGHT, auc=Figure(0.95, 0.93, 0.97),
    average_precision=RIGHT, brier=HALF, ece=Figure(0.02, 0.01, 0.03), log_loss=HALF,
    classes=tuple(ClassMeasures(label, 750, *[RIGHT] * 7) for label in ("ill", "well")),
    confusion=((650, 100), (50, 700)),
)  # fmt: skip
SURE = ReliabilityBin(0.75, 0.9, 0.83, 46, 38, Figure(0.83, 0.71, 0.91))
UNSURE = ReliabilityBin(0.1, 0.25, 0.17, 50, 8, Figure(0.16, 0.08, 0.29))
EVALUATION = Evaluation(
    measures=MEASURES, ece_uncalibrated=HALF, ece_of_perfect=(0.01, 0.04), reliability=(SURE,),
    reliability_uncalibrated=(), reliability_of_classes=(UNSURE,), coverage=RIGHT,
    coverage_by_class=(RIGHT, RIGHT), mean_set_size=1.2, referred=Figure(0.05, 0.03, 0.07),
)  # fmt: skip
RECEIPT = SplitReceipt(70, 15, 15, 60, 0, False, 1, "", are_patients_known=True)
CARD = ModelCard(
    name="m", modality="imaging", recipe="auto", labels=("ill", "well"), image_size=28, channels=1,
    full_scale=255, members=(Member("small-cnn", 28),), settings={},
    history=History((0.5, 0.4), (0.7, 0.8), (0.5, 0.5), (0.7, 0.7), 1), split=RECEIPT,
    data=DataFingerprint(100, 60, (50, 50), 28, 1, 1.0), trained_at="", versions={},
    sets=SetRule(0.9, 0.9, 0.1, 1, 1, 780),
    gate=GateRule(2.0, 5, 0.01, Figure(0.01, 0.005, 0.02), True, 20, 0.01), evaluation=EVALUATION,
)  # fmt: skip
UNTESTED = replace(CARD, evaluation=None, sets=None, gate=None, is_checkpoint=True)
