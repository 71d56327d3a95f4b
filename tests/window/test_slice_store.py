import numpy as np

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.pictures import Picture
from precmed_gui.window.slice_store import SliceStore


def picture(number, side=10):
    case = Case("/x/series.dcm", slices=9)
    pixels = np.zeros((side, side), np.uint8)
    return Picture(case, pixels, True, (0.0, 255.0), (), slice_number=number)


def test_the_store_never_holds_more_than_its_limit():
    store = SliceStore(most_bytes=300)
    for number in range(1, 9):
        store.keep(number, picture(number))
        assert store.bytes <= 300
    assert store.find(8) is not None
    assert store.find(5) is None


def test_what_was_looked_at_lately_is_kept_longest():
    store = SliceStore(most_bytes=300)
    for number in (1, 2, 3):
        store.keep(number, picture(number))
    store.find(1)
    store.keep(4, picture(4))
    assert [store.find(number) is None for number in (1, 2, 3, 4)] == [False, True, False, False]


def test_one_picture_is_kept_whatever_its_size():
    store = SliceStore(most_bytes=10)
    store.keep(1, picture(1))
    assert store.find(1) is not None


def test_the_neighbours_ahead_come_first_and_wrap_around():
    store = SliceStore()
    store.keep(8, picture(8))
    assert store.missing_near(8, 9, 1) == [9, 1, 2, 3, 4, 7, 6]
    assert store.missing_near(8, 9, -1)[:2] == [7, 6]


def test_what_is_there_or_known_to_be_unreadable_is_not_asked_for_again():
    store = SliceStore()
    store.keep(4, picture(4))
    store.keep(5, "Damaged.")
    assert 5 not in store.missing_near(4, 9, 1)


def test_nothing_is_read_ahead_that_would_not_fit():
    store = SliceStore(most_bytes=350)
    store.keep(4, picture(4))
    assert store.missing_near(4, 9, 1) == [5, 6]
    store = SliceStore(most_bytes=150)
    store.keep(4, picture(4))
    assert store.missing_near(4, 9, 1) == []
