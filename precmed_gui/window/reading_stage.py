"""How far one reader is with one answer, what a wish becomes, and the time it took; no Qt.

`decision_flow.py` asks; a blinded reader commits first, sees the answer, then confirms or revises.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from precmed_gui.diagnosis.record import Decision, DecisionKind, Shown

Stage = Literal["open", "blind", "revise"]
"""The answer is to be seen; it is hidden until a decision; it appeared after a blind decision."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a reader chose on the screen: "keep" repeats the blind decision."""

    kind: Literal["agree", "other", "refer", "reject", "keep"]
    label: str = ""


def stage_of(decisions: Sequence[Decision], reader: str, *, is_blinded: bool) -> Stage:
    """How far `reader` is, from all decisions about the answer, the oldest first."""
    own = [decision for decision in decisions if decision.reader == reader]
    if not own:
        return "blind" if is_blinded else "open"
    return "revise" if all(decision.is_blind for decision in own) else "open"


def blind_decision(decisions: Sequence[Decision], reader: str) -> Decision | None:
    """What this reader committed to before the answer was seen, the newest one."""
    own = [decision for decision in decisions if decision.reader == reader and decision.is_blind]
    return own[-1] if own else None


def said_label(shown: Shown) -> str:
    """The class the model put first, "" where it refused."""
    if shown.verdict == "refused" or not shown.labels:
        return ""
    return max(zip(shown.probabilities, shown.labels, strict=True))[1]


def kind_and_label(
    choice: Choice, shown: Shown, before: Decision | None
) -> tuple[DecisionKind, str] | None:
    """What is written down, or None where the choice means nothing here.

    Naming the very class that the model put first is agreement, whichever key it was.
    """
    said = said_label(shown)
    if choice.kind == "keep":
        return (before.kind, before.label) if before is not None else None
    if choice.kind == "agree":
        return ("agree", said) if said else None
    if choice.kind == "other":
        if choice.label not in shown.labels:
            return None
        return ("agree" if choice.label == said else "other", choice.label)
    return choice.kind, ""


class Stopwatch:
    """Seconds a case was before a reader's eyes; stands while the window is not in use."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._sum, self._since = 0.0, 0.0
        self._is_running = False

    @property
    def seconds(self) -> float:
        """What it shows now."""
        return self._sum + (self._clock() - self._since if self._is_running else 0.0)

    def restart(self) -> None:
        """Count from zero."""
        self._sum, self._since, self._is_running = 0.0, self._clock(), True

    def set_running(self, *, is_running: bool) -> None:
        """Stop for a while, or go on."""
        if is_running != self._is_running:
            self._sum, self._since = self.seconds, self._clock()
            self._is_running = is_running
