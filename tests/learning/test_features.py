"""Images are described once, wherever they lie, and a broken or full cache costs time alone."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from trainings import numbered

from precmed_gui.diagnosis.work import Cancelled
from precmed_gui.learning import features
from precmed_gui.learning.features import computed_features, pretrained_features
from precmed_gui.learning.training_data import PartImages
from precmed_gui.places import cache_folder

SIDE = 64


@pytest.fixture(scope="module")
def network() -> Any:
    """A small stand-in for a pretrained network: what matters is what goes into "classes"."""
    import keras

    keras.utils.set_random_seed(5)
    images = keras.Input((28, 28, 1))
    pooled = keras.layers.Dense(7)(keras.layers.Flatten()(keras.layers.MaxPooling2D(7)(images)))
    return keras.Model(images, keras.layers.Dense(2, activation="softmax", name="classes")(pooled))


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many images the network was shown, call by call."""
    counts: list[int] = []

    def counted(network: Any, part: PartImages, attend: Callable[[int, int], None]) -> np.ndarray:
        counts.append(len(part.rows))
        return computed_features(network, part, attend)

    monkeypatch.setattr(features, "computed_features", counted)
    return counts


def nothing(done: int, total: int) -> None:
    """Attend to nothing."""


def described(network: Any, part: PartImages) -> np.ndarray:
    return pretrained_features(network, SIDE, part, nothing)


def cache_file() -> Path:
    (file,) = (cache_folder() / "features").glob("*.npz")
    return file


def test_features_are_what_goes_into_the_classes(network: Any) -> None:
    part = numbered(70)
    images = part.pixels.astype(np.float32) / 255
    kernel, bias = network.get_layer("classes").get_weights()
    scores = described(network, part) @ kernel + bias
    powers = np.exp(scores - scores.max(1, keepdims=True))
    answers = network(images, training=False).numpy()
    np.testing.assert_allclose(powers / powers.sum(1, keepdims=True), answers, atol=1e-5)


def test_the_second_time_the_network_is_not_asked(network: Any, looked: list[int]) -> None:
    first = described(network, numbered(50))
    assert np.array_equal(described(network, numbered(50)), first)
    assert looked == [50]


def test_another_division_of_the_same_cohort_is_known_image_by_image(
    network: Any, looked: list[int]
) -> None:
    whole = numbered(50)
    first = described(network, whole.chosen(np.arange(40)))
    order = np.random.default_rng(1).permutation(50)
    again = described(network, whole.chosen(order))
    assert looked == [40, 10]
    np.testing.assert_array_equal(again[order < 40], first[order[order < 40]])
    np.testing.assert_allclose(again, computed_features(network, whole, nothing)[order], atol=1e-5)


def test_the_same_pixels_in_another_store_are_known(network: Any, looked: list[int]) -> None:
    part = numbered(30)
    first = described(network, part)
    elsewhere = replace(part, pixels=part.pixels[::-1].copy(), rows=part.rows[::-1].copy())
    assert np.array_equal(described(network, elsewhere), first)
    assert looked == [30]


def test_other_brightness_and_another_size_are_described_anew(
    network: Any, looked: list[int]
) -> None:
    part = numbered(30)
    described(network, part)
    brighter = replace(part, factors=part.factors * 2)
    assert not np.array_equal(described(network, brighter)[1:], described(network, part)[1:])
    pretrained_features(network, SIDE + 1, part, nothing)
    assert looked == [30, 30, 30]


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def flipped(data: bytes) -> bytes:
    place = len(data) - 500  # among the features; the end is a table of contents
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def emptied(data: bytes) -> bytes:
    return b""


def replaced(data: bytes) -> bytes:
    return b"no features at all"


@pytest.mark.parametrize("damage", [cut, flipped, emptied, replaced])
def test_a_damaged_cache_is_made_again(
    network: Any, looked: list[int], damage: Callable[[bytes], bytes]
) -> None:
    first = described(network, numbered(30))
    whole = cache_file().read_bytes()
    cache_file().write_bytes(damage(whole))
    assert np.array_equal(described(network, numbered(30)), first)
    assert np.array_equal(described(network, numbered(30)), first)
    assert looked == [30, 30]


def test_a_full_disk_costs_nothing_but_the_next_time(
    network: Any,
    looked: list[int],
    full_disk: Callable[[int], AbstractContextManager[None]],
) -> None:
    with full_disk(500):
        first = described(network, numbered(30))
    assert first.shape == (30, 7)
    assert np.array_equal(described(network, numbered(30)), first)
    assert looked == [30, 30]


def test_a_cache_that_cannot_be_written_is_no_obstacle(network: Any, own_home: Path) -> None:
    (own_home / "cache").write_text("a file where the folder should be")
    assert described(network, numbered(10)).shape == (10, 7)


def test_the_cache_stays_within_its_budget(network: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    described(network, numbered(30))
    old = cache_file()
    monkeypatch.setattr(features, "BUDGET", old.stat().st_size + 100)
    pretrained_features(network, SIDE + 1, numbered(30), nothing)
    assert not old.exists()
    assert cache_file().name != old.name


def test_stop_leaves_at_once_and_keeps_nothing(network: Any) -> None:
    def stop(done: int, total: int) -> None:
        if done:
            raise Cancelled

    with pytest.raises(Cancelled):
        pretrained_features(network, SIDE, numbered(100), stop)
    assert not (cache_folder() / "features").exists()
