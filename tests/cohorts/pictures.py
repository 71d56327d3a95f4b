"""Generated pictures for the tests of the check: smooth noise, each unlike all others."""

from pathlib import Path

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

from precmed_gui.cohorts.check import check_cohort
from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.diagnosis.checks import CheckReport, Finding
from precmed_gui.diagnosis.work import NeverCancelled, ignore
from precmed_gui.modalities import open_cohort

SIDE = 96


def picture(seed: int, side: int = SIDE) -> np.ndarray:
    """Grey blobs over a bright middle, (side, side) uint8."""
    random = np.random.default_rng([7, seed])
    blobs = gaussian_filter(random.normal(size=(side, side)), side / 24)
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    values = 120 + 28 * blobs / blobs.std() - 40 * (x**2 + y**2)
    return np.clip(values, 0, 255).astype(np.uint8)


def write(folder: Path, name: str, pixels: np.ndarray) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


def write_cohort(folder: Path, count: int = 24) -> Path:
    """Two classes of `count` different pictures each."""
    for number in range(count):
        write(folder, f"ill/i{number:02}.png", picture(number))
        write(folder, f"well/w{number:02}.png", picture(1000 + number))
    return folder


def opened(*paths: Path) -> Cohort:
    return open_cohort([str(path) for path in paths], ignore, NeverCancelled())


def checked(cohort: Cohort) -> CheckReport:
    return check_cohort(cohort, 1, ignore, NeverCancelled())


def finding(report: CheckReport, kind: str) -> Finding:
    found = [one for one in report.findings if one.kind == kind]
    assert found, f"no finding of {kind}: {[one.kind for one in report.findings]}"
    return found[0]


def kinds(report: CheckReport) -> set[str]:
    return {one.kind for one in report.findings}


def names(keys: tuple[str, ...]) -> set[str]:
    return {Path(key).name for key in keys}
