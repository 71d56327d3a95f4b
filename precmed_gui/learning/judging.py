"""What a trained model is worth, and how its percentages, sets and refusals come about.

The chain after a training: everything is fitted on cases left out of learning, then measured once
on the test part. No Keras: the networks have answered already.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from precmed_gui.cohorts.case_names import case_name, numbered_patients
from precmed_gui.diagnosis.cases import Part
from precmed_gui.diagnosis.evaluation import (
    Evaluation,
    GateRule,
    JudgedCases,
    LearningCurve,
    Measures,
)
from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.evaluation.evaluating import Rules, Sample, evaluate_cases, shown
from precmed_gui.evaluation.gate import GateFit, distances, fit_gate, projected
from precmed_gui.evaluation.intervals import wilson
from precmed_gui.evaluation.measuring import measure
from precmed_gui.evaluation.planner import LabelledFeatures, learning_curve
from precmed_gui.evaluation.priors import fit_percentages
from precmed_gui.evaluation.sets import fit_sets, usual_level
from precmed_gui.learning.ensemble import PartAnswers, feature_place
from precmed_gui.learning.gate import (
    are_negatives,
    contrasts,
    least_contrast,
    likenesses,
    limited_template,
    standardised,
)
from precmed_gui.learning.judged import judged_text
from precmed_gui.learning.kept_features import KeptFeatures
from precmed_gui.learning.training_data import PartImages, TrainingData
from precmed_gui.learning.verdicts import logits_of

FALSE_REFUSALS = 0.01
_SAMPLE = 1000
_CHUNK = 256


@dataclass(frozen=True)
class Judgement:
    """What becomes of a trained model.

    Parameters
    ----------
    card
        With calibration, sets and gate, and with an evaluation if there were answers on the test.
    reference, tables
        For `shelf.ModelContents`.
    """

    card: ModelCard
    reference: KeptFeatures
    tables: str


@dataclass(frozen=True)
class _Gate:
    """The rule and what it was fitted with."""

    rule: GateRule
    fit: GateFit
    template: NDArray[np.float32]


def judge(
    card: ModelCard,
    data: TrainingData,
    answers: Mapping[str, PartAnswers],
    folds: Mapping[str, JudgedCases] | None = None,
) -> Judgement:
    """Fit percentages, sets and gate on cases left out, and measure on the test part.

    Left out are the validation part and, where there are folds, the training cases as judged by
    networks that did not learn from them: a validation part of some hundred cases, by which the
    best epochs were taken too, says little about how sure a network may be.

    Parameters
    ----------
    card
        Of the model; its `data`, `labels` and `source_folder` are used.
    data
        What it was trained on.
    answers
        Of "train" (its features) and "validation"; with "test" the card gets an evaluation.
    folds
        Answers on cases left out, by the name of the fold ("fold-1").
    """
    said = answers["validation"].probabilities
    validation = judged_cases(card, data, data.split.validation, said)
    logits, truth = _left_out(validation, (folds or {}).values())
    counts = np.bincount(data.parts["train"].labels, minlength=len(card.labels))
    calibration = fit_percentages(logits, truth, counts)
    said = shown(logits, calibration)
    sets = fit_sets(said, truth, usual_level(said, truth))
    gate = _fitted_gate(card, data, answers)
    card = replace(card, calibration=calibration, sets=sets, gate=gate.rule)
    samples = {
        part: _sample(card, data, part, answers[part], gate)
        for part in ("validation", "test")
        if part in answers
    }
    if "test" in samples:
        evaluation = evaluate_cases(
            samples["test"], Rules(calibration, sets), samples["validation"]
        )
        card = replace(card, evaluation=_completed(evaluation, card, data, answers, folds or {}))
    tables = {**{part: sample.cases for part, sample in samples.items()}, **(folds or {})}
    features = samples["validation"].features
    assert features is not None
    reference = KeptFeatures(gate.fit.reference, features.astype(np.float32), gate.template)
    return Judgement(card, reference, judged_text(tables))


def _left_out(
    validation: JudgedCases, folds: Iterable[JudgedCases]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Logits and classes of all cases that networks judged without having learned from them.

    The folds of a cross-validation hold the validation cases too; each counts once.
    """
    known = set(validation.keys)
    logits, truth = [validation.logits], [validation.truth]
    for fold in folds:
        is_new = np.array([key not in known for key in fold.keys], np.bool_)
        logits.append(fold.logits[is_new])
        truth.append(fold.truth[is_new])
    return np.concatenate(logits), np.concatenate(truth)


def judged_cases(
    card: ModelCard,
    data: TrainingData,
    positions: Sequence[int],
    probabilities: NDArray[np.float64],
) -> JudgedCases:
    """What was said about the cases at some positions of `data.cohort`, for tables and figures.

    Parameters
    ----------
    card
        Its `labels` and `source_folder` are used.
    positions
        (n) in `data.cohort.cases`.
    probabilities
        (n, classes) before calibration.
    """
    cases = [data.cohort.cases[position] for position in positions]
    patients = numbered_patients(data.cohort.cases)
    numbers = {label: number for number, label in enumerate(card.labels)}
    return JudgedCases(
        labels=card.labels,
        keys=tuple(case_name(case, card.source_folder) for case in cases),
        patients=tuple(patients[position] for position in positions),
        truth=np.array([numbers[str(case.label)] for case in cases], np.int64),
        logits=logits_of(probabilities),
        distances=np.empty(0),
        traits=tuple(case.traits for case in cases),
    )


def _fitted_gate(card: ModelCard, data: TrainingData, answers: Mapping[str, PartAnswers]) -> _Gate:
    train, validation = data.parts["train"], answers["validation"].features
    fit = fit_gate(answers["train"].features, validation, train.labels, target=FALSE_REFUSALS)
    some = np.random.default_rng(0).permutation(len(train.rows))[:_SAMPLE]
    seen = train.chosen(np.sort(some))
    template = _template(seen)
    blank_below = least_contrast(_of_images(seen, contrasts))
    is_refused = (fit.distances > fit.threshold) | _refused_at_sight(
        data.parts["validation"], blank_below, template
    )
    rule = GateRule(
        threshold=fit.threshold,
        neighbours=fit.neighbours,
        target=FALSE_REFUSALS,
        validation=wilson(int(is_refused.sum()), len(is_refused)),
        is_grey=card.data.channels == 1,
        smallest_side=card.data.shorter_side,
        least_contrast=blank_below,
    )
    return _Gate(rule, fit, template)


def _sample(
    card: ModelCard, data: TrainingData, part: Part, answers: PartAnswers, gate: _Gate
) -> Sample:
    """The answers on a part, with distances, projected features and what the gate would refuse."""
    cases = judged_cases(card, data, data.split.part(part), answers.probabilities)
    away = distances(gate.fit.reference, answers.features, gate.rule.neighbours)
    at_sight = _refused_at_sight(data.parts[part], gate.rule.least_contrast, gate.template)
    return Sample(
        cases=replace(cases, distances=away),
        features=projected(gate.fit.reference, answers.features).astype(np.float32),
        is_refused=at_sight | (away > gate.rule.threshold),
    )


def _template(seen: PartImages) -> NDArray[np.float32]:
    """What negatives are known by, from some training images."""
    total = sum(standardised(images).sum(axis=0) for images in _chunks(seen))
    mean = np.asarray(total) / len(seen.rows)
    return limited_template(mean, _of_images(seen, lambda images: likenesses(images, mean)))


def _refused_at_sight(
    part: PartImages, blank_below: float, template: NDArray[np.float32]
) -> NDArray[np.bool_]:
    """(n,) by what can be seen in images that have the size and the colours of the cohort."""
    is_negative = _of_images(part, lambda images: are_negatives(images, template)) > 0
    return is_negative | (_of_images(part, contrasts) < blank_below)


def _of_images(
    part: PartImages, measured: Callable[[NDArray[np.float32]], NDArray[np.generic]]
) -> NDArray[np.float64]:
    """(n,) numbers, one an image."""
    return np.concatenate([np.empty(0), *(measured(images) for images in _chunks(part))])


def _chunks(part: PartImages) -> Iterator[NDArray[np.float32]]:
    """The images of a part as the network gets them, some at a time."""
    for start in range(0, len(part.rows), _CHUNK):
        some = slice(start, start + _CHUNK)
        factors = part.factors[some, np.newaxis, np.newaxis, np.newaxis]
        images = part.pixels[part.rows[some]].astype(np.float32) * factors
        yield np.minimum(images, np.float32(1))


def _completed(
    evaluation: Evaluation,
    card: ModelCard,
    data: TrainingData,
    answers: Mapping[str, PartAnswers],
    folds: Mapping[str, JudgedCases],
) -> Evaluation:
    return replace(
        evaluation,
        learning_curve=_curve(card, data, answers),
        cross_validation=_cross_validated(tuple(folds.values()), card.data.counts)
        if len(folds) > 1  # a search that was stopped may have judged a single one
        else None,
    )


def _curve(
    card: ModelCard, data: TrainingData, answers: Mapping[str, PartAnswers]
) -> LearningCurve | None:
    if card.members[feature_place(card.members)].recipe != "transfer":
        return None  # features that were learned from these images promise too much
    patients = numbered_patients(data.cohort.cases)
    training, validation = (
        LabelledFeatures(
            answers[part].features,
            data.parts[part].labels.astype(np.int64),
            [patients[position] for position in data.split.part(part)],
        )
        for part in ("train", "validation")
    )
    return learning_curve(training, validation, card.labels)


def _cross_validated(folds: Sequence[JudgedCases], counts: Sequence[int]) -> Measures:
    """Of all folds together, each with percentages that were fitted on the others."""
    said = []
    for number, fold in enumerate(folds):
        others = [other for place, other in enumerate(folds) if place != number]
        logits = np.concatenate([other.logits for other in others])
        truth = np.concatenate([other.truth for other in others])
        said.append(shown(fold.logits, fit_percentages(logits, truth, np.array(counts))))
    return measure(
        np.concatenate([fold.truth for fold in folds]),
        np.concatenate(said),
        [patient for fold in folds for patient in fold.patients],
        folds[0].labels,
    )
