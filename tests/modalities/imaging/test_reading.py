"""What the window asks for: thumbnails in groups, and one picture at full size."""

import pickle
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.errors import UnreadableFile
from precmed_gui.diagnosis.pictures import Thumbnail, ThumbnailsRead
from precmed_gui.diagnosis.work import Cancelled, NeverCancelled, ignore
from precmed_gui.modalities import read_picture, read_thumbnails
from precmed_gui.modalities.imaging.files import check_file


def thumbnails(cases: tuple[Case, ...], side: int) -> list[Thumbnail]:
    events: list[object] = []
    work = pickle.loads(pickle.dumps(partial(read_thumbnails, "imaging", cases, side)))
    assert work(events.append, NeverCancelled()) == len(cases)
    groups = [event.thumbnails for event in events if isinstance(event, ThumbnailsRead)]
    return [thumbnail for group in groups for thumbnail in group]


def test_thumbnails_keep_the_shape_and_come_in_order(tmp_path: Path) -> None:
    Image.new("RGB", (300, 150), "red").save(tmp_path / "a.jpg")
    Image.new("L", (20, 10), 200).save(tmp_path / "b.png")
    (tmp_path / "c.png").write_text("no")
    cases = tuple(Case(str(tmp_path / name)) for name in ("a.jpg", "b.png", "c.png"))
    large, small, none = thumbnails(cases, 64)
    assert [large.key, small.key, none.key] == [case.key for case in cases]
    assert large.pixels is not None
    assert small.pixels is not None
    assert large.pixels.shape == (32, 64, 3)
    assert small.pixels.shape == (10, 20)
    assert none.pixels is None
    assert none.reason


def test_thumbnails_of_sixteen_bits_are_eight_and_bright(tmp_path: Path) -> None:
    Image.fromarray(np.full((50, 50), 4000, np.uint16)).save(tmp_path / "a.png")
    (thumbnail,) = thumbnails((Case(str(tmp_path / "a.png")),), 20)
    assert thumbnail.pixels is not None
    assert thumbnail.pixels.dtype == np.uint8
    assert thumbnail.pixels.min() >= 248


def test_thumbnails_can_be_stopped(tmp_path: Path) -> None:
    class Stopped(NeverCancelled):
        def raise_if_set(self) -> None:
            raise Cancelled

    with pytest.raises(Cancelled):
        read_thumbnails("imaging", (Case("a"),), 64, ignore, Stopped())


def test_a_picture_says_what_it_is_but_not_whose(tmp_path: Path) -> None:
    text = PngInfo()
    text.add_text("PatientID", "Miller")
    path = tmp_path / "a.png"
    Image.fromarray(np.full((30, 40), 900, np.uint16)).save(path, pnginfo=text)
    (case,) = check_file(path)
    picture = read_picture("imaging", case, 0, ignore, NeverCancelled())
    assert picture.is_grey
    assert picture.value_range == (0.0, 1023.0)
    assert picture.pixels.dtype == np.uint16
    assert picture.facts[0] == ("Size", "40 × 30 pixels")
    assert "Miller" not in str(picture.facts)


def test_a_picture_that_is_gone_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="no longer"):
        read_picture("imaging", Case(str(tmp_path / "a.png")), 0, ignore, NeverCancelled())
