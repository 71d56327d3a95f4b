"""Which of the trained networks become the model: decided on cases they did not learn from."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.model_card import Candidate
from precmed_gui.evaluation.calibration import temperature_scale
from precmed_gui.evaluation.metrics import accuracy, macro_auc
from precmed_gui.learning.attempts import Attempt
from precmed_gui.learning.ensemble import LEAST_PROBABILITY
from precmed_gui.learning.fitting import Fitted

CLEARLY = 2.0
"""Standard errors of a paired difference on cases left out of learning."""
_Probabilities = NDArray[np.float64]


@dataclass(frozen=True)
class Group:
    """Networks that stand or fall together: one, or those that each left another part out.

    Parameters
    ----------
    recipe
        Its name.
    places
        Positions of its networks among those tried.
    judged, answers
        (n,) positions in the cohort of cases that none of the answers learned from, and
        (n, classes) the answers.
    seconds
        What it took to train them.
    """

    recipe: str
    places: tuple[int, ...]
    judged: NDArray[np.int64]
    answers: _Probabilities
    seconds: float


@dataclass(frozen=True)
class Choice:
    """What the model is made of.

    Parameters
    ----------
    groups
        Those chosen.
    scales
        1 / temperature of each of them.
    candidates
        Everything that was compared, for the card.
    judged, answers
        (n,) positions in the cohort that all groups were judged on, and what the model says there.
    """

    groups: tuple[Group, ...]
    scales: tuple[float, ...]
    candidates: tuple[Candidate, ...]
    judged: NDArray[np.int64]
    answers: _Probabilities


def grouped(fitted: Sequence[Fitted], attempts: Sequence[Attempt]) -> tuple[Group, ...]:
    """The networks tried, those of a divided training part together."""
    together: dict[tuple[str, int], list[int]] = {}
    for place, attempt in enumerate(attempts[: len(fitted)]):
        is_alone = attempt.folds == 0 or attempt.recipe.is_pretrained
        key = (attempt.recipe.name, place if is_alone else -1)
        together.setdefault(key, []).append(place)
    return tuple(
        Group(
            recipe=recipe,
            places=tuple(places),
            judged=np.concatenate([fitted[place].judged for place in places]),
            answers=np.concatenate([fitted[place].answers for place in places]),
            seconds=sum(fitted[place].seconds for place in places),
        )
        for (recipe, _number), places in together.items()
    )


def choose(groups: Sequence[Group], labels: NDArray[np.int32]) -> Choice:
    """Average all groups, unless fewer of them are clearly better on cases they did not learn from.

    Each group is first given a temperature of its own (Guo et al. 2017), or an over-confident one
    would drown out the others. The mean of all is kept (Lakshminarayanan et al. 2017,
    arXiv:1612.01474) unless the mean of fewer has a log loss lower by more than two standard errors
    of the paired difference; so chance among some hundred images does not choose.

    Parameters
    ----------
    groups
        At least one.
    labels
        (cohort) class numbers of all cases.
    """
    judged = _common(groups)
    truth = labels[judged]
    own = [_at(group, judged) for group in groups]
    scales = [temperature_scale(_logs(answers), truth) for answers in own]
    soft = [_softened(answers, scale) for answers, scale in zip(own, scales, strict=True)]
    every = tuple(range(len(groups)))
    whole = _losses(_mean(soft, every), truth)
    best, best_losses = every, whole
    for count in range(1, len(groups)):
        for places in combinations(every, count):
            losses = _losses(_mean(soft, places), truth)
            if _is_less(losses, whole, CLEARLY) and losses.mean() < best_losses.mean():
                best, best_losses = places, losses
    shown = dict.fromkeys([*((place,) for place in every), every, best])
    candidates = tuple(
        Candidate(
            recipes=tuple(groups[place].recipe for place in places),
            log_loss=float(_losses(_mean(soft, places), truth).mean()),
            auc=macro_auc(truth, _mean(soft, places)),
            accuracy=accuracy(truth, _mean(soft, places)),
            is_kept=places == best,
            seconds=sum(groups[place].seconds for place in places),
            networks=tuple(len(groups[place].places) for place in places),
            n=len(judged),
        )
        for places in shown
    )
    return Choice(
        tuple(groups[place] for place in best),
        tuple(scales[place] for place in best),
        candidates,
        judged,
        _mean(soft, best),
    )


def _common(groups: Sequence[Group]) -> NDArray[np.int64]:
    """What all groups were judged on; a group that was stopped may lack some."""
    common = groups[0].judged
    for group in groups[1:]:
        common = np.intersect1d(common, group.judged)
    return np.sort(common)


def _at(group: Group, positions: NDArray[np.int64]) -> _Probabilities:
    order = np.argsort(group.judged)
    return group.answers[order[np.searchsorted(group.judged, positions, sorter=order)]]


def do_views_help(
    alone: _Probabilities, with_views: _Probabilities, truth: NDArray[np.int32]
) -> bool:
    """Whether averaging moved views lowers the log loss on validation by a standard error."""
    return _is_less(_losses(with_views, truth), _losses(alone, truth), 1.0)


def _is_less(losses: NDArray[np.float64], others: NDArray[np.float64], errors: float) -> bool:
    """Whether the mean is lower by more than so many standard errors of the paired difference."""
    gains = others - losses
    error = float(np.std(gains, ddof=1)) / np.sqrt(len(gains)) if len(gains) > 1 else np.inf
    return bool(gains.mean() > errors * error)


def _losses(probabilities: _Probabilities, truth: NDArray[np.int32]) -> NDArray[np.float64]:
    true = probabilities[np.arange(len(truth)), truth]
    losses: NDArray[np.float64] = -np.log(np.maximum(true, LEAST_PROBABILITY))
    return losses


def _mean(soft: Sequence[_Probabilities], places: Sequence[int]) -> _Probabilities:
    mean: _Probabilities = np.mean([soft[place] for place in places], axis=0)
    return mean


def _logs(probabilities: _Probabilities) -> _Probabilities:
    logs: _Probabilities = np.log(np.maximum(probabilities, LEAST_PROBABILITY))
    return logs


def _softened(probabilities: _Probabilities, scale: float) -> _Probabilities:
    powers = np.exp(scale * _logs(probabilities))
    softened: _Probabilities = powers / powers.sum(axis=1, keepdims=True)
    return softened
