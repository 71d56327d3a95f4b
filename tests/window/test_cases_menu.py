"""The menu "Cases" and the keys of the cases panel, in the whole window without its engines."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from precmed_gui.diagnosis.cases import Case, make_cohort
from precmed_gui.window.engines import make_jobs
from precmed_gui.window.main_window import MainWindow

COHORT = make_cohort(
    [Case(f"/i/{number}.png", label="Normal", patient="P") for number in range(4)],
    modality="imaging",
    name="test",
)


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    result = MainWindow(make_jobs())
    qtbot.addWidget(result, before_close_func=MainWindow.shut_down)
    with qtbot.waitExposed(result):
        result.show()
    result.workspace.edit("open", COHORT)
    return result


def test_find_puts_the_keyboard_into_the_line_above_the_images(window: MainWindow) -> None:
    window.actions_.by_name["find_cases"].trigger()
    line = window.focusWidget()
    assert isinstance(line, QLineEdit)
    assert line.objectName() == "findImages"


def test_e_excludes_and_undo_takes_it_back(qtbot: QtBot, window: MainWindow) -> None:
    grid = window.cases._grid
    grid.go_to(COHORT.cases[1].key)
    grid.setFocus()
    qtbot.keyClick(grid, Qt.Key.Key_E)
    assert [case.is_excluded for case in window.workspace.cohort.cases] == [
        False,
        True,
        False,
        False,
    ]
    assert window.workspace.undo_stack.undoText() == "Exclude 1 image"
    assert window.workspace.cohort.label_counts() == {"Normal": 3}
    window.actions_.by_name["undo"].trigger()
    assert window.workspace.cohort == COHORT
    assert grid.current_case() == COHORT.cases[1]


def test_images_the_model_has_not_read_are_handed_to_it(window: MainWindow) -> None:
    window.cases.reading_wished.emit(list(COHORT.cases))
    assert window.reading_flow._waiting[0].cases == COHORT.cases
