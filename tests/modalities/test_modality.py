"""Every modality keeps what the Protocol promises; a new one is tested by being in NAMES."""

import inspect

import pytest

from precmed_gui.diagnosis.errors import RefusedModel
from precmed_gui.diagnosis.modality import Modality
from precmed_gui.modalities import NAMES, modality

PROMISED = [name for name, _ in inspect.getmembers(Modality) if not name.startswith("_")]


@pytest.mark.parametrize("name", NAMES)
def test_a_modality_keeps_its_promises(name):
    found = modality(name)
    assert found.name == name
    assert found.title
    assert [p for p in PROMISED if not hasattr(found, p)] == []


@pytest.mark.parametrize("name", NAMES)
def test_recipes_are_complete_without_keras(name):
    recipes = modality(name).recipes()
    assert recipes
    for key, recipe in recipes.items():
        assert recipe.name == key
        assert recipe.title
        assert recipe.summary
        assert recipe.epochs >= 1
        assert 1 <= recipe.batch_size <= 4096
        assert 0 < recipe.learning_rate <= 1
        smallest, largest = recipe.image_sizes
        assert 1 <= smallest <= largest


@pytest.mark.parametrize("name", NAMES)
def test_searching_and_pretrained_recipes_are_told_apart(name):
    recipes = modality(name).recipes()
    for recipe in recipes.values():
        assert not (recipe.is_search and recipe.is_pretrained)
        assert recipe.patience >= 0
        assert recipe.weight_decay >= 0
        assert 0 <= recipe.label_smoothing < 1
    assert not all(recipe.is_search or recipe.is_pretrained for recipe in recipes.values())


@pytest.mark.parametrize("name", NAMES)
def test_every_recipe_that_starts_from_nothing_can_be_used(name):
    found = modality(name)
    for key, recipe in found.recipes().items():
        if not recipe.is_pretrained:
            assert found.recipe_problem(key) == ""


@pytest.mark.parametrize("name", NAMES)
def test_the_usual_recipe_is_the_one_settings_begin_with(name):
    from precmed_gui.diagnosis.training import TrainingSettings

    assert TrainingSettings().recipe == next(iter(modality(name).recipes()))


@pytest.mark.parametrize("name", NAMES)
def test_a_text_is_no_case_of_any_modality(name, tmp_path):
    path = tmp_path / "letter.txt"
    path.write_text("Dear colleague")
    assert not modality(name).accepts(path)


def test_an_unknown_modality_is_refused_by_name():
    with pytest.raises(RefusedModel, match="sequences"):
        modality("sequences")
