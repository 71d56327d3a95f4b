"""The demo cohort: synthetic chest-like pictures in three classes, the same on every machine.

Each PNG carries its patient in a text chunk "PatientID", which `rasters` reads.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from precmed_gui.diagnosis.errors import FailedStorage
from precmed_gui.diagnosis.pictures import Pixels
from precmed_gui.diagnosis.storage import atomic_folder, failed_storage
from precmed_gui.diagnosis.work import CancelToken, Report, Step
from precmed_gui.language import _
from precmed_gui.modalities.imaging.anatomy import (
    CLASSES,
    SIDE,
    draw_anatomy,
    draw_finding,
    draw_picture,
)
from precmed_gui.modalities.imaging.pixels import resized
from precmed_gui.modalities.imaging.rasters import PATIENT_KEY

PATIENTS_A_CLASS = 40
_ABOUT_NAME = "ABOUT.txt"
_ABOUT = """\
These pictures are synthetic. They were computed by PrecMed to try it out: chest-like phantoms,
drawn by a formula, of nobody. They are not X-rays and say nothing about any patient.

clear      nothing drawn into the lungs
nodule     a round shadow in one lung, some of them barely visible
effusion   fluid in the angle between chest wall and diaphragm, some of it very little

The same patient (patientNNN) has one to four pictures.
"""


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    data: bytes


def write_demo_cohort(folder: Path, report: Report, cancel: CancelToken, *, seed: int = 7) -> int:
    """Write the demo cohort into `folder` and return the number of images.

    The folder appears complete or not at all; one that holds this very cohort already is left as
    it is.

    Raises
    ------
    FailedStorage
        If the folder holds anything else, or cannot be written.
    Cancelled
        If the user stops it; nothing is then left behind.
    """
    about = _File(_ABOUT_NAME, _ABOUT.encode())
    is_used = _holds_something(folder)
    if is_used and about.data not in _contents(folder, _ABOUT_NAME).values():
        raise _in_use(folder)
    files = [about, *_drawn(report, cancel, seed)]
    if is_used:
        if _contents(folder, "**/*") != {file.name: file.data for file in files}:
            raise _in_use(folder)
        return len(files) - 1
    with atomic_folder(folder) as temporary:
        for name in CLASSES:
            (temporary / name).mkdir()
        for file in files:
            cancel.raise_if_set()
            (temporary / file.name).write_bytes(file.data)
    return len(files) - 1


def _drawn(report: Report, cancel: CancelToken, seed: int) -> Iterator[_File]:
    random = np.random.Generator(np.random.PCG64(seed))
    kinds = random.permutation(np.repeat(np.arange(len(CLASSES)), PATIENTS_A_CLASS))
    stage = _("Drawing synthetic images")
    for number, kind in enumerate(kinds, start=1):
        # A generator each, so that one patient's drawing never shifts another's.
        own = np.random.Generator(np.random.PCG64([seed, number]))
        yield from _patient(f"patient{number:03d}", CLASSES[int(kind)], own)
        cancel.raise_if_set()
        if number % 8 == 0:
            report(Step(stage, number, len(kinds)))


def _patient(name: str, kind: str, random: np.random.Generator) -> Iterator[_File]:
    anatomy = draw_anatomy(random)
    finding = draw_finding(kind, anatomy, random)
    for number in range(1, int(random.integers(1, 5)) + 1):
        text = PngInfo()
        text.add_text(PATIENT_KEY, name)
        text.add_text("Description", "synthetic chest phantom, not a patient")
        buffer = io.BytesIO()
        Image.fromarray(draw_picture(anatomy, finding, random)).save(
            buffer, format="PNG", pnginfo=text
        )
        yield _File(f"{kind}/{name}_{number}.png", buffer.getvalue())


def draw_phantoms(count: int, side: int, *, seed: int = 7) -> tuple[Pixels, ...]:
    """So many pictures of as many synthetic patients, all classes in turn.

    Parameters
    ----------
    count, seed
        How many; the same seed draws the same.
    side
        They are squares of this many pixels, or of `anatomy.SIDE` where that is more.

    Returns
    -------
    tuple of ndarray
        (side, side), uint8, grey.
    """
    random = np.random.Generator(np.random.PCG64([seed, count]))
    pictures: list[Pixels] = []
    for number in range(count):
        anatomy = draw_anatomy(random)
        finding = draw_finding(CLASSES[number % len(CLASSES)], anatomy, random)
        picture = draw_picture(anatomy, finding, random)
        pictures.append(picture if side <= SIDE else resized(picture, side, side))
    return tuple(pictures)


def _holds_something(folder: Path) -> bool:
    try:
        return folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    except OSError as error:
        raise failed_storage(error, folder) from error


def _contents(folder: Path, pattern: str) -> dict[str, bytes]:
    """The files of `folder` that fit `pattern`, by name; hidden ones are not counted."""
    try:
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.glob(pattern)
            if path.is_file() and not path.name.startswith(".")
        }
    except OSError as error:
        raise failed_storage(error, folder) from error


def _in_use(folder: Path) -> FailedStorage:
    return FailedStorage(
        _("“{name}” exists already and holds something else.").format(name=folder),
        _("Choose an empty folder or a new name."),
    )
