"""What the check panel shows of a report, and what it lets a user do about a finding."""

from dataclasses import replace

import made_check as made
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.diagnosis.checks import Finding, Fix, SplitView
from precmed_gui.diagnosis.pictures import Thumbnail, ThumbnailsRead
from precmed_gui.diagnosis.work import Step
from precmed_gui.window.check_panel import CheckPanel
from precmed_gui.window.check_progress import seconds_left
from precmed_gui.window.group_rows import MOST_PICTURES, rows_of
from precmed_gui.window.split_table import bytes_text

ALL = (made.BLANK, made.COPIES, made.UNREADABLE, made.LEAK, made.TWO_CLASSES)


@pytest.fixture
def panel(qtbot):
    panel = CheckPanel()
    qtbot.addWidget(panel)
    panel.resize(510, 740)
    panel.show_cohort(made.COHORT)
    panel.show()
    return panel


def choose(panel, finding):
    row = panel.findings.rows.findings.index(finding)
    panel.findings.setCurrentIndex(panel.findings.rows.index(row, 0))


def buttons(panel):
    return {button.text(): button for button in panel.finding.fix_buttons}


def select_picture(panel, number):
    """The picture at this place among the pictures, headings not counted."""
    grid = panel.finding.grid
    rows = [row for row, line in enumerate(grid.model_.rows) if line.case is not None]
    grid.setCurrentIndex(grid.model_.index(rows[number]))


def test_without_images_there_is_nothing_to_check_and_the_panel_says_what_to_bring(panel, qtbot):
    wished = []
    panel.check_wished.connect(lambda: wished.append(1))
    panel.show_cohort(Cohort())
    assert "Add images" in panel._message.text()
    panel._first.click()
    assert wished == []
    panel.show_cohort(made.COHORT)
    panel._first.click()
    assert wished == [1]


def test_findings_stand_worst_first_and_say_in_words_how_bad_they_are(panel):
    panel.show_report(made.report(*ALL))
    rows = panel.findings.rows
    assert [finding.severity for finding in rows.findings] == [
        "blocks", "warns", "warns", "tells", "tells",
    ]  # fmt: skip
    spoken = rows.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Keeps a training from starting: 2 patients are in training and test"
    assert panel.finding.finding == made.LEAK


def test_the_models_of_the_lists_are_sound(panel):
    panel.show_report(made.report(*ALL))
    for model in (panel.findings.rows, panel.finding.grid.model_):
        QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, panel)
    for finding in ALL:
        choose(panel, finding)


def test_each_group_has_a_heading_and_its_pictures(panel):
    panel.show_report(made.report(made.LEAK))
    rows = panel.finding.grid.model_.rows
    assert [row.heading or row.case.key for row in rows] == [
        "Group 1 of 2 · Patient p0", made.KEYS[0], made.KEYS[3],
        "Group 2 of 2 · Patient p4", made.KEYS[4], made.KEYS[7],
    ]  # fmt: skip
    spoken = panel.finding.grid.model_.index(1).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "0.png, normal, Patient p0 · Training"


def test_pictures_that_stand_alone_have_their_reason_and_no_heading():
    rows = rows_of(made.BLANK, {case.key: case for case in made.CASES})
    assert [(row.heading, row.note) for row in rows] == [
        ("", "All one grey. · Training"),
        ("", "All black. · Training"),
    ]


def test_a_heading_begins_a_line_of_its_own(panel):
    panel.show_report(made.report(made.COPIES))
    grid = panel.finding.grid
    tops = [grid.visualRect(grid.model_.index(row)).top() for row in range(7)]
    assert len({tops[1], tops[2], tops[3]}) == 1
    assert tops[0] < tops[1] < tops[4] < tops[5] == tops[6]


def test_of_very_many_pictures_the_first_are_shown_and_the_panel_says_so(panel):
    cases = tuple(
        replace(made.CASES[0], path=f"/many/{number}.png") for number in range(MOST_PICTURES + 5)
    )
    finding = replace(made.BLANK, groups=tuple((case.key,) for case in cases), reasons=())
    panel.show_report(made.report(finding, cohort=replace(made.COHORT, cases=cases)))
    assert panel.finding.grid.model_.pictures == MOST_PICTURES
    assert panel.finding._note.text() == "The first 300 of 305 images are shown."


def test_thumbnails_are_asked_for_when_they_are_seen_and_not_twice(panel, qtbot):
    with qtbot.waitSignal(panel.thumbnails_wished) as wished:
        panel.show_report(made.report(made.LEAK))
    asked = wished.args[0]
    assert [case.key for case in asked] == [*made.LEAK.groups[0], *made.LEAK.groups[1]]
    grey = np.zeros((4, 4), np.uint8)
    panel.show_thumbnails(
        ThumbnailsRead(
            (
                *(Thumbnail(case.key, grey) for case in asked[1:]),
                Thumbnail(asked[0].key, None, "Bad"),
            )
        )
    )
    rows = panel.finding.grid.model_
    assert rows.index(2).data(Qt.ItemDataRole.DecorationRole).width() == 4
    assert rows.index(1).data(Qt.ItemDataRole.AccessibleTextRole).endswith("Bad")
    assert rows.unanswered(0, 99) == []


def test_enter_shows_a_picture_large(panel, qtbot):
    panel.show_report(made.report(made.LEAK))
    select_picture(panel, 1)
    with qtbot.waitSignal(panel.case_activated) as shown:
        qtbot.keyClick(panel.finding.grid, Qt.Key.Key_Return)
    assert shown.args[0].key == made.KEYS[3]


def test_the_usual_fix_comes_first_and_is_forwarded(panel, qtbot):
    panel.show_report(made.report(made.COPIES))
    first = panel.finding.fix_buttons[0]
    assert (first.text(), first.property("primary")) == ("Exclude 3 copies", True)
    with qtbot.waitSignal(panel.fix_wished) as wished:
        first.click()
    assert wished.args == [made.COPIES, made.COPIES.fixes[0], ""]


def test_a_new_class_is_chosen_from_a_menu(panel, qtbot):
    panel.show_report(made.report(made.TWO_CLASSES))
    menu = buttons(panel)["Give both the class"].menu()
    with qtbot.waitSignal(panel.fix_wished) as wished:
        menu.actions()[1].trigger()
    assert wished.args == [made.TWO_CLASSES, made.TWO_CLASSES.fixes[0], "ill"]


def test_a_fix_can_be_kept_to_the_groups_of_the_chosen_pictures(panel, qtbot):
    panel.show_report(made.report(made.COPIES))
    only = panel.finding.only_chosen
    assert not only.isEnabled()
    select_picture(panel, 4)
    assert only.isEnabled()
    with qtbot.waitSignal(panel.fix_wished) as wished:
        only.menu().actions()[0].trigger()
    finding, fix, _label = wished.args
    assert finding.groups == (made.COPIES.groups[1],)
    assert fix.kind == "exclude_copies"


def test_the_buttons_of_one_finding_do_not_stay_for_the_next(panel):
    panel.show_report(made.report(made.COPIES, made.LEAK, made.UNREADABLE))
    choose(panel, made.COPIES)
    assert panel.finding.only_chosen.isVisible()
    choose(panel, made.LEAK)
    assert list(buttons(panel)) == ["Divide anew by patient"]
    assert not panel.finding.only_chosen.isVisible()
    choose(panel, made.UNREADABLE)
    assert buttons(panel) == {}


def test_files_that_cannot_be_read_are_listed_with_their_reasons_and_can_be_copied(panel, qtbot):
    panel.show_report(made.report(made.UNREADABLE))
    files = panel.finding.files
    assert files.isVisible()
    assert not panel.finding.grid.isVisible()
    assert files.model().index(0).data(Qt.ItemDataRole.ToolTipRole).endswith("It is a letter.")
    files.setFocus()
    qtbot.keyClick(files, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == "/images/letter.png\tIt is a letter."


@pytest.mark.parametrize("state", ["stale", "checking"])
def test_nothing_is_mended_by_a_report_that_may_not_be_true(panel, state):
    panel.show_report(made.report(made.COPIES))
    assert buttons(panel)["Exclude 3 copies"].isEnabled()
    if state == "stale":
        panel.show_stale(is_stale=True)
    else:
        panel.show_busy()
    assert not buttons(panel)["Exclude 3 copies"].isEnabled()
    assert panel._stale.isVisible() == (state == "stale")


def test_a_stale_report_offers_to_check_again(panel, qtbot):
    panel.show_report(made.report(made.COPIES))
    panel.show_stale(is_stale=True)
    assert panel._stale.text() == "The images have changed since this check."
    with qtbot.waitSignal(panel.check_wished):
        panel._stale._action.click()


def test_after_a_new_check_the_same_kind_of_finding_stays_chosen(panel):
    panel.show_report(made.report(*ALL))
    choose(panel, made.BLANK)
    fewer = replace(made.BLANK, groups=made.BLANK.groups[:1], reasons=made.BLANK.reasons[:1])
    panel.show_report(made.report(made.COPIES, fewer))
    assert panel.finding.finding == fewer
    panel.show_report(made.report())
    assert panel.finding.finding is None
    assert not panel.finding.isVisible()


@pytest.mark.parametrize(
    ("findings", "said", "role"),
    [
        ((), "Nothing odd was found: ready to train.", "success"),
        ((made.BLANK,), "Nothing odd was found: ready to train.", "success"),
        (
            (made.COPIES, made.TWO_CLASSES),
            "Nothing keeps a training from starting. 2 findings are worth a look.",
            "warning",
        ),
        ((made.LEAK,), "A training would not start like this: see the first finding.", "error"),
    ],
)
def test_the_panel_says_whether_a_training_may_start(panel, findings, said, role):
    panel.show_report(made.report(*findings))
    assert panel._verdict.text() == said
    assert panel._verdict.property("role") == role


def test_the_figures_stand_in_one_line(panel):
    panel.show_report(made.report())
    assert panel._figures.text() == (
        "8 images · 1 file not readable · 2 classes · 4 patients · 150 × 168 to 1920 × 1446 pixels"
        " · grey, 8 bits: 6 · colour, 8 bits: 2 · checked in 3 seconds"
    )


def test_progress_says_the_stage_and_stops_by_button(panel, qtbot):
    panel.show_busy()
    panel.show_progress(Step("Looking for copies", 1500, 6000))
    assert panel.progress.text() == "Looking for copies · 1,500 of 6,000"
    with qtbot.waitSignal(panel.stop_wished):
        panel.progress.stop.click()
    panel.show_idle()
    assert not panel.progress.isVisible()


def test_the_time_left_is_said_once_it_is_more_than_a_guess():
    assert seconds_left(900, 500, 1000) is None
    assert seconds_left(9000, 10, 1000) is None
    assert seconds_left(10_000, 250, 1000) == pytest.approx(30)


def test_the_split_is_shown_with_totals_patients_and_a_hash_to_copy(panel):
    panel.show_report(made.report())
    table = panel.split.table
    lines = [
        [table.item(line, column).text() for column in range(table.columnCount())]
        for line in range(table.rowCount())
    ]
    assert lines == [
        ["normal", "2", "1", "1", "4"],
        ["ill", "2", "1", "1", "4"],
        ["All images", "4", "2", "2", "8"],
        ["Patients", "4", "2", "2", "8"],
    ]
    assert panel.split._origin.text() == "Came with the data"
    assert panel.split._shared.text() == "No patient is in more than one part."
    assert panel.split._hash.text() == "0123456789abcdef…"
    panel.split._copy.click()
    assert QApplication.clipboard().text() == made.SPLIT.fingerprint


def test_shared_patients_are_counted_in_words(panel):
    split = replace(made.SPLIT, patients_shared=2, is_given=False, seed=7)
    panel.show_report(made.report(split=split))
    assert panel.split._shared.text().startswith("2 patients are in more than one part")
    assert panel.split._origin.text() == "Drawn by patient, with seed 7"


@pytest.mark.parametrize(
    ("patients", "said"),
    [
        ((6, 1, 1), "No known patient is in more than one part"),
        ((7, 2, 1), "Patients are not known"),
    ],
)
def test_a_split_with_some_patients_known_does_not_call_all_unknown(panel, patients, said):
    split = SplitView((("a", 7, 2, 1),), patients, fingerprint="f" * 64)
    panel.show_report(made.report(split=split))
    assert panel.split._shared.text().startswith(said)


def test_images_that_cannot_be_divided_say_why(panel):
    panel.tabs.setCurrentIndex(1)
    panel.show_report(made.report(split=SplitView(problem="One class only.")))
    assert panel.split._problem.text() == "One class only."
    assert not panel.split.table.isVisible()
    assert not panel.split._copy.isVisible()


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0.0 KB"), (9_960, "10 KB"), (50_000_000, "50 MB"), (9_000_000_000, "9.0 GB")],
)
def test_sizes_read_in_the_unit_that_fits(count, text):
    assert bytes_text(count) == text


def test_the_list_stands_beside_the_pictures_where_there_is_room(panel, qtbot):
    assert panel._halves.orientation() == Qt.Orientation.Vertical
    panel.resize(1000, 740)
    qtbot.waitUntil(lambda: panel._halves.orientation() == Qt.Orientation.Horizontal)


def test_every_control_has_a_name(panel):
    panel.show_report(made.report(*ALL))
    for finding in ALL:
        choose(panel, finding)
        for button in panel.finding.fix_buttons:
            assert button.text()
    for view in (panel.findings, panel.finding.grid, panel.finding.files, panel.split.table):
        assert view.accessibleName()
    assert panel.split._copy.accessibleName()


def test_a_finding_without_pictures_shows_its_words_alone(panel):
    words = Finding("imbalance", "warns", "9 of 10 are normal", "It may say so of all.")
    panel.show_report(made.report(words))
    assert panel.finding._why.text() == "It may say so of all."
    assert not panel.finding.grid.isVisible()
    assert not panel.finding.files.isVisible()


def test_long_buttons_begin_a_new_line_and_stay_inside(panel):
    fixes = tuple(
        Fix("exclude", f"Exclude all {number} of these very odd images") for number in (1, 2, 3)
    )
    panel.show_report(made.report(replace(made.BLANK, fixes=fixes)))
    shown = panel.finding.fix_buttons
    assert len({button.y() for button in shown}) > 1
    assert all(button.geometry().right() < panel.width() for button in shown)
