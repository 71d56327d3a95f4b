"""The picture with its slices, its film and its windows."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.pictures import Picture, StatedWindow
from precmed_gui.window.picture_area import PictureArea

SERIES = Case("/ct/1.dcm", slices=5, files=tuple(f"/ct/{n}.dcm" for n in range(1, 6)))
WINDOWS = (
    StatedWindow("file", 40, 400),
    StatedWindow("lung", -600, 1500),
    StatedWindow("bone", 400, 1800),
)


def ct(number=3, case=SERIES, **more):
    pixels = np.full((60, 80), 1000 + 10 * number, np.uint16)
    settings = {"unit": "HU", "offset": -1024.0, "windows": WINDOWS, "slice_number": number} | more
    return Picture(case, pixels, True, (864.0, 1263.0), (), **settings)


@pytest.fixture
def area(qtbot):
    area = PictureArea()
    qtbot.addWidget(area)
    area.resize(400, 360)
    area.show()
    return area


@pytest.fixture
def wished(area):
    numbers = []
    area.slice_wished.connect(numbers.append)
    return numbers


def wheel(area, turns, modifiers=Qt.KeyboardModifier.ControlModifier):
    at = QPointF(200, 100)
    event = QWheelEvent(
        at, QPointF(area.view.mapToGlobal(at)), QPoint(), QPoint(0, round(120 * turns)),
        Qt.MouseButton.NoButton, modifiers, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(area.view, event)


def test_a_single_picture_has_no_slices_to_turn(area):
    area.show_picture(ct(1, Case("/a.png"), unit="", windows=()))
    assert not area.slices.isVisible()
    assert not area.cine.isVisible()
    assert not area.presets.isVisible()


def test_a_series_has_a_slider_a_film_and_windows(area):
    area.show_picture(ct())
    assert area.slices.isVisible()
    assert area.cine.isVisible()
    assert area.presets.isVisible()
    assert (area.slices.total, area.slices.wished) == (5, 3)


@pytest.mark.parametrize(
    ("key", "number"),
    [
        (Qt.Key.Key_PageDown, 4),
        (Qt.Key.Key_PageUp, 2),
        (Qt.Key.Key_Home, 1),
        (Qt.Key.Key_End, 5),
    ],
)
def test_keys_on_the_picture_turn_the_slices(area, wished, qtbot, key, number):
    area.show_picture(ct())
    qtbot.keyClick(area.view, key)
    assert wished == [number]


def test_the_wheel_turns_slices_with_ctrl_and_zooms_without(area, wished):
    area.show_picture(ct())
    before = area.view.zoom
    wheel(area, -1)
    assert wished == [4]
    assert area.view.zoom == before
    wheel(area, 0.5)
    assert wished == [4]
    wheel(area, 0.5)
    assert wished == [4, 3]
    wheel(area, 1, Qt.KeyboardModifier.NoModifier)
    assert area.view.zoom > before


def test_zoom_place_and_window_stay_while_the_slices_are_turned(area):
    area.show_picture(ct())
    area.view.show_window(WINDOWS[1])
    for _turn in range(4):
        area.view.zoom_in()
    before = (area.view.zoom, area.view.window_level)
    area.show_picture(ct(4))
    assert (area.view.zoom, area.view.window_level) == before
    area.show_unreadable(SERIES, 5, "Damaged.")
    area.show_picture(ct(4))
    assert (area.view.zoom, area.view.window_level) == before


def test_slices_without_a_window_of_their_own_do_not_flicker(area):
    area.show_picture(ct(3, unit="", windows=()))
    before = area.view.window_level
    other = replace(ct(4, unit="", windows=()), value_range=(0.0, 200.0))
    area.show_picture(other)
    assert area.view.window_level == before
    area.show_picture(replace(other, case=Case("/other.dcm", slices=5)))
    assert area.view.window_level == (200, 100)


def test_another_case_is_shown_as_a_whole_with_its_own_window(area):
    area.show_picture(ct())
    first = (area.view.zoom, area.view.window_level)
    area.view.show_window(WINDOWS[1])
    area.view.zoom_in()
    area.show_picture(ct(1, Case("/other.dcm", slices=5)))
    assert (area.view.zoom, area.view.window_level) == first


def test_a_preset_sets_the_window_in_hounsfield_units(area, qtbot):
    area.show_picture(ct())
    box = area.presets.findChild(QComboBox)
    assert box.currentText() == "As the file says"
    box.setCurrentIndex(1)
    box.activated.emit(1)
    assert "W 1500  L −600 HU" in area.view.caption
    assert area.view.window_level == (1499, pytest.approx(-600.5 + 1024))
    assert box.currentText() == "Lung"


def test_further_windows_of_a_file_have_names(area):
    more = (*WINDOWS[:1], StatedWindow("file 2", 0, 90), StatedWindow("MEDIASTINUM", 0, 80))
    area.show_picture(ct(windows=more))
    box = area.presets.findChild(QComboBox)
    texts = [box.itemText(place) for place in range(3)]
    assert texts == ["As the file says", "Window 2 of the file", "MEDIASTINUM"]


def test_a_window_turned_by_hand_is_called_so(area, qtbot):
    area.show_picture(ct())
    qtbot.keyClick(area.view, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    box = area.presets.findChild(QComboBox)
    assert area.presets.chosen is None
    assert box.placeholderText() == "Set by hand"
    qtbot.keyClick(area.view, Qt.Key.Key_R)
    assert box.currentText() == "As the file says"


def test_the_value_under_the_pointer_is_read_out_in_its_unit(area, qtbot):
    area.show_picture(ct(3))
    point = QPointF(area.view.rect().center())
    moved = QMouseEvent(
        QMouseEvent.Type.MouseMove, point, QPointF(area.view.mapToGlobal(point)),
        Qt.MouseButton.NoButton, Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(area.view, moved)
    assert area.view.readout == "6 HU"
    area.show_picture(ct(4))
    assert area.view.readout == "16 HU"


def test_a_film_waits_for_the_slice_it_asked_for(area, wished, qtbot):
    area.show_picture(ct(4))
    qtbot.keyClick(area.view, Qt.Key.Key_Space)
    assert area.cine.is_playing
    area.cine.beat.emit()
    area.cine.beat.emit()
    assert wished == [5]
    area.show_picture(ct(5))
    area.cine.beat.emit()
    assert wished == [5, 1]
    qtbot.keyClick(area.view, Qt.Key.Key_Space)
    assert not area.cine.is_playing


@pytest.mark.parametrize("ending", ["hand", "case", "damage", "hidden", "cleared"])
def test_a_film_ends(area, qtbot, ending):
    area.show_picture(ct())
    area.cine.toggle()
    if ending == "hand":
        qtbot.keyClick(area.view, Qt.Key.Key_PageDown)
    elif ending == "case":
        area.show_picture(ct(1, Case("/other.dcm", slices=2)))
    elif ending == "damage":
        area.show_unreadable(SERIES, 4, "Damaged.")
    elif ending == "hidden":
        area.hide()
    else:
        area.clear()
    assert not area.cine.is_playing


def test_the_slices_beside_one_that_cannot_be_read_can_be_reached(area, wished, qtbot):
    area.show_unreadable(SERIES, 3, "Damaged.")
    assert area.view.accessibleDescription() == "Damaged."
    qtbot.keyClick(area.view, Qt.Key.Key_PageDown)
    assert wished == [4]


def test_the_corner_says_which_slice_is_seen(area):
    area.show_picture(ct(4))
    assert area.view._place == "slice 4 of 5"
    area.show_unreadable(SERIES, 5, "Damaged.")
    assert area.view._place == "slice 5 of 5"
    area.show_picture(ct(1, Case("/a.png")))
    assert area.view._place == ""
