"""The window goes on where it was, and finds images that moved: real windows, one after another."""

import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from test_main_window import open_images, write_images

from precmed_gui.archive.moved_files import files_of
from precmed_gui.places import home_folder
from precmed_gui.window.engines import make_jobs
from precmed_gui.window.main_window import FIND_THEM, MainWindow

SLOW = 60_000


@pytest.fixture
def opened(qapp):
    """A function: a window as after a start; it is closed at the end of its block."""

    @contextmanager
    def open_window(**options):
        window = MainWindow(make_jobs())
        window.show()
        window.begin(**options)
        try:
            yield window
        finally:
            window.shut_down()
            window.close()
            window.deleteLater()
            QCoreApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)

    return open_window


@pytest.fixture
def images(tmp_path):
    return write_images(tmp_path / "brightness", count=4)


def until_noted(qtbot, window):
    """Wait until it is known what all files of the cohort contain."""
    paths = files_of(window.workspace.cohort.cases)
    flow = window.cohort_flow.moved
    qtbot.waitUntil(lambda: len(flow.known()) == len(paths), timeout=SLOW)


def relabel(window, name, label):
    case = next(case for case in window.workspace.cohort.cases if case.path.endswith(name))
    window.cases.relabel_wished.emit([case.key], label)


def test_a_window_goes_on_where_the_last_one_ended(qtbot, opened, images):
    with opened() as window:
        assert not window.workspace.cohort.cases
        open_images(qtbot, window, images)
        relabel(window, "dark/1.png", "light")
        relabel(window, "dark/2.png", "light")
        window.actions_.by_name["undo"].trigger()
        until_noted(qtbot, window)
        after = window.workspace.cohort
    with opened() as window:
        assert window.workspace.cohort == after
        assert window.cases._cohort == after
        assert not window.cases._message.text()
        undo, redo = (window.actions_.by_name[name] for name in ("undo", "redo"))
        assert undo.isEnabled()
        assert "light" in undo.text()
        redo.trigger()
        assert window.workspace.cohort.label_counts() == {"dark": 2, "light": 6}
        for _step in range(3):
            undo.trigger()
        assert not window.workspace.cohort.cases


def test_what_was_looked_at_is_looked_at_again(qtbot, opened, images):
    with opened() as window:
        open_images(qtbot, window, images)
        window.cases.view_changed.emit({"cases text": "1.png", "cases order": "patient"})
    with opened() as window:
        assert window.cases._cases.rowCount() == 2
        assert window.cases._cases.view.order == "patient"
        window.cases.clear_wished.emit()
        window.actions_.by_name["undo"].trigger()
        assert window.workspace.view_state["cases text"] == "1.png"
    with opened(is_afresh=True) as window:
        assert window.cases._cases.view.text == ""


def test_a_start_with_something_named_begins_on_an_empty_table_one_undo_away(qtbot, opened, images):
    with opened() as window:
        open_images(qtbot, window, images)
    with opened(is_afresh=True) as window:
        assert not window.workspace.cohort.cases
        window.actions_.by_name["undo"].trigger()
        assert len(window.workspace.cohort.cases) == 8


def test_a_second_window_says_that_it_keeps_its_images_apart(qtbot, opened, images):
    with opened() as first:
        open_images(qtbot, first, images)
        with opened() as second:
            assert "Another window" in second.cases._message.text()
            assert not second.workspace.cohort.cases
            open_images(qtbot, second, images / "dark")
        assert len(first.workspace.cohort.cases) == 8
    with opened() as window:
        assert len(window.workspace.cohort.cases) == 8


def test_a_damaged_project_is_set_aside_and_told(qtbot, opened):
    home_folder().mkdir(exist_ok=True)
    (home_folder() / "project.sqlite").write_bytes(b"nonsense " * 500)
    with opened() as window:
        assert "damaged" in window.cases._message.text()
        assert len(list(home_folder().glob("*.damaged-*"))) == 1


def test_images_that_moved_are_found_in_a_folder_with_their_labels(
    qtbot, opened, images, tmp_path, monkeypatch
):
    with opened() as window:
        open_images(qtbot, window, images)
        relabel(window, "dark/1.png", "light")
        until_noted(qtbot, window)
        before = window.workspace.cohort
    shutil.move(images, tmp_path / "archive" / "elsewhere")
    with opened() as window:
        qtbot.waitUntil(lambda: bool(window.offer.text()), timeout=SLOW)
        assert "8 images" in window.offer.text()
        (tmp_path / "empty").mkdir()
        monkeypatch.setattr(window.dialogs, "folder", lambda _title: str(tmp_path / "empty"))
        with qtbot.waitSignal(window.cohort_flow.moved.failed, timeout=SLOW):
            window.offer.acted.emit()
        assert window.offer._action.text() == FIND_THEM
        monkeypatch.setattr(window.dialogs, "folder", lambda _title: str(tmp_path / "archive"))
        found = window.cohort_flow.moved.missing_found
        with qtbot.waitSignal(found, timeout=SLOW, check_params_cb=lambda count: not count):
            window.offer.acted.emit()
        after = window.workspace.cohort
        assert [case.label for case in after.cases] == [case.label for case in before.cases]
        assert all(Path(case.path).exists() for case in after.cases)
        assert not window.offer.isVisible()
        window.actions_.by_name["undo"].trigger()
        assert window.workspace.cohort == before


def test_a_dropped_folder_that_holds_missing_images_is_not_added_twice(
    qtbot, opened, images, tmp_path
):
    with opened() as window:
        open_images(qtbot, window, images)
        relabel(window, "dark/1.png", "light")
        until_noted(qtbot, window)
        images.rename(tmp_path / "renamed")
        open_images(qtbot, window, tmp_path / "renamed")
        cohort = window.workspace.cohort
        assert len(cohort.cases) == 8
        assert {Path(case.path).parts[-3] for case in cohort.cases} == {"renamed"}
        assert cohort.label_counts() == {"dark": 3, "light": 5}
        assert not window.cases._message.text()
