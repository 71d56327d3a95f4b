"""Whether tested cases differ from the validation cases that a model was chosen and calibrated on.

Where they do, calibration, coverage and the gate promise less, and the evaluation says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.evaluation import Figure, Shift
from precmed_gui.evaluation.intervals import patient_weights, percentile_interval

PERMUTATIONS = 1999
MOST_PATIENTS = 400
MOST_CASES = 1000
MOST_DIRECTIONS = 64
WIDTHS = (0.5, 1.0, 2.0)


@dataclass(frozen=True, slots=True)
class ShiftSample:
    """Cases of one origin.

    Parameters
    ----------
    features
        (n, d) finite, or None where there are none.
    truth
        (n,) class numbers.
    probabilities
        (n, classes).
    patients
        (n) whose cases they are.
    """

    features: NDArray[np.floating] | None
    truth: NDArray[np.integer]
    probabilities: NDArray[np.floating]
    patients: Sequence[str]


def find_shift(
    validation: ShiftSample, other: ShiftSample, *, alpha: float = 0.01, seed: int = 0
) -> Shift:
    """Compare two samples by what the network sees in them and by how often it is right.

    Features are compared by the maximum mean discrepancy with Gaussian kernels (Gretton et al.
    2012, JMLR 13, 723-773; the unbiased statistic, without pairs of one patient; widths of half,
    once and twice the median distance) on the principal directions of both samples together; at
    most 400 patients and 1000 cases of each sample take part. Accuracy is compared by its drop.
    Both p-values come from permutations of whole patients between the samples, one-sided, and
    are exact where patients are exchangeable (Phipson and Smyth 2010, doi:10.2202/1544-6115.1585).

    Each test is made at `alpha` divided by the number of tests (Bonferroni), so that samples of
    the same origin give a false alarm with a probability of at most `alpha` altogether. A drop
    can also come from having chosen the model on the validation cases.

    Parameters
    ----------
    validation, other
        At least one case each. A patient in both counts as two.
    alpha
        In (0, 1).
    seed
        Of subsamples, permutations and the bootstrap of the drop's interval.

    Returns
    -------
    Shift
        `p_value` of the features alone, to be compared with alpha / 2; None without features or
        with fewer than two patients in a sample. The interval of the drop is 95 %, by patient.
    """
    random = np.random.default_rng(seed)
    p_value = _features_differ(validation, other, random)
    values = [_accuracy_drops(validation, other, random)]
    values += [] if p_value is None else [p_value]
    return Shift(
        p_value=p_value,
        accuracy_drop=_drop(validation, other, seed),
        is_found=min(values) < alpha / len(values),
        alpha=alpha,
    )


def _drop(validation: ShiftSample, other: ShiftSample, seed: int) -> Figure:
    """Accuracy on validation minus accuracy on the other, with an interval by patient."""
    accuracies = []
    for number, sample in enumerate((validation, other)):
        is_right = _is_right(sample)
        weights = patient_weights(sample.patients, seed=seed + number)
        accuracies.append((is_right.mean(), is_right @ weights / weights.sum(axis=0)))
    (before, before_drawn), (after, after_drawn) = accuracies
    patients = min(len(set(validation.patients)), len(set(other.patients)))
    return percentile_interval(float(before - after), before_drawn - after_drawn, patients=patients)


def _accuracy_drops(
    validation: ShiftSample, other: ShiftSample, random: np.random.Generator
) -> float:
    """One-sided p-value of the drop."""
    is_right = np.concatenate([_is_right(validation), _is_right(other)])
    of_case, counts = _patients(validation.patients, other.patients)
    right, cases = np.bincount(of_case, weights=is_right), np.bincount(of_case)

    def drop(order: NDArray[np.int64]) -> float:
        first, second = order[: counts[0]], order[counts[0] :]
        before = right[first].sum() / cases[first].sum()
        return float(before - right[second].sum() / cases[second].sum())

    everybody = np.arange(len(cases))
    drops = [drop(random.permutation(everybody)) for _ in range(PERMUTATIONS)]
    return _p_value(np.array([drop(everybody), *drops]))


def _features_differ(
    validation: ShiftSample, other: ShiftSample, random: np.random.Generator
) -> float | None:
    """P-value of the maximum mean discrepancy; None where it cannot be computed."""
    parts, patients = [], []
    for sample in (validation, other):
        rows = _some_rows(sample.patients, random)
        if sample.features is None or len({sample.patients[row] for row in rows}) < 2:
            return None
        parts.append(sample.features[rows].astype(np.float64))
        patients.append([sample.patients[row] for row in rows])
    kernel = _kernel(_directions(np.concatenate(parts)))
    of_case, counts = _patients(*patients)
    return _p_value(_discrepancies(kernel, of_case, _sides(counts, random)))


def _is_right(sample: ShiftSample) -> NDArray[np.float64]:
    return np.asarray(np.argmax(sample.probabilities, axis=1) == sample.truth, dtype=np.float64)


def _some_rows(patients: Sequence[str], random: np.random.Generator) -> NDArray[np.int64]:
    """Rows of at most 400 patients drawn at random, and of their cases at most 1000."""
    names, of_case = np.unique(np.asarray(patients, dtype=str), return_inverse=True)
    chosen = random.permutation(len(names))[:MOST_PATIENTS]
    rows = np.flatnonzero(np.isin(of_case, chosen))
    if len(rows) <= MOST_CASES:
        return rows
    return np.sort(random.choice(rows, size=MOST_CASES, replace=False))


def _patients(first: Sequence[str], second: Sequence[str]) -> tuple[NDArray[np.int64], list[int]]:
    """Give each case of both samples its patient's number; how many patients each sample has."""
    numbers = [
        np.unique(np.asarray(part, dtype=str), return_inverse=True)[1] for part in (first, second)
    ]
    counts = [int(part.max()) + 1 for part in numbers]
    return np.concatenate([numbers[0], numbers[1] + counts[0]]), counts


def _sides(counts: list[int], random: np.random.Generator) -> NDArray[np.float64]:
    """(1 + permutations, patients) 1 where a patient is in the first sample; first as it is."""
    real = np.repeat([1.0, 0.0], counts)
    drawn = random.permuted(np.tile(real, (PERMUTATIONS, 1)), axis=1)
    return np.concatenate([real[None], drawn])


def _p_value(statistics: NDArray[np.float64]) -> float:
    """Share of permutations at least as extreme as the first; that one counts."""
    slack = 1e-9 * max(1.0, float(np.abs(statistics[0])))
    return float(np.mean(statistics >= statistics[0] - slack))


def _directions(features: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, p) coordinates along the principal directions of standardised features."""
    from sklearn.utils.extmath import randomized_svd

    deviations = features.std(axis=0)
    varies = deviations > 0
    if not varies.any():
        return np.zeros((len(features), 1))
    standard = (features - features.mean(axis=0))[:, varies] / deviations[varies]
    wanted = min(MOST_DIRECTIONS, *standard.shape)
    left, strengths, _ = randomized_svd(standard, wanted, random_state=0)
    return np.asarray(left * strengths)


def _kernel(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, n) mean of Gaussian kernels around the median distance."""
    lengths = (points**2).sum(axis=1)
    squares = np.maximum(lengths[:, None] + lengths - 2 * points @ points.T, 0.0)
    middle = float(np.median(squares[np.triu_indices(len(points), 1)]))
    middle = middle if middle > 0 else 1.0
    kernels = [np.exp(squares / (-2 * middle * width**2)) for width in WIDTHS]
    return np.asarray(np.mean(kernels, axis=0))


def _discrepancies(
    kernel: NDArray[np.float64], of_case: NDArray[np.int64], sides: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Squared discrepancy for each row of sides, from sums over pairs of different patients."""
    order = np.argsort(of_case, kind="stable")
    starts = np.searchsorted(of_case[order], np.arange(sides.shape[1]))
    of_patients = np.add.reduceat(kernel[order][:, order], starts, axis=0)
    pairs = np.add.reduceat(of_patients, starts, axis=1)
    np.fill_diagonal(pairs, 0.0)
    cases = np.bincount(of_case).astype(np.float64)
    others = 1 - sides
    to_first = sides @ pairs
    to_others = pairs.sum(axis=0) - to_first
    first = (to_first * sides).sum(axis=1) / ((sides @ cases) ** 2 - sides @ cases**2)
    second = (to_others * others).sum(axis=1) / ((others @ cases) ** 2 - others @ cases**2)
    across = (to_first * others).sum(axis=1) / ((sides @ cases) * (others @ cases))
    return np.asarray(first + second - 2 * across)
