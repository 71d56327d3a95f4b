"""What a pretrained network says of images, computed once and kept on disk for later trainings."""

import hashlib
import io
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from precmed_gui.cohorts.private_caches import is_private
from precmed_gui.diagnosis.errors import FailedStorage
from precmed_gui.diagnosis.storage import write_atomically
from precmed_gui.learning.batches import ordered_batches
from precmed_gui.learning.training_data import PartImages
from precmed_gui.places import cache_folder

BUDGET = 1024**3
"""Bytes on disk; the features unused for longest go first."""
_BATCH = 64
_VERSION = 1
_UNREADABLE = (OSError, EOFError, ValueError, KeyError, RuntimeError, zipfile.BadZipFile)
"""What NumPy raises for a file that is not there, cut, or damaged."""
_in_memory: dict[str, dict[bytes, NDArray[np.float32]]] = {}
"""The features by store, while nothing may be on the disk."""


def pretrained_features(
    network: Any, image_size: int, part: PartImages, attend: Callable[[int, int], None]
) -> NDArray[np.float32]:
    """What goes into the layer "classes" of an unchanged pretrained network, (n, d).

    The cache knows the images by their content: the same pixels in another folder, or another
    division of the same cohort, are found again image by image.

    Parameters
    ----------
    network
        A network of a pretrained recipe with its pretrained weights.
    image_size
        The side it works at.
    part
        The images.
    attend
        Called with (done, total) before each batch; may raise to stop, then nothing is kept.
    """
    store = _Store(image_size, part)
    missing = store.missing()
    if len(missing):
        store.add(missing, computed_features(network, part.chosen(missing), attend))
    return store.features()


def computed_features(
    network: Any, part: PartImages, attend: Callable[[int, int], None]
) -> NDArray[np.float32]:
    """What goes into the layer "classes" of any network, (n, d), without the cache."""
    import keras
    import tensorflow as tf

    features = keras.Model(network.input, network.get_layer("classes").input)
    run = tf.function(lambda images: features(images, training=False), reduce_retracing=True)
    rows: list[NDArray[np.float32]] = []
    for images, _labels, _weights in ordered_batches(part, _BATCH):
        attend(len(rows) * _BATCH, len(part.rows))
        rows.append(run(images).numpy())
    return np.concatenate(rows)


class _Store:
    """The features known so far of one network at one size, by the content of the images."""

    def __init__(self, image_size: int, part: PartImages) -> None:
        shape = "x".join(str(side) for side in part.pixels.shape[1:])
        name = f"v{_VERSION}-{shape}-at-{image_size}.npz"
        self._file = cache_folder() / "features" / name
        self._keys = _keys(part)
        self._known: dict[bytes, NDArray[np.float32]] = {}
        self._is_private = is_private()
        if self._is_private:
            self._known = _in_memory.setdefault(name, {})
            return
        try:
            with np.load(io.BytesIO(self._file.read_bytes())) as found:
                self._known = dict(zip(found["keys"].tolist(), found["features"], strict=True))
        except _UNREADABLE:
            self._known = {}

    def missing(self) -> NDArray[np.int64]:
        """Positions of the images that have not been seen yet."""
        return np.array(
            [place for place, key in enumerate(self._keys) if key not in self._known], np.int64
        )

    def add(self, positions: NDArray[np.int64], features: NDArray[np.float32]) -> None:
        """Remember them, on disk too; a full disk costs the next training time, nothing else."""
        for position, row in zip(positions, features, strict=True):
            self._known[self._keys[position]] = row
        if self._is_private:
            return
        buffer = io.BytesIO()
        keys = np.array(list(self._known), dtype="S32")
        np.savez(buffer, keys=keys, features=np.stack(list(self._known.values())))
        try:
            _make_room(self._file, buffer.tell())
            write_atomically(self._file, buffer.getvalue())
        except FailedStorage:
            return

    def features(self) -> NDArray[np.float32]:
        """All of them, in the order of the part."""
        return np.stack([self._known[key] for key in self._keys])


def _keys(part: PartImages) -> list[bytes]:
    """Digests of the very numbers the network is shown."""
    keys = []
    for row, factor in zip(part.rows, part.factors, strict=True):
        digest = hashlib.sha256(repr(float(factor)).encode())
        digest.update(np.ascontiguousarray(part.pixels[row]).data)
        keys.append(digest.hexdigest()[:32].encode())
    return keys


def _make_room(keep: Path, wanted: int) -> None:
    """Delete the features unused for longest, until there is room for `wanted` bytes."""
    if not keep.parent.is_dir():
        return
    files = sorted(keep.parent.glob("*.npz"), key=lambda file: file.stat().st_mtime)
    others = [file for file in files if file != keep]
    total = wanted + sum(file.stat().st_size for file in others)
    is_tight = shutil.disk_usage(keep.parent).free < 2 * wanted
    for file in others:
        if total > BUDGET or is_tight:
            total -= file.stat().st_size
            file.unlink(missing_ok=True)
