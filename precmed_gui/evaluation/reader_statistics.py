"""What a reader and a model are worth alone and together, from the readings of the record.

The window and `precmed archive statistics` show it; `reader_texts` says it in sentences.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.evaluation import Figure
from precmed_gui.diagnosis.work import CancelToken
from precmed_gui.evaluation.agreement import Agreement, agreement
from precmed_gui.evaluation.intervals import (
    patient_weights,
    percentile_interval,
    proportion,
    wilson,
)
from precmed_gui.evaluation.readings import LEFT_OUT, Reading, left_out, most_read_model


@dataclass(frozen=True, slots=True)
class ClassRates:
    """One class against the rest; None where there is nothing to count."""

    label: str
    n: int
    sensitivity: Figure | None
    specificity: Figure | None


@dataclass(frozen=True, slots=True)
class Arm:
    """Answers of one kind on `n` readings: how many were right, for all and class by class.

    Parameters
    ----------
    n, right, accuracy
        Readings, those with the true class, and their share.
    kappa
        Agreement with the truth beyond chance, as `agreement` defines it; None where it is not
        defined: one class only was named, or only one is true.
    classes
        Each class against the rest.
    """

    n: int
    right: int
    accuracy: Figure
    kappa: Figure | None
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
        McNemar's exact test of the two; None where the truth is nowhere known, and where several
        of these readings are of one patient, as it takes them for independent.
    """

    n: int
    changed: int
    to_model: int
    wrong_to_right: int
    right_to_wrong: int
    p_value: float | None


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds a case of `n` readings: the median, and between which the middle half lies."""

    n: int
    median: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class ReaderPair:
    """Two readers on the cases both read.

    Parameters
    ----------
    first, second
        Who.
    agreement
        Of what they said before the model's answer was seen; where no case was read so by both,
        of what they said last.
    is_blind
        Which of the two.
    """

    first: str
    second: str
    agreement: Agreement
    is_blind: bool


@dataclass(frozen=True, slots=True)
class ReaderStatistics:
    """Everything the readings say.

    Parameters
    ----------
    readings, patients, readers
        How many, of how many patients, and who, in order of appearance.
    model_name, other_models
        The one model of these readings, and how many with other models are not among them.
    compared, left_out
        Readings the three arms rest on: the truth is known and each arm named a class; and
        (one of `readings.LEFT_OUT`, how many) of the rest.
    blind, model, together
        Reader alone, model alone, reader with model, on the same readings; None without any;
        `blind` is None also where nobody read blind.
    gain
        Accuracy of reader with model minus reader alone, paired; None without `blind`.
    blind_and_model, final_and_model
        Agreement with the model before and after its answer was seen.
    changes
        None where there is nothing to count.
    blind_times, final_times, open_times
        Of blinded readings up to the commitment and, from the same moment, up to the decision with
        the model's answer in sight; of the others, which had that answer from the start. The first
        two rest on the same readings, those with both steps timed by one clock: a case that was
        left in between and confirmed later, which shows where the second time is the shorter one,
        is not among them. They need no truth, so their number may differ from `compared`. None
        where there are none.
    pairs
        Every two readers who read cases in common.
    """

    readings: int
    patients: int
    readers: tuple[str, ...]
    model_name: str
    other_models: int
    compared: int
    left_out: tuple[tuple[str, int], ...]
    blind: Arm | None
    model: Arm | None
    together: Arm | None
    gain: Figure | None
    blind_and_model: Agreement
    final_and_model: Agreement
    changes: Changes | None
    blind_times: Times | None
    final_times: Times | None
    open_times: Times | None
    pairs: tuple[ReaderPair, ...]


def reader_statistics(
    readings: Sequence[Reading], *, digest: str | None = None, seed: int = 0
) -> ReaderStatistics:
    """Measure reader alone, model alone, and reader with model.

    The three are measured on the same readings: those whose truth is known and for which each of
    them named a class. Shares have `intervals.proportion`, all else a bootstrap by patient. The
    intervals speak of these readers with other patients, not of readers at large.

    Parameters
    ----------
    readings
        One a case, reader and model; of one reader for that reader's figures, of all for the
        average.
    digest
        The model that is measured, the others are only counted; None for the one with most
        readings.
    seed
        Of the bootstraps.
    """
    chosen = most_read_model(readings) if digest is None else digest
    own = [one for one in readings if one.digest == chosen]
    is_blinded = any(one.blind for one in own)
    reasons = Counter(left_out(one, is_blinded=is_blinded) for one in own)
    compared = [one for one in own if not left_out(one, is_blinded=is_blinded)]
    timed = [one for one in own if _has_both_times(one)]
    return ReaderStatistics(
        readings=len(own),
        patients=len({one.patient for one in own}),
        readers=tuple(dict.fromkeys(one.reader for one in own)),
        model_name=next((one.model_name for one in readings if one.digest == chosen), ""),
        other_models=len(readings) - len(own),
        compared=len(compared),
        left_out=tuple((reason, reasons[reason]) for reason in LEFT_OUT if reasons[reason]),
        blind=_arm(compared, [one.blind for one in compared], seed) if is_blinded else None,
        model=_arm(compared, [one.model for one in compared], seed),
        together=_arm(compared, [one.final for one in compared], seed),
        gain=_gain(compared, seed) if is_blinded else None,
        blind_and_model=_agreed([(one, one.blind, one.model) for one in own], seed),
        final_and_model=_agreed([(one, one.final, one.model) for one in own], seed),
        changes=_changes([one for one in own if one.blind and one.final]),
        blind_times=_times([one.blind_seconds for one in timed]),
        final_times=_times([one.final_seconds for one in timed]),
        open_times=_times([one.final_seconds for one in own if not one.was_blind]),
        pairs=_pairs(own, seed),
    )


def by_reader(
    readings: Sequence[Reading], cancel: CancelToken
) -> tuple[tuple[str, ReaderStatistics], ...]:
    """What all readers, then each of them, are worth with the model most of them read with.

    Parameters
    ----------
    readings
        Of any number of readers.
    cancel
        Looked at before each reader.

    Returns
    -------
    tuple
        (reader, statistics) in order of appearance, after ("", those of all together); of a single
        reader only the latter.
    """
    readers = tuple(dict.fromkeys(one.reader for one in readings))
    digest = most_read_model(readings)
    found = [("", reader_statistics(readings, digest=digest))]
    for reader in readers if len(readers) > 1 else ():
        cancel.raise_if_set()
        own = [one for one in readings if one.reader == reader]
        found.append((reader, reader_statistics(own, digest=digest)))
    return tuple(found)


def _has_both_times(reading: Reading) -> bool:
    """Whether both steps of a blinded reading were timed from the same moment."""
    return reading.was_blind and 0 < reading.blind_seconds <= reading.final_seconds


def _arm(readings: Sequence[Reading], answers: Sequence[str], seed: int) -> Arm | None:
    patients = [one.patient for one in readings]
    is_right = _right(readings, answers)
    accuracy = proportion(is_right, patients)
    if accuracy is None:
        return None
    names = [*dict.fromkeys(label for one in readings for label in one.labels)]
    classes = tuple(_rates(readings, answers, label) for label in names)
    kappa = agreement(answers, [one.truth for one in readings], patients, seed=seed).kappa
    return Arm(len(readings), int(is_right.sum()), accuracy, kappa, classes)


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
    known = [one.patient for one in readings if one.truth]
    is_independent = bool(known) and len(set(known)) == len(known)
    return Changes(
        n=len(readings),
        changed=len(changed),
        to_model=sum(one.final == one.model for one in changed),
        wrong_to_right=gained,
        right_to_wrong=lost,
        p_value=mcnemar(gained, lost) if is_independent else None,
    )


def mcnemar(gained: int, lost: int) -> float:
    """The two-sided p-value of McNemar's test, exact (binomial with 1/2).

    McNemar 1947, doi:10.1007/BF02295996; exact as in Fay 2010, doi:10.1093/biostatistics/kxp050.
    Pairs are taken for independent: not for several readings of one patient.

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
        answers.setdefault(one.reader, {})[one.case] = one
    found = []
    for first, second in combinations(answers, 2):
        mine, others = answers[first], answers[second]
        rows = [(mine[case], others[case]) for case in mine if case in others]
        before = [(one, other) for one, other in rows if one.was_blind and other.was_blind]
        said = [(one, one.blind, other.blind) for one, other in before]
        after = [(one, one.final, other.final) for one, other in rows]
        if rows:
            same = _agreed(said or after, seed)
            found.append(ReaderPair(first, second, same, is_blind=bool(before)))
    return tuple(found)
