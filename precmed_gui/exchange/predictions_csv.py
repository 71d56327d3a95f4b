"""Predictions as a table for a spreadsheet: one row an image, one column a class."""

from collections.abc import Callable, Sequence
from pathlib import Path

from precmed_gui.diagnosis.cases import Unreadable
from precmed_gui.diagnosis.prediction import Prediction, PredictionList
from precmed_gui.evaluation.wording import no_intended_use
from precmed_gui.exchange.cells import Cell, harmless, is_sheet, write_table
from precmed_gui.language import _


def write_predictions_csv(path: Path, answers: PredictionList) -> None:
    """Write `answers` as CSV, or as XLSX where `path` ends so; raises `FailedStorage`.

    Columns: path, image, most probable class, one probability a class (0 to 1, six decimals), the
    classes that cannot be ruled out, the verdict ("answer", "refer" or "refused"; empty for a file
    that was not read), the reason for it, the model, and what the model is for. A refused image has
    neither class nor probabilities, for they would mean nothing.
    """
    labels = answers.predictions[0].labels if answers.predictions else ()
    use = harmless(answers.intended_use.strip() or no_intended_use())
    tail = [harmless(answers.model), use]
    named = ["set", "verdict", "reason", "model", "intended_use"]
    head = ["path", "image", "label", *map(harmless, labels), *named]
    shares = _as_numbers if is_sheet(path) else _as_texts
    read = [[*_row(prediction, shares), *tail] for prediction in answers.predictions]
    unread = [[*_gaps(file, len(labels)), *tail] for file in answers.unreadable]
    write_table(path, [head, *read, *unread], _("Predictions"))


def _as_texts(shares: Sequence[float]) -> list[Cell]:
    return [f"{share:.6f}" for share in shares]


def _as_numbers(shares: Sequence[float]) -> list[Cell]:
    return [round(float(share), 6) for share in shares]


def _row(prediction: Prediction, as_cells: Callable[[Sequence[float]], list[Cell]]) -> list[Cell]:
    case, label = prediction.case, prediction.label
    shares = as_cells(prediction.probabilities)
    label_set = " | ".join(prediction.label_set)
    if prediction.verdict == "refused":
        label, shares, label_set = "", [""] * len(shares), ""
    said = (label_set, prediction.verdict, prediction.reason)
    return [
        *map(harmless, (case.path, case.item, label)),
        *shares,
        *map(harmless, said),
    ]


def _gaps(file: Unreadable, classes: int) -> list[str]:
    return [harmless(file.path), *[""] * (classes + 4), harmless(file.reason)]
