"""The window as a whole, offscreen, with its real engines: what each user's action leads to."""

import csv
import os
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QSettings, Qt

from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.diagnosis.training import BatchEnded, EpochEnded, TrainingSettings
from precmed_gui.diagnosis.work import NeverCancelled, ignore
from precmed_gui.jobs.engine_thread import EngineState
from precmed_gui.jobs.jobs import Lane
from precmed_gui.language import current_language, use_language
from precmed_gui.learning.predict import predict
from precmed_gui.learning.shelf import (
    ModelContents,
    load_card,
    load_weights,
    save_model,
    split_rows,
)
from precmed_gui.places import home_folder, shipped_models_folder, user_models_folder
from precmed_gui.window.engines import make_jobs
from precmed_gui.window.main_window import MainWindow
from precmed_gui.window.panel_layout import LAYOUT_VERSION
from precmed_gui.window.theme import apply_theme
from precmed_gui.window.thumbnail_grid import ThumbnailGrid

SLOW = 60_000


def write_images(folder: Path, classes=("dark", "light"), count=12, side=32) -> Path:
    random = np.random.default_rng(3)
    for place, label in enumerate(classes):
        (folder / label).mkdir(parents=True)
        for number in range(count):
            pixels = random.integers(0, 90, (side, side)) + 150 * place
            Image.fromarray(pixels.astype(np.uint8)).save(folder / label / f"{number}.png")
    return folder


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    return write_images(tmp_path_factory.mktemp("images") / "brightness")


@pytest.fixture(scope="module")
def open_window(qapp, tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setenv("PRECMED_HOME", str(tmp_path_factory.mktemp("module-home")))
    apply_theme(qapp, "light")
    window = MainWindow(make_jobs())
    window.show()
    window.begin()
    yield window
    window.shut_down()
    patch.undo()


@pytest.fixture
def window(open_window, qtbot):
    engine = open_window.status_line
    qtbot.waitUntil(lambda: engine.state is EngineState.READY, timeout=SLOW)
    open_window.reading_flow.clear()
    open_window.workspace.show_cohort(Cohort())
    open_window.workspace.undo_stack.clear()
    open_window.training.strip.hide()
    return open_window


def open_images(qtbot, window, *paths):
    with qtbot.waitSignal(window.cohort_flow.opened, timeout=SLOW):
        window.cases.paths_dropped.emit([str(path) for path in paths])


def train(qtbot, window, **settings):
    settings = {"recipe": "article-cnn", "epochs": 2, "batch_size": 8} | settings
    with qtbot.waitSignal(window.training_flow.ended, timeout=SLOW):
        window.training.train_wished.emit(TrainingSettings(**settings))


def until_event(qtbot, window, kind, epoch=1):
    """Wait for an event of a training that goes on."""

    def is_it(job, event):
        return isinstance(event, kind) and event.epoch >= epoch

    return qtbot.waitSignal(window.jobs.reported, timeout=SLOW, check_params_cb=is_it)


def test_drop_train_and_read(qtbot, window, images):
    open_images(qtbot, window, images)
    assert window.workspace.cohort.label_counts() == {"dark": 12, "light": 12}
    with qtbot.waitSignal(window.workspace.model_changed, timeout=SLOW):
        train(qtbot, window, epochs=8)
    assert window.training.curves.has_data
    assert window.workspace.card.labels == ("dark", "light")
    assert load_card(window.workspace.model).tested == window.workspace.card.tested > 0

    dropped = [str(images / "dark" / "1.png"), str(images / "light" / "2.png")]
    with qtbot.waitSignal(window.reading_flow.finished, timeout=SLOW):
        window.prediction.paths_dropped.emit(dropped)
    answers = window.prediction.readings.predictions()
    assert [Path(answer.case.path).parent.name for answer in answers] == ["dark", "light"]
    assert all(abs(sum(answer.probabilities) - 1) < 1e-5 for answer in answers)
    assert [answer.label for answer in answers] == ["dark", "light"]


def test_answers_can_be_walked_through_by_key_and_saved(qtbot, window, images, tmp_path):
    with qtbot.waitSignal(window.reading_flow.finished, timeout=SLOW):
        window.prediction.paths_dropped.emit([str(images / "dark")])
    assert window.prediction.current().case.name == "0.png"
    with qtbot.waitSignal(window.reading_flow.case_shown, timeout=SLOW):
        window.actions_.by_name["next"].trigger()
    assert window.prediction.current().case.name == "1.png"

    table = tmp_path / "answers.csv"
    assert window.reading_flow.save_table(table) is None
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 12
    assert float(rows[0]["dark"]) + float(rows[0]["light"]) == pytest.approx(1, abs=1e-5)


def test_a_table_that_cannot_be_written_is_a_sentence(qtbot, window, images, tmp_path):
    with qtbot.waitSignal(window.reading_flow.finished, timeout=SLOW):
        window.prediction.paths_dropped.emit([str(images / "dark" / "1.png")])
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    error = window.reading_flow.save_table(blocked / "answers.csv")
    assert error is not None
    assert error.hint


def test_edits_can_be_undone_and_done_again(qtbot, window, images):
    open_images(qtbot, window, images)
    window.cases.rename_wished.emit("dark", "normal")
    assert window.workspace.cohort.labels == ("normal", "light")
    window.cases.remove_wished.emit([window.workspace.cohort.cases[0].key])
    assert len(window.workspace.cohort.cases) == 23
    window.actions_.by_name["undo"].trigger()
    window.actions_.by_name["undo"].trigger()
    assert window.workspace.cohort.label_counts() == {"dark": 12, "light": 12}
    window.actions_.by_name["redo"].trigger()
    assert window.workspace.cohort.labels == ("normal", "light")
    window.cases.clear_wished.emit()
    assert not window.workspace.cohort.cases
    window.actions_.by_name["undo"].trigger()
    assert len(window.workspace.cohort.cases) == 24


def test_bad_files_are_listed_and_the_rest_goes_on(qtbot, window, images, tmp_path):
    good = write_images(tmp_path / "mixed", count=3)
    (good / "dark" / "letter.png").write_text("Dear colleague, attached you find no image.")
    (good / "light" / "empty.dcm").touch()
    open_images(qtbot, window, good)
    cohort = window.workspace.cohort
    assert cohort.label_counts() == {"dark": 3, "light": 3}
    assert {Path(file.path).name for file in cohort.unreadable} == {"letter.png", "empty.dcm"}
    assert all(file.reason for file in cohort.unreadable)


@pytest.mark.parametrize(
    ("classes", "count"),
    [(("only",), 12), (("one", "two"), 2)],
    ids=["one class", "two images a class"],
)
def test_a_cohort_that_cannot_be_trained_on_ends_in_a_sentence(
    qtbot, window, tmp_path, classes, count
):
    open_images(qtbot, window, write_images(tmp_path / "few", classes, count))
    train(qtbot, window)
    text = window.training.strip.text()
    assert text.count(".") >= 2
    assert not window.training.is_busy


def test_an_empty_folder_ends_in_a_sentence_and_keeps_the_cohort(qtbot, window, images, tmp_path):
    open_images(qtbot, window, images)
    with qtbot.waitSignal(window.cohort_flow.failed, timeout=SLOW) as blocker:
        window.cases.paths_dropped.emit([str(tmp_path)])
    assert all(blocker.args)
    assert len(window.workspace.cohort.cases) == 24


def test_stop_in_the_second_epoch_keeps_a_usable_model(qtbot, window, images):
    open_images(qtbot, window, images)
    before = window.workspace.model
    with until_event(qtbot, window, BatchEnded, epoch=2):
        window.training.train_wished.emit(
            TrainingSettings(recipe="article-cnn", epochs=1000, batch_size=1)
        )
    with qtbot.waitSignal(window.workspace.model_changed, timeout=SLOW):
        window.training.stop()
    assert window.workspace.model != before
    assert window.workspace.card.is_stopped
    with qtbot.waitSignal(window.reading_flow.finished, timeout=SLOW):
        window.prediction.paths_dropped.emit([str(images / "light" / "1.png")])
    assert len(window.prediction.readings.predictions()) == 1


def test_predictions_are_answered_while_a_training_runs(qtbot, window, images):
    open_images(qtbot, window, images)
    with until_event(qtbot, window, EpochEnded):
        window.training.train_wished.emit(
            TrainingSettings(recipe="article-cnn", epochs=1000, batch_size=1)
        )
    with qtbot.waitSignal(window.reading_flow.finished, timeout=SLOW):
        window.prediction.paths_dropped.emit([str(images / "light" / "1.png")])
    assert window.training_flow.is_running
    assert len(window.prediction.readings.predictions()) == 1
    with qtbot.waitSignal(window.training_flow.ended, timeout=SLOW):
        window.training.stop()


def test_a_killed_engine_is_told_its_epoch_can_be_kept_and_the_next_training_runs(
    qtbot, window, images
):
    open_images(qtbot, window, images)
    with until_event(qtbot, window, EpochEnded, epoch=2):
        window.training.train_wished.emit(
            TrainingSettings(recipe="article-cnn", epochs=1000, batch_size=1)
        )
    with qtbot.waitSignal(window.training_flow.ended, timeout=SLOW):
        os.kill(window.jobs.process_ids()[Lane.LEARNING], signal.SIGKILL)
    assert "engine was ended" in window.training.strip.text()
    assert window.isVisible()

    with qtbot.waitSignal(window.training_flow.finished, timeout=SLOW) as kept:
        window.training.strip.acted.emit()
    assert load_card(Path(kept.args[0].folder)).history.loss

    train(qtbot, window)
    assert not window.training.strip.text()


def test_what_a_killed_program_left_of_a_training_is_offered_and_can_be_kept(qtbot, window):
    checkpoint = user_models_folder() / "chest.checkpoints" / "epoch-0002"
    shipped = shipped_models_folder() / "demo-phantoms"
    bare = {"calibration": None, "sets": None, "gate": None, "evaluation": None}
    card = replace(load_card(shipped), is_checkpoint=True, **bare)
    save_model(checkpoint, ModelContents(card, load_weights(shipped), split_rows(shipped)))
    with qtbot.waitSignal(window.model_flow.interrupted, timeout=SLOW):
        window.model_flow.look()
    assert "interrupted after epoch 2" in window.training.strip.text()
    with qtbot.waitSignal(window.training_flow.finished, timeout=SLOW) as kept:
        window.training.strip.acted.emit()
    assert Path(kept.args[0].folder) == user_models_folder() / "chest"
    assert load_card(user_models_folder() / "chest").labels == ("clear", "effusion", "nodule")


def test_a_change_of_model_in_the_middle_reads_everything_again_with_the_new_one(
    qtbot, window, images
):
    open_images(qtbot, window, images)
    models = []
    for seed in (1, 2):
        with qtbot.waitSignal(window.workspace.model_changed, timeout=SLOW):
            train(qtbot, window, seed=seed)
        models.append(window.workspace.model)
    with qtbot.waitSignal(window.reading_flow.finished, timeout=SLOW):
        window.prediction.paths_dropped.emit([str(images)])
        window.prediction.paths_dropped.emit([str(images / "dark" / "1.png")])
        window.prediction.model_wished.emit(str(models[0]))
        qtbot.waitUntil(lambda: window.workspace.model == models[0], timeout=SLOW)
    answers = window.prediction.readings.predictions()
    assert len(answers) == 24
    shown = {answer.case.key: answer.probabilities for answer in answers}
    expected = predict(str(models[0]), window.workspace.cohort.cases, ignore, NeverCancelled())
    for answer in expected.predictions:
        assert shown[answer.case.key] == pytest.approx(answer.probabilities, abs=1e-5)


def test_images_too_small_for_a_training_stay_in_the_cohort(qtbot, window, images, tmp_path):
    mixed = write_images(tmp_path / "mixed", count=12)
    Image.new("L", (20, 20)).save(mixed / "dark" / "small.png")
    open_images(qtbot, window, mixed)
    train(qtbot, window)
    assert "small.png" in window.training.strip.text()
    assert len(window.workspace.cohort.cases) == 25


def test_a_damaged_model_is_refused_and_the_chosen_one_stays(qtbot, window, images, tmp_path):
    open_images(qtbot, window, images)
    with qtbot.waitSignal(window.workspace.model_changed, timeout=SLOW):
        train(qtbot, window)
    before = window.workspace.model
    damaged = tmp_path / "damaged"
    shutil.copytree(before, damaged)
    weights = bytearray((damaged / "weights.safetensors").read_bytes())
    weights[-1] ^= 1
    (damaged / "weights.safetensors").write_bytes(weights)
    with qtbot.waitSignal(window.model_flow.failed, timeout=SLOW) as blocker:
        window.prediction.model_wished.emit(str(damaged))
    assert "damaged" in blocker.args[0]
    assert window.workspace.model == before


def test_language_changes_while_the_window_is_open(qtbot, window):
    chinese, english = (
        next(a for a in window.actions_.languages.actions() if a.data() == code)
        for code in ("zh_CN", "en")
    )
    before = window.actions_.by_name["train"].text()
    try:
        chinese.trigger()
        assert current_language() == "zh_CN"
        assert window.actions_.by_name["train"].text() != before
        assert "研究" in window.status_line.promise()
    finally:
        english.trigger()
        use_language("en")
    assert window.actions_.by_name["train"].text() == before


def test_all_three_panels_fit_at_1280_by_800(qtbot, window):
    window.resize(1280, 800)
    qtbot.waitUntil(lambda: window.width() == 1280, timeout=SLOW)
    window.show_panel(1)
    for dock in window.docks[:3]:
        assert dock.isVisible()
        panel = dock.widget()
        assert panel.width() >= panel.minimumSizeHint().width()
        assert panel.height() >= panel.minimumSizeHint().height()
    assert sum(dock.width() for dock in window.docks[:3]) <= 1280


def test_the_layout_is_remembered(qtbot, window):
    settings = QSettings(str(home_folder() / "window.ini"), QSettings.Format.IniFormat)
    settings.setValue("layout", window.saveState(LAYOUT_VERSION))
    cases, training, _prediction, evaluation, check, worklist = window.docks
    window.tabifyDockWidget(training, cases)
    assert cases in window.tabifiedDockWidgets(training)
    window.restoreState(settings.value("layout"), LAYOUT_VERSION)
    assert window.tabifiedDockWidgets(training) == [evaluation, check, worklist]


def test_every_wish_has_a_method_and_every_control_a_name(window):
    from PySide6.QtWidgets import QAbstractButton, QComboBox, QTableView

    nameless = [
        widget
        for kind in (QAbstractButton, QComboBox, QTableView)
        for widget in window.findChildren(kind)
        if widget.isVisible()
        and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and not (widget.accessibleName() or getattr(widget, "text", str)())
    ]
    assert nameless == []


def test_a_training_wished_from_another_panel_is_seen(qtbot, window, images):
    open_images(qtbot, window, images)
    window.show_panel(4)
    qtbot.waitUntil(window.training.visibleRegion().isEmpty, timeout=SLOW)
    wished = []
    window.training.choice.train.setEnabled(False)
    window.training.train_wished.connect(wished.append)
    window.actions_.by_name["train"].trigger()
    qtbot.waitUntil(lambda: not window.training.visibleRegion().isEmpty(), timeout=SLOW)
    window.training.train_wished.disconnect(wished.append)
    assert wished == []


def test_the_key_of_the_cases_leads_to_the_images_where_digits_label(qtbot, window, images):
    open_images(qtbot, window, images)
    window.show_panel(1)
    window.actions_.by_name["show_cases"].trigger()
    assert window.focusWidget() is window.cases.findChild(ThumbnailGrid)


def test_what_was_said_at_the_start_is_said_again_beside_the_images(qtbot, window, images):
    window.cohort_flow._notice = ("Changes cannot be kept.", "Save the cohort.")
    with qtbot.waitSignal(window.cohort_flow.failed, timeout=SLOW) as told:
        open_images(qtbot, window, images)
    assert told.args == ["Changes cannot be kept.", "Save the cohort."]
