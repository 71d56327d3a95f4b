"""Twenty cases read blind by keyboard alone; the statistics are those of the exported table."""

from dataclasses import astuple

import pytest
import recounted
from PySide6.QtCore import Qt
from reading_room import answer, make_room

from precmed_gui.diagnosis.work import NeverCancelled, ignore
from precmed_gui.places import record_file
from precmed_gui.window.record_works import RecordPlace, count_readers, export_readings

CASES = 20
CLASSES = ("ill", "well")
TRUTH = {f"/new/{n}.png": CLASSES[n % 3 == 0] for n in range(CASES)}
ILL = {n: 0.9 if n % 4 else 0.3 for n in range(CASES)}
KEYS = {"ill": Qt.Key.Key_1, "well": Qt.Key.Key_2}


def blind_label(n):
    return CLASSES[n % 5 in (0, 3)]


def press(qtbot, room, key):
    widget = room.window.window().focusWidget()
    qtbot.keyClick(widget, key)


def read_all(qtbot, room):
    """Start in the worklist with Enter; every key after goes where the keyboard is."""
    room.worklist.table.setFocus()
    room.worklist.go_to(0)
    qtbot.keyClick(room.worklist.table, Qt.Key.Key_Return)
    for _case in range(CASES):
        n = int(room.panel.current().case.name.removesuffix(".png"))
        room.clock.now += 3 + n
        press(qtbot, room, KEYS[blind_label(n)])
        room.clock.now += 2
        press(qtbot, room, Qt.Key.Key_A if n % 2 else Qt.Key.Key_K)


@pytest.fixture
def room(qtbot):
    room = make_room(qtbot)
    room.decisions.use_reader("Dr Ada")
    room.worklist.blinding.setChecked(True)
    room.read(*(answer(n, ILL[n]) for n in range(CASES)))
    yield room
    room.keeper.close()


def test_the_statistics_equal_those_counted_from_the_table(qtbot, room, tmp_path):
    read_all(qtbot, room)
    assert room.keeper.counts() == {"waiting": 0, "read": CASES, "referred": 0}

    place, target = RecordPlace(record_file()), tmp_path / "readings.csv"
    export_readings(place, target, True, ignore, NeverCancelled())
    ((name, found),) = count_readers(place, TRUTH, ignore, NeverCancelled())
    assert name == ""

    rows = recounted.rows_of(target)
    assert len(rows) == 2 * CASES
    blind, final = (recounted.step(rows, is_blind=is_blind) for is_blind in (True, False))
    assert [row["case_key"] for row in blind] == [row["case_key"] for row in final] == sorted(TRUTH)

    for arm, chosen, column in (
        (found.blind, blind, "decided_label"),
        (found.together, final, "decided_label"),
        (found.model, final, "label"),
    ):
        said, true = recounted.said_and_true(chosen, column, TRUTH.__getitem__)
        wanted = recounted.shares(said, true, CLASSES)
        assert arm.n == CASES
        assert astuple(arm.accuracy) == pytest.approx(wanted["Accuracy"])
        for rates in arm.classes:
            for name in ("sensitivity", "specificity"):
                figure = astuple(getattr(rates, name))
                assert figure == pytest.approx(wanted[f"{name.title()}, {rates.label}"], abs=1e-9)
        assert_kappa(arm.kappa, recounted.kappa(said, true))
    for agreed, chosen in ((found.blind_and_model, blind), (found.final_and_model, final)):
        said, model = ([row[column] for row in chosen] for column in ("decided_label", "label"))
        assert_kappa(agreed.kappa, recounted.kappa(said, model))
    for times, chosen in ((found.blind_times, blind), (found.final_times, final)):
        assert astuple(times) == pytest.approx((CASES, *recounted.times(chosen)))


def assert_kappa(figure, wanted):
    """The value exactly, its ends as two bootstraps of twenty cases agree."""
    assert figure.value == pytest.approx(wanted[0])
    assert (figure.low, figure.high) == pytest.approx(wanted[1:], abs=0.08)
