"""The bar under the answer: what it offers at each stage, and what it says of earlier decisions."""

import pytest
from PySide6.QtGui import QShortcut
from PySide6.QtWidgets import QWidget

from precmed_gui.diagnosis.record import Decision, Shown
from precmed_gui.window.decision_bar import BarState, DecisionBar, decision_line
from precmed_gui.window.reading_stage import Choice, Stopwatch, kind_and_label, stage_of

SHOWN = Shown("/a.png", "a.png", "", "", "m", "d", ("ill", "well"), (0.8, 0.2))
BLIND = Decision(1, "other", "well", "Ada", is_blind=True, seconds=12.0, comment="Small.")
OPEN = Decision(1, "agree", "ill", "Ada")


@pytest.fixture
def keys_in(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


@pytest.fixture
def bar(keys_in):
    bar = DecisionBar(keys_in, keys_in)
    keys_in.show()
    return bar


def test_it_hides_while_there_is_nothing_to_decide(bar):
    assert bar.isHidden()
    bar.show_state(BarState(("ill", "well")))
    assert not bar.isHidden()
    assert bar.agree.isEnabled()
    assert bar.keep.isHidden()


def test_a_blinded_reader_cannot_agree_with_what_is_hidden(bar):
    bar.show_state(BarState(("ill", "well"), stage="blind"))
    assert not bar.agree.isEnabled()
    assert bar.other.text().startswith("Class")


def test_a_class_is_chosen_from_the_menu(bar, qtbot):
    bar.show_state(BarState(("ill", "R & D")))
    assert [action.text() for action in bar.menu.actions()] == ["ill\t1", "R && D\t2"]
    with qtbot.waitSignal(bar.chosen) as chosen:
        bar.menu.actions()[1].trigger()
    assert chosen.args == [Choice("other", "R & D")]


def test_what_was_not_kept_is_said_until_something_is(bar):
    bar.show_state(BarState(("ill", "well")))
    bar.show_problem("The disk is full.")
    assert bar._ask.text() == "The disk is full."
    assert not bar._ask.isHidden()
    bar.show_state(BarState(("ill", "well")))
    assert bar._ask.isHidden()


def test_an_earlier_decision_is_one_line():
    line = decision_line(BLIND)
    assert all(part in line for part in ("Ada", "well", "blinded", "12 seconds", "“Small.”"))


def test_the_stages_of_a_reader():
    assert stage_of([], "Ada", is_blinded=False) == "open"
    assert stage_of([], "Ada", is_blinded=True) == "blind"
    assert stage_of([BLIND], "Ada", is_blinded=True) == "revise"
    assert stage_of([BLIND], "Ada", is_blinded=False) == "revise"
    assert stage_of([BLIND, OPEN], "Ada", is_blinded=True) == "open"
    assert stage_of([BLIND, OPEN], "Bo", is_blinded=True) == "blind"


@pytest.mark.parametrize(
    ("choice", "meant"),
    [
        (Choice("agree"), ("agree", "ill")),
        (Choice("other", "ill"), ("agree", "ill")),
        (Choice("other", "well"), ("other", "well")),
        (Choice("other", "neither"), None),
        (Choice("refer"), ("refer", "")),
        (Choice("keep"), ("other", "well")),
    ],
)
def test_what_a_choice_becomes(choice, meant):
    assert kind_and_label(choice, SHOWN, BLIND) == meant


def test_a_stopwatch_counts_what_it_ran():
    now = [10.0]
    watch = Stopwatch(lambda: now[0])
    watch.restart()
    now[0] = 12.0
    watch.set_running(is_running=False)
    now[0] = 50.0
    assert watch.seconds == 2.0
    watch.set_running(is_running=True)
    now[0] = 51.0
    assert watch.seconds == 3.0


def test_a_comment_takes_height_only_while_it_is_written(bar, qtbot):
    bar.show_state(BarState(("ill", "well")))
    assert not bar.comment.isVisible()
    bar.write.click()
    assert bar.comment.isVisible()
    bar.comment.setText("Small.")
    with qtbot.waitSignal(bar.left):
        bar.comment.returnPressed.emit()
    assert bar.comment.isVisible()
    bar.comment.clear()
    bar.show_state(BarState(("ill", "well")))
    assert not bar.comment.isVisible()
    assert not bar.write.isChecked()


def test_with_room_the_comment_is_always_there(bar):
    bar.show_state(BarState(("ill", "well")))
    bar.give_room(has_room=True)
    assert bar.comment.isVisible()
    assert bar.write.isHidden()


def test_a_held_key_does_not_decide_about_case_after_case(bar, keys_in):
    shortcuts = keys_in.findChildren(QShortcut)
    assert len(shortcuts) == len("AKFXC") + 9
    assert not any(shortcut.autoRepeat() for shortcut in shortcuts)


def test_a_long_name_leaves_room_for_the_comment(qtbot):
    panel = QWidget()
    qtbot.addWidget(panel)
    bar = DecisionBar(panel)
    bar.show_reader("Dr Ada")
    assert bar.reader.text() == "Reader: Dr Ada"
    narrow = bar.reader.sizeHint().width()
    name = "Dr Ada Maria Augusta Lovelace-Featherstonehaugh of the Royal Hospital"
    bar.show_reader(name)
    assert bar.reader.sizeHint().width() < narrow + 120
    assert bar.reader.accessibleName() == f"Reader: {name}"
    assert bar.reader.toolTip() == f"Reader: {name}"
