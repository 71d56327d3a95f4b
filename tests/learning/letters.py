"""A letter burnt into pictures, for the tests of shortcuts and marks."""

import numpy as np


def letter(image: np.ndarray) -> np.ndarray:
    """An L burnt into the upper left corner."""
    side = len(image)
    marked = image.copy()
    thick, top, height = max(1, side // 28), side // 28, side // 7
    marked[top : top + height, top : top + thick] = 255
    marked[top + height - thick : top + height, top : top + height // 2 + 1] = 255
    return marked
