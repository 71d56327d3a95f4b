import json
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest
from PIL import Image

from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.diagnosis.errors import FailedStorage, PrecmedError
from precmed_gui.diagnosis.evaluation import Calibration
from precmed_gui.diagnosis.model_card import Member, ModelCard
from precmed_gui.diagnosis.training import TrainingResult
from precmed_gui.diagnosis.work import Cancelled, NeverCancelled, ignore
from precmed_gui.evaluation.evaluating import shown
from precmed_gui.learning import export_formats, export_model
from precmed_gui.learning.ensemble import (
    build_ensemble,
    ensemble_weights,
    set_ensemble_weights,
    traced,
    view_shifts,
)
from precmed_gui.learning.export_formats import FORMATS, KINDS
from precmed_gui.learning.export_model import (
    IMAGES,
    TOLERANCE,
    ExportedModel,
    probabilities_shown,
)
from precmed_gui.learning.export_model import export_model as export
from precmed_gui.learning.export_network import predictor
from precmed_gui.learning.predict import loaded_model, predict
from precmed_gui.learning.shelf import (
    ModelContents,
    load_card,
    load_weights,
    save_model,
    split_rows,
)
from precmed_gui.learning.verdicts import logits_of
from precmed_gui.modalities import modality
from precmed_gui.places import shipped_models_folder

FRAME = 36


@pytest.fixture(scope="module", autouse=True)
def drawn_once() -> Iterator[None]:
    """Drawing the pictures to compare by takes longer than exporting these small models."""
    imaging = modality("imaging")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(imaging, "drawn", lru_cache(imaging.drawn))
        yield


def exported(model: str | Path, kind: str, place: Path) -> ExportedModel:
    return export(str(model), kind, str(place), ignore, NeverCancelled())


def asked(place: Path, kind: str, images: np.ndarray) -> np.ndarray:
    return FORMATS[kind].open(place / FORMATS[kind].file)(images)


def size_of_test_part(model: TrainingResult) -> int:
    return sum(row.part == "test" for row in split_rows(Path(model.folder)))


def in_numbers(path: Path) -> np.ndarray:
    """What README.txt says to do with a picture, by other means."""
    small = Image.open(path).resize((28, 28), Image.Resampling.BILINEAR)
    return np.asarray(small, np.float32)[..., np.newaxis] / 255


def classes_in(document: object) -> Iterator[dict[str, Any]]:
    """What the configuration of a Keras file names to be imported."""
    if isinstance(document, dict):
        if "class_name" in document and document.get("module"):
            yield document
        document = list(document.values())
    if isinstance(document, list):
        for part in document:
            yield from classes_in(part)


def phantoms(count: int, side: int) -> np.ndarray:
    drawn = modality("imaging").drawn(count, side)
    small = [np.asarray(Image.fromarray(one).resize((side, side))) for one in drawn]
    return np.stack(small)[..., np.newaxis].astype(np.float32) / 255


@pytest.fixture(scope="module", params=KINDS)
def left(
    request: pytest.FixtureRequest,
    trained: TrainingResult,
    tmp_path_factory: pytest.TempPathFactory,
) -> ExportedModel:
    """The trained model as it left, once in each format."""
    place = tmp_path_factory.mktemp("left") / "out"
    return exported(trained.folder, request.param, place)


@pytest.fixture(scope="module")
def mixed(trained: TrainingResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with all there can be: colour, two members of other sizes, views, a vector."""
    card = replace(
        trained.card,
        image_size=FRAME,
        channels=3,
        members=(Member("small-cnn", FRAME, 0.7, 1.5), Member("article-cnn", 28, 0.3, 0.8)),
        views=2,
        calibration=Calibration("vector", (9.0, 11.0), (0.4, -0.3), 60),
        gate=None,
        sets=None,
        is_checkpoint=True,
    )
    import keras

    keras.utils.set_random_seed(3)
    weights = ensemble_weights(build_ensemble(card).networks)
    place = tmp_path_factory.mktemp("mixed") / "model"
    save_model(place, ModelContents(card, weights, split_rows(Path(trained.folder))))
    return place


def test_the_file_gives_what_a_prediction_shows(
    trained: TrainingResult, cohort: Cohort, left: ExportedModel
) -> None:
    cases = cohort.cases[::6]
    answers = predict(trained.folder, cases, ignore, NeverCancelled()).predictions
    files = [in_numbers(Path(case.path)) for case in cases]
    said = asked(Path(left.folder), left.kind, np.stack(files))
    wanted = np.array([answer.probabilities for answer in answers])
    assert np.abs(said - wanted).max() < TOLERANCE
    assert np.ptp(wanted[:, 0]) > 0.5
    assert (left.images, left.own_images) == (IMAGES, size_of_test_part(trained))


@pytest.mark.parametrize("kind", ["keras", "savedmodel"])
def test_views_members_sizes_and_calibration_are_in_the_file(
    mixed: Path, kind: str, tmp_path: Path
) -> None:
    found = exported(mixed, kind, tmp_path / "out")
    grey = phantoms(IMAGES, FRAME)
    images = np.concatenate([grey, grey[:, ::-1], grey[:, :, ::-1] ** 2], axis=3)
    wanted = probabilities_shown(loaded_model(mixed), images)
    assert np.abs(asked(tmp_path / "out", kind, images) - wanted).max() <= TOLERANCE
    assert found.largest_difference <= TOLERANCE


@pytest.mark.parametrize(
    "change", [{"views": 1}, {"calibration": None}, {"members": (Member("small-cnn", FRAME),)}]
)
def test_what_the_file_has_shows_in_its_answers(
    mixed: Path, change: dict[str, object], tmp_path: Path
) -> None:
    """Else the test above would pass for a file that lacks it."""
    images = np.repeat(phantoms(12, FRAME), 3, axis=3)
    whole = probabilities_shown(loaded_model(mixed), images)
    card: ModelCard = replace(load_card(mixed), **change)  # type: ignore[arg-type]
    import keras

    keras.utils.set_random_seed(3)
    weights = ensemble_weights(build_ensemble(card).networks)
    save_model(tmp_path / "less", ModelContents(card, weights, split_rows(mixed)))
    less = probabilities_shown(loaded_model(tmp_path / "less"), images)
    assert np.abs(whole - less).max() > 10 * TOLERANCE


def test_every_view_is_in_the_predictor(trained: TrainingResult) -> None:
    weights = load_weights(Path(trained.folder))
    views = [replace(trained.card, views=count) for count in range(1, 6)]
    images = phantoms(4, trained.card.image_size)
    said = []
    for card in views:
        ensemble = build_ensemble(card)
        set_ensemble_weights(ensemble.networks, weights)
        seen = traced(ensemble, card.views)(images)[0].astype(np.float64)
        wanted = shown(logits_of(seen / seen.sum(axis=1, keepdims=True)), card.calibration)
        said.append(np.asarray(predictor(card, weights)(images)))
        assert np.abs(said[-1] - wanted).max() <= TOLERANCE
    assert all(np.abs(one - other).max() > TOLERANCE for one, other in pairwise(said))


def test_views_move_by_whole_pixels_and_start_with_the_image_itself() -> None:
    assert view_shifts(100, 3) == ((0, 0), (-4, 0), (4, 0))
    assert view_shifts(8, 5)[-1] == (0, 1)


def test_the_shipped_transfer_model_says_the_same_of_fifty_phantoms(tmp_path: Path) -> None:
    folder = shipped_models_folder() / "chest-xray-children"
    assert "transfer" in {member.recipe for member in load_card(folder).members}
    found = exported(folder, "onnx", tmp_path / "out")
    assert found.images == IMAGES
    assert 0 < found.largest_difference <= TOLERANCE


@pytest.mark.parametrize("left", ["keras"], indirect=True)
def test_a_keras_file_needs_nothing_but_keras(left: ExportedModel) -> None:
    with ZipFile(Path(left.folder) / left.file) as file:
        network = json.loads(file.read("config.json"))
    used = list(classes_in(network))
    assert {"Functional", "Dense", "Softmax"} <= {one["class_name"] for one in used}
    assert {one["module"].partition(".")[0] for one in used} <= {"keras", "builtins"}
    assert not any(">" in (one.get("registered_name") or "") for one in used)


def test_onnx_names_its_ends_and_is_checked_without_a_runtime(
    trained: TrainingResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import onnx

    there = export_formats.find_spec
    monkeypatch.setattr(
        export_formats, "find_spec", lambda name: None if name == "onnxruntime" else there(name)
    )
    found = exported(trained.folder, "onnx", tmp_path / "out")
    assert found.largest_difference <= TOLERANCE
    graph = onnx.load(tmp_path / "out" / "model.onnx").graph
    ends = [graph.input[0], graph.output[0]]
    assert [end.name for end in ends] == ["images", "probabilities"]
    assert {end.type.tensor_type.shape.dim[0].dim_param for end in ends} == {"n"}


def test_a_missing_package_is_said_in_a_sentence_before_anything_is_done(
    trained: TrainingResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_formats, "find_spec", lambda name: None)
    with pytest.raises(PrecmedError, match="tf2onnx") as caught:
        exported(trained.folder, "onnx", tmp_path / "out")
    assert caught.value.hint
    assert not (tmp_path / "out").exists()


def test_a_file_that_says_something_else_is_removed(
    trained: TrainingResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = FORMATS["keras"]

    def open_wrong(path: Path) -> export_formats.Ask:
        ask = form.open(path)
        return lambda images: ask(images) + np.float32(3e-5)

    monkeypatch.setitem(FORMATS, "keras", replace(form, open=open_wrong))
    with pytest.raises(PrecmedError, match="does not say the same"):
        exported(trained.folder, "keras", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_a_number_is_no_agreement(
    trained: TrainingResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = replace(FORMATS["keras"], open=lambda path: lambda images: np.full(2, np.nan))
    monkeypatch.setitem(FORMATS, "keras", nothing)
    with pytest.raises(PrecmedError, match="does not say the same"):
        exported(trained.folder, "keras", tmp_path / "out")


def test_a_folder_with_something_in_it_is_left_alone(
    trained: TrainingResult, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(FailedStorage, match="holds something else"):
        exported(trained.folder, "keras", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


class StopsLate:
    """Stop is pressed when something was reported."""

    def __init__(self) -> None:
        self.is_pressed = False

    def report(self, event: object) -> None:
        self.is_pressed = True

    def is_set(self) -> bool:
        return self.is_pressed

    def raise_if_set(self) -> None:
        if self.is_pressed:
            raise Cancelled


def test_stop_leaves_nothing(trained: TrainingResult, tmp_path: Path) -> None:
    stop = StopsLate()
    with pytest.raises(Cancelled):
        export(trained.folder, "keras", str(tmp_path / "out"), stop.report, stop)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("left", ["keras"], indirect=True)
def test_card_and_readme_say_what_goes_in_and_what_is_left_out(left: ExportedModel) -> None:
    card = json.loads((Path(left.folder) / "card.json").read_text("utf-8"))
    assert card["export"]["input"]["shape"] == ["n", 28, 28, 1]
    assert card["export"]["output"]["labels"] == ["left", "right"]
    assert {"sets", "gate", "refusals"} <= set(card["export"]["not_included"])
    assert list(card["export"]["sha256"]) == ["model.keras"]
    text = (Path(left.folder) / "README.txt").read_text("utf-8")
    for words in ("(n, 28, 28, 1)", "NOT in it", "gate", "Research use only", "255"):
        assert words in text
    assert "No intended use stated." in text


def test_an_export_does_not_say_where_the_images_were(left: ExportedModel, spots: Path) -> None:
    for name in ("card.json", "README.txt"):
        assert str(spots.parent) not in (Path(left.folder) / name).read_text("utf-8")


def test_images_that_are_gone_are_replaced_by_drawn_ones(
    trained: TrainingResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_model, "case_file", lambda name, folder: str(tmp_path / "gone.png"))
    found = exported(trained.folder, "keras", tmp_path / "out")
    assert (found.images, found.own_images) == (50, 0)


def test_drawn_pictures_are_the_same_each_time_and_as_large_as_asked() -> None:
    draw = modality("imaging").drawn.__wrapped__
    first, again = (draw(3, 224) for _turn in range(2))
    assert all(np.array_equal(one, other) for one, other in zip(first, again, strict=True))
    assert {one.shape for one in first} == {(224, 224)}
    assert not np.array_equal(first[0], first[1])
