"""What is looked for is found, and sorted as people sort; unknown things come last."""

import time

import pytest

from precmed_gui.diagnosis.cases import Case, Cohort, make_cohort, with_excluded, with_label
from precmed_gui.window.cases_order import (
    ORDERS,
    CaseIndex,
    CasesView,
    KnownFacts,
    quick_natural_key,
    view_of_texts,
)

NOTHING = KnownFacts()
COHORT = make_cohort(
    [
        Case("/a/Scan 10.png", label="Normal", patient="P2", traits=(("sex", "F"),)),
        Case("/a/scan 2.png", label="Pneumonia", patient="P10"),
        Case("/b/other.png", patient="P1"),
        Case("/b/SCAN 1.png", label="Normal"),
    ],
    modality="imaging",
    name="test",
)


def found(view: CasesView, facts: KnownFacts = NOTHING, cohort: Cohort = COHORT) -> list[str]:
    index = CaseIndex()
    index.cohort = cohort
    cases, keys = index.found(view, facts)
    assert keys == [case.key for case in cases]
    return [case.name.split(".")[0].casefold().removeprefix("scan ") for case in cases]


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (CasesView(), ["10", "2", "other", "1"]),
        (CasesView(text="SCAN"), ["10", "2", "1"]),
        (CasesView(text=" normal  scan "), ["10", "1"]),
        (CasesView(text="p10"), ["2"]),
        (CasesView(text="f"), ["10"]),
        (CasesView(text="/a/"), []),
        (CasesView(shown="Normal"), ["10", "1"]),
        (CasesView(shown=None), ["other"]),
        (CasesView(shown="Normal", text="10"), ["10"]),
        (CasesView(state="without_class"), ["other"]),
        (CasesView(state="without_patient"), ["1"]),
        (CasesView(order="added", is_descending=True), ["1", "other", "2", "10"]),
        (CasesView(order="name"), ["other", "1", "2", "10"]),
        (CasesView(order="class"), ["10", "1", "2", "other"]),
        (CasesView(order="class", is_descending=True), ["2", "10", "1", "other"]),
        (CasesView(order="patient"), ["other", "10", "2", "1"]),
        (CasesView(order="patient", is_descending=True), ["2", "10", "other", "1"]),
    ],
)
def test_a_view_shows_what_it_says(view: CasesView, expected: list[str]) -> None:
    assert found(view) == expected


def test_excluded_and_unreadable_cases_can_be_looked_at_alone() -> None:
    keys = [case.key for case in COHORT.cases]
    cohort = with_excluded(COHORT, keys[1:2])
    assert found(CasesView(state="excluded"), cohort=cohort) == ["2"]
    assert len(found(CasesView(), cohort=cohort)) == 4
    facts = KnownFacts(reasons={keys[3]: "It is cut off."})
    assert found(CasesView(state="unreadable"), facts) == ["1"]


def test_what_is_measured_sorts_and_what_is_not_comes_last_either_way() -> None:
    keys = [case.key for case in COHORT.cases]
    facts = KnownFacts(
        sizes={keys[0]: 900, keys[1]: 100},
        brightness={keys[2]: 0.2, keys[3]: 0.1},
        confidences={keys[0]: 0.9, keys[2]: 0.4, keys[3]: 0.6},
    )
    assert found(CasesView(order="size"), facts) == ["2", "10", "other", "1"]
    assert found(CasesView(order="size", is_descending=True), facts) == ["10", "2", "other", "1"]
    assert found(CasesView(order="brightness"), facts) == ["1", "other", "10", "2"]
    assert found(CasesView(order="confidence"), facts) == ["other", "1", "10", "2"]


def test_an_edit_is_seen_by_search_and_sorting() -> None:
    index = CaseIndex()
    index.cohort = COHORT
    assert len(index.found(CasesView(text="effusion"), NOTHING)[0]) == 0
    index.cohort = with_label(COHORT, [COHORT.cases[2].key], "Effusion")
    assert [case.path for case in index.found(CasesView(text="effusion"), NOTHING)[0]] == [
        "/b/other.png"
    ]


def test_names_with_numbers_sort_by_the_number() -> None:
    names = ["b1", "a10b2", "a2", "a10b10", "A1"]
    assert sorted(names, key=quick_natural_key) == ["A1", "a2", "a10b2", "a10b10", "b1"]


@pytest.mark.parametrize(
    "view",
    [
        CasesView(),
        CasesView(shown="Normal", text="a b", state="excluded", order="size", is_descending=True),
        CasesView(shown=None, order="confidence"),
    ],
)
def test_a_view_survives_being_kept(view: CasesView) -> None:
    assert view_of_texts(view.as_texts()) == view


def test_a_kept_view_of_another_version_is_forgiven() -> None:
    kept = {"cases state": "sideways", "cases order": "7", "cases shown": "?"}
    assert view_of_texts(kept) == view_of_texts({}) == CasesView()


def test_fifty_thousand_cases_are_searched_and_sorted_in_no_time() -> None:
    cases = [
        Case(f"/i/class {n % 8}/patient{n // 5:05}_{n}.png", label=f"class {n % 8}", patient=f"{n}")
        for n in range(50_000)
    ]
    index = CaseIndex()
    index.cohort = make_cohort(cases, modality="imaging", name="large")
    facts = KnownFacts(sizes={case.key: n * 7919 % 50_000 for n, case in enumerate(cases)})
    for order in ORDERS:
        index.found(CasesView(text="patient", order=order), facts)  # works out what it keeps
    index.cohort = with_label(index.cohort, [cases[7].key], "class 1")
    index.prepare()
    began = time.process_time()
    for order in ORDERS:
        assert len(index.found(CasesView(text="patient class", order=order), facts)[0]) == 50_000
    assert time.process_time() - began < len(ORDERS) * 0.5  # measured 0.03 each; 0.1 is the aim
