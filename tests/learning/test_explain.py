"""Maps: they find what is known to be there, and say when they deserve no look."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from nodules import Nodule, draw_nodules
from PIL import Image

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.errors import PrecmedError, UnreadableFile
from precmed_gui.diagnosis.explanation import Explanation, MapMethod
from precmed_gui.diagnosis.model_card import Member, ModelCard
from precmed_gui.diagnosis.work import Cancelled, NeverCancelled, ignore
from precmed_gui.learning.attribution import METHODS
from precmed_gui.learning.ensemble import build_ensemble, ensemble_weights
from precmed_gui.learning.explain import MapWish, explain, explained
from precmed_gui.learning.predict import predict
from precmed_gui.learning.shelf import ModelContents, load_card, load_weights, save_model
from precmed_gui.places import shipped_models_folder

MODEL = shipped_models_folder() / "demo-phantoms"
QUIET = (ignore, NeverCancelled())


class Stopped:
    """A cancel token whose Stop was pressed."""

    def is_set(self) -> bool:
        return True

    def raise_if_set(self) -> None:
        raise Cancelled


def saved(picture: np.ndarray, file: Path) -> Case:
    Image.fromarray(picture).save(file)
    return Case(str(file))


def right_ones(folder: Path, count: int) -> list[tuple[Nodule, Case]]:
    """Nodules that the demo model calls so."""
    nodules = draw_nodules(count)
    cases = tuple(saved(one.picture, folder / f"{n}.png") for n, one in enumerate(nodules))
    said = predict(str(MODEL), cases, *QUIET).predictions
    pairs = zip(nodules, cases, said, strict=True)
    return [(nodule, case) for nodule, case, one in pairs if one.label == "nodule"]


@pytest.fixture(scope="module")
def nodules(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Nodule, Case]]:
    return right_ones(tmp_path_factory.mktemp("nodules"), 16)


@pytest.mark.parametrize("method", METHODS)
def test_the_strongest_place_is_at_the_known_nodule(
    nodules: list[tuple[Nodule, Case]], method: MapMethod
) -> None:
    maps = [explained(str(MODEL), MapWish(case, method=method), *QUIET) for _one, case in nodules]

    hits = [
        one.holds_or_touches(found.strength)
        for (one, _case), found in zip(nodules, maps, strict=True)
    ]

    assert len(hits) >= 10
    assert np.mean(hits) >= 0.8
    assert np.mean([found.checks.passed for found in maps]) >= 0.8


def test_a_map_has_the_size_of_its_image_and_is_of_any_class(tmp_path: Path) -> None:
    picture = np.asarray(Image.fromarray(draw_nodules(1)[0].picture).resize((300, 220)))
    case = saved(picture, tmp_path / "one.png")

    maps = {label: explain(str(MODEL), case, label, 0, *QUIET) for label in ("clear", "nodule")}

    for label, found in maps.items():
        assert found.strength.shape == (220, 300)
        assert found.strength.dtype == np.float32
        assert (found.strength.min(), found.strength.max()) == (0, 1)
        assert (found.label, found.slice_number, found.slice_strengths) == (label, 1, ())
    assert not np.allclose(maps["clear"].strength, maps["nodule"].strength)


def test_without_a_label_the_map_is_of_the_most_probable_class(tmp_path: Path) -> None:
    _nodule, case = right_ones(tmp_path, 4)[0]

    assert explain(str(MODEL), case, "", 0, *QUIET).label == "nodule"


def test_the_same_image_gives_the_same_map_and_the_same_checks(tmp_path: Path) -> None:
    case = saved(draw_nodules(1)[0].picture, tmp_path / "one.png")
    first, second = (explain(str(MODEL), case, "nodule", 0, *QUIET) for _time in range(2))

    assert np.array_equal(first.strength, second.strength)
    assert first.checks == second.checks


def shelved(folder: Path, card: ModelCard, weights: dict[str, np.ndarray]) -> Path:
    save_model(folder, ModelContents(replace(card, is_checkpoint=True, gate=None), weights, ()))
    return folder


def redrawn(name: str, array: np.ndarray) -> np.ndarray:
    random = np.random.default_rng(len(name))
    if array.ndim == 1:
        return array
    return random.normal(0, array.std(), array.shape).astype(np.float32)


def shuffled(name: str, array: np.ndarray) -> np.ndarray:
    return np.random.default_rng(len(name)).permutation(array.ravel()).reshape(array.shape)


def untrained(card: ModelCard) -> dict[str, np.ndarray]:
    import keras

    keras.utils.set_random_seed(5)
    return ensemble_weights(build_ensemble(card).networks)


def randomised(kind: str, card: ModelCard) -> dict[str, np.ndarray]:
    if kind == "untrained":
        return untrained(card)
    change: Callable[[str, np.ndarray], np.ndarray] = redrawn if kind == "redrawn" else shuffled
    return {name: change(name, array) for name, array in load_weights(MODEL).items()}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", ["untrained", "redrawn", "shuffled"])
def test_a_model_with_random_weights_fails_its_check(
    tmp_path: Path, kind: str, method: MapMethod
) -> None:
    card = load_card(MODEL)
    folder = shelved(tmp_path / "random", card, randomised(kind, card))

    for number, nodule in enumerate(draw_nodules(3)):
        case = saved(nodule.picture, tmp_path / f"{number}.png")
        checks = explained(str(folder), MapWish(case, "nodule", method=method), *QUIET).checks

        assert not checks.passed
        assert checks.reason


@pytest.mark.parametrize(
    ("recipe", "method"),
    [("transfer", "gradient"), ("article-cnn", "gradient"), ("article-cnn", "class-activation")],
)
def test_every_recipe_has_maps(tmp_path: Path, recipe: str, method: MapMethod) -> None:
    size = 28
    card = replace(
        load_card(MODEL), members=(Member(recipe, size),), image_size=size, recipe=recipe
    )
    folder = shelved(tmp_path / "model", card, untrained(card))
    case = saved(draw_nodules(1)[0].picture, tmp_path / "one.png")

    found = explained(str(folder), MapWish(case, "nodule", method=method), *QUIET)

    assert found.strength.shape == (128, 128)
    assert found.strength.max() in (0, 1)
    assert found.method == method


def test_of_a_network_with_one_layer_of_filters_no_map_of_outlines_passes(tmp_path: Path) -> None:
    card = replace(
        load_card(MODEL), members=(Member("article-cnn", 28),), image_size=28, recipe="article-cnn"
    )
    folder = shelved(tmp_path / "model", card, untrained(card))

    for number, nodule in enumerate(draw_nodules(5)):
        case = saved(nodule.picture, tmp_path / f"{number}.png")
        assert not explain(str(folder), case, "nodule", 0, *QUIET).checks.passed


def test_an_average_of_networks_is_explained_by_those_that_answer(tmp_path: Path) -> None:
    card, own = load_card(MODEL), load_weights(MODEL)
    members = (Member("small-cnn", 96, 1.0), Member("article-cnn", 28, 0.0))
    both = replace(card, members=members)
    weights = {**untrained(both), **own}
    case = saved(draw_nodules(1)[0].picture, tmp_path / "one.png")
    folder = shelved(tmp_path / "both", both, weights)

    alone = explain(str(MODEL), case, "nodule", 0, *QUIET)
    together = explain(str(folder), case, "nodule", 0, *QUIET)

    assert np.allclose(alone.strength, together.strength, atol=1e-3)


def series(folder: Path) -> Case:
    """Three slices, of which the second holds the nodule."""
    nodule = draw_nodules(1)[0].picture
    plain = np.full_like(nodule, nodule.mean())
    files = [folder / f"slice{number}.png" for number in (1, 2, 3)]
    for file, picture in zip(files, (plain, nodule, plain), strict=True):
        saved(picture, file)
    names = tuple(map(str, files))
    return Case(names[0], slices=3, files=names)


def of_slices(tmp_path: Path, slice_number: int) -> Explanation:
    card = replace(load_card(MODEL), slices="each")
    folder = shelved(tmp_path / "model", card, load_weights(MODEL))
    case = series(tmp_path)
    return explain(str(folder), case, "nodule", slice_number, *QUIET)


def test_of_several_slices_the_one_that_counts_most_is_shown(tmp_path: Path) -> None:
    found = of_slices(tmp_path, 0)

    assert len(found.slice_strengths) == 3
    assert found.slice_number == np.argmax(found.slice_strengths) + 1 == 2
    assert all(0 <= strength <= 1 for strength in found.slice_strengths)


def test_a_slice_that_is_asked_for_is_shown(tmp_path: Path) -> None:
    found = of_slices(tmp_path, 3)

    assert (found.slice_number, found.slice_strengths) == (3, ())


def test_a_class_or_a_slice_that_is_not_there_is_named(tmp_path: Path) -> None:
    case = saved(draw_nodules(1)[0].picture, tmp_path / "one.png")

    with pytest.raises(PrecmedError, match="fracture") as told:
        explain(str(MODEL), case, "fracture", 0, *QUIET)
    assert "nodule" in told.value.hint
    with pytest.raises(PrecmedError, match="slice 2"):
        explain(str(MODEL), case, "nodule", 2, *QUIET)


@pytest.mark.parametrize("label", ["", "nodule"])
def test_an_image_that_cannot_be_read_is_told(tmp_path: Path, label: str) -> None:
    file = tmp_path / "torn.png"
    file.write_bytes(b"\x89PNG\r\n\x1a\n")

    with pytest.raises(UnreadableFile):
        explain(str(MODEL), Case(str(file)), label, 0, *QUIET)


def test_stop_is_heard(tmp_path: Path) -> None:
    case = saved(draw_nodules(1)[0].picture, tmp_path / "one.png")

    with pytest.raises(Cancelled):
        explain(str(MODEL), case, "nodule", 0, ignore, Stopped())
