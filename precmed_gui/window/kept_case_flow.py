"""Has images of earlier sessions found again, and compared with what was read then.

A file may hold another image by now, and a series is kept as the name of its first slice.
`worklist_flow.py` opens them.
"""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.prediction import Prediction
from precmed_gui.diagnosis.record import Shown
from precmed_gui.jobs.jobs import Jobs, Lane
from precmed_gui.jobs.messages import EngineDied, Failed, Outcome, Succeeded
from precmed_gui.language import sentences
from precmed_gui.places import shipped_models_folder, user_models_folder
from precmed_gui.window.kept_images import KeptImage, find_kept, stamp_of


class KeptCaseFlow(QObject):
    """Looks for one image at a time, the one on the screen first; remembers what was found.

    Signals
    -------
    found
        The `Shown` and its `KeptImage`.
    failed
        `Shown.number` and why there is no such case any more.
    """

    found = Signal(object, object)
    failed = Signal(int, str)

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._job = 0
        self._current: Shown | None = None
        self._wanted: list[tuple[Shown, Case]] = []
        self._known: dict[tuple[str, str], KeptImage] = {}
        jobs.ended.connect(self._on_ended)

    def note_read(self, predictions: Sequence[Prediction]) -> None:
        """These images were read just now: as long as their files stay, nothing is compared."""
        for one in predictions:
            found = KeptImage(one.case, True, "", stamp_of(one.case.key))
            self._known[one.case.key, one.fingerprint] = found

    def known(self, shown: Shown) -> KeptImage | None:
        """What was found of this answer in this session, if its file is still as it was then."""
        found = self._known.get((shown.case_key, shown.fingerprint))
        return found if found is not None and stamp_of(shown.case_key) == found.stamp else None

    def is_looking_for(self, shown: Shown) -> bool:
        """Whether it is not known yet if the image of this answer is still the same."""
        wanted = [one for one, _case in self._wanted]
        return shown.number in {one.number for one in (self._current, *wanted) if one is not None}

    def find(self, shown: Shown, case: Case) -> None:
        """Look for the image of a case that is about to be seen, before all others."""
        self._want(shown, case, 0)

    def find_later(self, shown: Shown, case: Case) -> None:
        """Look for the image of a case that is likely to be seen next."""
        self._want(shown, case, len(self._wanted))

    def _want(self, shown: Shown, case: Case, place: int) -> None:
        if self._current is not None and self._current.number == shown.number:
            return
        self._wanted = [one for one in self._wanted if one[0].number != shown.number]
        self._wanted.insert(place, (shown, case))
        self._serve()

    def _serve(self) -> None:
        if not self._job and self._wanted:
            self._current, case = self._wanted.pop(0)
            shelves = str(user_models_folder()), str(shipped_models_folder())
            work = partial(find_kept, self._current, case, shelves)
            self._job = self._jobs.start(work, Lane.READING, is_quick=True)

    @Slot(int, object)
    def _on_ended(self, job: int, outcome: Outcome) -> None:
        if job != self._job or not self._job or self._current is None:
            return
        shown = self._current
        self._job, self._current = 0, None
        if isinstance(outcome, Succeeded) and isinstance(outcome.result, KeptImage):
            if not outcome.result.gone:
                self._known[shown.case_key, shown.fingerprint] = outcome.result
            self.found.emit(shown, outcome.result)
        elif isinstance(outcome, Failed):
            self.failed.emit(shown.number, sentences(outcome.message, outcome.hint))
        elif isinstance(outcome, EngineDied):
            self.failed.emit(shown.number, sentences(outcome.reason, outcome.hint))
        self._serve()
