"""Doubtful classes are looked for in the learning engine; what is decided can be undone."""

import made_check as made
import pytest
from fake_jobs import FakeJobs

from precmed_gui.cohorts.thumbnail_store import read_thumbnails
from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.diagnosis.label_trouble import Trouble, TroubleQueue
from precmed_gui.diagnosis.work import Step
from precmed_gui.jobs.jobs import Lane
from precmed_gui.jobs.messages import EngineDied, Failed, Succeeded, WasCancelled
from precmed_gui.learning.label_trouble import find_trouble
from precmed_gui.window.trouble_flow import TroubleFlow
from precmed_gui.window.trouble_view import THUMBNAIL_SIDE, TroubleView
from precmed_gui.window.workspace import Workspace

NEAREST = (("normal", (made.KEYS[1],)), ("ill", (made.KEYS[4],)))
TROUBLE = Trouble(made.KEYS[0], "normal", "ill", 0.1, 0.8, 0.11, True, NEAREST)
QUEUE = TroubleQueue((TROUBLE,), 8, 1, 3.0)


@pytest.fixture
def jobs():
    return FakeJobs()


@pytest.fixture
def workspace():
    return Workspace()


@pytest.fixture
def flow(qtbot, jobs, workspace):
    view = TroubleView()
    qtbot.addWidget(view)
    view.show()
    flow = TroubleFlow(workspace, jobs, view)
    workspace.show_cohort(made.COHORT)
    return flow


def find(flow, jobs, outcome):
    flow.parent().find_wished.emit()
    job, _arguments = jobs.last(find_trouble)
    jobs.ended.emit(job, outcome)


def test_the_queue_is_found_for_the_cohort_on_the_table(flow, jobs, monkeypatch):
    lanes = []
    start = jobs.start
    monkeypatch.setattr(
        jobs, "start", lambda work, lane=None, **how: lanes.append(lane) or start(work, lane, **how)
    )
    flow.parent().find_wished.emit()
    flow.parent().find_wished.emit()
    assert lanes == [Lane.LEARNING]
    assert flow.is_looking
    job, (cohort, _seed) = jobs.last(find_trouble)
    assert cohort == made.COHORT
    jobs.reported.emit(job, Step("Judging", 2, 5))
    assert flow.parent().progress.text().startswith("Judging")
    jobs.ended.emit(job, Succeeded(QUEUE))
    assert not flow.is_looking
    assert flow.parent().current == TROUBLE


def test_its_pictures_are_read_at_the_size_it_shows_them(flow, jobs):
    find(flow, jobs, Succeeded(QUEUE))
    _job, (name, cases, side) = jobs.last(read_thumbnails)
    assert (name, side) == ("imaging", THUMBNAIL_SIDE)
    assert {case.key for case in cases} == {made.KEYS[0], made.KEYS[1], made.KEYS[4]}


def test_another_class_is_given_and_can_be_taken_back(flow, jobs, workspace):
    find(flow, jobs, Succeeded(QUEUE))
    flow.parent().relabel_wished.emit([made.KEYS[0]], "ill")
    assert workspace.cohort.cases[0].label == "ill"
    workspace.undo_stack.undo()
    assert workspace.cohort.cases[0].label == "normal"


def test_a_case_is_excluded_and_used_again(flow, jobs, workspace):
    flow.parent().exclude_wished.emit([made.KEYS[0]], True)
    assert workspace.cohort.cases[0].is_excluded
    assert workspace.undo_stack.undoText() == "Exclude 1 image"
    flow.parent().exclude_wished.emit([made.KEYS[0]], False)
    assert not workspace.cohort.cases[0].is_excluded


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (Failed("No weights.", "Install them."), "No weights. Install them."),
        (EngineDied("The engine was ended.", "Try again."), "The engine was ended. Try again."),
        (WasCancelled(), ""),
    ],
)
def test_a_search_without_a_queue_says_why_and_can_be_wished_for_again(flow, jobs, outcome, said):
    find(flow, jobs, outcome)
    assert flow.parent().strip.text() == said
    find(flow, jobs, Succeeded(QUEUE))
    assert flow.parent().current == TROUBLE


def test_stop_reaches_the_engine_and_a_cleared_table_ends_the_search(
    flow, jobs, workspace, monkeypatch
):
    stopped = []
    monkeypatch.setattr(jobs, "cancel", stopped.append)
    flow.find()
    job, _arguments = jobs.last(find_trouble)
    flow.parent().stop_wished.emit()
    assert stopped == [job]
    workspace.show_cohort(Cohort())
    assert job in jobs.abandoned
    assert not flow.is_looking
