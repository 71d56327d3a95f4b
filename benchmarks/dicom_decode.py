"""Images a second out of DICOM files, a transfer syntax a row, against the bare libraries.

    python benchmarks/dicom_decode.py [SIDE]

The bare libraries are what a programmer writes with them at the least: pydicom reads the file, one
call decodes its frame (of uncompressed files pydicom's own). PrecMed's reader finds the frame,
compares sizes, and cares for signs and unused bits. Both run in turns; the best of the rounds
counts. Exits with 1 if PrecMed needs more than 10 % longer for any syntax.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
from machine import machine, print_table
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate, get_frame
from pydicom.pixels.encoders import RLELosslessEncoder
from pydicom.uid import CTImageStorage, generate_uid
from rle.utils import decode_pixel_data

from precmed_gui.modalities.imaging.dicom import read_dicom
from precmed_gui.modalities.imaging.dicom_files import look_into
from precmed_gui.modalities.imaging.dicom_pixels import stored_frame

ROUNDS = 7
SECONDS = 0.25
HIGHEST_RATIO = 1.10

Values = NDArray[np.uint16] | NDArray[np.uint8]
Decode = Callable[[bytes, int], Values] | None


def _run_lengths(data: bytes, side: int) -> Values:
    plane = decode_pixel_data(data, version=2, rows=side, columns=side, bits_allocated=16)
    return np.frombuffer(plane, np.uint16).reshape(side, side)


def picture(side: int) -> NDArray[np.uint16]:
    """12 bits that compress about as well as a CT slice: smooth shapes and a little noise."""
    rows, columns = np.mgrid[:side, :side] / side
    shapes = 2000 + 1200 * np.sin(9 * rows) * np.cos(7 * columns)
    noise = np.random.default_rng(1).normal(0, 12, (side, side))
    return np.clip(shapes + noise, 0, 4095).astype(np.uint16)


def run_length_encoded(values: NDArray[np.uint16]) -> bytes:
    side = values.shape[0]
    return RLELosslessEncoder.encode(
        values.tobytes(), rows=side, columns=side, samples_per_pixel=1, bits_allocated=16,
        bits_stored=12, pixel_representation=0, number_of_frames=1,
        photometric_interpretation="MONOCHROME2",
    )  # fmt: skip


def syntaxes(values: NDArray[np.uint16]) -> list[tuple[str, str, int, bytes, Decode]]:
    """(name, UID, bits, frame, bare call) of each."""
    small = (values >> 4).astype(np.uint8)
    head = "1.2.840.10008.1.2."
    wavelets = imagecodecs.jpeg2k_encode(values, level=0, codecformat="j2k", reversible=True)
    lossy = imagecodecs.jpeg2k_encode(values, level=45, codecformat="j2k", reversible=False)
    return [
        ("uncompressed", f"{head}1", 12, values.tobytes(), None),
        ("RLE", f"{head}5", 12, run_length_encoded(values), _run_lengths),
        ("JPEG 8 bits", f"{head}4.50", 8, imagecodecs.jpeg8_encode(small, level=90),
         lambda data, _side: imagecodecs.jpeg8_decode(data)),
        ("JPEG 12 bits", f"{head}4.51", 12,
         imagecodecs.jpeg8_encode(values, level=90, bitspersample=12),
         lambda data, _side: imagecodecs.jpeg8_decode(data)),
        ("JPEG lossless", f"{head}4.70", 12, imagecodecs.ljpeg_encode(values, bitspersample=12),
         lambda data, _side: imagecodecs.jpeg8_decode(data)),
        ("JPEG-LS", f"{head}4.80", 12, imagecodecs.jpegls_encode(values),
         lambda data, _side: imagecodecs.jpegls_decode(data)),
        ("JPEG 2000 lossless", f"{head}4.90", 12, wavelets,
         lambda data, _side: imagecodecs.jpeg2k_decode(data)),
        ("JPEG 2000 lossy", f"{head}4.91", 12, lossy,
         lambda data, _side: imagecodecs.jpeg2k_decode(data)),
        ("HTJ2K lossless", f"{head}4.201", 12, imagecodecs.htj2k_encode(values),
         lambda data, _side: imagecodecs.jpeg2k_decode(data)),
    ]  # fmt: skip


def written(path: Path, syntax: str, side: int, bits: int, frame: bytes) -> Path:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.TransferSyntaxUID = CTImageStorage, syntax
    meta.MediaStorageSOPInstanceUID = generate_uid()
    dataset = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID, dataset.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
    dataset.Modality, dataset.PatientID = "CT", "1"
    dataset.Rows = dataset.Columns = side
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = (
        max(8, -(-bits // 8) * 8),
        bits,
        bits - 1,
    )
    dataset.PixelRepresentation = 0
    dataset.RescaleSlope, dataset.RescaleIntercept, dataset.RescaleType = 1, -1024, "HU"
    dataset.WindowCenter, dataset.WindowWidth = 40, 400
    add_what_scanners_write(dataset)
    is_native = syntax.endswith("1.2.1")
    dataset.add_new(
        "PixelData", "OW" if is_native else "OB", frame if is_native else encapsulate([frame])
    )
    dataset["PixelData"].is_undefined_length = not is_native
    dataset.save_as(path, enforce_file_format=True)
    return path


def add_what_scanners_write(dataset: FileDataset) -> None:
    """As many elements as CT scanners put into a header, about 120, which both readers parse."""
    dates = ("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate", "PatientBirthDate")
    times = ("StudyTime", "SeriesTime", "AcquisitionTime", "ContentTime")
    references = ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID")
    texts = ("Manufacturer", "InstitutionName", "StudyDescription", "SeriesDescription",
             "ManufacturerModelName", "ProtocolName", "BodyPartExamined")  # fmt: skip
    numbers = ("SliceThickness", "KVP", "DataCollectionDiameter", "ReconstructionDiameter",
               "DistanceSourceToDetector", "DistanceSourceToPatient", "GantryDetectorTilt",
               "TableHeight", "FocalSpots", "SliceLocation")  # fmt: skip
    for names, value in (
        (dates, "20201124"),
        (times, "101112.5"),
        (texts, "HEAD"),
        (numbers, "1.5"),
    ):
        for name in names:
            setattr(dataset, name, value)
    for name in references:
        setattr(dataset, name, generate_uid())
    dataset.ImagePositionPatient, dataset.PixelSpacing = [0.5, -1.25, 3], [0.5, 0.5]
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    block = dataset.private_block(0x0019, "A MAKER 01", create=True)
    for number in range(70):
        block.add_new(number, "DS", str(number))


def bare(path: Path, side: int, decode: Decode) -> Values:
    dataset = dcmread(path)
    if decode is None:
        return dataset.pixel_array
    return decode(get_frame(dataset.PixelData, 0, number_of_frames=1), side)


def best_seconds(calls: list[Callable[[], object]]) -> list[float]:
    """The shortest time of each call, taken in turns so that a busy moment hits all alike."""
    best = [float("inf")] * len(calls)
    for _round in range(ROUNDS):
        for place, call in enumerate(calls):
            begin, times = time.perf_counter(), 0
            while times == 0 or time.perf_counter() - begin < SECONDS / ROUNDS:
                once = time.perf_counter()
                call()
                best[place] = min(best[place], time.perf_counter() - once)
                times += 1
    return best


def row(name: str, path: Path, side: int, decode: Decode) -> tuple[list[str], float]:
    values = bare(path, side, decode)
    ours = stored_frame(look_into(path)).values
    assert np.array_equal(values, ours), name
    library, reader, whole = best_seconds(
        [
            lambda: bare(path, side, decode),
            lambda: stored_frame(look_into(path)),
            lambda: read_dicom(path),
        ]
    )
    ratio = reader / library
    speeds = [f"{1 / seconds:,.0f}" for seconds in (library, reader, whole)]
    return [name, *speeds, f"{ratio:.2f}"], ratio


def main(arguments: list[str]) -> int:
    side = int(arguments[0]) if arguments else 512
    print(f"{machine()}, images of {side} x {side}, images a second\n")
    rows, ratios = [], []
    with tempfile.TemporaryDirectory() as folder:
        for name, syntax, bits, frame, decode in syntaxes(picture(side)):
            path = written(Path(folder) / f"{syntax}.dcm", syntax, side, bits, frame)
            cells, ratio = row(name, path, side, decode)
            rows.append(cells)
            ratios.append(ratio)
    print_table(("syntax", "libraries", "PrecMed", "PrecMed, windowed", "time"), rows)
    return 0 if max(ratios) <= HIGHEST_RATIO else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
