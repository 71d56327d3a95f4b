"""Patients are learned from file names only where the names give evidence."""

import random
import re
from pathlib import Path

import pytest

from precmed_gui.cohorts.patient_names import (
    rule_of,
    suggest_rules,
    suggested_rules,
    without_patients,
)
from precmed_gui.diagnosis.cases import Case, make_cohort, with_patients
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.work import NeverCancelled, ignore

SURNAMES = (
    "adams", "baker", "clark", "davis", "evans", "frank", "ghosh", "hills", "irwin", "jones",
    "klein", "lopez", "meyer",
)  # fmt: skip


def chest() -> list[str]:
    """Names like those of a well-known collection: two ways of naming, and a third beside them."""
    sick = [
        f"person{person}_{kind}_{7 * person + 3 * number}.jpeg"
        for person in range(1, 60)
        for kind in ("bacteria", "virus")
        for number in range(person % 4)
    ]
    well = [
        f"{wave}IM-{image:04d}-{number:04d}.jpeg"
        for wave in ("", "NORMAL2-")
        for image in range(100, 160)
        for number in range(1, 3 if image % 5 == 0 else 2)
    ]
    return [*sick, *well]


@pytest.mark.parametrize(
    ("names", "file", "patient", "patients"),
    [
        ([f"patient_{i:03d}_img{j}.png" for i in range(9) for j in range(3)],
         "patient_003_img2.png", "patient_003", 9),
        ([f"P{i:03d}-{s}-{v}.png" for i in range(20) for s in "LR" for v in ("CC", "MLO")],
         "P012-L-CC.png", "P012", 20),
        ([f"{i:08d}_{j:03d}.png" for i in range(40) for j in range(i % 4 + 1)],
         "00000007_002.png", "00000007", 40),
        ([f"{s}_patient{i}.png" for i in range(20) for s in ("left", "right")],
         "left_patient7.png", "patient7", 20),
        ([f"{name}-{j}.png" for j in range(3) for name in SURNAMES],
         "clark-2.png", "clark", len(SURNAMES)),
        ([f"患者{i:02d}_{j}.png" for i in range(12) for j in range(3)],
         "患者07_1.png", "患者07", 12),
        ([f"P{i}_202401{day:02d}_{j}.png" for i in range(9) for day in (3, 7) for j in "ab"],
         "P3_20240107_a.png", "P3", 9),
    ],
)  # fmt: skip
def test_a_beginning_that_comes_back_is_offered_as_the_patient(
    names: list[str], file: str, patient: str, patients: int
) -> None:
    best = suggested_rules(names)[0]
    found = re.search(best.pattern, file)
    assert found is not None
    assert found[1] == patient
    assert (best.patients, best.images, best.unmatched) == (patients, len(names), 0)


def test_a_mixture_of_names_becomes_one_rule_with_alternatives() -> None:
    rules = suggested_rules(chest())
    assert len(rules) >= 2
    first, second = (re.compile(rule.pattern) for rule in rules[:2])
    for file, patient in (
        ("person12_bacteria_2931.jpeg", "person12"),
        ("IM-0115-0001.jpeg", "IM-0115"),
        ("NORMAL2-IM-0115-0001.jpeg", "IM-0115"),
    ):
        assert first.search(file)[1] == patient  # type: ignore[index]
    assert second.search("NORMAL2-IM-0115-0001.jpeg")[1] == "NORMAL2-IM-0115"  # type: ignore[index]
    assert rules[0].unmatched == 0
    assert rules[0].patients < rules[1].patients < len(chest())


@pytest.mark.parametrize(
    "names",
    [
        [f"img_{i:04d}.jpg" for i in range(200)],
        [f"{kind}_{i}.png" for kind in ("NORMAL", "PNEUMONIA", "COVID") for i in range(100)],
        [f"{kind}_{i * 7919 % 99991}.jpg" for kind in ("BA", "EO", "MO") for i in range(100)],
        [f"site{i}_{j:04d}.jpg" for i in range(5) for j in range(40)],
        [f"IMG_202401{d:02d}_{d * 7001 + k * 13:06d}.jpg" for d in range(1, 29) for k in range(5)],
        [f"{random.Random(i).getrandbits(64):016x}.png" for i in range(99)],
        ["image.png"] * 100,
        ["a.png", "b.png"],
        [],
    ],
    ids=["counter", "classes", "blood", "sites", "days", "hashes", "same", "few", "none"],
)
def test_names_without_evidence_give_no_rule(names: list[str]) -> None:
    assert suggested_rules(names) == ()


def test_most_names_must_fit() -> None:
    fitting = [f"P{i:02d}_{j}.png" for i in range(20) for j in range(2)]
    others = [f"{word}.png" for word in "abcdefgh"]
    (rule, *_more) = suggested_rules([*fitting, *others])
    assert (rule.images, rule.unmatched) == (40, 8)
    assert suggested_rules([*fitting, *(f"z{i}.png" for i in range(20))]) == ()


def test_at_most_three_rules_are_offered_and_examples_show_what_they_do() -> None:
    names = [f"p{i}_v{j}_{k}.png" for i in range(9) for j in range(3) for k in range(3)]
    rules = suggested_rules(names)
    assert 1 <= len(rules) <= 3
    for rule in rules:
        assert all(file in names and patient in file for file, patient in rule.examples)
        assert rule.examples[0][1] == rule.examples[1][1]
        assert rule.examples[0][1] in rule.title


def test_a_rule_counts_what_with_patients_does() -> None:
    names = ["a1_x.png", "a1_y.png", "a2_x.png", "other.png"]
    rule = rule_of(r"^(a\d+)?", [f"/data/{name}" for name in names])
    assert (rule.patients, rule.images, rule.unmatched) == (2, 3, 1)
    cohort = make_cohort(
        [Case(f"/data/{name}", patient="header") for name in names], modality="imaging", name=""
    )
    named = with_patients(cohort, re.compile(rule.pattern))
    assert [case.patient for case in named.cases] == ["a1", "a1", "a2", "header"]
    assert {case.patient for case in without_patients(named).cases} == {""}


def test_a_pattern_without_a_group_takes_all_that_matches() -> None:
    rule = rule_of(r"person\d+", ["person1_a.png", "person1_b.png"])
    assert rule.examples == (("person1_a.png", "person1"), ("person1_b.png", "person1"))


@pytest.mark.parametrize("pattern", ["(", "[a", "(a+)+$", "(a|b)*c", r"(\d*x*)*", "x" * 400])
def test_a_pattern_that_cannot_work_is_refused_in_words(pattern: str) -> None:
    with pytest.raises(PrecmedError) as caught:
        rule_of(pattern, ["a" * 60 + ".png"])
    assert caught.value.message


def test_learning_rules_is_a_work_function() -> None:
    names = tuple(f"P{i}_{j}.png" for i in range(9) for j in range(3))
    assert suggest_rules(names, ignore, NeverCancelled()) == suggested_rules(names)


@pytest.mark.shared
def test_the_chest_x_rays_come_by_patient(shared_data: Path) -> None:
    names = [path.name for path in sorted((shared_data / "images/chest_xray_224").rglob("*.jpeg"))]
    best = suggested_rules(names)[0]
    stated = rule_of(r"(person\d+|IM-\d+)", names)
    assert (best.patients, best.images, best.unmatched) == (stated.patients, len(names), 0)
    cells = [path.name for path in (shared_data / "images/blood_cells_360").rglob("*.jpg")]
    scans = [path.name for path in (shared_data / "images/brain_mri_messy").rglob("*.*")]
    assert suggested_rules(cells) == suggested_rules(scans) == ()
