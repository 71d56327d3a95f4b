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

from precmed_gui.cohorts.picture_measures import PictureMeasures
from precmed_gui.diagnosis.cases import (
    Case,
    Cohort,
    Unreadable,
    make_cohort,
    with_excluded,
    with_label,
    with_label_renamed,
    without,
)
from precmed_gui.diagnosis.pictures import Thumbnail, ThumbnailsRead
from precmed_gui.diagnosis.work import Step
from precmed_gui.window.case_drags import keys_of, mime_of
from precmed_gui.window.cases_order import Order
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
        if button.isVisible() and not isinstance(button.parent(), QLineEdit):
            assert button.text() or button.accessibleName(), button.objectName()
            assert button.toolTip(), button.objectName()
            assert button.focusPolicy() & Qt.FocusPolicy.TabFocus, button.toolTip()


# Excluding


def test_e_excludes_the_selected_cases_and_takes_them_back(
    qtbot: QtBot, panel: CasesPanel, grid: ThumbnailGrid, classes: ClassTable
) -> None:
    cohort = cohort_of(5, 5)
    keys = [case.key for case in cohort.cases]
    panel.show_cohort(cohort)
    select(grid, 1, 6)
    grid.setFocus()
    for is_excluded in (True, False):
        with qtbot.waitSignal(panel.exclude_wished) as wished:
            qtbot.keyClick(grid, Qt.Key.Key_E)
        assert wished.args == [[keys[1], keys[6]], is_excluded]
        cohort = with_excluded(cohort, wished.args[0], is_excluded=wished.args[1])
        panel.show_cohort(cohort)
        assert grid.selected_count() == 2


def test_excluded_cases_stay_are_marked_and_are_not_counted(
    panel: CasesPanel, grid: ThumbnailGrid, classes: ClassTable
) -> None:
    cohort = cohort_of(5, 5, 1)
    panel.show_cohort(cohort)
    panel.show_thumbnails(answered(list(cohort.cases)))
    before = grid.grab().toImage()
    panel.show_cohort(with_excluded(cohort, [cohort.cases[n].key for n in (0, 1, 10)]))
    assert grid.model().rowCount() == 11
    assert grid.grab().toImage() != before
    model = classes.model()
    spoken = [
        model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)
        for row in range(model.rowCount())
    ]
    assert [text.split(",")[1] for text in spoken] == [" 8 images", " 3 images", " 5 images"]
    tip = grid.model().index(1, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert tip == "1.png\nNormal\nExcluded: used for nothing"
    assert any(label.text() == "11 images · 3 excluded" for label in panel.findChildren(QLabel))


# Looking for and sorting


@pytest.fixture
def line(panel: CasesPanel) -> QLineEdit:
    found = panel.findChild(QLineEdit, "findImages")
    assert isinstance(found, QLineEdit)
    return found


def choose(panel: CasesPanel, button: str, choice: str) -> None:
    found = panel.findChild(QToolButton, button)
    assert isinstance(found, QToolButton)
    next(action for action in found.menu().actions() if action.data() == choice).trigger()


def test_words_narrow_what_is_shown_and_escape_shows_all(
    qtbot: QtBot, panel: CasesPanel, grid: ThumbnailGrid, line: QLineEdit
) -> None:
    panel.show_cohort(cohort_of(12, 12))
    panel.find_cases()
    assert line.hasFocus()
    qtbot.keyClicks(line, "pneu 1")
    assert grid.model().rowCount() == 3
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert grid.hasFocus()
    assert grid.currentIndex().row() == 0
    panel.find_cases()
    qtbot.keyClicks(line, "nothing has this")
    assert grid.model().rowCount() == 0
    assert any("No image fits" in label.text() for label in panel.findChildren(QLabel))
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    assert grid.model().rowCount() == 24


def test_the_case_one_looks_at_stays_current_when_the_view_changes(
    panel: CasesPanel, grid: ThumbnailGrid, line: QLineEdit
) -> None:
    cohort = cohort_of(30, 30)
    panel.show_cohort(cohort)
    select(grid, 40, 41)
    for change in (
        lambda: line.setText("pneumonia"),
        lambda: choose(panel, "sortImages", "name"),
        lambda: line.setText(""),
    ):
        change()
        case = grid.current_case()
        assert case == cohort.cases[41]
        assert {case.key for case in grid.selected_cases()} == {
            cohort.cases[40].key,
            cohort.cases[41].key,
        }


def test_states_are_chosen_in_a_menu_and_told(
    panel: CasesPanel, grid: ThumbnailGrid, qtbot: QtBot, line: QLineEdit
) -> None:
    cohort = cohort_of(5, 5, 2)
    panel.show_cohort(with_excluded(cohort, [cohort.cases[0].key]))
    choose(panel, "whichImages", "excluded")
    assert grid.model().rowCount() == 1
    button = panel.findChild(QToolButton, "whichImages")
    assert isinstance(button, QToolButton)
    assert button.accessibleName() == "Which images to show: Excluded"
    panel.find_cases()
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    assert grid.model().rowCount() == 12


@pytest.mark.parametrize(("order", "expected"), [("size", [2, 1, 0]), ("brightness", [1, 2, 0])])
def test_sorting_by_a_measure_asks_for_it_once(
    panel: CasesPanel, grid: ThumbnailGrid, order: Order, expected: list[int]
) -> None:
    cohort, wishes = cohort_of(3, 0), []
    panel.facts.measures_wished.connect(wishes.append)
    panel.show_cohort(cohort)
    assert wishes == []
    choose(panel, "sortImages", order)
    panel.show_cohort(cohort)
    assert wishes == [list(cohort.cases)]
    sizes = np.array([0, 400, 300], np.uint64)
    panel.facts.take_measures(wishes[0], PictureMeasures(sizes, np.array([np.nan, 0.1, 0.2])))
    assert [cohort.cases.index(panel._cases.case_at(row)) for row in range(3)] == expected


def test_sorting_by_the_models_doubt_offers_to_have_the_rest_read(
    qtbot: QtBot, panel: CasesPanel
) -> None:
    cohort = cohort_of(3, 0)
    panel.show_cohort(cohort)
    panel.facts.take_confidences({cohort.cases[2].key: 0.9})
    choose(panel, "sortImages", "confidence")
    assert panel._cases.case_at(0) == cohort.cases[2]
    with qtbot.waitSignal(panel.reading_wished) as wished:
        panel._unread.acted.emit()
    assert wished.args == [list(cohort.cases[:2])]
    panel.facts.take_confidences({cohort.cases[0].key: 0.6, cohort.cases[1].key: 0.95})
    assert panel._cases.case_at(0) == cohort.cases[0]
    assert panel._unread.isHidden()
    panel.facts.forget_confidences()
    assert panel._cases.case_at(0) == cohort.cases[0]
    assert not panel._unread.isHidden()


def test_a_view_is_told_and_comes_back(
    qtbot: QtBot, panel: CasesPanel, grid: ThumbnailGrid, classes: ClassTable, line: QLineEdit
) -> None:
    cohort = cohort_of(12, 12)
    panel.show_cohort(cohort)
    click_class(qtbot, classes, 2)
    line.setText("1")
    with qtbot.waitSignal(panel.view_changed):
        choose(panel, "sortImages", "name")
    case = panel._cases.case_at(1)
    with qtbot.waitSignal(panel.view_changed) as told:
        grid.go_to(case.key)
    other = CasesPanel()
    qtbot.addWidget(other)
    other.show_cohort(cohort)
    other.restore_view(told.args[0])
    assert other._cases.view == panel._cases.view
    assert other._grid.current_case() == case


# Labelling by key and by mouse


def test_under_no_class_the_next_case_is_current_after_a_key(
    qtbot: QtBot, panel: CasesPanel, grid: ThumbnailGrid, classes: ClassTable
) -> None:
    cohort = cohort_of(1, 1, 6)
    panel.show_cohort(cohort)
    click_class(qtbot, classes, 3)
    select(grid, 1)
    grid.setFocus()
    labelled = []
    for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_1, Qt.Key.Key_1, Qt.Key.Key_2):
        with qtbot.waitSignal(panel.relabel_wished) as wished:
            qtbot.keyClick(grid, key)
        labelled += wished.args[0]
        cohort = with_label(cohort, wished.args[0], wished.args[1])
        panel.show_cohort(cohort)
    assert labelled == [f"/images/None/{n}.png" for n in (1, 2, 3, 4, 5)]
    assert grid.selected_count() == 1
    assert grid.current_case() == cohort.cases[2]


def test_where_all_are_shown_a_key_leaves_one_where_one_is(
    qtbot: QtBot, panel: CasesPanel, grid: ThumbnailGrid
) -> None:
    cohort = cohort_of(5, 5)
    panel.show_cohort(cohort)
    select(grid, 2)
    panel.show_cohort(with_label(cohort, [cohort.cases[2].key], PNEUMONIA))
    assert grid.currentIndex().row() == 2
    assert grid.selected_count() == 1


def test_cases_dropped_on_a_class_are_wished_into_it(
    qtbot: QtBot, panel: CasesPanel, grid: ThumbnailGrid, classes: ClassTable
) -> None:
    panel.show_cohort(cohort_of(5, 5))
    mime = mime_of(["a", "b"])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    grid.drag_changed.emit(True)
    assert classes.model().rowCount() == 4
    for row, label in ((2, PNEUMONIA), (3, "")):
        place = classes.visualRect(classes.model().index(row, 0)).center()
        enter = QDragEnterEvent(place, copy, mime, left, none)
        QApplication.sendEvent(classes.viewport(), enter)
        assert enter.isAccepted()
        drop = QDropEvent(QPointF(place), copy, mime, left, none, QEvent.Type.Drop)
        with qtbot.waitSignal(panel.relabel_wished) as wished:
            QApplication.sendEvent(classes.viewport(), drop)
        assert wished.args == [["a", "b"], label]
    top = classes.visualRect(classes.model().index(0, 0)).center()
    drop = QDropEvent(QPointF(top), copy, mime, left, none, QEvent.Type.Drop)
    with qtbot.assertNotEmitted(panel.relabel_wished):
        QApplication.sendEvent(classes.viewport(), drop)
    grid.drag_changed.emit(False)
    assert classes.model().rowCount() == 3


def test_a_drag_carries_the_selected_cases(panel: CasesPanel, grid: ThumbnailGrid) -> None:
    cohort = cohort_of(5, 5)
    panel.show_cohort(cohort)
    select(grid, 7, 2)
    mime = grid.model().mimeData(grid.selectedIndexes())
    assert keys_of(mime) == [cohort.cases[2].key, cohort.cases[7].key]
    assert keys_of(QMimeData()) == []


# What a tile says


def test_a_series_says_its_slices_and_a_patient_only_on_demand(
    panel: CasesPanel, grid: ThumbnailGrid
) -> None:
    case = Case("/ct/1.dcm", label="Lung", patient="Doe^Jane", slices=48)
    panel.show_cohort(make_cohort([case], modality="imaging", name="ct"))
    index = grid.model().index(0, 0)
    assert index.data(Qt.ItemDataRole.ToolTipRole) == "1.dcm\nLung\n48 slices"
    panel._tidy.naming_changed.emit(True)
    assert index.data(Qt.ItemDataRole.ToolTipRole) == "1.dcm\nLung\n48 slices\nPatient Doe^Jane"


def test_tidying_up_is_wished_from_the_head(qtbot: QtBot, panel: CasesPanel) -> None:
    panel.show_cohort(cohort_of(5, 5))
    check = panel.findChild(QToolButton, "checkCases")
    assert isinstance(check, QToolButton)
    with qtbot.waitSignal(panel.check_wished):
        qtbot.mouseClick(check, Qt.MouseButton.LeftButton)
    tidy = panel.findChild(QToolButton, "tidyUp")
    assert isinstance(tidy, QToolButton)
    patients, table = tidy.menu().actions()[:2]
    with qtbot.waitSignal(panel.patients_wished):
        patients.trigger()
    with qtbot.waitSignal(panel.table_wished):
        table.trigger()
