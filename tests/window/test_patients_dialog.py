"""Patients are named by a rule that was seen at work before, and the naming can be undone."""

import pytest
from fake_jobs import FakeJobs
from PySide6.QtWidgets import QDialogButtonBox, QLabel, QLineEdit, QRadioButton, QTableWidget

from precmed_gui.cohorts.patient_names import preview_rule, suggest_rules
from precmed_gui.diagnosis.cases import Case, make_cohort
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.work import NeverCancelled, ignore
from precmed_gui.jobs.messages import EngineDied, Failed, Succeeded
from precmed_gui.window.cases_panel import CasesPanel
from precmed_gui.window.patients_flow import PatientsFlow
from precmed_gui.window.workspace import Workspace

NAMES = [f"P{patient:02d}_{view}.png" for patient in range(12) for view in ("L", "R", "X")]


@pytest.fixture
def stage(qtbot):
    """A workspace with images, a panel that wishes for patients, and jobs a test can end."""
    panel, workspace, jobs = CasesPanel(), Workspace(), FakeJobs()
    qtbot.addWidget(panel)
    flow = PatientsFlow(workspace, jobs, panel)
    cases = [Case(f"/data/{name}", label="x") for name in (*NAMES, "odd.png")]
    workspace.show_cohort(make_cohort(cases, modality="imaging", name="data"))
    yield workspace, jobs, flow, panel
    if flow.dialog is not None:
        flow.dialog.reject()


def done(jobs, function):
    """Let the last work that calls `function` end as it would."""
    job, arguments = jobs.last(function)
    try:
        outcome = Succeeded(function(*arguments, ignore, NeverCancelled()))
    except PrecmedError as error:
        outcome = Failed(error.message, error.hint, "")
    jobs.ended.emit(job, outcome)


def apply_button(dialog):
    buttons = dialog.findChild(QDialogButtonBox)
    return next(b for b in buttons.buttons() if b.text() == "Apply")


def radio(dialog, start):
    return next(b for b in dialog.findChildren(QRadioButton) if b.text().startswith(start))


def counts(dialog):
    return dialog.findChild(QLabel, "patientCounts").text()


def rows(dialog):
    table = dialog.findChild(QTableWidget)
    return [
        (table.item(row, 0).text(), table.item(row, 1).text()) for row in range(table.rowCount())
    ]


def opened(stage):
    workspace, jobs, flow, panel = stage
    panel.patients_wished.emit()
    done(jobs, suggest_rules)
    done(jobs, preview_rule)
    return workspace, jobs, flow.dialog


def test_a_learned_rule_is_shown_at_work_and_applied_on_wish(stage):
    workspace, _jobs, dialog = opened(stage)
    assert counts(dialog) == "12 patients · 36 images · 1 name does not fit"
    assert rows(dialog)[:2] == [("P00_L.png", "P00"), ("P00_R.png", "P00")]
    assert ("odd.png", "– does not fit") in rows(dialog)
    assert not any(case.patient for case in workspace.cohort.cases)
    apply_button(dialog).click()
    assert {case.patient for case in workspace.cohort.cases} == {
        "",
        *(f"P{n:02d}" for n in range(12)),
    }
    workspace.undo_stack.undo()
    assert not any(case.patient for case in workspace.cohort.cases)


def test_a_pattern_of_ones_own_is_tried_while_it_is_written(stage, qtbot):
    workspace, jobs, dialog = opened(stage)
    field = dialog.findChild(QLineEdit, "patientPattern")
    with qtbot.waitSignal(dialog.preview_wished, check_params_cb="_(L|R)".__eq__):
        qtbot.keyClicks(field, "_(L|R)")
    assert radio(dialog, "My own").isChecked()
    assert not apply_button(dialog).isEnabled()
    done(jobs, preview_rule)
    assert counts(dialog) == "2 patients · 24 images · 13 names do not fit"
    apply_button(dialog).click()
    assert {case.patient for case in workspace.cohort.cases} == {"", "L", "R"}


def test_a_pattern_that_cannot_work_says_why(stage, qtbot):
    _workspace, jobs, dialog = opened(stage)
    with qtbot.waitSignal(dialog.preview_wished, check_params_cb="(P".__eq__):
        qtbot.keyClicks(dialog.findChild(QLineEdit, "patientPattern"), "(P")
    done(jobs, preview_rule)
    assert "regular expression" in counts(dialog)
    assert rows(dialog) == []
    assert not apply_button(dialog).isEnabled()


def test_patients_can_be_forgotten(stage):
    workspace, jobs, dialog = opened(stage)
    apply_button(dialog).click()
    _workspace, _jobs, flow, panel = stage
    panel.patients_wished.emit()
    assert any("12 patients" in label.text() for label in flow.dialog.findChildren(QLabel))
    done(jobs, suggest_rules)
    radio(flow.dialog, "Patients are not known").setChecked(True)
    apply_button(flow.dialog).click()
    assert not any(case.patient for case in workspace.cohort.cases)


def test_names_without_a_sign_of_patients_leave_the_choice_to_the_user(stage):
    workspace, jobs, flow, panel = stage
    cases = [Case(f"/data/img{number}.png") for number in range(30)]
    workspace.show_cohort(make_cohort(cases, modality="imaging", name="data"))
    panel.patients_wished.emit()
    done(jobs, suggest_rules)
    assert radio(flow.dialog, "My own").isChecked()
    assert any("no clear sign" in label.text() for label in flow.dialog.findChildren(QLabel))
    assert not apply_button(flow.dialog).isEnabled()


def test_only_one_dialog_opens_and_none_without_images(stage):
    workspace, jobs, flow, panel = stage
    panel.patients_wished.emit()
    first = flow.dialog
    panel.patients_wished.emit()
    assert flow.dialog is first
    first.reject()
    assert flow.dialog is None
    assert jobs.abandoned
    workspace.show_cohort(make_cohort([], modality="imaging", name=""))
    panel.patients_wished.emit()
    assert flow.dialog is None


def test_an_engine_that_died_over_a_pattern_is_told(stage):
    _workspace, jobs, dialog = opened(stage)
    radio(dialog, "Patients such as").setChecked(False)
    dialog.preview_wished.emit("x")
    job, _arguments = jobs.last(preview_rule)
    jobs.ended.emit(job, EngineDied("The engine was ended.", "Try again."))
    assert counts(dialog) == "The engine was ended. Try again."
