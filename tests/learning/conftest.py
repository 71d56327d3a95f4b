"""A tiny cohort of real image files, and one model trained on it, for the tests of learning."""

import resource
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.diagnosis.training import TrainingPlan, TrainingResult, TrainingSettings
from precmed_gui.diagnosis.work import NeverCancelled, ignore
from precmed_gui.learning.train import train
from precmed_gui.modalities import open_cohort

SMALL = 32


def draw(label: str, seed: int, side: int = SMALL) -> np.ndarray:
    """A bright spot at the left ("left") or right ("right") on noise, uint8."""
    random = np.random.default_rng([seed, len(label)])
    image = random.normal(90, 12, (side, side))
    column = side // 4 if label == "left" else 3 * side // 4
    row = random.integers(side // 4, 3 * side // 4)
    image[row - 4 : row + 4, column - 4 : column + 4] += 90
    return np.clip(image, 0, 255).astype(np.uint8)


def write_cohort(folder: Path, count: int = 30) -> Path:
    for label in ("left", "right"):
        (folder / label).mkdir(parents=True)
        for number in range(count):
            Image.fromarray(draw(label, number)).save(folder / label / f"{number:03}.png")
    return folder


def opened(*paths: Path) -> Cohort:
    return open_cohort([str(path) for path in paths], ignore, NeverCancelled())


@pytest.fixture(scope="session")
def spots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cohort(tmp_path_factory.mktemp("spots") / "spots")


@pytest.fixture
def cohort(spots: Path) -> Cohort:
    return opened(spots)


@pytest.fixture(scope="session")
def trained(spots: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainingResult:
    home = tmp_path_factory.mktemp("trained")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PRECMED_HOME", str(home))
        settings = TrainingSettings(recipe="article-cnn", epochs=3, batch_size=8)
        plan = TrainingPlan(opened(spots), settings, str(home / "model"), "spots")
        return train(plan, ignore, NeverCancelled())


@contextmanager
def _no_file_above(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def full_disk() -> Callable[[int], AbstractContextManager[None]]:
    """A disk on which no file can grow above so many bytes: the kernel refuses, as a full one."""
    return _no_file_above
