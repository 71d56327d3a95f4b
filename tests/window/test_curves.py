"""The training curves: late loading, read-out by keyboard, zoom and reset, exports."""

import csv
import os
import subprocess
import sys

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QGraphicsView, QWidget

from precmed_gui.diagnosis.errors import FailedStorage
from precmed_gui.diagnosis.model_card import History
from precmed_gui.language import speaking
from precmed_gui.window import theme
from precmed_gui.window.curve_data import CurveData
from precmed_gui.window.curves import TrainingCurves

HISTORY = History(
    loss=(0.6, 0.4, 0.31, 0.25),
    accuracy=(0.7, 0.8, 0.86, 0.9),
    val_loss=(0.65, 0.5, 0.42, 0.47),
    val_accuracy=(0.68, 0.77, 0.83, 0.82),
    best_epoch=3,
)


@pytest.fixture
def curves(qtbot, qapp) -> TrainingCurves:
    theme.apply_theme(qapp, "light")
    curves = TrainingCurves()
    qtbot.addWidget(curves)
    curves.resize(700, 320)
    curves.show()
    return curves


@pytest.fixture
def shown(curves: TrainingCurves) -> TrainingCurves:
    curves.prepare()
    curves.show_history(HISTORY)
    return curves


def plots(curves: TrainingCurves) -> list:
    from precmed_gui.window.curve_plot import CurvePlot

    return curves.findChildren(CurvePlot)


def test_the_plotting_library_is_not_loaded_before_it_is_needed() -> None:
    program = (
        "import sys\n"
        "from PySide6.QtWidgets import QApplication\n"
        "from precmed_gui.window.curves import TrainingCurves\n"
        "app = QApplication([])\n"
        "curves = TrainingCurves()\n"
        "curves.show()\n"
        "curves.start(5)\n"
        "assert not curves.is_prepared\n"
        "assert 'pyqtgraph' not in sys.modules\n"
    )
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    subprocess.run([sys.executable, "-c", program], check=True, env=environment, timeout=60)


def test_before_the_first_epoch_a_sentence_says_what_will_be_here(curves: TrainingCurves) -> None:
    assert not curves.has_data
    assert curves.accessibleDescription() == "The curves appear here as the network learns."


def test_what_came_before_the_library_was_loaded_is_drawn_after(curves: TrainingCurves) -> None:
    curves.show_history(HISTORY)
    assert not curves.is_prepared
    curves.prepare()
    assert all(plot.isVisible() for plot in plots(curves))


def test_the_axis_goes_from_zero_to_the_last_epoch(curves: TrainingCurves) -> None:
    curves.prepare()
    curves.start(20)
    for plot in plots(curves):
        first, last = plot.visible_range()[0]
        assert first == 0
        assert 20 <= last < 21


def test_running_values_widen_the_view_when_they_leave_it(curves: TrainingCurves, qtbot) -> None:
    curves.prepare()
    curves.start(5)
    curves.add_batch(1, 1, 10, 7.5, 0.4)
    loss = plots(curves)[0]
    qtbot.waitUntil(lambda: loss.visible_range()[1][1] > 7.5)


def test_many_batches_keep_few_points() -> None:
    data = CurveData(epochs=1)
    for batch in range(1, 10_001):
        data.add_batch(1, batch, 10_000, (0.5, 0.5))
    assert len(data.running) <= 62
    assert data.running[-1][0] == 1.0


def test_arrow_keys_move_the_read_out(shown: TrainingCurves, qtbot) -> None:
    for epoch in (1, 2, 3):
        with qtbot.waitSignal(shown.read_out) as moved:
            qtbot.keyClick(shown, Qt.Key.Key_Right)
        assert moved.args == [epoch]
    said = shown.accessibleDescription()
    assert "epoch 3 · training 0.31 · validation 0.42" in said
    assert "training 86.0 % · validation 83.0 %" in said
    qtbot.keyClick(shown, Qt.Key.Key_Left)
    assert shown.cursor_epoch == 2
    qtbot.keyClick(shown, Qt.Key.Key_End)
    qtbot.keyClick(shown, Qt.Key.Key_Right)
    assert shown.cursor_epoch == 4
    qtbot.keyClick(shown, Qt.Key.Key_Escape)
    assert shown.cursor_epoch == 0


def test_epochs_arrive_one_by_one(curves: TrainingCurves, qtbot) -> None:
    curves.start(3)
    curves.add_epoch(1, 0.6, 0.7, 0.65, 0.68, is_best=True)
    curves.add_epoch(2, 0.4, 0.8, float("nan"), float("nan"), is_best=False)
    qtbot.waitUntil(
        lambda: "epoch 2 · training 0.4 · validation –" in (curves.accessibleDescription())
    )
    assert curves.has_data


def test_a_zoom_stays_while_training_goes_on_and_a_double_click_ends_it(
    shown: TrainingCurves, qtbot
) -> None:
    loss = plots(shown)[0]
    viewport = loss.findChild(QGraphicsView).viewport()
    whole = loss.visible_range()[0]
    middle = viewport.rect().center()
    wheel_at(viewport)
    zoomed = loss.visible_range()[0]
    assert zoomed != whole
    shown.add_epoch(5, 0.2, 0.9, 0.5, 0.8, is_best=False)
    qtbot.waitUntil(lambda: "epoch 5" in shown.accessibleDescription())
    assert loss.visible_range()[0] == zoomed
    qtbot.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.waitUntil(lambda: loss.visible_range()[0][0] == 0 and loss.visible_range()[0][1] > 5)


def wheel_at(viewport: QWidget) -> None:
    at = QPointF(viewport.rect().center())
    event = QWheelEvent(
        at, QPointF(viewport.mapToGlobal(at.toPoint())), QPoint(), QPoint(0, 240),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(viewport, event)


def test_a_narrow_panel_stacks_the_plots(shown: TrainingCurves) -> None:
    loss, accuracy = plots(shown)
    assert loss.y() == accuracy.y()
    shown.resize(360, 500)
    shown.layout().activate()
    assert loss.x() == accuracy.x()
    assert loss.geometry().bottom() < accuracy.y()


def test_where_two_plots_have_no_room_the_loss_is_shown_alone(shown: TrainingCurves) -> None:
    shown.resize(420, 400)
    assert [plot.isVisible() for plot in shown._plots] == [True, True]
    shown.resize(420, 200)
    assert [plot.isVisible() for plot in shown._plots] == [True, False]
    shown.resize(900, 200)
    assert [plot.isVisible() for plot in shown._plots] == [True, True]


def test_the_table_has_one_line_an_epoch(shown: TrainingCurves, tmp_path) -> None:
    path = tmp_path / "曲线.csv"
    shown.export_csv(path)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2", "3", "4"]
    assert [row["is_best"] for row in rows] == ["0", "0", "1", "0"]
    assert rows[2]["val_loss"] == "0.42"


def test_the_picture_is_twice_as_fine_as_the_screen(shown: TrainingCurves, tmp_path) -> None:
    path = tmp_path / "curves.png"
    shown.export_png(path)
    image = QImage(str(path))
    assert (image.width(), image.height()) == (1400, 640)
    assert image.pixelColor(2, 2).name() == theme.LIGHT.surface.lower()


def test_a_folder_that_is_gone_is_an_error_with_a_hint(shown: TrainingCurves, tmp_path) -> None:
    with pytest.raises(FailedStorage) as failed:
        shown.export_csv(tmp_path / "gone" / "curves.csv")
    assert failed.value.hint


def test_a_failed_write_leaves_the_earlier_file(shown: TrainingCurves, tmp_path) -> None:
    (tmp_path / "curves.csv").mkdir()
    with pytest.raises(FailedStorage):
        shown.export_csv(tmp_path / "curves.csv")
    assert (tmp_path / "curves.csv").is_dir()


def test_clearing_brings_the_sentence_back(shown: TrainingCurves) -> None:
    shown.clear()
    assert not shown.has_data
    assert not any(plot.isVisible() for plot in plots(shown))


def test_the_curves_follow_the_theme(shown: TrainingCurves, qapp) -> None:
    theme.apply_theme(qapp, "dark")
    image = shown.grab().toImage()
    found = {image.pixelColor(x, y).name() for x in range(0, 700, 1) for y in range(60, 300, 3)}
    assert theme.DARK.curve.lower() in found
    theme.apply_theme(qapp, "light")


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_title_of_the_epochs_is_not_cut_off(shown: TrainingCurves, language: str) -> None:
    with speaking(language):
        shown.retranslate()
        QApplication.processEvents()
        for plot in plots(shown):
            label = plot._item.getAxis("bottom").label
            ink = label.mapRectToScene(label.boundingRect())
            assert ink.bottom() <= plot._widget.sceneRect().bottom()
    shown.retranslate()
