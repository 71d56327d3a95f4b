"""The files that pydicom and pydicom-data ship: pictures, twins, and another renderer's opinion."""

import shutil
import subprocess
import time
from pathlib import Path

import data_store
import numpy as np
import pydicom.data
import pytest
from PIL import Image
from pydicom.errors import BytesLengthException, InvalidDicomError

from precmed_gui.diagnosis.cases import slice_case
from precmed_gui.diagnosis.errors import UnreadableFile
from precmed_gui.modalities.imaging.dicom_files import look_into
from precmed_gui.modalities.imaging.dicom_greys import greys_of
from precmed_gui.modalities.imaging.dicom_pixels import stored_frame
from precmed_gui.modalities.imaging.files import check_file, read_case

FOLDERS = [Path(module.__file__).parent for module in (pydicom.data, data_store)]
FILES = {
    path.name: path
    for folder in FOLDERS
    for path in sorted(folder.rglob("*"))
    if path.is_file() and path.suffix not in (".py", ".pyc")
}
REFUSED = {
    "JPEG2000-embedded-sequence-delimiter.dcm": "differ in size",
    "MR_truncated.dcm": "cut off",
    "badVR.dcm": "number of images",
    "meta_missing_tsyntax.dcm": "no image",
    "nested_priv_SQ.dcm": "no image",
}
"""The only ones with pixels that become no picture: each is damaged, or has no size."""
TWINS = [
    ("MR_small.dcm", "MR_small_RLE.dcm", "MR_small_bigendian.dcm", "MR_small_expb.dcm",
     "MR_small_implicit.dcm", "MR_small_jp2klossless.dcm", "MR_small_jpeg_ls_lossless.dcm",
     "MR_small_padded.dcm"),
    ("emri_small.dcm", "emri_small_RLE.dcm", "emri_small_big_endian.dcm",
     "emri_small_jpeg_2k_lossless.dcm", "emri_small_jpeg_ls_lossless.dcm"),
    ("693_UNCR.dcm", "693_J2KR.dcm"),
    ("MR2_UNCR.dcm", "MR2_J2KR.dcm"),
    ("RG1_UNCR.dcm", "RG1_J2KR.dcm"),
    ("RG3_UNCR.dcm", "RG3_J2KR.dcm"),
    ("US1_UNCR.dcm", "US1_J2KR.dcm", "examples_jpeg2k.dcm"),
    ("OBXXXX1A.dcm", "OBXXXX1A_rle.dcm", "OBXXXX1A_expb.dcm"),
    ("OBXXXX1A_2frame.dcm", "OBXXXX1A_rle_2frame.dcm", "OBXXXX1A_expb_2frame.dcm"),
    ("SC_rgb.dcm", "SC_rgb_rle.dcm", "SC_rgb_expb.dcm"),
    ("SC_rgb_2frame.dcm", "SC_rgb_rle_2frame.dcm", "SC_rgb_expb_2frame.dcm"),
    ("SC_rgb_16bit.dcm", "SC_rgb_rle_16bit.dcm", "SC_rgb_expb_16bit.dcm"),
    ("SC_rgb_16bit_2frame.dcm", "SC_rgb_rle_16bit_2frame.dcm", "SC_rgb_expb_16bit_2frame.dcm"),
    ("SC_rgb_32bit.dcm", "SC_rgb_rle_32bit.dcm", "SC_rgb_expb_32bit.dcm"),
    ("SC_rgb_32bit_2frame.dcm", "SC_rgb_rle_32bit_2frame.dcm", "SC_rgb_expb_32bit_2frame.dcm"),
    ("rtdose.dcm", "rtdose_rle.dcm", "rtdose_expb.dcm"),
    ("rtdose_1frame.dcm", "rtdose_rle_1frame.dcm", "rtdose_expb_1frame.dcm"),
    ("liver.dcm", "liver_expb.dcm"),
    ("color-px.dcm", "color-pl.dcm"),
    ("SC_rgb_small_odd.dcm", "SC_rgb_small_odd_big_endian.dcm"),
]  # fmt: skip


def has_pixels(path: Path) -> bool:
    """Whether pydicom finds pixels in a file that is DICOM, or named as if."""
    try:
        dataset = pydicom.dcmread(path, force=True)
    except (InvalidDicomError, BytesLengthException, EOFError, NotImplementedError, ValueError):
        return False
    return any(name in dataset for name in ("PixelData", "FloatPixelData", "DoubleFloatPixelData"))


@pytest.mark.filterwarnings("ignore")
def test_all_but_five_of_174_files_become_pictures_and_none_takes_long() -> None:
    pictures, reasons, longest = 0, {}, 0.0
    paths = [
        path
        for folder in FOLDERS
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix not in (".py", ".pyc") and has_pixels(path)
    ]
    assert len(paths) == 174
    for path in paths:
        begin = time.perf_counter()
        try:
            (case,) = check_file(path)
            pixels = read_case(case)
            assert pixels.dtype in (np.uint8, np.uint16)
            assert pixels.ndim == 2 or pixels.shape[2:] == (3,)
            pictures += 1
        except UnreadableFile as error:
            reasons[path.name] = error.message
        longest = max(longest, time.perf_counter() - begin)
    assert pictures == 169
    assert set(reasons) == set(REFUSED)
    assert all(words in reasons[name] for name, words in REFUSED.items())
    assert longest < 5


@pytest.mark.parametrize("names", TWINS, ids=lambda names: names[0])
def test_what_was_compressed_without_loss_equals_its_twin(names: tuple[str, ...]) -> None:
    first, *others = (look_into(FILES[name]) for name in names)
    for other in others:
        assert other.form.frames == first.form.frames
        for number in {1, first.form.frames}:
            expected = stored_frame(first, number).values
            assert np.array_equal(stored_frame(other, number).values, expected)


def rendered(path: Path, target: Path, *options: str) -> np.ndarray | None:
    """The first frame by dcmj2pnm in 8 bits, without overlays; None if it cannot."""
    command = ["dcmj2pnm", "-O", "+op", *options, str(path), str(target)]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    if done.returncode or not target.exists():
        return None
    with Image.open(target) as image:
        return np.asarray(image).astype(int)


def window_options(path: Path) -> list[str]:
    image = look_into(path)
    if image.form.samples > 1 or image.form.photometric == "PALETTE COLOR":
        return []
    greys = greys_of(image, 1)
    if greys.grey_table is not None:
        return ["+Wl", "1"]
    if greys.windows:
        return ["+Wi", "1"]
    return [] if greys.is_ready else ["+Wm"]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.skipif(shutil.which("dcmj2pnm") is None, reason="needs dcmj2pnm of DCMTK")
def test_another_renderer_sees_the_same_within_one_grey_level(tmp_path: Path) -> None:
    """Every third file, for each starts a program; of all 137 that both render 130 agree."""
    same, different = 0, []
    for place, path in enumerate([path for path in FILES.values() if has_pixels(path)][::3]):
        if path.name in REFUSED:
            continue
        (case,) = check_file(path)
        other = rendered(path, tmp_path / f"{place}.pnm", *window_options(path))
        if other is None:
            continue
        ours = read_case(slice_case(case, 1))
        grey = np.rint(ours / 257).astype(int) if ours.dtype == np.uint16 else ours.astype(int)
        if other.shape == grey.shape and np.abs(other - grey).max() <= 1:
            same += 1
        else:
            different.append(path.name)
    assert same + len(different) >= 35
    assert same / (same + len(different)) >= 0.9, different
