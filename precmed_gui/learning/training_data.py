"""What a training needs before Keras: the readable cases, their split, their pixels on disk."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from precmed_gui.cohorts.split import divide, patient_groups, refuse_shared_patients, split_cohort
from precmed_gui.diagnosis.cases import PARTS, Cohort, Part, Split, Unreadable
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.model_card import DataFingerprint, Leaks
from precmed_gui.diagnosis.pictures import StatedWindow
from precmed_gui.diagnosis.training import Recipe, TrainingSettings
from precmed_gui.diagnosis.work import CancelToken, Report
from precmed_gui.language import _
from precmed_gui.learning.attempts import frame_size
from precmed_gui.learning.brightness import training_full_scale, unit_factors
from precmed_gui.learning.decoded import DecodedImages, Frame, decoded
from precmed_gui.learning.slices import chosen_window, sliced
from precmed_gui.learning.survey import Survey, survey, usual_size
from precmed_gui.modalities import modality

LARGEST_BUDGET = 600
MOST_FOLDS = 20


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

    def chosen(self, positions: NDArray[np.int64]) -> "PartImages":
        """Some of the images, in this order."""
        return PartImages(
            self.pixels,
            self.rows[positions],
            self.labels[positions],
            self.factors[positions],
            self.weights[positions],
        )


@dataclass(frozen=True)
class TrainingData:
    """A cohort that has been read and divided.

    Parameters
    ----------
    cohort
        The labelled cases that could be read, chosen slices as cases of their own; `split`,
        `fingerprints` (of their pixels) and `look` are about these.
    every, parts
        The images of all of them, and of each part.
    window
        Through which they were read; None: as each file says.
    leaks
        What a given split let through; copies are in no earlier part unless that was accepted.
    """

    cohort: Cohort
    split: Split
    every: PartImages
    parts: dict[Part, PartImages]
    fingerprints: tuple[str, ...]
    unreadable: tuple[Unreadable, ...]
    image_size: int
    channels: Literal[1, 3]
    full_scale: int
    look: DataFingerprint
    window: StatedWindow | None = None
    leaks: Leaks = field(default_factory=Leaks)

    def folds(self, count: int) -> tuple[NDArray[np.int64], ...]:
        """Positions in the training part, divided into `count` by patient."""
        return folds_by_patient(self.people(self.split.train), count, self.split.seed)

    def people(self, positions: Sequence[int]) -> list[str]:
        """The patient of each of these cases; those who share a picture count as one."""
        cases = [self.cohort.cases[i] for i in positions]
        return patient_groups(cases, [self.fingerprints[i] for i in positions])


def folds_by_patient(
    patients: Sequence[str], count: int, seed: int
) -> tuple[NDArray[np.int64], ...]:
    """Positions divided into `count` parts of about the same size, no patient in two of them."""
    names, numbers, sizes = np.unique(
        np.asarray(patients, dtype=str), return_inverse=True, return_counts=True
    )
    random = np.random.default_rng(seed)
    order = random.permutation(len(names))
    order = order[np.argsort(-sizes[order], kind="stable")]
    load, place = np.zeros(count), np.zeros(len(names), np.int64)
    for patient in order:
        place[patient] = int(np.argmin(load))
        load[place[patient]] += sizes[patient]
    return tuple(np.flatnonzero(place[numbers] == fold) for fold in range(count))


def chosen_recipe(settings: TrainingSettings, modality_name: str) -> Recipe:
    """The recipe of `settings`, with the user's numbers in place of its own.

    Raises
    ------
    PrecmedError
        If there is no such recipe, it cannot be used here, or a value is out of its range.
    """
    kind = modality(modality_name)
    recipes = kind.recipes()
    recipe = recipes.get(settings.recipe)
    if recipe is None:
        raise PrecmedError(
            _("There is no network called “{name}”.").format(name=settings.recipe),
            _("Choose one of: {names}.").format(names=", ".join(recipes)),
        )
    if problem := kind.recipe_problem(recipe.name):
        raise PrecmedError(problem, _("Choose another recipe; the others work without them."))
    numbers = {
        name: value
        for name in ("epochs", "batch_size", "learning_rate")
        if (value := getattr(settings, name)) is not None
    }
    if recipe.is_search and numbers:
        raise PrecmedError(
            _("The automatic recipe chooses epochs, batch size and learning rate by itself."),
            _("Leave them open, or choose a single network."),
        )
    chosen = replace(recipe, **numbers)
    _check_recipe(chosen)
    _check_settings(settings, chosen)
    return chosen


def _check_recipe(recipe: Recipe) -> None:
    if recipe.epochs < 1:
        raise PrecmedError(_("A training has at least one epoch."), _("Choose 1 or more."))
    if not 1 <= recipe.batch_size <= 4096:
        raise PrecmedError(_("The batch size is out of range."), _("Choose 1 to 4096."))
    if not 0 < recipe.learning_rate <= 1:
        raise PrecmedError(
            _("The learning rate is out of range."), _("Choose a value above 0, at most 1.")
        )


def _check_settings(settings: TrainingSettings, recipe: Recipe) -> None:
    smallest, largest = recipe.image_sizes
    if settings.image_size is not None and not smallest <= settings.image_size <= largest:
        raise PrecmedError(
            _("The network “{name}” does not take images of {size} pixels.").format(
                name=recipe.name, size=settings.image_size
            ),
            _("Choose an image size from {smallest} to {largest}.").format(
                smallest=smallest, largest=largest
            ),
        )
    if not 0 <= settings.seed < 2**32:
        raise PrecmedError(_("The seed is out of range."), _("Choose 0 to 4294967295."))
    if not 0 < settings.budget <= LARGEST_BUDGET:
        raise PrecmedError(
            _("The time is out of range."),
            _("Choose more than 0 minutes, at most {most}.").format(most=LARGEST_BUDGET),
        )
    if settings.folds and not 2 <= settings.folds <= MOST_FOLDS:
        raise PrecmedError(
            _("The number of parts for cross-validation is out of range."),
            _("Choose 2 to {most}, or 0 for none.").format(most=MOST_FOLDS),
        )


def read_training_data(
    cohort: Cohort,
    settings: TrainingSettings,
    report: Report,
    cancel: CancelToken,
    leak_statement: str = "",
) -> TrainingData:
    """Read, divide and prepare the labelled cases of `cohort`.

    Parameters
    ----------
    leak_statement
        Why what leaks between the parts of a given split is accepted; "": it is not.

    Raises
    ------
    UnfitCohort
        If what can be read is not fit to be trained and tested on, or if patients leak.
    FailedStorage
        If the disk has no room for the prepared images.
    PrecmedError
        If a setting is out of its range.
    """
    recipe = chosen_recipe(settings, cohort.modality)
    first = split_cohort(cohort, settings.seed)
    if not leak_statement:
        refuse_shared_patients(cohort, first)
    read = read_images(cohort, settings, report, cancel)
    split, leaks = divide(read.cohort, settings.seed, read.fingerprints, leak_statement)
    train_rows = read.rows[list(split.train)]
    images = read.images
    full_scale = training_full_scale(images.is_wide[train_rows], images.highest[train_rows])
    data = TrainingData(
        cohort=read.cohort,
        split=split,
        every=read.every(full_scale),
        parts={},
        fingerprints=read.fingerprints,
        unreadable=images.unreadable,
        image_size=read.frame.size,
        channels=read.frame.channels,
        full_scale=full_scale,
        look=_fingerprint(read.cohort, read.seen),
        window=read.frame.window,
        leaks=leaks,
    )
    return with_split(data, split, weighs_classes=recipe.weighs_classes or recipe.is_search)


@dataclass(frozen=True)
class ReadImages:
    """The labelled cases of a cohort, read and not yet divided.

    Parameters
    ----------
    cohort
        Those that could be read, chosen slices as cases of their own.
    images, rows
        All that was tried, and which rows of it are `cohort.cases`.
    frame
        How they were read.
    seen
        What a sample of them looks like.
    """

    cohort: Cohort
    images: DecodedImages
    rows: NDArray[np.int64]
    frame: Frame
    seen: Survey

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """Of the pixels of each case."""
        return tuple(text.decode() for text in self.images.fingerprints[self.rows].tolist())

    def every(self, full_scale: int) -> PartImages:
        """All of them as one part, each counting the same; `full_scale` becomes 1.0."""
        numbers = {label: number for number, label in enumerate(self.cohort.labels)}
        labels = np.array([numbers[str(case.label)] for case in self.cohort.cases], np.int32)
        wide, highest = self.images.is_wide[self.rows], self.images.highest[self.rows]
        factors = unit_factors(wide, highest, full_scale)
        weights = np.ones(len(self.rows), np.float32)
        return PartImages(self.images.pixels, self.rows, labels, factors, weights)


def read_images(
    cohort: Cohort, settings: TrainingSettings, report: Report, cancel: CancelToken
) -> ReadImages:
    """Read the labelled cases of `cohort` as a network of `settings` wants to see them.

    Raises
    ------
    UnfitCohort
        If nothing can be read.
    FailedStorage
        If the disk has no room for the prepared images.
    PrecmedError
        If a setting is out of its range.
    """
    recipe = chosen_recipe(settings, cohort.modality)
    window = chosen_window(settings, cohort)
    labelled = sliced(replace(cohort, cases=cohort.labelled), settings.slices)
    seen = survey(labelled, settings.seed, report, cancel, window)
    frame = _frame(_fingerprint(labelled, seen), labelled.modality, recipe, settings)
    frame = replace(frame, window=window)
    images = decoded(labelled.cases, frame, report, cancel)
    rows = np.flatnonzero(images.is_readable)
    readable = replace(labelled, cases=tuple(labelled.cases[row] for row in rows))
    return ReadImages(readable, images, rows, frame, seen)


def _fingerprint(cohort: Cohort, seen: Survey) -> DataFingerprint:
    counts = tuple(cohort.label_counts().values())
    return DataFingerprint(
        images=len(cohort.cases),
        patients=cohort.patient_count,
        counts=counts,
        shorter_side=seen.shorter_side,
        channels=seen.channels,
        imbalance=max(counts) / min(counts),
    )


def _frame(
    look: DataFingerprint, modality_name: str, recipe: Recipe, settings: TrainingSettings
) -> Frame:
    smallest, largest = recipe.image_sizes
    channels: Literal[1, 3] = 1 if recipe.is_grey_only or look.channels == 1 else 3
    if settings.image_size is not None:
        size = settings.image_size
    elif recipe.is_search or recipe.is_pretrained:
        size = frame_size(look, settings.budget)
    else:
        size = usual_size(look.shorter_side, recipe.image_sizes)
    return Frame(modality_name, min(max(size, smallest), largest), channels)


def with_split(data: TrainingData, split: Split, *, weighs_classes: bool = True) -> TrainingData:
    """`data` divided in another way, its loss weights from the new training part."""
    every = data.every
    chosen = every.labels[list(split.train)]
    weight = class_weights(chosen, len(data.cohort.labels))
    if not weighs_classes:
        weight = np.ones_like(weight)
    weighted = replace(every, weights=weight[every.labels])
    parts = {part: weighted.chosen(np.array(split.part(part), np.int64)) for part in PARTS}
    return replace(data, split=split, parts=parts)


def class_weights(labels: NDArray[np.int32], classes: int) -> NDArray[np.float32]:
    """(classes,) so that every class has the same sum, and the mean over `labels` is 1."""
    counts = np.bincount(labels, minlength=classes)
    return (len(labels) / (classes * np.maximum(counts, 1))).astype(np.float32)
