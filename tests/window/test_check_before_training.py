"""No training starts on a leak by accident: checked first, then repaired or answered for."""

from dataclasses import replace

import made_check as made
import pytest
from fake_jobs import FakeJobs
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QPushButton, QWidget

from precmed_gui.cohorts.check import check_cohort
from precmed_gui.diagnosis.cases import Cohort, with_label
from precmed_gui.diagnosis.checks import Finding
from precmed_gui.diagnosis.training import TrainingSettings
from precmed_gui.diagnosis.work import Step
from precmed_gui.jobs.messages import EngineDied, Succeeded, WasCancelled
from precmed_gui.learning.train import train
from precmed_gui.window.check_flow import CheckFlow
from precmed_gui.window.check_panel import CheckPanel
from precmed_gui.window.dialogs import Dialogs
from precmed_gui.window.training_flow import TrainingFlow
from precmed_gui.window.training_panel import TrainingPanel
from precmed_gui.window.workspace import Workspace

COPY_LEAK = replace(
    made.LEAK, kind="duplicate_leak", title="2 images are in training and test", fixes=()
)


@pytest.fixture
def jobs():
    return FakeJobs()


@pytest.fixture
def workspace():
    return Workspace()


@pytest.fixture
def checks(qtbot, jobs, workspace):
    panel = CheckPanel()
    qtbot.addWidget(panel)
    return CheckFlow(workspace, jobs, panel, lambda: 1)


@pytest.fixture
def flow(qtbot, jobs, workspace, checks):
    panel = TrainingPanel()
    qtbot.addWidget(panel)
    flow = TrainingFlow(workspace, jobs, panel, checks)
    panel.show()
    workspace.show_cohort(made.COHORT)
    return flow


def started(jobs, work):
    return [one.args for one in jobs.started.values() if one.func is work]


def end_check(jobs, *findings):
    job, (cohort, _seed) = jobs.last(check_cohort)
    jobs.ended.emit(job, Succeeded(made.report(*findings, cohort=cohort)))


def question(flow):
    return flow.parent().leak_question


def test_a_training_starts_after_a_check_that_found_no_leak(flow, jobs):
    flow.train(TrainingSettings(seed=5))
    assert started(jobs, train) == []
    assert started(jobs, check_cohort) == [(made.COHORT, 5)]
    assert flow.is_running
    assert flow.parent()._status.text() == "Checking the images before training"
    job, _arguments = jobs.last(check_cohort)
    jobs.reported.emit(job, Step("Reading", 3, 8))
    assert flow.parent()._status.text() == "Checking the images before training: 3 of 8"
    end_check(jobs, made.COPIES, made.BLANK)
    ((plan,),) = started(jobs, train)
    assert (plan.cohort, plan.settings.seed, plan.leak_statement) == (made.COHORT, 5, "")
    assert question(flow).things.text() == "The check found 1 thing to look at"


def test_a_check_of_exactly_this_cohort_is_not_made_twice(flow, jobs, checks, workspace):
    checks.check()
    end_check(jobs)
    flow.train(TrainingSettings())
    assert len(started(jobs, check_cohort)) == 1
    assert len(started(jobs, train)) == 1


def test_a_check_of_another_state_of_the_cohort_does_not_count(flow, jobs, checks, workspace):
    checks.check()
    end_check(jobs)
    workspace.edit("Move", with_label(workspace.cohort, [made.KEYS[0]], "ill"))
    flow.train(TrainingSettings())
    assert len(started(jobs, check_cohort)) == 2
    assert started(jobs, train) == []


def test_a_training_joins_a_check_that_runs_already(flow, jobs, checks):
    checks.check()
    flow.train(TrainingSettings())
    assert len(started(jobs, check_cohort)) == 1
    end_check(jobs)
    assert len(started(jobs, train)) == 1


def test_on_a_leak_nothing_starts_and_the_panel_says_what_leaks_in_figures(flow, jobs, qtbot):
    flow.train(TrainingSettings())
    with qtbot.waitSignal(flow.ended):
        end_check(jobs, made.LEAK)
    assert started(jobs, train) == []
    assert not flow.is_running
    assert "2 patients are in training and test" in question(flow).text()
    assert question(flow).repair.isVisible()
    assert question(flow).repair.isEnabled()


def test_repair_does_the_usual_fix_checks_again_and_trains(flow, jobs, workspace):
    flow.train(TrainingSettings())
    end_check(jobs, made.LEAK)
    question(flow).repair.click()
    assert {case.part for case in workspace.cohort.cases} == {None}
    assert workspace.undo_stack.undoText() == "Divide anew by patient"
    assert started(jobs, check_cohort)[-1][0] is workspace.cohort
    end_check(jobs)
    ((plan,),) = started(jobs, train)
    assert plan.cohort is workspace.cohort
    assert plan.leak_statement == ""


def test_a_leak_that_a_repair_leaves_is_repaired_or_asked_about(flow, jobs):
    flow.train(TrainingSettings())
    end_check(jobs, made.LEAK)
    question(flow).repair.click()
    end_check(jobs, COPY_LEAK)
    assert started(jobs, train) == []
    assert "2 images are in training and test" in question(flow).text()
    assert not question(flow).repair.isEnabled()
    assert question(flow).all_the_same.isEnabled()


def test_with_a_reason_in_words_it_trains_and_the_plan_has_the_words(flow, jobs):
    flow.train(TrainingSettings())
    end_check(jobs, made.LEAK)
    flow.train_all_the_same("To compare with the published split.")
    ((plan,),) = started(jobs, train)
    assert plan.leak_statement == "To compare with the published split."
    assert question(flow).text() == ""


def test_the_reason_holds_for_one_training_only(flow, jobs):
    flow.train(TrainingSettings())
    end_check(jobs, made.LEAK)
    flow.train_all_the_same("To compare with the published split.")
    job, _plan = jobs.last(train)
    jobs.ended.emit(job, WasCancelled())
    flow.train(TrainingSettings())
    assert len(started(jobs, train)) == 1
    assert question(flow).text()


def test_another_cohort_takes_the_question_away(flow, jobs, workspace):
    flow.train(TrainingSettings())
    end_check(jobs, made.LEAK)
    workspace.edit("Move", with_label(workspace.cohort, [made.KEYS[0]], "ill"))
    assert question(flow).text() == ""
    assert not question(flow).repair.isVisible()


def test_stop_during_the_check_starts_nothing(flow, jobs, qtbot, monkeypatch):
    cancelled = []
    monkeypatch.setattr(jobs, "cancel", cancelled.append)
    flow.train(TrainingSettings())
    flow.parent().stop()
    job, _arguments = jobs.last(check_cohort)
    assert cancelled[-1] == job
    with qtbot.waitSignal(flow.ended):
        jobs.ended.emit(job, WasCancelled())
    assert started(jobs, train) == []
    assert not flow.is_running
    assert "did not start" in flow.parent()._status.text()


def test_a_dead_engine_is_a_sentence_and_the_next_try_checks_again(flow, jobs, qtbot):
    flow.train(TrainingSettings())
    job, _arguments = jobs.last(check_cohort)
    with qtbot.waitSignal(flow.ended):
        jobs.ended.emit(job, EngineDied("The reading engine was ended.", "Try again."))
    assert flow.parent().strip.text() == "The reading engine was ended. Try again."
    assert not flow.parent().is_busy
    flow.train(TrainingSettings())
    end_check(jobs)
    assert len(started(jobs, train)) == 1


def test_a_cohort_changed_during_the_check_is_checked_as_it_is_now(flow, jobs, workspace):
    flow.train(TrainingSettings())
    workspace.edit("Move", with_label(workspace.cohort, [made.KEYS[0]], "ill"))
    end_check(jobs)
    assert started(jobs, train) == []
    assert started(jobs, check_cohort)[-1][0] is workspace.cohort
    end_check(jobs)
    ((plan,),) = started(jobs, train)
    assert plan.cohort is workspace.cohort


def test_a_table_cleared_during_the_check_starts_nothing(flow, jobs, workspace, qtbot):
    flow.train(TrainingSettings())
    with qtbot.waitSignal(flow.ended):
        workspace.show_cohort(Cohort())
    assert started(jobs, train) == []
    assert not flow.is_running


def test_what_a_training_refuses_in_its_own_words_is_left_to_it(flow, jobs):
    few = Finding("few_cases", "blocks", "Too few", "Too few to divide.")
    flow.train(TrainingSettings())
    end_check(jobs, few)
    assert len(started(jobs, train)) == 1


def test_the_result_of_an_earlier_training_stays_while_nothing_new_starts(flow, jobs):
    flow.parent().curves.add_epoch(1, 1.0, 0.5, 1.0, 0.5, is_best=True)
    flow.train(TrainingSettings())
    end_check(jobs, made.LEAK)
    assert flow.parent().curves.has_data
    flow.train_all_the_same("To compare with others.")
    assert not flow.parent().curves.has_data


@pytest.mark.parametrize(("words", "is_enough"), [("it is ok", False), ("  It was so.  ", True)])
def test_a_reason_is_at_least_ten_characters(qtbot, monkeypatch, words, is_enough):
    window = QWidget()
    qtbot.addWidget(window)

    def run(dialog):
        dialog.findChild(QPlainTextEdit).setPlainText(words)
        is_open = dialog.findChildren(QPushButton)[0].isEnabled()
        return QDialog.DialogCode.Accepted if is_open else QDialog.DialogCode.Rejected

    monkeypatch.setattr(QDialog, "exec", run)
    expected = words.strip() if is_enough else ""
    assert Dialogs(window).leak_statement("2 patients leak.") == expected
