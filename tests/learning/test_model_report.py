import hashlib
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from precmed_gui.diagnosis.errors import RefusedModel, UnfitCohort
from precmed_gui.diagnosis.evaluation import Comparison
from precmed_gui.diagnosis.training import TrainingResult
from precmed_gui.diagnosis.work import NeverCancelled, ignore
from precmed_gui.evaluation.measuring import measure
from precmed_gui.learning.judged import judged_text, load_judged
from precmed_gui.learning.model_report import compare_models, load_report
from precmed_gui.learning.shelf import (
    ModelContents,
    load_card,
    load_reference,
    load_weights,
    save_model,
    split_rows,
)


def report_of(folder: str | Path):  # type: ignore[no-untyped-def]
    return load_report(str(folder), ignore, NeverCancelled())


def compared(first: str | Path, second: str | Path) -> Comparison:
    return compare_models(str(first), str(second), ignore, NeverCancelled())


def contents_of(folder: str | Path) -> ModelContents:
    place = Path(folder)
    return ModelContents(
        load_card(place),
        load_weights(place),
        split_rows(place),
        (place / "predictions.csv").read_text(),
        load_reference(place),
    )


def other_model(trained: TrainingResult, folder: Path) -> Path:
    """A model that was tested on the same images in another order, and got them all wrong."""
    contents = contents_of(trained.folder)
    parts = load_judged(Path(trained.folder), trained.card.labels)
    test = parts["test"]
    parts["test"] = replace(
        test,
        keys=test.keys[::-1],
        patients=test.patients[::-1],
        truth=test.truth[::-1],
        logits=np.log(np.where(np.eye(2)[test.truth[::-1]] == 1, 0.1, 0.9)),
        distances=test.distances[::-1],
        traits=test.traits[::-1],
    )
    rows = tuple(contents.rows)
    tested = [row for row in rows if row.part == "test"][::-1]
    rows = (*(row for row in rows if row.part != "test"), *tested)
    save_model(folder, replace(contents, rows=rows, tables=judged_text(parts)))
    return folder


def test_the_report_holds_what_the_card_was_made_of(trained: TrainingResult) -> None:
    report = report_of(trained.folder)
    assert report.card == trained.card
    assert report.cases is not None
    evaluation = trained.card.evaluation
    assert evaluation is not None
    again = measure(
        report.cases.truth, report.probabilities, report.cases.patients, report.card.labels
    )
    assert again == evaluation.measures
    assert len(report.paths) == 8
    assert all(Path(path).is_file() for path in report.paths)
    assert all(
        path.endswith(key) for path, key in zip(report.paths, report.cases.keys, strict=True)
    )


def test_a_model_that_was_never_tested_has_a_report_without_cases(
    trained: TrainingResult, tmp_path: Path
) -> None:
    contents = contents_of(trained.folder)
    save_model(tmp_path / "m", replace(contents, card=replace(contents.card, evaluation=None)))
    report = report_of(tmp_path / "m")
    assert report.cases is None
    assert report.probabilities.shape == (0, 2)
    assert report.paths == ()


def test_a_damaged_model_has_no_report(trained: TrainingResult, tmp_path: Path) -> None:
    shutil.copytree(trained.folder, tmp_path / "m")
    (tmp_path / "m" / "predictions.csv").write_text("part\n")
    with pytest.raises(RefusedModel, match=r"predictions\.csv"):
        report_of(tmp_path / "m")


def test_two_models_are_compared_image_by_image(trained: TrainingResult, tmp_path: Path) -> None:
    worse = other_model(trained, tmp_path / "worse")
    found = compared(trained.folder, worse)
    assert found.n == 8
    assert found.accuracy[1].value == 0
    assert trained.card.accuracy is not None
    assert found.accuracy[0].value == trained.card.accuracy.value
    assert found.only_first_right == round(8 * found.accuracy[0].value)
    assert found.only_second_right == 0
    back = compared(worse, trained.folder)
    assert back.accuracy_difference.value == -found.accuracy_difference.value


def test_images_that_moved_are_still_the_same(trained: TrainingResult, tmp_path: Path) -> None:
    contents = contents_of(trained.folder)
    card = replace(contents.card, source_folder="/elsewhere")
    save_model(tmp_path / "m", replace(contents, card=card))
    assert compared(trained.folder, tmp_path / "m").n == 8


def test_models_tested_on_other_images_are_not_compared(
    trained: TrainingResult, tmp_path: Path
) -> None:
    contents = contents_of(trained.folder)
    rows = [
        replace(row, pixels=hashlib.md5(row.case.encode()).hexdigest()) for row in contents.rows
    ]
    save_model(tmp_path / "m", replace(contents, rows=rows))
    with pytest.raises(UnfitCohort, match="same images") as refusal:
        compared(trained.folder, tmp_path / "m")
    assert "precmed compare" in refusal.value.hint


def test_predictions_of_other_images_than_the_split_names_are_refused(
    trained: TrainingResult, tmp_path: Path
) -> None:
    contents = contents_of(trained.folder)
    save_model(tmp_path / "m", replace(contents, rows=tuple(contents.rows)[:-1]))
    with pytest.raises(RefusedModel, match="test images"):
        compared(trained.folder, tmp_path / "m")


def test_a_model_that_was_never_tested_is_not_compared(
    trained: TrainingResult, tmp_path: Path
) -> None:
    contents = contents_of(trained.folder)
    card = replace(contents.card, name="young", evaluation=None)
    save_model(tmp_path / "m", replace(contents, card=card))
    for pair in ((trained.folder, tmp_path / "m"), (tmp_path / "m", trained.folder)):
        with pytest.raises(UnfitCohort, match="“young” was never tested"):
            compared(*pair)


def test_a_report_needs_no_keras() -> None:
    code = (
        "import sys, precmed_gui.learning.model_report, precmed_gui.learning.shelf_view;"
        "assert not {'keras', 'tensorflow'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
