"""What a running training tells reaches the panel; what another job tells does not."""

import pytest
from fake_jobs import FakeJobs
from tested_card import CARD

from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.diagnosis.training import (
    FirstModelReady,
    NetworksParted,
    TrainingResult,
    TrainingSettings,
)
from precmed_gui.diagnosis.work import Notice
from precmed_gui.jobs.messages import Succeeded
from precmed_gui.learning.train import train
from precmed_gui.window.check_flow import CheckFlow
from precmed_gui.window.check_panel import CheckPanel
from precmed_gui.window.training_flow import TrainingFlow
from precmed_gui.window.training_panel import TrainingPanel
from precmed_gui.window.workspace import Workspace


@pytest.fixture
def jobs():
    return FakeJobs()


@pytest.fixture
def flow(qtbot, jobs):
    panel = TrainingPanel()
    qtbot.addWidget(panel)
    flow = flow_of(Workspace(), jobs, panel)
    flow.train(TrainingSettings())
    return flow


def flow_of(workspace, jobs, panel):
    """On a cohort with nothing to check."""
    checks = CheckFlow(workspace, jobs, CheckPanel(panel), lambda: 1)
    return TrainingFlow(workspace, jobs, panel, checks)


def test_a_first_model_does_not_end_the_training(flow, jobs):
    job, _plan = jobs.last(train)
    jobs.reported.emit(job, FirstModelReady("/shelf/one", CARD))
    assert "can be used" in flow.parent().news.first_model.text()
    assert flow.is_running


def test_parting_is_told_with_its_epoch(flow, jobs):
    job, _plan = jobs.last(train)
    jobs.reported.emit(job + 1, NetworksParted(3))
    assert flow.parent().news.parted.text() == ""
    jobs.reported.emit(job, NetworksParted(7))
    assert "since epoch 7" in flow.parent().news.parted.text()


def test_the_end_asks_what_the_model_is_for(flow, jobs, qtbot):
    job, _plan = jobs.last(train)
    with qtbot.waitSignal(flow.finished):
        jobs.ended.emit(job, Succeeded(TrainingResult("/shelf/one", CARD, False, 9.0)))
    assert "What is this model for?" in flow.parent().news.use.text()


@pytest.mark.parametrize(("recipe", "name"), [("auto", "Chest"), ("transfer", "Chest · transfer")])
def test_a_model_is_called_after_its_cohort_and_any_recipe_that_was_chosen(
    qtbot, jobs, recipe, name
):
    panel, workspace = TrainingPanel(), Workspace()
    qtbot.addWidget(panel)
    workspace.show_cohort(Cohort(name="Chest"))
    flow_of(workspace, jobs, panel).train(TrainingSettings(recipe=recipe))
    _job, (plan,) = jobs.last(train)
    assert plan.name == name


def test_what_a_training_remarks_is_said_until_it_ends(flow, jobs):
    job, _plan = jobs.last(train)
    jobs.reported.emit(job, Notice("Cross-validation: part 1 of 5"))
    assert flow.parent().strip.text() == "Cross-validation: part 1 of 5"
    assert flow.is_running
    jobs.ended.emit(job, Succeeded(TrainingResult("/shelf/one", CARD, False, 9.0)))
    assert flow.parent().strip.text() == ""
