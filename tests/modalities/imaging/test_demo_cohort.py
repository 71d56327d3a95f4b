"""The demo cohort: the same for everybody, called synthetic, and never written over anything."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from precmed_gui.diagnosis.errors import FailedStorage
from precmed_gui.diagnosis.work import Cancelled, NeverCancelled, Step, ignore
from precmed_gui.modalities.imaging import MODALITY
from precmed_gui.modalities.imaging.phantoms import write_demo_cohort

COUNT = 302
PIXELS_SHA256 = "9066f187a591528e6221573bc3a939ac2b4b3327cd06f5b2a9341badc55a70f7"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "demo cohort"
    events: list[object] = []
    assert write_demo_cohort(folder, events.append, NeverCancelled()) == COUNT
    assert any(isinstance(event, Step) and event.total == 120 for event in events)
    return folder


def test_it_opens_as_three_classes_of_forty_patients(demo: Path) -> None:
    cohort = MODALITY.find_cases([demo], ignore, NeverCancelled())
    assert cohort.labels == ("clear", "effusion", "nodule")
    assert (len(cohort.cases), cohort.patient_count) == (COUNT, 120)
    assert not cohort.unreadable
    for label in cohort.labels:
        patients = [case.patient for case in cohort.cases if case.label == label]
        assert len(set(patients)) == 40
        assert max(map(patients.count, patients)) <= 4
    pixels = MODALITY.read(cohort.cases[0])
    assert (pixels.shape, pixels.dtype) == ((128, 128), np.dtype(np.uint8))


def test_its_pixels_are_known(demo: Path) -> None:
    cohort = MODALITY.find_cases([demo], ignore, NeverCancelled())
    digest = hashlib.sha256()
    for case in cohort.cases:
        digest.update(MODALITY.read(case).tobytes())
    assert digest.hexdigest() == PIXELS_SHA256


def test_it_says_that_it_is_synthetic(demo: Path) -> None:
    assert "synthetic" in (demo / "ABOUT.txt").read_text()
    assert {path.name for path in demo.parent.iterdir()} == {"demo cohort"}


def test_writing_it_again_changes_nothing_and_another_seed_is_refused(demo: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in demo.rglob("*")}
    assert write_demo_cohort(demo, ignore, NeverCancelled()) == COUNT
    with pytest.raises(FailedStorage, match="something else") as refused:
        write_demo_cohort(demo, ignore, NeverCancelled(), seed=8)
    assert refused.value.hint
    assert before == {path: path.stat().st_mtime_ns for path in demo.rglob("*")}


def test_a_folder_in_use_and_a_stop_leave_things_as_they_were(tmp_path: Path) -> None:
    class Stopped(NeverCancelled):
        def raise_if_set(self) -> None:
            raise Cancelled

    with pytest.raises(Cancelled):
        write_demo_cohort(tmp_path / "new", ignore, Stopped())
    assert not list(tmp_path.iterdir())
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(FailedStorage):
        write_demo_cohort(tmp_path, ignore, NeverCancelled())
    assert (tmp_path / "mine.txt").read_text() == "keep"
