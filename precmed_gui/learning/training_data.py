"""What a training needs before Keras: the readable cases, their split, their pixels on disk."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.cases import PARTS, Cohort, Part, Split, Unreadable
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.training import Recipe, TrainingSettings
from precmed_gui.diagnosis.work import CancelToken, Report
from precmed_gui.language import _
from precmed_gui.learning.brightness import training_full_scale, unit_factors
from precmed_gui.learning.decoded import DecodedImages, Frame, decoded
from precmed_gui.learning.split import split_cohort
from precmed_gui.learning.survey import survey, usual_size
from precmed_gui.modalities import modality


@dataclass(frozen=True, slots=True)
class Choices:
    """A user's settings with every gap filled by the recipe."""

    recipe: Recipe
    epochs: int
    batch_size: int
    learning_rate: float
    image_size: int | None
    seed: int


@dataclass(frozen=True)
class PartImages:
    """The images of one part, ready to be gathered in batches.

    Parameters
    ----------
    pixels
        (rows, size, size, channels) of the whole cohort, on disk.
    rows
        (n,) which rows are this part.
    labels
        (n,) class numbers.
    factors
        (n,) what brings each image to [0, 1].
    weights
        (n,) how much each image counts in the loss; their mean over the training part is 1.
    """

    pixels: NDArray[np.uint8] | NDArray[np.uint16]
    rows: NDArray[np.int64]
    labels: NDArray[np.int32]
    factors: NDArray[np.float32]
    weights: NDArray[np.float32]


@dataclass(frozen=True)
class TrainingData:
    """A cohort that has been read and divided.

    Parameters
    ----------
    cohort
        The labelled cases that could be read; `split` and `fingerprints` are about these.
    """

    cohort: Cohort
    split: Split
    parts: dict[Part, PartImages]
    fingerprints: tuple[str, ...]
    unreadable: tuple[Unreadable, ...]
    image_size: int
    channels: Literal[1, 3]
    full_scale: int


def choices(settings: TrainingSettings, modality_name: str) -> Choices:
    """`settings` with the recipe's own values where the user left them open.

    Raises
    ------
    PrecmedError
        If a value is out of its range.
    """
    recipes = modality(modality_name).recipes()
    recipe = recipes.get(settings.recipe)
    if recipe is None:
        raise PrecmedError(
            _("There is no network called “{name}”.").format(name=settings.recipe),
            _("Choose one of: {names}.").format(names=", ".join(recipes)),
        )
    chosen = Choices(
        recipe=recipe,
        epochs=recipe.epochs if settings.epochs is None else settings.epochs,
        batch_size=recipe.batch_size if settings.batch_size is None else settings.batch_size,
        learning_rate=(
            recipe.learning_rate if settings.learning_rate is None else settings.learning_rate
        ),
        image_size=settings.image_size,
        seed=settings.seed,
    )
    _check_ranges(chosen)
    return chosen


def _check_ranges(chosen: Choices) -> None:
    smallest, largest = chosen.recipe.image_sizes
    if chosen.epochs < 1:
        raise PrecmedError(_("A training has at least one epoch."), _("Choose 1 or more."))
    if not 1 <= chosen.batch_size <= 4096:
        raise PrecmedError(_("The batch size is out of range."), _("Choose 1 to 4096."))
    if not 0 < chosen.learning_rate <= 1:
        raise PrecmedError(
            _("The learning rate is out of range."), _("Choose a value above 0, at most 1.")
        )
    if chosen.image_size is not None and not smallest <= chosen.image_size <= largest:
        raise PrecmedError(
            _("The network “{name}” does not take images of {size} pixels.").format(
                name=chosen.recipe.name, size=chosen.image_size
            ),
            _("Choose an image size from {smallest} to {largest}.").format(
                smallest=smallest, largest=largest
            ),
        )
    if not 0 <= chosen.seed < 2**32:
        raise PrecmedError(_("The seed is out of range."), _("Choose 0 to 4294967295."))


def read_training_data(
    cohort: Cohort, chosen: Choices, report: Report, cancel: CancelToken
) -> TrainingData:
    """Read, divide and prepare the labelled cases of `cohort`.

    Raises
    ------
    UnfitCohort
        If what can be read is not fit to be trained and tested on.
    FailedStorage
        If the disk has no room for the prepared images.
    """
    split_cohort(cohort, chosen.seed)
    labelled = replace(cohort, cases=cohort.labelled)
    frame = _frame(labelled, chosen, report, cancel)
    images = decoded(labelled.cases, frame, report, cancel)
    rows = np.flatnonzero(images.is_readable)
    readable = replace(labelled, cases=tuple(labelled.cases[row] for row in rows))
    split = split_cohort(readable, chosen.seed)
    train_rows = rows[list(split.train)]
    full_scale = training_full_scale(images.is_wide[train_rows], images.highest[train_rows])
    return TrainingData(
        cohort=readable,
        split=split,
        parts=_parts(readable, split, images, full_scale, chosen.recipe),
        fingerprints=tuple(text.decode() for text in images.fingerprints[rows].tolist()),
        unreadable=images.unreadable,
        image_size=frame.size,
        channels=frame.channels,
        full_scale=full_scale,
    )


def _frame(cohort: Cohort, chosen: Choices, report: Report, cancel: CancelToken) -> Frame:
    sizes = chosen.recipe.image_sizes
    size = chosen.image_size or (sizes[0] if sizes[0] == sizes[1] else None)
    if size is not None and chosen.recipe.is_grey_only:
        return Frame(cohort.modality, size, 1)
    found = survey(cohort, chosen.seed, report, cancel)
    channels: Literal[1, 3] = 1 if chosen.recipe.is_grey_only else found.channels
    return Frame(cohort.modality, size or usual_size(found.shorter_side, sizes), channels)


def _parts(
    cohort: Cohort, split: Split, images: DecodedImages, full_scale: int, recipe: Recipe
) -> dict[Part, PartImages]:
    rows = np.flatnonzero(images.is_readable)
    numbers = {label: number for number, label in enumerate(cohort.labels)}
    labels = np.array([numbers[str(case.label)] for case in cohort.cases], np.int32)
    weight = _class_weights(labels[list(split.train)], len(numbers))
    if not recipe.weighs_classes:
        weight = np.ones_like(weight)
    parts: dict[Part, PartImages] = {}
    for part in PARTS:
        positions = np.array(split.part(part), np.int64)
        own = rows[positions]
        factors = unit_factors(images.is_wide[own], images.highest[own], full_scale)
        parts[part] = PartImages(
            images.pixels, own, labels[positions], factors, weight[labels[positions]]
        )
    return parts


def _class_weights(labels: NDArray[np.int32], classes: int) -> NDArray[np.float32]:
    """(classes,) so that every class has the same sum, and the mean over `labels` is 1."""
    counts = np.bincount(labels, minlength=classes)
    return (len(labels) / (classes * counts)).astype(np.float32)
