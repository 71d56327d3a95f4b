"""How right models on the shelf are on labelled images: the test part, or all of a new cohort."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from precmed_gui.cohorts.case_names import case_name, numbered_patients, source_folder_of
from precmed_gui.cohorts.picture_facts import linking
from precmed_gui.diagnosis.cases import Case, Cohort, Unreadable
from precmed_gui.diagnosis.errors import RefusedModel, UnfitCohort
from precmed_gui.diagnosis.evaluation import Comparison, JudgedCases
from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.diagnosis.prediction import Evaluated
from precmed_gui.diagnosis.work import CancelToken, Notice, Report, Step
from precmed_gui.evaluation.comparison import compare
from precmed_gui.evaluation.evaluating import Rules, Sample, evaluate_cases, shown
from precmed_gui.evaluation.gate import distances, projected
from precmed_gui.language import _, ngettext
from precmed_gui.learning.judged import load_judged
from precmed_gui.learning.predict import answered, loaded_model
from precmed_gui.learning.shelf import split_rows
from precmed_gui.learning.slices import averaged, chosen_slices, is_seen_by_slice, most_refuse
from precmed_gui.learning.verdicts import LoadedModel, Said, logits_of, sight_reasons


@dataclass(frozen=True)
class _Heard:
    """What a model said of all cases that it could read, in one order.

    A case that it sees slice by slice has the geometric mean of their probabilities, features and
    distance of the most typical slice, and is refused as `verdicts.prediction_of_slices` says.
    """

    cases: tuple[Case, ...]
    is_refused: NDArray[np.bool_]
    away: NDArray[np.float64]
    probabilities: NDArray[np.float64]
    features: NDArray[np.float32]
    was_seen: NDArray[np.bool_]
    unreadable: tuple[Unreadable, ...]


def evaluate(model_folder: str, cohort: Cohort, report: Report, cancel: CancelToken) -> Evaluated:
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
    card = model.card
    heard = _heard(folder, _measured_cases(cohort, card), report, cancel)
    report(Step(_("Measuring"), 0, 0))
    evaluation = evaluate_cases(
        _sample(model, heard), Rules(card.calibration, card.sets), _validation(folder, model)
    )
    seen = int(heard.was_seen.sum())
    return Evaluated(replace(evaluation, seen_in_training=seen), heard.unreadable)


def compare_on(
    first: str, second: str, cohort: Cohort, report: Report, cancel: CancelToken
) -> Comparison:
    """Compare two models on the cases `evaluate` would take that neither learned from.

    Raises
    ------
    RefusedModel
        If a folder is no model, damaged, foreign, or for another modality than the cohort's.
    UnfitCohort
        If the models do not know the same classes, or no case is left to compare them on.
    """
    folders = (Path(first), Path(second))
    cards = [loaded_model(folder).card for folder in folders]
    require_same_classes(cards[0].labels, cards[1].labels)
    cases = _measured_cases(cohort, cards[0])
    _measured_cases(cohort, cards[1])
    heard = [_heard(folder, cases, report, cancel) for folder in folders]
    rows = _rows_of_both(heard, report)
    chosen = [heard[0].cases[row] for row in rows[0]]
    labels = cards[0].labels
    order = [cards[1].labels.index(label) for label in labels]
    said = [
        shown(logits_of(found.probabilities[own]), card.calibration)
        for found, own, card in zip(heard, rows, cards, strict=True)
    ]
    truth = np.array([labels.index(str(case.label)) for case in chosen], np.int64)
    return compare(truth, said[0], said[1][:, order], numbered_patients(chosen))


def require_same_classes(first: Sequence[str], second: Sequence[str]) -> None:
    """Raise `UnfitCohort` unless two models tell the same classes apart."""
    if set(first) != set(second):
        raise UnfitCohort(
            _("The two models do not tell the same classes apart."),
            _("Choose two models of the same classes: {classes}.").format(
                classes=", ".join(f"“{label}”" for label in first)
            ),
        )


def _heard(folder: Path, cases: tuple[Case, ...], report: Report, cancel: CancelToken) -> _Heard:
    rule = loaded_model(folder).card.slices
    seen = [
        chosen_slices(case, rule) if is_seen_by_slice(case, rule) else (case,) for case in cases
    ]
    heard = _heard_singly(folder, tuple(one for some in seen for one in some), report, cancel)
    if all(len(some) == 1 for some in seen):
        return heard
    places = {one.key: place for place, some in enumerate(seen) for one in some}
    rows: list[list[int]] = [[] for _case in cases]
    for row, one in enumerate(heard.cases):
        rows[places[one.key]].append(row)
    reasons = {places[file.path]: file.reason for file in reversed(heard.unreadable)}
    lost = [place for place, own in enumerate(rows) if not own]
    unreadable = tuple(Unreadable(cases[place].key, reasons[place]) for place in lost)
    return _together(heard, cases, rows, unreadable)


def _together(
    heard: _Heard,
    cases: Sequence[Case],
    rows: Sequence[Sequence[int]],
    unreadable: tuple[Unreadable, ...],
) -> _Heard:
    """What slices said, as said of their cases; `rows` are those of each case, maybe none."""
    logits = logits_of(heard.probabilities)
    found = [place for place, own in enumerate(rows) if own]
    means = [averaged(logits[rows[place]]) for place in found]
    typical = [rows[place][row] for place, (_mean, row) in zip(found, means, strict=True)]
    refused = [
        most_refuse(
            int(heard.is_refused[rows[place]].sum()) + cases[place].slices - len(rows[place]),
            cases[place].slices,
        )
        for place in found
    ]
    return _Heard(
        cases=tuple(cases[place] for place in found),
        is_refused=np.array(refused, np.bool_),
        away=heard.away[typical] if len(heard.away) else heard.away,
        probabilities=np.exp(np.stack([mean for mean, _row in means])),
        features=heard.features[typical],
        was_seen=np.array([heard.was_seen[rows[place]].any() for place in found], np.bool_),
        unreadable=unreadable,
    )


def _heard_singly(
    folder: Path, cases: tuple[Case, ...], report: Report, cancel: CancelToken
) -> _Heard:
    """What a model says of pictures, each by itself."""
    model = loaded_model(folder)
    cases_read: list[Case] = []
    refusals: list[tuple[NDArray[np.bool_], NDArray[np.float64]]] = []
    numbers: list[tuple[NDArray[np.float64], NDArray[np.float32]]] = []
    fingerprints: list[str] = []
    unreadable: list[Unreadable] = []
    for answers in answered(model, cases, cancel, is_identified=True):
        if answers.said:
            cases_read += answers.said.cases
            refusals.append(_refusals(model, answers.said))
            numbers.append((answers.said.probabilities, answers.said.features))
        fingerprints += answers.fingerprints
        unreadable += answers.unreadable
        report(Step(_("Testing"), len(cases_read) + len(unreadable), len(cases)))
    if not cases_read:
        raise UnfitCohort(
            _("None of the images can be read. The first reason: {reason}").format(
                reason=unreadable[0].reason
            ),
            _("Choose images of the kind and size that the model was trained on."),
        )
    seen = {row.pixels for row in split_rows(folder) if row.part != "test"} - {""}
    return _Heard(
        cases=tuple(cases_read),
        is_refused=np.concatenate([is_refused for is_refused, _away in refusals]),
        away=np.concatenate([away for _is_refused, away in refusals]),
        probabilities=np.concatenate([probabilities for probabilities, _features in numbers]),
        features=np.concatenate([features for _probabilities, features in numbers]),
        was_seen=np.array([pixels in seen for pixels in linking(fingerprints)], np.bool_),
        unreadable=tuple(unreadable),
    )


def _sample(model: LoadedModel, heard: _Heard) -> Sample:
    card, cases = model.card, heard.cases
    folder = source_folder_of(cases)
    judged = JudgedCases(
        labels=card.labels,
        keys=tuple(case_name(case, folder) for case in cases),
        patients=numbered_patients(cases),
        truth=np.array([card.labels.index(str(case.label)) for case in cases], np.int64),
        logits=logits_of(heard.probabilities),
        distances=np.empty(0),
        traits=tuple(case.traits for case in cases),
    )
    if model.kept is None:
        return Sample(judged)
    features = projected(model.kept.reference, heard.features)
    if card.gate is None:
        return Sample(judged, features)
    return Sample(replace(judged, distances=heard.away), features, heard.is_refused)


def _refusals(model: LoadedModel, said: Said) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Whether the gate refuses each image, and its distance; no distances without a gate."""
    gate, kept = model.card.gate, model.kept
    if gate is None or kept is None:
        return np.zeros(len(said.cases), np.bool_), np.empty(0)
    away = distances(kept.reference, said.features, gate.neighbours)
    at_sight = np.array([bool(reason) for reason in sight_reasons(said, gate, kept)], np.bool_)
    return at_sight | (away > gate.threshold), away


def _validation(folder: Path, model: LoadedModel) -> Sample | None:
    """What the percentages were fitted on; None for a checkpoint."""
    cases = load_judged(folder, model.card.labels).get("validation")
    if cases is None or model.kept is None:
        return None
    features = model.kept.validation
    return Sample(cases, features if len(features) == len(cases.keys) else None)


def _rows_of_both(heard: Sequence[_Heard], report: Report) -> list[list[int]]:
    """Rows of the cases that both models could read and neither learned from, in one order."""
    places = [{case.key: row for row, case in enumerate(found.cases)} for found in heard]
    common = [key for key in places[0] if key in places[1]]
    fresh = [
        key
        for key in common
        if not any(found.was_seen[place[key]] for found, place in zip(heard, places, strict=True))
    ]
    left_out = len(common) - len(fresh)
    if not fresh:
        raise UnfitCohort(
            _("No image is left to compare the models on: they learned from all of them."),
            _("Choose labelled images that neither model was trained on."),
        )
    if left_out:
        text = ngettext(
            "{count} image was left out, for a model learned from it.",
            "{count} images were left out, for a model learned from them.",
            left_out,
        )
        report(Notice(text.format(count=left_out)))
    return [[place[key] for key in fresh] for place in places]


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
