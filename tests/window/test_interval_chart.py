"""Figures with error bars: as long as their intervals, and said in words too."""

import pytest
from PySide6.QtGui import QColor

from precmed_gui.diagnosis.evaluation import Figure
from precmed_gui.window import theme
from precmed_gui.window.interval_chart import (
    IntervalChart,
    IntervalRow,
    Scale,
    decimal_scale,
    percent_scale,
)
from precmed_gui.window.planner_view import around_zero


@pytest.fixture
def chart(qtbot, qapp):
    theme.apply_theme(qapp, "light")
    chart = IntervalChart()
    qtbot.addWidget(chart)
    chart.resize(500, 120)
    chart.show()
    return chart


def row(low, high, label="x"):
    return IntervalRow(label, Figure((low + high) / 2, low, high), "words")


def longest_run(chart):
    """Pixels of the longest horizontal line in the colour of the bars."""
    image, colour = chart.grab().toImage(), QColor(theme.current_tokens().curve)
    return max(
        sum(image.pixelColor(x, y) == colour for x in range(image.width()))
        for y in range(image.height())
    )


def test_a_wider_interval_is_a_longer_bar(chart):
    chart.show_rows([row(0.4, 0.6)], Scale())
    narrow = longest_run(chart)
    chart.show_rows([row(0.1, 0.9)], Scale())
    assert longest_run(chart) == pytest.approx(4 * narrow, rel=0.25)


def test_what_could_not_be_measured_says_so_without_a_bar(chart):
    chart.show_rows([IntervalRow("PPV", None, "not defined")])
    assert longest_run(chart) == 0
    assert chart.accessibleDescription() == "PPV: not defined"


def test_without_rows_the_chart_is_gone(chart):
    chart.show_rows([])
    assert chart.isHidden()


@pytest.mark.parametrize(
    ("low", "mark", "begins"),
    [(0.93, None, 0.9), (0.93, 0.75, 0.6), (0.0, None, 0.0), (0.55, 0.9, 0.5)],
)
def test_an_axis_begins_where_everything_still_has_room(low, mark, begins):
    for make in (percent_scale, decimal_scale):
        scale = make([row(low, 0.99)], mark)
        assert scale.low == begins
        assert scale.high == 1.0


def test_the_axis_of_differences_has_nothing_in_its_middle():
    scale = around_zero([row(-0.01, 0.04)])
    assert (scale.low, scale.high, scale.mark) == (-0.05, 0.05, 0.0)
    assert [text for _value, text in scale.ticks] == ["−5", "0", "+5"]


def test_the_focus_ring_is_seen(qtbot, chart):
    chart.show_rows([row(0.4, 0.6)])
    focus = QColor(theme.current_tokens().focus)
    chart.setFocus()
    qtbot.waitUntil(chart.hasFocus)
    image = chart.grab().toImage()
    assert image.pixelColor(image.width() // 2, 1) == focus
