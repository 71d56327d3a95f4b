"""What a reader and a model are worth alone and together, from the readings of the record.

Used by the worklist, the reports and the tables; `reader_texts` says it in sentences.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.evaluation import Figure
from precmed_gui.diagnosis.record import Decision, Shown
from precmed_gui.evaluation.agreement import Agreement, agreement
from precmed_gui.evaluation.intervals import (
    patient_weights,
    percentile_interval,
    proportion,
    wilson,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """One case as one reader read it; "" stands for "no class named" (referred, rejected, refused).

    Parameters
    ----------
    case, patient
        `Case.key`, and whose it is; an unknown patient is the case itself.
    labels
        The classes, in the model's order.
    model, probability
        Its most probable class and how probable that is; "" where it refused.
    reader
        Who.
    blind, final
        The class named before the model's answer was seen, and the last one named after.
    truth
        What is known to be right; "" where nothing is.
    blind_seconds, final_seconds
        From the case on the screen to the decision; 0: not known.
    """

    case: str
    patient: str
    labels: tuple[str, ...]
    model: str
    probability: float
    reader: str
    blind: str = ""
    final: str = ""
    truth: str = ""
    blind_seconds: float = 0.0
    final_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class ClassRates:
    """One class against the rest; None where there is nothing to count."""

    label: str
    n: int
    sensitivity: Figure | None
    specificity: Figure | None


@dataclass(frozen=True, slots=True)
class Arm:
    """Answers of one kind on `n` readings: how many were right, for all and class by class."""

    n: int
    right: int
    accuracy: Figure
    classes: tuple[ClassRates, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """Decisions that a reader changed after seeing the model's answer.

    Parameters
    ----------
    n
        Readings with a class before and after.
    changed, to_model
        How many changed, and how many of these to the model's class.
    wrong_to_right, right_to_wrong
        Of those whose truth is known.
    p_value
        McNemar's exact test of the two; None where the truth is nowhere known.
    """

    n: int
    changed: int
    to_model: int
    wrong_to_right: int
    right_to_wrong: int
    p_value: float | None


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds a case: the middle one, and between which the middle half lies."""

    n: int
    median: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class ReaderPair:
    """Two readers on the cases both read; of either the first answer counts."""

    first: str
    second: str
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class ReaderStatistics:
    """Everything the readings say.

    Parameters
    ----------
    readings, patients, readers
        How many, of how many patients, and who, in order of appearance.
    compared
        Readings the three arms rest on: the truth is known and each arm named a class.
    blind, model, together
        Reader alone, model alone, reader with model, on the same readings; None without any;
        `blind` is None also where nobody read blind.
    gain
        Accuracy of reader with model minus reader alone, paired; None without `blind`.
    blind_and_model, final_and_model
        Agreement with the model before and after its answer was seen.
    changes, blind_times, final_times
        None where there is nothing to count.
    pairs
        Every two readers who read cases in common.
    """

    readings: int
    patients: int
    readers: tuple[str, ...]
    compared: int
    blind: Arm | None
    model: Arm | None
    together: Arm | None
    gain: Figure | None
    blind_and_model: Agreement
    final_and_model: Agreement
    changes: Changes | None
    blind_times: Times | None
    final_times: Times | None
    pairs: tuple[ReaderPair, ...]


def readings_of(
    kept: Iterable[tuple[Shown, Sequence[Decision]]], truth: Mapping[str, str]
) -> tuple[Reading, ...]:
    """The readings in the record, one a case and reader, from its newest answer with a decision.

    Parameters
    ----------
    kept
        As `Record.every` gives them, the oldest first. Erased cases are left out.
    truth
        The class by `Case.key`, where it is known.
    """
    found: dict[tuple[str, str], Reading] = {}
    for shown, decisions in kept:
        if not shown.case_key:
            continue
        for reader in dict.fromkeys(decision.reader for decision in decisions):
            own = [decision for decision in decisions if decision.reader == reader]
            reading = _reading(shown, own, truth.get(shown.case_key, ""))
            found[shown.case_key, reader] = reading
    return tuple(found.values())


def _reading(shown: Shown, decisions: Sequence[Decision], truth: str) -> Reading:
    """Of the decisions of one reader the last blind one and the last other one count."""
    most = max(shown.probabilities, default=0.0)
    likely = shown.labels[shown.probabilities.index(most)] if shown.labels else ""
    model = "" if shown.verdict == "refused" else likely
    blind = next((one for one in reversed(decisions) if one.is_blind), None)
    final = next((one for one in reversed(decisions) if not one.is_blind), None)
    return Reading(
        case=shown.case_key,
        patient=shown.patient or shown.case_key,
        labels=shown.labels,
        model=model,
        probability=most if model else 0.0,
        reader=decisions[0].reader,
        blind=_named(blind, model),
        final=_named(final, model),
        truth=truth,
        blind_seconds=blind.seconds if blind else 0.0,
        final_seconds=final.seconds if final else 0.0,
    )


def _named(decision: Decision | None, model: str) -> str:
    if decision is None or decision.kind in ("refer", "reject"):
        return ""
    return decision.label or (model if decision.kind == "agree" else "")


def reader_statistics(readings: Sequence[Reading], *, seed: int = 0) -> ReaderStatistics:
    """Measure reader alone, model alone, and reader with model.

    The three are measured on the same readings: those whose truth is known and for which each of
    them named a class. Shares have `intervals.proportion`, all else a bootstrap by patient. The
    intervals speak of these readers with other patients, not of readers at large.

    Parameters
    ----------
    readings
        One a case and reader; of one reader for that reader's figures, of all for the average.
    seed
        Of the bootstraps.
    """
    is_blinded = any(one.blind for one in readings)
    compared = [one for one in readings if one.truth and one.model and one.final]
    if is_blinded:
        compared = [one for one in compared if one.blind]
    return ReaderStatistics(
        readings=len(readings),
        patients=len({one.patient for one in readings}),
        readers=tuple(dict.fromkeys(one.reader for one in readings)),
        compared=len(compared),
        blind=_arm(compared, [one.blind for one in compared]) if is_blinded else None,
        model=_arm(compared, [one.model for one in compared]),
        together=_arm(compared, [one.final for one in compared]),
        gain=_gain(compared, seed) if is_blinded else None,
        blind_and_model=_agreed([(one, one.blind, one.model) for one in readings], seed),
        final_and_model=_agreed([(one, one.final, one.model) for one in readings], seed),
        changes=_changes([one for one in readings if one.blind and one.final]),
        blind_times=_times([one.blind_seconds for one in readings]),
        final_times=_times([one.final_seconds for one in readings]),
        pairs=_pairs(readings, seed),
    )


def _arm(readings: Sequence[Reading], answers: Sequence[str]) -> Arm | None:
    patients = [one.patient for one in readings]
    is_right = _right(readings, answers)
    accuracy = proportion(is_right, patients)
    if accuracy is None:
        return None
    names = [*dict.fromkeys(label for one in readings for label in one.labels)]
    classes = tuple(_rates(readings, answers, label) for label in names)
    return Arm(len(readings), int(is_right.sum()), accuracy, classes)


def _right(readings: Sequence[Reading], answers: Sequence[str]) -> NDArray[np.bool_]:
    pairs = zip(readings, answers, strict=True)
    return np.array([answer == one.truth for one, answer in pairs], dtype=bool)


def _rates(readings: Sequence[Reading], answers: Sequence[str], label: str) -> ClassRates:
    patients = np.array([one.patient for one in readings], dtype=str)
    has_it = np.array([one.truth == label for one in readings], dtype=bool)
    is_called = np.array([answer == label for answer in answers], dtype=bool)
    return ClassRates(
        label=label,
        n=int(has_it.sum()),
        sensitivity=proportion(is_called[has_it], patients[has_it].tolist()),
        specificity=proportion(~is_called[~has_it], patients[~has_it].tolist()),
    )


def _gain(readings: Sequence[Reading], seed: int) -> Figure | None:
    """The paired difference, as `comparison` treats it where no sample differs."""
    if not readings:
        return None
    before = _right(readings, [one.blind for one in readings])
    after = _right(readings, [one.final for one in readings])
    gained = after.astype(np.float64) - before
    patients = [one.patient for one in readings]
    weights = patient_weights(patients, seed=seed)
    value, count = float(gained.mean()), len(set(patients))
    figure = percentile_interval(value, gained @ weights / weights.sum(axis=0), patients=count)
    if figure.high - figure.low > 1e-12:
        return figure
    unseen = wilson(0, count).high
    return Figure(value, max(-1.0, value - unseen), min(1.0, value + unseen))


def _agreed(answers: Sequence[tuple[Reading, str, str]], seed: int) -> Agreement:
    both = [(one.patient, first, second) for one, first, second in answers if first and second]
    return agreement(
        [first for _patient, first, _second in both],
        [second for _patient, _first, second in both],
        [patient for patient, _first, _second in both],
        seed=seed,
    )


def _changes(readings: Sequence[Reading]) -> Changes | None:
    if not readings:
        return None
    changed = [one for one in readings if one.blind != one.final]
    gained = sum(one.final == one.truth for one in changed if one.truth)
    lost = sum(one.blind == one.truth for one in changed if one.truth)
    is_known = any(one.truth for one in readings)
    return Changes(
        n=len(readings),
        changed=len(changed),
        to_model=sum(one.final == one.model for one in changed),
        wrong_to_right=gained,
        right_to_wrong=lost,
        p_value=mcnemar(gained, lost) if is_known else None,
    )


def mcnemar(gained: int, lost: int) -> float:
    """The two-sided p-value of McNemar's test, exact (binomial with 1/2).

    McNemar 1947, doi:10.1007/BF02295996; exact as in Fay 2010, doi:10.1093/biostatistics/kxp050.
    Readings of one patient, or of one case by several readers, are counted as independent.

    Parameters
    ----------
    gained, lost
        Pairs that changed one way and the other.
    """
    total = gained + lost
    tail = sum(comb(total, few) for few in range(min(gained, lost) + 1))
    return min(1.0, 2 * tail / (1 << total))


def _times(seconds: Sequence[float]) -> Times | None:
    known = [one for one in seconds if one > 0]
    if not known:
        return None
    lower, median, upper = np.quantile(known, [0.25, 0.5, 0.75])
    return Times(len(known), float(median), float(lower), float(upper))


def _pairs(readings: Sequence[Reading], seed: int) -> tuple[ReaderPair, ...]:
    answers: dict[str, dict[str, Reading]] = {}
    for one in readings:
        if one.blind or one.final:
            answers.setdefault(one.reader, {})[one.case] = one
    found = []
    for first, second in combinations(answers, 2):
        common = [case for case in answers[first] if case in answers[second]]
        if common:
            rows = [(answers[first][case], answers[second][case]) for case in common]
            same = _agreed([(one, _first(one), _first(other)) for one, other in rows], seed)
            found.append(ReaderPair(first, second, same))
    return tuple(found)


def _first(reading: Reading) -> str:
    """The answer that owes least to the model."""
    return reading.blind or reading.final
