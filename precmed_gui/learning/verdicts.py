"""From what networks say to what a reader is told: percentages, set, verdict, nearest images."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.evaluation import GateRule
from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.diagnosis.prediction import Prediction, Verdict
from precmed_gui.evaluation.evaluating import is_referred, sets_of, shown
from precmed_gui.evaluation.gate import Reference, nearest
from precmed_gui.evaluation.wording import referred_because
from precmed_gui.language import _
from precmed_gui.learning.ensemble import LEAST_PROBABILITY, Run
from precmed_gui.learning.gate import (
    Look,
    likenesses_and_contrasts,
    refused_at_sight,
    refused_by_distance,
)
from precmed_gui.learning.kept_features import KeptFeatures
from precmed_gui.learning.nearest_cases import Near, Search, beside, near_images, search_of
from precmed_gui.learning.slices import averaged, commonest, most_refuse


@dataclass(frozen=True)
class LoadedModel:
    """A model ready to answer.

    Parameters
    ----------
    card
        The checked card.
    run
        (n, size, size, channels) float32 in [0, 1] to (n, classes) probabilities and features.
    kept
        What the gate compares with; None for a checkpoint.
    learned
        (key, class) of the training images that `kept.reference` holds, in its order.
    """

    card: ModelCard
    run: Run
    kept: KeptFeatures | None
    learned: tuple[tuple[str, str], ...]

    @cached_property
    def search(self) -> Search:
        """How the training images are searched."""
        return search_of(self.card, self.learned)


@dataclass(frozen=True)
class Said:
    """What the networks said of a few cases, and how these look; all in one order.

    Parameters
    ----------
    cases, looks
        (n).
    inputs
        (n, size, size, channels) what the networks got.
    probabilities, features
        (n, classes) before calibration, and (n, d).
    """

    cases: Sequence[Case]
    looks: Sequence[Look]
    inputs: NDArray[np.float32]
    probabilities: NDArray[np.float64]
    features: NDArray[np.float32]


def logits_of(probabilities: NDArray[np.floating]) -> NDArray[np.float64]:
    """Natural logarithms of probabilities; one of 0 counts as `LEAST_PROBABILITY`."""
    return np.asarray(np.log(np.maximum(probabilities, LEAST_PROBABILITY)), dtype=np.float64)


def predictions_of(model: LoadedModel, said: Said) -> tuple[Prediction, ...]:
    """The answers for some cases; refused comes before "refer", that before an answer."""
    near, reasons = _compared(model, said)
    return _answers(model, said.cases, logits_of(said.probabilities), near, reasons)


def prediction_of_slices(
    model: LoadedModel, case: Case, said: Sequence[Said], unread: int
) -> Prediction:
    """The one answer for a case that a model sees slice by slice.

    The percentages are those of the geometric mean of its slices' probabilities, the nearest
    training images those of its most typical slice (`slices.averaged`). It is refused if more than
    half of its slices are, or cannot be read; the reason is the commonest one.

    Parameters
    ----------
    said
        What the networks said of its slices, at least of one, in any number of parts.
    unread
        How many slices could not be read.
    """
    logits, typical = averaged(np.concatenate([logits_of(part.probabilities) for part in said]))
    compared = [_compared(model, part) for part in said]
    near = [found for part, _reasons in compared for found in part]
    reasons = [reason for _part, found in compared for reason in found if reason]
    is_refused = most_refuse(len(reasons) + unread, case.slices)
    reason = (commonest(reasons) if reasons else _unread_slices()) if is_refused else ""
    rows = logits[np.newaxis]
    return _answers(model, [case], rows, [near[typical]], [reason])[0]


def _unread_slices() -> str:
    return _("More than half of its slices cannot be read.")


def _answers(
    model: LoadedModel,
    cases: Sequence[Case],
    logits: NDArray[np.float64],
    near: Sequence[Near | None],
    reasons: Sequence[str],
) -> tuple[Prediction, ...]:
    """From log-probabilities and the reasons to refuse ("": none) to what a reader is told."""
    card, search = model.card, model.search
    unkept = search.unkept if model.kept else ()
    probabilities = shown(logits, card.calibration)
    sets = sets_of(probabilities, card.sets)
    referred = is_referred(sets, card.sets)
    orders = np.argsort(-probabilities, axis=1, kind="stable").tolist()
    label_sets = _label_sets(card, orders, sets)
    rows = probabilities.tolist()
    predictions = []
    for row, case in enumerate(cases):
        label_set = label_sets[row]
        verdict: Verdict = "answer"
        reason = reasons[row]
        if reason:
            verdict = "refused"
        elif referred[row]:
            verdict, reason = "refer", referred_because(label_set, len(card.labels))
        # The percentages of a refused image mean nothing, not even for what to compare it with.
        ranking = None if verdict == "refused" else orders[row]
        found = near[row]
        predictions.append(
            Prediction(
                case=case,
                labels=card.labels,
                probabilities=tuple(rows[row]),
                label_set=label_set,
                verdict=verdict,
                reason=reason,
                nearest=() if found is None else beside(search, found, ranking),
                unkept=unkept,
            )
        )
    return tuple(predictions)


def sight_reasons(said: Said, gate: GateRule, kept: KeptFeatures) -> list[str]:
    """Why each image is refused whatever the networks said, one sentence; "" if it is not."""
    found = likenesses_and_contrasts(said.inputs, kept.template)
    likenesses, contrasts = (values.tolist() for values in found)
    return [
        refused_at_sight(look, gate, contrast, likeness)
        for look, contrast, likeness in zip(said.looks, contrasts, likenesses, strict=True)
    ]


def _label_sets(
    card: ModelCard, orders: Sequence[Sequence[int]], is_in: NDArray[np.bool_]
) -> list[tuple[str, ...]]:
    """The classes of each case's set, the most probable first."""
    if card.sets is None:
        return [()] * len(orders)
    return [
        tuple(card.labels[place] for place in order if has[place])
        for order, has in zip(orders, is_in.tolist(), strict=True)
    ]


def _compared(model: LoadedModel, said: Said) -> tuple[Sequence[Near | None], list[str]]:
    """The training images near to each case, and why it is refused; "" if it is not."""
    gate, kept = model.card.gate, model.kept
    if kept is None:
        return [None] * len(said.cases), [""] * len(said.cases)
    near, away = near_images(model.search, kept.reference, said.features)
    if gate is None:
        return near, [""] * len(said.cases)
    ask = _asking_inverted(model.run, kept.reference, gate, said.inputs)
    by_distance = refused_by_distance(away[:, : gate.neighbours].mean(axis=1), gate, ask)
    at_sight = sight_reasons(said, gate, kept)
    return near, [first or second for first, second in zip(at_sight, by_distance, strict=True)]


def _asking_inverted(
    run: Run, reference: Reference, gate: GateRule, inputs: NDArray[np.float32]
) -> Callable[[NDArray[np.int64]], NDArray[np.float64]]:
    def ask(rows: NDArray[np.int64]) -> NDArray[np.float64]:
        features = run(np.float32(1) - inputs[rows])[1]
        return np.asarray(nearest(reference, features, gate.neighbours)[1].mean(axis=1))

    return ask
