"""Cross-validation: every training and validation image judged by networks that never saw it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from precmed_gui.cohorts.case_names import case_name, numbered_patients, source_folder_of
from precmed_gui.diagnosis.cases import Split
from precmed_gui.diagnosis.errors import UnfitCohort
from precmed_gui.diagnosis.evaluation import JudgedCases
from precmed_gui.diagnosis.model_card import History, Member
from precmed_gui.diagnosis.work import CancelToken, Notice, Report
from precmed_gui.language import _
from precmed_gui.learning.attempts import Attempt
from precmed_gui.learning.ensemble import LEAST_PROBABILITY
from precmed_gui.learning.fitting import Course, probabilities_of
from precmed_gui.learning.progress import Weights
from precmed_gui.learning.search import fit_attempt
from precmed_gui.learning.training_data import TrainingData, folds_by_patient, with_split


def cross_validate(
    data: TrainingData,
    attempts: Sequence[tuple[Attempt, Member]],
    folds: int,
    report: Report,
    cancel: CancelToken,
) -> dict[str, JudgedCases]:
    """What networks say about the training and validation images they were not trained on.

    The patients are divided into `folds` parts. For each part the networks are trained anew: the
    part after it chooses the best epoch, the others train, and the part itself is only judged. The
    test part stays out of it.

    Parameters
    ----------
    data
        The cohort, read and divided.
    attempts
        The networks of the model, with their weight and scale.
    folds
        2 to 20; with 2 the part that trains also chooses the best epoch, so 3 or more are better.

    Returns
    -------
    dict
        "fold-1" and so on, to what was judged; together each training and validation case once.

    Raises
    ------
    UnfitCohort
        If a class has too few patients for so many parts.
    Cancelled
        If the user stopped it: some parts alone are of no use.
    """
    does_weigh = any(attempt.recipe.weighs_classes for attempt, _member in attempts)
    judged: dict[str, JudgedCases] = {}
    for number, fold in enumerate(divided(data, folds, weighs_classes=does_weigh), 1):
        report(Notice(_("Cross-validation: part {n} of {all}").format(n=number, all=folds)))
        judged[f"fold-{number}"] = _judged(fold, attempts, report, cancel)
    return judged


def divided(
    data: TrainingData, folds: int, *, weighs_classes: bool = True
) -> tuple[TrainingData, ...]:
    """`data` as each of `folds` trainings sees it: the part to be judged is its "test" part.

    Raises
    ------
    UnfitCohort
        If a class has too few patients for so many parts.
    """
    pool = np.array(sorted((*data.split.train, *data.split.validation)), np.int64)
    patients = data.people(pool.tolist())
    parts = [pool[rows] for rows in folds_by_patient(patients, folds, data.split.seed)]
    found = []
    for number, part in enumerate(parts, 1):
        validation = parts[number % folds]
        rest = np.setdiff1d(pool, np.concatenate([part, validation])) if folds > 2 else validation
        split = _fold_split(data, rest, validation, part)
        found.append(with_split(data, split, weighs_classes=weighs_classes))
    for fold in found:
        _check(fold)
    return tuple(found)


def _fold_split(
    data: TrainingData,
    train: NDArray[np.int64],
    validation: NDArray[np.int64],
    judged: NDArray[np.int64],
) -> Split:
    return replace(
        data.split,
        train=tuple(train.tolist()),
        validation=tuple(validation.tolist()),
        test=tuple(judged.tolist()),
        is_given=False,
    )


def _check(fold: TrainingData) -> None:
    classes = len(fold.cohort.labels)
    counts = np.bincount(fold.parts["train"].labels, minlength=classes)
    if not counts.all() or not (len(fold.split.validation) and len(fold.split.test)):
        raise UnfitCohort(
            _("A class has too few patients for cross-validation in so many parts."),
            _("Choose fewer parts or none, or add images of other patients."),
        )


def _judged(
    fold: TrainingData,
    attempts: Sequence[tuple[Attempt, Member]],
    report: Report,
    cancel: CancelToken,
) -> JudgedCases:
    part, rows = fold.parts["test"], fold.split.test
    mean = np.zeros((len(rows), len(fold.cohort.labels)))
    weighty = _once_each(attempts)
    for number, (attempt, member) in enumerate(weighty, 1):
        course = Course(report, cancel, _keep_nothing, number, len(weighty))
        network = fit_attempt(fold, attempt, course).network
        cancel.raise_if_set()  # a network stopped halfway says nothing about the model
        logs = np.log(np.maximum(probabilities_of(network, part), LEAST_PROBABILITY))
        powers = np.exp(member.scale * logs)
        mean += member.weight * powers / powers.sum(axis=1, keepdims=True)
    cases = [fold.cohort.cases[i] for i in rows]
    folder = source_folder_of(fold.cohort.cases)
    names = dict(zip(fold.cohort.cases, numbered_patients(fold.cohort.cases), strict=True))
    return JudgedCases(
        labels=fold.cohort.labels,
        keys=tuple(case_name(case, folder) for case in cases),
        patients=tuple(names[case] for case in cases),
        truth=part.labels.astype(np.int64),
        logits=np.log(np.maximum(mean, LEAST_PROBABILITY)),
        distances=np.zeros(0),
        traits=tuple(case.traits for case in cases),
    )


def _once_each(
    attempts: Sequence[tuple[Attempt, Member]],
) -> list[tuple[Attempt, Member]]:
    """One network a recipe with the weight of all of them; here none leaves a further part out."""
    found: dict[str, tuple[Attempt, Member]] = {}
    for attempt, member in attempts:
        if member.weight:
            weight = member.weight
            if member.recipe in found:
                weight += found[member.recipe][1].weight
            found[member.recipe] = (replace(attempt, folds=0), replace(member, weight=weight))
    return list(found.values())


def _keep_nothing(_epoch: int, _history: History, _weights: Weights) -> None:
    """Networks of a cross-validation are judged and forgotten."""
