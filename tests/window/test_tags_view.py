"""The header of a file as a table that does not say who the patient is until asked."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.pictures import Tag
from precmed_gui.window.tags_model import TagsModel
from precmed_gui.window.tags_view import TagsView

TAGS = (
    Tag("(0008,0060)", "Modality", "CT"),
    Tag("(0010,0010)", "Patient's Name", "Doe^Jane", True),
    Tag("  (0010,0020)", "Patient ID", "4711", True),
    Tag("(0018,0060)", "KVP", "120"),
)
MASK = "•••• hidden"
CASE = Case("/a/1.dcm")


@pytest.fixture
def view(qtbot):
    view = TagsView()
    qtbot.addWidget(view)
    view.show_opening(CASE, 1)
    view.show()
    view.show_tags(TAGS)
    return view


def values(view):
    return [view._found.index(row, 2).data() for row in range(view._found.rowCount())]


def copied(view, qtbot, row, column):
    view._table.setCurrentIndex(view._found.index(row, column))
    view._copy.trigger()
    return QGuiApplication.clipboard().text()


def show_identity(view, qtbot):
    qtbot.mouseClick(view._identity, Qt.MouseButton.LeftButton)


def test_the_model_keeps_the_rules_of_qt(qtmodeltester, qapp):
    model = TagsModel()
    model.show_tags(TAGS)
    qtmodeltester.check(model)


def test_who_the_patient_is_is_hidden_until_asked(view, qtbot):
    assert values(view) == ["CT", MASK, MASK, "120"]
    assert view._note.text() == "2 lines are hidden: they may say who the patient is."
    show_identity(view, qtbot)
    assert values(view) == ["CT", "Doe^Jane", "4711", "120"]
    assert "mind who can see" in view._note.text()
    show_identity(view, qtbot)
    assert values(view)[1] == MASK


def test_a_hidden_value_leaves_the_model_in_no_role(view):
    index = view._found.index(1, 2)
    assert all("Doe" not in str(index.data(role)) for role in Qt.ItemDataRole)


def test_copying_a_hidden_cell_copies_the_mask(view, qtbot):
    assert copied(view, qtbot, 1, 2) == MASK
    show_identity(view, qtbot)
    assert copied(view, qtbot, 1, 2) == "Doe^Jane"


def test_a_selection_is_copied_line_by_line(view):
    view._table.selectAll()
    view._copy.trigger()
    lines = QGuiApplication.clipboard().text().split("\n")
    assert lines[0] == "(0008,0060)\tModality\tCT"
    assert lines[2] == f"(0010,0020)\tPatient ID\t{MASK}"


def test_a_search_finds_names_and_values_but_nothing_hidden(view, qtbot):
    view._search.setText("kvp")
    assert values(view) == ["120"]
    view._search.setText("doe")
    assert values(view) == []
    assert view._note.text() == "No line has “doe” in it."
    show_identity(view, qtbot)
    assert values(view) == ["Doe^Jane"]


def test_another_file_of_the_same_name_is_hidden_again(view, qtbot):
    show_identity(view, qtbot)
    view.show_opening(Case("/b/1.dcm"), 1)
    view.show_tags(TAGS)
    assert values(view)[1] == MASK


def test_the_next_slice_of_a_case_stays_as_it_was(view, qtbot):
    series = Case("/s/1.dcm", slices=3)
    view.show_opening(series, 1)
    view.show_tags(TAGS)
    show_identity(view, qtbot)
    view.show_opening(series, 2)
    view.show_tags(TAGS)
    assert values(view)[1] == "Doe^Jane"
    assert view.windowTitle() == "Header of 1.dcm, slice 2 of 3"


def test_closing_hides_it_again(view, qtbot):
    show_identity(view, qtbot)
    view.close()
    view.show()
    assert values(view)[1] == MASK


def test_a_file_without_a_header_says_so(view):
    view.show_tags(())
    assert view._note.text() == "This file has no header; DICOM files have one."
    assert not view._identity.isEnabled()
