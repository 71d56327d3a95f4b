"""Lists of cases change by the fewest rows, and classes get letters no two of which are alike."""

import random

import pytest

from precmed_gui.window.cases_changes import RowsRemoved, row_changes, short_names


def applied(old: list[str], new: list[str]) -> list[str]:
    rows = list(old)
    changes = row_changes(old, new)
    assert changes is not None
    for change in changes:
        if isinstance(change, RowsRemoved):
            del rows[change.first : change.last + 1]
        else:
            rows[change.first : change.first] = new[change.first : change.last + 1]
    return rows


def test_the_same_list_needs_no_steps() -> None:
    assert row_changes(["a", "b"], ["a", "b"]) == []


@pytest.mark.parametrize("seed", range(20))
def test_removing_scattered_cases_and_bringing_them_back_are_steps(seed: int) -> None:
    drawn = random.Random(seed)
    old = [str(number) for number in range(60)]
    new = [key for key in old if drawn.random() < 0.7]
    assert applied(old, new) == new
    assert applied(new, old) == old


def test_growth_at_the_end_is_one_step() -> None:
    old = [str(number) for number in range(1000)]
    new = [*old, "x", "y"]
    changes = row_changes(old, new)
    assert changes is not None
    assert len(changes) == 1
    assert applied(old, new) == new


def test_another_order_is_a_fresh_start() -> None:
    assert row_changes(["a", "b", "c"], ["c", "b", "a"]) is None


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (("Normal", "Pneumonia"), ["N", "P"]),
        (("正常", "肺炎", "肺结核"), ["正", "肺炎", "肺结"]),
        (("grade 1", "grade 2", "grade 10"), ["G1", "G2", "G10"]),
        (("bacterial pneumonia", "viral pneumonia"), ["B", "V"]),
        ((), []),
    ],
)
def test_classes_get_short_letters(labels: tuple[str, ...], expected: list[str]) -> None:
    assert list(short_names(labels).values()) == expected


def test_no_two_classes_have_the_same_letters() -> None:
    labels = ("normal", "NORMAL", "Normal ", "1", "2", "normal 1", "?", "!", "abcdefg1", "abcdefgh")
    names = short_names(labels)
    assert list(names) == list(labels)
    assert len(set(names.values())) == len(labels)
    assert all(1 <= len(name) <= 4 for name in names.values())
