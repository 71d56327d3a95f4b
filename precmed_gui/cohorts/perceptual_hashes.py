"""Signs of low frequencies: a code that copies share, however bright, large or turned they are.

Used by `duplicates` to find candidates without comparing each picture with every other.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

ORIENTATIONS = 8
"""As `turned`: 0 is upright; the others are the turns and mirror images."""

_FREQUENCIES = 11
_CHUNK = 4096
_MISTRUST = 50
"""Of so many pictures the median counts half: two copies are not to be their own usual picture."""


def coefficients(miniatures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Low frequencies of pictures, by a discrete cosine transform (DCT-II).

    Parameters
    ----------
    miniatures
        (n, side, side).

    Returns
    -------
    ndarray
        (n, 11, 11) float32, without regard to brightness and contrast: the constant is 0, and the
        sum of squares 1 (or 0, of a picture without any detail).
    """
    side = miniatures.shape[1]
    waves = np.arange(_FREQUENCIES)[:, None] * (2 * np.arange(side) + 1)[None, :]
    cosine = np.cos(np.pi * waves / (2 * side)).astype(np.float32)
    found = np.empty((len(miniatures), _FREQUENCIES, _FREQUENCIES), np.float32)
    for start in range(0, len(miniatures), _CHUNK):
        chunk = miniatures[start : start + _CHUNK].astype(np.float32)
        found[start : start + _CHUNK] = cosine @ chunk @ cosine.T
    found[:, 0, 0] = 0
    lengths = np.sqrt((found**2).sum(axis=(1, 2), keepdims=True))
    found /= np.maximum(lengths, np.float32(1e-6))
    return found


def turned_coefficients(upright: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
    """The coefficients of the pictures in each of the 8 orientations, in the order of `turned`.

    Mirroring changes the sign of the odd frequencies, turning over the diagonal swaps the axes;
    the pictures themselves need not be looked at again.
    """
    odd = np.where(np.arange(_FREQUENCIES) % 2, -1, 1).astype(np.float32)
    for orientation in range(ORIENTATIONS):
        found = upright.transpose(0, 2, 1) if orientation & 4 else upright
        if orientation & 1:
            found = found * odd[:, None]
        if orientation & 2:
            found = found * odd[None, :]
        yield found


def turned(pictures: NDArray[np.float32], orientation: int) -> NDArray[np.float32]:
    """(n, side, side) pictures, swapped over the diagonal (4), upside down (1), mirrored (2)."""
    found = pictures.transpose(0, 2, 1) if orientation & 4 else pictures
    if orientation & 1:
        found = found[:, ::-1]
    if orientation & 2:
        found = found[:, :, ::-1]
    return found


def usual_coefficients(upright: NDArray[np.float32]) -> NDArray[np.float32]:
    """(11, 11) what is usual in a cohort: a sign says on which side of it a picture is.

    With the plain sign, all chest X-rays would have nearly the same code.
    """
    return np.median(upright, axis=0) * np.float32(trust(len(upright)))


def trust(count: int) -> float:
    """How far the median of so many pictures is what is usual: 0 of none, near 1 of many."""
    return count / (count + _MISTRUST)


def signs(found: NDArray[np.float32], usual: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(n, 120) on which side of the usual each coefficient but the constant is."""
    return (found > usual).reshape(len(found), -1)[:, 1:]


def packed(bits: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """(n, m) bits as (n, ceil(m / 64)) numbers whose order is the order of the bits."""
    spare = -bits.shape[1] % 64
    padded = np.pad(bits, ((0, 0), (0, spare)))
    return np.ascontiguousarray(np.packbits(padded, axis=1)).view(">u8").astype(np.uint64)
