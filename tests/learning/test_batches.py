"""Training images are shown fairly, each epoch in another order, and mirrored only when asked."""

from dataclasses import replace

import numpy as np
from trainings import numbered

from precmed_gui.learning.augmentation import LEAST_AUGMENTED
from precmed_gui.learning.batches import Passes, batches_of, ordered_batches, training_batches
from precmed_gui.learning.training_data import PartImages


def test_every_image_is_seen_once_an_epoch_and_in_another_order_the_next() -> None:
    batches = list(training_batches(numbered(50), Passes(8, 2, seed=1)))
    labels = [
        np.concatenate([b[1] for b in batches[:7]]),
        np.concatenate([b[1] for b in batches[7:]]),
    ]
    assert len(batches) == 2 * batches_of(numbered(50), 8) == 14
    assert all(sorted(seen.tolist()) == list(range(50)) for seen in labels)
    assert labels[0].tolist() != labels[1].tolist()
    images, numbers, _weights = batches[0]
    assert np.allclose(images[:, 0, 0, 0], numbers.numpy() / 255)


def test_small_augmented_cohorts_are_shown_several_times_an_epoch() -> None:
    batches = list(training_batches(numbered(50), Passes(8, 1, seed=1, is_augmented=True)))
    seen = np.bincount(np.concatenate([batch[1] for batch in batches]), minlength=50)
    assert len(batches) == LEAST_AUGMENTED
    assert seen.max() - seen.min() <= 1
    assert all(b[0].numpy().min() >= 0 and b[0].numpy().max() <= 1 for b in batches)


def test_only_the_training_part_is_varied() -> None:
    images = np.concatenate([batch[0] for batch in ordered_batches(numbered(50), 8)])
    assert np.allclose(images[:, 3, 3, 0], np.arange(50) / 255)


def cornered(count: int) -> PartImages:
    """Black images with one bright corner, at the top left."""
    pixels = np.zeros((count, 28, 28, 1), np.uint8)
    pixels[:, :12, :12] = 200
    return replace(numbered(count), pixels=pixels)


def bright_corners(passes: Passes) -> set[tuple[bool, bool]]:
    """Where the bright corner went: (is it at the bottom, is it at the right)."""
    images = np.concatenate([batch[0] for batch in training_batches(cornered(64), passes)])[..., 0]
    halves = images[:, :14].sum((1, 2)) < images[:, 14:].sum((1, 2))
    sides = images[:, :, :14].sum((1, 2)) < images[:, :, 14:].sum((1, 2))
    return set(zip(halves.tolist(), sides.tolist(), strict=True))


def test_images_are_mirrored_only_when_asked() -> None:
    upright = Passes(16, 1, seed=3, is_augmented=True)
    assert bright_corners(upright) == {(False, False)}
    both = (False, True)
    mirrored = bright_corners(replace(upright, has_flips=True))
    assert mirrored == {(down, right) for down in both for right in both}


def test_the_same_seed_gives_the_same_changes_and_another_seed_others() -> None:
    def images(seed: int) -> np.ndarray:
        passes = Passes(16, 1, seed, is_augmented=True, has_flips=True)
        return np.concatenate([batch[0] for batch in training_batches(cornered(32), passes)])

    assert np.array_equal(images(1), images(1))
    assert not np.array_equal(images(1), images(2))
