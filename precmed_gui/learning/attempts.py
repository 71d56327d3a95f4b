"""What the automatic recipe will try: decided from the images and the budget, before it begins.

Times are nominal (two usual cores), so that the same cohort, seed and budget give the same plan on
every computer; a slow computer takes longer, up to the limit that `search` sets.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from precmed_gui.diagnosis.model_card import DataFingerprint
from precmed_gui.diagnosis.training import Recipe, TrainingSettings
from precmed_gui.learning.augmentation import LEAST_AUGMENTED

SIZES = (96, 128, 160, 224)
"""Sides at which a pretrained network works."""
LARGEST_SMALL = 96
MOST_SMALL = 2
FOLDS = 5
"""Networks that learn from small cohorts, each leaving another part of the training images out."""
LEAST_OF_A_CLASS = 3 * FOLDS
LARGEST_TUNED = 128
SMALL_EPOCHS = (8, 20)
TUNED_EPOCHS = (3, 10)
LARGE = 2000
"""With fewer training images the validation part is too small to say how sure a network may be, and
a whole pretrained network learns them by heart: so they are divided, and nothing is fine-tuned."""
_FEATURE_SHARE = 0.25
"""Of the budget, at most this much for looking at all images with a pretrained network."""
_SMALL_SHARES = (0.5, 0.9)
"""Of what is left then, for small networks: where fine-tuning follows, and where not."""
_PRETRAINED_PER_SECOND = 100.0
"""Images of 128 pixels through the pretrained network."""
_LEARNING = 3
"""So many times longer it takes to learn from an image than to look at it."""
_SMALL_PER_SECOND = 1000.0
"""Images of 28 pixels learned from by the small network."""
_TRAINED_SHARE = 0.7
_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One network to train.

    Parameters
    ----------
    recipe
        With the epochs, batch size and learning rate it shall have.
    image_size
        The side it works at.
    seed
        Of its initial weights, order and augmentation.
    has_flips
        Whether its images are mirrored too.
    folds, fold
        Parts that the training images are divided into by patient, 0: not; and the part, from 0,
        that this network is judged on instead of learning from it. The pretrained network learns
        from all of them and is judged by as many others, which are then forgotten.
    """

    recipe: Recipe
    image_size: int
    seed: int
    has_flips: bool = False
    folds: int = 0
    fold: int = 0

    @property
    def takes_last(self) -> bool:
        """Whether it trains to the end: what it is judged on then chose nothing about it."""
        return self.folds > 0


def frame_size(data: DataFingerprint, budget: float) -> int:
    """The side images are kept at on disk: no larger than they are, no larger than is of use."""
    return min(data.shorter_side, _pretrained_size(data, budget))


def plan_attempts(
    data: DataFingerprint, recipes: Mapping[str, Recipe], settings: TrainingSettings
) -> tuple[Attempt, ...]:
    """What to try within the budget of `settings`, the quickest first; at least one network.

    Parameters
    ----------
    data
        What the images are like.
    recipes
        Those that can be used on this computer, by name.
    settings
        Budget, seed, image size and flips of the user.
    """
    left = settings.budget * _MINUTE
    size = _working_size(data, settings)
    planned: list[Attempt] = []
    folds = folds_of(data)
    if "transfer" in recipes:
        first = _attempt(recipes["transfer"], size, settings, settings.seed)
        planned.append(replace(first, folds=folds))
        left -= data.images * _looking_seconds(size)
    tuned = _tuned_plan(data, min(size, LARGEST_TUNED), recipes, settings)
    can_tune = tuned is not None and left * (1 - _SMALL_SHARES[0]) >= tuned.seconds(TUNED_EPOCHS[0])
    frame = settings.image_size or frame_size(data, settings.budget)
    small = _small_plan(data, min(frame, LARGEST_SMALL), recipes, settings)
    epochs = int(left * _SMALL_SHARES[0 if can_tune else 1] / small.epoch_seconds)
    networks = small.divided(epochs, folds) if folds else small.whole(epochs)
    if not planned and not networks:
        networks = small.whole(SMALL_EPOCHS[0])
    planned += networks
    left -= small.seconds(sum(attempt.recipe.epochs for attempt in networks))
    if tuned is not None and can_tune:
        epochs = min(TUNED_EPOCHS[1], int(left / tuned.epoch_seconds))
        planned.append(replace(tuned.first, recipe=replace(tuned.first.recipe, epochs=epochs)))
    return tuple(planned)


def single_attempt(
    recipe: Recipe, frame: int, data: DataFingerprint, settings: TrainingSettings
) -> Attempt:
    """The one attempt of a recipe that is no search, on images kept at `frame`."""
    size = max(frame, SIZES[1]) if recipe.is_pretrained else frame
    attempt = _attempt(recipe, size, settings, settings.seed)
    return replace(attempt, folds=folds_of(data)) if recipe.name == "transfer" else attempt


def folds_of(data: DataFingerprint) -> int:
    """Into how many parts the training images are divided; 0: not.

    Large cohorts need it not, and with fewer images of a class too many parts would have none.
    """
    is_large = data.images * _TRAINED_SHARE >= LARGE
    is_thin = min(data.counts) * _TRAINED_SHARE < LEAST_OF_A_CLASS
    return 0 if is_large or is_thin else FOLDS


def _working_size(data: DataFingerprint, settings: TrainingSettings) -> int:
    if settings.image_size is not None:
        return max(settings.image_size, SIZES[0])
    return _pretrained_size(data, settings.budget)


@dataclass(frozen=True, slots=True)
class _Plan:
    """A kind of network, and the nominal seconds of one epoch of one of them."""

    first: Attempt
    epoch_seconds: float

    def seconds(self, epochs: int) -> float:
        """Of so many epochs."""
        return epochs * self.epoch_seconds

    def divided(self, epochs: int, folds: int) -> tuple[Attempt, ...]:
        """As many as there are parts, sharing `epochs`; none where that is too few for each."""
        least, most = SMALL_EPOCHS
        if epochs // folds < least:
            return ()
        recipe = replace(self.first.recipe, epochs=min(most, epochs // folds), patience=0)
        return tuple(
            replace(self.first, recipe=recipe, folds=folds, fold=fold, seed=self._seed(fold))
            for fold in range(folds)
        )

    def whole(self, epochs: int) -> tuple[Attempt, ...]:
        """Networks that learn from all training images; one more is worth a longer one."""
        least, most = SMALL_EPOCHS
        if epochs < least:
            return ()
        count = min(MOST_SMALL, max(1, epochs // (2 * least)))
        recipe = replace(self.first.recipe, epochs=min(most, epochs // count))
        return tuple(
            replace(self.first, recipe=recipe, seed=self._seed(number)) for number in range(count)
        )

    def _seed(self, number: int) -> int:
        return (self.first.seed + 1000 * number) % 2**32


def _small_plan(
    data: DataFingerprint, size: int, recipes: Mapping[str, Recipe], settings: TrainingSettings
) -> _Plan:
    recipe = recipes["small-cnn"]
    first = _attempt(recipe, size, settings, settings.seed)
    return _Plan(first, _shown(data, recipe) * _small_seconds(size))


def _tuned_plan(
    data: DataFingerprint, size: int, recipes: Mapping[str, Recipe], settings: TrainingSettings
) -> _Plan | None:
    recipe = recipes.get("fine-tuned")
    if recipe is None or data.images * _TRAINED_SHARE < LARGE:
        return None
    first = _attempt(recipe, size, settings, settings.seed)
    return _Plan(first, _LEARNING * _shown(data, recipe) * _looking_seconds(size))


def _attempt(recipe: Recipe, size: int, settings: TrainingSettings, seed: int) -> Attempt:
    return Attempt(recipe, size, seed % 2**32, settings.has_flips)


def _pretrained_size(data: DataFingerprint, budget: float) -> int:
    """The largest useful side whose features take no more than their share of the budget."""
    useful = max(SIZES[1], data.shorter_side)
    allowed = budget * _MINUTE * _FEATURE_SHARE
    fitting = [
        size for size in SIZES if size <= useful and data.images * _looking_seconds(size) <= allowed
    ]
    return max(fitting, default=SIZES[0])


def _looking_seconds(size: int) -> float:
    """For one image through the pretrained network."""
    return (size / 128) ** 2 / _PRETRAINED_PER_SECOND


def _small_seconds(size: int) -> float:
    """For learning from one image; above 64 pixels the small network halves it first."""
    side = size if size <= 64 else size / 2
    return float((side / 28) ** 2 / _SMALL_PER_SECOND)


def _shown(data: DataFingerprint, recipe: Recipe) -> float:
    """Images an epoch: small cohorts are shown more than once, varied each time."""
    return max(data.images * _TRAINED_SHARE, LEAST_AUGMENTED * recipe.batch_size)
