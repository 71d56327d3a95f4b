"""Containers: arrays in .npz, and MNIST's own files."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from precmed_gui.diagnosis.errors import UnreadableFile
from precmed_gui.diagnosis.work import NeverCancelled, ignore
from precmed_gui.modalities.imaging import MODALITY
from precmed_gui.modalities.imaging.files import check_file, read_case

IMAGES = np.arange(5 * 6 * 7, dtype=np.uint8).reshape(5, 6, 7)


def stored(path: Path, **arrays: np.ndarray) -> Path:
    np.savez_compressed(path, **arrays)
    return path


def test_mnist_names_are_known_and_pixels_come_back(tmp_path: Path) -> None:
    path = stored(
        tmp_path / "mnist.npz", x_train=IMAGES, y_train=np.arange(5),
        x_test=IMAGES[:2], y_test=np.array([7, 7], np.uint8),
    )  # fmt: skip
    cases = check_file(path)
    assert [case.label for case in cases] == ["0", "1", "2", "3", "4", "7", "7"]
    assert [case.part for case in cases] == ["train"] * 5 + ["test"] * 2
    for case, expected in zip(cases, [*IMAGES, *IMAGES[:2]], strict=True):
        assert np.array_equal(read_case(case), expected)


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("pneumoniamnist", ["normal", "pneumonia", "normal"]),
        ("breastmnist_64", ["malignant", "normal or benign", "malignant"]),
        ("retinamnist", ["grade 0", "grade 1", "grade 0"]),
        ("mine", ["0", "1", "0"]),
    ],
)
def test_known_files_have_class_names_in_words(
    tmp_path: Path, name: str, labels: list[str]
) -> None:
    path = stored(
        tmp_path / f"{name}.npz", train_images=IMAGES[:3], train_labels=np.array([[0], [1], [0]])
    )
    assert [case.label for case in check_file(path)] == labels


def test_colour_depth_and_single_channels_are_kept(tmp_path: Path) -> None:
    colour = np.repeat(IMAGES[..., None], 3, axis=3)
    deep = IMAGES.astype(np.uint16) * 300
    path = stored(
        tmp_path / "a.npz", train_images=colour, val_images=deep, test_images=IMAGES[..., None]
    )
    pixels = [read_case(case) for case in check_file(path)]
    assert np.array_equal(pixels[0], colour[0])
    assert np.array_equal(pixels[5], deep[0])
    assert pixels[5].dtype == np.uint16
    assert np.array_equal(pixels[10], IMAGES[0])


def test_images_without_labels_have_neither_class_nor_part(tmp_path: Path) -> None:
    cases = check_file(stored(tmp_path / "a.npz", test_images=IMAGES))
    assert {(case.label, case.part) for case in cases} == {(None, None)}


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = stored(tmp_path / "a.npz", test_images=IMAGES)
    first = read_case(check_file(path)[1])
    stored(path, test_images=IMAGES[::-1])
    assert not np.array_equal(read_case(check_file(path)[1]), first) or np.array_equal(
        IMAGES[1], IMAGES[::-1][1]
    )


@pytest.mark.parametrize(
    ("arrays", "reason"),
    [
        ({"pictures": IMAGES}, "no images under the names"),
        ({"train_images": np.zeros((2, 8, 8, 8))}, "volumes"),
        ({"train_images": IMAGES, "train_labels": np.zeros(4)}, "differ"),
        ({"train_images": IMAGES, "train_labels": np.zeros((5, 14))}, "several classes"),
        ({"train_images": np.array([None, None])}, "not single"),
        ({"train_images": np.zeros((20_000, 200, 200), np.uint8)}, "unpacks to more than"),
    ],
)
def test_other_arrays_are_refused(
    tmp_path: Path, arrays: dict[str, np.ndarray], reason: str
) -> None:
    path = stored(tmp_path / "a.npz", **arrays)
    with pytest.raises(UnreadableFile, match=reason):
        check_file(path)


def test_damage_ends_as_a_reason(tmp_path: Path) -> None:
    path = stored(tmp_path / "a.npz", test_images=IMAGES)
    data = path.read_bytes()
    random = np.random.default_rng(1)
    reasons: list[str] = []
    for _turn in range(60):
        harmed = bytearray(data)
        harmed[int(random.integers(4, len(data)))] ^= 0xFF
        path.write_bytes(harmed)
        try:
            for case in check_file(path):
                read_case(case)
        except UnreadableFile as error:
            reasons.append(error.message)
    assert reasons
    assert all(reasons)


def idx(path: Path, values: np.ndarray) -> Path:
    head = struct.pack(">BBBB", 0, 0, 8, values.ndim) + struct.pack(
        f">{values.ndim}I", *values.shape
    )
    data = head + values.astype(np.uint8).tobytes()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_mnist_pairs_are_found_from_either_file_or_their_folder(
    tmp_path: Path, ending: str
) -> None:
    images = idx(tmp_path / f"train-images-idx3-ubyte{ending}", IMAGES)
    labels = idx(tmp_path / f"train-labels-idx1-ubyte{ending}", np.array([3, 1, 4, 1, 5]))
    idx(tmp_path / f"t10k-images-idx3-ubyte{ending}", IMAGES[:2])
    idx(tmp_path / f"t10k-labels-idx1-ubyte{ending}", np.array([9, 2]))
    for paths, count in (([images], 5), ([labels], 5), ([tmp_path], 7)):
        cohort = MODALITY.find_cases(paths, ignore, NeverCancelled())
        assert len(cohort.cases) == count
        assert not cohort.unreadable
    assert {case.label for case in cohort.cases if case.part == "test"} == {"9", "2"}
    train = [case for case in cohort.cases if case.part == "train"]
    assert [case.label for case in train] == ["3", "1", "4", "1", "5"]
    assert np.array_equal(read_case(train[3]), IMAGES[3])


def test_mnist_files_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    images = idx(tmp_path / "train-images-idx3-ubyte", IMAGES)
    labels = idx(tmp_path / "train-labels-idx1-ubyte", np.array([3, 1]))
    with pytest.raises(UnreadableFile, match="differ"):
        check_file(images)
    images.unlink()
    with pytest.raises(UnreadableFile, match="not beside"):
        check_file(labels)
    lonely = idx(tmp_path / "t10k-images-idx3-ubyte", IMAGES)
    lonely.write_bytes(lonely.read_bytes()[:-5])
    with pytest.raises(UnreadableFile, match="cut off"):
        read_case(check_file(lonely)[0])


@pytest.mark.shared
def test_the_published_file_has_its_published_counts(shared_data: Path) -> None:
    cases = check_file(shared_data / "medmnist" / "pneumoniamnist.npz")
    parts = [case.part for case in cases]
    assert [parts.count(part) for part in ("train", "validation", "test")] == [4708, 524, 624]
    assert {case.label for case in cases} == {"normal", "pneumonia"}
