"""A table is matched before the eyes of its owner, and nothing of it is applied unseen."""

from pathlib import Path

import pytest
from fake_jobs import FakeJobs
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QTabWidget,
)

from precmed_gui.diagnosis.cases import Case, Cohort, make_cohort, with_label
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.work import NeverCancelled, ignore
from precmed_gui.exchange.cohort_table import match_table, open_table
from precmed_gui.exchange.table_files import find_tables
from precmed_gui.jobs.messages import Failed, Succeeded
from precmed_gui.window.cases_panel import CasesPanel
from precmed_gui.window.searched_lists import SearchedLists
from precmed_gui.window.table_flow import TableFlow
from precmed_gui.window.workspace import Workspace


class FakeCohorts(QObject):
    opening = Signal(list)
    opened = Signal()


@pytest.fixture
def stage(qtbot, tmp_path):
    panel, workspace, jobs, cohorts = CasesPanel(), Workspace(), FakeJobs(), FakeCohorts()
    qtbot.addWidget(panel)
    flow = TableFlow(workspace, jobs, panel, cohorts)
    cases = [Case(f"/data/{name}.png", label="old") for name in "abcd"]
    workspace.show_cohort(make_cohort(cases, modality="imaging", name="data"))
    (tmp_path / "t.csv").write_text(
        "文件名,诊断,备注\na.png,肺炎,x\nb.png,正常,y\nzz.png,正常,z\n", encoding="gbk"
    )
    yield workspace, jobs, flow, cohorts, str(tmp_path / "t.csv")
    if flow.dialog is not None:
        flow.dialog.reject()


def done(jobs, function):
    job, arguments = jobs.last(function)
    try:
        outcome = Succeeded(function(*arguments, ignore, NeverCancelled()))
    except PrecmedError as error:
        outcome = Failed(error.message, error.hint, "")
    jobs.ended.emit(job, outcome)


def dropped(stage, *paths):
    """What a drop of tables alone does."""
    _workspace, jobs, flow, cohorts, path = stage
    cohorts.opening.emit(list(paths or (path,)))
    done(jobs, open_table)
    return flow.dialog


def apply_button(dialog):
    buttons = dialog.findChild(QDialogButtonBox)
    return next(b for b in buttons.buttons() if b.text() == "Apply")


def counts(dialog):
    return dialog.findChild(QLabel, "tableCounts").text()


def choices(dialog):
    return [choice.currentData() for choice in dialog.findChildren(QComboBox)]


def choose(dialog, place, meaning):
    choice = dialog.findChildren(QComboBox)[place]
    choice.setCurrentIndex(choice.findData(meaning))


def test_a_dropped_table_shows_what_it_would_change_and_changes_it_on_wish(stage):
    workspace = stage[0]
    dialog = dropped(stage)
    assert choices(dialog) == ["file", "label", ""]
    assert counts(dialog).startswith("2 images have a row.")
    assert "class of 2 images" in counts(dialog)
    assert any("GB18030" in label.text() for label in dialog.findChildren(QLabel))
    lists = dialog.findChild(SearchedLists)
    assert lists.lines(0) == ["Row 4: zz.png"]
    assert lists.lines(1) == ["c.png", "d.png"]
    assert [dialog.findChild(QTabWidget).tabText(place) for place in range(3)] == [
        "Rows without an image (1)", "Images without a row (2)", "Rows in doubt (0)",
    ]  # fmt: skip
    assert {case.label for case in workspace.cohort.cases} == {"old"}
    apply_button(dialog).click()
    assert [case.label for case in workspace.cohort.cases] == ["肺炎", "正常", "old", "old"]
    assert "t.csv" in workspace.undo_stack.undoText()
    workspace.undo_stack.undo()
    assert {case.label for case in workspace.cohort.cases} == {"old"}


def test_meanings_are_chosen_and_matched_at_once(stage):
    workspace, jobs, *_rest = stage
    dialog = dropped(stage)
    choose(dialog, 2, "label")
    assert choices(dialog) == ["file", "", "label"]
    assert not apply_button(dialog).isEnabled()
    done(jobs, match_table)
    apply_button(dialog).click()
    assert [case.label for case in workspace.cohort.cases] == ["x", "y", "old", "old"]


def test_what_changed_meanwhile_stays(stage):
    workspace = stage[0]
    dialog = dropped(stage)
    workspace.show_cohort(with_label(workspace.cohort, ["/data/c.png"], "new"))
    apply_button(dialog).click()
    assert [case.label for case in workspace.cohort.cases] == ["肺炎", "正常", "new", "old"]


def test_without_a_column_for_files_nothing_can_be_applied(stage):
    _workspace, jobs, *_rest = stage
    dialog = dropped(stage)
    choose(dialog, 0, "")
    done(jobs, match_table)
    assert counts(dialog) == "Say which column names the files."
    assert not apply_button(dialog).isEnabled()
    choose(dialog, 1, "file")
    done(jobs, match_table)
    assert "No row belongs" in counts(dialog)


def test_the_lists_can_be_searched_and_copied(stage, qtbot):
    dialog = dropped(stage)
    lists = dialog.findChild(SearchedLists)
    dialog.findChild(QTabWidget).setCurrentIndex(1)
    qtbot.keyClicks(lists.findChild(QLineEdit), "D.p")
    assert (lists.lines(0), lists.lines(1)) == ([], ["d.png"])
    lists.copy()
    assert QApplication.clipboard().text() == "d.png"


def test_a_table_that_cannot_be_read_says_why(stage, tmp_path):
    workspace, _jobs, flow, *_rest = stage
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(b"PK\x03\x04 no")
    assert dropped(stage, str(bad)) is None
    assert workspace.cohort.cases
    assert flow.dialog is None


def test_a_table_without_images_asks_for_images_first(stage):
    workspace, jobs, flow, cohorts, path = stage
    workspace.show_cohort(Cohort())
    cohorts.opening.emit([path])
    assert jobs.started == {}
    panel = flow.parent()
    assert any("no images yet" in label.text() for label in panel.findChildren(QLabel))


def test_a_table_dropped_with_images_waits_for_them(stage):
    _workspace, jobs, flow, cohorts, path = stage
    cohorts.opening.emit(["/data/new", path])
    assert jobs.started == {}
    cohorts.opened.emit()
    done(jobs, open_table)
    assert flow.dialog is not None


def test_a_table_inside_a_dropped_folder_is_only_offered(stage):
    _workspace, jobs, flow, cohorts, path = stage
    cohorts.opening.emit([str(Path(path).parent)])
    cohorts.opened.emit()
    done(jobs, find_tables)
    assert flow.dialog is None
    offer = flow.parent().offer
    assert "t.csv" in offer.text()
    offer.findChild(QPushButton).click()
    done(jobs, open_table)
    assert flow.dialog is not None
    assert offer.text() == ""
    flow.dialog.reject()
    cohorts.opened.emit()
    assert jobs.last(find_tables)[0] < len(jobs.started)


def test_tables_are_found_near_first_and_not_behind_hidden_names(tmp_path):
    for name in ("z.csv", "a/b/deep.xlsx", "a/~$open.xlsx", ".hidden/x.csv", "a/x.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    found = find_tables((str(tmp_path), str(tmp_path / "z.csv")), ignore, NeverCancelled())
    assert [Path(path).name for path in found] == ["z.csv", "deep.xlsx"]
