"""A DICOM series dropped on the real window: one case, whose slices turn by the keyboard."""

from pathlib import Path

import pytest
from screen import Screen, missing_tools
from test_main_job import CASES, PREDICTION, drop, screen

pytestmark = [
    pytest.mark.display,
    pytest.mark.shared,
    pytest.mark.timeout(600),
    pytest.mark.skipif(bool(missing_tools()), reason=f"these tools are absent: {missing_tools()}"),
]

__all__ = ["screen"]  # the fixture

FIRST_THUMBNAIL = (60, 440)
PICTURE = (1065, 300)


def test_a_series_is_one_case_that_opens_in_the_middle_and_turns(screen: Screen, shared_data: Path):
    series = shared_data / "dicom" / "mr_t1w_series"
    drop(screen, [series], (170, 350), (r"1 image", 60, CASES))
    screen.click_at(*FIRST_THUMBNAIL, times=2)
    screen.wait_for(r"slice 24 of 48", 60, PREDICTION)
    screen.click_at(*PICTURE)
    for _turn in range(3):
        screen.keys("Next")
    screen.wait_for(r"slice 27 of 48", 60, PREDICTION)
