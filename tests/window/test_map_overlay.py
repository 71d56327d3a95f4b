"""A map over the picture: where it lies, what is said of it, and when there is none."""

from dataclasses import replace

import numpy as np
import pytest
from fake_jobs import FakeJobs
from PySide6.QtCore import Qt
from reading_room import answer, make_room
from tested_card import CARD

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.explanation import Explanation, MapChecks
from precmed_gui.diagnosis.pictures import Picture
from precmed_gui.jobs.messages import Failed, Succeeded
from precmed_gui.learning.explain import explain
from precmed_gui.window.map_flow import MapFlow
from precmed_gui.window.map_overlay import MapStyle, coloured, outlines
from precmed_gui.window.workspace import Workspace

PASSED = MapChecks(0.1, 0.9, passed=True)
FAILED = MapChecks(0.9, 0.9, passed=False, reason="A network that learned nothing has the same.")


@pytest.fixture
def room(qtbot):
    room = make_room(qtbot)
    yield room
    room.keeper.close()


@pytest.fixture
def jobs():
    return FakeJobs()


@pytest.fixture
def flow(room, jobs, tmp_path):
    workspace = Workspace(room.window)
    workspace.choose_model(tmp_path, CARD)
    yield MapFlow(workspace, jobs, room.panel)
    workspace.close()


def show(room, number=1):
    room.read(answer(number))
    case = room.panel.current().case
    pixels = np.full((100, 80), 90, np.uint8)
    room.panel.show_picture(Picture(case, pixels, True, (0.0, 255.0), ()))
    return case


def spot(case, checks=PASSED, **more):
    strength = np.zeros((100, 80), np.float32)
    strength[20:40, 10:30] = 1.0
    return Explanation(case, 1, "ill", "gradient", strength, checks, 0.2, **more)


def overlays(room):
    return room.panel.viewer._maps


def test_m_has_the_map_of_the_first_class_made_and_hides_it_again(qtbot, room, jobs, flow):
    case = show(room)
    room.panel.focus_picture()
    qtbot.keyClick(room.panel.viewer.view, Qt.Key.Key_M)
    job, (_folder, asked, label, slice_number) = jobs.last(explain)
    assert (asked, label, slice_number) == (case, "ill", 1)
    assert "Working out" in room.panel.map_bar.text()
    jobs.ended.emit(job, Succeeded(spot(case)))
    assert not overlays(room)[0].isHidden()
    assert "it is not a finding" in room.panel.map_bar.text()
    assert "passed its check" in room.panel.map_bar.text()
    qtbot.keyClick(room.panel.viewer.view, Qt.Key.Key_M)
    assert overlays(room)[0].isHidden()
    assert room.panel.map_bar.text() == ""


def test_the_map_lies_where_it_belongs_at_every_zoom(room, jobs, flow):
    case = show(room)
    flow.explain("ill")
    jobs.ended.emit(jobs.last(explain)[0], Succeeded(spot(case)))
    view = room.panel.viewer.view
    for _step in range(3):
        area = view.picture_area
        found = view.grab().toImage()
        scale = area.width() / 80
        inside = area.topLeft().toPoint() + _at(20 * scale, 30 * scale)
        outside = area.topLeft().toPoint() + _at(60 * scale, 60 * scale)
        colours = [found.pixelColor(place) for place in (inside, outside)]
        assert colours[0].saturation() > 60
        assert colours[1].saturation() == 0
        view.zoom_out()


def _at(x, y):
    from PySide6.QtCore import QPoint

    return QPoint(round(x), round(y))


def test_a_map_that_failed_says_so_first(room, jobs, flow):
    case = show(room)
    flow.explain("ill")
    jobs.ended.emit(jobs.last(explain)[0], Succeeded(spot(case, FAILED)))
    text = room.panel.map_bar.text()
    assert text.startswith("⚠ This map did not pass its check. A network that learned nothing")
    assert "it is not a finding" in text


def test_side_by_side_leaves_the_picture_plain(room, jobs, flow):
    case = show(room)
    flow.explain("ill")
    jobs.ended.emit(jobs.last(explain)[0], Succeeded(spot(case)))
    bar = room.panel.map_bar
    bar.styles.setCurrentIndex(bar.styles.findData(MapStyle.BESIDE))
    assert overlays(room)[0].isHidden()
    assert room.panel.viewer.beside.isVisible()
    flow.hide()
    assert not room.panel.viewer.beside.isVisible()


def test_another_class_and_the_slice_that_counts_most(qtbot, room, jobs, flow):
    case = show(room)
    flow.explain("ill")
    found = spot(case, slice_strengths=(0.2, 0.9, 0.1))
    jobs.ended.emit(jobs.last(explain)[0], Succeeded(found))
    bar = room.panel.map_bar
    assert bar.most.text() == "Slice 2 counts most"
    with qtbot.waitSignal(bar.slice_wished) as wished:
        bar.most.click()
    assert wished.args == [2]
    bar.labels.setCurrentIndex(1)
    bar.labels.activated.emit(1)
    assert jobs.last(explain)[1][2] == "well"


def test_of_a_series_the_slice_that_counts_most_comes_first(qtbot, room, jobs, flow):
    case = Case("/new/ct", slices=3)
    room.read(replace(answer(1), case=case))
    pixels = np.zeros((100, 80), np.uint8)
    shown = Picture(case, pixels, True, (0.0, 255.0), (), slice_number=2)
    room.panel.show_picture(shown)
    flow.explain("ill")
    job, (_folder, _case, _label, slice_number) = jobs.last(explain)
    assert slice_number == 0
    found = replace(spot(case, slice_strengths=(0.1, 0.2, 0.9)), slice_number=3)
    with qtbot.waitSignal(room.panel.slice_wished) as wished:
        jobs.ended.emit(job, Succeeded(found))
    assert wished.args == [case, 3]
    assert overlays(room)[0].isHidden()
    room.panel.show_picture(replace(shown, slice_number=3))
    assert not overlays(room)[0].isHidden()
    room.panel.show_picture(shown)
    room.panel.map_bar.wish()
    assert jobs.last(explain)[1][3] == 2
    jobs.ended.emit(jobs.last(explain)[0], Succeeded(replace(spot(case), slice_number=2)))
    assert room.panel.map_bar.most.text() == "Slice 3 counts most"


def test_there_is_no_map_of_a_hidden_a_refused_or_an_earlier_answer(room, jobs, flow):
    room.decisions.use_reader("Dr Ada")
    room.decisions.set_blinded(is_blinded=True)
    show(room)
    room.panel.map_bar.wish()
    assert room.panel.map_bar.isHidden()
    assert jobs.started == {}
    room.decisions.set_blinded(is_blinded=False)
    assert not room.panel.map_bar.isHidden()
    room.read(replace(answer(1), verdict="refused", reason="Unlike."))
    assert room.panel.map_bar.isHidden()


def test_what_went_wrong_is_a_sentence_and_another_case_has_no_map_yet(room, jobs, flow):
    case = show(room)
    flow.explain("ill")
    jobs.ended.emit(jobs.last(explain)[0], Failed("The file is gone.", "Find it.", ""))
    assert room.panel.map_bar.text() == "The file is gone. Find it."
    flow.explain("ill")
    jobs.ended.emit(jobs.last(explain)[0], Succeeded(spot(case)))
    room.read(answer(2))
    room.panel.show_next()
    assert flow.explanation is None
    assert overlays(room)[0].isHidden()


def test_colours_grow_lighter_evenly():
    image = coloured(np.linspace(0, 1, 256, dtype=np.float32)[None])
    colours = [image.pixelColor(x, 0) for x in range(256)]
    lightness = [_lightness(c.redF(), c.greenF(), c.blueF()) for c in colours]
    steps = np.diff(lightness[::16])
    assert steps.min() > 0
    assert steps.max() < 2.5 * steps.mean()
    assert colours[0].alpha() == 0


def _lightness(*channels):
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    y = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y


def test_outlines_go_around_what_is_strong():
    strength = np.zeros((50, 100), np.float32)
    strength[10:20, 30:60] = 1.0
    lines = outlines(strength, 0.5)
    xs = [x for line in lines for x in (line.x1(), line.x2())]
    ys = [y for line in lines for y in (line.y1(), line.y2())]
    assert (min(xs), max(xs)) == pytest.approx((0.3, 0.6))
    assert (min(ys), max(ys)) == pytest.approx((0.2, 0.4))
    assert len(lines) == 2 * (30 + 10)
