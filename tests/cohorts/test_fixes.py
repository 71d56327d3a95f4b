from precmed_gui.cohorts.fixes import fixed
from precmed_gui.diagnosis.cases import Case, Cohort, make_cohort
from precmed_gui.diagnosis.checks import Finding, Fix, FixKind


def cohort() -> Cohort:
    cases = [
        Case("/x/a.png", label="ill", patient="p1", part="train"),
        Case("/x/b.png", label="ill", patient="p2", part="validation"),
        Case("/x/c.png", label="well", patient="p2", part="test"),
        Case("/x/d.png", label="well", part="train"),
        Case("/x/e.png", label="Well", part="train"),
        Case("/x/f.png", label="well", part="train"),
    ]
    return make_cohort(cases, modality="imaging", name="x")


def finding(*groups: str) -> Finding:
    keys = tuple(tuple(f"/x/{letter}.png" for letter in group) for group in groups)
    return Finding("duplicates", "warns", "t", "w", keys)


def after(kind: FixKind, *groups: str, labels: tuple[str, ...] = (), label: str = "") -> Cohort:
    return fixed(cohort(), finding(*groups), Fix(kind, "t", labels), label)


def excluded(found: Cohort) -> str:
    return "".join(case.path[3] for case in found.cases if case.is_excluded)


def patients(found: Cohort) -> dict[str, str]:
    return {case.path[3]: case.patient for case in found.cases}


def test_exclude_takes_all_of_them() -> None:
    assert excluded(after("exclude", "ab", "d")) == "abd"


def test_copies_go_and_the_first_of_each_group_stays() -> None:
    assert excluded(after("exclude_copies", "ba", "de")) == "ae"


def test_relabel_gives_the_chosen_class() -> None:
    found = after("relabel", "bc", labels=("ill", "well"), label="well")
    assert [case.label for case in found.cases[:3]] == ["ill", "well", "well"]


def test_merge_makes_classes_one() -> None:
    found = after("merge", "e", labels=("well", "Well"))
    assert found.labels == ("ill", "well")
    assert found.label_counts()["well"] == 4


def test_a_group_becomes_one_patient_with_all_that_was_known_of_them() -> None:
    found = patients(after("group", "ad"))
    assert found["a"] == found["d"] == "p1"
    assert found["b"] == "p2"
    joined = patients(after("group", "ab", "de"))
    assert joined["a"] == joined["b"] == joined["c"]
    assert joined["d"] == joined["e"] != ""
    assert joined["f"] == ""


def test_redivide_forgets_the_given_split() -> None:
    assert {case.part for case in after("redivide", "ab").cases} == {None}


def test_repair_keeps_what_is_shared_in_the_latest_part() -> None:
    assert excluded(after("repair", "bc", "ac")) == "ab"
    assert excluded(after("repair", "ab")) == "a"


def test_a_fix_of_some_of_the_groups_leaves_the_others() -> None:
    assert excluded(after("exclude_copies", "ab")) == "b"
    assert excluded(after("repair")) == ""
