"""The plan of the automatic recipe: decided by data and budget alone, and never empty."""

import importlib.metadata
from dataclasses import replace

import pytest

from precmed_gui.diagnosis.model_card import DataFingerprint
from precmed_gui.diagnosis.training import Recipe, TrainingSettings
from precmed_gui.learning import attempts as planning
from precmed_gui.learning.attempts import (
    FOLDS,
    LARGE,
    LARGEST_SMALL,
    LEAST_OF_A_CLASS,
    SIZES,
    Attempt,
    folds_of,
    frame_size,
    plan_attempts,
    single_attempt,
)
from precmed_gui.modalities import modality

BUDGETS = (0.05, 0.25, 0.5, 1, 2, 5, 10, 20, 60, 600)
COHORTS = [
    pytest.param(images, side, id=f"{images} images of {side} pixels")
    for images in (30, 300, 1000, 4000, 20000)
    for side in (28, 64, 224, 2000)
]


def look(images: int = 600, side: int = 28) -> DataFingerprint:
    return DataFingerprint(images, images, (images // 2, images - images // 2), side, 1, 1.0)


def recipes(*left_out: str) -> dict[str, Recipe]:
    return {k: v for k, v in modality("imaging").recipes().items() if k not in left_out}


def plan(data: DataFingerprint, budget: float, *left_out: str) -> tuple[Attempt, ...]:
    return plan_attempts(data, recipes(*left_out), TrainingSettings(budget=budget))


def names(attempts: tuple[Attempt, ...]) -> list[str]:
    return [attempt.recipe.name for attempt in attempts]


def nominal(data: DataFingerprint, attempts: tuple[Attempt, ...]) -> float:
    """Seconds that the plan counts on."""
    seconds = 0.0
    for attempt in attempts:
        size, epochs = attempt.image_size, attempt.recipe.epochs
        shown = planning._shown(data, recipes()["small-cnn"])
        seconds += {
            "transfer": data.images * planning._looking_seconds(size),
            "small-cnn": epochs * shown * planning._small_seconds(size),
            "fine-tuned": epochs * shown * 3 * planning._looking_seconds(size),
        }[attempt.recipe.name]
    return seconds


@pytest.mark.parametrize(("images", "side"), COHORTS)
def test_the_plan_is_the_same_for_the_same_cohort_seed_and_budget(images: int, side: int) -> None:
    for budget in BUDGETS:
        assert plan(look(images, side), budget) == plan(look(images, side), budget)


def test_another_seed_changes_the_seeds_and_nothing_else() -> None:
    settings = TrainingSettings(budget=20)
    first, other = (
        plan_attempts(look(), recipes(), replace(settings, seed=seed)) for seed in (1, 2**32 - 1)
    )
    assert [replace(one, seed=0) for one in first] == [replace(one, seed=0) for one in other]
    assert all(a.seed != b.seed for a, b in zip(first, other, strict=True))
    assert all(0 <= attempt.seed < 2**32 for attempt in other)
    small = [attempt.seed for attempt in first if attempt.recipe.name == "small-cnn"]
    assert len(set(small)) == len(small) > 1


@pytest.mark.parametrize(("images", "side"), COHORTS)
def test_more_budget_never_plans_less(images: int, side: int) -> None:
    data = look(images, side)
    plans = [plan(data, budget) for budget in BUDGETS]
    seconds = [nominal(data, one) for one in plans]
    assert seconds == sorted(seconds)
    kinds = [len(set(names(one))) for one in plans]
    assert kinds == sorted(kinds)
    frames = [frame_size(data, budget) for budget in BUDGETS]
    assert frames == sorted(frames)


@pytest.mark.parametrize(("images", "side"), COHORTS)
def test_the_plan_keeps_to_the_budget_once_it_has_its_first_network(images: int, side: int) -> None:
    data = look(images, side)
    for budget in BUDGETS:
        attempts = plan(data, budget)
        assert attempts[0].recipe.name == "transfer"
        if len(attempts) > 1:
            assert nominal(data, attempts) <= budget * 60


@pytest.mark.parametrize("budget", BUDGETS)
def test_without_pretrained_weights_there_is_still_a_network(budget: float) -> None:
    attempts = plan(look(), budget, "transfer", "fine-tuned")
    assert attempts
    assert set(names(attempts)) == {"small-cnn"}
    assert all(attempt.recipe.epochs >= planning.SMALL_EPOCHS[0] for attempt in attempts)


def test_without_the_package_the_pretrained_recipes_say_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def files(name: str) -> None:
        raise importlib.metadata.PackageNotFoundError(name)

    kind = modality("imaging")
    assert not any(kind.recipe_problem(name) for name in recipes())
    monkeypatch.setattr(importlib.metadata, "files", files)
    problems = {name for name in recipes() if kind.recipe_problem(name)}
    assert problems == {"transfer", "fine-tuned"}
    assert "not installed" in kind.recipe_problem("transfer")


def test_images_are_kept_as_large_as_is_of_use_and_the_budget_allows() -> None:
    assert frame_size(look(1000, 28), 600) == 28
    assert frame_size(look(300, 2000), 20) == SIZES[-1]
    assert frame_size(look(20000, 2000), 1) == SIZES[0]
    assert SIZES[0] < frame_size(look(4000, 2000), 5) < SIZES[-1]


def test_networks_work_at_their_own_sizes_whatever_the_images() -> None:
    for images, side, size in ((600, 28, 128), (300, 2000, 224), (20000, 2000, 96)):
        attempts = plan(look(images, side), 5)
        assert attempts[0].image_size == size
        small = [one.image_size for one in attempts if one.recipe.name == "small-cnn"]
        assert all(one == min(side, LARGEST_SMALL) for one in small)


def test_the_image_size_of_the_user_is_kept() -> None:
    settings = TrainingSettings(budget=20, image_size=64)
    attempts = plan_attempts(look(600, 2000), recipes(), settings)
    assert {(one.recipe.name, one.image_size) for one in attempts} == {
        ("transfer", 96),
        ("small-cnn", 64),
    }


def test_small_cohorts_are_divided_and_large_ones_fine_tuned() -> None:
    small, large = plan(look(600), 20), plan(look(int(LARGE / 0.7) + 1), 20)
    parts = [(one.folds, one.fold) for one in small if one.recipe.name == "small-cnn"]
    assert parts == [(FOLDS, fold) for fold in range(FOLDS)]
    assert small[0].folds == FOLDS
    assert "fine-tuned" not in names(small)
    assert names(large)[-1] == "fine-tuned"
    assert not any(one.folds for one in large)


def test_either_every_part_is_left_out_by_a_network_or_none() -> None:
    for budget in BUDGETS:
        attempts = plan(look(600), budget)
        parts = [one.fold for one in attempts if one.recipe.name == "small-cnn"]
        assert parts in ([], list(range(FOLDS)))
        assert attempts[0].folds == FOLDS


def test_a_rare_class_is_not_divided_into_parts_that_have_none_of_it() -> None:
    rare = int(LEAST_OF_A_CLASS / 0.7)
    assert folds_of(replace(look(600), counts=(600 - rare, rare))) == 0
    assert folds_of(replace(look(600), counts=(598 - rare, rare + 2))) == FOLDS
    thin = plan(replace(look(600), counts=(590, 10)), 20)
    assert not any(one.folds for one in thin)
    assert names(thin).count("small-cnn") == planning.MOST_SMALL


def test_flips_are_planned_only_when_asked() -> None:
    for has_flips in (False, True):
        settings = TrainingSettings(budget=20, has_flips=has_flips)
        for data in (look(600), look(4000)):
            attempts = plan_attempts(data, recipes(), settings)
            assert {attempt.has_flips for attempt in attempts} == {has_flips}


def test_a_single_recipe_is_one_attempt_with_the_user_s_numbers() -> None:
    recipe = replace(recipes()["small-cnn"], epochs=7)
    assert single_attempt(recipe, 40, look(), TrainingSettings(seed=3)) == Attempt(recipe, 40, 3)
    pretrained = recipes()["transfer"]
    sizes = [single_attempt(pretrained, side, look(), TrainingSettings()) for side in (40, 200)]
    assert [attempt.image_size for attempt in sizes] == [SIZES[1], 200]
    assert [attempt.folds for attempt in sizes] == [FOLDS, FOLDS]
