"""Sizes and brightness of all cases, in their order, whether used or not and readable or not."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from precmed_gui.cohorts.picture_measures import picture_measures
from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.work import NeverCancelled, Step


def test_each_case_has_its_size_and_brightness(tmp_path: Path) -> None:
    for name, size, grey in (("a", (30, 20), 255), ("b", (8, 9), 0), ("d", (10, 10), 51)):
        Image.new("L", size, grey).save(tmp_path / f"{name}.png")
    (tmp_path / "c.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    cases = tuple(Case(str(tmp_path / f"{name}.png"), is_excluded=name == "b") for name in "abcd")
    reports: list[object] = []
    for _time in range(2):
        measures = picture_measures("imaging", cases, reports.append, NeverCancelled())
        assert measures.sizes.tolist() == [600, 72, 0, 100]
        assert measures.brightness[[0, 1, 3]].tolist() == pytest.approx([1, 0, 0.2])
        assert np.isnan(measures.brightness[2])
    assert all(isinstance(event, Step) for event in reports)
