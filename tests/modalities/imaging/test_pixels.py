"""Pixels keep their depth and meaning on the way to a network and to the screen."""

import numpy as np
import pytest
from PIL import Image

from precmed_gui.diagnosis.errors import UnreadableFile
from precmed_gui.modalities.imaging.pixels import (
    from_numbers,
    full_scale,
    is_grey,
    luminance,
    prepare,
    to_display,
)

RANDOM = np.random.default_rng(5)
GREY = RANDOM.integers(0, 256, (40, 60), dtype=np.uint8)
COLOUR = RANDOM.integers(0, 256, (40, 60, 3), dtype=np.uint8)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("image", [GREY, COLOUR])
def test_a_prepared_image_is_a_square_of_the_same_depth(
    image: np.ndarray, channels: int, dtype: type
) -> None:
    prepared = prepare(image.astype(dtype), 32, channels)
    assert prepared.shape == (32, 32, channels)
    assert prepared.dtype == dtype


def test_an_image_of_the_right_size_is_left_as_it_is() -> None:
    assert np.array_equal(prepare(GREY[:, :40], 40, 1)[..., 0], GREY[:, :40])
    assert np.array_equal(prepare(COLOUR[:, :40], 40, 3), COLOUR[:, :40])


def test_grey_is_pillows_luminance() -> None:
    assert np.array_equal(luminance(COLOUR), np.asarray(Image.fromarray(COLOUR).convert("L")))
    deep = COLOUR.astype(np.uint16) * 257
    assert np.abs(luminance(deep) / 257 - luminance(COLOUR)).max() <= 0.51


def test_sixteen_bits_are_resized_with_more_precision_than_eight() -> None:
    ramp = np.tile(np.linspace(1000, 1100, 64).astype(np.uint16), (64, 1))
    small = prepare(ramp, 32, 1)[..., 0]
    assert len(np.unique(small)) > 20
    assert abs(float(small.mean()) - float(ramp.mean())) < 1


def test_reduction_averages_instead_of_skipping() -> None:
    stripes = np.tile(np.array([0, 255], np.uint8), (64, 32))
    small = prepare(stripes, 8, 1)
    assert np.abs(small.astype(int) - 128).max() < 10


def test_an_image_smaller_than_the_network_takes_is_refused_with_a_hint() -> None:
    with pytest.raises(UnreadableFile, match="20 × 40 pixels, smaller than the 64 × 64") as refused:
        prepare(np.zeros((40, 20), np.uint8), 64, 1)
    assert refused.value.hint


def test_grey_is_recognised_in_three_channels() -> None:
    assert is_grey(GREY)
    assert is_grey(np.repeat(GREY[..., None], 3, axis=2))
    assert not is_grey(COLOUR)


@pytest.mark.parametrize(
    ("highest", "white"), [(10, 255), (1000, 1023), (4095, 4095), (4096, 8191)]
)
def test_low_bits_in_sixteen_are_shown_bright(highest: int, white: int) -> None:
    image = np.array([[0, highest]], np.uint16)
    assert full_scale(image) == white
    assert to_display(image).max() == (highest * 255 + white // 2) // white
    assert to_display(image, 65535).max() == (highest * 255 + 32767) // 65535


def test_numbers_of_any_kind_become_pixels() -> None:
    assert from_numbers(np.array([[True, False]])).tolist() == [[255, 0]]
    assert from_numbers(np.array([[0, 4000]], np.int64)).tolist() == [[0, 4000]]
    assert from_numbers(np.array([[0.0, 0.5, np.nan]])).tolist() == [[0, 32768, 0]]
    assert from_numbers(np.array([[-7.0, -7.0]])).tolist() == [[0, 0]]
    assert from_numbers(np.array([[-1.0, np.inf, 1.0]])).tolist() == [[0, 65535, 65535]]
    with pytest.raises(UnreadableFile):
        from_numbers(np.array([["a"]]))
