"""What a network said about a case."""

from dataclasses import dataclass

from precmed_gui.diagnosis.cases import Case, Unreadable


@dataclass(frozen=True, slots=True)
class Prediction:
    """One network's probabilities for one case.

    Parameters
    ----------
    case
        The image that was read.
    labels
        The classes of the model, in its own order.
    probabilities
        One a class, in [0, 1], summing to 1 within 1e-6.
    """

    case: Case
    labels: tuple[str, ...]
    probabilities: tuple[float, ...]

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


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How right a model was on cases nobody trained it on.

    Parameters
    ----------
    n
        Cases measured.
    accuracy
        Share of cases whose most probable class was right, in [0, 1].
    auc
        Area under the ROC curve, macro mean of one class against the rest, in [0, 1];
        None where a class is missing among the cases.
    seen_in_training
        Cases among them that the model was trained on or chosen by.
    """

    n: int
    accuracy: float
    auc: float | None
    seen_in_training: int = 0
    unreadable: tuple[Unreadable, ...] = ()
