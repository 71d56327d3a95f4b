"""How right a model on the shelf is on labelled images: the test part, or all of a new cohort."""

from pathlib import Path

import numpy as np

from precmed_gui.diagnosis.cases import Case, Cohort, Unreadable
from precmed_gui.diagnosis.errors import RefusedModel, UnfitCohort
from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.diagnosis.prediction import Evaluation
from precmed_gui.diagnosis.work import CancelToken, Report, Step
from precmed_gui.evaluation.metrics import accuracy, macro_auc
from precmed_gui.language import _
from precmed_gui.learning.predict import answered, loaded_model
from precmed_gui.learning.shelf import split_rows


def evaluate(model_folder: str, cohort: Cohort, report: Report, cancel: CancelToken) -> Evaluation:
    """Measure a model on the test part of `cohort` where it has one, else on all its cases.

    Raises
    ------
    RefusedModel
        If the folder is no model, damaged, foreign, or for another modality than the cohort's.
    UnfitCohort
        If no case has a class, a class is unknown to the model, or nothing can be read.
    """
    folder = Path(model_folder)
    model = loaded_model(folder)
    cases = _measured_cases(cohort, model.card)
    truth: list[int] = []
    probabilities: list[tuple[float, ...]] = []
    fingerprints: list[str] = []
    unreadable: list[Unreadable] = []
    for answers in answered(model, cases, cancel, is_identified=True):
        truth += [model.card.labels.index(str(case.label)) for case in answers.cases]
        probabilities += answers.probabilities
        fingerprints += answers.fingerprints
        unreadable += answers.unreadable
        report(Step(_("Testing"), len(truth) + len(unreadable), len(cases)))
    if not truth:
        raise UnfitCohort(
            _("None of the images can be read. The first reason: {reason}").format(
                reason=unreadable[0].reason
            ),
            _("Choose images of the kind and size that the model was trained on."),
        )
    seen = {row.pixels for row in split_rows(folder) if row.part != "test"}
    return Evaluation(
        n=len(truth),
        accuracy=accuracy(np.array(truth), np.array(probabilities)),
        auc=macro_auc(np.array(truth), np.array(probabilities)),
        seen_in_training=sum(pixels in seen for pixels in fingerprints),
        unreadable=tuple(unreadable),
    )


def _measured_cases(cohort: Cohort, card: ModelCard) -> tuple[Case, ...]:
    if cohort.modality != card.modality:
        raise RefusedModel(
            _("The model “{name}” does not read this kind of data.").format(name=card.name),
            _("Choose a model that was trained on the same kind of data."),
        )
    cases = cohort.labelled
    if cohort.has_given_split:
        cases = tuple(case for case in cases if case.part == "test")
    if not cases:
        raise UnfitCohort(
            _("No image has a class, so there is nothing to compare with."),
            _("Choose a folder whose sub-folders are the classes of the model."),
        )
    strange = [label for label in cohort.labels if label not in card.labels]
    if strange:
        raise UnfitCohort(
            _("The model does not know these classes: {classes}.").format(
                classes=", ".join(f"“{label}”" for label in strange)
            ),
            _("Name the classes as the model does: {classes}.").format(
                classes=", ".join(f"“{label}”" for label in card.labels)
            ),
        )
    return cases
