from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest

from precmed_gui.cohorts.case_names import case_name, source_folder_of
from precmed_gui.cohorts.picture_facts import fingerprint
from precmed_gui.cohorts.split import (
    divide,
    patient_groups,
    receipt,
    refuse_shared_patients,
    split_cohort,
)
from precmed_gui.diagnosis.cases import PARTS, Case, Cohort, Split, make_cohort, with_excluded
from precmed_gui.diagnosis.errors import UnfitCohort


def patients(counts: dict[str, int], images: int = 3) -> Cohort:
    cases = [
        Case(f"/x/{label}/{patient}-{image}.png", label=label, patient=f"{label}{patient}")
        for label, count in counts.items()
        for patient in range(count)
        for image in range(1 + (patient + image_offset(label)) % images)
    ]
    return make_cohort(cases, modality="imaging", name="x")


def image_offset(label: str) -> int:
    return len(label)


def patients_of(cohort: Cohort, positions: tuple[int, ...]) -> set[str]:
    return {cohort.cases[i].patient_key for i in positions}


def test_no_patient_is_on_two_sides() -> None:
    cohort = patients({"sick": 40, "well": 90, "other": 3})
    split = split_cohort(cohort, 1)
    sides = [patients_of(cohort, split.part(part)) for part in PARTS]
    assert not sides[0] & sides[1]
    assert not sides[0] & sides[2]
    assert not sides[1] & sides[2]
    assert split.patients_shared == 0
    assert sorted(split.train + split.validation + split.test) == list(range(len(cohort.cases)))


def test_each_class_is_divided_seventy_fifteen_fifteen() -> None:
    cohort = patients({"sick": 40, "well": 100})
    split = split_cohort(cohort, 1)
    for label, count in {"sick": 40, "well": 100}.items():
        for part, share in {"train": 0.7, "validation": 0.15, "test": 0.15}.items():
            found = {p for p in patients_of(cohort, split.part(part)) if p.startswith(label)}
            assert len(found) == round(share * count)


def test_the_same_seed_gives_the_same_split_and_another_seed_another() -> None:
    cohort = patients({"sick": 40, "well": 40})
    assert split_cohort(cohort, 5) == split_cohort(cohort, 5)
    assert split_cohort(cohort, 5).test != split_cohort(cohort, 6).test


def test_the_order_of_the_files_does_not_change_who_tests() -> None:
    cohort = patients({"sick": 20, "well": 20})
    turned = replace(cohort, cases=cohort.cases[::-1])
    tested = patients_of(cohort, split_cohort(cohort, 1).test)
    assert patients_of(turned, split_cohort(turned, 1).test) == tested


def test_three_patients_a_class_are_enough() -> None:
    cohort = patients({"sick": 3, "well": 3})
    split = split_cohort(cohort, 1)
    assert all(len(patients_of(cohort, split.part(part))) == 2 for part in PARTS)


def test_unlabelled_cases_take_no_part() -> None:
    cohort = patients({"sick": 5, "well": 5})
    cohort = replace(cohort, cases=(Case("/x/loose.png"), *cohort.cases))
    split = split_cohort(cohort, 1)
    assert 0 not in split.train + split.validation + split.test


def given(parts: dict[str, int]) -> Cohort:
    cases = [
        Case(f"/x/{part}/{label}/{number}.png", label=label, part=part)  # type: ignore[arg-type]
        for part, count in parts.items()
        for label in ("sick", "well")
        for number in range(count)
    ]
    return make_cohort(cases, modality="imaging", name="x")


def parts_of(cohort: Cohort, split: Split) -> dict[str, set[str | None]]:
    return {part: {cohort.cases[i].part for i in split.part(part)} for part in PARTS}


def test_a_split_that_came_with_the_data_is_kept() -> None:
    cohort = given({"train": 10, "validation": 4, "test": 5})
    split = split_cohort(cohort, 1)
    assert parts_of(cohort, split) == {part: {part} for part in PARTS}
    assert split.is_given


def test_a_missing_validation_part_is_taken_from_the_training_part() -> None:
    cohort = given({"train": 40, "test": 5})
    split = split_cohort(cohort, 1)
    assert parts_of(cohort, split) == {
        "train": {"train"},
        "validation": {"train"},
        "test": {"test"},
    }
    assert len(split.validation) == 2 * round(40 * 0.15 / 0.85)


def test_a_missing_test_part_is_taken_from_the_training_part() -> None:
    cohort = given({"train": 40, "validation": 5})
    split = split_cohort(cohort, 1)
    assert parts_of(cohort, split)["test"] == {"train"}
    assert parts_of(cohort, split)["validation"] == {"validation"}


def test_patients_shared_by_a_given_split_are_counted() -> None:
    cohort = given({"train": 10, "validation": 4, "test": 5})
    cases = [
        replace(case, patient="p") if i in (0, 20) else case for i, case in enumerate(cohort.cases)
    ]
    assert cases[0].part != cases[20].part
    assert split_cohort(replace(cohort, cases=tuple(cases)), 1).patients_shared == 1


def loose() -> Cohort:
    return make_cohort([Case(f"/x/{i}.png") for i in range(9)], modality="imaging", name="x")


@pytest.mark.parametrize(
    ("cohort", "words"),
    [
        (Cohort(), "no images"),
        (loose(), "No image has a class"),
        (patients({"sick": 30}), "one class, “sick”"),
        (patients({"sick": 2, "well": 2}, images=1), "“sick” has images of 2 patients"),
        (patients({"sick": 2, "well": 50}), "“sick”"),
        (given({"test": 5}), "without images to train on"),
        (given({"train": 1, "test": 5}), "1 patient"),
    ],
)
def test_an_unfit_cohort_is_refused_in_words_with_a_hint(cohort: Cohort, words: str) -> None:
    with pytest.raises(UnfitCohort) as refusal:
        split_cohort(cohort, 1)
    assert words in refusal.value.message
    assert refusal.value.hint


@pytest.mark.timeout(20)
def test_a_large_cohort_is_divided_at_once() -> None:
    cohort = patients({"sick": 20_000, "well": 20_000}, images=1)
    assert len(split_cohort(cohort, 1).test) == 6_000


def test_the_receipt_tells_one_division_from_another() -> None:
    cohort = patients({"sick": 20, "well": 20})
    first, second = (receipt(cohort, split_cohort(cohort, seed)) for seed in (1, 2))
    assert first.fingerprint != second.fingerprint
    assert first.fingerprint == receipt(cohort, split_cohort(cohort, 1)).fingerprint
    assert first.patients == 40
    assert first.train + first.validation + first.test == len(cohort.cases)


def test_the_fingerprint_is_over_the_names_in_the_table_of_the_split() -> None:
    cohort = patients({"sick": 20, "well": 20})
    split = split_cohort(cohort, 1)
    folder = source_folder_of(cohort.cases)
    lines = [
        f"{part}\t{cohort.cases[i].label}\t{case_name(cohort.cases[i], folder)}\n"
        for part in PARTS
        for i in split.part(part)
    ]
    assert receipt(cohort, split).fingerprint == sha256("".join(lines).encode()).hexdigest()
    assert any("/" in line for line in lines)


def test_different_pictures_do_not_change_the_split() -> None:
    cohort = patients({"sick": 40, "well": 90, "other": 9})
    fingerprints = [case.key for case in cohort.cases]
    for seed in range(4):
        assert split_cohort(cohort, seed, fingerprints) == split_cohort(cohort, seed)


def test_the_split_of_a_seed_stays_what_it_was() -> None:
    """A receipt of an earlier version can be drawn again."""
    cohort = patients({"sick": 12, "well": 12})
    found = receipt(cohort, split_cohort(cohort, 1, [case.key for case in cohort.cases]))
    assert found.fingerprint == receipt(cohort, split_cohort(cohort, 1)).fingerprint
    assert found.fingerprint.startswith("785fff92a0fef146")


def test_copies_of_different_patients_stay_in_one_part() -> None:
    cohort = patients({"sick": 40, "well": 40}, images=1)
    fingerprints = [f"picture {i // 4}" for i in range(len(cohort.cases))]
    for seed in range(5):
        split = split_cohort(cohort, seed, fingerprints)
        sides = [{fingerprints[i] for i in split.part(part)} for part in PARTS]
        assert sum(map(len, sides)) == len(set.union(*sides))
        assert split.patients_shared == 0
        assert len(split.train + split.validation + split.test) == 80


def test_who_shares_a_picture_with_two_patients_joins_them() -> None:
    cases = [Case(f"/x/{i}.png", label="a", patient=f"p{i // 2}") for i in range(6)]
    groups = patient_groups(cases, ["u", "v", "v", "w", "w", "x"])
    assert groups == ["p0"] * 6
    assert patient_groups(cases, list("uvwxyz")) == ["p0", "p0", "p1", "p1", "p2", "p2"]
    assert patient_groups(cases) == ["p0", "p0", "p1", "p1", "p2", "p2"]


def test_excluded_cases_take_no_part() -> None:
    cohort = patients({"sick": 5, "well": 5, "gone": 4}, images=1)
    gone = [case.key for case in cohort.cases if case.label == "gone"]
    split = split_cohort(with_excluded(cohort, gone), 1)
    used = {cohort.cases[i].label for i in split.train + split.validation + split.test}
    assert used == {"sick", "well"}


def test_the_receipt_counts_images_by_class_and_patients_by_part() -> None:
    cohort = patients({"sick": 20, "well": 40})
    split = split_cohort(cohort, 1)
    made = receipt(cohort, split)
    assert made.patients_by_part == tuple(
        len(patients_of(cohort, split.part(part))) for part in PARTS
    )
    assert sum(made.patients_by_part) == 60
    assert [label for label, *_counts in made.images] == ["sick", "well"]
    for column, part in enumerate(PARTS, 1):
        assert sum(row[column] for row in made.images) == len(split.part(part))


def test_a_given_split_loses_copies_of_the_earlier_part() -> None:
    cohort = given({"train": 10, "validation": 4, "test": 5})
    fingerprints = [case.key for case in cohort.cases]
    test = next(i for i, case in enumerate(cohort.cases) if case.part == "test")
    fingerprints[0] = fingerprints[test]
    split, leaks = divide(cohort, 1, fingerprints)
    assert 0 not in split.train
    assert test in split.test
    assert (leaks.duplicates, leaks.left_out) == (1, 1)
    kept, told = divide(cohort, 1, fingerprints, "the published split")
    assert 0 in kept.train
    assert told.statement == "the published split"


def test_known_patients_shared_by_given_parts_are_refused_in_figures() -> None:
    cohort = given({"train": 10, "validation": 4, "test": 5})
    refuse_shared_patients(cohort, split_cohort(cohort, 1))
    cases = [
        replace(case, patient="p") if i in (0, 20) else case for i, case in enumerate(cohort.cases)
    ]
    shared = replace(cohort, cases=tuple(cases))
    with pytest.raises(UnfitCohort, match="1 patient is in more than one part") as refusal:
        refuse_shared_patients(shared, split_cohort(shared, 1))
    assert "--redivide" in refusal.value.hint


def test_empty_slices_tie_nobody_together() -> None:
    black = fingerprint(np.zeros((8, 8), np.uint16))
    cases, pixels = [], []
    for patient in range(40):
        for number in range(5):
            path = f"/x/{patient}/{number}.dcm"
            cases.append(Case(path, label="ab"[patient % 2], patient=f"p{patient}"))
            pixels.append(black if number in (0, 4) else sha256(path.encode()).hexdigest()[:32])
    cohort = make_cohort(cases, modality="imaging", name="x")
    split, leaks = divide(cohort, 1, pixels)
    assert split == split_cohort(cohort, 1)
    assert (leaks.duplicates, leaks.left_out) == (0, 0)
    given = replace(
        cohort, cases=tuple(replace(c, part=PARTS[int(c.patient[1:]) % 3]) for c in cohort.cases)
    )
    split, leaks = divide(given, 1, pixels)
    assert (leaks.duplicates, leaks.left_out) == (0, 0)
    assert len(split.train) + len(split.validation) + len(split.test) == 200
