"""Whether a map deserves a look: does it hang on what was learned, and does it hold still.

`explain` puts every map through both. Compared are mean strengths on a coarse grid, by Spearman's
rank correlation: what an eye takes from a map is where it is strong, not its numbers.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.explanation import MapChecks, MapMethod
from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.language import _
from precmed_gui.learning.attribution import (
    METHODS,
    Attribute,
    Plane,
    Planes,
    attribution,
    smoothed,
)
from precmed_gui.learning.ensemble import Ensemble
from precmed_gui.modalities import modality

MOST_ALIKE = 0.85
MOST_ALIKE_SHALLOW = 0.7
"""For networks with fewer layers of filters than `_DEEP`."""
_DEEP = 3
LEAST_REPEATABLE = 0.3
STEPS = 8
_STEPS_OF_CHECKS = 4
_GRID = 14
_SETS = 2
_STEPS_OF_RANDOM = 2
_RANDOM_SIDE = 96
_MOVES = ((1, 0), (0, -1))
_MOVED = 0.03
_NOISE = 0.02


RandomAttribute = Callable[[NDArray[np.float32], int], tuple[Planes, ...]]
"""An image and a class number to the mean strengths of each kind of random networks."""


@dataclass(frozen=True)
class Explained:
    """A class of one image of a model, to be checked.

    Parameters
    ----------
    image
        (size, size, channels) float32 in [0, 1], as the networks get it.
    number
        Of the class.
    method
        Whose map is wanted.
    planes
        What `Attribute` says of it.
    """

    image: NDArray[np.float32]
    number: int
    method: MapMethod
    planes: Planes

    @property
    def plane(self) -> Plane:
        """(size, size) of the method."""
        plane: Plane = self.planes[METHODS.index(self.method)]
        return plane


@dataclass(frozen=True)
class Asked:
    """The networks of a model, ready to be asked for maps.

    Parameters
    ----------
    own, random
        With their weights, and with random ones.
    most_alike
        The limit of the likeness between both.
    """

    own: Attribute
    random: RandomAttribute
    most_alike: float


def asked(card: ModelCard, own: Ensemble) -> Asked:
    """Of the model of `card`, whose networks with their weights are `own`.

    A network with one or two layers of filters draws the outlines of the image whether it learned
    or not. Of the network of the article, maps of trained and of random weights were alike by
    0.77 to 0.91 and 0.76 to 0.92: nothing tells them apart, and so none should pass.
    """
    layers = max(
        sum(len(variable.shape) == 4 for variable in network.weights)
        for network, member in zip(own.networks, card.members, strict=True)
        if member.weight
    )
    most_alike = MOST_ALIKE if layers >= _DEEP else MOST_ALIKE_SHALLOW
    return Asked(attribution(own), random_attribution(card, own), most_alike)


def strength_of(plane: Plane) -> Plane:
    """(size, size) in [0, 1]: what speaks for the class, smoothed; all 0 where nothing does."""
    smooth = np.maximum(smoothed(plane), 0)
    highest = float(smooth.max())
    return np.asarray(smooth / (highest or 1.0), np.float32)


def checked(explained: Explained, ask: Asked) -> MapChecks:
    """What becomes of the map of other networks, and of a copy of the image that looks the same.

    Randomisation compares the strength of the map without its sign (Adebayo et al. 2018,
    arXiv:1810.03292) with the mean of two networks with random weights, of each of three kinds;
    the greater likeness counts. Repeatability compares the map with those of copies moved by 3 % of
    the side, with noise of 2 % of the range, moved back; the lesser likeness counts. Random weights
    alone can give class activation that holds still, gradients never did: so a map of class
    activation passes only where the gradient does too, and the worse figures are told.

    The limits .85 and .3 were set on other pictures than these: two cohorts of 302 synthetic chest
    pictures, drawn with fresh seeds, a network trained on each, 30 pictures with a nodule for each.
    Of the maps of class activation of those it called rightly, 53 of 55 passed (small network), 47
    of 53 (pretrained) and 45 of 54 (fine-tuned), like random ones by 0.54 to 0.90. Of the same
    networks with new weights (drawn by their own spread, by Keras, or in another order), none of
    170 maps passed, like random ones by 0.88 and more or repeatable by less than 0.3. The limit of
    shallow networks was set on these pictures themselves, where maps of one layer of filters were
    as like random ones (.77 to .91) as those with new weights (.76 to .92).
    """
    counted = {METHODS.index(explained.method), METHODS.index("gradient")}
    random = ask.random(explained.image, explained.number)
    copies = tuple(_of_copies(explained, ask.own))
    randomisation = max(
        _likeness(_energy(explained.planes[place]), planes[place])
        for planes in random
        for place in counted
    )
    repeatability = min(
        _likeness(strength_of(explained.planes[place]), strength_of(planes[place]))
        for planes in copies
        for place in counted
    )
    reason = _reason(
        is_alike=randomisation > ask.most_alike,
        is_unsteady=repeatability < LEAST_REPEATABLE,
        is_empty=not strength_of(explained.plane).any(),
    )
    return MapChecks(randomisation, repeatability, not reason, reason)


def random_attribution(card: ModelCard, own: Ensemble) -> RandomAttribute:
    """How strong the maps of the networks of `card` are with random weights, without sign.

    Two sets are drawn as He et al. 2015 (arXiv:1502.01852), two as Glorot and Bengio 2010, two are
    the weights of `own`, those of each layer in another order; the same each time. To be quick the
    networks work at a side of at most 96 pixels: the check looks at a coarse grid.
    """
    builder, classes = modality(card.modality).build, len(card.labels)
    networks = tuple(
        builder(
            member.recipe,
            min(member.image_size, _RANDOM_SIDE),
            card.channels,
            classes,
            card.image_size,
        )
        for member in card.members
    )
    shape = (card.image_size, card.image_size, card.channels)
    ask = attribution(Ensemble(card.members, networks, shape))
    variables, learned = _variables(card, networks), _variables(card, own.networks)
    seeds = range(_SETS)
    every = (
        *(_drawn(variables, seed, is_by_inputs=True) for seed in seeds),
        *(_drawn(variables, seed, is_by_inputs=False) for seed in seeds),
        *(_shuffled(learned, seed) for seed in seeds),
    )
    give = _giving(variables, every)

    def ask_random(image: NDArray[np.float32], number: int) -> tuple[Planes, ...]:
        found = []
        for place in range(len(every)):
            give(place)
            planes = ask(image, number, _STEPS_OF_RANDOM)
            found.append([_level(_energy(plane)) for plane in planes])
        kinds = range(0, len(every), _SETS)
        return tuple(np.mean(found[first : first + _SETS], axis=0) for first in kinds)

    return ask_random


def _variables(card: ModelCard, networks: Sequence[Any]) -> list[Any]:
    """Of the networks that answer."""
    return [
        variable
        for network, member in zip(networks, card.members, strict=True)
        if member.weight
        for variable in network.weights
    ]


def _giving(
    variables: Sequence[Any], every: Sequence[Sequence[NDArray[np.float32]]]
) -> Callable[[int], None]:
    """Gives the networks one of these sets of weights, all in one call: that is what is slow."""
    import tensorflow as tf

    def give(arrays: Sequence[Any]) -> None:
        for variable, array in zip(variables, arrays, strict=True):
            variable.value.assign(array)

    given = tf.function(give)
    kept = [[tf.constant(array) for array in arrays] for arrays in every]
    return lambda number: given(kept[number])


def _shuffled(variables: Sequence[Any], seed: int) -> list[NDArray[np.float32]]:
    random = np.random.default_rng(seed)
    arrays = [variable.numpy() for variable in variables]
    return [random.permutation(array.ravel()).reshape(array.shape) for array in arrays]


def _drawn(variables: Sequence[Any], seed: int, *, is_by_inputs: bool) -> list[NDArray[np.float32]]:
    """Weights from a normal distribution; norms as new, offsets 0."""
    random = np.random.default_rng(seed)
    arrays = []
    for variable in variables:
        shape = tuple(variable.shape)
        if len(shape) == 1:
            array = np.full(shape, float(variable.path.endswith(("gamma", "variance"))))
        elif is_by_inputs:
            inputs = np.prod(shape[:2]) if "depth" in variable.path else np.prod(shape[:-1])
            array = random.normal(0, np.sqrt(2 / inputs), shape)
        else:
            places = np.prod(shape[:-2])
            array = random.normal(0, np.sqrt(2 / (places * (shape[-2] + shape[-1]))), shape)
        arrays.append(array.astype(np.float32))
    return arrays


def _energy(plane: Plane) -> Plane:
    return smoothed(np.abs(plane))


def _level(plane: Plane) -> Plane:
    return plane / max(float(plane.mean()), 1e-30)


def _of_copies(explained: Explained, ask: Attribute) -> Iterator[Planes]:
    image = explained.image
    random = np.random.default_rng(0)
    step = max(1, round(_MOVED * len(image)))
    spread = _NOISE * float(image.max() - image.min())
    for across, down in _MOVES:
        moved = _moved(image, step * across, step * down)
        noisy = moved + random.normal(0, spread, image.shape).astype(np.float32)
        found = ask(noisy, explained.number, _STEPS_OF_CHECKS)
        yield np.stack([_moved(plane, -step * across, -step * down) for plane in found])


def _moved(plane: NDArray[np.float32], across: int, down: int) -> NDArray[np.float32]:
    """Moved by some pixels, the border mirrored."""
    size, step = len(plane), max(abs(across), abs(down))
    edges = [(step, step), (step, step), *[(0, 0)] * (plane.ndim - 2)]
    padded = np.pad(plane, edges, mode="symmetric")
    return padded[step - down : step - down + size, step - across : step - across + size]


def _likeness(first: Plane, second: Plane) -> float:
    """Spearman's rank correlation on a coarse grid, in [-1, 1]; 0 where one says nothing."""
    from scipy.stats import rankdata

    ranks = [rankdata(_coarse(plane)) for plane in (first, second)]
    if any(np.ptp(rank) == 0 for rank in ranks):
        return 0.0
    return float(np.clip(np.corrcoef(*ranks)[0, 1], -1, 1))


def _coarse(plane: Plane) -> NDArray[np.float32]:
    from PIL import Image

    small = Image.fromarray(plane).resize((_GRID, _GRID), Image.Resampling.BOX)
    return np.asarray(small).ravel()


def _reason(*, is_alike: bool, is_unsteady: bool, is_empty: bool) -> str:
    if is_empty:
        return _("Nothing in the image speaks for this class.")
    if is_alike:
        return _("Networks that learned nothing give nearly the same map.")
    if is_unsteady:
        return _("The image moved a little gives quite another map.")
    return ""
