"""Between the evaluation panel and the reading engine: what is asked for, and what is shown."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QLabel
from simulated_report import simulated_report

from precmed_gui.diagnosis.evaluation import Comparison, Figure
from precmed_gui.jobs.jobs import Lane
from precmed_gui.jobs.messages import Failed, Succeeded
from precmed_gui.learning.model_report import compare_models, load_report
from precmed_gui.learning.shelf_view import ShelfContent
from precmed_gui.window.evaluation_flow import EvaluationFlow
from precmed_gui.window.evaluation_panel import EvaluationPanel
from precmed_gui.window.workspace import Workspace

FOLDER = Path("/models/one")


class FakeJobs(QObject):
    """Remembers what was asked for; the test answers."""

    reported = Signal(int, object)
    ended = Signal(int, object)

    def __init__(self):
        super().__init__()
        self.asked = []
        self.abandoned = []

    def start(self, work, lane, *, is_quick=False):
        self.asked.append((work.func, work.args, lane, is_quick))
        return len(self.asked)

    def abandon(self, job):
        self.abandoned.append(job)


@pytest.fixture(scope="module")
def report():
    return simulated_report(("a", "b"), 60, folder=str(FOLDER))


@pytest.fixture
def parts(qtbot):
    workspace, jobs, panel = Workspace(), FakeJobs(), EvaluationPanel()
    qtbot.addWidget(panel)
    return workspace, jobs, panel, EvaluationFlow(workspace, jobs, panel)


def reports_asked(jobs):
    return [args for work, args, *_rest in jobs.asked if work is load_report]


def test_a_report_is_opened_only_when_the_panel_is_seen(parts, report):
    workspace, jobs, panel, _flow = parts
    workspace.choose_model(FOLDER, report.card)
    assert jobs.asked == []
    panel.show()
    assert jobs.asked == [(load_report, (str(FOLDER),), Lane.READING, True)]
    jobs.ended.emit(1, Succeeded(report))
    assert panel.report is report
    panel.hide()
    panel.show()
    assert len(reports_asked(jobs)) == 1


def test_another_model_opens_another_report(parts, report):
    workspace, jobs, panel, _flow = parts
    workspace.choose_model(FOLDER, report.card)
    panel.show()
    jobs.ended.emit(1, Succeeded(report))
    workspace.choose_model(Path("/models/two"), report.card)
    assert panel.report is None
    assert reports_asked(jobs)[-1] == ("/models/two",)


def test_a_late_report_of_the_model_before_is_not_waited_for(parts, report):
    workspace, jobs, panel, _flow = parts
    workspace.choose_model(FOLDER, report.card)
    panel.show()
    workspace.choose_model(Path("/models/two"), report.card)
    assert 1 in jobs.abandoned
    jobs.ended.emit(1, Succeeded(report))
    assert panel.report is None


def test_a_report_that_cannot_be_opened_says_why(parts, report):
    workspace, jobs, panel, _flow = parts
    workspace.choose_model(FOLDER, report.card)
    panel.show()
    jobs.ended.emit(1, Failed("The model's files are damaged.", "Train again."))
    assert panel.strip.text() == "The model's files are damaged. Train again."


def test_a_comparison_is_named_by_the_models_of_the_shelf(parts, report):
    workspace, jobs, panel, flow = parts
    other = replace(report.card, name="the other")
    models = [SimpleNamespace(folder=Path("/models/two"), card=other)]
    workspace.choose_model(FOLDER, report.card)
    jobs.ended.emit(99, Succeeded(ShelfContent(tuple(models), ())))
    assert panel.comparison.other.currentData() == "/models/two"
    flow.compare("/models/two")
    assert jobs.asked[-1][:2] == (compare_models, (str(FOLDER), "/models/two"))
    figure = Figure(0.8, 0.7, 0.9)
    answer = Comparison(9, 9, (figure, figure), Figure(0.0, -0.1, 0.1), None, None, 1, 2)
    jobs.ended.emit(len(jobs.asked), Succeeded(answer))
    said = " ".join(label.text() for label in panel.comparison.findChildren(QLabel))
    assert f"“{report.card.name}”" in said
    assert "“the other”" in said


def test_a_page_asked_for_before_the_report_is_open_is_written_when_it_is(
    qtbot, parts, report, tmp_path
):
    workspace, jobs, _panel, flow = parts
    workspace.choose_model(FOLDER, report.card)
    page, table = tmp_path / "page.html", tmp_path / "table.csv"
    flow.save_page(page)
    flow.save_table(table)
    assert len(reports_asked(jobs)) == 1
    with qtbot.waitSignals([flow.saved, flow.saved]):
        jobs.ended.emit(1, Succeeded(report))
    assert report.card.name in page.read_text("utf-8")
    assert table.stat().st_size > 0


def test_a_disk_that_refuses_is_told(qtbot, parts, report, tmp_path):
    workspace, jobs, _panel, flow = parts
    workspace.choose_model(FOLDER, report.card)
    (tmp_path / "file").write_text("no folder")
    flow.save_page(tmp_path / "file" / "page.html")
    with qtbot.waitSignal(flow.failed):
        jobs.ended.emit(1, Succeeded(report))


def test_a_stated_use_is_shown_without_opening_the_report_again(parts, report):
    workspace, jobs, panel, flow = parts
    workspace.choose_model(FOLDER, report.card)
    panel.show()
    jobs.ended.emit(1, Succeeded(report))
    card = replace(report.card, intended_use="Sorting X-rays for earlier reading.")
    workspace.card = card
    flow.take_card(card)
    assert panel.report.card.intended_use in panel.summary._use.text()
    flow.load()
    assert len(reports_asked(jobs)) == 1


def test_what_waits_for_a_report_that_cannot_be_opened_is_told(parts, report):
    workspace, jobs, _panel, flow = parts
    told, used = [], []
    flow.failed.connect(lambda message, _hint: told.append(message))
    workspace.choose_model(FOLDER, report.card)
    flow.with_report(used.append)
    jobs.ended.emit(len(jobs.asked), Failed("The model is damaged.", "Copy it again.", ""))
    assert "The model is damaged." in told[0]
    assert used == []
