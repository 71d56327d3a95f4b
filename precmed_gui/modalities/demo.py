"""The synthetic cohort a newcomer starts with: written once into the user's folder, then opened."""

from pathlib import Path

from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.diagnosis.work import CancelToken, Report
from precmed_gui.modalities import open_cohort
from precmed_gui.modalities.imaging.phantoms import write_demo_cohort


def open_demo_cohort(folder: str, report: Report, cancel: CancelToken) -> Cohort:
    """Write the demo cohort to `folder` unless it is there already, and open it."""
    write_demo_cohort(Path(folder), report, cancel)
    return open_cohort([folder], report, cancel)
