"""Several networks answer as one: by weight, each at its temperature, over several views."""

from typing import Any

import numpy as np
import pytest

from precmed_gui.diagnosis.model_card import Member
from precmed_gui.learning.ensemble import (
    MOST_VIEWS,
    Ensemble,
    ensemble_weights,
    feature_place,
    set_ensemble_weights,
    traced,
    wanted_weights,
)
from precmed_gui.modalities import modality

SIDE = 28


def networks(count: int, seed: int = 1) -> tuple[Any, ...]:
    import keras

    keras.utils.set_random_seed(seed)
    return tuple(modality("imaging").build("article-cnn", SIDE, 1, 3, SIDE) for _ in range(count))


def pictures(count: int = 5) -> np.ndarray:
    return np.random.default_rng(2).uniform(0, 1, (count, SIDE, SIDE, 1)).astype(np.float32)


def ensemble(*members: tuple[float, float]) -> Ensemble:
    return Ensemble(
        tuple(Member("article-cnn", SIDE, weight, scale) for weight, scale in members),
        networks(len(members)),
        (SIDE, SIDE, 1),
    )


def alone(network: Any, images: np.ndarray, scale: float = 1.0) -> np.ndarray:
    powers = network(images, training=False).numpy().astype(np.float64) ** scale
    found: np.ndarray = powers / powers.sum(1, keepdims=True)
    return found


def test_the_answer_is_the_weighted_mean_at_each_network_s_temperature() -> None:
    both = ensemble((0.75, 0.2), (0.25, 3.0))
    found, _features = traced(both)(pictures())
    first, second = both.networks
    wanted = 0.75 * alone(first, pictures(), 0.2) + 0.25 * alone(second, pictures(), 3.0)
    np.testing.assert_allclose(found, wanted, atol=1e-5)
    np.testing.assert_allclose(found.sum(1), 1, atol=1e-5)


def test_a_network_of_no_weight_does_not_answer_and_may_describe() -> None:
    import keras

    both = ensemble((1.0, 1.0), (0.0, 1.0))
    members = (both.members[0], Member("transfer", SIDE, 0.0))
    described = Ensemble(members, both.networks, both.shape)
    found, features = traced(described)(pictures())
    np.testing.assert_allclose(found, alone(both.networks[0], pictures()), atol=1e-5)
    second = both.networks[1]
    describe = keras.Model(second.input, second.get_layer("classes").input)
    np.testing.assert_allclose(features, describe(pictures(), training=False), atol=1e-5)


@pytest.mark.parametrize(
    ("recipes", "weights", "place"),
    [
        (("small-cnn", "fine-tuned", "transfer"), (0.5, 0.5, 0.0), 2),
        (("small-cnn", "fine-tuned"), (0.9, 0.1), 1),
        (("small-cnn", "small-cnn"), (0.4, 0.6), 1),
        (("article-cnn",), (1.0,), 0),
    ],
)
def test_who_saw_other_pictures_describes_images(
    recipes: tuple[str, ...], weights: tuple[float, ...], place: int
) -> None:
    members = [Member(name, SIDE, weight) for name, weight in zip(recipes, weights, strict=True)]
    assert feature_place(members) == place


def test_views_are_moved_by_a_pixel_each_way_and_averaged() -> None:
    one = ensemble((1.0, 1.0))
    images = pictures()
    found, features = traced(one, MOST_VIEWS)(images)
    wide = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="symmetric")
    moved = [
        wide[:, 1 + down : 1 + down + SIDE, 1 + across : 1 + across + SIDE]
        for down, across in ((0, 0), (0, -1), (0, 1), (-1, 0), (1, 0))
    ]
    wanted = np.mean([alone(one.networks[0], view) for view in moved], axis=0)
    np.testing.assert_allclose(found, wanted, atol=1e-5)
    assert np.abs(found - alone(one.networks[0], images)).max() > 1e-4
    np.testing.assert_allclose(features, traced(one)(images)[1], atol=1e-5)


def test_weights_go_back_to_where_they_came_from() -> None:
    first, second = networks(2, seed=1), networks(2, seed=2)
    weights = ensemble_weights(first)
    assert {name: array.shape for name, array in weights.items()} == wanted_weights(second)
    set_ensemble_weights(second, weights)
    for known, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(alone(known, pictures()), alone(other, pictures()))
    assert not np.allclose(alone(first[0], pictures()), alone(first[1], pictures()))
