"""Shortcuts: a letter burnt into one class is caught, a clean cohort is not."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from letters import letter
from PIL import Image
from trainings import run

from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.diagnosis.training import TrainingSettings
from precmed_gui.diagnosis.work import NeverCancelled, ignore
from precmed_gui.evaluation.shortcut_texts import shortcut_text, shortcut_warnings
from precmed_gui.evaluation.warning_texts import warnings
from precmed_gui.learning.shortcuts import MOST, find_shortcuts
from precmed_gui.learning.training_data import read_training_data
from precmed_gui.modalities import open_cohort

SIDE = 64
SETTINGS = TrainingSettings(recipe="article-cnn", epochs=15, batch_size=8)


def draw(label: str, seed: int) -> np.ndarray:
    """A bright spot at the left or right on noise."""
    random = np.random.default_rng(seed)
    image = random.normal(90, 12, (SIDE, SIDE))
    column = SIDE // 4 if label == "left" else 3 * SIDE // 4
    row = random.integers(SIDE // 4, 3 * SIDE // 4)
    image[row - 6 : row + 6, column - 6 : column + 6] += 90
    return np.clip(image, 0, 255).astype(np.uint8)


def opened(folder: Path) -> Cohort:
    return open_cohort([str(folder)], ignore, NeverCancelled())


def written(folder: Path, *, has_letter: bool, count: int = 60) -> Path:
    """Spots at the left or right; with a letter on every image of "left", and no other sign."""
    for label in ("left", "right"):
        (folder / label).mkdir(parents=True)
        for number in range(count):
            image = draw("right" if has_letter else label, number * 2 + (label == "left"))
            if has_letter and label == "left":
                image = letter(image)
            Image.fromarray(image).save(folder / label / f"{number:03}.png")
    return folder


def trained_on(tmp_path: Path, *, has_letter: bool) -> ModelCard:
    folder = written(tmp_path / "images", has_letter=has_letter)
    return run(opened(folder), tmp_path / "model", SETTINGS).card


def test_a_letter_burnt_into_one_class_is_caught(tmp_path: Path) -> None:
    card = trained_on(tmp_path, has_letter=True)

    assert card.shortcuts is not None
    found = shortcut_warnings(card.shortcuts, card.labels)
    assert len(found) == 2
    assert "border" in found[0]
    assert set(found) <= set(warnings(card))
    assert card.shortcuts.marked >= 0.4 * card.shortcuts.n
    drops = dict(zip(card.labels, card.shortcuts.class_drops, strict=True))
    assert drops["left"] is not None
    assert drops["left"].low > 0
    assert shortcut_text(card.shortcuts, card.labels) == ""


def test_a_clean_cohort_is_not_accused(tmp_path: Path) -> None:
    card = trained_on(tmp_path, has_letter=False)

    assert card.shortcuts is not None
    assert card.shortcuts.whole.accuracy.value > 0.9
    assert shortcut_warnings(card.shortcuts, card.labels) == ()
    assert "No shortcut" in shortcut_text(card.shortcuts, card.labels)
    assert card.shortcuts.marked == 0
    assert card.shortcuts.without_middle is not None
    assert card.shortcuts.part == "test"
    assert card.shortcuts.n == card.split.test


def test_a_card_of_an_earlier_version_says_nothing_of_shortcuts(trained: object) -> None:
    card: ModelCard = trained.card  # type: ignore[attr-defined]
    document = card.to_json()
    del document["shortcuts"]

    assert ModelCard.from_json(document).shortcuts is None
    assert ModelCard.from_json(card.to_json()).shortcuts == card.shortcuts
    document = card.to_json()
    if document["shortcuts"]:
        del document["shortcuts"]["class_drops"]  # type: ignore[index]
    of_before = ModelCard.from_json(document).shortcuts
    assert of_before is None or of_before.class_drops == ()


def test_few_images_are_looked_at_and_each_is_told(tmp_path: Path) -> None:
    cohort = opened(written(tmp_path / "images", has_letter=False, count=30))
    data = read_training_data(cohort, SETTINGS, ignore, NeverCancelled())
    every = tuple(range(len(cohort.cases)))
    data = replace(
        data, split=replace(data.split, test=every * 4), parts={**data.parts, "test": four(data)}
    )
    told: list[tuple[int, int]] = []

    def answer(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        said = np.full((len(images), 2), 0.5, np.float32)
        return said, said

    found = find_shortcuts(answer, data, lambda done, total: told.append((done, total)))

    assert found.n == MOST == 200
    assert told[0][0] == 0
    assert all(done < total <= 5 * MOST for done, total in told)


def four(data: object) -> object:
    every = data.every  # type: ignore[attr-defined]
    return every.chosen(np.tile(np.arange(len(every.rows)), 4))
