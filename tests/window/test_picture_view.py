"""The picture view: what is seen, how large, and at which brightness."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from precmed_gui.window import theme
from precmed_gui.window.grey_levels import GreyWindow, Pyramid, half_size, in_grey
from precmed_gui.window.picture_view import PictureView


@pytest.fixture
def view(qtbot, qapp) -> PictureView:
    theme.apply_theme(qapp, "light")
    view = PictureView()
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show()
    return view


def shot(view: PictureView) -> QImage:
    return view.grab().toImage()


def grey_at(view: PictureView, x: int, y: int) -> int:
    return shot(view).pixelColor(x, y).red()


def wheel(view: PictureView, at: QPoint, turns: int) -> None:
    event = QWheelEvent(
        QPointF(at), QPointF(view.mapToGlobal(at)), QPoint(), QPoint(0, 120 * turns),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, event)


def drag(view: PictureView, button: Qt.MouseButton, start: QPoint, by: QPoint, qtbot) -> None:
    qtbot.mousePress(view, button, pos=start)
    end = start + by
    moved = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(end), QPointF(view.mapToGlobal(end)),
        Qt.MouseButton.NoButton, button, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(view, moved)
    qtbot.mouseRelease(view, button, pos=end)


def halves(dtype: type = np.uint8, top: int = 255) -> np.ndarray:
    pixels = np.zeros((300, 400), dtype=dtype)
    pixels[:, 200:] = top
    return pixels


def test_a_new_picture_is_seen_whole_on_black(view: PictureView) -> None:
    view.show_picture(np.full((100, 100), 200, np.uint8))
    assert view.zoom == pytest.approx(3.0)
    assert grey_at(view, 200, 150) == 200
    assert grey_at(view, 5, 150) == 0


def test_the_surround_is_black_in_both_themes(view: PictureView, qapp) -> None:
    view.show_picture(np.full((100, 100), 200, np.uint8))
    theme.apply_theme(qapp, "dark")
    assert grey_at(view, 5, 5) == 0
    theme.apply_theme(qapp, "light")
    assert grey_at(view, 5, 5) == 0


def test_colours_are_shown_as_they_are(view: PictureView) -> None:
    pixels = np.zeros((300, 400, 3), np.uint8)
    pixels[...] = (10, 120, 230)
    view.show_picture(pixels)
    assert shot(view).pixelColor(200, 100).getRgb()[:3] == (10, 120, 230)
    assert not view.is_grey
    assert view.caption == "100 %"


def test_sixteen_bits_are_shown_in_the_given_range(view: PictureView) -> None:
    pixels = np.full((300, 400), 1500, np.uint16)
    view.show_picture(pixels, (1000, 2000))
    assert grey_at(view, 200, 100) == pytest.approx(128, abs=1)
    assert view.window_level == (1000, 1500)
    assert view.caption == "W 100 %  L 150 % · 100 %"


def test_without_a_range_sixteen_bits_use_the_whole_grey_scale(view: PictureView) -> None:
    view.show_picture(halves(np.uint16, 4000))
    assert grey_at(view, 50, 100) == 0
    assert grey_at(view, 350, 100) == 255


def test_the_wheel_zooms_at_the_cursor(view: PictureView, qtbot) -> None:
    view.show_picture(halves())
    with qtbot.waitSignal(view.zoom_changed):
        wheel(view, QPoint(200, 150), 5)
    assert view.zoom > 2
    assert grey_at(view, 195, 100) == 0
    assert grey_at(view, 205, 100) == 255
    wheel(view, QPoint(390, 150), 5)
    assert grey_at(view, 200, 100) == 255


def test_left_drag_pans_but_never_shows_a_gap(view: PictureView, qtbot) -> None:
    view.show_picture(halves())
    for _ in range(4):
        view.zoom_in()
    drag(view, Qt.MouseButton.LeftButton, QPoint(200, 150), QPoint(60, 0), qtbot)
    assert grey_at(view, 255, 100) == 0
    assert grey_at(view, 265, 100) == 255
    drag(view, Qt.MouseButton.LeftButton, QPoint(10, 150), QPoint(-5000, 0), qtbot)
    assert grey_at(view, 395, 100) == 255


def test_a_double_click_shows_all_again(view: PictureView, qtbot) -> None:
    view.show_picture(halves())
    wheel(view, QPoint(30, 30), 6)
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton)
    assert view.zoom == pytest.approx(1.0)
    assert grey_at(view, 195, 100) == 0


def test_right_drag_across_is_width_and_down_is_level(view: PictureView, qtbot) -> None:
    view.show_picture(halves())
    with qtbot.waitSignal(view.window_changed) as changed:
        drag(view, Qt.MouseButton.RightButton, QPoint(100, 100), QPoint(-50, 20), qtbot)
    width, level = changed.args
    assert width == pytest.approx(255 - 50 * 255 / 256)
    assert level == pytest.approx(127.5 + 20 * 255 / 256)
    assert view.window_level == (width, level)
    qtbot.keyClick(view, Qt.Key.Key_R)
    assert view.window_level == (255, 127.5)


def test_colour_pictures_have_no_window(view: PictureView, qtbot) -> None:
    view.show_picture(np.zeros((50, 50, 3), np.uint8))
    with qtbot.assertNotEmitted(view.window_changed):
        drag(view, Qt.MouseButton.RightButton, QPoint(100, 100), QPoint(-50, 20), qtbot)


def test_keys_do_all_that_the_mouse_does(view: PictureView, qtbot) -> None:
    view.show_picture(halves())
    for key in (Qt.Key.Key_Plus, Qt.Key.Key_Plus, Qt.Key.Key_Plus):
        qtbot.keyClick(view, key)
    assert view.zoom == pytest.approx(1.25**3)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert grey_at(view, 190, 100) == 255
    qtbot.keyClick(view, Qt.Key.Key_Minus)
    assert view.zoom == pytest.approx(1.25**2)
    qtbot.keyClick(view, Qt.Key.Key_0)
    assert view.zoom == pytest.approx(1.0)
    qtbot.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert view.window_level[1] < 127.5


def test_a_picture_that_is_seen_whole_follows_the_size_of_the_view(view: PictureView) -> None:
    view.show_picture(np.zeros((300, 400), np.uint8))
    view.resize(800, 600)
    assert view.zoom == pytest.approx(2.0)
    view.zoom_in()
    view.resize(400, 300)
    assert view.zoom == pytest.approx(2.5)


def test_zoom_has_an_end(view: PictureView) -> None:
    view.show_picture(halves())
    for _ in range(60):
        view.zoom_in()
    assert view.zoom == 64
    for _ in range(90):
        view.zoom_out()
    assert view.zoom == pytest.approx(0.5)


def test_large_pixels_have_sharp_edges(view: PictureView) -> None:
    view.show_picture(np.array([[0, 255], [0, 255]], np.uint8))
    line = shot(view)
    greys = {line.pixelColor(x, 100).red() for x in range(60, 340)}
    assert greys == {0, 255}


def test_a_message_takes_the_place_of_a_picture(view: PictureView, qtbot) -> None:
    view.show_picture(halves())
    view.show_message("This file could not be read.")
    assert not view.has_picture
    assert view.caption == ""
    assert view.accessibleDescription() == "This file could not be read."
    wheel(view, QPoint(10, 10), 2)
    qtbot.keyClick(view, Qt.Key.Key_Plus)
    view.clear()
    assert grey_at(view, 200, 150) == 0


def test_files_dropped_on_it_are_handed_on(view: PictureView, qtbot) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/scans/a.png")])
    held = (Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton)
    plain = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(view, QDragEnterEvent(QPoint(5, 5), *held, plain))
    with qtbot.waitSignal(view.paths_dropped) as dropped:
        QApplication.sendEvent(view, QDropEvent(QPointF(5, 5), *held, plain))
    assert dropped.args == [["/scans/a.png"]]


@pytest.mark.parametrize("shape", [(1, 1), (1, 4000), (4000, 1), (3, 5, 3)])
def test_odd_shapes_are_shown(view: PictureView, shape: tuple[int, ...]) -> None:
    view.show_picture(np.full(shape, 90, np.uint8))
    for _ in range(8):
        view.zoom_in()
    assert shot(view).width() == 400


def test_grey_levels_follow_the_window() -> None:
    pixels = np.array([[0, 100, 150, 200, 65535]], np.uint16)
    assert in_grey(pixels, GreyWindow.between(100, 200)).tolist() == [[0, 0, 128, 255, 255]]


def test_halves_are_means_and_keep_their_depth() -> None:
    pixels = np.array([[0, 65535, 7], [65535, 65535, 7]], np.uint16)
    half = half_size(pixels)
    assert half.dtype == np.uint16
    assert half.tolist() == [[49151]]
    assert half_size(np.full((4, 4, 3), 9, np.uint8)).shape == (2, 2, 3)


def test_no_more_pixels_are_windowed_than_the_screen_needs() -> None:
    pyramid = Pyramid(np.zeros((2000, 2000), np.uint16))
    assert pyramid.level_for(1.0) == 0
    assert pyramid.level_for(0.3) == 1
    assert pyramid.at(pyramid.level_for(0.2)).shape == (500, 500)
