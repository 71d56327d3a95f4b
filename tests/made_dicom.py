"""Small DICOM files made by tests: native or compressed, with any element set or left out."""

from pathlib import Path

import numpy as np
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

RAMP = np.arange(64, dtype=np.uint16).reshape(8, 8) * 64
"""12 bits from black to white."""
_NATIVE = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2",
           "1.2.840.10008.1.2.1.99")  # fmt: skip


def write_dicom(
    path: Path,
    values: np.ndarray,
    *,
    syntax: str = ExplicitVRLittleEndian,
    frames: list[bytes] | None = None,
    **elements: object,
) -> Path:
    """A file whose pixels are `values` (rows, columns[, 3]), or the compressed `frames`.

    `elements` are set last, by keyword, so they may contradict the pixels.
    """
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.TransferSyntaxUID = CTImageStorage, syntax
    meta.MediaStorageSOPInstanceUID = generate_uid()
    dataset = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID, dataset.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
    dataset.PatientID = "PAT-7"
    dataset.Rows, dataset.Columns = values.shape[:2]
    dataset.SamplesPerPixel = 3 if values.ndim == 3 else 1
    dataset.PhotometricInterpretation = "RGB" if values.ndim == 3 else "MONOCHROME2"
    if values.ndim == 3:
        dataset.PlanarConfiguration = 0
    bits = values.dtype.itemsize * 8
    dataset.BitsAllocated = dataset.BitsStored = bits
    dataset.HighBit = bits - 1
    dataset.PixelRepresentation = int(values.dtype.kind == "i")
    is_native = syntax in _NATIVE
    pixels = values.tobytes() if is_native else encapsulate(frames or [b""])
    dataset.add_new("PixelData", "OW" if bits > 8 and is_native else "OB", pixels)
    dataset["PixelData"].is_undefined_length = not is_native
    for name, value in elements.items():
        setattr(dataset, name, value)
    dataset.save_as(path, enforce_file_format=True)
    return path
