import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from precmed_gui.diagnosis.cases import Case, Cohort
from precmed_gui.diagnosis.errors import RefusedModel, UnfitCohort
from precmed_gui.diagnosis.prediction import CasesRead
from precmed_gui.diagnosis.training import TrainingResult
from precmed_gui.diagnosis.work import Cancelled, NeverCancelled, ignore
from precmed_gui.learning.evaluate import evaluate
from precmed_gui.learning.predict import loaded_model, predict, predict_paths
from precmed_gui.learning.shelf import load_card, load_weights, save_model, split_rows


class AlwaysCancelled:
    def is_set(self) -> bool:
        return True

    def raise_if_set(self) -> None:
        raise Cancelled


def test_every_case_gets_probabilities_that_sum_to_one(
    trained: TrainingResult, cohort: Cohort
) -> None:
    answers = predict(trained.folder, cohort.cases, ignore, NeverCancelled())
    assert [answer.case for answer in answers.predictions] == list(cohort.cases)
    assert all(answer.labels == ("left", "right") for answer in answers.predictions)
    sums = [sum(answer.probabilities) for answer in answers.predictions]
    assert np.abs(np.array(sums) - 1).max() < 1e-6
    right = sum(answer.label == answer.case.label for answer in answers.predictions)
    assert right >= 45


def test_an_image_alone_reads_as_in_company(trained: TrainingResult, cohort: Cohort) -> None:
    together = predict(trained.folder, cohort.cases, ignore, NeverCancelled()).predictions[7]
    alone = predict(trained.folder, cohort.cases[7:8], ignore, NeverCancelled()).predictions[0]
    assert alone.probabilities == pytest.approx(together.probabilities, abs=1e-5)


def test_predictions_stream_and_add_up_to_the_answer(
    trained: TrainingResult, cohort: Cohort
) -> None:
    events: list[CasesRead] = []
    answers = predict(trained.folder, cohort.cases, events.append, NeverCancelled())  # type: ignore[arg-type]
    assert sum((event.predictions for event in events), ()) == answers.predictions
    assert [event.total for event in events] == [60] * len(events)
    assert events[-1].done == 60


def test_what_cannot_be_read_is_listed_with_a_reason(
    trained: TrainingResult, cohort: Cohort, tmp_path: Path
) -> None:
    text = tmp_path / "text.png"
    text.write_text("no image")
    small = tmp_path / "small.png"
    Image.new("L", (20, 20)).save(small)
    cases = (Case(str(text)), cohort.cases[0], Case(str(small)))
    answers = predict(trained.folder, cases, ignore, NeverCancelled())
    assert [answer.case for answer in answers.predictions] == [cohort.cases[0]]
    assert [file.path for file in answers.unreadable] == [str(text), str(small)]
    assert "28" in answers.unreadable[1].reason


def test_colour_and_sixteen_bits_read_like_their_grey_eight_bit_twin(
    trained: TrainingResult, cohort: Cohort, tmp_path: Path
) -> None:
    grey = np.asarray(Image.open(cohort.cases[0].path))
    Image.fromarray(np.stack([grey] * 3, axis=2)).save(tmp_path / "colour.png")
    wide = np.round(grey * (65535 / 255)).astype(np.uint16)
    wide[0, 0] = 65535
    Image.fromarray(wide).save(tmp_path / "wide.png")
    paths = (cohort.cases[0].path, str(tmp_path / "colour.png"), str(tmp_path / "wide.png"))
    answers = predict_paths(trained.folder, paths, ignore, NeverCancelled())
    first, second, third = (answer.probabilities for answer in answers.predictions)
    assert second == pytest.approx(first, abs=1e-3)
    assert third == pytest.approx(first, abs=0.05)


def test_stop_stops(trained: TrainingResult, cohort: Cohort) -> None:
    with pytest.raises(Cancelled):
        predict(trained.folder, cohort.cases, ignore, AlwaysCancelled())


def test_a_model_is_rebuilt_once_and_again_when_its_files_change(
    trained: TrainingResult, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(trained.folder, tmp_path / "m"))
    first = loaded_model(folder)
    assert loaded_model(folder) is first
    save_model(
        folder, replace(load_card(folder), name="b"), load_weights(folder), split_rows(folder)
    )
    assert loaded_model(folder).card.name == "b"


def test_a_model_of_another_modality_is_refused(
    trained: TrainingResult, cohort: Cohort, tmp_path: Path
) -> None:
    folder = tmp_path / "m"
    card = replace(trained.card, modality="sequences")
    save_model(folder, card, load_weights(Path(trained.folder)), ())
    with pytest.raises(RefusedModel, match="sequences") as refusal:
        predict(str(folder), cohort.cases, ignore, NeverCancelled())
    assert refusal.value.hint
    with pytest.raises(RefusedModel, match="sequences"):
        evaluate(str(folder), cohort, ignore, NeverCancelled())


def given(cohort: Cohort, trained: TrainingResult) -> Cohort:
    """The cohort with the split its model stored, as if it had come with the data."""
    parts = {row.case + row.label: row.part for row in split_rows(Path(trained.folder))}
    cases = [replace(c, part=parts[c.name + str(c.label)]) for c in cohort.cases]  # type: ignore[arg-type]
    return replace(cohort, cases=tuple(cases))


def test_the_test_part_is_measured_where_there_is_one(
    trained: TrainingResult, cohort: Cohort
) -> None:
    result = evaluate(trained.folder, given(cohort, trained), ignore, NeverCancelled())
    assert result.n == 8
    assert result.accuracy == trained.card.test["accuracy"]
    assert result.auc == trained.card.test["auc"]
    assert result.seen_in_training == 0


def test_all_is_measured_otherwise_and_what_was_trained_on_is_counted(
    trained: TrainingResult, cohort: Cohort
) -> None:
    result = evaluate(trained.folder, cohort, ignore, NeverCancelled())
    assert result.n == 60
    assert result.seen_in_training == 52


def test_there_is_no_area_where_a_class_is_missing(trained: TrainingResult, cohort: Cohort) -> None:
    left = replace(cohort, cases=cohort.cases[:5])
    assert evaluate(trained.folder, left, ignore, NeverCancelled()).auc is None


def test_classes_the_model_does_not_know_are_named(trained: TrainingResult, cohort: Cohort) -> None:
    strange = replace(cohort.cases[0], label="middle")
    other = replace(cohort, cases=(strange,), label_order=("middle",))
    with pytest.raises(UnfitCohort, match="“middle”") as refusal:
        evaluate(trained.folder, other, ignore, NeverCancelled())
    assert "“left”" in refusal.value.hint


def test_images_without_a_class_cannot_be_measured(trained: TrainingResult, cohort: Cohort) -> None:
    loose = replace(cohort, cases=(Case(cohort.cases[0].path),), label_order=())
    with pytest.raises(UnfitCohort, match="No image has a class"):
        evaluate(trained.folder, loose, ignore, NeverCancelled())
