"""What a network said about a case, and whether it may be relied on."""

from dataclasses import dataclass
from typing import Literal

from precmed_gui.diagnosis.cases import Case, Unreadable
from precmed_gui.diagnosis.evaluation import Evaluation

SAME_DISTANCE = 0.005
"""Below this a training image is the very image that is read."""

NEAREST = 3
"""So many of all training images stand beside an answer, whatever their classes."""

FEW_CLASSES = 3
"""With so many classes or fewer as many of each stand there too, with more one of each."""

Verdict = Literal["answer", "refer", "refused"]
"""An answer; a set too wide to answer; an image unlike all the model was trained on."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A training image that is near in feature space.

    Parameters
    ----------
    path
        `Case.key` of it where it was when the model was trained; it may be gone.
    label
        Its class.
    distance
        In feature space, at least 0; comparable with the model's gate only.
    """

    path: str
    label: str
    distance: float

    @property
    def is_same(self) -> bool:
        """Whether the image that is read is this training image itself."""
        return self.distance < SAME_DISTANCE


@dataclass(frozen=True, slots=True)
class Prediction:
    """One model's answer for one case.

    Parameters
    ----------
    case
        The image that was read.
    labels
        The classes of the model, in its own order.
    probabilities
        One a class, calibrated, in [0, 1], summing to 1 within 1e-6.
    label_set
        The classes that cannot be ruled out at the model's level, most probable first; empty
        where the model has no rule for sets.
    verdict
        What to do with it; the probabilities of a refused case mean nothing.
    reason
        Why it is referred or refused, one translated sentence; "" for an answer.
    nearest
        Training images, nearest first: `NEAREST` of all, and the nearest of each class (of many
        classes: of the most probable ones); empty where the model kept none. Answers recorded by
        an earlier version have the nearest of all alone.
    fingerprint
        Of the pixels that were read (32 hexadecimal digits); "" where nobody knows.
    unkept
        The classes of which the model keeps no training image, so that none can be near.
    """

    case: Case
    labels: tuple[str, ...]
    probabilities: tuple[float, ...]
    label_set: tuple[str, ...] = ()
    verdict: Verdict = "answer"
    reason: str = ""
    nearest: tuple[Neighbour, ...] = ()
    fingerprint: str = ""
    unkept: tuple[str, ...] = ()

    @property
    def nearest_by_class(self) -> tuple[tuple[str, tuple[Neighbour, ...]], ...]:
        """(class, its nearest images) in the model's order, classes without any left out."""
        pairs = ((label, self._nearest_of(label)) for label in self.labels)
        return tuple((label, found) for label, found in pairs if found)

    def _nearest_of(self, label: str) -> tuple[Neighbour, ...]:
        return tuple(one for one in self.nearest if one.label == label)

    @property
    def ranked(self) -> tuple[tuple[str, float], ...]:
        """(class, probability), most probable first."""
        pairs = zip(self.labels, self.probabilities, strict=True)
        return tuple(sorted(pairs, key=lambda pair: -pair[1]))

    @property
    def label(self) -> str:
        """The most probable class."""
        return self.ranked[0][0]

    @property
    def confidence(self) -> float:
        """The probability of the most probable class."""
        return self.ranked[0][1]


@dataclass(frozen=True, slots=True)
class CasesRead:
    """An event: the next predictions of a longer list, in the order they were asked for."""

    predictions: tuple[Prediction, ...]
    unreadable: tuple[Unreadable, ...]
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class PredictionList:
    """The answer for everything that was dropped: each case is in one of the two."""

    model: str
    predictions: tuple[Prediction, ...]
    unreadable: tuple[Unreadable, ...]
    intended_use: str = ""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A model measured on a cohort, and the files that could not be read."""

    evaluation: Evaluation
    unreadable: tuple[Unreadable, ...] = ()
