"""The check panel in the window: where it is, and what menus and other panels do with it."""

import made_check as made
import pytest

from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.window.engines import make_jobs
from precmed_gui.window.main_window import MainWindow
from precmed_gui.window.theme import apply_theme


@pytest.fixture(scope="module")
def open_window(qapp, tmp_path_factory):
    """Its engines never start: what is asked of them waits."""
    patch = pytest.MonkeyPatch()
    patch.setenv("PRECMED_HOME", str(tmp_path_factory.mktemp("module-home")))
    apply_theme(qapp, "light")
    window = MainWindow(make_jobs())
    window.resize(1280, 800)
    window.show()
    yield window
    window.shut_down()
    window.close()
    patch.undo()


@pytest.fixture
def window(open_window):
    open_window.workspace.show_cohort(Cohort())
    open_window.training.leak_question.show_things(0)
    open_window.show_panel(1)
    return open_window


@pytest.fixture
def jobs(window, monkeypatch):
    """The numbers of the jobs that were stopped."""
    stopped = []
    monkeypatch.setattr(window.jobs, "cancel", stopped.append)
    return stopped


def is_seen(panel):
    return not panel.visibleRegion().isEmpty()


def test_it_lies_behind_training_until_it_is_called(window):
    assert not is_seen(window.check)
    action = window.actions_.by_name["show_check"]
    assert action.shortcut().toString() == "Ctrl+5"
    action.trigger()
    assert is_seen(window.check)
    assert not is_seen(window.training)


@pytest.mark.parametrize("way", ["menu", "cases panel", "check panel"])
def test_a_check_is_started_where_its_findings_will_be_seen(window, way):
    window.workspace.show_cohort(made.COHORT)
    if way == "menu":
        window.actions_.by_name["check_cases"].trigger()
    elif way == "cases panel":
        window.cases.check_wished.emit()
    else:
        window.show_panel(4)
        window.check.check_wished.emit()
    assert window.check_flow.is_checking
    assert is_seen(window.check)
    assert window.check.progress.text()


def test_escape_stops_the_check(window, jobs):
    window.workspace.show_cohort(made.COHORT)
    window.check_flow.check()
    window.actions_.by_name["stop"].trigger()
    assert jobs[-1] == window.check_flow._job


def test_escape_stops_the_check_before_a_training_without_a_question(window, jobs, monkeypatch):
    def ask(*_words):
        raise AssertionError("nothing would be lost")

    monkeypatch.setattr(window.dialogs, "confirm", ask)
    window.workspace.show_cohort(made.COHORT)
    window.training.wish_training()
    assert window.training_flow.is_checking
    window.actions_.by_name["stop"].trigger()
    assert jobs[-1] == window.check_flow._job


def test_the_training_panel_leads_to_the_findings(window):
    window.training.leak_question.show_things(3)
    window.training.leak_question.things.click()
    assert is_seen(window.check)


@pytest.mark.parametrize("words", ["To compare with others.", ""])
def test_a_training_on_a_leak_asks_for_words_first(window, monkeypatch, words):
    said = []
    monkeypatch.setattr(window.dialogs, "leak_statement", lambda _leaks: words)
    monkeypatch.setattr(window.training_flow, "train_all_the_same", said.append)
    window.workspace.show_cohort(made.COHORT)
    window.training.ask_about((made.LEAK,))
    window.training.leak_question.all_the_same.click()
    assert said == ([words] if words else [])


def test_a_picture_of_a_finding_is_shown_in_the_prediction_panel(window, monkeypatch):
    shown = []
    monkeypatch.setattr(window.reading_flow, "read_one", shown.append)
    window.check.case_activated.emit(made.CASES[0])
    assert shown == [made.CASES[0]]


def test_it_fits_into_its_column_at_1280_by_800(qtbot, window):
    window.workspace.show_cohort(made.COHORT)
    window.show_panel(4)
    window.check.show_report(
        made.report(made.LEAK, made.COPIES, made.TWO_CLASSES, made.BLANK, made.UNREADABLE)
    )
    window.training.ask_about((made.LEAK,))
    for panel in (window.check, window.training):
        qtbot.waitUntil(lambda panel=panel: panel.width() >= panel.minimumSizeHint().width())
        assert panel.height() >= panel.minimumSizeHint().height()
    assert window.width() == 1280


def test_f1_in_the_panel_opens_its_page(window, monkeypatch):
    pages = []
    monkeypatch.setattr(window.dialogs, "show_guide", lambda page: pages.append(page))
    window.show_panel(4)
    monkeypatch.setattr(window, "focusWidget", lambda: window.check.tabs)
    window.actions_.by_name["guide"].trigger()
    assert pages[0].exists()


def test_a_cleared_table_leaves_an_empty_panel(window):
    window.workspace.show_cohort(made.COHORT)
    window.check_flow.check()
    window.workspace.show_cohort(Cohort())
    assert not window.check_flow.is_checking
    assert window.check.report is None
    assert "Add images" in window.check._message.text()
