"""Letters near the border are painted over; what only shines like them stays."""

from collections.abc import Callable

import numpy as np
import pytest
from letters import letter

from precmed_gui.learning.marks import without_marks

SIDE = 96


def ground(side: int = SIDE) -> np.ndarray:
    random = np.random.default_rng(3)
    return (0.3 + 0.02 * random.standard_normal((side, side, 1))).astype(np.float32)


@pytest.mark.parametrize("side", [28, 96, 224])
def test_a_letter_is_painted_over_and_the_rest_stays(side: int) -> None:
    clean = ground(side)
    marked = letter((clean[..., 0] * 255).astype(np.uint8))[..., np.newaxis] / np.float32(255)

    unmarked = without_marks(marked)

    assert unmarked.max() < 0.5
    rest = (slice(side // 3, None), slice(side // 3, None))
    assert np.array_equal(unmarked[rest], marked[rest])


def test_a_line_of_text_at_the_lower_edge_is_painted_over() -> None:
    image = ground()
    for column in range(8, 40, 4):
        image[-8:-3, column : column + 2] = 1

    assert without_marks(image).max() < 0.5


def skull(image: np.ndarray) -> None:
    """A thin bright ring that runs along all four edges."""
    rows, columns = np.mgrid[:SIDE, :SIDE] - SIDE / 2
    image[np.abs(np.hypot(rows, columns) - 0.45 * SIDE) < 1.5] = 1


def ribs(image: np.ndarray) -> None:
    """Thin bright bars at the edge of a bright body."""
    image[:, 12:] = 0.7
    for row in range(10, 90, 12):
        image[row : row + 2, 8:18] = 1


def middle(image: np.ndarray) -> None:
    image[40:50, 44:46] = 1


def broad(image: np.ndarray) -> None:
    image[4:24, 4:24] = 1


@pytest.mark.parametrize("draw", [skull, ribs, middle, broad])
def test_what_is_no_letter_stays(draw: Callable[[np.ndarray], None]) -> None:
    image = ground()
    draw(image)

    assert without_marks(image) is image


def test_an_image_without_anything_bright_stays() -> None:
    ramp = np.linspace(0, 1, SIDE, dtype=np.float32)
    image = np.repeat((ramp[:, None] * ramp[None])[..., None], 3, axis=2)
    blank = np.zeros((SIDE, SIDE, 1), np.float32)

    assert without_marks(image) is image
    assert without_marks(blank) is blank
