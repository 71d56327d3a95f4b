"""From stored values to the [0, 1] that networks see, alike when training and when predicting."""

import numpy as np
from numpy.typing import NDArray

FULL_8 = 255


def training_full_scale(is_wide: NDArray[np.bool_], highest: NDArray[np.integer]) -> int:
    """The value that becomes 1.0, from the images a network is trained on.

    Parameters
    ----------
    is_wide, highest
        (n,) whether an image has 16 bits, and its largest value.

    Returns
    -------
    int
        255 if all have 8 bits; else the smallest 2^k - 1, k from 8 to 16, that no 16-bit image
        exceeds: detectors store 10, 12 or 14 bits in 16.
    """
    if not is_wide.any():
        return FULL_8
    return (1 << max(8, int(highest[is_wide].max()).bit_length())) - 1


def unit_factors(
    is_wide: NDArray[np.bool_], highest: NDArray[np.integer], full_scale: int
) -> NDArray[np.float32]:
    """What to multiply each image with, (n,) float32, before cutting off above 1.

    An image of the other depth than the network's is brought to [0, 1] by its own full scale: 255,
    or the smallest 2^k - 1 that it does not exceed.
    """
    scale = np.full(len(is_wide), FULL_8, np.float64)
    if full_scale > FULL_8:
        scale[is_wide] = full_scale
    else:
        bits = np.frexp(highest[is_wide].astype(np.float64))[1]
        scale[is_wide] = 2.0 ** np.maximum(8, bits) - 1
    return (1 / scale).astype(np.float32)
