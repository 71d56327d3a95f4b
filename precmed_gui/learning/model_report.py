"""A model on the shelf with the cases it was tested on, for panel, page and tables; no Keras."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from precmed_gui.cohorts.case_names import case_file
from precmed_gui.diagnosis.errors import UnfitCohort
from precmed_gui.diagnosis.evaluation import Comparison, JudgedCases
from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.diagnosis.model_report import ModelReport
from precmed_gui.diagnosis.work import CancelToken, Report
from precmed_gui.evaluation.comparison import compare
from precmed_gui.evaluation.evaluating import shown
from precmed_gui.language import _
from precmed_gui.learning.evaluate import require_same_classes
from precmed_gui.learning.judged import load_judged
from precmed_gui.learning.shelf import damaged_model, load_card, split_rows

Tested = tuple[JudgedCases, NDArray[np.float64]]


def load_report(folder: str, report: Report, cancel: CancelToken) -> ModelReport:
    """Everything about the model in `folder` but its weights.

    Raises
    ------
    RefusedModel
        If the folder is no model, damaged or foreign.
    """
    card = load_card(Path(folder))
    cancel.raise_if_set()
    tested = _tested(Path(folder), card)
    if tested is None:
        return ModelReport(folder, card, None, np.empty((0, len(card.labels))), ())
    cases, probabilities = tested
    paths = tuple(case_file(key, card.source_folder) for key in cases.keys)
    return ModelReport(folder, card, cases, probabilities, paths)


def compare_models(first: str, second: str, report: Report, cancel: CancelToken) -> Comparison:
    """Compare two models by what they said when they were tested.

    Raises
    ------
    RefusedModel
        If a folder is no model, damaged or foreign.
    UnfitCohort
        If they were not both tested, on the same images, for the same classes.
    """
    folders = (Path(first), Path(second))
    cards = [load_card(folder) for folder in folders]
    require_same_classes(cards[0].labels, cards[1].labels)
    found = [_tested(folder, card) for folder, card in zip(folders, cards, strict=True)]
    cancel.raise_if_set()
    if found[0] is None or found[1] is None:
        untested = cards[1] if found[0] else cards[0]
        raise UnfitCohort(
            _("“{name}” was never tested, so there is nothing to compare.").format(
                name=untested.name
            ),
            _("Choose two models whose training was finished."),
        )
    (cases, said), (other, said_by_other) = found[0], found[1]
    order = _same_order(_images(folders[0], cases), _images(folders[1], other))
    columns = [other.labels.index(label) for label in cases.labels]
    return compare(cases.truth, said, said_by_other[order][:, columns], cases.patients)


def _tested(folder: Path, card: ModelCard) -> Tested | None:
    cases = load_judged(folder, card.labels).get("test") if card.evaluation else None
    if cases is None:
        return None
    return cases, shown(cases.logits, card.calibration)


def _images(folder: Path, cases: JudgedCases) -> list[tuple[str, str, int]]:
    """What identifies each tested image: its pixels and class, and its number among its likes."""
    rows = [row for row in split_rows(folder) if row.part == "test"]
    if [row.case for row in rows] != list(cases.keys):
        raise damaged_model(folder, _("its predictions are not of its test images"))
    seen: dict[tuple[str, str], int] = {}
    found = []
    for row in rows:
        image = (row.pixels, row.label)
        seen[image] = seen.get(image, 0) + 1
        found.append((*image, seen[image]))
    return found


def _same_order(first: list[tuple[str, str, int]], second: list[tuple[str, str, int]]) -> list[int]:
    """Where each of the first images is among the second ones."""
    places = {image: place for place, image in enumerate(second)}
    if len(first) != len(second) or not all(image in places for image in first):
        raise UnfitCohort(
            _("The two models were not tested on the same images."),
            _("Compare them on labelled images that neither learned from: precmed compare."),
        )
    return [places[image] for image in first]
