"""Which model is in use: a first one at once, a better one later, new words on its card."""

from dataclasses import replace
from pathlib import Path

import pytest
from fake_jobs import FakeJobs
from tested_card import CARD

from precmed_gui.diagnosis.training import FirstModelReady
from precmed_gui.jobs.messages import Failed, Succeeded
from precmed_gui.learning.shelf import ShelvedModel, state_intended_use
from precmed_gui.learning.shelf_view import ShelfContent, look_at_shelf
from precmed_gui.window.model_flow import ModelFlow
from precmed_gui.window.prediction_panel import PredictionPanel
from precmed_gui.window.workspace import Workspace

FOLDER = "/shelf/one"


@pytest.fixture
def jobs():
    return FakeJobs()


@pytest.fixture
def workspace():
    return Workspace()


@pytest.fixture
def flow(qtbot, workspace, jobs):
    panel = PredictionPanel()
    qtbot.addWidget(panel)
    return ModelFlow(workspace, jobs, panel)


def answer_look(jobs, card):
    job, _arguments = jobs.last(look_at_shelf)
    content = ShelfContent((ShelvedModel(Path(FOLDER), card, ""),), ())
    jobs.ended.emit(job, Succeeded(content))


def test_a_first_model_is_chosen_while_its_training_goes_on(flow, workspace, jobs):
    jobs.reported.emit(99, FirstModelReady(FOLDER, CARD))
    answer_look(jobs, CARD)
    assert workspace.model == Path(FOLDER)
    assert flow.was_asked_for


def test_a_better_model_in_the_same_folder_replaces_the_first(flow, workspace, jobs, qtbot):
    jobs.reported.emit(99, FirstModelReady(FOLDER, CARD))
    answer_look(jobs, CARD)
    better = replace(CARD, recipe="transfer")
    flow.look(FOLDER)
    with qtbot.waitSignal(workspace.model_changed):
        answer_look(jobs, better)
    assert workspace.card == better


def test_looking_again_at_an_unchanged_model_reads_nothing_again(flow, workspace, jobs, qtbot):
    flow.look(FOLDER)
    answer_look(jobs, CARD)
    with qtbot.assertNotEmitted(workspace.model_changed):
        flow.look()
        answer_look(jobs, CARD)


def test_a_stated_use_comes_on_the_card_without_a_new_reading(flow, workspace, jobs, qtbot):
    flow.look(FOLDER)
    answer_look(jobs, CARD)
    flow.state_use("  To sort chest X-rays. ")
    job, arguments = jobs.last(state_intended_use)
    assert arguments == (FOLDER, "To sort chest X-rays.")
    stated = replace(CARD, intended_use=arguments[1])
    with qtbot.assertNotEmitted(workspace.model_changed), qtbot.waitSignal(flow.use_stated):
        jobs.ended.emit(job, Succeeded(stated))
    assert workspace.card == stated


def test_a_use_that_cannot_be_written_is_a_sentence(flow, jobs, qtbot):
    flow.look(FOLDER)
    answer_look(jobs, CARD)
    flow.state_use("To sort.")
    with qtbot.waitSignal(flow.failed) as told:
        jobs.ended.emit(jobs.last(state_intended_use)[0], Failed("No.", "Try again.", ""))
    assert told.args == ["No.", "Try again."]


def test_no_words_are_no_use(flow, workspace, jobs):
    flow.look(FOLDER)
    answer_look(jobs, CARD)
    before = len(jobs.started)
    flow.state_use("   ")
    assert len(jobs.started) == before
