"""Cases whose class is likely wrong, as the queue of the check panel shows them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trouble:
    """One case whose class networks that never learned from it do not believe.

    Parameters
    ----------
    key
        `Case.key`.
    label, suggested
        The class it has, and the one the networks say.
    probability, suggested_probability
        What they say of both, in [0, 1], not calibrated.
    score
        From 0 (surely wrong) to 1 (surely right); the queue is sorted by it.
    is_likely
        Whether confident learning counts it as wrong (Northcutt et al., JAIR 70, 2021).
    nearest
        For each of the two classes (`label` first), the keys of the cases most like it.
    """

    key: str
    label: str
    suggested: str
    probability: float
    suggested_probability: float
    score: float
    is_likely: bool
    nearest: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class TroubleQueue:
    """All labelled cases that were judged, the most doubtful first.

    Parameters
    ----------
    troubles
        In the order of the queue; at most 500 with `nearest`.
    judged
        How many cases were looked at.
    likely
        How many of them count as wrong.
    seconds
        What it took.
    """

    troubles: tuple[Trouble, ...]
    judged: int
    likely: int
    seconds: float
