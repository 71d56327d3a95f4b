"""What `precmed` answers: the JSON documents of each command, and the same as a line to read."""

from collections.abc import Sequence

from precmed_gui.diagnosis.cases import Cohort, Unreadable
from precmed_gui.diagnosis.prediction import Evaluation, PredictionList
from precmed_gui.diagnosis.training import TrainingResult
from precmed_gui.language import _
from precmed_gui.learning.shelf import ShelvedModel


def _unreadable_document(files: Sequence[Unreadable]) -> list[dict[str, str]]:
    return [{"path": file.path, "reason": file.reason} for file in files]


def trained_document(result: TrainingResult, cohort: Cohort) -> dict[str, object]:
    """The document of `precmed train`."""
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
        },
        "epochs_run": len(history.loss),
        "best_epoch": history.best_epoch,
        "stopped": result.is_stopped,
        "seconds": round(result.seconds, 3),
        "history": {
            "loss": list(history.loss),
            "accuracy": list(history.accuracy),
            "val_loss": list(history.val_loss),
            "val_accuracy": list(history.val_accuracy),
        },
        "test": {
            "accuracy": {"value": card.test.get("accuracy")},
            "auc": {"value": card.test.get("auc")},
        },
        "unreadable": _unreadable_document((*cohort.unreadable, *result.unreadable)),
    }


def trained_text(result: TrainingResult) -> str:
    """The line of `precmed train`."""
    return _("{accuracy} of {n} images that nobody trained on were right. Model: {folder}").format(
        accuracy=_percent(result.card.test.get("accuracy")),
        n=result.card.test.get("n"),
        folder=result.folder,
    )


def evaluated_document(result: Evaluation) -> dict[str, object]:
    """The document of `precmed evaluate`."""
    return {
        "n": result.n,
        "accuracy": {"value": result.accuracy},
        "auc": {"value": result.auc},
        "seen_in_training": result.seen_in_training,
        "unreadable": _unreadable_document(result.unreadable),
    }


def evaluated_text(result: Evaluation) -> str:
    """The lines of `precmed evaluate`."""
    text = _("{accuracy} of {n} images were right; area under the ROC curve {auc}.").format(
        accuracy=_percent(result.accuracy),
        n=result.n,
        auc=_("not defined") if result.auc is None else f"{result.auc:.3f}",
    )
    if not result.seen_in_training:
        return text
    warning = _("Beware: the model was trained on {count} of these images.").format(
        count=result.seen_in_training
    )
    return f"{text}\n{warning}"


def predicted_document(answers: PredictionList) -> dict[str, object]:
    """The document of `precmed predict`."""
    return {
        "predictions": [
            {
                "path": prediction.case.key,
                "label": prediction.label,
                "probabilities": dict(
                    zip(prediction.labels, prediction.probabilities, strict=True)
                ),
            }
            for prediction in answers.predictions
        ],
        "unreadable": _unreadable_document(answers.unreadable),
    }


def predicted_text(answers: PredictionList) -> str:
    """One line an image, for `precmed predict`."""
    lines = [
        f"{prediction.case.key}  {prediction.label}  {_percent(prediction.confidence)}"
        for prediction in answers.predictions
    ]
    return "\n".join(lines) or _("No image could be read.")


def _percent(share: float | int | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"


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
