"""Windows in pixel values and in the unit of the data."""

import numpy as np
import pytest

from precmed_gui.diagnosis.pictures import StatedWindow
from precmed_gui.window.brightness import Brightness, value_text
from precmed_gui.window.grey_levels import GreyWindow, ValueScale, in_grey

CT = ValueScale("HU", 1.0, -1024.0)
LUNG = StatedWindow("lung", -600, 1500)
NARROW = StatedWindow("brain", 40, 80)


def shown(stated: StatedWindow, hounsfield: list[float], meaning: ValueScale) -> list[int]:
    window = Brightness(meaning=meaning).with_stated(stated).window
    pixels = np.array([[(value - meaning.offset) / meaning.scale for value in hounsfield]])
    return in_grey(pixels.round().astype(np.uint16), window)[0].tolist()


def test_a_stated_window_is_black_and_white_where_dicom_says():
    """PS3.3 C.11.2.1.2: black up to c - w/2, white from c + w/2 - 1."""
    assert shown(NARROW, [-1, 0, 79, 80], CT) == [0, 0, 255, 255]
    assert shown(NARROW, [1], CT)[0] > 0
    assert shown(NARROW, [78], CT)[0] < 255


def test_pixels_of_half_a_unit_are_windowed_alike():
    half = ValueScale("HU", 0.5, -1024.0)
    assert shown(NARROW, [0, 39.5, 79], half) == shown(NARROW, [0, 39.5, 79], half)
    assert shown(NARROW, [0, 79], half) == [0, 255]


@pytest.mark.parametrize("meaning", [CT, ValueScale("HU", 0.5, -1000.0)])
def test_the_caption_says_the_window_as_it_was_stated(meaning):
    brightness = Brightness(meaning=meaning).with_stated(LUNG)
    assert brightness.caption("100") == "W 1500  L −600 HU · 100 %"
    assert brightness.is_like(LUNG)
    assert not brightness.is_like(NARROW)


def test_the_own_window_of_a_file_is_the_one_it_came_with():
    first = GreyWindow.between(900, 1300)
    brightness = Brightness(first, first, CT).with_stated(LUNG)
    own = StatedWindow("file", 0, 1)
    assert not brightness.is_like(own)
    assert brightness.with_stated(own).window == first


def test_a_window_set_by_hand_stays_on_the_next_slice_in_its_unit():
    lung = Brightness(meaning=CT).with_stated(LUNG)
    other = ValueScale("HU", 2.0, -2000.0)
    moved = lung.of_next_slice(GreyWindow.between(0, 100), other)
    assert moved.caption("100") == lung.caption("100")
    assert moved.window != lung.window


def test_an_untouched_window_is_that_of_each_slice_that_states_one():
    first, second = GreyWindow.between(0, 100), GreyWindow.between(20, 80)
    brightness = Brightness(first, first).of_next_slice(second, CT)
    assert brightness.window == second
    assert brightness.is_first


def test_slices_that_state_no_window_go_on_with_that_of_the_series():
    first = GreyWindow.between(100, 300)
    doubled = ValueScale("", 2.0, 0.0)
    brightness = Brightness(first, first).of_next_slice(None, doubled)
    assert brightness.is_first
    assert doubled.stated(brightness.window) == ValueScale().stated(first)


def test_values_without_a_unit_are_said_as_the_file_states_its_window():
    stated = ValueScale(is_stated=True)
    brightness = Brightness(meaning=stated).with_stated(StatedWindow("mine", 900, 1800))
    assert brightness.caption("50") == "W 1800  L 900 · 50 %"


def test_a_pixel_is_read_out_only_where_it_means_something():
    assert Brightness(meaning=CT).readout(1081) == "57 HU"
    assert Brightness().readout(1081) == ""


@pytest.mark.parametrize(
    ("value", "width", "text"),
    [(-600, 1500, "−600"), (-0.2, 400, "0"), (0.25, 3, "0.25"), (40.4, 80, "40")],
)
def test_values_have_the_decimals_that_a_window_can_tell_apart(value, width, text):
    assert value_text(value, width) == text
