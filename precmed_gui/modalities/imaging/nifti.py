"""NIfTI volumes (.nii, .nii.gz): one case, its slices the axial planes from the feet upwards.

The data say which way the axes point; slices are shown as radiologists look at them: the patient's
right on the left of the picture, the front on top. NIfTI says nothing of what its numbers mean, so
the whole volume's smallest value becomes black and its largest white, the same for all slices.
"""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.errors import UnreadableFile
from precmed_gui.language import _
from precmed_gui.modalities.imaging.decoding import MAX_BYTES, damaged, decoding, require_size

if TYPE_CHECKING:
    from nibabel.nifti1 import Nifti1Image

_MOST_SLICES = 5_000
_FULL_16 = 65535
_IDENTITY = np.array([[0, 1], [1, 1], [2, 1]], dtype=np.float64)


def check_nifti(path: Path) -> list[Case]:
    """The case in a NIfTI file, by its header alone.

    Raises
    ------
    UnreadableFile
        If it holds no grey picture or volume, or one that is too large; of several volumes the
        first counts.
    """
    with decoding():
        image = _opened(path)
        columns, rows, slices = _displayed_shape(image)
        require_size(columns, rows)
        if slices > _MOST_SLICES:
            raise UnreadableFile(
                _("The volume has more than {limit} slices.").format(limit=f"{_MOST_SLICES:,}")
            )
        return [Case(path=str(path), slices=slices)]


def read_nifti(path: Path, slice_number: int) -> NDArray[np.uint16]:
    """One slice, from 1, as (height, width); raises `UnreadableFile`.

    The volume last read is kept, so that looking through its slices is fast.
    """
    with decoding():
        state = path.stat()
        volume = _volume(str(path), state.st_mtime_ns, state.st_size)
        if not 1 <= slice_number <= len(volume):
            raise UnreadableFile(damaged())
        plane: NDArray[np.uint16] = volume[slice_number - 1]
        return plane


@lru_cache(maxsize=1)
def _volume(path: str, _modified: int, _size: int) -> NDArray[np.uint16]:
    """(slices, height, width) of the first volume, spread over 0 to 65535."""
    from nibabel.arrayproxy import ArrayProxy
    from nibabel.orientations import apply_orientation

    image = _opened(Path(path))
    columns, rows, _slices = _displayed_shape(image)
    require_size(columns, rows)
    stored = image.dataobj
    # Without slope and intercept the numbers stay as they are stored, a fraction of the memory.
    plain = ArrayProxy(stored.file_like, (stored.shape, stored.dtype, stored.offset))
    first = (slice(None),) * min(3, len(stored.shape)) + (0,) * (len(stored.shape) - 3)
    numbers = np.asanyarray(plain[first])
    numbers = numbers.reshape((*numbers.shape, 1, 1)[:3])
    turned = apply_orientation(numbers, _orientation(image))
    upright = turned[::-1, ::-1, :].transpose(2, 1, 0)
    slope = float(stored.slope)
    return _spread(upright, is_reversed=np.isfinite(slope) and slope < 0)


def _opened(path: Path) -> "Nifti1Image":
    """The image with its header; the numbers stay on the disk."""
    import nibabel
    from nibabel import imageglobals
    from nibabel.nifti1 import Nifti1Image

    imageglobals.logger.setLevel("CRITICAL")
    image = nibabel.load(path)
    if not isinstance(image, Nifti1Image):
        raise UnreadableFile(damaged())
    shape, kind = image.shape, image.get_data_dtype()
    if not 2 <= len(shape) <= 7 or min(shape) < 1:
        raise UnreadableFile(_("The image has no pixels."))
    if kind.kind not in "iuf":
        raise UnreadableFile(_("The volume holds colours or pairs of numbers, which are not read."))
    if int(np.prod([kind.itemsize, *shape[:3]], dtype=object)) > MAX_BYTES:
        raise UnreadableFile(
            _("The volume is too large: it is read up to {limit} MB.").format(
                limit=MAX_BYTES // 1_000_000
            )
        )
    return image


def _orientation(image: "Nifti1Image") -> NDArray[np.float64]:
    """For each stored axis its axis of the patient (right, front, up) and its direction."""
    from nibabel.orientations import io_orientation

    affine = np.asarray(image.affine, dtype=np.float64)
    if not np.isfinite(affine).all():
        return _IDENTITY
    found = np.asarray(io_orientation(affine), dtype=np.float64)
    return found if np.isfinite(found).all() else _IDENTITY


def _displayed_shape(image: "Nifti1Image") -> tuple[int, int, int]:
    """Columns, rows and slices as they are shown."""
    sides = (*(int(side) for side in image.shape[:3]), 1)[:3]
    shown = [1, 1, 1]
    for side, (axis, _direction) in zip(sides, _orientation(image), strict=True):
        shown[int(axis)] = side
    return shown[0], shown[1], shown[2]


def _spread(values: NDArray[np.generic], *, is_reversed: bool) -> NDArray[np.uint16]:
    """Smallest to largest finite value over 0 to 65535, slice by slice; no number counts as 0."""
    lowest, highest = _range(values)
    reach = highest - lowest
    factor = _FULL_16 / reach if reach > 0 else 0.0
    spread = np.empty(values.shape, dtype=np.uint16)
    for place, plane in enumerate(values):
        numbers = (plane.astype(np.float64) - lowest) * factor
        if is_reversed and reach > 0:
            numbers = _FULL_16 - numbers
        numbers = np.nan_to_num(numbers, nan=0.0, posinf=_FULL_16, neginf=0.0)
        spread[place] = np.clip(np.rint(numbers), 0, _FULL_16)
    return spread


def _range(values: NDArray[np.generic]) -> tuple[float, float]:
    lows, highs = [], []
    for plane in values:
        numbers = cast(NDArray[np.float64], plane.astype(np.float64))
        finite = numbers[np.isfinite(numbers)]
        if finite.size:
            lows.append(float(finite.min()))
            highs.append(float(finite.max()))
    return (min(lows), max(highs)) if lows else (0.0, 0.0)
