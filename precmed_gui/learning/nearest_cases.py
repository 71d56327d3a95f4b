"""Which training images stand beside an answer: the nearest of all, and some of each class.

Used by `verdicts`. Who doubts a class compares with images of that class, which may be far.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.diagnosis.prediction import FEW_CLASSES, NEAREST, Neighbour
from precmed_gui.evaluation.gate import Reference, nearest

MOST_LACKING = 9
"""So many classes are filled up at most: all of a model with ten, for one is the nearest."""


@dataclass(frozen=True)
class Search:
    """How the training images of one model are searched.

    Parameters
    ----------
    labels
        The classes of the model.
    learned
        (key, class) of the m training images that the model keeps.
    classes
        (m,) places in `labels`.
    count, each
        How many of all are looked for, and of each class.
    """

    labels: tuple[str, ...]
    learned: tuple[tuple[str, str], ...]
    classes: NDArray[np.int64]
    count: int
    each: int

    @cached_property
    def unkept(self) -> tuple[str, ...]:
        """The classes of which the model keeps no training image."""
        known = {label for _key, label in self.learned}
        return tuple(label for label in self.labels if label not in known)

    @cached_property
    def columns(self) -> tuple[slice, ...]:
        """Where in a row of `Near` the images of each class stand."""
        sizes = np.bincount(self.classes, minlength=len(self.labels))[: len(self.labels)]
        ends = np.cumsum([min(self.count, len(self.learned)), *np.minimum(sizes, self.each)])
        pairs = zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)
        return tuple(slice(start, end) for start, end in pairs)


class Near(NamedTuple):
    """Positions in `Search.learned` of what is near to one image, and their distances."""

    positions: tuple[int, ...]
    away: tuple[float, ...]


def search_of(card: ModelCard, learned: tuple[tuple[str, str], ...]) -> Search:
    """How the training images of this model are searched."""
    numbers = {label: number for number, label in enumerate(card.labels)}
    classes = [numbers.get(label, len(numbers)) for _key, label in learned]
    count = max(NEAREST, card.gate.neighbours if card.gate else 0)
    each = NEAREST if len(card.labels) <= FEW_CLASSES else 1
    return Search(card.labels, learned, np.array(classes, np.int64), count, each)


def near_images(
    search: Search, reference: Reference, features: NDArray[np.floating]
) -> tuple[list[Near], NDArray[np.float64]]:
    """What (n, d) features are near to, and the (n, count) distances of the nearest of all."""
    positions, away = nearest(reference, features, search.count, search.classes, search.each)
    rows = zip(positions.tolist(), away.tolist(), strict=True)
    return [Near(tuple(places), tuple(lengths)) for places, lengths in rows], away[
        :, : search.count
    ]


def beside(search: Search, near: Near, ranking: Sequence[int] | None) -> tuple[Neighbour, ...]:
    """The training images to show beside one answer, nearest first.

    Parameters
    ----------
    ranking
        The classes, those to fill up first at the front; None: as near as they are.
    """
    found = _neighbours(search, near, slice(0, min(search.count, NEAREST)))
    known = {one.path for one in found}
    counts = Counter(one.label for one in found)
    columns = search.columns
    lacking = [
        _neighbours(search, near, columns[place])
        for place in (range(len(columns)) if ranking is None else ranking)
        if counts[search.labels[place]] < search.each and near.positions[columns[place]]
    ]
    if ranking is None:
        lacking.sort(key=lambda of_class: of_class[0].distance)
    for of_class in lacking[:MOST_LACKING]:
        fresh = [one for one in of_class if one.path not in known]
        found += fresh[: search.each - counts[of_class[0].label]]
    return tuple(sorted(found, key=lambda one: one.distance))


def _neighbours(search: Search, near: Near, part: slice) -> list[Neighbour]:
    pairs = zip(near.positions[part], near.away[part], strict=True)
    return [Neighbour(*search.learned[position], distance) for position, distance in pairs]
