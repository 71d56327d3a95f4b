"""The nearest training images on the screen: their rows, in which order, in which words."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from reading_room import answer, make_room
from tested_card import CARD

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.pictures import Thumbnail
from precmed_gui.diagnosis.prediction import Neighbour, Prediction, PredictionList
from precmed_gui.window.nearest_images import NearestImages
from precmed_gui.window.nearest_sections import NONE_KEPT, OF_ALL, OF_OTHERS, sections_of
from precmed_gui.window.nearest_tile import NearestTile
from precmed_gui.window.picture_area import LEAST
from precmed_gui.window.prediction_panel import PredictionPanel

NINE = tuple("abcdefghi")


def neighbours(*labels):
    """Images of these classes, the nearest first."""
    return tuple(
        Neighbour(f"/t/{number}.png", label, 1 + number / 10) for number, label in enumerate(labels)
    )


TWO = Prediction(
    Case("/new/1.png"), ("ill", "well"), (0.2, 0.8), ("well",),
    nearest=neighbours("ill", "ill", "ill", "well", "well", "well"),
)  # fmt: skip
MANY = Prediction(
    Case("/new/2.png"), NINE, (0.1, 0.02, 0.3, 0.4, 0.05, 0.04, 0.03, 0.03, 0.03), ("d", "c"),
    nearest=neighbours("c", "c", "b", *"adefghi"),
)  # fmt: skip


def labels_of(section):
    return [one.label for one in section.neighbours]


def test_each_of_two_classes_has_a_row_the_most_probable_first():
    first, second = sections_of(TWO)
    assert (first.title, first.label, labels_of(first)) == ("well", "well", ["well"] * 3)
    assert (second.title, second.label, labels_of(second)) == ("ill", "ill", ["ill"] * 3)
    assert [one.distance for one in second.neighbours] == [1.0, 1.1, 1.2]


def test_of_nine_classes_the_nearest_of_all_stand_above_one_of_each_other():
    first, second = sections_of(MANY)
    assert (first.title, labels_of(first)) == (OF_ALL, ["c", "c", "b"])
    assert (second.title, labels_of(second)) == (OF_OTHERS, list("daefghi"))


def test_a_refused_image_has_its_classes_in_the_order_of_the_model():
    assert [row.title for row in sections_of(replace(TWO, verdict="refused"))] == ["ill", "well"]
    assert labels_of(sections_of(replace(MANY, verdict="refused"))[1]) == list("adefghi")


def test_a_class_of_which_the_model_keeps_nothing_is_said_so():
    bare = replace(TWO, nearest=neighbours("ill", "ill", "ill"), unkept=("well",))
    first, second = sections_of(bare)
    assert (first.title, first.neighbours, first.note) == ("well", (), NONE_KEPT)
    assert second.note == ""
    lacking = replace(MANY, nearest=neighbours("c", "c", "b", *"adefg"), unkept=("h", "i"))
    _all, others = sections_of(lacking)
    assert (others.title, others.note) == (OF_OTHERS, "The model keeps no training image of: h, i.")
    all_of_two = replace(lacking, nearest=lacking.nearest[:3], unkept=tuple("adefghi"))
    assert [row.title for row in sections_of(all_of_two)] == ["", ""]


def test_of_more_classes_than_are_shown_it_says_how_many_are():
    some = replace(MANY, nearest=neighbours("c", "c", "b", *"ade"))
    assert sections_of(some)[1].title == "Nearest of 3 other classes"


def test_an_answer_of_an_earlier_version_claims_nothing_of_other_classes():
    [row] = sections_of(replace(TWO, nearest=neighbours("ill", "ill", "ill")))
    assert (row.title, row.note) == ("ill", "")
    [row] = sections_of(replace(MANY, nearest=neighbours("c", "c", "b")))
    assert (row.title, row.note, labels_of(row)) == ("", "", ["c", "c", "b"])
    assert sections_of(replace(TWO, nearest=(), unkept=())) == ()


@pytest.fixture
def view(qtbot):
    view = NearestImages()
    qtbot.addWidget(view)
    return view


def test_everything_is_told_to_who_cannot_see_it(view):
    view.show_nearest(replace(TWO, nearest=TWO.nearest[:4], unkept=()))
    said = view._fold.accessibleDescription()
    assert said.split("; ")[:2] == ["well, distance 1.30", "ill, distance 1.00"]
    view.show_nearest(replace(TWO, nearest=TWO.nearest[:3], unkept=("well",)))
    assert view._fold.accessibleDescription().startswith(f"well: {NONE_KEPT}; ill, distance")


def test_pictures_are_asked_for_once_however_many_reports_they_come_in(view):
    asked = []
    view.thumbnails_wished.connect(asked.append)
    view.show_nearest(replace(MANY, verdict="refused"))
    assert [case.path for case in asked[0]] == [tile.neighbour.path for tile in view.tiles]
    assert len(asked[0]) == 10
    for case in asked[0]:
        view.show_thumbnails([Thumbnail(case.key, np.zeros((8, 8), np.uint8))])
    assert len(asked) == 1
    assert all(tile._found is not None for tile in view.tiles)


def test_what_was_shown_leaves_no_words_behind(view):
    view.show_nearest(replace(MANY, unkept=("x",)))
    view.show_nearest(None)
    assert view.isHidden()
    assert view.tiles == ()
    assert view._fold.accessibleDescription() == ""
    tiles = view.findChildren(NearestTile)
    assert len(tiles) == 10
    for tile in tiles:
        assert (tile.accessibleName(), tile.toolTip()) == ("", "")
    assert [section._note.text() for section in view._sections] == [""] * 3


def test_a_class_stands_below_a_picture_where_no_heading_tells_it(view):
    view.show_nearest(MANY)
    named = view.tiles[0].sizeHint().height()
    view.show_nearest(TWO)
    assert view.tiles[0].sizeHint().height() < named
    titles = [section._head.accessibleName() for section in view._sections]
    assert titles == ["well", "ill", ""]


@pytest.fixture
def panel(qtbot):
    panel = PredictionPanel()
    qtbot.addWidget(panel)
    panel.resize(340, 900)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


def read(panel, prediction):
    panel.show_model(replace(CARD, labels=prediction.labels))
    panel.show_finished(PredictionList("m", (prediction,), ()))


def test_rows_of_pictures_leave_the_image_its_place(panel, qtbot):
    read(panel, replace(MANY, verdict="refused", reason="Unlike."))
    area = panel.page.answer_area
    qtbot.waitUntil(lambda: panel.answer.height() > panel.page.height())
    qtbot.waitUntil(lambda: area.height() <= 0.41 * panel.page.height())
    assert panel.viewer.height() >= max(LEAST, panel.page.height() // 4)


def test_opening_many_rows_shows_them_from_the_first(panel, qtbot):
    read(panel, MANY)
    area, view = panel.page.answer_area, panel.answer.nearest
    view._fold.click()
    qtbot.waitUntil(lambda: view.height() > area.viewport().height())
    qtbot.waitUntil(lambda: view.mapTo(area.viewport(), view.rect().topLeft()).y() == 0)


def test_the_keyboard_goes_from_picture_to_picture_and_brings_them_into_view(panel, qtbot):
    read(panel, replace(MANY, verdict="refused", reason="Unlike."))
    area, view = panel.page.answer_area, panel.answer.nearest
    qtbot.waitUntil(lambda: panel.answer.height() > panel.page.height())
    tiles = view.tiles
    assert [tile.focusPolicy() for tile in tiles[:2]] == [
        Qt.FocusPolicy.StrongFocus, Qt.FocusPolicy.ClickFocus,
    ]  # fmt: skip
    with qtbot.waitActive(panel):
        panel.activateWindow()
    tiles[0].setFocus()
    bare = tiles[1].grab().toImage()
    keys = Qt.Key
    for key, place in ((keys.Key_Right, 1), (keys.Key_Down, 4), (keys.Key_Left, 3)):
        qtbot.keyClick(panel.focusWidget(), key)
        assert tiles[place].hasFocus()
        if place == 1:
            assert tiles[1].grab().toImage() != bare
    for _step in range(3):
        qtbot.keyClick(panel.focusWidget(), keys.Key_Down)
    assert tiles[-1].hasFocus()
    assert not tiles[-1].visibleRegion().isEmpty()
    assert area.verticalScrollBar().value() > 0


def test_an_image_is_only_called_learned_where_the_nearest_of_all_is_the_same(panel):
    far = tuple(replace(one, distance=one.distance + 1) for one in TWO.nearest)
    same = (replace(far[3], distance=0.0), *far[:3], *far[4:])
    read(panel, replace(TWO, nearest=same))
    assert not panel.answer._seen.isHidden()
    panel.clear()
    read(panel, replace(TWO, nearest=far))
    assert panel.answer._seen.isHidden()


def test_they_come_back_with_a_recorded_answer_and_make_no_new_one_of_it(qtbot):
    room = make_room(qtbot)
    said = answer(1, nearest=neighbours("ill", "ill", "ill"), unkept=("well",))
    room.read(said)
    room.panel.clear()
    room.flow.open(room.worklist.rows.row(0))
    prediction = room.panel.current().prediction
    assert (prediction.nearest, prediction.unkept) == (said.nearest, ("well",))
    room.read(replace(said, nearest=TWO.nearest, unkept=()))
    assert len(room.kept()) == 1
