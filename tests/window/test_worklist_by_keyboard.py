"""Twenty cases read blind by keyboard alone; the statistics are those of the exported table."""

import csv

import pytest
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


def kappa(pairs):
    n = len(pairs)
    same = sum(a == b for a, b in pairs) / n
    chance = sum(
        (sum(a == name for a, _b in pairs) / n) * (sum(b == name for _a, b in pairs) / n)
        for name in CLASSES
    )
    return (same - chance) / (1 - chance)


def test_the_statistics_equal_those_counted_from_the_table(qtbot, room, tmp_path):
    read_all(qtbot, room)
    assert room.keeper.counts() == {"waiting": 0, "read": CASES, "referred": 0}

    place, target = RecordPlace(record_file()), tmp_path / "readings.csv"
    export_readings(place, target, True, ignore, NeverCancelled())
    ((name, found),) = count_readers(place, TRUTH, ignore, NeverCancelled())
    assert name == ""

    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * CASES
    is_blind = [row["is_blind"] in ("1", "True", "true", "yes") for row in rows]
    blind = {row["case_key"]: row for row, yes in zip(rows, is_blind, strict=True) if yes}
    final = {row["case_key"]: row for row, yes in zip(rows, is_blind, strict=True) if not yes}
    assert set(blind) == set(final) == set(TRUTH)

    for arm, answers in (
        (found.blind, {key: row["decided_label"] for key, row in blind.items()}),
        (found.together, {key: row["decided_label"] for key, row in final.items()}),
        (found.model, {key: row["label"] for key, row in final.items()}),
    ):
        assert arm.n == CASES
        right = sum(answers[key] == TRUTH[key] for key in TRUTH)
        assert arm.right == right
        assert arm.accuracy.value == pytest.approx(right / CASES)
        for rates in arm.classes:
            has = [key for key in TRUTH if TRUTH[key] == rates.label]
            others = [key for key in TRUTH if TRUTH[key] != rates.label]
            hit = sum(answers[key] == rates.label for key in has) / len(has)
            spared = sum(answers[key] != rates.label for key in others) / len(others)
            assert rates.sensitivity.value == pytest.approx(hit)
            assert rates.specificity.value == pytest.approx(spared)
    pairs = [(row["decided_label"], row["label"]) for row in blind.values()]
    assert found.blind_and_model.kappa.value == pytest.approx(kappa(pairs))
    seconds = sorted(float(row["seconds"]) for row in blind.values())
    middle = (seconds[CASES // 2 - 1] + seconds[CASES // 2]) / 2
    assert found.blind_times.median == pytest.approx(middle)
