"""Between the picture on the screen and the reading engine: slices, and the header of a file.

One job reads at a time. A wish that is overtaken by the next is dropped, and while there is no
wish the neighbours of the slice on the screen are read, so that turning on is smooth.
"""

from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from precmed_gui.diagnosis.cases import Case, slice_case
from precmed_gui.diagnosis.pictures import Picture
from precmed_gui.jobs.jobs import Jobs, Lane
from precmed_gui.jobs.messages import EngineDied, Failed, Outcome, Succeeded
from precmed_gui.modalities import read_picture, read_tags
from precmed_gui.window.prediction_panel import PredictionPanel
from precmed_gui.window.slice_store import SliceStore
from precmed_gui.window.workspace import Workspace

MIDDLE = 0


class PictureFlow(QObject):
    """Brings the pixels of the case on the screen, and what its file says.

    Signals
    -------
    case_shown
        The `Case` whose picture is on the screen now.
    """

    case_shown = Signal(object)

    def __init__(self, workspace: Workspace, jobs: Jobs, panel: PredictionPanel) -> None:
        super().__init__(panel)
        self._workspace, self._jobs, self._panel = workspace, jobs, panel
        self._store = SliceStore()
        self._case: Case | None = None
        self._wished: int | None = None
        self._ahead: list[int] = []
        self._direction = 1
        self._job = self._asked = self._tags = self._early = 0
        self._is_ahead = False
        self._expected: Case | None = None
        self._found_early: Picture | None = None
        jobs.ended.connect(self._on_ended)
        panel.picture_wished.connect(self.show_case)
        panel.slice_wished.connect(self.show_slice)
        panel.header_wished.connect(self.show_header)

    @Slot(object)
    def show_case(self, case: Case) -> None:
        """Fetch the middle slice of a case, or its only picture."""
        self._jobs.abandon(self._job)
        self._job = 0
        self._store.clear()
        self._case, self._wished, self._ahead, self._direction = case, MIDDLE, [], 1
        early = self._found_early
        if early is not None and early.case.key == case.key:
            self._store.keep(early.slice_number, early)
            self._wished = early.slice_number
        self._serve()

    @Slot(object)
    def expect(self, case: Case) -> None:
        """Read the picture of the likely next case while nothing else is to be read."""
        if self._found_early is None or self._found_early.case.key != case.key:
            self._expected, self._found_early = case, None
            self._serve()

    @Slot(object, int)
    def show_slice(self, case: Case, number: int) -> None:
        """Fetch one slice of the case on the screen, from 1; earlier wishes are dropped."""
        if self._case is None or case.key != self._case.key:
            return
        here = self._panel.viewer.slice_number
        has_wrapped = (here, number) == (case.slices, 1)
        self._direction = -1 if number < here and not has_wrapped else 1
        self._wished = number
        self._serve()

    @Slot(object, int)
    def show_header(self, case: Case, number: int) -> None:
        """Fetch the header of the file that holds this slice."""
        self._jobs.abandon(self._tags)
        held = slice_case(case, number) if case.files and 1 <= number <= case.slices else case
        work = partial(read_tags, modality_of(self._workspace), held)
        self._tags = self._jobs.start(work, Lane.READING, is_quick=True)

    def _serve(self) -> None:
        """Show what is there, then have the next thing read."""
        found = None if self._wished is None else self._store.find(self._wished)
        if self._wished is not None and found is not None:
            self._show(self._wished, found)
            self._wished = None
        if self._job or self._case is None:
            return
        if self._wished is not None:
            self._start(self._case, self._wished, is_ahead=False)
        elif self._ahead:
            self._start(self._case, self._ahead.pop(0), is_ahead=True)
        elif self._expected is not None:
            work = partial(read_picture, modality_of(self._workspace), self._expected, MIDDLE)
            self._early = self._jobs.start(work, Lane.READING, is_quick=True)
            self._expected = None

    def _start(self, case: Case, number: int, *, is_ahead: bool) -> None:
        self._asked, self._is_ahead = number, is_ahead
        work = partial(read_picture, modality_of(self._workspace), case, number)
        self._job = self._jobs.start(work, Lane.READING, is_quick=True)

    def _show(self, number: int, found: Picture | str) -> None:
        case = self._case
        assert case is not None
        if isinstance(found, str):
            self._panel.show_unreadable_picture(found, number)
            return
        self._panel.show_picture(found)
        self.case_shown.emit(case)
        if case.slices > 1:
            self._ahead = self._store.missing_near(number, case.slices, self._direction)

    @Slot(int, object)
    def _on_ended(self, job: int, outcome: Outcome) -> None:
        if job == self._tags:
            self._tags = 0
            self._take_tags(outcome)
        elif job == self._early:
            self._early = 0
            if isinstance(outcome, Succeeded) and isinstance(outcome.result, Picture):
                self._found_early = outcome.result
        elif job == self._job:
            self._job = 0
            self._take(outcome)
            self._serve()

    def _take(self, outcome: Outcome) -> None:
        """Keep what was read; a slice on the way to the one wished for is shown in passing."""
        number, found = self._found(outcome)
        if found is not None:
            self._store.keep(number, found)
        if self._wished == self._asked:
            self._wished = number if found is not None else None
        elif self._wished is not None and not self._is_ahead and isinstance(found, Picture):
            self._panel.show_picture(found)

    def _found(self, outcome: Outcome) -> tuple[int, Picture | str | None]:
        if isinstance(outcome, Succeeded) and isinstance(outcome.result, Picture):
            return outcome.result.slice_number, outcome.result
        slices = self._case.slices if self._case else 1
        return self._asked or (slices + 1) // 2, _reason(outcome)

    def _take_tags(self, outcome: Outcome) -> None:
        reason = _reason(outcome)
        if isinstance(outcome, Succeeded) and isinstance(outcome.result, tuple):
            self._panel.show_tags(outcome.result)
        elif reason is not None:
            self._panel.show_no_tags(reason)


def modality_of(workspace: Workspace) -> str:
    """What reads the images: that of the model in use, else that of the cohort."""
    return workspace.card.modality if workspace.card else workspace.cohort.modality


def _reason(outcome: Outcome) -> str | None:
    """Why there is nothing to show; None where somebody stopped the work."""
    if isinstance(outcome, Failed):
        return outcome.message
    return outcome.reason if isinstance(outcome, EngineDied) else None
