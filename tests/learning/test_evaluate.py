from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from precmed_gui.diagnosis.cases import Case, Cohort, make_cohort
from precmed_gui.diagnosis.errors import RefusedModel, UnfitCohort
from precmed_gui.diagnosis.evaluation import Evaluation
from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.diagnosis.training import TrainingResult
from precmed_gui.diagnosis.work import NeverCancelled, Notice, ignore
from precmed_gui.learning.evaluate import compare_on, evaluate
from precmed_gui.learning.shelf import (
    ModelContents,
    load_card,
    load_reference,
    load_weights,
    save_model,
    split_rows,
)


def measured(folder: str, cohort: Cohort) -> Evaluation:
    return evaluate(folder, cohort, ignore, NeverCancelled()).evaluation


def given(cohort: Cohort, trained: TrainingResult) -> Cohort:
    """The cohort with the split its model stored, as if it had come with the data."""
    parts = {row.case: row.part for row in split_rows(Path(trained.folder))}
    cases = [replace(case, part=parts[f"{case.label}/{case.name}"]) for case in cohort.cases]  # type: ignore[arg-type]
    return replace(cohort, cases=tuple(cases))


def fresh(folder: Path, cohort: Cohort, count: int = 24) -> Cohort:
    """Other images of the same kind: those of the cohort with some more noise."""
    folder.mkdir()
    random = np.random.default_rng(3)
    cases = []
    for case in (*cohort.cases[: count // 2], *cohort.cases[-count // 2 :]):
        image = np.asarray(Image.open(case.path)) + random.normal(0, 3, (32, 32))
        path = folder / f"{case.label}-{case.name}"
        Image.fromarray(np.clip(image, 0, 255).astype(np.uint8)).save(path)
        cases.append(Case(str(path), label=case.label))
    return make_cohort(cases, modality="imaging", name="fresh")


def copied(trained: TrainingResult, folder: Path, card: ModelCard, weights=None) -> str:  # type: ignore[no-untyped-def]
    source = Path(trained.folder)
    save_model(
        folder,
        ModelContents(
            card,
            weights or load_weights(source),
            split_rows(source),
            (source / "predictions.csv").read_text(),
            load_reference(source),
        ),
    )
    return str(folder)


def test_the_test_part_gives_the_figures_of_the_card(
    trained: TrainingResult, cohort: Cohort
) -> None:
    found = measured(trained.folder, given(cohort, trained))
    own = trained.card.evaluation
    assert own is not None
    assert found.measures.n == own.measures.n == 8
    assert found.measures.confusion == own.measures.confusion
    assert found.measures.accuracy == own.measures.accuracy
    assert found.measures.auc == own.measures.auc
    assert found.measures.log_loss.value == pytest.approx(own.measures.log_loss.value, abs=1e-5)
    assert found.coverage == own.coverage
    assert found.refused == own.refused
    assert found.seen_in_training == 0
    assert found.shift is not None
    assert own.shift is not None
    assert found.shift.p_value == pytest.approx(own.shift.p_value, abs=0.05)


def test_all_is_measured_otherwise_and_what_was_trained_on_is_counted(
    trained: TrainingResult, cohort: Cohort
) -> None:
    found = measured(trained.folder, cohort)
    assert found.measures.n == 60
    assert found.seen_in_training == 52


def test_there_is_no_area_where_a_class_is_missing(trained: TrainingResult, cohort: Cohort) -> None:
    left = replace(cohort, cases=cohort.cases[:5])
    assert measured(trained.folder, left).measures.auc is None


def test_images_of_another_kind_are_refused_and_called_shifted(
    trained: TrainingResult, cohort: Cohort, tmp_path: Path
) -> None:
    tiles = fresh(tmp_path / "fresh", cohort)
    like = measured(trained.folder, tiles)
    for case in tiles.cases:
        Image.fromarray(255 - np.asarray(Image.open(case.path))).save(case.path)
    found = measured(trained.folder, tiles)
    assert like.refused is not None
    assert found.refused is not None
    assert like.refused.value < 0.2 < 0.9 < found.refused.value
    assert found.shift is not None
    assert found.shift.is_found


def test_a_checkpoint_is_measured_without_rules(
    trained: TrainingResult, cohort: Cohort, tmp_path: Path
) -> None:
    source = Path(trained.folder)
    card = replace(load_card(source), calibration=None, sets=None, gate=None, evaluation=None)
    save_model(tmp_path / "m", ModelContents(card, load_weights(source), split_rows(source)))
    found = measured(str(tmp_path / "m"), cohort)
    assert found.measures.n == 60
    assert (found.refused, found.shift, found.mean_set_size) == (None, None, 1)


def test_what_cannot_be_read_is_listed(
    trained: TrainingResult, cohort: Cohort, tmp_path: Path
) -> None:
    (tmp_path / "x.png").write_text("no image")
    more = replace(cohort, cases=(*cohort.cases, Case(str(tmp_path / "x.png"), label="left")))
    found = evaluate(trained.folder, more, ignore, NeverCancelled())
    assert [file.path for file in found.unreadable] == [str(tmp_path / "x.png")]
    assert found.evaluation.measures.n == 60


def test_classes_the_model_does_not_know_are_named(trained: TrainingResult, cohort: Cohort) -> None:
    strange = replace(cohort.cases[0], label="middle")
    other = replace(cohort, cases=(strange,), label_order=("middle",))
    with pytest.raises(UnfitCohort, match="“middle”") as refusal:
        measured(trained.folder, other)
    assert "“left”" in refusal.value.hint


def test_images_without_a_class_cannot_be_measured(trained: TrainingResult, cohort: Cohort) -> None:
    loose = replace(cohort, cases=(Case(cohort.cases[0].path),), label_order=())
    with pytest.raises(UnfitCohort, match="No image has a class"):
        measured(trained.folder, loose)


def test_a_model_of_another_modality_is_refused(
    trained: TrainingResult, cohort: Cohort, tmp_path: Path
) -> None:
    folder = copied(trained, tmp_path / "m", replace(trained.card, modality="sequences"))
    with pytest.raises(RefusedModel, match="sequences"):
        measured(folder, cohort)


def test_two_models_are_compared_on_what_neither_learned_from(
    trained: TrainingResult, cohort: Cohort, tmp_path: Path
) -> None:
    weights = load_weights(Path(trained.folder))
    weights["0/classes/kernel"] = -weights["0/classes/kernel"]
    worse = copied(trained, tmp_path / "worse", trained.card, weights)
    notices: list[object] = []
    found = compare_on(trained.folder, worse, cohort, notices.append, NeverCancelled())
    assert found.n == 8
    assert found.accuracy_difference.high < 0
    assert found.only_first_right >= 7
    told = [notice.text for notice in notices if isinstance(notice, Notice)]
    assert any("52" in text for text in told)


def test_classes_in_another_order_are_the_same_classes(
    trained: TrainingResult, cohort: Cohort, tmp_path: Path
) -> None:
    weights = load_weights(Path(trained.folder))
    for name in ("0/classes/kernel", "0/classes/bias"):
        weights[name] = np.ascontiguousarray(weights[name][..., ::-1])
    source = Path(trained.folder)
    card = replace(
        trained.card, labels=("right", "left"), calibration=None, sets=None, gate=None,
        evaluation=None,
    )  # fmt: skip
    save_model(tmp_path / "m", ModelContents(card, weights, split_rows(source)))
    twin = str(tmp_path / "m")
    found = compare_on(trained.folder, twin, given(cohort, trained), ignore, NeverCancelled())
    assert found.only_first_right == found.only_second_right == 0


def test_models_of_other_classes_are_not_compared(
    trained: TrainingResult, cohort: Cohort, tmp_path: Path
) -> None:
    card = replace(
        trained.card, labels=("left", "middle"), calibration=None, sets=None, gate=None,
        evaluation=None,
    )  # fmt: skip
    source = Path(trained.folder)
    save_model(tmp_path / "m", ModelContents(card, load_weights(source), split_rows(source)))
    with pytest.raises(UnfitCohort, match="same classes") as refusal:
        compare_on(trained.folder, str(tmp_path / "m"), cohort, ignore, NeverCancelled())
    assert refusal.value.hint


def test_nothing_is_compared_where_a_model_learned_from_everything(
    trained: TrainingResult, cohort: Cohort
) -> None:
    rows = split_rows(Path(trained.folder))
    names = {row.case for row in rows if row.part == "train"}
    known = tuple(case for case in cohort.cases if f"{case.label}/{case.name}" in names)
    with pytest.raises(UnfitCohort, match="learned from all") as refusal:
        compare_on(
            trained.folder,
            trained.folder,
            replace(cohort, cases=known),
            ignore,
            NeverCancelled(),
        )
    assert refusal.value.hint
