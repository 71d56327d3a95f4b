"""The evaluation panel: every page says what was measured, by key as well as by mouse."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractScrollArea, QLabel, QWidget
from simulated_report import simulated_report

from precmed_gui.diagnosis.evaluation import Comparison, Figure
from precmed_gui.diagnosis.pictures import Thumbnail, ThumbnailsRead
from precmed_gui.evaluation.comparison import compare
from precmed_gui.evaluation.operating_points import precision_recall_points, roc_points
from precmed_gui.evaluation.wording import meaning_of, share
from precmed_gui.language import use_language
from precmed_gui.window.evaluation_panel import EvaluationPanel
from precmed_gui.window.mistakes_view import case_of, cases_of_cell
from precmed_gui.window.roc_view import at_prevalence
from precmed_gui.window.theme import apply_theme

EIGHT = ("basophil", "eosinophil", "erythroblast", "immature granulocyte")
EIGHT += ("lymphocyte", "monocyte", "neutrophil", "platelet")


@pytest.fixture(scope="module")
def report():
    return simulated_report(("Normal", "Pneumonia"), shares=(0.3, 0.7))


@pytest.fixture
def panel(qtbot, qapp):
    apply_theme(qapp, "light")
    panel = EvaluationPanel()
    qtbot.addWidget(panel)
    panel.resize(510, 720)
    panel.show()
    return panel


@pytest.fixture
def shown(panel, report):
    panel.show_report(report)
    return panel


def visible_texts(widget):
    return " ".join(
        label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget)
    )


def test_without_a_model_it_teaches(panel):
    panel.show_report(None)
    assert "images nobody trained on" in visible_texts(panel)
    assert not panel.tabs.isVisible()


def test_an_untested_model_says_so(panel, report):
    panel.show_report(replace(report, card=replace(report.card, evaluation=None), cases=None))
    assert "was never tested" in visible_texts(panel)
    assert not panel.tabs.isVisible()


def test_the_summary_has_every_figure_with_its_interval(shown, report):
    measures = report.card.evaluation.measures
    rows = shown.summary.overall.rows
    assert measures.accuracy in [row.figure for row in rows]
    assert all("(" in row.text for row in rows if row.figure)
    assert str(measures.n) in visible_texts(shown.summary)


def test_each_class_is_named_with_the_chosen_measure(shown, report):
    shown.summary.measure.setCurrentIndex(3)
    rows = shown.summary.by_class.rows
    assert [row.figure for row in rows] == [
        found.npv for found in report.card.evaluation.measures.classes
    ]
    assert rows[1].label.startswith("Pneumonia (n = ")


def test_a_small_test_part_is_warned_of_in_words(panel):
    panel.show_report(simulated_report(("a", "b"), 24))
    assert "too few to say" in panel.summary.warnings.text()
    assert panel.summary.warnings.isVisible()


def test_a_large_test_part_is_not_warned_of(shown):
    assert "too few" not in shown.summary.warnings.text()


def test_arrow_keys_walk_through_the_matrix_and_enter_opens_a_cell(qtbot, shown):
    shown.tabs.setCurrentIndex(1)
    matrix = shown.mistakes.matrix
    matrix.set_current(0, 0)
    qtbot.keyClick(matrix, Qt.Key.Key_Right)
    qtbot.keyClick(matrix, Qt.Key.Key_Down)
    qtbot.keyClick(matrix, Qt.Key.Key_Down)
    assert matrix.current == (1, 1)
    with qtbot.waitSignal(matrix.cell_activated) as caught:
        qtbot.keyClick(matrix, Qt.Key.Key_Return)
    assert caught.args == [1, 1]
    assert "“Pneumonia” were called “Pneumonia”" in matrix.accessibleDescription()


def test_a_click_opens_the_cell_under_it(qtbot, shown):
    shown.tabs.setCurrentIndex(1)
    matrix = shown.mistakes.matrix
    with qtbot.waitSignal(matrix.cell_activated) as caught:
        place = matrix.cell_area(0, 1).center()
        qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=place)
    assert caught.args == [0, 1]


def test_a_cell_lists_its_images_the_surest_first(shown, report):
    shown.mistakes.matrix.set_current(1, 0)
    listed = shown.mistakes.list.rows.cases
    assert len(listed) == report.card.evaluation.measures.confusion[1][0]
    rows = [report.paths.index(found.case.path) for found in listed]
    assert all(report.cases.truth[row] == 1 for row in rows)
    sure = report.probabilities[rows, 0]
    assert np.all(np.diff(sure) <= 0)
    assert np.all(sure >= 0.5)


def test_enter_on_an_image_wishes_it_large(qtbot, shown):
    shown.tabs.setCurrentIndex(1)
    shown.mistakes.matrix.set_current(0, 1)
    listed = shown.mistakes.list.rows.cases
    wished = []
    shown.case_wished.connect(wished.append)
    shown.case_activated.connect(wished.append)
    qtbot.keyClick(shown.mistakes.list, Qt.Key.Key_Return)
    assert wished == [listed[0].case.path, listed[0].case]


def test_thumbnails_are_asked_for_where_the_list_is_looked_at(qtbot, shown):
    listing = shown.mistakes.list
    with qtbot.waitSignal(listing.thumbnails_wished) as first:
        shown.tabs.setCurrentIndex(1)
        shown.mistakes.matrix.set_current(1, 1)
    cases = [found.case for found in listing.rows.cases]
    assert first.args[0] == cases[: len(first.args[0])]
    grey = np.zeros((4, 4), np.uint8)
    answers = [Thumbnail(case.key, grey) for case in first.args[0]]
    shown.show_thumbnails(ThumbnailsRead((Thumbnail(cases[0].key, None, "gone"), *answers[1:])))
    assert listing.rows.index(0).data().endswith("gone")
    with qtbot.waitSignal(listing.thumbnails_wished) as later:
        listing.scrollToBottom()
    assert later.args[0][-1] == cases[-1]
    assert not set(first.args[0]) & set(later.args[0])


def test_the_images_of_all_cells_are_all_images(report):
    places = [(truth, answer) for truth in (0, 1) for answer in (0, 1)]
    assert sum(len(cases_of_cell(report, *cell)) for cell in places) == len(report.paths)


@pytest.mark.parametrize(
    ("path", "key", "item"),
    [
        ("/data/a.png", "images/a.png", ""),
        ("/data/set.npz", "set.npz#test_images/7", "test_images/7"),
        ("/data/odd#name.png", "odd#name.png", ""),
    ],
)
def test_an_image_of_a_file_with_several_keeps_its_item(path, key, item):
    assert (case_of(path, key).path, case_of(path, key).item) == (path, item)


def test_the_operating_point_moves_by_arrow_key(qtbot, shown):
    shown.tabs.setCurrentIndex(2)
    view = shown.threshold
    before = view.point()
    for _step in range(5):
        qtbot.keyClick(view.roc, Qt.Key.Key_Right)
    after = view.point()
    assert after.threshold < before.threshold
    assert after.sensitivity.value >= before.sensitivity.value
    assert after.specificity.value <= before.specificity.value
    assert view.figures.rows[1].figure == after.sensitivity
    qtbot.keyClick(view.roc, Qt.Key.Key_End)
    assert view.point().sensitivity.value == 1.0


def test_the_operating_point_is_dragged(qtbot, shown):
    shown.tabs.setCurrentIndex(2)
    plot = shown.threshold.roc
    qtbot.mousePress(plot, Qt.MouseButton.LeftButton, pos=plot.place(1.0, 1.0).toPoint())
    assert shown.threshold.point().sensitivity.value == 1.0
    qtbot.mouseMove(plot, plot.place(0.0, 0.0).toPoint() + QPoint(1, -1))
    qtbot.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=plot.place(0.0, 0.0).toPoint())


def test_the_second_curve_is_that_of_the_test_images_at_their_own_prevalence(report):
    is_ill, scores = report.cases.truth == 1, report.probabilities[:, 1]
    curve = at_prevalence(roc_points(is_ill, scores), float(is_ill.mean()))
    np.testing.assert_allclose(curve, precision_recall_points(is_ill, scores), atol=1e-12)


def test_the_second_curve_and_the_sentence_tell_the_same_where_it_is_rarer(shown):
    view = shown.threshold
    view.prevalence.setValue(5)
    plot = view.precision
    found, right = plot._points[plot.current(), :2]
    assert found == pytest.approx(view.point().sensitivity.value)
    assert right == pytest.approx(view.point().ppv.value)
    assert plot._chance == ((0, 0.05), (1, 0.05))


def test_missing_at_most_one_in_twenty_is_found(qtbot, shown):
    shown.tabs.setCurrentIndex(2)
    view = shown.threshold
    view.miss.setValue(20)
    qtbot.mouseClick(view.set_miss, Qt.MouseButton.LeftButton)
    assert view.point().sensitivity.value >= 0.95


def test_ppv_follows_the_prevalence_and_sensitivity_does_not(shown):
    view = shown.threshold
    view.prevalence.setValue(50)
    common = view.point()
    view.prevalence.setValue(1)
    rare = view.point()
    assert rare.ppv.value < common.ppv.value
    assert rare.sensitivity == common.sensitivity
    assert "Where 1 % of cases have it" in visible_texts(view)


def test_the_finding_is_looked_for_and_not_the_normal_class(shown):
    assert shown.threshold.label.currentText() == "Pneumonia"


def test_the_reliability_diagram_reads_out_point_by_point(qtbot, shown, report):
    shown.tabs.setCurrentIndex(3)
    plot = shown.sureness.plot
    for _step in range(20):
        qtbot.keyClick(plot, Qt.Key.Key_Left)
    first = report.card.evaluation.reliability[0].confidence
    assert plot.readout().startswith(f"{share(first)} sure: ")
    assert plot.readout().endswith(meaning_of(first, report.card.evaluation))
    assert plot.accessibleDescription() == plot.readout()
    assert plot.readout() in visible_texts(shown.sureness)


def test_the_sets_are_told_by_class_with_what_they_promise(shown, report):
    figures = [row.figure for row in shown.sureness.sets.rows if row.figure]
    evaluation = report.card.evaluation
    assert figures == [evaluation.coverage, *evaluation.coverage_by_class]
    assert "90 %" in visible_texts(shown.sureness)


def test_groups_are_compared_by_right_answers_or_auc(shown, report):
    groups = report.card.evaluation.subgroups
    assert [row.figure for row in shown.groups.chart.rows if row.figure] == [
        group.accuracy for group in groups
    ]
    shown.groups.measure.setCurrentIndex(1)
    assert [row.figure for row in shown.groups.chart.rows if row.figure] == [
        group.auc for group in groups
    ]


def test_unknown_groups_are_said_to_be_unknown(panel, report):
    evaluation = replace(report.card.evaluation, subgroups=(), learning_curve=None)
    panel.show_report(replace(report, card=replace(report.card, evaluation=evaluation)))
    assert "are not known" in visible_texts(panel.groups)
    assert "too few images" in visible_texts(panel.planner)
    assert not panel.planner.plot.isVisibleTo(panel.planner)


def test_the_planner_says_what_more_images_bring(shown, report):
    gains = [row.figure for row in shown.planner.gains.rows if row.figure]
    assert gains == [gain.gain for gain in report.card.evaluation.learning_curve.gains]
    assert "+3 points" in visible_texts(shown.planner)


def test_only_other_models_are_offered_for_comparison(qtbot, shown):
    shown.show_models([("/models/one", "one"), ("/models/two", "two")], "/models/one")
    view = shown.comparison
    assert [view.other.itemText(place) for place in range(view.other.count())] == ["two"]
    shown.tabs.setCurrentIndex(5)
    with qtbot.waitSignal(shown.compare_wished) as caught:
        qtbot.mouseClick(view.button, Qt.MouseButton.LeftButton)
    assert caught.args == ["/models/two"]


def test_a_comparison_shows_differences_with_intervals(shown, report):
    other = np.full_like(report.probabilities, 0.5)
    comparison = compare(report.cases.truth, report.probabilities, other, report.cases.patients)
    shown.show_comparison(comparison, "one", "two")
    assert comparison.accuracy_difference in [row.figure for row in shown.comparison.charts[1].rows]
    assert "“one” is better" in visible_texts(shown.comparison)


def test_another_model_forgets_the_comparison(shown, report):
    figure = Figure(0.8, 0.7, 0.9)
    same = Comparison(9, 9, (figure, figure), Figure(0.0, -0.1, 0.1), None, None, 0, 0)
    shown.show_comparison(same, "one", "two")
    shown.show_report(replace(report, folder="/models/three"))
    assert "“one”" not in visible_texts(shown.comparison)


def test_models_that_cannot_be_compared_say_why(shown):
    shown.show_comparing()
    shown.show_no_comparison("They were not tested on the same images.")
    assert "not tested on the same images" in visible_texts(shown.comparison)
    assert shown.comparison.button.isEnabled()


def test_a_report_without_its_images_still_shows_its_figures(panel, report):
    bare = replace(report, cases=None, probabilities=np.empty((0, 2)), paths=())
    panel.show_report(bare)
    assert "not kept" in visible_texts(panel.mistakes)
    assert panel.threshold.point() is None
    assert panel.summary.overall.rows


@pytest.mark.parametrize("place", range(6))
def test_everything_that_takes_the_keyboard_has_a_name(shown, place):
    shown.show_models([("/models/one", "one"), ("/models/two", "two")], "/models/one")
    shown.tabs.setCurrentIndex(place)
    takers = [
        widget
        for widget in shown.findChildren(QWidget)
        if widget.isVisibleTo(shown)
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not widget.objectName().startswith("qt_")
    ]
    names = [widget.accessibleName() or getattr(widget, "text", str)() for widget in takers]
    assert len(takers) > 2
    assert all(names), names


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("labels", [("Normal", "Pneumonia"), EIGHT], ids=["two", "eight"])
def test_nothing_is_wider_than_a_column_of_510_pixels(panel, labels, language):
    use_language(language)
    try:
        panel.retranslate()
        panel.show_models([("/a", "A model with a rather long name · 22/11/2026 10:15")], "")
        panel.show_report(simulated_report(labels, 320))
        for place in range(panel.tabs.count()):
            panel.tabs.setCurrentIndex(place)
            area = panel.tabs.widget(place)
            assert isinstance(area, QAbstractScrollArea)
            page = area.widget()
            assert page.minimumSizeHint().width() <= 510 - 14, place
    finally:
        use_language("en")


def test_the_diagram_reads_out_what_is_under_the_mouse(qtbot, shown):
    shown.tabs.setCurrentIndex(3)
    plot = shown.sureness.plot
    first = shown.report.card.evaluation.reliability[0]
    qtbot.mouseMove(plot, plot.place(first.confidence, first.share.value).toPoint())
    assert plot.readout().startswith(share(first.confidence))
    assert plot.readout() in visible_texts(shown.sureness)
