"""Which pictures are unlike the others of their cohort: pure figures, used by the check."""

import numpy as np
from numpy.typing import NDArray

SMALLEST_SIDE = 28
"""Pixels; no network of ours takes less."""
GLYPHS = 3

_FLAT = 0.012
_LEAST_TO_COMPARE = 20
_COHERENT = 0.4
_OPPOSITE = -0.35
_FAR = 5.0
_SAMPLE = 2000
_LEAST_SCALE = 0.02
_TO_SIGMA = 1.4826


def are_blank(table: NDArray[np.void]) -> NDArray[np.bool_]:
    """(n,) whether there is nothing to see: brightness hardly differs, but for a few pixels."""
    blank: NDArray[np.bool_] = (table["spread"] < _FLAT) | (table["high"] - table["low"] < _FLAT)
    return blank


def are_inverted(table: NDArray[np.void]) -> NDArray[np.bool_]:
    """(n,) whether black and white seem exchanged.

    Judged by the correlation of each grey picture with the median of all, at 32 x 32: strongly
    negative, in a cohort whose pictures mostly agree with it. Where they do not (fewer
    than 20, or pictures of many things), nothing is said.
    """
    chosen = np.flatnonzero(table["is_grey"] & ~are_blank(table))
    found = np.zeros(len(table), np.bool_)
    if len(chosen) < _LEAST_TO_COMPARE:
        return found
    sample = table["miniature"][chosen[:: max(1, len(chosen) // _SAMPLE)]]
    usual = _normed(np.median(_normed(sample), axis=0, keepdims=True))[0]
    alike = np.concatenate(
        [
            _normed(table["miniature"][chosen[start : start + _SAMPLE]]) @ usual
            for start in range(0, len(chosen), _SAMPLE)
        ]
    )
    if float(np.median(alike)) >= _COHERENT:
        found[chosen[alike < _OPPOSITE]] = True
    return found


def _normed(pictures: NDArray[np.generic]) -> NDArray[np.float32]:
    """(n, pixels) of mean 0 and length 1."""
    flat = pictures.reshape(len(pictures), -1).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    flat /= np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), np.float32(1e-6))
    return flat


def are_odd_in_brightness(
    table: NDArray[np.void],
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(n,) and (n,) whether a picture is much darker, or much brighter, than the others.

    By the robust z of the mean brightness: its distance from the median, in units of the median
    absolute deviation times 1.4826 (Iglewicz and Hoaglin 1993), 5 or more.
    """
    mean = table["mean"].astype(np.float64)
    if len(mean) < _LEAST_TO_COMPARE:
        return np.zeros(len(mean), np.bool_), np.zeros(len(mean), np.bool_)
    distance = mean - np.median(mean)
    scale = max(_LEAST_SCALE, _TO_SIGMA * float(np.median(np.abs(distance))))
    seen = ~are_blank(table)
    return seen & (distance < -_FAR * scale), seen & (distance > _FAR * scale)
