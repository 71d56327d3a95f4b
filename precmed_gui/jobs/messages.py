"""What the window's side and an engine process say to each other, and how work can end."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Start:
    """Please run this pickled work; quick work may run between the batches of a longer one."""

    job: int
    work: bytes
    is_quick: bool


@dataclass(frozen=True, slots=True)
class Cancel:
    """Please stop this work."""

    job: int


@dataclass(frozen=True, slots=True)
class SetLanguage:
    """Word errors and stages in this language from now on."""

    code: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """The engine is warm; `device` says what it computes on ("" where that means nothing)."""

    device: str


@dataclass(frozen=True, slots=True)
class Begun:
    """The work left the queue."""

    job: int


@dataclass(frozen=True, slots=True)
class CancelSeen:
    """The work knows that it is to stop, and is tidying up."""

    job: int


@dataclass(frozen=True, slots=True)
class Reported:
    """An event of the work."""

    job: int
    event: object


@dataclass(frozen=True, slots=True)
class Succeeded:
    """The work returned `result`."""

    result: object


@dataclass(frozen=True, slots=True)
class Failed:
    """The work raised; `details` is for the log and the curious."""

    message: str
    hint: str = ""
    details: str = ""


@dataclass(frozen=True, slots=True)
class WasCancelled:
    """The work stopped because the user wished it."""


@dataclass(frozen=True, slots=True)
class EngineDied:
    """The process ended under the work; `reason` says how, `hint` what to do."""

    reason: str
    hint: str = ""


Outcome = Succeeded | Failed | WasCancelled | EngineDied


@dataclass(frozen=True, slots=True)
class Ended:
    """The last word about a piece of work."""

    job: int
    outcome: Outcome
