"""The difference of two cohorts leads from one to the other and back, whatever was changed."""

import pickle
import random
from dataclasses import replace

import pytest

from precmed_gui.archive.cohort_edits import applied, difference, packed, taken_back, unpacked
from precmed_gui.diagnosis.cases import (
    Case,
    Cohort,
    Unreadable,
    make_cohort,
    with_excluded,
    with_label,
    with_label_renamed,
    without,
)

TRAITS = ((), (("sex", "F"), ("site", "胸科医院")), (("age", "65+"),))


def cohort_of(count: int) -> Cohort:
    cases = [
        Case(
            f"/a/{number}.png",
            label=("well", "sick", None)[number % 3],
            patient=f"p{number // 2}",
            part=("train", "test", None)[number % 3],
            traits=TRAITS[number % 3],
        )
        for number in range(count)
    ]
    series = Case("/s/1.dcm", slices=2, files=("/s/1.dcm", "/s/2.dcm"), is_excluded=True)
    odd = Case("/a/\udcff.npz", item="x/1", label="sick")
    return make_cohort([*cases, series, odd], modality="imaging", name="胸 \udcfe")


def assert_leads_there_and_back(before: Cohort, after: Cohort) -> None:
    edit = unpacked(packed(difference(before, after)))
    assert applied(before, [edit]) == after
    assert applied(after, [taken_back(edit)]) == before


COHORT = cohort_of(60)
KEYS = [case.key for case in COHORT.cases[3:40:5]]


@pytest.mark.parametrize(
    "after",
    [
        Cohort(),
        COHORT,
        with_label(COHORT, KEYS, "well"),
        with_label(COHORT, KEYS, "新"),
        with_label(COHORT, KEYS, None),
        with_label_renamed(COHORT, "well", "normal"),
        with_excluded(COHORT, KEYS),
        without(COHORT, KEYS),
        replace(COHORT, unreadable=(Unreadable("/a/x", "It is “empty”."),)),
        replace(COHORT, name=""),
        replace(COHORT, cases=COHORT.cases[::-1]),
        replace(COHORT, cases=(*COHORT.cases[30:], *COHORT.cases[:30])),
        replace(COHORT, cases=(Case("/new"), *COHORT.cases[:9], Case("/n"), *COHORT.cases[12:])),
        replace(COHORT, cases=tuple(replace(case, path=f"/b{case.path}") for case in COHORT.cases)),
    ],
)
def test_an_edit_leads_there_and_back(after: Cohort) -> None:
    assert_leads_there_and_back(COHORT, after)
    assert_leads_there_and_back(after, COHORT)


@pytest.mark.parametrize("seed", range(30))
def test_drawn_edits_lead_there_and_back(seed: int) -> None:
    drawn = random.Random(seed)
    cases = list(COHORT.cases)
    for _step in range(drawn.randint(1, 12)):
        place = drawn.randrange(len(cases) - 1)
        kind = drawn.choice(("change", "remove", "add", "swap", "run"))
        if kind == "change":
            cases[place] = replace(cases[place], patient=str(drawn.random()))
        elif kind == "remove":
            del cases[place : place + drawn.randint(1, 4)]
        elif kind == "add":
            cases[place:place] = [Case(f"/new/{drawn.random()}") for _ in range(3)]
        elif kind == "swap":
            cases[place], cases[place + 1] = cases[place + 1], cases[place]
        else:
            end = place + drawn.randint(1, 9)
            cases[place:end] = [replace(case, label="run") for case in cases[place:end]]
    after = replace(COHORT, cases=tuple(cases), label_order=(*COHORT.label_order, "run"))
    assert_leads_there_and_back(COHORT, after)


def test_a_cohort_from_another_process_differs_only_where_it_was_changed() -> None:
    shorter = pickle.loads(pickle.dumps(without(COHORT, KEYS[:2])))
    sizes = [len(piece.before) for piece in difference(COHORT, shorter).pieces]
    assert sizes == [1, 1]
    changed = pickle.loads(pickle.dumps(with_excluded(COHORT, KEYS)))
    assert sum(len(piece.after) for piece in difference(COHORT, changed).pieces) == len(KEYS)


def test_relabelling_a_few_of_many_is_small() -> None:
    large = cohort_of(3000)
    edit = difference(large, with_label(large, KEYS, "sick"))
    assert len(packed(edit)) < 2000


@pytest.mark.parametrize("data", [b"", b"{}", b"\x78\x01", b'{"pieces": 3}', b"nonsense"])
def test_what_is_no_edit_is_refused(data: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        unpacked(data)


def test_an_edit_of_a_longer_cohort_is_refused() -> None:
    edit = difference(COHORT, without(COHORT, [COHORT.cases[-1].key]))
    with pytest.raises(ValueError, match="beyond the end"):
        applied(Cohort(), [edit])
