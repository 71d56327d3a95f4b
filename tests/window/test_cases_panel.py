"""The cases panel shows a cohort and forwards what its user wants, by mouse and by keyboard."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QItemSelectionModel, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QApplication,
    QInputDialog,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from precmed_gui.diagnosis.cases import (
    Case,
    Cohort,
    Unreadable,
    make_cohort,
    with_label_renamed,
    without,
)
from precmed_gui.diagnosis.pictures import Thumbnail, ThumbnailsRead
from precmed_gui.diagnosis.work import Step
from precmed_gui.window.cases_panel import CasesPanel
from precmed_gui.window.class_table import ClassTable
from precmed_gui.window.thumbnail_grid import MOST_WISHED, ThumbnailGrid

NORMAL, PNEUMONIA = "Normal", "Pneumonia"


def cohort_of(normal: int, pneumonia: int, unnamed: int = 0, unreadable: int = 0) -> Cohort:
    counts = ((NORMAL, normal), (PNEUMONIA, pneumonia), (None, unnamed))
    cases = [
        Case(f"/images/{label}/{number}.png", label=label)
        for label, count in counts
        for number in range(count)
    ]
    bad = [Unreadable(f"/images/bad/{n}.png", f"Reason {n}.") for n in range(unreadable)]
    return make_cohort(cases, modality="imaging", name="test", unreadable=bad)


@pytest.fixture
def holder(qtbot: QtBot) -> QWidget:
    result = QWidget()
    result.resize(320, 700)
    qtbot.addWidget(result)
    return result


@pytest.fixture
def panel(qtbot: QtBot, holder: QWidget) -> CasesPanel:
    result = CasesPanel(holder)
    result.setGeometry(0, 0, 320, 700)
    with qtbot.waitExposed(holder):
        holder.show()
    return result


@pytest.fixture
def grid(panel: CasesPanel) -> ThumbnailGrid:
    found = panel.findChild(ThumbnailGrid)
    assert isinstance(found, ThumbnailGrid)
    return found


@pytest.fixture
def classes(panel: CasesPanel) -> ClassTable:
    found = panel.findChild(ClassTable)
    assert isinstance(found, ClassTable)
    return found


def text_of(panel: CasesPanel, name: str) -> str:
    label = panel.findChild(QLabel, name)
    assert isinstance(label, QLabel)
    return label.text()


def select(grid: ThumbnailGrid, *rows: int) -> None:
    for row in rows:
        index = grid.model().index(row, 0)
        grid.selectionModel().select(index, QItemSelectionModel.SelectionFlag.Select)
    last = grid.model().index(rows[-1], 0)
    grid.selectionModel().setCurrentIndex(last, QItemSelectionModel.SelectionFlag.NoUpdate)


def has_room(button: QPushButton) -> bool:
    return button.width() >= button.minimumSizeHint().width()


def click_class(qtbot: QtBot, classes: ClassTable, row: int) -> None:
    place = classes.visualRect(classes.model().index(row, 0)).center()
    qtbot.mouseClick(classes.viewport(), Qt.MouseButton.LeftButton, pos=place)


# States


def test_an_empty_panel_teaches_and_offers_the_demo(qtbot: QtBot, panel: CasesPanel) -> None:
    panel.show_cohort(Cohort())
    assert any("sub-folders" in label.text() for label in panel.findChildren(QLabel))
    demo = panel.findChild(QPushButton, "openDemo")
    assert isinstance(demo, QPushButton)
    with qtbot.waitSignal(panel.demo_wished):
        qtbot.mouseClick(demo, Qt.MouseButton.LeftButton)


def test_a_cohort_is_shown_with_its_counts(panel: CasesPanel, classes: ClassTable) -> None:
    panel.show_cohort(cohort_of(1341, 3875))
    assert text_of(panel, "caseCount") == "5,216"
    model = classes.model()
    spoken = [
        model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)
        for row in range(model.rowCount())
    ]
    assert spoken[0] == "All images, 5,216 images"
    assert spoken[2].startswith("Pneumonia, 3,875 images, 74")


def test_progress_can_be_stopped(qtbot: QtBot, panel: CasesPanel) -> None:
    panel.show_progress(Step("Reading images", 1234, 5216))
    assert text_of(panel, "workText") == "Reading images · 1,234 of 5,216"
    stop = panel.findChild(QToolButton, "stopOpening")
    assert isinstance(stop, QToolButton)
    with qtbot.waitSignal(panel.stop_wished):
        qtbot.mouseClick(stop, Qt.MouseButton.LeftButton)
    panel.show_busy("Looking")
    bar = panel.findChild(QProgressBar)
    assert isinstance(bar, QProgressBar)
    assert bar.maximum() == 0
    panel.show_idle()
    assert not bar.isVisible()


def test_an_error_is_one_sentence_and_a_hint(panel: CasesPanel) -> None:
    panel.show_error("The folder is empty.", "Choose another one.")
    shown = [label.text() for label in panel.findChildren(QLabel) if label.isVisible()]
    assert "The folder is empty. Choose another one." in shown


def test_files_dropped_anywhere_on_the_panel_are_forwarded(qtbot: QtBot, panel: CasesPanel) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/images/a"), QUrl("https://example.org/b.png")])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(50, 300), copy, mime, left, none)
    QApplication.sendEvent(panel, enter)
    assert enter.isAccepted()
    drop = QDropEvent(QPointF(50, 300), copy, mime, left, none, QEvent.Type.Drop)
    with qtbot.waitSignal(panel.paths_dropped) as dropped:
        QApplication.sendEvent(panel, drop)
    assert dropped.args == [["/images/a"]]


@pytest.mark.parametrize("width", [280, 300, 320, 420])
def test_nothing_is_wider_than_the_panel(qtbot: QtBot, panel: CasesPanel, width: int) -> None:
    for cohort in (Cohort(), cohort_of(3000, 4000, 5, 2)):
        panel.show_cohort(cohort)
        panel.resize(width, 700)
        assert panel.minimumSizeHint().width() <= width
        assert panel.minimumSizeHint().height() <= 650
        buttons = [button for button in panel.findChildren(QPushButton) if button.isVisible()]
        qtbot.waitUntil(lambda: all(has_room(button) for button in buttons))  # noqa: B023


# Classes


def test_a_click_on_a_class_shows_its_images_only_and_again_all(
    qtbot: QtBot, panel: CasesPanel, grid: ThumbnailGrid, classes: ClassTable
) -> None:
    panel.show_cohort(cohort_of(30, 40, 2))
    for row, expected in ((2, 40), (2, 72), (1, 30), (3, 2), (0, 72)):
        click_class(qtbot, classes, row)
        assert grid.model().rowCount() == expected


def test_enter_chooses_a_class_and_escape_shows_all(
    qtbot: QtBot, panel: CasesPanel, grid: ThumbnailGrid, classes: ClassTable
) -> None:
    panel.show_cohort(cohort_of(3, 4))
    classes.setCurrentIndex(classes.model().index(1, 0))
    qtbot.keyClick(classes, Qt.Key.Key_Return)
    assert grid.model().rowCount() == 3
    qtbot.keyClick(classes, Qt.Key.Key_Escape)
    assert grid.model().rowCount() == 7


def test_a_class_is_renamed_in_place(
    qtbot: QtBot, panel: CasesPanel, grid: ThumbnailGrid, classes: ClassTable
) -> None:
    cohort = cohort_of(3, 4)
    panel.show_cohort(cohort)
    click_class(qtbot, classes, 2)
    classes.setFocus()
    qtbot.keyClick(classes, Qt.Key.Key_F2)
    editor = classes.findChild(QLineEdit)
    assert isinstance(editor, QLineEdit)
    editor.setText("  肺炎 ")
    with qtbot.waitSignal(panel.rename_wished) as wished:
        qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert wished.args == [PNEUMONIA, "肺炎"]
    panel.show_cohort(with_label_renamed(cohort, PNEUMONIA, "肺炎"))
    assert classes.shown == "肺炎"
    assert grid.model().rowCount() == 4


def test_an_emptied_or_unchanged_name_is_no_wish(
    qtbot: QtBot, panel: CasesPanel, classes: ClassTable
) -> None:
    panel.show_cohort(cohort_of(3, 4))
    for text in ("  ", NORMAL):
        classes.edit_class(NORMAL)
        editor = classes.findChild(QLineEdit)
        assert isinstance(editor, QLineEdit)
        editor.setText(text)
        with qtbot.assertNotEmitted(panel.rename_wished):
            qtbot.keyClick(editor, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: classes.findChild(QLineEdit) is None)


def test_a_double_click_on_a_class_edits_it(
    qtbot: QtBot, panel: CasesPanel, classes: ClassTable
) -> None:
    panel.show_cohort(cohort_of(3, 4))
    place = classes.visualRect(classes.model().index(1, 0)).center()
    view, left = classes.viewport(), Qt.MouseButton.LeftButton
    qtbot.mouseClick(view, left, pos=place)
    qtbot.mouseDClick(view, left, pos=place)
    assert classes.findChild(QLineEdit) is not None


def test_the_filter_goes_with_the_class(
    qtbot: QtBot, panel: CasesPanel, grid: ThumbnailGrid, classes: ClassTable
) -> None:
    cohort = cohort_of(3, 4)
    panel.show_cohort(cohort)
    click_class(qtbot, classes, 1)
    panel.show_cohort(without(cohort, [case.key for case in cohort.cases[:3]]))
    assert grid.model().rowCount() == 4
    assert text_of(panel, "caseCount") == "4"


# What is done with images


def test_delete_asks_to_remove_the_selected_cases(
    qtbot: QtBot, panel: CasesPanel, grid: ThumbnailGrid
) -> None:
    cohort = cohort_of(10, 10)
    panel.show_cohort(cohort)
    select(grid, 1, 12)
    grid.setFocus()
    with qtbot.waitSignal(panel.remove_wished) as wished:
        qtbot.keyClick(grid, Qt.Key.Key_Delete)
    assert wished.args == [[cohort.cases[1].key, cohort.cases[12].key]]


@pytest.mark.parametrize(
    ("key", "label"), [(Qt.Key.Key_1, NORMAL), (Qt.Key.Key_2, PNEUMONIA), (Qt.Key.Key_0, "")]
)
def test_a_figure_moves_the_selected_cases_to_a_class(
    qtbot: QtBot, panel: CasesPanel, grid: ThumbnailGrid, key: Qt.Key, label: str
) -> None:
    cohort = cohort_of(5, 5, 5)
    panel.show_cohort(cohort)
    select(grid, 11, 12)
    grid.setFocus()
    with qtbot.waitSignal(panel.relabel_wished) as wished:
        qtbot.keyClick(grid, key)
    assert wished.args == [[cohort.cases[11].key, cohort.cases[12].key], label]


def test_a_new_class_is_asked_for_by_name(
    qtbot: QtBot, panel: CasesPanel, grid: ThumbnailGrid
) -> None:
    cohort = cohort_of(0, 0, 5)
    panel.show_cohort(cohort)
    select(grid, 0)
    grid.setFocus()
    qtbot.keyClick(grid, Qt.Key.Key_N)
    dialog = panel.findChild(QInputDialog)
    assert isinstance(dialog, QInputDialog)
    dialog.setTextValue(" Effusion ")
    with qtbot.waitSignal(panel.relabel_wished) as wished:
        dialog.accept()
    assert wished.args == [[cohort.cases[0].key], "Effusion"]


def test_nothing_selected_means_nothing_to_remove_or_move(
    qtbot: QtBot, panel: CasesPanel, grid: ThumbnailGrid
) -> None:
    panel.show_cohort(cohort_of(5, 5))
    grid.setFocus()
    with qtbot.assertNotEmitted(panel.remove_wished), qtbot.assertNotEmitted(panel.relabel_wished):
        qtbot.keyClick(grid, Qt.Key.Key_Delete)
        qtbot.keyClick(grid, Qt.Key.Key_1)
    with qtbot.waitSignal(panel.clear_wished):
        panel.case_actions.clear.trigger()


def test_enter_and_double_click_open_a_case(
    qtbot: QtBot, panel: CasesPanel, grid: ThumbnailGrid
) -> None:
    cohort = cohort_of(5, 5)
    panel.show_cohort(cohort)
    select(grid, 3)
    grid.setFocus()
    with qtbot.waitSignal(panel.case_activated) as opened:
        qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert opened.args == [cohort.cases[3]]
    place = grid.visualRect(grid.model().index(1, 0)).center()
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
    with qtbot.waitSignal(panel.case_activated) as opened:
        qtbot.mouseDClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened.args == [cohort.cases[1]]


# Thumbnails


def answered(cases: list[Case]) -> ThumbnailsRead:
    grey, colour = np.full((9, 7), 90, np.uint8), np.full((5, 6, 3), 90, np.uint8)
    return ThumbnailsRead(
        tuple(
            Thumbnail(case.key, None, "It is cut off.")
            if number % 10 == 9
            else Thumbnail(case.key, grey if number % 2 else colour)
            for number, case in enumerate(cases)
        )
    )


def test_ten_thousand_cases_ask_for_what_is_seen_and_no_more(
    qtbot: QtBot, panel: CasesPanel, grid: ThumbnailGrid
) -> None:
    cohort = cohort_of(5000, 5000)
    with qtbot.waitSignal(panel.thumbnails_wished) as wished:
        panel.show_cohort(cohort)
    first = wished.args[0]
    assert first[0] == cohort.cases[0]
    assert len(first) <= MOST_WISHED
    assert panel._cases.thumbnail_count == 0
    seen = [
        row
        for row in range(200)
        if grid.visualRect(grid.model().index(row, 0)).intersects(grid.viewport().rect())
    ]
    assert {cohort.cases[row].key for row in seen} <= {case.key for case in first}
    with qtbot.waitSignal(panel.thumbnails_wished) as wished:
        grid.scrollToBottom()
    assert wished.args[0][-1].key != first[-1].key
    assert cohort.cases[-1] in wished.args[0]
    assert len(wished.args[0]) <= MOST_WISHED
    asked = len(first) + len(wished.args[0])
    panel.show_thumbnails(answered(first + wished.args[0]))
    assert panel._cases.thumbnail_count <= asked


def test_all_wishes_together_end_when_the_neighbourhood_is_there(
    qtbot: QtBot, panel: CasesPanel
) -> None:
    wishes: list[list[Case]] = []
    panel.thumbnails_wished.connect(wishes.append)
    panel.show_cohort(cohort_of(5000, 5000))
    qtbot.waitUntil(lambda: bool(wishes))
    handled = 0
    while handled < len(wishes):
        panel.show_thumbnails(answered(wishes[handled]))
        handled += 1
        timer = panel._grid._pause
        qtbot.waitUntil(lambda: not timer.isActive())  # noqa: B023
    keys = [case.key for wish in wishes for case in wish]
    assert len(keys) == len(set(keys)) < 150


def test_a_thumbnail_once_wished_is_not_wished_again_at_each_step(
    qtbot: QtBot, panel: CasesPanel, grid: ThumbnailGrid
) -> None:
    with qtbot.waitSignal(panel.thumbnails_wished):
        panel.show_cohort(cohort_of(10, 10))
    with qtbot.assertNotEmitted(panel.thumbnails_wished, wait=200):
        grid.verticalScrollBar().setValue(1)
    with qtbot.waitSignal(panel.thumbnails_wished):
        panel.wish_thumbnails()


def test_thumbnails_are_painted_in_grey_in_colour_and_as_reasons(
    qtbot: QtBot, panel: CasesPanel, grid: ThumbnailGrid
) -> None:
    cohort = cohort_of(6, 6)
    panel.show_cohort(cohort)
    before = grid.grab().toImage()
    panel.show_thumbnails(answered(list(cohort.cases)))
    select(grid, 2)
    assert grid.grab().toImage() != before
    tip = grid.model().index(9, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert tip == "3.png\nPneumonia\nIt is cut off."


# Unreadable files


def test_unreadable_files_unfold_and_are_copied(qtbot: QtBot, panel: CasesPanel) -> None:
    panel.show_cohort(cohort_of(1, 1, unreadable=3))
    toggle = panel.findChild(QToolButton, "unreadableToggle")
    assert isinstance(toggle, QToolButton)
    assert toggle.text() == "3 files not readable"
    files = panel.findChild(QWidget, "unreadableList")
    assert isinstance(files, QWidget)
    assert not files.isVisible()
    toggle.setFocus()
    qtbot.keyClick(toggle, Qt.Key.Key_Space)
    assert files.isVisible()
    copy = panel.findChild(QToolButton, "copyUnreadable")
    assert isinstance(copy, QToolButton)
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    text = QApplication.clipboard().text()
    assert text.splitlines()[1] == "/images/bad/1.png\tReason 1."
    panel.show_cohort(cohort_of(1, 1))
    assert not toggle.isVisible()


def test_a_cohort_of_unreadable_files_only_still_teaches(panel: CasesPanel) -> None:
    panel.show_cohort(Cohort(unreadable=(Unreadable("C:\\scans\\a.txt", "Not a picture."),)))
    toggle = panel.findChild(QToolButton, "unreadableToggle")
    assert isinstance(toggle, QToolButton)
    assert toggle.isVisible()
    assert toggle.text() == "1 file not readable"


# Everybody can use it


def test_every_control_can_be_reached_and_heard(panel: CasesPanel) -> None:
    panel.show_cohort(cohort_of(5, 5, 5, 3))
    panel.retranslate()
    for button in (*panel.findChildren(QToolButton), *panel.findChildren(QPushButton)):
        if button.isVisible():
            assert button.text() or button.accessibleName(), button.objectName()
            assert button.toolTip(), button.objectName()
            assert button.focusPolicy() & Qt.FocusPolicy.TabFocus, button.toolTip()
