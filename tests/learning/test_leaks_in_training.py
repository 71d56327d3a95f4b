"""A training on a split that came with the data: copies are left out, shared patients refused."""

from dataclasses import replace
from pathlib import Path

import pytest
from conftest import draw, opened
from PIL import Image
from trainings import QUICK, read

from precmed_gui.diagnosis.cases import Cohort, Part
from precmed_gui.diagnosis.errors import UnfitCohort
from precmed_gui.diagnosis.training import TrainingPlan, TrainingResult, TrainingSettings
from precmed_gui.diagnosis.work import NeverCancelled, Notice
from precmed_gui.learning.shelf import load_card, split_rows
from precmed_gui.learning.train import train

COUNTS: dict[Part, int] = {"train": 12, "validation": 4, "test": 4}


@pytest.fixture
def given(tmp_path: Path) -> Cohort:
    """A cohort that came divided, each image of a patient of its own."""
    number = 0
    for part, count in COUNTS.items():
        for label in ("left", "right"):
            folder = tmp_path / "given" / part / label
            folder.mkdir(parents=True)
            for _image in range(count):
                number += 1
                Image.fromarray(draw(label, number)).save(folder / f"{part}{number:03}.png")
    cohort = opened(tmp_path / "given")
    cases = tuple(replace(case, patient=case.name) for case in cohort.cases)
    return replace(cohort, cases=cases)


def copied(cohort: Cohort, source: Part, place: Part) -> Cohort:
    """The first image of part `place` gets the pixels of the first of part `source`."""
    paths = {
        part: next(Path(case.path) for case in cohort.cases if case.part == part) for part in COUNTS
    }
    paths[place].write_bytes(paths[source].read_bytes())
    return cohort


def shared(cohort: Cohort) -> Cohort:
    """The last image of the training part is of a patient of the test part."""
    cases = list(cohort.cases)
    last = max(i for i, case in enumerate(cases) if case.part == "train")
    test = next(case for case in cases if case.part == "test")
    cases[last] = replace(cases[last], patient=test.patient)
    return replace(cohort, cases=tuple(cases))


def run(cohort: Cohort, folder: Path, statement: str = "") -> tuple[TrainingResult, list[object]]:
    events: list[object] = []
    settings = replace(QUICK, epochs=1)
    plan = TrainingPlan(cohort, settings, str(folder), "m", leak_statement=statement)
    return train(plan, events.append, NeverCancelled()), events


def texts(events: list[object]) -> str:
    return " ".join(event.text for event in events if isinstance(event, Notice))


def test_a_copy_of_a_test_image_leaves_the_training_part(given: Cohort, tmp_path: Path) -> None:
    result, events = run(copied(given, "test", "train"), tmp_path / "m")
    leaks = load_card(tmp_path / "m").leaks
    assert leaks == result.card.leaks
    assert leaks is not None
    assert (leaks.duplicates, leaks.left_out, leaks.patients) == (1, 1, 0)
    assert (result.card.split.train, result.card.split.test) == (23, 8)
    assert "1 copy was left out" in texts(events)
    rows = split_rows(tmp_path / "m")
    pixels = {part: {row.pixels for row in rows if row.part == part} for part in COUNTS}
    assert not pixels["train"] & pixels["test"]
    assert result.card.split.images[0] == ("left", 11, 4, 4)


def test_a_copy_between_training_and_validation_stays_in_validation(given: Cohort) -> None:
    data = read(copied(given, "train", "validation"), QUICK)
    assert (len(data.split.train), len(data.split.validation)) == (23, 8)
    assert len(data.parts["train"].rows) == 23
    assert data.leaks.left_out == 1


def test_a_split_without_a_leak_says_so_on_the_card(given: Cohort, tmp_path: Path) -> None:
    result, events = run(given, tmp_path / "m")
    assert result.card.leaks is not None
    assert result.card.leaks.left_out == result.card.leaks.duplicates == 0
    assert "more than one part" not in texts(events)
    assert result.card.split.train == 24


def test_a_shared_patient_is_refused_before_anything_is_read(given: Cohort, tmp_path: Path) -> None:
    with pytest.raises(UnfitCohort, match="1 patient is in more than one part") as refusal:
        run(shared(given), tmp_path / "m")
    assert "--accept-leak" in refusal.value.hint
    assert not (tmp_path / "m").exists()


def test_a_shared_patient_that_is_accepted_goes_on_the_card(given: Cohort, tmp_path: Path) -> None:
    leaking = copied(shared(given), "test", "train")
    result, events = run(leaking, tmp_path / "m", "The published split.")
    leaks = result.card.leaks
    assert leaks is not None
    assert (leaks.patients, leaks.duplicates, leaks.left_out) == (1, 1, 0)
    assert leaks.statement == "The published split."
    assert result.card.split.train == 24
    assert "The published split." in texts(events)


def test_our_own_split_keeps_copies_together(cohort: Cohort, tmp_path: Path) -> None:
    first = Image.open(cohort.cases[0].path)
    places = []
    for number in range(6):
        place = tmp_path / "c" / f"copy{number}.png"
        place.parent.mkdir(exist_ok=True)
        first.save(place)
        places.append(replace(cohort.cases[0], path=str(place)))
    data = read(
        replace(cohort, cases=(*cohort.cases, *places)), TrainingSettings(recipe="small-cnn")
    )
    for part in ("train", "validation", "test"):
        own = {data.fingerprints[i] for i in data.split.part(part)}
        others = {
            data.fingerprints[i] for other in COUNTS if other != part
            for i in data.split.part(other)
        }  # fmt: skip
        assert not own & others
    assert data.leaks.duplicates == 0
    copies = [i for i, case in enumerate(data.cohort.cases) if "copy" in case.name]
    assert len({part for part in COUNTS for i in copies if i in data.split.part(part)}) == 1


def test_copies_stay_together_in_the_parts_of_a_cross_validation(given: Cohort) -> None:
    data = read(copied(given, "train", "train"), QUICK)
    fingerprints = list(data.fingerprints)
    train = data.split.train
    fingerprints[train[1]] = fingerprints[train[20]] = fingerprints[train[0]]
    found = replace(data, fingerprints=tuple(fingerprints)).folds(4)
    holding = [i for i, fold in enumerate(found) if {0, 1, 20} & set(fold.tolist())]
    assert len(holding) == 1
