from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from precmed_gui.diagnosis.cases import Case, Cohort
from precmed_gui.diagnosis.errors import RefusedModel
from precmed_gui.diagnosis.evaluation import Calibration, SetRule
from precmed_gui.diagnosis.prediction import CasesRead, Prediction
from precmed_gui.diagnosis.training import TrainingResult
from precmed_gui.diagnosis.work import Cancelled, NeverCancelled, ignore
from precmed_gui.learning.predict import answered, loaded_model, predict, predict_paths
from precmed_gui.learning.shelf import (
    ModelContents,
    load_card,
    load_reference,
    load_weights,
    save_model,
    split_rows,
)
from precmed_gui.learning.verdicts import predictions_of


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


def with_card(trained: TrainingResult, folder: Path, **changes: object) -> str:
    """A copy of the trained model with another card."""
    source = Path(trained.folder)
    contents = ModelContents(
        replace(load_card(source), **changes),  # type: ignore[arg-type]
        load_weights(source),
        split_rows(source),
        (source / "predictions.csv").read_text(),
        load_reference(source),
    )
    save_model(folder, contents)
    return str(folder)


def test_a_model_is_rebuilt_once_and_again_when_its_files_change(
    trained: TrainingResult, tmp_path: Path
) -> None:
    folder = tmp_path / "m"
    with_card(trained, folder, name="a")
    first = loaded_model(folder)
    assert loaded_model(folder) is first
    with_card(trained, folder, name="b")
    assert loaded_model(folder).card.name == "b"


def test_a_model_that_is_replaced_while_it_is_read_is_never_mixed(
    trained: TrainingResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "m"
    with_card(trained, folder, name="first")

    def replaced_before(place: Path):  # type: ignore[no-untyped-def]
        if load_card(folder).name == "first":
            with_card(trained, folder, name="better")
        return load_weights(place)

    monkeypatch.setattr("precmed_gui.learning.predict.load_weights", replaced_before)
    assert loaded_model(folder).card.name == "better"


def test_a_model_of_another_modality_is_refused(
    trained: TrainingResult, cohort: Cohort, tmp_path: Path
) -> None:
    folder = with_card(trained, tmp_path / "m", modality="sequences")
    with pytest.raises(RefusedModel, match="sequences") as refusal:
        predict(folder, cohort.cases, ignore, NeverCancelled())
    assert refusal.value.hint


def test_percentages_are_calibrated(
    trained: TrainingResult, cohort: Cohort, tmp_path: Path
) -> None:
    calibration = Calibration("vector", (1.0, 1.0), (0.0, 2.0), 10)
    plain = with_card(trained, tmp_path / "plain", calibration=None)
    moved = with_card(trained, tmp_path / "moved", calibration=calibration)
    before = read(plain, *cohort.cases[:5])
    after = read(moved, *cohort.cases[:5])
    odds = [
        [one.probabilities[1] / one.probabilities[0] for one in said] for said in (before, after)
    ]
    assert np.array(odds[1]) / np.array(odds[0]) == pytest.approx(np.exp(2.0))


def read(folder: str, *cases: Case) -> tuple[Prediction, ...]:
    return predict(folder, cases, ignore, NeverCancelled()).predictions


def sets_with(quantile: float) -> SetRule:
    return SetRule(0.9, quantile, 0.1, 1, 1, 20)


def test_a_narrow_set_is_answered_and_a_wide_one_is_for_a_colleague(
    trained: TrainingResult, cohort: Cohort, tmp_path: Path
) -> None:
    narrow = with_card(trained, tmp_path / "narrow", sets=sets_with(0.0))
    answer = read(narrow, cohort.cases[0])[0]
    assert (answer.verdict, answer.reason) == ("answer", "")
    assert answer.label_set == (answer.label,)
    wide = with_card(trained, tmp_path / "wide", sets=sets_with(2.0))
    referred = read(wide, cohort.cases[0])[0]
    assert referred.verdict == "refer"
    assert "colleague" in referred.reason
    assert referred.label_set == tuple(label for label, _share in referred.ranked)


def test_a_model_without_rules_just_answers(
    trained: TrainingResult, cohort: Cohort, tmp_path: Path
) -> None:
    source = Path(trained.folder)
    card = replace(load_card(source), calibration=None, sets=None, gate=None, evaluation=None)
    save_model(tmp_path / "m", ModelContents(card, load_weights(source), split_rows(source)))
    answer = read(str(tmp_path / "m"), cohort.cases[0])[0]
    assert (answer.verdict, answer.reason, answer.label_set) == ("answer", "", ())
    assert answer.nearest == ()


def test_the_nearest_training_images_are_where_they_were(
    trained: TrainingResult, cohort: Cohort
) -> None:
    rows = split_rows(Path(trained.folder))
    names = {row.case for row in rows if row.part == "train"}
    case = next(case for case in cohort.cases if f"{case.label}/{case.name}" in names)
    nearest = read(trained.folder, case)[0].nearest
    assert nearest[0].path == case.key
    assert nearest[0].label == case.label
    assert nearest[0].distance == pytest.approx(0, abs=1e-4)
    assert [one.label for one in nearest].count("left") == 3
    assert [one.label for one in nearest].count("right") == 3
    assert [one.distance for one in nearest] == sorted(one.distance for one in nearest)
    assert all(Path(one.path).is_file() for one in nearest)


def save(folder: Path, name: str, image: np.ndarray) -> Case:
    Image.fromarray(image).save(folder / name)
    return Case(str(folder / name))


def spot(cohort: Cohort) -> np.ndarray:
    return np.asarray(Image.open(cohort.cases[5].path))


def refusal_of(folder: str, case: Case) -> str:
    answer = read(folder, case)[0]
    assert answer.verdict == "refused"
    return answer.reason


def test_a_blank_image_is_refused_as_blank(trained: TrainingResult, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    flat = (random.random((64, 64)) * 4 + 120).astype(np.uint8)
    assert "blank" in refusal_of(trained.folder, save(tmp_path, "a.png", flat))


def test_a_coloured_image_among_grey_ones_is_refused(
    trained: TrainingResult, cohort: Cohort, tmp_path: Path
) -> None:
    grey = spot(cohort)
    coloured = np.stack([grey, grey // 2, grey // 4], axis=2)
    assert "colour" in refusal_of(trained.folder, save(tmp_path, "a.png", coloured))


def test_a_grey_image_with_a_small_coloured_mark_is_read(
    trained: TrainingResult, cohort: Cohort, tmp_path: Path
) -> None:
    image = np.stack([spot(cohort)] * 3, axis=2)
    image[:1, :1] = (255, 0, 0)
    assert read(trained.folder, save(tmp_path, "a.png", image))[0].verdict != "refused"


def test_a_far_smaller_image_is_refused_though_the_network_could_take_it(
    trained: TrainingResult, cohort: Cohort, tmp_path: Path
) -> None:
    gate = trained.card.gate
    assert gate is not None
    folder = with_card(trained, tmp_path / "m", gate=replace(gate, smallest_side=100))
    assert "32 × 32" in refusal_of(folder, cohort.cases[0])


def test_a_negative_is_called_one(trained: TrainingResult, cohort: Cohort, tmp_path: Path) -> None:
    negative = save(tmp_path, "a.png", 255 - spot(cohort))
    assert "negative" in refusal_of(trained.folder, negative)


def test_something_else_is_refused_as_unlike_and_not_as_a_negative(
    trained: TrainingResult, tmp_path: Path
) -> None:
    noise = np.random.default_rng(0).integers(0, 2, (32, 32)).astype(np.uint8) * 255
    reason = refusal_of(trained.folder, save(tmp_path, "a.png", noise))
    assert "unlike" in reason


def test_a_refused_image_is_not_referred(
    trained: TrainingResult, cohort: Cohort, tmp_path: Path
) -> None:
    folder = with_card(trained, tmp_path / "m", sets=sets_with(2.0))
    answer = read(folder, save(tmp_path, "a.png", 255 - spot(cohort)))[0]
    assert answer.verdict == "refused"


def test_only_refused_images_are_looked_at_twice(
    trained: TrainingResult, cohort: Cohort, tmp_path: Path
) -> None:
    model = loaded_model(Path(trained.folder))
    asked: list[int] = []

    def counted(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        asked.append(len(images))
        return model.run(images)

    watched = replace(model, run=counted)
    cases = (cohort.cases[0], save(tmp_path, "a.png", 255 - spot(cohort)), cohort.cases[1])
    for answers in answered(watched, cases, NeverCancelled()):
        assert answers.said is not None
        predictions_of(watched, answers.said)
    assert asked == [3, 1]


def test_the_list_says_what_the_model_is_for(
    trained: TrainingResult, cohort: Cohort, tmp_path: Path
) -> None:
    folder = with_card(trained, tmp_path / "m", intended_use="To learn.")
    assert predict(folder, cohort.cases[:1], ignore, NeverCancelled()).intended_use == "To learn."
    paths = (cohort.cases[0].path,)
    assert predict_paths(folder, paths, ignore, NeverCancelled()).intended_use == "To learn."
