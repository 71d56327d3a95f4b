"""Reads the arrays of an old PyTorch file without PyTorch; used for the pretrained network.

Such a file is a row of pickles, and a pickle may run anything. Here it can only make ordered
dictionaries and descriptions of arrays: whatever else it names is refused, and nothing runs.
"""

import io
import pickle
from collections import OrderedDict
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.errors import RefusedModel
from precmed_gui.language import _

_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001
_NUMBERS: dict[str, np.dtype[Any]] = {
    "FloatStorage": np.dtype("<f4"),
    "LongStorage": np.dtype("<i8"),
}
_MALFORMED = (
    pickle.UnpicklingError,
    AttributeError,
    EOFError,
    ImportError,
    IndexError,
    KeyError,
    MemoryError,
    OverflowError,
    TypeError,
    ValueError,
)


class _Storage(NamedTuple):
    key: str
    numbers: str
    length: int


class _Tensor(NamedTuple):
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def read_tensors(data: bytes) -> dict[str, NDArray[Any]]:
    """The named arrays of a file that `torch.save` wrote before PyTorch 1.6.

    Parameters
    ----------
    data
        The whole file: five pickles (magic number, protocol, system, tensors, storage keys), then
        for each key the count of its numbers (int64) and the numbers, little endian.

    Returns
    -------
    dict
        Arrays by name, float32 or int64, in PyTorch's order of axes.

    Raises
    ------
    RefusedModel
        If the file is of another format, is cut, or names anything but arrays.
    """
    try:
        return _tensors(io.BytesIO(data))
    except _MALFORMED as error:
        raise RefusedModel(
            _("The file of the network is damaged, or holds more than numbers."),
            _("Get the file again from where it came from."),
        ) from error


class _NumbersOnly(pickle.Unpickler):
    """Knows three names; every other one ends the reading."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _described
        if module == "torch" and name in _NUMBERS:
            return name
        raise pickle.UnpicklingError(f"{module}.{name} is not an array")

    def persistent_load(self, pid: Any) -> _Storage:
        kind, numbers, key, _device, length, view = pid
        if kind != "storage" or numbers not in _NUMBERS or view is not None:
            raise pickle.UnpicklingError("not a plain storage")
        return _Storage(str(key), numbers, int(length))


def _described(*facts: Any) -> _Tensor:
    storage, offset, shape, strides = facts[:4]
    return _Tensor(storage, int(offset), tuple(map(int, shape)), tuple(map(int, strides)))


def _tensors(file: io.BytesIO) -> dict[str, NDArray[Any]]:
    magic, protocol, _system, named, keys = (_NumbersOnly(file).load() for _part in range(5))
    if magic != _MAGIC or protocol != _PROTOCOL:
        raise pickle.UnpicklingError("another format")
    described = {str(name): _checked(tensor) for name, tensor in named.items()}
    numbers = {tensor.storage.key: tensor.storage for tensor in described.values()}
    storages = {key: _read_storage(file, numbers[key]) for key in keys}
    return {name: _array(tensor, storages) for name, tensor in described.items()}


def _checked(tensor: Any) -> _Tensor:
    if not isinstance(tensor, _Tensor) or not isinstance(tensor.storage, _Storage):
        raise pickle.UnpicklingError("not an array")
    return tensor


def _read_storage(file: io.BytesIO, storage: _Storage) -> NDArray[Any]:
    length = int.from_bytes(file.read(8), "little")
    dtype = _NUMBERS[storage.numbers]
    raw = file.read(length * dtype.itemsize)
    if length != storage.length or len(raw) != length * dtype.itemsize:
        raise pickle.UnpicklingError("cut")
    return np.frombuffer(raw, dtype)


def _array(tensor: _Tensor, storages: dict[str, NDArray[Any]]) -> NDArray[Any]:
    """The view of the storage that the strides describe, never beyond its ends."""
    storage = storages[tensor.storage.key]
    if len(tensor.shape) != len(tensor.strides) or min((0, *tensor.shape, *tensor.strides)) < 0:
        raise pickle.UnpicklingError("strides and shape do not fit")
    last = tensor.offset + sum(
        (count - 1) * stride for count, stride in zip(tensor.shape, tensor.strides, strict=True)
    )
    if tensor.offset < 0 or last >= len(storage) or prod(tensor.shape) > len(storage):
        raise pickle.UnpicklingError("beyond the storage")
    return np.lib.stride_tricks.as_strided(
        storage[tensor.offset :],
        tensor.shape,
        tuple(stride * storage.itemsize for stride in tensor.strides),
        writeable=False,
    ).copy()
