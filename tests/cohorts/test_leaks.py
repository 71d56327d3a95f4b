from precmed_gui.cohorts.leaks import earlier, given_parts, shared, without_leaks
from precmed_gui.diagnosis.cases import Case, Split


def cases(*parts: str) -> tuple[Case, ...]:
    return tuple(
        Case(f"/x/{i}.png", label="a", part=part or None)  # type: ignore[arg-type]
        for i, part in enumerate(parts)
    )


def test_cases_that_came_undivided_are_in_no_part() -> None:
    assert given_parts(cases("", "", "")) == (None, None, None)
    assert given_parts(cases("train", "train", "")) == (None, None, None)


def test_a_case_without_a_part_beside_a_test_part_trains() -> None:
    assert given_parts(cases("", "test")) == ("train", "test")
    assert given_parts(cases("", "validation")) == ("train", "validation")


def test_only_names_in_several_parts_are_shared() -> None:
    parts = ("train", "train", "test", "test", "validation", None)
    names = ("a", "b", "a", "c", "", "c")
    assert shared(parts, names) == ((0, 2),)
    assert shared(("train", "test"), ("", "")) == ()


def test_copies_stay_in_the_latest_part() -> None:
    parts = ("train", "validation", "test", "train", "validation", "train")
    assert earlier(parts, [(0, 1, 2), (3, 4)]) == (0, 1, 3)


def split() -> Split:
    return Split((0, 1), (2,), (3,), seed=1, is_given=True, patients_shared=0)


def test_copies_of_a_test_image_leave_training_and_validation() -> None:
    made = cases("train", "train", "validation", "test")
    found, leaks = without_leaks(made, split(), ("x", "y", "x", "x"))
    assert (found.train, found.validation, found.test) == ((1,), (), (3,))
    assert (leaks.duplicates, leaks.left_out, leaks.patients, leaks.statement) == (1, 2, 0, "")


def test_an_accepted_leak_keeps_the_split_and_the_words() -> None:
    made = cases("train", "train", "validation", "test")
    found, leaks = without_leaks(made, split(), ("x", "y", "z", "x"), "as published")
    assert found == split()
    assert (leaks.duplicates, leaks.left_out, leaks.statement) == (1, 0, "as published")


def test_words_about_a_leak_that_is_none_are_not_kept() -> None:
    found, leaks = without_leaks(cases("", "", "", ""), split(), ("a", "b", "c", "d"), "why not")
    assert found == split()
    assert leaks.statement == ""
