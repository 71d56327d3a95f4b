"""The readers' statistics counted again from an exported table, with nothing of the program.

One case a patient is assumed. Columns are those of the table; a truth is asked for by `case_key`.
"""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from scipy.stats import norm, t

Row = dict[str, str]
Interval = tuple[float, float, float]


def rows_of(table: Path) -> list[Row]:
    with table.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def step(rows: Sequence[Row], *, is_blind: bool) -> list[Row]:
    """One row a case, in the order of the keys: the reading alone, or the one with the model."""
    chosen = [row for row in rows if row["is_blind"] == str(int(is_blind))]
    return sorted(chosen, key=lambda row: row["case_key"])


def said_and_true(
    rows: Sequence[Row], column: str, truth: Callable[[str], str]
) -> tuple[list[str], list[str]]:
    return [row[column] for row in rows], [truth(row["case_key"]) for row in rows]


def shares(said: Sequence[str], true: Sequence[str], labels: Sequence[str]) -> dict[str, Interval]:
    """Accuracy, sensitivity and specificity a class, with Wilson's intervals."""
    pairs = list(zip(said, true, strict=True))
    found = {"Accuracy": share([s == t for s, t in pairs])}
    for label in labels:
        found[f"Sensitivity, {label}"] = share([s == label for s, t in pairs if t == label])
        found[f"Specificity, {label}"] = share([s != label for s, t in pairs if t != label])
    return found


def share(hits: Sequence[bool]) -> Interval:
    """The roots of (p - share)^2 = z^2 p (1 - p) / n, Wilson's way to put it."""
    n, value = len(hits), sum(hits) / len(hits)
    z = norm.ppf(0.975) ** 2 / n
    low, high = sorted(np.roots([1 + z, -(2 * value + z), value**2]).real)
    return value, float(low), float(high)


def kappa(first: Sequence[str], second: Sequence[str], replicates: int = 4000) -> Interval:
    """Cohen's, with a bootstrap of cases at the percentiles that few cases ask for."""
    names = sorted({*first, *second})
    codes = np.array([[names.index(one) for one in said] for said in (first, second)])
    n = codes.shape[1]
    drawn = np.random.default_rng(20).integers(n, size=(replicates, n))
    known = [k for k in (_kappa(codes[:, sample], len(names)) for sample in drawn) if k == k]
    tail = norm.cdf(np.sqrt(n / (n - 1)) * t.ppf(0.025, n - 1))
    low, high = np.quantile(known, [tail, 1 - tail])
    return _kappa(codes, len(names)), float(low), float(high)


def _kappa(codes: np.ndarray, count: int) -> float:
    table = np.zeros((count, count))
    np.add.at(table, (codes[0], codes[1]), 1)
    table /= codes.shape[1]
    chance = table.sum(axis=1) @ table.sum(axis=0)
    return float((np.trace(table) - chance) / (1 - chance)) if chance < 1 else float("nan")


def times(rows: Sequence[Row]) -> Interval:
    """Median and quartiles by hand: the value that so large a share of the way along lies at."""
    seconds = sorted(float(row["seconds"]) for row in rows)

    def at(part: float) -> float:
        place = part * (len(seconds) - 1)
        below = int(place)
        above = min(below + 1, len(seconds) - 1)
        return seconds[below] + (place - below) * (seconds[above] - seconds[below])

    return at(0.5), at(0.25), at(0.75)
