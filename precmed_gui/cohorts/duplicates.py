"""Copies in a cohort: equal pixels, and pictures that are the same to the eye.

Near copies are found as neighbours among sorted codes, so that twice the pictures take about twice
the time, and are then compared detail by detail: chest X-rays of two people are much alike, but
not in their details. Used by `check`.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from precmed_gui.cohorts.perceptual_hashes import (
    ORIENTATIONS,
    coefficients,
    packed,
    signs,
    trust,
    turned,
    turned_coefficients,
    usual_coefficients,
)
from precmed_gui.diagnosis.checks import Duplicates
from precmed_gui.diagnosis.work import CancelToken, Report, Step
from precmed_gui.language import _

ALIKE = 0.93
"""Correlation of the details from which two pictures count as copies. Measured: pairs of 5,190
different chest X-rays reach 0.91, copies made lighter, smaller or compressed 0.96 and more."""

_TABLES = 12
_NEIGHBOURS = 3
_KEY_BITS = 64
_MOST_DIFFERENT = 30
_CHUNK = 8192
_LEAST_DETAIL = 2.0
_WINDOW = 5
_SAMPLE = 2000

Pairs = NDArray[np.int64]


def first_of_each(fingerprints: NDArray[np.bytes_]) -> NDArray[np.int64]:
    """Positions at which a picture comes for the first time, in order."""
    firsts: NDArray[np.int64] = np.sort(np.unique(fingerprints, return_index=True)[1])
    return firsts


def grouped(
    cases: Sequence[tuple[str, str | None]],
    fingerprints: NDArray[np.bytes_],
    pairs: Pairs,
) -> Duplicates:
    """Groups of copies among pictures.

    Parameters
    ----------
    cases
        (n) key and class of each.
    fingerprints
        (n,) of their pixels.
    pairs
        (m, 2) near copies, as places in `first_of_each`.
    """
    exact = exact_groups(fingerprints.tolist())
    firsts = first_of_each(fingerprints)
    near = groups_of_pairs((int(firsts[a]), int(firsts[b])) for a, b in pairs)
    across = [group for group in (*exact, *near) if _has_two_classes(cases, group)]

    def keys(groups: Iterable[tuple[int, ...]]) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(cases[i][0] for i in group) for group in groups)

    return Duplicates(keys(exact), keys(near), keys(across))


def exact_groups(fingerprints: Sequence[object]) -> list[tuple[int, ...]]:
    """Positions of equal fingerprints, groups of two and more, in order."""
    found: dict[object, list[int]] = defaultdict(list)
    for position, text in enumerate(fingerprints):
        found[text].append(position)
    return [tuple(group) for group in found.values() if len(group) > 1]


def _has_two_classes(cases: Sequence[tuple[str, str | None]], group: tuple[int, ...]) -> bool:
    return len({cases[i][1] for i in group} - {None}) > 1


def groups_of_pairs(pairs: Iterable[tuple[int, int]]) -> list[tuple[int, ...]]:
    """What is connected by pairs, each group sorted, the groups by their first member."""
    root: dict[int, int] = {}

    def find(item: int) -> int:
        root.setdefault(item, item)
        while root[item] != item:
            root[item] = root[root[item]]
            item = root[item]
        return item

    for one, other in pairs:
        low, high = sorted((find(one), find(other)))
        root[high] = low
    groups: dict[int, list[int]] = defaultdict(list)
    for item in sorted(root):
        groups[find(item)].append(item)
    return sorted(tuple(group) for group in groups.values())


def near_pairs(miniatures: NDArray[np.uint8], report: Report, cancel: CancelToken) -> Pairs:
    """(m, 2) positions of pictures that are copies of each other, perhaps turned or mirrored.

    Parameters
    ----------
    miniatures
        (n, side, side) of different pictures. Those without detail have no copies.
    """
    rich = _with_detail(miniatures)
    if len(rich) < 2:
        return np.empty((0, 2), np.int64)
    small = miniatures[rich]
    upright = coefficients(small)
    usual = usual_coefficients(upright)
    base = signs(upright, usual)
    plain = usual_details(small)
    stage = _("Comparing the images")
    found = []
    for orientation, other in enumerate(turned_coefficients(upright)):
        report(Step(stage, orientation, ORIENTATIONS))
        candidates = _candidates(base, signs(other, usual), cancel)
        found.append(_verified(small, plain, (candidates, orientation), cancel))
    report(Step(stage, ORIENTATIONS, ORIENTATIONS))
    pairs: Pairs = np.unique(np.sort(np.concatenate(found), axis=1), axis=0)
    return rich[pairs]


def _with_detail(miniatures: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Positions of the pictures that show anything at all."""
    found = [
        start + np.flatnonzero(miniatures[start : start + _CHUNK].std(axis=(1, 2)) >= _LEAST_DETAIL)
        for start in range(0, len(miniatures), _CHUNK)
    ]
    return np.concatenate(found) if found else np.empty(0, np.int64)


def _candidates(base: NDArray[np.bool_], other: NDArray[np.bool_], cancel: CancelToken) -> Pairs:
    """(m, 2) pictures whose code is close to that of another one, turned.

    The codes are sorted by several orders of their bits (Charikar 2002, "Similarity estimation
    techniques from rounding algorithms"); close ones are then neighbours in some of them.
    """
    random = np.random.default_rng(0)
    whole_base, whole_other = packed(base), packed(other)
    numbers = np.arange(len(base))
    found = []
    for _table in range(_TABLES):
        cancel.raise_if_set()
        chosen = random.permutation(base.shape[1])[:_KEY_BITS]
        keys = packed(base[:, chosen])[:, 0]
        order = np.argsort(keys, kind="stable")
        places = np.searchsorted(keys[order], packed(other[:, chosen])[:, 0])
        for step in range(-_NEIGHBOURS, _NEIGHBOURS + 1):
            near = order[np.clip(places + step, 0, len(order) - 1)]
            bits = np.bitwise_count(whole_base[near] ^ whole_other).sum(axis=1)
            fits = (bits <= _MOST_DIFFERENT) & (near != numbers)
            found.append(np.stack([near[fits], numbers[fits]], axis=1))
    pairs: Pairs = np.unique(np.concatenate(found), axis=0)
    return pairs


def _verified(
    small: NDArray[np.uint8],
    usual: NDArray[np.float32],
    turned_pairs: tuple[Pairs, int],
    cancel: CancelToken,
) -> Pairs:
    """Those of the pairs whose details agree, the second picture turned.

    What is usual in the cohort is taken away first: the round edge of every fundus photograph
    does not make two of them copies.
    """
    pairs, orientation = turned_pairs
    kept = []
    for start in range(0, len(pairs), _CHUNK):
        cancel.raise_if_set()
        chunk = pairs[start : start + _CHUNK]
        first = _of_length_one(details(small[chunk[:, 0]]) - usual)
        second = _of_length_one(turned(details(small[chunk[:, 1]]), orientation) - usual)
        alike = np.einsum("nij,nij->n", first, second)
        kept.append(chunk[alike >= ALIKE])
    return np.concatenate(kept) if kept else pairs


def details(miniatures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(n, side, side) what differs from the surroundings of 5 x 5; mean 0, sum of squares 1."""
    from scipy.ndimage import uniform_filter

    plain = miniatures.astype(np.float32)
    found: NDArray[np.float32] = plain - uniform_filter(plain, (0, _WINDOW, _WINDOW))
    return _of_length_one(found - found.mean(axis=(1, 2), keepdims=True))


def usual_details(miniatures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(side, side) the median details of a cohort, of up to 2,000 pictures spread over it."""
    chosen = miniatures[:: max(1, len(miniatures) // _SAMPLE)]
    usual: NDArray[np.float32] = np.median(details(chosen), axis=0)
    return usual * np.float32(trust(len(chosen)))


def _of_length_one(found: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.sqrt((found**2).sum(axis=(1, 2), keepdims=True))
    scaled: NDArray[np.float32] = found / np.maximum(lengths, np.float32(1e-6))
    return scaled
