"""Copies are found however they were changed, and different pictures are left alone."""

import io

import numpy as np
import pytest
from pictures import picture
from PIL import Image
from scipy.ndimage import gaussian_filter

from precmed_gui.cohorts.duplicates import (
    first_of_each,
    grouped,
    groups_of_pairs,
    near_pairs,
)
from precmed_gui.cohorts.perceptual_hashes import (
    ORIENTATIONS,
    coefficients,
    turned,
    turned_coefficients,
)
from precmed_gui.cohorts.picture_facts import FACTS, MINIATURE, picture_facts
from precmed_gui.diagnosis.checks import Duplicates
from precmed_gui.diagnosis.work import Cancelled, NeverCancelled, ignore


def table(*pixels: np.ndarray) -> np.ndarray:
    return np.array([picture_facts(one) for one in pixels], FACTS)


def pairs_of(*pixels: np.ndarray) -> set[tuple[int, int]]:
    found = near_pairs(table(*pixels)["miniature"], ignore, NeverCancelled())
    return {(int(a), int(b)) for a, b in found}


def as_jpeg(pixels: np.ndarray, quality: int) -> np.ndarray:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


def resized(pixels: np.ndarray, side: int) -> np.ndarray:
    return np.asarray(Image.fromarray(pixels).resize((side, side), Image.Resampling.LANCZOS))


CHANGES = {
    "brighter": lambda p: np.clip(p * 1.25, 0, 255).astype(np.uint8),
    "darker": lambda p: (p * 0.5).astype(np.uint8),
    "curved": lambda p: (255 * (p / 255) ** 1.4).astype(np.uint8),
    "smaller": lambda p: resized(p, 70),
    "larger": lambda p: resized(p, 200),
    "compressed": lambda p: as_jpeg(p, 40),
    "coloured": lambda p: np.stack([p, p, (p * 0.9).astype(np.uint8)], axis=2),
    "deep": lambda p: p.astype(np.uint16) * 16,
    "noisy": lambda p: np.clip(p + np.random.default_rng(0).normal(0, 4, p.shape), 0, 255).astype(
        np.uint8
    ),
    "mirrored": lambda p: p[:, ::-1].copy(),
    "upside down": lambda p: p[::-1].copy(),
    "turned": lambda p: np.rot90(p).copy(),
    "turned back": lambda p: np.rot90(p, 3).copy(),
    "turned and compressed": lambda p: as_jpeg(np.rot90(p).copy(), 60),
    "transposed": lambda p: p.T.copy(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_copy_is_found_among_others(change: str) -> None:
    pictures = [picture(number) for number in range(40)]
    copies = [CHANGES[change](pictures[number]) for number in (3, 11, 30)]
    assert pairs_of(*pictures, *copies) == {(3, 40), (11, 41), (30, 42)}


def test_two_copies_alone_are_found() -> None:
    assert pairs_of(picture(1), CHANGES["darker"](picture(1))) == {(0, 1)}
    assert pairs_of(picture(1), picture(2)) == set()
    assert pairs_of(picture(1)) == set()


def test_pictures_of_one_make_are_no_copies() -> None:
    """As all chest X-rays are alike: one shape for all, in small details different."""
    shape = gaussian_filter(np.random.default_rng(3).normal(size=(96, 96)), 12)
    shape *= 45 / shape.std()
    random = np.random.default_rng(4)
    details = [gaussian_filter(random.normal(size=(96, 96)), 3) for _ in range(300)]
    pictures = [
        np.clip(120 + shape + 9 * detail / detail.std(), 0, 255).astype(np.uint8)
        for detail in details
    ]
    flat = np.array([one.astype(float).ravel() for one in pictures])
    assert np.corrcoef(flat[:2])[0, 1] > 0.9
    copy = as_jpeg(pictures[5], 70)
    assert pairs_of(*pictures, copy) == {(5, 300)}


def test_blank_pictures_have_no_copies() -> None:
    assert pairs_of(*(np.full((64, 64), value, np.uint8) for value in range(0, 60, 2))) == set()


def duplicates_of(cases: list[tuple[str, str | None]], facts: np.ndarray) -> Duplicates:
    firsts = first_of_each(facts["fingerprint"])
    pairs = near_pairs(facts["miniature"][firsts], ignore, NeverCancelled())
    return grouped(cases, facts["fingerprint"], pairs)


def test_equal_pixels_are_exact_and_no_near_copies() -> None:
    one, other = picture(1), picture(2)
    near = CHANGES["brighter"](one)
    facts = table(one, other, one.copy(), near, other.copy())
    cases = [(f"k{i}", label) for i, label in enumerate(("a", "a", "a", "b", "b"))]
    found = duplicates_of(cases, facts)
    assert found.exact == (("k0", "k2"), ("k1", "k4"))
    assert found.near == (("k0", "k3"),)
    assert found.across_labels == (("k1", "k4"), ("k0", "k3"))


def test_pictures_without_a_class_contradict_nobody() -> None:
    facts = table(picture(1), picture(1))
    found = duplicates_of([("x", "a"), ("y", None)], facts)
    assert found.exact == (("x", "y"),)
    assert found.across_labels == ()


def test_groups_are_what_pairs_connect() -> None:
    assert groups_of_pairs([(5, 9), (1, 2), (9, 4)]) == [(1, 2), (4, 5, 9)]


def test_coefficients_are_turned_as_the_pictures_are() -> None:
    small = table(*(picture(number) for number in range(5)))["miniature"]
    upright = coefficients(small)
    for orientation, found in enumerate(turned_coefficients(upright)):
        again = coefficients(np.ascontiguousarray(turned(small, orientation)))
        assert found == pytest.approx(again, abs=1e-5)
    assert orientation == ORIENTATIONS - 1


def many(count: int) -> np.ndarray:
    random = np.random.default_rng(0)
    smooth = gaussian_filter(random.normal(size=(count, MINIATURE, MINIATURE)), (0, 1.2, 1.2))
    smooth -= smooth.min(axis=(1, 2), keepdims=True)
    return (smooth / smooth.max(axis=(1, 2), keepdims=True) * 255).astype(np.uint8)


def test_nearly_all_copies_among_thousands_are_found_and_nothing_else() -> None:
    random = np.random.default_rng(1)
    pictures = many(4000)
    sources = random.choice(4000, 100, replace=False)
    copies = np.clip(pictures[sources] * 0.8 + random.normal(0, 4, (100, 32, 32)), 0, 255)
    turns = random.integers(0, ORIENTATIONS, 100)
    copies = np.stack([turned(one[None], int(t))[0] for one, t in zip(copies, turns, strict=True)])
    everything = np.concatenate([pictures, copies.astype(np.uint8)])
    found = {tuple(pair) for pair in near_pairs(everything, ignore, NeverCancelled()).tolist()}
    wanted = {(int(source), 4000 + number) for number, source in enumerate(sources)}
    assert len(found & wanted) >= 95
    assert not found - wanted


def test_twice_the_pictures_need_about_twice_the_comparisons(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not four times, though all are of one make."""
    counts: list[int] = []

    def counted(found: np.ndarray) -> np.ndarray:
        counts[-1] += found.size
        return bitwise_count(found)

    bitwise_count = np.bitwise_count
    monkeypatch.setattr(np, "bitwise_count", counted)
    for count in (500, 1000, 2000):
        counts.append(0)
        near_pairs(many(count), ignore, NeverCancelled())
    assert counts[1] <= 2.1 * counts[0]
    assert counts[2] <= 2.1 * counts[1]


def test_a_stop_is_heard() -> None:
    class Stop(NeverCancelled):
        def raise_if_set(self) -> None:
            raise Cancelled

    with pytest.raises(Cancelled):
        near_pairs(many(10), ignore, Stop())
