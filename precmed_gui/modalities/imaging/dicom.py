"""Single-frame DICOM: modality LUT, window or VOI LUT, MONOCHROME1 (PS3.3 C.11.1, C.11.2, C.7.6.3).

Grey becomes 16 bits over 0 to 65535, so that a window keeps its precision; colour becomes 8 bits.
The pixel values of a file that names a window are never stretched after it.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.errors import UnreadableFile
from precmed_gui.diagnosis.pictures import Pixels
from precmed_gui.language import _
from precmed_gui.modalities.imaging.decoding import MAX_BYTES, decoding, require_size
from precmed_gui.modalities.imaging.kinds import DICOM_SUFFIXES
from precmed_gui.modalities.imaging.traits import TRAIT_KEYWORDS, traits_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

Numbers = NDArray[np.float64]
_DEFLATED = "1.2.840.10008.1.2.1.99"
_FULL = 65535
_HEADER = [
    "Rows", "Columns", "NumberOfFrames", "SamplesPerPixel", "BitsAllocated", "PatientID",
    *TRAIT_KEYWORDS,
]  # fmt: skip
_ROWS = 512
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class _Window:
    center: float
    width: float
    function: str


def check_dicom(path: Path) -> Case:
    """The case in a DICOM file by its header, with patient and traits; raises `UnreadableFile`."""
    with decoding():
        header = _open(path, header_only=True)
        _require_single_picture(header)
        _require_known_compression(header)
        patient = str(header.get("PatientID") or "").strip()
        values = {keyword: _value(header, keyword) for keyword in TRAIT_KEYWORDS}
        return Case(path=str(path), patient=patient, traits=traits_of(values))


def _value(header: "Dataset", keyword: str) -> object:
    """The value, or None if it is damaged: what is not needed to show it must not cost an image."""
    from pydicom.errors import BytesLengthException

    try:
        return header.get(keyword)
    except (BytesLengthException, LookupError, NotImplementedError, TypeError, ValueError):
        return None


def read_dicom(path: Path) -> Pixels:
    """The picture as the file says it is to be shown.

    Returns
    -------
    ndarray
        (height, width) uint16 over 0 to 65535 for grey, (height, width, 3) uint8 for colour.

    Raises
    ------
    UnreadableFile
        For several frames, too many pixels, no pixels, damage, or an unknown compression.
    """
    from pydicom.pixels.utils import pixel_array

    with decoding():
        dataset = _open(path, header_only=False)
        _require_single_picture(dataset)
        _require_known_compression(dataset)
        if not {"PixelData", "FloatPixelData", "DoubleFloatPixelData"} & set(dataset.dir()):
            raise UnreadableFile(_no_image())
        try:
            values = np.asarray(pixel_array(dataset))
        except RuntimeError as error:  # what pydicom raises when none of its decoders can
            raise UnreadableFile(_unknown_compression(dataset)) from error
        if values.ndim == 3 and values.shape[0] == 1:
            values = values[0]
        if str(dataset.get("PhotometricInterpretation")) == "PALETTE COLOR" or values.ndim == 3:
            return _colour(values, dataset)
        return _grey(values, dataset)


def _open(path: Path, *, header_only: bool) -> "Dataset":
    from pydicom import dcmread
    from pydicom.filereader import read_file_meta_info
    from pydicom.uid import ImplicitVRLittleEndian

    has_preamble = path.suffix.casefold() not in DICOM_SUFFIXES or _has_preamble(path)
    if has_preamble and read_file_meta_info(path).get("TransferSyntaxUID") == _DEFLATED:
        _require_deflated_fits(path)
    dataset = dcmread(
        path,
        force=not has_preamble,
        stop_before_pixels=header_only,
        specific_tags=list(_HEADER) if header_only else None,
    )
    if "TransferSyntaxUID" not in dataset.file_meta:
        dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    return dataset


def _has_preamble(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(132)[128:] == b"DICM"


def _require_deflated_fits(path: Path) -> None:
    """Inflate and throw away: pydicom inflates without a limit, and 1 MB can become 1 GB."""
    from pydicom.filereader import read_file_meta_info

    length = int(read_file_meta_info(path).FileMetaInformationGroupLength)
    inflater, total = zlib.decompressobj(-zlib.MAX_WBITS), 0
    with path.open("rb") as file:
        file.seek(132 + 12 + length)
        data = file.read(_CHUNK)
        while data and not inflater.eof:
            total += len(inflater.decompress(data, _CHUNK))
            data = inflater.unconsumed_tail or file.read(_CHUNK)
            if total > MAX_BYTES:
                raise UnreadableFile(_("The file is too large once it is unpacked."))


def _no_image() -> str:
    return _("The DICOM file holds no image.")


def _require_single_picture(dataset: "Dataset") -> None:
    rows, columns = dataset.get("Rows"), dataset.get("Columns")
    if rows is None or columns is None:
        raise UnreadableFile(_no_image())
    frames = int(dataset.get("NumberOfFrames") or 1)
    if frames > 1:
        raise UnreadableFile(
            _(
                "The DICOM file holds {count} images in one (a film or a volume); "
                "only single images are read."
            ).format(count=f"{frames:,}")
        )
    require_size(int(columns), int(rows))
    samples = int(dataset.get("SamplesPerPixel") or 1)
    size = int(columns) * int(rows) * samples * int(dataset.get("BitsAllocated") or 8) // 8
    if size > MAX_BYTES:
        raise UnreadableFile(_("The image needs more memory than one image may."))


def _require_known_compression(dataset: "Dataset") -> None:
    from pydicom.pixels.decoders.base import get_decoder
    from pydicom.uid import UID

    syntax = UID(dataset.file_meta.TransferSyntaxUID)
    if not syntax.is_encapsulated:
        return
    try:
        is_known = get_decoder(syntax).is_available
    except NotImplementedError:
        is_known = False
    if not is_known:
        raise UnreadableFile(_unknown_compression(dataset))


def _unknown_compression(dataset: "Dataset") -> str:
    return _("The DICOM image is compressed in a way that cannot be read: {name}.").format(
        name=dataset.file_meta.TransferSyntaxUID.name
    )


def _colour(values: NDArray[np.generic], dataset: "Dataset") -> Pixels:
    from pydicom.pixels.processing import apply_color_lut

    bits = int(dataset.get("BitsStored") or 8)
    if values.ndim == 2:
        values = apply_color_lut(values, dataset)[..., :3]
        bits = values.dtype.itemsize * 8
    if values.ndim != 3 or values.shape[2] != 3 or values.dtype.kind != "u":
        raise UnreadableFile(_("The DICOM image has a kind of colour that cannot be shown."))
    return np.ascontiguousarray(values.astype(np.uint32) >> max(0, bits - 8)).astype(np.uint8)


def _grey(values: NDArray[np.generic], dataset: "Dataset") -> Pixels:
    show = _presentation(values, dataset)
    if values.dtype.kind in "iu":
        lowest, highest = int(values.min()), int(values.max())
        if highest - lowest <= _FULL:
            table = show(np.arange(lowest, highest + 1))
            return cast(Pixels, table[values.astype(np.int64) - lowest])
    picture = np.empty(values.shape, dtype=np.uint16)
    for top in range(0, values.shape[0], _ROWS):
        picture[top : top + _ROWS] = show(values[top : top + _ROWS])
    return picture


def _presentation(
    values: NDArray[np.generic], dataset: "Dataset"
) -> Callable[[NDArray[np.generic]], NDArray[np.uint16]]:
    """The function from stored values to 0..65535, the same for every pixel."""
    from pydicom.pixels.processing import apply_modality_lut

    voi = _voi(values, dataset)
    is_inverted = str(dataset.get("PhotometricInterpretation")) == "MONOCHROME1"

    def show(stored: NDArray[np.generic]) -> NDArray[np.uint16]:
        shares = np.clip(voi(np.asarray(apply_modality_lut(stored, dataset), np.float64)), 0, 1)
        return np.rint((1 - shares if is_inverted else shares) * _FULL).astype(np.uint16)

    return show


def _voi(values: NDArray[np.generic], dataset: "Dataset") -> Callable[[Numbers], Numbers]:
    """Values of interest to shares of white: the VOI LUT, else the window, else all values."""
    from pydicom.pixels.processing import apply_voi

    if dataset.get("VOILUTSequence"):
        top = 2 ** int(dataset.VOILUTSequence[0].LUTDescriptor[2]) - 1
        return lambda output: (
            np.asarray(apply_voi(np.rint(output).astype(np.int32), dataset), np.float64) / top
        )
    window = _window(dataset)
    if window is not None:
        return lambda output: window_shares(output, window.center, window.width, window.function)
    low, high = _stored_range(values, dataset)
    return lambda output: (output - low) / (high - low)


def _window(dataset: "Dataset") -> _Window | None:
    center, width = dataset.get("WindowCenter"), dataset.get("WindowWidth")
    if center in (None, "") or width in (None, ""):
        return None
    first = [float(np.atleast_1d(np.asarray(value, np.float64))[0]) for value in (center, width)]
    function = str(dataset.get("VOILUTFunction") or "LINEAR").strip().upper()
    smallest = 1.0 if function == "LINEAR" else np.nextafter(0, 1)
    is_usable = all(np.isfinite(first)) and first[1] >= smallest
    return _Window(first[0], first[1], function) if is_usable else None


def window_shares(output: Numbers, center: float, width: float, function: str) -> Numbers:
    """Shares of white, 0 to 1, of a window on modality output (PS3.3 C.11.2.1.2 and C.11.2.1.3).

    `function` is LINEAR, LINEAR_EXACT or SIGMOID; any other counts as LINEAR, the default.
    """
    if function == "SIGMOID":
        return 1 / (1 + np.exp(np.clip(-4 * (output - center) / width, -500, 500)))
    if function == "LINEAR_EXACT":
        return np.clip((output - center) / width + 0.5, 0, 1)
    if width <= 1:
        return (output > center - 0.5).astype(np.float64)
    return np.clip((output - (center - 0.5)) / (width - 1) + 0.5, 0, 1)


def _stored_range(values: NDArray[np.generic], dataset: "Dataset") -> tuple[float, float]:
    """From black to white where no window is named, in modality output.

    8-bit images without a rescale (screen captures, ultrasound) are ready for display: 0 to 255.
    All others: the smallest to the largest stored value, padding left out.
    """
    from pydicom.pixels.processing import apply_modality_lut

    bits = int(dataset.get("BitsStored") or 16)
    is_rescaled = "RescaleSlope" in dataset or "ModalityLUTSequence" in dataset
    if values.dtype.kind == "u" and bits <= 8 and not is_rescaled:
        return 0.0, float(2**bits - 1)
    padding = dataset.get("PixelPaddingValue")
    kept = values if padding is None else values[values != padding]
    if kept.size == 0:
        kept = values
    ends = np.asarray(apply_modality_lut(np.array([kept.min(), kept.max()]), dataset), np.float64)
    low, high = float(ends.min()), float(ends.max())
    return low, high if high > low else low + 1
