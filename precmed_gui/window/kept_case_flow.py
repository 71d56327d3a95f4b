"""Has series of earlier sessions found again with all slices; `worklist_flow.py` opens them."""

from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from precmed_gui.archive.kept_cases import find_case, slices_gone
from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.record import Shown
from precmed_gui.jobs.jobs import Jobs, Lane
from precmed_gui.jobs.messages import EngineDied, Failed, Outcome, Succeeded
from precmed_gui.language import sentences


class KeptCaseFlow(QObject):
    """Looks for one case at a time, the one on the screen first; remembers what was found.

    Signals
    -------
    found
        `Shown.number`, the `Case`, and what is missing of it ("" for nothing).
    failed
        `Shown.number` and why there is no such case any more.
    """

    found = Signal(int, object, str)
    failed = Signal(int, str)

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._job = 0
        self._current: Shown | None = None
        self._wanted: list[Shown] = []
        self._known: dict[str, Case] = {}
        jobs.ended.connect(self._on_ended)

    def known(self, shown: Shown) -> Case | None:
        """The case of this answer, where it was found in this session."""
        return self._known.get(shown.case_key)

    def find(self, shown: Shown) -> None:
        """Look for a case that is about to be seen, before all others."""
        self._want(shown, 0)

    def find_later(self, shown: Shown) -> None:
        """Look for a case that is likely to be seen next."""
        self._want(shown, len(self._wanted))

    def _want(self, shown: Shown, place: int) -> None:
        if shown.slices > 1 and shown.case_key not in self._known:
            self._wanted = [one for one in self._wanted if one.case_key != shown.case_key]
            self._wanted.insert(place, shown)
            self._serve()

    def _serve(self) -> None:
        if not self._job and self._wanted:
            self._current = self._wanted.pop(0)
            work = partial(find_case, self._current)
            self._job = self._jobs.start(work, Lane.READING, is_quick=True)

    @Slot(int, object)
    def _on_ended(self, job: int, outcome: Outcome) -> None:
        if job != self._job or not self._job or self._current is None:
            return
        self._job, shown = 0, self._current
        if isinstance(outcome, Succeeded) and isinstance(outcome.result, Case):
            gone = slices_gone(shown, outcome.result)
            if not gone:
                self._known[shown.case_key] = outcome.result
            self.found.emit(shown.number, outcome.result, gone)
        elif isinstance(outcome, Failed):
            self.failed.emit(shown.number, sentences(outcome.message, outcome.hint))
        elif isinstance(outcome, EngineDied):
            self.failed.emit(shown.number, sentences(outcome.reason, outcome.hint))
        self._serve()
