"""What a user sets before a training, is told while it runs, and reads at its end."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QSpinBox
from tested_card import CARD

from precmed_gui.diagnosis.cases import Case, Cohort
from precmed_gui.diagnosis.training import BatchEnded, EpochEnded, Recipe, TrainingStarted
from precmed_gui.window.settings_form import EPOCHS, FOLDS, LEARNING_RATE
from precmed_gui.window.training_panel import TrainingPanel

AUTO = Recipe("auto", "Automatic", "Searches.", 20, 32, 0.001, (28, 160), is_search=True)
SMALL = Recipe("small-cnn", "Small network", "Is small.", 20, 32, 0.001, (28, 160))
LARGE = Recipe("transfer", "Large network", "Is large.", 9, 8, 0.01, (224, 224), is_pretrained=True)
RECIPES = {recipe.name: recipe for recipe in (AUTO, SMALL, LARGE)}
COHORT = Cohort(cases=(Case("a", label="x"), Case("b", label="y")), label_order=("x", "y"))


@pytest.fixture
def panel(qtbot):
    panel = TrainingPanel()
    qtbot.addWidget(panel)
    panel.resize(510, 700)
    panel.show()
    panel.show_recipes(RECIPES)
    panel.show_cohort(COHORT)
    return panel


def recipe_box(panel):
    return next(box for box in panel.findChildren(QComboBox) if box.findData("auto") >= 0)


def budget_box(panel):
    return next(box for box in panel.findChildren(QComboBox) if box.findData(20) >= 0)


def choose(panel, name):
    recipe_box(panel).setCurrentIndex(recipe_box(panel).findData(name))


def started(attempt=1, attempts=1, recipe="small-cnn"):
    return TrainingStarted(recipe, "CPU", 5, 10, 70, 15, 15, 28, 1, 1000, attempt, attempts)


def test_the_search_is_the_usual_choice_and_takes_the_chosen_minutes(panel, qtbot):
    assert panel.settings().recipe == "auto"
    assert panel.settings().budget == 5
    budget_box(panel).setCurrentIndex(2)
    with qtbot.waitSignal(panel.train_wished) as wished:
        panel.wish_training()
    assert wished.args[0].budget == 20


def test_minutes_are_asked_for_a_search_only(panel):
    assert budget_box(panel).isVisible()
    choose(panel, "small-cnn")
    assert not budget_box(panel).isVisible()


def test_what_a_search_decides_cannot_be_set(panel):
    fields = panel.choice._form._fields
    assert not fields[EPOCHS].isEnabled()
    assert isinstance(fields[EPOCHS], QSpinBox)
    assert fields[EPOCHS].text() == "automatic"
    choose(panel, "small-cnn")
    assert fields[EPOCHS].text() == "automatic (20)"
    fields[EPOCHS].setValue(7)
    fields[LEARNING_RATE].setText("9")
    assert panel.choice.problem()
    choose(panel, "auto")
    assert panel.settings().epochs is None
    assert panel.choice.problem() == ""


def test_folds_and_mirroring_reach_the_settings(panel):
    assert (panel.settings().folds, panel.settings().has_flips) == (0, False)
    folds = panel.choice._form._fields[FOLDS]
    folds.setCurrentIndex(folds.findData(5))
    panel.findChild(QCheckBox).setChecked(True)
    assert (panel.settings().folds, panel.settings().has_flips) == (5, True)


def test_a_recipe_this_computer_cannot_run_is_listed_with_its_reason(panel):
    reason = "The weights are missing."
    panel.show_recipes(RECIPES, lambda name: reason if name == "transfer" else "")
    box = recipe_box(panel)
    place = box.findData("transfer")
    assert not box.model().flags(box.model().index(place, 0)) & Qt.ItemFlag.ItemIsEnabled
    assert box.itemData(place, Qt.ItemDataRole.ToolTipRole) == reason
    assert "not available" in box.itemText(place)
    assert box.currentData() == "auto"


def test_a_first_choice_that_cannot_run_is_passed_over(panel):
    panel.show_recipes(RECIPES, lambda name: "No." if name == "auto" else "")
    assert recipe_box(panel).currentData() == "small-cnn"


def test_each_network_of_a_search_is_named_and_gets_curves_of_its_own(panel):
    panel.show_waiting()
    panel.show_started(started(1, 3, "transfer"))
    panel.show_epoch(EpochEnded(1, 5, 0.5, 0.7, 0.6, 0.6, True, 1.0))
    panel.show_parted(1)
    assert panel.curves.has_data
    panel.show_started(started(2, 3))
    assert not panel.curves.has_data
    assert panel._status.text() == "Network 2 of 3: Small network"
    assert panel.news.parted.isHidden()
    panel.show_batch(BatchEnded(4, 5, 1, 10, 0.4, 0.8, 72))
    assert panel._status.text() == "Network 2 of 3: Small network · Epoch 4 of 5 · 1:12 min left"


def test_a_single_recipe_is_not_counted(panel):
    panel.show_waiting()
    panel.show_started(started())
    panel.show_batch(BatchEnded(4, 5, 1, 10, 0.4, 0.8, 72))
    assert panel._status.text() == "Epoch 4 of 5 · 1:12 min left"


def test_a_first_model_is_announced_while_the_search_goes_on(panel):
    panel.show_waiting()
    panel.show_first_model()
    assert "can be used" in panel.news.first_model.text()
    assert panel.is_busy


def test_parting_stays_on_the_screen_until_the_end(panel):
    panel.show_waiting()
    panel.show_started(started())
    panel.show_parted(7)
    panel.show_batch(BatchEnded(8, 9, 1, 10, 0.4, 0.8, 72))
    assert "parted since epoch 7" in panel.news.parted.text()
    assert panel.news.parted.isVisible()
    panel.show_result(replace(CARD, has_parted=True), is_stopped=False, seconds=9)
    assert panel.news.parted.isHidden()
    assert any("have parted" in text for text in panel.result.texts())


def test_the_end_tells_the_worth_the_choice_and_the_warnings_each_once(panel):
    card = replace(CARD, split=replace(CARD.split, are_patients_known=False))
    panel.show_result(card, is_stopped=False, seconds=9)
    said = " ".join(panel.result.texts())
    assert "90 % (88 to 91)" in said
    assert "One network was trained" in said
    assert said.count("Patients are not known") == 1


def test_a_finished_model_is_asked_for_its_use_until_it_has_one(panel, qtbot):
    panel.show_result(CARD, is_stopped=False, seconds=9)
    assert panel.news.use.isVisible()
    with qtbot.waitSignal(panel.intended_use_wished):
        panel.news.use.acted.emit()
    panel.show_card(replace(CARD, intended_use="To sort."))
    assert panel.news.use.isHidden()
    assert panel.result.isVisible()


def test_a_failure_takes_the_news_away(panel):
    panel.show_waiting()
    panel.show_first_model()
    panel.show_failure("It failed.")
    assert panel.news.first_model.isHidden()
    assert panel.strip.text() == "It failed."


def test_curves_can_be_saved_when_there_are_any(panel, qtbot):
    assert not panel._export.isVisible()
    panel.show_model(CARD)
    with qtbot.waitSignal(panel.export_wished):
        qtbot.mouseClick(panel._export, Qt.MouseButton.LeftButton)


def test_the_panel_fits_its_place(panel):
    panel.show_waiting()
    panel.show_started(started(1, 3))
    panel.show_first_model()
    panel.show_parted(3)
    assert panel.minimumSizeHint().width() <= 430
    assert panel.minimumSizeHint().height() <= 660


@pytest.mark.parametrize(
    ("patients", "said"),
    [(("", ""), "Each image counts as its own patient."),
     (("p", ""), "Each image without a patient counts as its own."), (("p", "q"), "2 patients.")],
)  # fmt: skip
def test_what_counts_as_a_patient_is_said_before_a_training(panel, patients, said):
    cases = tuple(
        replace(case, patient=patient) for case, patient in zip(COHORT.cases, patients, strict=True)
    )
    panel.show_cohort(replace(COHORT, cases=cases))
    assert panel._status.text().endswith(said)
