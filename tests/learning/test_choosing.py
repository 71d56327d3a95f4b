"""What becomes the model: the average of all, unless fewer are clearly better."""

from dataclasses import replace

import numpy as np
import pytest

from precmed_gui.diagnosis.model_card import History
from precmed_gui.learning.attempts import Attempt
from precmed_gui.learning.choosing import Group, choose, do_views_help, grouped
from precmed_gui.learning.fitting import Fitted
from precmed_gui.modalities import modality

N = 200
LABELS = (np.arange(N) % 2).astype(np.int32)
EVERY = np.arange(N)


def answers(skill: float, seed: int, sureness: float = 1.0) -> np.ndarray:
    """Answers about `LABELS`, right more often with more skill; above 1 over-confident."""
    random = np.random.default_rng(seed)
    scores = sureness * (skill * (2 * LABELS - 1) + random.normal(0, 1, N)) * max(skill, 0.1)
    second = 1 / (1 + np.exp(-2 * scores))
    return np.stack([1 - second, second], axis=1)


def group(recipe: str, found: np.ndarray, place: int = 0) -> Group:
    return Group(recipe, (place,), EVERY, found, 1.0)


def log_loss(found: np.ndarray) -> float:
    return float(-np.log(found[EVERY, LABELS]).mean())


def test_the_average_is_kept_when_none_is_clearly_better() -> None:
    groups = [group("transfer", answers(1.0, 1)), group("small-cnn", answers(1.1, 2), 1)]
    choice = choose(groups, LABELS)
    assert choice.groups == tuple(groups)
    kept = [candidate for candidate in choice.candidates if candidate.is_kept]
    assert [candidate.recipes for candidate in kept] == [("transfer", "small-cnn")]
    assert len(choice.candidates) == 3
    assert min(choice.candidates, key=lambda one: one.log_loss) == kept[0]


def test_a_network_that_knows_nothing_is_dropped() -> None:
    good, chance = group("transfer", answers(2.0, 1)), group("small-cnn", answers(0.0, 2), 1)
    choice = choose([good, chance], LABELS)
    assert choice.groups == (good,)
    kept = [candidate for candidate in choice.candidates if candidate.is_kept]
    assert [(candidate.recipes, candidate.seconds) for candidate in kept] == [(("transfer",), 1.0)]
    assert kept[0].accuracy > 0.9
    assert kept[0].auc is not None
    assert kept[0].auc > 0.95


def test_two_of_three_are_kept_where_the_third_knows_nothing() -> None:
    good = [group("transfer", answers(1.5, 1)), group("small-cnn", answers(1.5, 2), 1)]
    choice = choose([*good, group("fine-tuned", answers(0.0, 3), 2)], LABELS)
    assert choice.groups == tuple(good)


def of_truth(shares: list[float], times: int) -> np.ndarray:
    """Answers that give the truth these shares, again and again."""
    found = np.array(shares * times)[:, np.newaxis]
    return np.where(LABELS[: len(found), np.newaxis] == np.arange(2), found, 1 - found)


def test_a_few_cases_do_not_choose_and_many_like_them_do() -> None:
    kept = []
    for times in (1, 20):
        some = np.arange(6 * times)
        better = of_truth([0.9, 0.9, 0.9, 0.9, 0.3, 0.3], times)
        chance = of_truth([0.6, 0.6, 0.4, 0.4, 0.6, 0.4], times)
        groups = [Group("transfer", (0,), some, better, 1.0)]
        groups.append(Group("small-cnn", (1,), some, chance, 1.0))
        kept.append(len(choose(groups, LABELS).groups))
    assert kept == [2, 1]


def test_an_over_confident_network_does_not_drown_out_the_others() -> None:
    modest, loud = answers(1.0, 1), answers(0.6, 2, sureness=40.0)
    choice = choose([group("transfer", modest), group("small-cnn", loud, 1)], LABELS)
    assert len(choice.groups) == 2
    assert choice.scales[1] < 0.1 < choice.scales[0]
    raw = (modest + loud) / 2
    assert log_loss(choice.answers) < log_loss(raw) - 0.02
    differ = modest.argmax(1) != loud.argmax(1)
    heard, drowned = (
        np.mean(mean.argmax(1)[differ] == modest.argmax(1)[differ])
        for mean in (choice.answers, raw)
    )
    assert drowned < 0.1
    assert heard > 0.5


def test_networks_that_left_different_cases_out_are_one_group() -> None:
    recipes = modality("imaging").recipes()
    found = answers(1.0, 1)
    parts = (EVERY[::2], EVERY[1::2])
    attempts = [
        Attempt(recipes["transfer"], 96, 1, folds=2),
        *(Attempt(recipes["small-cnn"], 28, 1, folds=2, fold=fold) for fold in range(2)),
    ]
    fitted = [
        Fitted(None, History(), rows, found[rows], False, False, 2.0) for rows in (EVERY, *parts)
    ]
    groups = grouped(fitted, attempts)
    assert [(one.recipe, one.places, one.seconds) for one in groups] == [
        ("transfer", (0,), 2.0),
        ("small-cnn", (1, 2), 4.0),
    ]
    choice = choose(groups, LABELS)
    assert np.array_equal(choice.judged, EVERY)
    assert [one.networks for one in choice.candidates] == [(1,), (2,), (1, 2)]
    assert {one.n for one in choice.candidates} == {len(EVERY)}
    losses = [candidate.log_loss for candidate in choice.candidates]
    assert losses == pytest.approx([losses[0]] * 3)  # both groups say the same of every case


def test_networks_that_saw_everything_stand_alone() -> None:
    recipe = modality("imaging").recipes()["small-cnn"]
    attempts = [Attempt(recipe, 28, seed) for seed in (1, 2)]
    fitted = [Fitted(None, History(), EVERY, answers(1, s), False, False, 1.0) for s in (1, 2)]
    assert [one.places for one in grouped(fitted, attempts)] == [(0,), (1,)]


def test_groups_are_compared_on_the_cases_that_all_were_judged_on() -> None:
    stopped = replace(group("small-cnn", answers(1.0, 2)[:50], 1), judged=EVERY[:50])
    choice = choose([group("transfer", answers(1.0, 1)), stopped], LABELS)
    assert np.array_equal(choice.judged, EVERY[:50])
    assert choice.answers.shape == (50, 2)


def test_views_are_used_only_where_they_help_beyond_chance() -> None:
    alone = answers(0.5, 1)
    better = answers(1.5, 1)
    assert do_views_help(alone, better, LABELS)
    assert not do_views_help(better, alone, LABELS)
    assert not do_views_help(alone, alone, LABELS)
    assert not do_views_help(alone[:1], better[:1], LABELS[:1])
