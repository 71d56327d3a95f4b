from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from precmed_gui.cohorts.case_names import case_name, source_folder_of
from precmed_gui.cohorts.split import receipt
from precmed_gui.diagnosis.cases import Case, Cohort
from precmed_gui.diagnosis.evaluation import JudgedCases
from precmed_gui.diagnosis.model_card import History, Member, ModelCard
from precmed_gui.diagnosis.training import TrainingSettings
from precmed_gui.diagnosis.work import NeverCancelled, ignore
from precmed_gui.evaluation.evaluating import Rules, Sample, evaluate_cases, shown
from precmed_gui.evaluation.gate import distances
from precmed_gui.evaluation.measuring import measure
from precmed_gui.learning.ensemble import PartAnswers
from precmed_gui.learning.gate import (
    are_negatives,
    likenesses,
    limited_template,
    standardised,
)
from precmed_gui.learning.judged import read_judged
from precmed_gui.learning.judging import judge, judged_cases
from precmed_gui.learning.training_data import TrainingData, read_training_data

PARTS = ("train", "validation", "test")


@pytest.fixture
def data(cohort: Cohort) -> TrainingData:
    cases = tuple(with_patient(case, place) for place, case in enumerate(cohort.cases))
    settings = TrainingSettings(recipe="article-cnn")
    return read_training_data(replace(cohort, cases=cases), settings, ignore, NeverCancelled())


def with_patient(case: Case, place: int) -> Case:
    sex = "F" if place % 4 < 2 else "M"
    return replace(case, patient=f"Smith {place // 2}", traits=(("sex", sex),))


def card_of(data: TrainingData) -> ModelCard:
    return ModelCard(
        name="spots", modality="imaging", recipe="article-cnn", labels=data.cohort.labels,
        image_size=data.image_size, channels=data.channels, full_scale=data.full_scale,
        members=(Member("article-cnn", 28),), settings={"seed": 1}, history=History(),
        split=receipt(data.cohort, data.split), data=data.look, trained_at="2025-01-01T10:00:00",
        versions={}, source_folder=source_folder_of(data.cohort.cases),
    )  # fmt: skip


def answers_on(data: TrainingData, parts: Sequence[str] = PARTS) -> dict[str, PartAnswers]:
    """Features in which the classes lie apart, and probabilities that are mostly right."""
    random = np.random.default_rng(0)
    answers = {}
    for part in parts:
        labels = data.parts[part].labels  # type: ignore[index]
        features = random.normal(size=(len(labels), 12)) + 2 * labels[:, None]
        right = random.beta(6, 2, len(labels))
        second = np.where(labels == 1, right, 1 - right)
        answers[part] = PartAnswers(
            np.column_stack([1 - second, second]), features.astype(np.float32)
        )
    return answers


def test_all_is_fitted_on_validation_and_measured_on_the_test_part(data: TrainingData) -> None:
    judgement = judge(card_of(data), data, answers_on(data))
    card = judgement.card
    assert card.calibration is not None
    assert card.sets is not None
    assert card.gate is not None
    assert card.calibration.n == card.sets.n == len(data.split.validation)
    assert card.tested == len(data.split.test)
    other = {**answers_on(data), "test": answers_on(data, ["train", "test"])["test"]}
    moved = judge(card_of(data), data, other).card
    assert (moved.calibration, moved.sets, moved.gate) == (card.calibration, card.sets, card.gate)
    assert moved.evaluation != card.evaluation


def test_a_first_model_is_not_tested_but_can_be_used(data: TrainingData) -> None:
    judgement = judge(card_of(data), data, answers_on(data, PARTS[:2]))
    assert judgement.card.evaluation is None
    assert judgement.card.gate is not None
    assert list(read_judged(judgement.tables, data.cohort.labels)) == ["validation"]


def test_the_tables_hold_all_that_the_evaluation_was_made_of(data: TrainingData) -> None:
    judgement = judge(card_of(data), data, answers_on(data))
    card = judgement.card
    parts = read_judged(judgement.tables, card.labels)
    test, validation = parts["test"], parts["validation"]
    cases = [data.cohort.cases[i] for i in data.split.test]
    assert test.keys == tuple(case_name(case, card.source_folder) for case in cases)
    assert [card.labels[k] for k in test.truth] == [case.label for case in cases]
    assert card.gate is not None
    again = evaluate_cases(
        Sample(test, None, test.distances > card.gate.threshold),
        Rules(card.calibration, card.sets),
        Sample(validation),
    )
    assert card.evaluation is not None
    assert again.measures == card.evaluation.measures
    assert again.refused == card.evaluation.refused


def test_nobody_is_named_but_cases_of_one_patient_stay_together(data: TrainingData) -> None:
    judgement = judge(card_of(data), data, answers_on(data))
    assert "Smith" not in judgement.tables
    test = read_judged(judgement.tables, data.cohort.labels)["test"]
    real = [data.cohort.cases[i].patient for i in data.split.test]
    assert len(set(test.patients)) == len(set(real)) < len(real)
    assert judgement.card.evaluation is not None
    assert judgement.card.evaluation.measures.patients == len(set(real))


def test_what_is_kept_of_features_gives_the_distances_of_the_table(data: TrainingData) -> None:
    answers = answers_on(data)
    judgement = judge(card_of(data), data, answers)
    parts = read_judged(judgement.tables, data.cohort.labels)
    kept, gate = judgement.reference, judgement.card.gate
    assert gate is not None
    away = distances(kept.reference, answers["test"].features, gate.neighbours)
    assert parts["test"].distances == pytest.approx(away)
    assert kept.validation.shape == (len(data.split.validation), kept.reference.features.shape[1])
    assert kept.reference.rows.max() < len(data.split.train)


def test_subgroups_come_from_the_cases(data: TrainingData) -> None:
    evaluation = judge(card_of(data), data, answers_on(data)).card.evaluation
    assert evaluation is not None
    assert {group.trait for group in evaluation.subgroups} <= {"sex"}
    table = judge(card_of(data), data, answers_on(data)).tables
    assert "sex=F" in table
    assert "sex=M" in table


def test_the_gate_knows_colour_and_size_from_the_data_and_not_from_the_network(
    data: TrainingData,
) -> None:
    card = card_of(data)
    coloured = replace(card, data=replace(card.data, channels=3, shorter_side=500))
    gate = judge(coloured, data, answers_on(data)).card.gate
    assert gate is not None
    assert not gate.is_grey
    assert gate.smallest_side == 500
    plain = judge(card, data, answers_on(data)).card.gate
    assert plain is not None
    assert plain.is_grey
    assert 0.01 < plain.least_contrast < 0.1


def template_of(images: np.ndarray) -> np.ndarray:
    mean = standardised(images).mean(axis=0)
    return limited_template(mean, likenesses(images, mean))


def test_negatives_of_images_taken_alike_are_known_and_those_images_are_none() -> None:
    random = np.random.default_rng(0)
    lungs = np.hypot(*np.meshgrid(np.linspace(-1, 1, 16), np.linspace(-1, 1, 16)))
    images = (0.3 * lungs + random.normal(0.4, 0.05, (300, 16, 16)))[..., None].astype(np.float32)
    template = template_of(images[:200])
    assert not are_negatives(images[200:], template).any()
    assert are_negatives(1 - images[200:], template).mean() > 0.9


def test_no_image_of_the_cohort_is_called_a_negative(data: TrainingData) -> None:
    template = judge(card_of(data), data, answers_on(data)).reference.template
    images = data.every.pixels[data.every.rows].astype(np.float32) / 255
    assert template.shape == images.shape[1:3]
    assert not are_negatives(images, template).any()


def test_images_that_have_nothing_in_common_are_never_called_negatives() -> None:
    images = np.random.default_rng(0).random((200, 16, 16, 1)).astype(np.float32)
    template = template_of(images)
    assert not are_negatives(images, template).any()
    others = np.random.default_rng(1).random((200, 16, 16, 1)).astype(np.float32)
    assert not are_negatives(others, template).any()
    assert not are_negatives(np.full((1, 16, 16, 1), 0.5, np.float32), template).any()


def test_a_probability_of_zero_stays_a_number(data: TrainingData) -> None:
    answers = answers_on(data)
    sure = answers["test"].probabilities.round()
    answers["test"] = PartAnswers(sure, answers["test"].features)
    test = read_judged(judge(card_of(data), data, answers).tables, data.cohort.labels)["test"]
    assert test.logits.min() == pytest.approx(np.log(1e-12))


def fold(data: TrainingData, positions: Sequence[int], sharpness: float) -> JudgedCases:
    labels = data.every.labels[list(positions)]
    random = np.random.default_rng(1)
    evidence = sharpness * (random.normal(size=len(labels)) + 2 * labels - 1)
    said = shown(np.column_stack([np.zeros(len(labels)), evidence]), None)
    return judged_cases(card_of(data), data, positions, said)


def test_folds_are_kept_and_measured_with_the_percentages_of_the_others(
    data: TrainingData,
) -> None:
    pool = [*data.split.train, *data.split.validation]
    folds = {"fold-1": fold(data, pool[::2], 8.0), "fold-2": fold(data, pool[1::2], 8.0)}
    judgement = judge(card_of(data), data, answers_on(data), folds)
    assert judgement.card.evaluation is not None
    found = judgement.card.evaluation.cross_validation
    assert found is not None
    assert found.n == len(pool)
    parts = read_judged(judgement.tables, data.cohort.labels)
    assert list(parts) == ["validation", "test", "fold-1", "fold-2"]
    assert not len(parts["fold-1"].distances)
    plain = measure(
        np.concatenate([one.truth for one in folds.values()]),
        np.concatenate([np.exp(one.logits) for one in folds.values()]),
        [patient for one in folds.values() for patient in one.patients],
        data.cohort.labels,
    )
    assert found.log_loss.value < plain.log_loss.value


def test_judging_twice_gives_the_same(data: TrainingData) -> None:
    first = judge(card_of(data), data, answers_on(data))
    second = judge(card_of(data), data, answers_on(data))
    assert first.card == second.card
    assert first.tables == second.tables


def test_keys_are_relative_to_the_folder_of_the_images(data: TrainingData, spots: Path) -> None:
    card = card_of(data)
    assert card.source_folder == str(spots)
    cases = judged_cases(card, data, [0], np.array([[0.5, 0.5]]))
    assert cases.keys == ("left/000.png",)
