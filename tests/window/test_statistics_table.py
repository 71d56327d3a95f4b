"""The readers' statistics as a table and in a window of their own."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from precmed_gui.evaluation.figure_texts import decimal
from precmed_gui.evaluation.reader_statistics import reader_statistics
from precmed_gui.evaluation.readings import Reading
from precmed_gui.window.reader_statistics_view import NOTHING_READ, ReaderStatisticsView
from precmed_gui.window.statistics_table import NO_FIGURE, statistics_rows

LONG = "Idiopathic pulmonary fibrosis (usual interstitial pneumonia, probable)"
LABELS = ("normal", LONG)


def made(count: int, **changed: object) -> list[Reading]:
    random = np.random.default_rng(3)
    found = []
    for n in range(count):
        truth = LABELS[n % 2]
        blind, model, final = (
            truth if random.random() < share else LABELS[1 - n % 2] for share in (0.7, 0.8, 0.9)
        )
        one = Reading(f"c{n}", f"p{n}", LABELS, model, 0.9, "Dr A", blind, final, truth, 20.0 + n,
                      30.0 + n, "other", "other")  # fmt: skip
        found.append(replace(one, **changed))
    return found


def cells(readings: list[Reading]) -> dict[str, tuple[str, str, str]]:
    return {row.name: row.cells for row in statistics_rows(reader_statistics(readings))}


def test_each_arm_has_its_kappa_with_the_truth_and_its_interval() -> None:
    rows = cells(made(40))
    assert list(rows)[:3] == ["Cases compared", "Accuracy", "Kappa with the truth"]
    for text in rows["Kappa with the truth"]:
        value, low, high = map(float, text.replace("to", "").replace("(", "").rstrip(")").split())
        assert low < value < high
    before, model, after = rows["Kappa with the model"]
    assert model == NO_FIGURE
    assert before.endswith(")")
    assert after.endswith(")")


def test_a_kappa_that_is_not_defined_says_so() -> None:
    one_class = [replace(one, truth="normal") for one in made(10)]
    assert cells(one_class)["Kappa with the truth"] == ("not defined",) * 3


def test_times_say_of_how_many_and_where_the_middle_half_lies() -> None:
    [*_rows, last] = statistics_rows(reader_statistics([*made(9), *made(5, final_seconds=0.0)]))
    assert last.cells == ("24.0", NO_FIGURE, "34.0")
    assert last.cell_tips[0] == "Of 9 readings: 24 s (middle half 22 to 26 s)."
    assert last.cell_tips[2] == "Of 9 readings: 34 s (middle half 32 to 36 s)."


def test_open_readings_have_their_time_under_reader_with_model() -> None:
    opened = made(3, blind="", blind_kind="", final_seconds=8.0)
    assert cells(opened)["Seconds a case (median)"] == (NO_FIGURE, NO_FIGURE, "8.0")


def test_lines_without_any_figure_are_left_out() -> None:
    assert list(cells(made(8, truth=""))) == ["Kappa with the model", "Seconds a case (median)"]
    assert cells([]) == {}


@pytest.fixture
def shown(qtbot):
    def show(*found):
        view = ReaderStatisticsView(found)
        qtbot.addWidget(view)
        view.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
        with qtbot.waitExposed(view):
            view.show()
        return view

    return show


def test_long_names_wrap_and_no_figure_is_cut(shown, qtbot):
    view = shown(("", reader_statistics(made(40))))
    table = view.table
    lines = {table.item(place, 0).text(): place for place in range(table.rowCount())}
    wrapped, plain = lines[f"Sensitivity, {LONG}"], lines["Sensitivity, normal"]
    qtbot.waitUntil(lambda: table.rowHeight(wrapped) > table.rowHeight(plain))
    for place in range(table.rowCount()):
        for column in range(1, 4):
            wanted = table.fontMetrics().horizontalAdvance(table.item(place, column).text())
            assert table.columnWidth(column) > wanted
        assert table.item(place, 0).toolTip()
    assert table.horizontalScrollBar().maximum() == 0


def test_the_table_is_no_higher_than_its_lines(shown, qtbot):
    view = shown(("", reader_statistics(made(8, truth=""))))
    table = view.table
    qtbot.waitUntil(lambda: table.height() < 5 * table.rowHeight(0))
    assert table.verticalScrollBar().maximum() == 0


def test_without_readings_the_window_says_what_to_do(shown):
    view = shown(("", reader_statistics([])))
    assert view.words.text() == NOTHING_READ
    assert not view.table.isVisible()
    assert not view.limits.isVisible()
    assert view.export.isEnabled()


def test_a_reader_is_chosen_and_the_sentences_do_not_repeat_the_table(shown):
    first, second = made(20), made(12, reader="Dr B")
    everybody = reader_statistics([*first, *second])
    view = shown(("", everybody), ("Dr A", reader_statistics(first)))
    assert view.readers.isVisible()
    assert view.table.item(0, 1).text() == "32"
    assert "sensitivity" not in view.words.text()
    view.readers.setCurrentIndex(1)
    assert view.table.item(0, 1).text() == "20"
    assert view.words.text().startswith("20 readings.")


@pytest.mark.parametrize(
    ("value", "text"),
    [(-0.2, "−0.200"), (-0.0002, "> −0.001"), (0.0002, "< 0.001"), (-1, "−1.000")],
)
def test_a_kappa_below_chance_has_a_minus_sign_and_is_never_rounded_to_nothing(value, text):
    assert decimal(value) == text
