"""A check is asked for, reported, acted on and made anew; a report holds for its cohort alone."""

from dataclasses import replace

import made_check as made
import pytest
from fake_jobs import FakeJobs

from precmed_gui.cohorts.check import check_cohort
from precmed_gui.cohorts.thumbnail_store import read_thumbnails
from precmed_gui.diagnosis.cases import Cohort, Unreadable, with_label
from precmed_gui.diagnosis.pictures import ThumbnailsRead
from precmed_gui.diagnosis.work import Step
from precmed_gui.jobs.messages import EngineDied, Failed, Succeeded, WasCancelled
from precmed_gui.window.check_flow import CheckFlow
from precmed_gui.window.check_panel import CheckPanel
from precmed_gui.window.workspace import Workspace


@pytest.fixture
def jobs():
    return FakeJobs()


@pytest.fixture
def workspace():
    return Workspace()


@pytest.fixture
def flow(qtbot, jobs, workspace):
    panel = CheckPanel()
    qtbot.addWidget(panel)
    flow = CheckFlow(workspace, jobs, panel, lambda: 3)
    workspace.show_cohort(made.COHORT)
    return flow


def panel_of(flow):
    return flow.parent()


def checks(jobs):
    return [work.args for work in jobs.started.values() if work.func is check_cohort]


def end(jobs, outcome):
    job, _arguments = jobs.last(check_cohort)
    jobs.ended.emit(job, outcome)


def check(flow, jobs, *findings):
    """Press Check, and let it find these."""
    panel_of(flow).check_wished.emit()
    _job, (cohort, _seed) = jobs.last(check_cohort)
    end(jobs, Succeeded(made.report(*findings, cohort=cohort)))


def test_the_cohort_on_the_table_is_checked_with_the_seed_of_the_next_training(flow, jobs):
    panel_of(flow).check_wished.emit()
    assert checks(jobs) == [(made.COHORT, 3)]
    assert flow.is_checking
    end(jobs, Succeeded(made.report(made.COPIES)))
    assert not flow.is_checking
    assert panel_of(flow).report.findings == (made.COPIES,)
    assert flow.report_of(3).findings == (made.COPIES,)
    assert flow.report_of(4) is None


def test_pressing_twice_checks_once(flow, jobs):
    panel_of(flow).check_wished.emit()
    panel_of(flow).check_wished.emit()
    assert len(checks(jobs)) == 1


def test_nothing_is_checked_where_there_is_nothing(flow, jobs, workspace):
    workspace.show_cohort(Cohort())
    flow.check()
    assert checks(jobs) == []
    assert not flow.is_checking


def test_progress_reaches_the_panel(flow, jobs):
    flow.check()
    job, _arguments = jobs.last(check_cohort)
    jobs.reported.emit(job, Step("Reading", 2, 8))
    assert panel_of(flow).progress.text() == "Reading · 2 of 8"


def test_what_cannot_be_read_leaves_the_cohort_and_can_be_brought_back(flow, jobs, workspace):
    flow.check()
    broken = Unreadable(made.KEYS[0], "Cut short.")
    seen = replace(made.COHORT, cases=made.CASES[1:], unreadable=(made.BROKEN, broken))
    end(jobs, Succeeded(made.report(made.UNREADABLE, cohort=seen)))
    assert workspace.cohort.unreadable == (made.BROKEN, broken)
    assert made.KEYS[0] not in [case.key for case in workspace.cohort.cases]
    assert flow.report_of(3) is not None
    workspace.undo_stack.undo()
    assert workspace.cohort == made.COHORT
    assert flow.report_of(3) is None


def test_a_change_makes_the_report_stale_and_undoing_it_makes_it_true_again(
    flow, jobs, workspace, qtbot
):
    check(flow, jobs, made.COPIES)
    told = []
    flow.report_changed.connect(told.append)
    workspace.edit("Move", with_label(workspace.cohort, [made.KEYS[0]], "ill"))
    assert told[-1] is None
    assert panel_of(flow)._stale.text()
    workspace.undo_stack.undo()
    assert told[-1] is panel_of(flow).report
    assert not panel_of(flow)._stale.text()


def test_a_cohort_changed_during_the_check_leaves_a_stale_report(flow, jobs, workspace):
    flow.check()
    workspace.edit("Move", with_label(workspace.cohort, [made.KEYS[0]], "ill"))
    end(jobs, Succeeded(made.report(made.COPIES)))
    assert flow.report_of(3) is None
    assert panel_of(flow)._stale.text()


def test_a_fix_changes_the_cohort_in_a_way_that_can_be_undone_and_checks_again(
    flow, jobs, workspace
):
    check(flow, jobs, made.COPIES)
    panel_of(flow).fix_wished.emit(made.COPIES, made.COPIES.fixes[0], "")
    excluded = [case.key for case in workspace.cohort.cases if case.is_excluded]
    assert excluded == [made.KEYS[1], made.KEYS[2], made.KEYS[5]]
    assert workspace.undo_stack.undoText() == "Exclude 3 copies"
    assert checks(jobs)[-1][0] is workspace.cohort
    workspace.undo_stack.undo()
    assert not any(case.is_excluded for case in workspace.cohort.cases)


def test_a_new_class_is_named_in_the_history(flow, jobs, workspace):
    check(flow, jobs, made.TWO_CLASSES)
    panel_of(flow).fix_wished.emit(made.TWO_CLASSES, made.TWO_CLASSES.fixes[0], "ill")
    assert {case.label for case in workspace.cohort.cases if case.key in made.TWO_CLASSES.keys} == {
        "ill"
    }
    assert workspace.undo_stack.undoText() == "Move 2 images to “ill”"


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (EngineDied("The reading engine was ended.", "Check again."), "Check again."),
        (Failed("The disk is full.", "Make room."), "The disk is full. Make room."),
        (WasCancelled(), ""),
    ],
)
def test_a_check_without_an_end_says_why_and_can_be_asked_for_again(flow, jobs, outcome, said):
    check(flow, jobs, made.COPIES)
    told = []
    flow.failed.connect(told.append)
    panel_of(flow).check_wished.emit()
    end(jobs, outcome)
    assert panel_of(flow).strip.text().endswith(said)
    assert bool(panel_of(flow).strip.text()) == bool(said)
    assert len(told) == 1
    assert not flow.is_checking
    assert panel_of(flow).report.findings == (made.COPIES,)
    panel_of(flow).check_wished.emit()
    assert flow.is_checking


def test_clearing_the_table_forgets_the_report_and_ends_the_check(flow, jobs, workspace):
    check(flow, jobs, made.COPIES)
    flow.check()
    panel_of(flow).check_wished.emit()
    workspace.show_cohort(Cohort())
    assert not flow.is_checking
    assert panel_of(flow).report is None


def test_thumbnails_are_read_for_the_panel_and_only_the_latest(flow, jobs, workspace):
    check(flow, jobs, made.COPIES)
    panel_of(flow).thumbnails_wished.emit([made.CASES[0]])
    first, _arguments = jobs.last(read_thumbnails)
    panel_of(flow).thumbnails_wished.emit([made.CASES[1]])
    assert first in jobs.abandoned
    job, (name, cases, side) = jobs.last(read_thumbnails)
    assert (name, cases, side) == ("imaging", (made.CASES[1],), 96)
    jobs.reported.emit(job, ThumbnailsRead(()))


def test_in_another_language_the_check_is_worded_anew(flow, jobs):
    flow.check_again()
    assert checks(jobs) == []
    check(flow, jobs, made.COPIES)
    flow.check_again()
    assert len(checks(jobs)) == 2
