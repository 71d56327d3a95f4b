"""Which classes are likely wrong: what networks that never saw a case say about it.

The pretrained network describes each image once; last steps learned in cross-validation then say
how probable each class is for the images left out. Used by the check panel, before any training.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from precmed_gui.cohorts.picture_facts import linking
from precmed_gui.diagnosis.cases import Case, Cohort
from precmed_gui.diagnosis.errors import PrecmedError, UnfitCohort
from precmed_gui.diagnosis.label_trouble import Trouble, TroubleQueue
from precmed_gui.diagnosis.training import TrainingSettings
from precmed_gui.diagnosis.work import CancelToken, Notice, Report, Step
from precmed_gui.language import _, ngettext
from precmed_gui.learning.attempts import SIZES
from precmed_gui.learning.brightness import training_full_scale
from precmed_gui.learning.features import pretrained_features
from precmed_gui.learning.head import HeadData, choose_penalty, fit_head
from precmed_gui.learning.training_data import (
    PartImages,
    ReadImages,
    class_weights,
    folds_by_patient,
    read_images,
)
from precmed_gui.learning.warm_up import warm_up
from precmed_gui.modalities import modality

RECIPE = "transfer"
FOLDS = 5
LEAST_GROUPS = 3
"""Patients a class needs, so that its cases can be judged by others of it."""
DIVISIONS = 3
"""Times the cases are divided anew: the mean over them depends less on chance."""
LARGE = 5000
"""With more cases they are divided once: time grows, and chance counts for less."""
MOST_FOR_PENALTY = 2000
"""Cases by which the strength of the last step is chosen, in a cross-validation of its own."""
NEAREST = 5
MOST_SHOWN = 500
"""The head of the queue that comes with nearest cases."""
_ROWS = 100
_LEAST = 1e-12


@dataclass(frozen=True)
class _Judged:
    """Cases to be judged, in one order.

    Parameters
    ----------
    cases, labels
        (n), and the classes by number.
    data
        Their features and classes; a "patient" holds all that may not vouch for one another: the
        images of a person, and exact copies of them.
    """

    cases: tuple[Case, ...]
    labels: tuple[str, ...]
    data: HeadData


def find_trouble(cohort: Cohort, seed: int, report: Report, cancel: CancelToken) -> TroubleQueue:
    """Rank the labelled cases of `cohort` by how little their class is believed.

    No trained model is needed. A case of several slices is judged by its middle one.

    Parameters
    ----------
    seed
        Of the divisions into parts; 0 or more.

    Returns
    -------
    TroubleQueue
        Sorted by `Trouble.score`, the probability of the class it has, given that it is that or
        the suggested one: p / (p + p suggested). Likely wrong is what confident learning counts
        (Northcutt, Jiang and Chuang, JAIR 70, 2021, doi:10.1613/jair.1.12125, section 3.1).

    Raises
    ------
    UnfitCohort
        If there are not two classes with images of three patients, or nothing can be read.
    PrecmedError
        If the pretrained weights are not installed on this computer.
    FailedStorage
        If the disk has no room for the prepared images.
    Cancelled
        If the user stopped it.
    """
    began = time.monotonic()
    _check_available(cohort.modality)
    _check_classes(cohort)
    settings = TrainingSettings(recipe=RECIPE, seed=seed)
    read = read_images(cohort, settings, report, cancel)
    labelled = cohort.labelled
    original = tuple(labelled[row] for row in read.rows)
    groups = _groups(original, read.fingerprints)
    chosen = _judgeable(read.cohort, groups, report)
    features = _features(read, chosen, report, cancel)
    labels = read.cohort.labels
    kept = sorted({str(read.cohort.cases[row].label) for row in chosen}, key=labels.index)
    numbers = np.array([kept.index(str(original[row].label)) for row in chosen], np.int32)
    weights = class_weights(numbers, len(kept))[numbers]
    names = [str(groups[row]) for row in chosen]
    data = HeadData(features, numbers, weights, names)
    judged = _Judged(tuple(original[row] for row in chosen), tuple(kept), data)
    said = _left_out_answers(judged, seed, report, cancel)
    troubles = _queue(judged, said)
    likely = sum(trouble.is_likely for trouble in troubles)
    return TroubleQueue(troubles, len(troubles), likely, time.monotonic() - began)


def _check_available(modality_name: str) -> None:
    if problem := modality(modality_name).recipe_problem(RECIPE):
        raise PrecmedError(
            problem,
            _("Doubtful classes are found with these weights. Install PrecMed as its guide says."),
        )


def _check_classes(cohort: Cohort) -> None:
    if len(cohort.labels) < 2:
        raise UnfitCohort(
            _("There are not two classes to tell apart."),
            _("Put the images of each class into a folder of their own and add those folders."),
        )


def _groups(cases: Sequence[Case], fingerprints: Sequence[str]) -> NDArray[np.int64]:
    """(n,) a number for all cases that share a patient or their very pixels, over any chain."""
    parent = list(range(len(cases)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    for shared in ([case.patient_key for case in cases], linking(fingerprints)):
        first: dict[str, int] = {}
        for place, name in enumerate(shared):
            if name:
                parent[root(place)] = root(first.setdefault(name, place))
    return np.array([root(place) for place in range(len(cases))], np.int64)


def _judgeable(cohort: Cohort, groups: NDArray[np.int64], report: Report) -> NDArray[np.int64]:
    """Positions of the cases whose class has enough others to judge them by."""
    found: dict[str, set[int]] = {label: set() for label in cohort.labels}
    for case, group in zip(cohort.cases, groups.tolist(), strict=True):
        found[str(case.label)].add(group)
    thin = [label for label, members in found.items() if len(members) < LEAST_GROUPS]
    if len(found) - len(thin) < 2:
        raise UnfitCohort(
            _("Too few patients to judge the classes by."),
            _("At least two classes need images of {least} patients or more each.").format(
                least=LEAST_GROUPS
            ),
        )
    if thin:
        text = ngettext(
            "Not judged, for it has too few patients: {classes}.",
            "Not judged, for they have too few patients: {classes}.",
            len(thin),
        )
        report(Notice(text.format(classes=_(", ").join(f"“{label}”" for label in thin))))
    rows = [row for row, case in enumerate(cohort.cases) if case.label not in thin]
    return np.array(rows, np.int64)


def _features(
    read: ReadImages, chosen: NDArray[np.int64], report: Report, cancel: CancelToken
) -> NDArray[np.float32]:
    """What the pretrained network says of the cases, (n, d)."""
    report(Step(_("Preparing the network"), 0, 0))
    warm_up()
    cancel.raise_if_set()
    images = read.images
    part: PartImages = read.every(
        training_full_scale(images.is_wide[read.rows], images.highest[read.rows])
    ).chosen(chosen)
    frame, size = read.frame, max(read.frame.size, SIZES[1])
    kind = modality(read.cohort.modality)
    network: Any = kind.build(RECIPE, size, frame.channels, 2, frame.size)
    kind.load_pretrained(network)

    def attend(done: int, total: int) -> None:
        cancel.raise_if_set()
        report(Step(_("Looking at the images"), done, total))

    return pretrained_features(network, size, part, attend)


def _left_out_answers(
    judged: _Judged, seed: int, report: Report, cancel: CancelToken
) -> NDArray[np.float64]:
    """(n, classes) what is said of each case by last steps that learned from none of its group."""
    data, classes = judged.data, len(judged.labels)
    divisions = DIVISIONS if len(data.labels) <= LARGE else 1
    every = np.arange(len(data.labels))
    stage = _("Judging the classes")

    def attend(done: int, total: int) -> None:
        cancel.raise_if_set()
        report(Step(_("Preparing the last step"), done, total))

    folds = [_divided(data, FOLDS, seed + number) for number in range(divisions)]
    some = data.rows(np.random.default_rng(seed).permutation(every)[:MOST_FOR_PENALTY])
    penalty = choose_penalty(some, some, seed, attend)
    answers = np.zeros((len(data.labels), classes))
    parts = [part for division in folds for part in division]
    for done, part in enumerate(parts):
        cancel.raise_if_set()
        report(Step(stage, done, len(parts)))
        head = fit_head(data.rows(np.setdiff1d(every, part)), classes, penalty, _watch(cancel))
        answers[part] += head.probabilities(data.features[part]) / divisions
    report(Step(stage, len(parts), len(parts)))
    return answers


def _watch(cancel: CancelToken) -> Callable[[int, object, float], bool]:
    def watch(_step: int, _head: object, _loss: float) -> bool:
        cancel.raise_if_set()
        return True

    return watch


def _divided(data: HeadData, count: int, seed: int) -> tuple[NDArray[np.int64], ...]:
    """Positions in `count` parts by group, the groups of each class spread over all of them."""
    names, groups = np.unique(np.asarray(data.patients), return_inverse=True)
    counts = np.zeros((len(names), int(data.labels.max()) + 1), np.int64)
    np.add.at(counts, (groups, data.labels), 1)
    usual = counts.argmax(axis=1)[groups]
    parts: list[list[int]] = [[] for _part in range(count)]
    for label in range(counts.shape[1]):
        rows = np.flatnonzero(usual == label)
        found = folds_by_patient([data.patients[row] for row in rows.tolist()], count, seed)
        for number, part in enumerate(found):
            parts[(number + label) % count] += rows[part].tolist()
    return tuple(np.array(sorted(part), np.int64) for part in parts if part)


def _queue(judged: _Judged, said: NDArray[np.float64]) -> tuple[Trouble, ...]:
    own, suggested, is_likely = _doubts(judged.data.labels, said)
    rows = np.arange(len(said))
    has, other = said[rows, own], said[rows, suggested]
    scores = has / np.maximum(has + other, _LEAST)
    order = np.argsort(scores, kind="stable")
    nearest = _nearest(judged, order[:MOST_SHOWN], suggested)
    return tuple(
        Trouble(
            key=judged.cases[row].key,
            label=judged.labels[own[row]],
            suggested=judged.labels[suggested[row]],
            probability=float(has[row]),
            suggested_probability=float(other[row]),
            score=float(scores[row]),
            is_likely=bool(is_likely[row]),
            nearest=nearest[place] if place < len(nearest) else (),
        )
        for place, row in enumerate(order.tolist())
    )


def _doubts(
    labels: NDArray[np.int32], said: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Of each case its class, the other class most believed, and whether it counts as wrong.

    A class is confidently believed of a case where it is at least as probable as on average of the
    cases that have it; wrong is a case of which another class is, and more than its own.
    """
    own = labels.astype(np.int64)
    rows = np.arange(len(own))
    limits = np.array(
        [said[own == label, label].mean() for label in range(said.shape[1])], np.float64
    )
    confident = np.where(said >= limits, said, -1.0)
    best = confident.argmax(axis=1)
    is_likely = (confident[rows, best] >= 0) & (best != own)
    others = said.copy()
    others[rows, own] = -1.0
    suggested = np.where(is_likely, best, others.argmax(axis=1)).astype(np.int64)
    return own, suggested, is_likely


def _nearest(
    judged: _Judged, chosen: NDArray[np.int64], suggested: NDArray[np.int64]
) -> list[tuple[tuple[str, tuple[str, ...]], ...]]:
    """For each chosen case the most similar ones of both classes, of other groups than its own.

    Similar is a small angle between features around their mean.
    """
    data = judged.data
    centred = data.features - data.features.mean(axis=0)
    centred /= np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), _LEAST)
    groups = np.unique(np.asarray(data.patients), return_inverse=True)[1]
    found = []
    for start in range(0, len(chosen), _ROWS):
        rows = chosen[start : start + _ROWS]
        likeness = centred[rows] @ centred.T
        for row, likes in zip(rows.tolist(), likeness, strict=True):
            likes[groups == groups[row]] = -np.inf
            classes = (int(data.labels[row]), int(suggested[row]))
            found.append(tuple(_most_alike(judged, likes, label) for label in classes))
    return found


def _most_alike(
    judged: _Judged, likes: NDArray[np.float32], label: int
) -> tuple[str, tuple[str, ...]]:
    of_class = np.where(judged.data.labels == label, likes, -np.inf)
    order = np.argsort(-of_class, kind="stable")[:NEAREST]
    keys = tuple(judged.cases[row].key for row in order.tolist() if np.isfinite(of_class[row]))
    return judged.labels[label], keys
