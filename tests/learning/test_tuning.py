"""A pretrained network is adapted carefully: least where it is most general."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from precmed_gui.diagnosis.training import Recipe
from precmed_gui.learning.tuning import DECAY, STAGES, WARM_UP, tuned_optimizer
from precmed_gui.modalities import modality

STEPS = 40
LAYERS = {"stem": 0, "stage1": 1, "stage4": 4, "stage7": 7}


@pytest.fixture
def recipe() -> Recipe:
    return modality("imaging").recipes()["fine-tuned"]


@pytest.fixture
def network() -> Any:
    """Layers named as those of the pretrained network are."""
    import keras

    keras.utils.set_random_seed(1)
    images = keras.Input((8, 8, 1))
    x = images
    for name in LAYERS:
        x = keras.layers.Conv2D(3, 1, use_bias=False, name=f"{name}_block1_filters")(x)
        x = keras.layers.BatchNormalization(name=f"{name}_block1_norm")(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    x = keras.layers.Dense(2, activation="softmax", name="classes")(x)
    return keras.Model(images, x)


def weights(network: Any) -> dict[str, np.ndarray]:
    return {variable.path: variable.numpy() for variable in network.weights}


def test_a_step_is_shorter_the_earlier_the_layer(network: Any, recipe: Recipe) -> None:
    before = weights(network)
    optimizer = tuned_optimizer(network, replace(recipe, learning_rate=0.1), STEPS)
    optimizer.weight_decay = 0.0
    ones = [variable.value * 0 + 1 for variable in network.trainable_variables]
    for _step in range(3):
        optimizer.apply(ones, network.trainable_variables)
    moves = {
        path: float(np.abs(now - before[path]).max()) for path, now in weights(network).items()
    }
    whole = moves["classes/kernel"]
    assert whole > 0
    for name, stage in LAYERS.items():
        share = DECAY ** (STAGES - stage)
        assert moves[f"{name}_block1_filters/kernel"] == pytest.approx(share * whole, rel=1e-3)


def test_normalisation_keeps_what_it_knows(network: Any, recipe: Recipe) -> None:
    before = weights(network)
    images = np.random.default_rng(0).normal(5, 3, (64, 8, 8, 1)).astype(np.float32)
    network.compile(tuned_optimizer(network, recipe, 8), "sparse_categorical_crossentropy")
    network.fit(images, np.arange(64) % 2, batch_size=8, epochs=1, verbose=0)
    for path, now in weights(network).items():
        assert np.array_equal(now, before[path]) == ("_norm" in path), path


def test_the_rate_rises_to_that_of_the_recipe_and_falls_to_nothing(
    network: Any, recipe: Recipe
) -> None:
    import keras

    optimizer = tuned_optimizer(network, recipe, STEPS)
    schedule = keras.optimizers.serialize(optimizer)["config"]["learning_rate"]
    rate = keras.optimizers.schedules.CosineDecay.from_config(schedule["config"])
    rates = [float(rate(step)) for step in range(STEPS + 1)]
    top = round(WARM_UP * STEPS)
    assert rates[0] == 0
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert max(rates) == pytest.approx(recipe.learning_rate)
    assert rates[-1] == pytest.approx(0, abs=1e-9)
