"""Predictions as a table for a spreadsheet: one row an image, one column a class."""

import csv
import io
from pathlib import Path

from precmed_gui.diagnosis.prediction import PredictionList
from precmed_gui.diagnosis.storage import write_atomically

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_predictions_csv(path: Path, answers: PredictionList) -> None:
    """Write `answers` as UTF-8 CSV with a byte-order mark, which Excel needs to read Chinese.

    Columns: path, image, predicted class, one probability a class (0 to 1, six decimals), and the
    reason where an image was not read. Raises `FailedStorage`.
    """
    labels = answers.predictions[0].labels if answers.predictions else ()
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["path", "image", "label", *map(_harmless, labels), "reason", "model"])
    for prediction in answers.predictions:
        case, shares = prediction.case, prediction.probabilities
        head = map(_harmless, (case.path, case.item, prediction.label))
        writer.writerow([*head, *(f"{share:.6f}" for share in shares), "", answers.model])
    for file in answers.unreadable:
        gaps = [""] * (len(labels) + 2)
        writer.writerow([_harmless(file.path), *gaps, file.reason, answers.model])
    write_atomically(path, text.getvalue().encode("utf-8-sig", "backslashreplace"))


def _harmless(cell: str) -> str:
    """Keep a spreadsheet from running a file name as a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
