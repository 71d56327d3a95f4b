import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QSlider, QToolButton

from precmed_gui.window.cine import Cine
from precmed_gui.window.slice_bar import SliceBar


@pytest.fixture
def bar(qtbot):
    bar = SliceBar()
    qtbot.addWidget(bar)
    bar.resize(400, 30)
    bar.show()
    bar.show_slices(48, 24)
    return bar


@pytest.fixture
def cine(qtbot):
    cine = Cine()
    qtbot.addWidget(cine)
    cine.show()
    return cine


def slider(bar):
    return bar.findChild(QSlider)


def test_the_bar_says_which_slice_of_how_many(bar):
    assert bar.text == "slice 24 of 48"
    assert slider(bar).accessibleDescription() == "slice 24 of 48"


def test_showing_a_case_wishes_for_nothing(bar, qtbot):
    with qtbot.assertNotEmitted(bar.slice_wished):
        bar.show_slices(30, 7)
        bar.show_slice(8)


def test_a_wish_moves_the_handle_but_the_words_wait_for_the_picture(bar, qtbot):
    with qtbot.waitSignal(bar.slice_wished) as wished:
        slider(bar).setValue(40)
    assert wished.args == [40]
    assert bar.text == "slice 24 of 48"
    assert not bar.is_settled
    bar.show_slice(40)
    assert bar.text == "slice 40 of 48"
    assert bar.is_settled


@pytest.mark.parametrize(
    ("key", "number"),
    [
        (Qt.Key.Key_PageDown, 25),
        (Qt.Key.Key_PageUp, 23),
        (Qt.Key.Key_Right, 25),
        (Qt.Key.Key_Home, 1),
        (Qt.Key.Key_End, 48),
    ],
)
def test_the_slider_turns_by_key(bar, qtbot, key, number):
    with qtbot.waitSignal(bar.slice_wished) as wished:
        qtbot.keyClick(slider(bar), key)
    assert wished.args == [number]


def test_the_buttons_step_and_end_where_the_slices_end(bar, qtbot):
    previous, following = bar.findChildren(QToolButton)
    qtbot.mouseClick(following, Qt.MouseButton.LeftButton)
    assert bar.wished == 25
    qtbot.mouseClick(previous, Qt.MouseButton.LeftButton)
    assert bar.wished == 24
    bar.turn(1000)
    assert bar.wished == 48
    assert not following.isEnabled()
    bar.turn(-1000)
    assert not previous.isEnabled()


def test_a_click_beside_the_handle_goes_right_there(bar, qtbot):
    handle = slider(bar)
    qtbot.mouseClick(handle, Qt.MouseButton.LeftButton, pos=QPoint(handle.width() - 2, 10))
    assert bar.wished == 48


def test_a_film_goes_from_the_last_slice_to_the_first(bar):
    bar.show_slices(3, 2)
    assert [bar.advanced(), bar.advanced(), bar.advanced()] == [3, 1, 2]


def test_a_film_beats_until_it_is_stopped(cine, qtbot):
    assert not cine.is_playing
    with qtbot.waitSignals([cine.beat, cine.beat]):
        cine.toggle()
    cine.toggle()
    assert not cine.is_playing


def test_a_film_stops_when_it_is_hidden_or_closed(cine):
    cine.toggle()
    cine.hide()
    assert not cine.is_playing
    cine.show()
    assert not cine.is_playing
    cine.toggle()
    cine.close()
    assert not cine.is_playing


def test_nothing_plays_that_cannot_be_seen(cine):
    cine.hide()
    cine.toggle()
    assert not cine.is_playing


def test_the_button_says_what_it_would_do(cine):
    assert cine.accessibleName() == "Play the slices as a film"
    cine.toggle()
    assert cine.accessibleName() == "Stop the film"


def test_the_speed_is_chosen_from_four_to_thirty(cine):
    assert cine.speed == 10
    speeds = cine.menu().actions()
    assert speeds[0].text() == "4 slices a second"
    speeds[0].trigger()
    assert cine.speed == 4
    assert cine._timer.interval() == 250
    speeds[-1].trigger()
    assert cine.speed == 30
    assert cine._timer.interval() == 33
    assert [action.isChecked() for action in speeds].count(True) == 1
