"""The figures of evaluations, cards and comparisons as plain JSON, for `answers`.

Every measured figure is {"value", "low", "high"} with its 95 % interval, or null where it is not
defined.
"""

from collections.abc import Sequence
from dataclasses import asdict

from precmed_gui.diagnosis.evaluation import (
    Comparison,
    Evaluation,
    Figure,
    Measures,
    ReliabilityBin,
    Shift,
)
from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.evaluation.named_figures import class_figures, overall_figures
from precmed_gui.evaluation.wording import chosen_because, evaluation_warnings

Document = dict[str, object]


def figure_document(figure: Figure | None) -> Document | None:
    """One figure."""
    return asdict(figure) if figure else None


def evaluation_document(evaluation: Evaluation, card: ModelCard) -> Document:
    """All that was measured of the model with this card."""
    cross, curve = evaluation.cross_validation, evaluation.learning_curve
    return {
        **_measures_document(evaluation.measures),
        "ece_uncalibrated": figure_document(evaluation.ece_uncalibrated),
        "ece_of_perfect": list(evaluation.ece_of_perfect),
        "reliability": _bin_documents(evaluation.reliability),
        "reliability_uncalibrated": _bin_documents(evaluation.reliability_uncalibrated),
        "coverage": figure_document(evaluation.coverage),
        "coverage_by_class": _by_label(card.labels, evaluation.coverage_by_class),
        "coverage_promised": card.sets.level if card.sets else None,
        "mean_set_size": evaluation.mean_set_size,
        "referred": figure_document(evaluation.referred),
        "gate": _gate_document(evaluation, card),
        "shift": _shift_document(evaluation.shift),
        "subgroups": [asdict(group) for group in evaluation.subgroups],
        "learning_curve": asdict(curve) if curve else None,
        "cross_validation": _measures_document(cross) if cross else None,
        "seen_in_training": evaluation.seen_in_training,
        "warnings": list(evaluation_warnings(evaluation, card.sets)),
    }


def model_document(card: ModelCard) -> Document:
    """How the model came about: what a reader of its figures must know."""
    return {
        "calibration": asdict(card.calibration) if card.calibration else None,
        "views": card.views,
        "members": [asdict(member) for member in card.members],
        "candidates": [asdict(candidate) for candidate in card.candidates],
        "explanation": chosen_because(card),
        "intended_use": card.intended_use,
    }


def comparison_document(comparison: Comparison) -> Document:
    """Two models on the same cases; differences are second minus first."""
    auc = comparison.auc
    return {
        "n": comparison.n,
        "patients": comparison.patients,
        "accuracy": [figure_document(figure) for figure in comparison.accuracy],
        "accuracy_difference": figure_document(comparison.accuracy_difference),
        "auc": [figure_document(figure) for figure in auc] if auc else None,
        "auc_difference": figure_document(comparison.auc_difference),
        "only_first_right": comparison.only_first_right,
        "only_second_right": comparison.only_second_right,
    }


def _measures_document(measures: Measures) -> Document:
    overall = {found.key: figure_document(found.figure) for found in overall_figures(measures)}
    classes = {
        found.label: {
            "n": found.n,
            **{figure.key: figure_document(figure.figure) for figure in class_figures(found)},
        }
        for found in measures.classes
    }
    return {
        "n": measures.n,
        "patients": measures.patients,
        **overall,
        "classes": classes,
        "confusion": [list(row) for row in measures.confusion],
    }


def _gate_document(evaluation: Evaluation, card: ModelCard) -> Document:
    gate = card.gate
    return {
        "false_refusals": figure_document(evaluation.refused),
        "validation": figure_document(gate.validation) if gate else None,
        "target": gate.target if gate else None,
        "threshold": gate.threshold if gate else None,
    }


def _shift_document(shift: Shift | None) -> Document | None:
    if shift is None:
        return None
    return {
        "found": shift.is_found,
        "p_value": shift.p_value,
        "accuracy_drop": figure_document(shift.accuracy_drop),
        "alpha": shift.alpha,
    }


def _bin_documents(bins: Sequence[ReliabilityBin]) -> list[Document]:
    return [asdict(found) for found in bins]


def _by_label(labels: Sequence[str], figures: Sequence[Figure | None]) -> Document:
    return {label: figure_document(figure) for label, figure in zip(labels, figures, strict=True)}
