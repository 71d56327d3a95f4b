"""Arrays come out of an old PyTorch file; nothing else does, and nothing in it runs."""

import io
import os
import pickle
import sys
from types import ModuleType

import numpy as np
import pytest

from precmed_gui.diagnosis.errors import RefusedModel
from precmed_gui.modalities.imaging.torch_files import read_tensors

MAGIC = 0x1950A86A20F9469CFC6C
NUMBERS = np.arange(12, dtype="<f4")


class FloatStorage:
    """Stands for torch.FloatStorage."""


def _rebuild_tensor_v2(*facts):
    raise AssertionError("the writer only names this function")


class Tensor:
    def __init__(self, offset, shape, strides):
        self.facts = (self, offset, shape, strides, False, {})

    def __reduce__(self):
        return _rebuild_tensor_v2, (Storage(), *self.facts[1:])


class Storage:
    pass


class Writer(pickle.Pickler):
    def persistent_id(self, thing):
        if isinstance(thing, Storage):
            return ("storage", FloatStorage, "7", "cpu", len(NUMBERS), None)
        return None


@pytest.fixture(autouse=True)
def names_of_torch(monkeypatch):
    for module, thing in (("torch", FloatStorage), ("torch._utils", _rebuild_tensor_v2)):
        fake = ModuleType(module)
        setattr(fake, thing.__name__, thing)
        monkeypatch.setitem(sys.modules, module, fake)
        monkeypatch.setattr(thing, "__module__", module)


def torch_file(tensors, magic=MAGIC, keys=("7",)):
    file = io.BytesIO()
    for part in (magic, 1001, {"little_endian": True}, tensors, list(keys)):
        Writer(file, protocol=2).dump(part)
    return file.getvalue() + len(NUMBERS).to_bytes(8, "little") + NUMBERS.tobytes()


class Foreign:
    def __init__(self, folder):
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (str(self.folder),)


def test_arrays_keep_their_names_shapes_and_order():
    tensors = read_tensors(
        torch_file({"rows": Tensor(0, (3, 4), (4, 1)), "turned": Tensor(2, (2, 3), (1, 3))})
    )
    assert list(tensors) == ["rows", "turned"]
    assert np.array_equal(tensors["rows"], NUMBERS.reshape(3, 4))
    assert np.array_equal(tensors["turned"], [[2, 5, 8], [3, 6, 9]])


@pytest.mark.parametrize("part", [0, 3])
def test_a_foreign_pickle_is_refused_and_does_not_run(tmp_path, part):
    folder = tmp_path / "made by the pickle"
    parts = [MAGIC, 1001, {}, {}, []]
    parts[part] = {"weight": Foreign(folder)}
    data = b"".join(pickle.dumps(one, protocol=2) for one in parts)
    with pytest.raises(RefusedModel, match="more than numbers"):
        read_tensors(data)
    assert not folder.exists()
    pickle.loads(pickle.dumps(Foreign(folder)))
    assert folder.exists()


@pytest.mark.parametrize(
    "name", [b"builtins\neval", b"torch\nload", b"torch._utils\n_rebuild", b"collections\nabc"]
)
def test_no_other_name_is_known(name):
    with pytest.raises(RefusedModel):
        read_tensors(b"\x80\x02c" + name + b"\n.")


@pytest.mark.parametrize(
    "tensor",
    [
        Tensor(0, (13,), (1,)),
        Tensor(1, (3, 4), (4, 1)),
        Tensor(-1, (3,), (1,)),
        Tensor(4, (3,), (-1,)),
        Tensor(0, (1000, 1000), (0, 0)),
        Tensor(0, (3,), (1, 1)),
    ],
)
def test_an_array_never_reaches_beyond_its_numbers(tensor):
    with pytest.raises(RefusedModel):
        read_tensors(torch_file({"weight": tensor}))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04 a file of a newer PyTorch",
        torch_file({}, magic=MAGIC + 1),
        torch_file({"weight": 5}),
        torch_file({}, keys=("8",)),
    ],
    ids=["empty", "newer", "magic", "no array", "unknown key"],
)
def test_other_formats_are_refused(data):
    with pytest.raises(RefusedModel):
        read_tensors(data)


def test_a_cut_file_is_refused():
    data = torch_file({"weight": Tensor(0, (12,), (1,))})
    assert read_tensors(data)
    for length in range(0, len(data), 7):
        with pytest.raises(RefusedModel):
            read_tensors(data[:length])
