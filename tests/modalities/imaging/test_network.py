"""The networks of the recipes: what goes in, what comes out, and which are the pretrained one."""

import numpy as np
import pytest

from precmed_gui.diagnosis.errors import RefusedModel
from precmed_gui.modalities import modality
from precmed_gui.modalities.imaging.recipes import RECIPES

NETWORKS = [name for name, recipe in RECIPES.items() if not recipe.is_search]
SIZES = {"article-cnn": 28, "small-cnn": 40, "transfer": 64, "fine-tuned": 64}


@pytest.fixture(scope="module")
def build():
    return modality("imaging").build


def pictures(count, side, channels):
    random = np.random.default_rng(1)
    return random.uniform(0, 1, (count, side, side, channels)).astype(np.float32)


@pytest.mark.parametrize("name", NETWORKS)
def test_every_recipe_gives_one_probability_a_class(build, name):
    network = build(name, SIZES[name], 1, 3, SIZES[name])
    answers = network(pictures(2, SIZES[name], 1), training=False).numpy()
    assert answers.shape == (2, 3)
    np.testing.assert_allclose(answers.sum(1), 1, atol=1e-5)
    assert network.name == name
    assert network.layers[-1].name == "classes"
    assert network.input_shape == (None, SIZES[name], SIZES[name], 1)


def test_a_picture_is_brought_to_the_size_the_network_works_at(build):
    import keras

    large = build("small-cnn", 40, 3, 2, 20)
    assert large.input_shape == (None, 20, 20, 3)
    plain = build("small-cnn", 40, 3, 2, 40)
    assert large.count_params() == plain.count_params()
    plain.set_weights(large.get_weights())
    images = pictures(2, 20, 3)
    brought = keras.ops.image.resize(images, (40, 40), interpolation="bilinear", antialias=True)
    np.testing.assert_allclose(
        large(images, training=False), plain(brought, training=False), atol=1e-5
    )


def test_shrinking_averages_and_does_not_pick_single_pixels(build):
    network = build("article-cnn", 28, 1, 2, 224)
    chequered = np.indices((224, 224)).sum(0) % 2
    grey = np.full((1, 224, 224, 1), 0.5, np.float32)
    np.testing.assert_allclose(
        network(chequered[None, ..., None].astype(np.float32), training=False),
        network(grey, training=False),
        atol=0.01,
    )


def test_layers_have_the_same_names_however_many_networks_were_built_before(build):
    paths = [[weight.path for weight in build("small-cnn", 28, 1, 2, 28).weights] for _ in "ab"]
    assert paths[0] == paths[1]
    assert len(set(paths[0])) == len(paths[0])


def test_the_pretrained_network_sees_grey_as_equal_colours(build):
    grey, colour = (build("transfer", 64, channels, 2, 32) for channels in (1, 3))
    modality("imaging").load_pretrained(grey)
    colour.set_weights(grey.get_weights())
    images = pictures(2, 32, 1)
    np.testing.assert_allclose(
        grey(images, training=False),
        colour(np.repeat(images, 3, axis=-1), training=False),
        atol=1e-5,
    )


def test_pretrained_weights_are_loaded_into_both_pretrained_recipes(build):
    networks = [build(name, 64, 1, 2, 64) for name in ("transfer", "fine-tuned")]
    for network in networks:
        modality("imaging").load_pretrained(network)
    first, second = ({w.path: w.numpy() for w in network.weights} for network in networks)
    assert first.keys() == second.keys()
    same = [path for path in first if np.array_equal(first[path], second[path])]
    assert set(first) - set(same) == {"classes/kernel"}


@pytest.mark.parametrize("name", ["auto", "transformer"])
def test_what_is_no_network_is_refused_by_name(build, name):
    with pytest.raises(RefusedModel, match=name):
        build(name, 28, 1, 2, 28)
