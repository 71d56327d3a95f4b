"""Series of slices: what networks see of them, and one answer for all slices together."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import draw, opened
from made_dicom import write_dicom
from trainings import read, run

from precmed_gui.cohorts.split import split_cohort
from precmed_gui.diagnosis.cases import PARTS, Case, Cohort, slice_case
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.diagnosis.pictures import StatedWindow
from precmed_gui.diagnosis.training import TrainingPlan, TrainingResult, TrainingSettings
from precmed_gui.diagnosis.work import NeverCancelled, ignore
from precmed_gui.learning import train
from precmed_gui.learning.decoded import Frame, decoded
from precmed_gui.learning.evaluate import compare_on, evaluate
from precmed_gui.learning.predict import predict, read_fingerprint
from precmed_gui.learning.shelf import load_card, split_rows
from precmed_gui.learning.slices import (
    averaged,
    chosen_slices,
    chosen_window,
    commonest,
    middle_slice,
    most_refuse,
    sliced,
)
from precmed_gui.modalities import modality

VOLUMES, SLICES = 10, 3
EACH = TrainingSettings(recipe="article-cnn", epochs=3, batch_size=8, slices="each")
SOFT_TISSUE = StatedWindow("soft-tissue", 40, 400)


def write_volumes(folder: Path) -> Path:
    """CT series of three slices each, a spot at the left or at the right of all of them."""
    axial = [1, 0, 0, 0, 1, 0]
    for label in ("left", "right"):
        (folder / label).mkdir(parents=True)
        for volume in range(VOLUMES):
            for number in range(SLICES):
                values = draw(label, 10 * volume + number).astype(np.int16) * 2 - 200
                write_dicom(
                    folder / label / f"{volume}-{number}.dcm", values, Modality="CT",
                    PatientID=f"{label}-{volume}", StudyInstanceUID="1.2",
                    SeriesInstanceUID=f"1.2.{len(label)}.{volume + 1}",
                    ImageOrientationPatient=axial, ImagePositionPatient=[0, 0, 5.0 * number],
                    RescaleIntercept=0, RescaleSlope=1, RescaleType="HU",
                )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def volumes(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    return opened(write_volumes(tmp_path_factory.mktemp("volumes") / "ct"))


@pytest.fixture(scope="module")
def by_slice(volumes: Cohort, tmp_path_factory: pytest.TempPathFactory) -> TrainingResult:
    home = tmp_path_factory.mktemp("by-slice")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PRECMED_HOME", str(home))
        return run(volumes, home / "model", EACH)


def test_the_middle_slice_stands_for_its_series_as_the_reader_has_it(volumes: Cohort) -> None:
    assert {case.slices for case in volumes.cases} == {SLICES}
    seen = sliced(volumes, "middle").cases
    assert [case.path for case in seen] == [case.files[1] for case in volumes.cases]
    even = replace(volumes.cases[0], slices=2, files=volumes.cases[0].files[:2])
    for case in (volumes.cases[0], even):
        (one,) = chosen_slices(case, "middle")
        reader = modality("imaging")
        assert np.array_equal(reader.read(one), reader.read(case))
    assert middle_slice(even) == 1


def test_a_case_of_one_picture_is_left_alone_by_both_rules() -> None:
    case = Case("/a.png", label="x")
    assert chosen_slices(case, "middle") == chosen_slices(case, "each") == (case,)


def test_each_slice_is_an_image_of_the_same_patient_on_one_side_of_the_split(
    volumes: Cohort,
) -> None:
    unknown = replace(volumes, cases=tuple(replace(case, patient="") for case in volumes.cases))
    seen = sliced(unknown, "each")
    assert len(seen.cases) == 2 * VOLUMES * SLICES
    assert {case.patient for case in seen.cases} == {case.key for case in unknown.cases}
    split = split_cohort(seen, 1)
    parts = [{seen.cases[i].patient for i in split.part(part)} for part in PARTS]
    assert sum(len(part) for part in parts) == len(unknown.cases)
    assert split.patients_shared == 0


def test_the_window_is_the_usual_one_of_ct_unless_another_is_chosen(volumes: Cohort) -> None:
    assert chosen_window(TrainingSettings(), volumes) == SOFT_TISSUE
    assert chosen_window(TrainingSettings(window="file"), volumes) is None
    lung = chosen_window(TrainingSettings(window="lung"), volumes)
    assert lung is not None
    assert (lung.name, lung.center, lung.width) == ("lung", -600, 1500)
    plain = Cohort(cases=(Case("/a.png", label="x"),), label_order=("x",))
    assert chosen_window(TrainingSettings(), plain) is None


def test_an_unknown_window_is_refused_with_the_names_there_are(volumes: Cohort) -> None:
    with pytest.raises(PrecmedError, match="liver") as caught:
        chosen_window(TrainingSettings(window="liver"), volumes)
    assert "file, lung, bone, soft-tissue, brain" in caught.value.hint


def test_pictures_of_another_window_are_kept_apart(volumes: Cohort) -> None:
    cases = sliced(volumes, "middle").cases
    soft, lung = (
        decoded(cases, Frame("imaging", 28, 1, window), ignore, NeverCancelled())
        for window in (SOFT_TISSUE, modality("imaging").windows()["lung"])
    )
    assert not np.array_equal(soft.pixels, lung.pixels)
    assert not np.array_equal(soft.fingerprints, lung.fingerprints)


def test_together_slices_say_the_geometric_mean_of_their_probabilities() -> None:
    random = np.random.default_rng(1)
    logits = np.log(random.dirichlet((1, 2, 3), 5))
    mean, _typical = averaged(logits)
    product = np.exp(logits).prod(axis=0) ** (1 / 5)
    assert np.exp(mean) == pytest.approx(product / product.sum())


def test_a_slice_that_says_the_mean_is_the_most_typical() -> None:
    logits = np.log(np.array([[0.9, 0.1], [0.5, 0.5], [0.1, 0.9]]))
    mean, typical = averaged(logits)
    assert mean[0] == pytest.approx(mean[1])
    assert typical == 1


def test_a_case_is_refused_by_more_than_half_of_its_slices() -> None:
    assert not most_refuse(2, 4)
    assert most_refuse(3, 4)
    assert commonest(["grey", "small", "small"]) == "small"
    assert commonest(["grey", "small"]) == "grey"


def test_training_on_each_slice_is_stated_on_the_card(
    by_slice: TrainingResult, volumes: Cohort
) -> None:
    card = load_card(Path(by_slice.folder))
    assert (card.slices, card.window) == ("each", SOFT_TISSUE)
    assert card.data.images == 2 * VOLUMES * SLICES
    assert card.split.patients == 2 * VOLUMES
    assert card.split.patients_shared == 0
    assert card.split.are_patients_known
    assert card.evaluation is not None
    assert card.evaluation.measures.patients == card.evaluation.measures.n // SLICES
    files = {Path(file).name for case in volumes.cases for file in case.files}
    assert {Path(row.case).name for row in split_rows(Path(by_slice.folder))} == files


def test_unknown_patients_stay_unknown_though_slices_share_one(volumes: Cohort) -> None:
    unknown = replace(volumes, cases=tuple(replace(case, patient="") for case in volumes.cases))
    plan = TrainingPlan(unknown, EACH, "/nowhere", "spots")
    found = train.slices_receipt(plan, read(unknown, EACH))
    assert found.patients == 2 * VOLUMES
    assert not found.are_patients_known


def test_a_series_gets_one_answer_from_all_its_slices(
    by_slice: TrainingResult, volumes: Cohort
) -> None:
    case = volumes.cases[0]
    (answer,) = predict(by_slice.folder, (case,), ignore, NeverCancelled()).predictions
    slices = tuple(slice_case(case, number) for number in range(1, SLICES + 1))
    each = predict(by_slice.folder, slices, ignore, NeverCancelled()).predictions
    product = np.prod([one.probabilities for one in each], axis=0) ** (1 / SLICES)
    assert answer.case == case
    assert answer.probabilities == pytest.approx(product / product.sum(), abs=1e-5)
    assert answer.nearest in [one.nearest for one in each]
    assert answer.fingerprint not in [one.fingerprint for one in each]
    card = load_card(Path(by_slice.folder))
    for one in (answer, *each):
        assert one.fingerprint == read_fingerprint(one.case, card)
    changed = replace(case, files=case.files[::-1])
    assert read_fingerprint(changed, card) != answer.fingerprint


def test_series_and_pictures_are_answered_in_the_order_asked(
    by_slice: TrainingResult, volumes: Cohort
) -> None:
    first, second = volumes.cases[:2]
    asked = (slice_case(first, 1), first, second, slice_case(second, 3))
    answers = predict(by_slice.folder, asked, ignore, NeverCancelled()).predictions
    assert tuple(answer.case for answer in answers) == asked


def test_slices_that_cannot_be_read_count_as_refused(
    by_slice: TrainingResult, volumes: Cohort, tmp_path: Path
) -> None:
    case = volumes.cases[0]
    gone = str(tmp_path / "gone.dcm")
    one_gone = replace(case, files=(*case.files[:2], gone))
    two_gone = replace(case, files=(case.files[0], gone, gone + "2"))
    all_gone = replace(case, path=gone, files=(gone, gone + "2", gone + "3"))
    answers = predict(by_slice.folder, (one_gone, two_gone, all_gone), ignore, NeverCancelled())
    whole, broken = answers.predictions
    assert whole.verdict != "refused"
    assert (broken.verdict, broken.reason) == (
        "refused",
        "More than half of its slices cannot be read.",
    )
    assert [file.path for file in answers.unreadable] == [all_gone.key]


def test_series_are_measured_as_they_are_answered(
    by_slice: TrainingResult, volumes: Cohort
) -> None:
    found = evaluate(by_slice.folder, volumes, ignore, NeverCancelled()).evaluation
    assert found.measures.n == 2 * VOLUMES
    answers = predict(by_slice.folder, volumes.cases, ignore, NeverCancelled()).predictions
    right = sum(answer.label == answer.case.label for answer in answers)
    assert found.measures.accuracy.value == pytest.approx(right / (2 * VOLUMES))
    refused = sum(answer.verdict == "refused" for answer in answers)
    assert found.refused is not None
    assert found.refused.value == pytest.approx(refused / (2 * VOLUMES))
    rows = split_rows(Path(by_slice.folder))
    assert found.seen_in_training == sum(row.part != "test" for row in rows) // SLICES


def test_models_of_both_rules_are_compared_on_the_same_series(
    by_slice: TrainingResult, volumes: Cohort, tmp_path: Path
) -> None:
    middle = run(volumes, tmp_path / "middle", replace(EACH, slices="middle"))
    assert middle.card.slices == "middle"
    assert middle.card.data.images == 2 * VOLUMES
    tested = [row.case for row in split_rows(tmp_path / "middle") if row.part == "test"]
    also = {Path(r.case).name[0:2] + r.label for r in split_rows(Path(by_slice.folder))
            if r.part == "test"}  # fmt: skip
    common = sum(Path(name).name[0:2] + name.split("/")[0] in also for name in tested)
    found = compare_on(by_slice.folder, middle.folder, volumes, ignore, NeverCancelled())
    assert found.n == common


def test_a_card_without_slices_and_window_reads_as_before(trained: TrainingResult) -> None:
    document = trained.card.to_json()
    for name in ("slices", "window", "leaks"):
        del document[name]
    card = ModelCard.from_json(document)
    assert (card.slices, card.window, card.leaks) == ("middle", None, None)
