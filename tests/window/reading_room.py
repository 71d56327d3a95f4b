"""A prediction panel, a worklist and a real record, connected as in the window; no engines."""

from dataclasses import dataclass

from fake_jobs import FakeJobs
from PySide6.QtWidgets import QSplitter
from tested_card import CARD

from precmed_gui.archive.record import open_record, shown_of
from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.prediction import Prediction, PredictionList
from precmed_gui.diagnosis.record import UsedModel
from precmed_gui.places import record_file
from precmed_gui.window.decision_flow import DecisionFlow
from precmed_gui.window.kept_case_flow import KeptCaseFlow
from precmed_gui.window.prediction_panel import PredictionPanel
from precmed_gui.window.reading_stage import Stopwatch
from precmed_gui.window.record_keeper import RecordKeeper
from precmed_gui.window.worklist_flow import CaseFinder, WorklistFlow
from precmed_gui.window.worklist_panel import WorklistPanel

MODEL = UsedModel("m", "d" * 64, "To test.", "Of 100, 90 were right.")


class Clock:
    """Seconds that pass when a test says so."""

    now = 0.0

    def __call__(self):
        return self.now


@dataclass
class Room:
    panel: PredictionPanel
    worklist: WorklistPanel
    keeper: RecordKeeper
    decisions: DecisionFlow
    flow: WorklistFlow
    clock: Clock
    asked: list
    window: QSplitter
    jobs: FakeJobs

    def read(self, *predictions):
        """As the reading flow does: kept, then shown."""
        self.keeper.keep(predictions)
        self.panel.show_finished(PredictionList("m", predictions, ()))
        self.flow.refresh()

    def kept(self):
        """What another window finds in the file."""
        record = open_record(record_file())
        found = list(record.every())
        record.close()
        return found


def make_room(qtbot, opener=None, reader="Dr Wu"):
    panel, worklist, clock, asked = PredictionPanel(), WorklistPanel(), Clock(), []
    window = QSplitter()
    window.addWidget(panel)
    window.addWidget(worklist)
    qtbot.addWidget(window)
    window.resize(1200, 900)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    panel.show_model(CARD)

    def ask(name):
        asked.append(name)
        return reader

    keeper = RecordKeeper(opener or _open, lambda found: shown_of(found, MODEL), worklist)
    decisions = DecisionFlow(keeper, panel, ask, Stopwatch(clock))
    jobs = FakeJobs()
    finder = CaseFinder(panel, tuple, lambda: MODEL.digest, KeptCaseFlow(jobs, panel))
    flow = WorklistFlow(keeper, worklist, panel, finder)
    worklist.rows.hide_answers_by(decisions.hides, decisions.sees)
    decisions.decided.connect(flow.show_next_waiting)
    panel.next_waiting_wished.connect(flow.show_next_waiting)
    worklist.blinding_changed.connect(
        lambda is_on: worklist.show_blinding(is_blinded=decisions.set_blinded(is_blinded=is_on))
    )
    keeper.open()
    flow.refresh()
    return Room(panel, worklist, keeper, decisions, flow, clock, asked, window, jobs)


def _open():
    return open_record(record_file())


def answer(number, ill=0.8, patient="", **more):
    """One answer about a case of this number."""
    case = Case(f"/new/{number}.png", patient=patient)
    return Prediction(case, ("ill", "well"), (ill, 1 - ill), **more)


__all__ = ["FakeJobs", "Room", "answer", "make_room"]
