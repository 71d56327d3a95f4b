"""What a training would take in memory, disk and minutes of reading: rough, rather too much."""

import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.checks import Cost
from precmed_gui.places import cache_folder

_LARGEST_SIDE = 224
_SMALLEST_SIDE = 28
_USUAL_SHARE = 5
_ENGINE = 1_200_000_000
_WINDOW = 300_000_000
_AN_IMAGE = 20_000
_SECONDS_AN_IMAGE = 0.0005
_SECONDS_A_PIXEL = 3e-8
_DEAREST_READS = 2
"""An image is read by the check and by the training."""


def expected_cost(table: NDArray[np.void]) -> Cost:
    """The cost of training on pictures whose facts are in the rows of `table`.

    Measured on two cores: a JPEG of 224 x 224 takes 1 ms to read, one of a megapixel 25 ms; the
    engine with Keras about 1.2 GB. The prepared images are squares of at most 224 pixels, and lie
    on disk only.
    """
    free = _free_disk()
    if not len(table):
        return Cost(_ENGINE + _WINDOW, 0, free, 0.0)
    shorter = np.minimum(table["width"], table["height"])
    side = int(np.clip(np.percentile(shorter, _USUAL_SHARE), _SMALLEST_SIDE, _LARGEST_SIDE))
    channels = 1 if table["is_grey"].all() else 3
    depth = 2 if table["is_wide"].any() else 1
    pixels = table["width"].astype(np.float64) * table["height"]
    seconds = len(table) * _SECONDS_AN_IMAGE + float(pixels.sum()) * _SECONDS_A_PIXEL
    largest = int(pixels.max()) * channels * depth
    return Cost(
        memory=_ENGINE + _WINDOW + len(table) * _AN_IMAGE + 3 * largest,
        disk=len(table) * side**2 * channels * depth,
        free_disk=free,
        minutes=_DEAREST_READS * seconds / 60,
    )


def _free_disk() -> int:
    folder: Path = cache_folder()
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0
