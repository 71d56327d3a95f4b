import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.evaluation import JudgedCases
from precmed_gui.evaluation.measuring import measure
from precmed_gui.evaluation.subgroups import by_subgroup

Traits = tuple[tuple[tuple[str, str], ...], ...]


def judged(traits: Traits) -> tuple[JudgedCases, NDArray[np.float64]]:
    n = len(traits)
    random = np.random.default_rng(1)
    truth = np.arange(n) % 2
    sick = np.clip(0.3 + 0.4 * truth + 0.2 * random.normal(size=n), 0.01, 0.99)
    probabilities = np.stack([1 - sick, sick], axis=1)
    cases = JudgedCases(
        labels=("healthy", "sick"),
        keys=tuple(f"k{i}" for i in range(n)),
        patients=tuple(f"p{i // 2}" for i in range(n)),
        truth=truth,
        logits=np.log(probabilities),
        distances=np.zeros(0),
        traits=traits,
    )
    return cases, probabilities


def test_each_group_has_the_figures_of_its_own_cases() -> None:
    women, men = (("sex", "F"), ("site", "A")), (("sex", "M"), ("site", "B"))
    cases, probabilities = judged((women,) * 20 + (men,) * 30)
    groups = by_subgroup(cases, probabilities)
    assert [(g.trait, g.group, g.n) for g in groups] == [
        ("sex", "F", 20),
        ("sex", "M", 30),
        ("site", "A", 20),
        ("site", "B", 30),
    ]
    alone = measure(cases.truth[20:], probabilities[20:], cases.patients[20:], cases.labels)
    assert groups[1].accuracy == alone.accuracy
    assert groups[1].auc == alone.auc


def test_a_worse_group_is_seen_as_worse() -> None:
    cases, probabilities = judged(((("device", "old"),),) * 30 + ((("device", "new"),),) * 30)
    probabilities[:30] = 1 - probabilities[:30]
    new, old = by_subgroup(cases, probabilities)
    assert (new.group, old.group) == ("new", "old")
    assert old.accuracy.high < new.accuracy.low


def test_small_groups_are_left_out_and_so_is_a_trait_with_nothing_to_compare() -> None:
    traits = ((("sex", "F"),),) * 12 + ((("sex", "M"),),) * 12 + ((("sex", "O"),),) * 4
    cases, probabilities = judged(tuple((*t, ("site", "A")) for t in traits))
    assert [(g.trait, g.group) for g in by_subgroup(cases, probabilities)] == [
        ("sex", "F"),
        ("sex", "M"),
    ]


def test_cases_without_a_trait_are_not_counted() -> None:
    cases, probabilities = judged(((("sex", "F"),),) * 8 + ((("sex", "M"),),) * 8 + ((),) * 10)
    assert [g.n for g in by_subgroup(cases, probabilities)] == [8, 8]
    cases, probabilities = judged(((),) * 10)
    assert by_subgroup(cases, probabilities) == ()


def test_a_group_without_a_case_of_each_class_has_no_area() -> None:
    traits: Traits = tuple((("sex", "F" if i % 2 else "M"),) for i in range(20))
    cases, probabilities = judged(traits)
    assert [g.auc for g in by_subgroup(cases, probabilities)] == [None, None]
