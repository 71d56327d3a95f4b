"""Whether a model does without what it should look at; `train` asks before the card is written.

A cohort whose sick patients have a letter in the corner teaches the letter. Such a model is as
right on images of which only the border is left, and less right once the marks are painted over.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.cases import Part
from precmed_gui.diagnosis.evaluation import Figure
from precmed_gui.diagnosis.model_card import Seen, Shortcuts
from precmed_gui.evaluation.intervals import patient_weights, percentile_interval
from precmed_gui.evaluation.measuring import measure
from precmed_gui.learning.ensemble import Run
from precmed_gui.learning.marks import without_marks
from precmed_gui.learning.training_data import TrainingData

MOST = 200
_BORDER = 0.12
"""Of the side, at each edge: where letters stand, and little of what is examined."""
_MIDDLE = 0.25
"""Of the side, from each edge: where the middle begins that is masked; a quarter of the image."""
_BATCH = 32
_REPLICATES = 500
_LEAST_PATIENTS = 3
Images = NDArray[np.float32]


def find_shortcuts(run: Run, data: TrainingData, attend: Callable[[int, int], None]) -> Shortcuts:
    """Look at some images of the test part: whole, parts of them masked, without marks.

    What is masked becomes the mean grey of all these images, the same in each.

    Parameters
    ----------
    run
        The networks of the model.
    data
        What it was trained on.
    attend
        Called with (done, total) before each batch.
    """
    part: Part = "test" if data.split.test else "validation"
    positions = _some(data.split.part(part))
    images, truth = _images(data, part, positions)
    patients = data.people([data.split.part(part)[place] for place in positions])
    grey = np.float32(images.mean())
    side = images.shape[1]
    inside, middle = (
        is_inside(side, width)[np.newaxis, :, :, np.newaxis] for width in (_BORDER, _MIDDLE)
    )
    unmarked = np.stack([without_marks(image) for image in images])
    is_marked = np.any(unmarked != images, axis=(1, 2, 3))
    ask = _Asking(run, attend, 4 * len(images) + int(is_marked.sum()))
    whole = ask.said_of(images)
    cleaned = whole.copy()
    if is_marked.any():
        cleaned[is_marked] = ask.said_of(unmarked[is_marked])
    labels = data.cohort.labels

    def seen(said: NDArray[np.float64]) -> Seen:
        found = measure(truth, said, patients, labels, replicates=_REPLICATES)
        return Seen(found.accuracy, found.auc, tuple(one.auc for one in found.classes))

    return Shortcuts(
        part="test" if part == "test" else "validation",
        n=len(images),
        whole=seen(whole),
        border=seen(ask.said_of(np.where(inside, grey, images))),
        centre=seen(ask.said_of(np.where(inside, images, grey))),
        unmarked=seen(cleaned),
        marked=int(is_marked.sum()),
        drop=_drop(truth, whole, cleaned, patients) if is_marked.any() else None,
        without_middle=seen(ask.said_of(np.where(middle, grey, images))),
        class_drops=_class_drops(truth, whole, cleaned, patients) if is_marked.any() else (),
    )


def is_inside(side: int, border: float = _BORDER) -> NDArray[np.bool_]:
    """(side, side): what is not border, which is so wide in shares of the side."""
    width = max(1, round(border * side))
    inside = np.zeros((side, side), np.bool_)
    inside[width : side - width, width : side - width] = True
    return inside


class _Asking:
    """Asks the networks in batches and tells how far it is."""

    def __init__(self, run: Run, attend: Callable[[int, int], None], total: int) -> None:
        self._run, self._attend, self._total, self._done = run, attend, total, 0

    def said_of(self, images: Images) -> NDArray[np.float64]:
        """(n, classes) probabilities that sum to 1."""
        found = []
        for first in range(0, len(images), _BATCH):
            self._attend(self._done, self._total)
            some = images[first : first + _BATCH]
            found.append(self._run(some)[0].astype(np.float64))
            self._done += len(some)
        said = np.concatenate(found)
        return np.asarray(said / said.sum(axis=1, keepdims=True))


def _some(part: Sequence[int]) -> NDArray[np.int64]:
    """Places of at most `MOST` cases of a part, the same each time, in their order."""
    return np.sort(np.random.default_rng(0).permutation(len(part))[:MOST])


def _images(
    data: TrainingData, part: Part, positions: NDArray[np.int64]
) -> tuple[Images, NDArray[np.int64]]:
    chosen = data.parts[part].chosen(positions)
    factors = chosen.factors[:, np.newaxis, np.newaxis, np.newaxis]
    images = chosen.pixels[chosen.rows].astype(np.float32) * factors
    return np.minimum(images, np.float32(1)), chosen.labels.astype(np.int64)


def _drop(
    truth: NDArray[np.int64],
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    patients: Sequence[str],
) -> Figure:
    """How many more were right before, as a share of all, with a bootstrap interval by patient."""
    right = [np.argmax(said, axis=1) == truth for said in (before, after)]
    lost = right[0].astype(np.float64) - right[1]
    weights = patient_weights(patients, replicates=_REPLICATES)
    replicates = lost @ weights / weights.sum(axis=0)
    return percentile_interval(float(lost.mean()), replicates, patients=len(set(patients)))


def _class_drops(
    truth: NDArray[np.int64],
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    patients: Sequence[str],
) -> tuple[Figure | None, ...]:
    """`_drop` among the images of each class: what is lost in a rare class is little of all."""
    found: list[Figure | None] = []
    for label in range(before.shape[1]):
        rows = np.flatnonzero(truth == label)
        own = [patients[int(row)] for row in rows]
        is_enough = len(set(own)) >= _LEAST_PATIENTS
        found.append(_drop(truth[rows], before[rows], after[rows], own) if is_enough else None)
    return tuple(found)
