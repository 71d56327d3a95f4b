"""Training one network, or several within a budget, and what of them becomes the model."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.model_card import Candidate, History, Member
from precmed_gui.diagnosis.work import Cancelled, CancelToken, Notice, Report
from precmed_gui.language import _
from precmed_gui.learning.attempts import Attempt
from precmed_gui.learning.choosing import choose, grouped
from precmed_gui.learning.fitting import Course, Fitted, Keep, fit, new_network
from precmed_gui.learning.training_data import TrainingData, with_split
from precmed_gui.learning.transfer import fit_transfer, network_with_head

_OVERDRAWN = 1.5
"""No further network is begun when so many budgets are used up."""


@dataclass(frozen=True)
class Trained:
    """Networks that make up a model.

    Parameters
    ----------
    members, networks
        What each is, and the Keras models, in the same order.
    history
        Of the last member that answers: the one that took longest to train.
    candidates
        What was compared; empty where there was nothing to compare.
    is_stopped, has_parted
        Whether the user stopped it, and whether any member's training and validation had parted.
    attempts
        How each member was trained, in the order of `members`.
    """

    members: tuple[Member, ...]
    networks: tuple[Any, ...]
    history: History
    judged: NDArray[np.int64]
    answers: NDArray[np.float64]
    candidates: tuple[Candidate, ...] = ()
    is_stopped: bool = False
    has_parted: bool = False
    attempts: tuple[Attempt, ...] = ()


@dataclass(frozen=True)
class Search:
    """What is to be trained, and whom to tell.

    Parameters
    ----------
    attempts
        At least one.
    budget
        Seconds; 0: as long as it takes.
    keep
        Gets each finished epoch of a training of one network.
    on_model
        Gets the model so far, whenever a network is finished and more are to come.
    """

    attempts: tuple[Attempt, ...]
    budget: float
    keep: Keep
    on_model: Callable[[Trained], None]
    report: Report
    cancel: CancelToken


def search(data: TrainingData, plan: Search) -> Trained:
    """Train all that is planned, and choose.

    Stop keeps what there is: the best epoch of the network in work, and all networks before it. A
    network whose training goes astray is left out, if there is another one.

    Raises
    ------
    Cancelled
        If the user stopped it before one epoch of the first network was finished.
    PrecmedError
        If the first training went astray, so that there is no network to fall back on.
    """
    began = time.monotonic()
    plan = replace(plan, attempts=_divisible(data, plan.attempts))
    fitted: list[Fitted] = []
    tried: list[Attempt] = []
    for number, attempt in enumerate(plan.attempts, 1):
        if fitted and _is_over(plan, time.monotonic() - began):
            plan.report(Notice(_("The time is used up; the networks tried so far are compared.")))
            break
        one = _fitted_or_left_out(data, plan, number, fitted)
        if one is not None:
            fitted, tried = [*fitted, one], [*tried, attempt]
        if plan.cancel.is_set() or fitted[-1].is_stopped:
            fitted[-1] = replace(fitted[-1], is_stopped=True)
            break
        is_one_of_many = attempt.folds > 0 and not attempt.recipe.is_pretrained
        if number < len(plan.attempts) and not is_one_of_many:
            plan.on_model(_trained(data, plan, tried, fitted))
    return _trained(data, plan, tried, fitted)


def _divisible(data: TrainingData, attempts: tuple[Attempt, ...]) -> tuple[Attempt, ...]:
    """Undivided, where the patients are too few for a part to be judged or the rest to learn."""
    folds = max(attempt.folds for attempt in attempts)
    parts = data.folds(folds) if folds else ()
    labels, classes = data.parts["train"].labels, len(data.cohort.labels)
    rests = [np.delete(labels, part) for part in parts]
    if all(map(len, parts)) and all(len(np.unique(rest)) == classes for rest in rests):
        return attempts
    return tuple(replace(attempt, folds=0, fold=0) for attempt in attempts)


def _fitted_or_left_out(
    data: TrainingData, plan: Search, number: int, earlier: Sequence[Fitted]
) -> Fitted | None:
    """Network `number`, or None where it came to nothing and there are others."""
    attempt = plan.attempts[number - 1]
    course = Course(plan.report, plan.cancel, plan.keep, number, len(plan.attempts))
    try:
        return fit_attempt(_seen_by(attempt, data), attempt, course)
    except Cancelled:
        if not earlier:
            raise
    except PrecmedError as error:
        if not earlier:
            raise
        plan.report(Notice(_left_out(error)))
    return None


def _seen_by(attempt: Attempt, data: TrainingData) -> TrainingData:
    """What a network is shown: all, or the training part less the part it is judged on."""
    if not attempt.folds or attempt.recipe.is_pretrained:
        return data
    train = np.array(data.split.train, np.int64)
    left_out = data.folds(attempt.folds)[attempt.fold]
    split = replace(
        data.split,
        train=tuple(np.delete(train, left_out).tolist()),
        validation=tuple(train[left_out].tolist()),
    )
    return with_split(data, split)


def fit_attempt(data: TrainingData, attempt: Attempt, course: Course) -> Fitted:
    """Train the network of one attempt, in the way of its recipe."""
    if attempt.recipe.name == "transfer":
        return fit_transfer(data, attempt, course)
    build = network_with_head if attempt.recipe.is_pretrained else _fresh_network
    return fit(build(data, attempt, course), data, attempt, course)


def _fresh_network(data: TrainingData, attempt: Attempt, _course: Course) -> Any:
    return new_network(data, attempt)


def _is_over(plan: Search, seconds: float) -> bool:
    return 0 < _OVERDRAWN * plan.budget < seconds


def _left_out(error: PrecmedError) -> str:
    return _("One network is left out. {reason}").format(reason=error.message)


def _trained(
    data: TrainingData, plan: Search, attempts: Sequence[Attempt], fitted: Sequence[Fitted]
) -> Trained:
    last = fitted[-1]
    if len(plan.attempts) == 1:
        member = Member(attempts[0].recipe.name, attempts[0].image_size)
        is_divided = attempts[0].folds > 0
        judged = (last.judged, last.answers) if is_divided else _nothing_judged(last)
        return Trained(
            (member,),
            (last.network,),
            last.history,
            *judged,
            is_stopped=last.is_stopped,
            has_parted=last.has_parted,
            attempts=(attempts[0],),
        )
    groups = grouped(fitted, attempts)
    choice = choose(groups, data.every.labels)
    members = [
        Member(
            group.recipe,
            attempts[place].image_size,
            1 / len(choice.groups) / len(group.places),
            scale,
        )
        for group, scale in zip(choice.groups, choice.scales, strict=True)
        for place in group.places
    ]
    places = [place for group in choice.groups for place in group.places]
    if attempts[0].recipe.name == "transfer" and 0 not in places:
        members.append(Member("transfer", attempts[0].image_size, weight=0.0))
        places.append(0)
    chosen = [fitted[place] for place in places]
    is_divided = attempts[0].folds > 0
    judged = (choice.judged, choice.answers) if is_divided else _nothing_judged(last)
    return Trained(
        tuple(members),
        tuple(one.network for one in chosen),
        fitted[max(places)].history,
        *judged,
        candidates=choice.candidates,
        is_stopped=last.is_stopped,
        has_parted=any(one.has_parted for one in chosen),
        attempts=tuple(attempts[place] for place in places),
    )


def _nothing_judged(fitted: Fitted) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    return np.zeros(0, np.int64), np.zeros((0, fitted.answers.shape[1]))
