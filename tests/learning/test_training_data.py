"""What a training reads of a cohort, and the settings it refuses before it reads anything."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from trainings import read, run

from precmed_gui.diagnosis.cases import Case, Cohort
from precmed_gui.diagnosis.errors import PrecmedError, UnfitCohort
from precmed_gui.diagnosis.training import TrainingSettings
from precmed_gui.learning.training_data import chosen_recipe, with_split


def test_colour_is_kept_where_there_is_any(cohort: Cohort, tmp_path: Path) -> None:
    red = tmp_path / "red.png"
    Image.new("RGB", (32, 32), (200, 10, 10)).save(red)
    coloured = replace(cohort, cases=(*cohort.cases, Case(str(red), label="left")))
    for recipe, channels in {"small-cnn": 3, "article-cnn": 1}.items():
        data = read(coloured, TrainingSettings(recipe=recipe))
        assert data.channels == channels
        assert data.parts["train"].pixels.shape[-1] == channels
    assert data.image_size == 28


def test_rare_classes_weigh_more_and_the_mean_weight_is_one(cohort: Cohort) -> None:
    fewer = replace(cohort, cases=cohort.cases[20:])
    part = read(fewer, TrainingSettings(recipe="small-cnn")).parts["train"]
    sums = [part.weights[part.labels == label].sum() for label in (0, 1)]
    assert sums[0] == pytest.approx(sums[1])
    assert part.weights.mean() == pytest.approx(1)


def test_the_network_of_the_article_weighs_every_image_the_same(cohort: Cohort) -> None:
    data = read(replace(cohort, cases=cohort.cases[20:]), TrainingSettings(recipe="article-cnn"))
    assert set(data.parts["train"].weights.tolist()) == {1.0}


def test_another_division_moves_the_images_and_weighs_its_own_training_part(
    cohort: Cohort,
) -> None:
    data = read(cohort, TrainingSettings(recipe="small-cnn"))
    fewer = replace(data.split, train=data.split.train[5:], validation=data.split.test)
    moved = with_split(data, fewer)
    assert moved.parts["train"].rows.tolist() == data.every.rows[list(fewer.train)].tolist()
    assert np.array_equal(moved.parts["validation"].rows, data.parts["test"].rows)
    part = moved.parts["train"]
    sums = [part.weights[part.labels == label].sum() for label in (0, 1)]
    assert sums[0] == pytest.approx(sums[1])
    assert np.array_equal(moved.every.weights, data.every.weights)


def test_training_images_are_divided_by_patient(cohort: Cohort) -> None:
    cases = tuple(replace(case, patient=f"p{i // 3}") for i, case in enumerate(cohort.cases))
    data = read(replace(cohort, cases=cases), TrainingSettings(recipe="small-cnn"))
    parts = data.folds(3)
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(data.split.train)))
    names = [
        {data.cohort.cases[data.split.train[place]].patient for place in part} for part in parts
    ]
    assert sum(map(len, names)) == len(set().union(*names))


def test_the_automatic_recipe_chooses_its_own_numbers(cohort: Cohort) -> None:
    assert chosen_recipe(TrainingSettings(), "imaging").is_search
    with pytest.raises(PrecmedError, match="by itself"):
        chosen_recipe(TrainingSettings(epochs=3), "imaging")
    assert chosen_recipe(TrainingSettings(recipe="transfer", epochs=3), "imaging").epochs == 3


def test_a_recipe_that_cannot_be_used_here_is_refused_with_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import importlib.metadata

    monkeypatch.setattr(importlib.metadata, "files", lambda name: None)
    with pytest.raises(PrecmedError, match="not installed") as refusal:
        chosen_recipe(TrainingSettings(recipe="transfer"), "imaging")
    assert "Choose another recipe" in refusal.value.hint
    assert chosen_recipe(TrainingSettings(), "imaging").name == "auto"


def test_images_of_which_none_can_be_read_are_refused(tmp_path: Path) -> None:
    cases = []
    for label in ("a", "b"):
        for number in range(5):
            path = tmp_path / f"{label}{number}.png"
            path.write_text("no image")
            cases.append(Case(str(path), label=label))
    for recipe in ("small-cnn", "article-cnn"):
        with pytest.raises(UnfitCohort) as refusal:
            run(
                Cohort(cases=tuple(cases), label_order=("a", "b")),
                tmp_path / "m",
                TrainingSettings(recipe=recipe),
            )
        assert refusal.value.hint


@pytest.mark.parametrize(
    "settings",
    [
        TrainingSettings(recipe="nothing"),
        TrainingSettings(recipe="small-cnn", epochs=0),
        TrainingSettings(recipe="small-cnn", batch_size=0),
        TrainingSettings(recipe="small-cnn", learning_rate=0.0),
        TrainingSettings(epochs=5),
        TrainingSettings(budget=0),
        TrainingSettings(budget=601),
        TrainingSettings(folds=1),
        TrainingSettings(folds=21),
        TrainingSettings(image_size=16),
        TrainingSettings(recipe="article-cnn", image_size=64),
        TrainingSettings(seed=-1),
    ],
)
def test_settings_out_of_range_are_refused_before_anything_is_read(
    cohort: Cohort, tmp_path: Path, settings: TrainingSettings
) -> None:
    events: list[object] = []
    with pytest.raises(PrecmedError) as refusal:
        run(cohort, tmp_path / "m", settings, events.append)
    assert refusal.value.hint
    assert not events
