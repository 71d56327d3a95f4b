"""Sorting has images measured in the reading engine; predictions tell how sure the model is."""

import numpy as np
import pytest
from fake_jobs import FakeJobs
from pytestqt.qtbot import QtBot

from precmed_gui.cohorts.picture_measures import PictureMeasures, picture_measures
from precmed_gui.diagnosis.cases import Case, make_cohort
from precmed_gui.diagnosis.prediction import CasesRead, Prediction
from precmed_gui.diagnosis.work import Step
from precmed_gui.jobs.messages import Succeeded, WasCancelled
from precmed_gui.window.cases_panel import CasesPanel
from precmed_gui.window.facts_flow import FactsFlow
from precmed_gui.window.workspace import Workspace

CASES = [Case(f"/i/{number}.png", label="Normal") for number in range(3)]


class Table:
    def __init__(self, qtbot: QtBot) -> None:
        self.jobs, self.workspace, self.panel = FakeJobs(), Workspace(), CasesPanel()
        qtbot.addWidget(self.panel)
        self.flow = FactsFlow(self.workspace, self.jobs, self.panel)
        self.workspace.cohort_changed.connect(self.panel.show_cohort)
        self.workspace.edit("open", make_cohort(CASES, modality="imaging", name="test"))

    def works(self) -> list[tuple[object, ...]]:
        return [work.args for work in self.jobs.started.values()]


@pytest.fixture
def table(qtbot: QtBot) -> Table:
    return Table(qtbot)


def test_images_are_measured_once_and_the_rest_when_it_comes(table: Table) -> None:
    facts, jobs = table.panel.facts, table.jobs
    facts.require("size", CASES[:2])
    facts.require("brightness", CASES)
    assert table.works() == [("imaging", tuple(CASES[:2]))]
    assert jobs.started[1].func is picture_measures
    jobs.reported.emit(1, Step("Looking at each image", 1, 2))
    assert not table.panel._work.isHidden()
    measures = PictureMeasures(np.array([9, 4], np.uint64), np.array([0.5, 0.25], np.float32))
    jobs.ended.emit(1, Succeeded(measures))
    assert table.panel._work.isHidden()
    assert facts.known.sizes == {CASES[0].key: 9, CASES[1].key: 4}
    assert facts.known.brightness == {CASES[0].key: 0.5, CASES[1].key: 0.25}
    assert table.works()[1:] == [("imaging", tuple(CASES[2:]))]


def test_after_a_stop_the_next_sorting_asks_again(table: Table) -> None:
    facts, jobs = table.panel.facts, table.jobs
    cancelled: list[int] = []
    jobs.cancel = cancelled.append
    facts.require("size", CASES)
    table.panel.stop_wished.emit()
    assert cancelled == [1]
    jobs.ended.emit(1, WasCancelled())
    assert len(table.works()) == 1
    facts.require("size", CASES)
    assert len(table.works()) == 2


def test_what_the_model_says_is_noted_and_forgotten_with_the_model(table: Table) -> None:
    facts = table.panel.facts
    answer = Prediction(CASES[1], ("Normal", "Other"), (0.3, 0.7))
    table.jobs.reported.emit(5, CasesRead((answer,), (), 1, 3))
    assert facts.known.confidences == {CASES[1].key: 0.7}
    assert facts.unread(CASES) == [CASES[0], CASES[2]]
    table.workspace.model_changed.emit(None)
    assert facts.known.confidences == {}
