"""The evaluation panel in the window: where it is, and what the menus do with it; no engines."""

from pathlib import Path

import pytest
from simulated_report import simulated_report

from precmed_gui.window import wishes
from precmed_gui.window.engines import make_jobs
from precmed_gui.window.main_window import MainWindow
from precmed_gui.window.theme import apply_theme


@pytest.fixture
def window(qtbot, qapp):
    apply_theme(qapp, "light")
    window = MainWindow(make_jobs())
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    yield window
    window.shut_down()


def test_training_lies_before_evaluation_until_it_is_called(window):
    training, others = window.docks[1], list(window.docks[3:])
    assert window.tabifiedDockWidgets(training) == others
    assert training.widget().visibleRegion().isEmpty() is False
    action = window.actions_.by_name["show_evaluation"]
    assert action.shortcut().toString() == "Ctrl+4"
    action.trigger()
    assert not window.evaluation.visibleRegion().isEmpty()
    assert window.training.visibleRegion().isEmpty()


def test_the_panel_fits_into_its_column_at_1280_by_800(qtbot, window):
    window.actions_.by_name["show_evaluation"].trigger()
    window.evaluation.show_report(simulated_report(("Normal", "Pneumonia"), 60))
    panel = window.evaluation
    qtbot.waitUntil(lambda: panel.width() >= panel.minimumSizeHint().width())
    assert panel.height() >= panel.minimumSizeHint().height()
    assert window.width() == 1280


def test_the_layout_can_be_put_back(window):
    window.tabifyDockWidget(window.docks[0], window.docks[3])
    assert window.docks[3] not in window.tabifiedDockWidgets(window.docks[1])
    window.actions_.by_name["reset_layout"].trigger()
    assert window.tabifiedDockWidgets(window.docks[1]) == list(window.docks[3:])


def test_the_menu_saves_page_and_table(window, monkeypatch, tmp_path):
    report = simulated_report(("Normal", "Pneumonia"), 60)
    window.workspace.model, window.workspace.card = Path(report.folder), report.card
    window.evaluation.show_report(report)
    monkeypatch.setattr(
        window.dialogs, "save_file", lambda _title, name, _kinds: str(tmp_path / name)
    )
    window.actions_.by_name["save_page"].trigger()
    window.actions_.by_name["save_figures"].trigger()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["evaluation.csv", "evaluation.html"]


def test_without_a_model_nothing_is_asked(window, monkeypatch):
    def ask(*_words):
        raise AssertionError("there is nothing to save")

    monkeypatch.setattr(window.dialogs, "save_file", ask)
    for name in ("save_page", "save_figures", "state_use"):
        window.actions_.by_name[name].trigger()


@pytest.mark.parametrize("panel", ["training", "prediction", "evaluation"])
def test_the_intended_use_is_asked_for_from_every_panel(window, monkeypatch, panel):
    report = simulated_report(("Normal", "Pneumonia"), 60)
    window.workspace.model, window.workspace.card = Path(report.folder), report.card
    stated = []
    monkeypatch.setattr(window.dialogs, "intended_use", lambda _card: "to sort")
    monkeypatch.setattr(window.model_flow, "state_use", stated.append)
    getattr(window, panel).intended_use_wished.emit()
    assert stated == ["to sort"]


def test_f1_in_the_panel_opens_its_page(window, monkeypatch):
    pages = []
    monkeypatch.setattr(window.dialogs, "show_guide", lambda page: pages.append(page.name))
    window.evaluation.show_report(simulated_report(("Normal", "Pneumonia"), 60))
    window.actions_.by_name["show_evaluation"].trigger()
    monkeypatch.setattr(window, "focusWidget", lambda: window.evaluation.tabs)
    window.actions_.by_name["guide"].trigger()
    assert pages == ["evaluation.md"]
    assert len(wishes.PAGES) == len(window.docks)
