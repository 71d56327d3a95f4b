"""The one shape of all work: `work(report, cancel) -> result`, picklable, without Qt."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

Report = Callable[[object], None]
"""Takes an event: a frozen dataclass of numbers, strings and NumPy arrays."""


class Cancelled(Exception):
    """The user pressed Stop. Raised by `CancelToken.raise_if_set`; not an error."""


class CancelToken(Protocol):
    """Asked often by long work, at least a few times a second."""

    def is_set(self) -> bool:
        """Whether the user wants this work to end."""

    def raise_if_set(self) -> None:
        """Raise `Cancelled` if the user wants this work to end."""


class NeverCancelled:
    """The token of work that nobody can stop."""

    def is_set(self) -> bool:
        """Never."""
        return False

    def raise_if_set(self) -> None:
        """Do nothing."""


class Work(Protocol):
    """A `functools.partial` of a module-level function over frozen dataclasses."""

    def __call__(self, report: Report, cancel: CancelToken, /) -> object:
        """Do the work, reporting events on the way; raises `PrecmedError` or `Cancelled`."""


def ignore(event: object) -> None:
    """A `Report` for whoever wants the result only."""


@dataclass(frozen=True, slots=True)
class Step:
    """Progress of a stage that can be counted.

    Parameters
    ----------
    stage
        A translated name of what is being done, for instance "Reading images".
    done, total
        `done` of `total` are finished; `total` 0 means it is not known.
    """

    stage: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence the user should read while the work goes on."""

    text: str
