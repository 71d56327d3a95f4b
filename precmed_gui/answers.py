"""What `precmed` answers: the JSON documents of each command, and the same as lines to read."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from precmed_gui.check_answers import receipt_lines
from precmed_gui.diagnosis.cases import Cohort, Unreadable
from precmed_gui.diagnosis.evaluation import Comparison
from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.diagnosis.prediction import (
    NEAREST,
    Evaluated,
    Neighbour,
    Prediction,
    PredictionList,
)
from precmed_gui.diagnosis.training import TrainingResult
from precmed_gui.evaluation.leak_texts import leaks_texts
from precmed_gui.evaluation.view_texts import seen_text
from precmed_gui.evaluation.wording import (
    calibration_text,
    chosen_because,
    comparison_text,
    decimal_text,
    evaluation_warnings,
    figure_text,
    gate_text,
    no_intended_use,
    right_of,
    share,
    warnings,
    worth,
)
from precmed_gui.figure_documents import (
    comparison_document,
    evaluation_document,
    model_document,
)
from precmed_gui.language import _, sentences
from precmed_gui.learning.shelf import ShelvedModel


def _unreadable_document(files: Sequence[Unreadable]) -> list[dict[str, str]]:
    return [{"path": file.path, "reason": file.reason} for file in files]


def trained_document(result: TrainingResult, cohort: Cohort) -> dict[str, object]:
    """The document of `precmed train`; what the test part says stands under "test"."""
    card, history = result.card, result.card.history
    return {
        "model": result.folder,
        "recipe": card.recipe,
        "labels": list(card.labels),
        "split": {
            "train": card.split.train,
            "validation": card.split.validation,
            "test": card.split.test,
            "patients_shared": card.split.patients_shared,
            "images": {label: counts for label, *counts in card.split.images},
            "patients": list(card.split.patients_by_part),
            "given": card.split.is_given,
            "seed": card.split.seed,
            "fingerprint": card.split.fingerprint,
        },
        "leaks": asdict(card.leaks) if card.leaks else None,
        "window": asdict(card.window) if card.window else None,
        "slices": card.slices,
        "epochs_run": len(history.loss),
        "best_epoch": history.best_epoch,
        "parted": card.has_parted,
        "stopped": result.is_stopped,
        "seconds": round(result.seconds, 3),
        "history": {
            "loss": list(history.loss),
            "accuracy": list(history.accuracy),
            "val_loss": list(history.val_loss),
            "val_accuracy": list(history.val_accuracy),
        },
        **model_document(card),
        "test": evaluation_document(card.evaluation, card) if card.evaluation else None,
        "warnings": list(warnings(card)),
        "unreadable": _unreadable_document((*cohort.unreadable, *result.unreadable)),
    }


def trained_text(result: TrainingResult) -> str:
    """The lines of `precmed train`."""
    folder = _("Model: {folder}").format(folder=result.folder)
    card = result.card
    leaks = leaks_texts(card.leaks) if card.leaks else ()
    return "\n".join([card_text(card), *_marked(leaks), *receipt_lines(card.split), folder])


def card_text(card: ModelCard) -> str:
    """A model in a few lines: what it is worth, why it was kept, and what to beware of."""
    seen = [text] if (text := seen_text(card)) else []
    return "\n".join([worth(card), chosen_because(card), *seen, *_marked(warnings(card))])


def _marked(texts: Sequence[str]) -> list[str]:
    return [_("! {warning}").format(warning=text) for text in texts]


def card_document(folder: Path, card: ModelCard, page: Path | None) -> dict[str, object]:
    """The document of `precmed card`: the card as it is stored, and where its page was written."""
    return {
        "model": str(folder),
        "html": str(page) if page else None,
        "card": card.to_json(),
        "explanation": chosen_because(card),
        "warnings": list(warnings(card)),
    }


def evaluated_document(result: Evaluated, card: ModelCard) -> dict[str, object]:
    """The document of `precmed evaluate`; what was measured stands at the top."""
    return {
        **evaluation_document(result.evaluation, card),
        **model_document(card),
        "unreadable": _unreadable_document(result.unreadable),
    }


def evaluated_text(result: Evaluated, card: ModelCard) -> str:
    """The lines of `precmed evaluate`."""
    evaluation = result.evaluation
    auc = _("Area under the ROC curve: {auc}.").format(auc=decimal_text(evaluation.measures.auc))
    held = _("Sets of classes held the true one in {share}.").format(
        share=figure_text(evaluation.coverage)
    )
    return "\n".join(
        [
            sentences(right_of(evaluation), auc),
            calibration_text(evaluation),
            sentences(held, gate_text(card.gate, evaluation.refused)),
            *_marked(evaluation_warnings(evaluation, card.sets)),
        ]
    )


def compared_document(comparison: Comparison, models: tuple[str, str]) -> dict[str, object]:
    """The document of `precmed compare`."""
    return {
        "models": list(models),
        **comparison_document(comparison),
        "sentence": comparison_text(comparison, *models),
    }


def predicted_document(answers: PredictionList) -> dict[str, object]:
    """The document of `precmed predict`; the probabilities of a refused image mean nothing."""
    return {
        "intended_use": answers.intended_use,
        "predictions": [_prediction_document(prediction) for prediction in answers.predictions],
        "unreadable": _unreadable_document(answers.unreadable),
    }


def _prediction_document(prediction: Prediction) -> dict[str, object]:
    return {
        "path": prediction.case.key,
        "label": prediction.label,
        "probabilities": dict(zip(prediction.labels, prediction.probabilities, strict=True)),
        "set": list(prediction.label_set),
        "verdict": prediction.verdict,
        "reason": prediction.reason,
        "nearest": [found.path for found in prediction.nearest[:NEAREST]],
        "nearest_by_class": {
            label: [_neighbour_document(one) for one in found]
            for label, found in prediction.nearest_by_class
        }
        | {label: [] for label in prediction.unkept},
    }


def _neighbour_document(neighbour: Neighbour) -> dict[str, object]:
    return {"path": neighbour.path, "distance": neighbour.distance}


def predicted_text(answers: PredictionList) -> str:
    """One line an image, for `precmed predict`, and what the model is for."""
    lines = [_prediction_line(prediction) for prediction in answers.predictions]
    if not lines:
        return _("No image could be read.")
    use = answers.intended_use.strip()
    purpose = _("Intended use: {use}").format(use=use) if use else no_intended_use()
    return "\n".join([*lines, purpose])


def _prediction_line(prediction: Prediction) -> str:
    path, reason = prediction.case.key, prediction.reason
    if prediction.verdict == "refused":
        return _("{path}  refused: {reason}").format(path=path, reason=reason)
    line = f"{path}  {prediction.label}  {share(prediction.confidence)}"
    if prediction.verdict == "refer":
        return f"{line}  {reason}"
    return line


def listed_document(models: Sequence[ShelvedModel]) -> dict[str, object]:
    """The document of `precmed models`."""
    return {
        "models": [
            {
                "folder": str(model.folder),
                "recipe": model.card.recipe if model.card else None,
                "labels": list(model.card.labels) if model.card else [],
                "refused_because": model.reason or None,
            }
            for model in models
        ]
    }


def listed_text(models: Sequence[ShelvedModel]) -> str:
    """One line a model, for `precmed models`."""
    lines = [
        f"{model.folder}  {', '.join(model.card.labels) if model.card else model.reason}"
        for model in models
    ]
    return "\n".join(lines) or _("There are no models yet.")
