"""What a model folder keeps of features: reference.safetensors, for the gate and the shift test."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from precmed_gui.evaluation.gate import Reference

_OTHERS = ("validation", "template")


@dataclass(frozen=True)
class KeptFeatures:
    """Features of training and validation images.

    Parameters
    ----------
    reference
        Of training images; its rows count the training images in the order of split.csv.
    validation
        (v, p + 1) float32 of all validation images, `gate.projected`, in the order of split.csv.
    template
        (size, size) float32, the mean training image as `gate.limited_template` scales it.
    """

    reference: Reference
    validation: NDArray[np.float32]
    template: NDArray[np.float32]


def as_arrays(kept: KeptFeatures) -> dict[str, NDArray[np.generic]]:
    """The arrays by name, for safetensors."""
    reference = {
        field.name: np.ascontiguousarray(getattr(kept.reference, field.name))
        for field in fields(Reference)
    }
    others = {name: np.ascontiguousarray(getattr(kept, name)) for name in _OTHERS}
    return {**reference, **others}


def from_arrays(arrays: dict[str, NDArray[np.generic]]) -> KeptFeatures:
    """The features of `as_arrays`; raises `ValueError` where they contradict each other."""
    names = {field.name for field in fields(Reference)}
    if set(arrays) != {*names, *_OTHERS}:
        raise ValueError("other arrays than expected")
    for name, array in arrays.items():
        wanted = np.int32 if name == "rows" else np.float32
        if array.dtype != wanted or not np.isfinite(array).all():
            raise ValueError(f"{name} is not made of numbers of its kind")
    mean, projection, features = (arrays[name] for name in ("mean", "projection", "features"))
    directions = projection.shape[-1] if projection.ndim == 2 else 0
    is_sound = (
        directions >= 1
        and mean.shape == projection.shape[:1]
        and features.ndim == 2
        and len(features) >= 1
        and features.shape[1] == directions + 1
        and arrays["rows"].shape == features.shape[:1]
        and arrays["validation"].shape[1:] == features.shape[1:]
        and arrays["template"].ndim == 2
        and bool((arrays["rows"] >= 0).all())  # type: ignore[operator]
        and bool((np.linalg.norm(projection.astype(np.float64), axis=0) > 0).all())
    )
    if not is_sound:
        raise ValueError("the shapes contradict each other")
    return KeptFeatures(
        Reference(**{name: arrays[name] for name in names}),  # type: ignore[arg-type]
        arrays["validation"].astype(np.float32),
        arrays["template"].astype(np.float32),
    )
