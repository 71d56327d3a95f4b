"""Which training images stand beside an answer: of all, and of each class to compare with."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.diagnosis.prediction import Neighbour, Prediction
from precmed_gui.diagnosis.training import TrainingResult
from precmed_gui.diagnosis.work import NeverCancelled, ignore
from precmed_gui.evaluation.gate import Reference
from precmed_gui.learning.nearest_cases import MOST_LACKING, Search, beside, near_images
from precmed_gui.learning.predict import predict
from precmed_gui.learning.shelf import (
    ModelContents,
    load_card,
    load_reference,
    load_weights,
    save_model,
    split_rows,
)

DIRECTIONS = 4


def letters(count: int) -> tuple[str, ...]:
    return tuple(f"class {number}" for number in range(count))


def search_among(labels: tuple[str, ...], classes: np.ndarray, each: int) -> Search:
    learned = tuple((f"/t/{row}.png", labels[place]) for row, place in enumerate(classes.tolist()))
    return Search(labels, learned, classes, count=5, each=each)


def found(
    search: Search, ranking: list[int] | None = None, seed: int = 0
) -> tuple[tuple[Neighbour, ...], np.ndarray]:
    """What stands beside a random image, and its distance to each training image."""
    random = np.random.default_rng(seed)
    count = len(search.learned)
    reference = Reference(
        np.zeros(DIRECTIONS, np.float32),
        np.eye(DIRECTIONS, dtype=np.float32),
        random.normal(size=(count, DIRECTIONS + 1)).astype(np.float32),
        np.arange(count, dtype=np.int32),
    )
    asked = random.normal(size=(1, DIRECTIONS))
    [near], away = near_images(search, reference, asked)
    every = np.linalg.norm([*asked[0], 0] - reference.features, axis=1)
    np.testing.assert_allclose(away[0], np.sort(every)[:5], rtol=1e-5)
    order = list(range(len(search.labels))) if ranking is None else ranking
    return beside(search, near, None if ranking == [] else order), every


def of_class(neighbours: tuple[Neighbour, ...], label: str) -> list[Neighbour]:
    return [one for one in neighbours if one.label == label]


@pytest.mark.parametrize("seed", range(5))
def test_of_two_classes_the_three_nearest_each_are_shown(seed: int) -> None:
    classes = np.random.default_rng(seed).integers(2, size=60)
    neighbours, every = found(search_among(letters(2), classes, 3), seed=seed)
    for place, label in enumerate(letters(2)):
        expected = np.sort(every[classes == place])[:3]
        assert [one.distance for one in of_class(neighbours, label)] == pytest.approx(expected)
    distances = [one.distance for one in neighbours]
    assert distances == sorted(distances)
    assert distances[0] == pytest.approx(every.min())


@pytest.mark.parametrize("seed", range(5))
def test_of_nine_classes_the_nearest_of_all_come_with_one_of_each_other(seed: int) -> None:
    classes = np.arange(90) % 9
    neighbours, every = found(search_among(letters(9), classes, 1), seed=seed)
    nearest = np.argsort(every)[:3]
    assert [one.path for one in neighbours[:3]] == [f"/t/{row}.png" for row in nearest]
    others = neighbours[3:]
    assert len(others) == 9 - len({classes[row] for row in nearest})
    assert {one.label for one in neighbours} == set(letters(9))
    for one in others:
        of_this = classes == letters(9).index(one.label)
        assert one.distance == pytest.approx(every[of_this].min())


def test_of_many_classes_the_most_probable_are_filled_up() -> None:
    search = search_among(letters(40), np.arange(120) % 40, 1)
    ranking = [*range(39, -1, -1)]
    neighbours, _every = found(search, ranking)
    nearest = {one.label for one in neighbours[:3]}
    wanted = [search.labels[place] for place in ranking if search.labels[place] not in nearest]
    assert {one.label for one in neighbours[3:]} == set(wanted[:MOST_LACKING])
    assert len(neighbours) == 3 + MOST_LACKING


def test_without_percentages_the_nearest_classes_are_filled_up() -> None:
    classes = np.arange(120) % 40
    neighbours, every = found(search_among(letters(40), classes, 1), ranking=[])
    best = sorted((every[classes == place].min(), place) for place in range(40))
    shown = {one.label for one in neighbours}
    assert shown == {f"class {place}" for _distance, place in best[: len(shown)]}
    assert len(shown) >= MOST_LACKING


def test_a_class_with_fewer_images_shows_those_and_one_without_any_is_named() -> None:
    classes = np.array([0] * 20 + [1])
    search = search_among(letters(3), classes, 3)
    neighbours, _every = found(search)
    assert len(of_class(neighbours, "class 0")) == 3
    assert [one.path for one in of_class(neighbours, "class 1")] == ["/t/20.png"]
    assert of_class(neighbours, "class 2") == []
    assert search.unkept == ("class 2",)


def test_a_reference_of_few_images_shows_what_there_is() -> None:
    neighbours, _every = found(search_among(letters(2), np.array([1, 0, 1, 1, 1]), 3))
    assert len(neighbours) == 4
    assert len(of_class(neighbours, "class 0")) == 1


def read_with(trained: TrainingResult, cohort: Cohort, folder: Path, kept: list[int]) -> Prediction:
    """The first answer of a copy of the trained model that keeps these training images alone."""
    source = Path(trained.folder)
    features = load_reference(source)
    assert features is not None
    whole = features.reference
    part = replace(whole, features=whole.features[kept], rows=whole.rows[kept])
    card = load_card(source)
    assert card.gate is not None
    card = replace(card, gate=replace(card.gate, neighbours=1))
    predictions = (source / "predictions.csv").read_text()
    kept_features = replace(features, reference=part)
    save_model(
        folder,
        ModelContents(card, load_weights(source), split_rows(source), predictions, kept_features),
    )
    return predict(str(folder), cohort.cases[:1], ignore, NeverCancelled()).predictions[0]


def test_an_answer_names_the_class_of_which_its_model_keeps_no_image(
    trained: TrainingResult, cohort: Cohort, tmp_path: Path
) -> None:
    rows = [row for row in split_rows(Path(trained.folder)) if row.part == "train"]
    left = [place for place, row in enumerate(rows) if row.label == "left"]
    answer = read_with(trained, cohort, tmp_path / "left", left)
    assert answer.unkept == ("right",)
    assert {one.label for one in answer.nearest} == {"left"}
    assert [label for label, _found in answer.nearest_by_class] == ["left"]
    assert read_with(trained, cohort, tmp_path / "all", list(range(len(rows)))).unkept == ()
