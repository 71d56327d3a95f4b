"""A NIfTI volume is one case whose slices look as radiologists expect."""

import gzip
from pathlib import Path

import nibabel
import numpy as np
import pytest

from precmed_gui.diagnosis.cases import Case, slice_case
from precmed_gui.diagnosis.errors import UnreadableFile
from precmed_gui.diagnosis.work import NeverCancelled, ignore
from precmed_gui.modalities.imaging import MODALITY
from precmed_gui.modalities.imaging.nifti import check_nifti, read_nifti

RIGHT, LEFT, FRONT, TOP = (6, 4, 1), (1, 4, 1), (3, 8, 1), (3, 4, 4)


def volume(kind: str = "int16") -> np.ndarray:
    """(8, 10, 5) towards the patient's right, front and head, with a mark on each side."""
    numbers = np.zeros((8, 10, 5), dtype=kind)
    for place, value in ((RIGHT, 40), (LEFT, 20), (FRONT, 60), (TOP, 100)):
        numbers[place] = value
    return numbers


def saved(path: Path, numbers: np.ndarray, affine: np.ndarray | None = None) -> Path:
    image = nibabel.Nifti1Image(numbers, np.eye(4) if affine is None else affine)
    nibabel.save(image, path)
    return path


def only(path: Path) -> Case:
    (case,) = MODALITY.find_cases([path], ignore, NeverCancelled()).cases
    return case


@pytest.mark.parametrize("name", ["scan.nii", "scan.nii.gz"])
def test_a_volume_is_one_case_of_axial_slices(tmp_path: Path, name: str) -> None:
    path = saved(tmp_path / name, volume())
    case = only(path)
    assert (case.slices, case.item, case.label) == (5, "", None)
    low = read_nifti(path, 2)
    assert low.shape == (10, 8)
    assert low.dtype == np.uint16
    # Right of the patient on the left of the picture, the front on top.
    assert low[10 - 1 - 4, 8 - 1 - 6] == round(65535 * 0.4)
    assert low[10 - 1 - 4, 8 - 1 - 1] == round(65535 * 0.2)
    assert low[10 - 1 - 8, 8 - 1 - 3] == round(65535 * 0.6)
    assert read_nifti(path, 5).max() == 65535
    assert np.array_equal(MODALITY.read(case), read_nifti(path, 3))
    assert np.array_equal(MODALITY.read(slice_case(case, 2)), low)
    picture = MODALITY.read_picture(case, 2)
    assert (picture.value_range, picture.slice_number) == ((0.0, 65535.0), 2)
    assert ("Format", "NIfTI") in picture.facts
    assert MODALITY.read_thumbnail(case, 64).pixels is not None


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
@pytest.mark.parametrize("flips", [(1, 1, 1), (-1, 1, -1), (1, -1, 1)])
def test_however_it_is_stored_it_looks_the_same(
    tmp_path: Path, order: tuple[int, ...], flips: tuple[int, ...]
) -> None:
    plain = nibabel.Nifti1Image(volume(), np.eye(4))
    wanted = np.stack([read_nifti(saved(tmp_path / "a.nii", volume()), n) for n in range(1, 6)])
    turned = plain.as_reoriented(np.array([list(pair) for pair in zip(order, flips, strict=True)]))
    nibabel.save(turned, tmp_path / "b.nii")
    assert only(tmp_path / "b.nii").slices == 5
    shown = np.stack([read_nifti(tmp_path / "b.nii", n) for n in range(1, 6)])
    assert np.array_equal(shown, wanted)


def test_slope_and_intercept_change_nothing_but_their_sign(tmp_path: Path) -> None:
    wanted = read_nifti(saved(tmp_path / "a.nii", volume()), 2)
    for slope, name in ((0.5, "b.nii"), (-2.0, "c.nii")):
        image = nibabel.Nifti1Image(volume(), np.eye(4))
        image.header.set_slope_inter(slope, 7)
        nibabel.save(image, tmp_path / name)
        raw = bytearray((tmp_path / name).read_bytes())
        raw[112:116] = np.float32(slope).tobytes()
        raw[352:] = volume().tobytes(order="F")
        (tmp_path / name).write_bytes(raw)
    assert np.array_equal(read_nifti(tmp_path / "b.nii", 2), wanted)
    assert np.array_equal(read_nifti(tmp_path / "c.nii", 2), 65535 - wanted)


def test_fractions_and_gaps_are_spread_over_the_greys(tmp_path: Path) -> None:
    numbers = volume("float32") / 1000 - 0.05
    numbers[0, 0, 1] = np.nan
    numbers[1, 0, 1] = np.inf
    shown = read_nifti(saved(tmp_path / "a.nii", numbers), 2)
    assert shown[9, 7] == 0
    assert shown[9, 6] == 65535
    assert shown[10 - 1 - 8, 8 - 1 - 3] == round(65535 * 0.6)
    flat = saved(tmp_path / "flat.nii", np.full((4, 4, 2), 7.0))
    assert read_nifti(flat, 1).max() == 0


def test_of_several_volumes_the_first_counts_and_a_picture_has_one_slice(tmp_path: Path) -> None:
    film = np.stack([volume(), volume() * 2, volume() * 3], axis=3)
    path = saved(tmp_path / "film.nii.gz", film)
    assert only(path).slices == 5
    assert read_nifti(path, 5).max() == 65535
    flat = saved(tmp_path / "flat.nii", volume()[:, :, 1])
    assert only(flat).slices == 1
    assert read_nifti(flat, 1).shape == (10, 8)


def test_what_is_no_grey_volume_is_refused_in_words(tmp_path: Path) -> None:
    colour = np.zeros((4, 4, 2), dtype=[("R", "u1"), ("G", "u1"), ("B", "u1")])
    pairs = np.zeros((4, 4, 2), dtype="complex64")
    wide = saved(tmp_path / "wide.nii", np.zeros((2, 2, 5001), dtype="uint8"))
    for path in (
        saved(tmp_path / "colour.nii", colour), saved(tmp_path / "pairs.nii", pairs), wide,
    ):  # fmt: skip
        with pytest.raises(UnreadableFile) as caught:
            check_nifti(path)
        assert caught.value.message
    assert "5,000" in caught.value.message


def test_a_header_that_promises_too_much_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.nii", volume())
    raw = bytearray(path.read_bytes())
    raw[42:48] = np.array([30_000, 30_000, 30_000], dtype="<i2").tobytes()
    path.write_bytes(raw)
    with pytest.raises(UnreadableFile, match="too large"):
        check_nifti(path)


def test_damaged_files_are_listed_with_a_reason(tmp_path: Path) -> None:
    whole = saved(tmp_path / "whole.nii", volume()).read_bytes()
    folder = tmp_path / "all"
    folder.mkdir()
    (folder / "head.nii").write_bytes(whole[:200])
    (folder / "packed.nii.gz").write_bytes(gzip.compress(whole)[:60])
    (folder / "text.nii").write_text("hello, this is a text and no volume at all")
    (folder / "turned.nii").write_bytes(whole[:280] + b"\xff" * 48 + whole[328:])
    (folder / "cut.nii").write_bytes(whole[:500])
    cohort = MODALITY.find_cases([folder], ignore, NeverCancelled())
    assert {Path(file.path).name for file in cohort.unreadable} >= {
        "head.nii", "packed.nii.gz", "text.nii",
    }  # fmt: skip
    for case in cohort.cases:
        thumbnail = MODALITY.read_thumbnail(case, 32)
        assert thumbnail.pixels is not None or thumbnail.reason
    with pytest.raises(UnreadableFile):
        read_nifti(folder / "cut.nii", 1)
