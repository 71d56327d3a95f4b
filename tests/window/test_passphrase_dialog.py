"""The passphrase of the record: asked for twice, the present one checked, the danger said."""

import pytest
from PySide6.QtWidgets import QLabel

from precmed_gui.window.passphrase_dialog import PassphraseDialog


@pytest.fixture
def dialog(qtbot):
    def make(present):
        found = PassphraseDialog(present)
        qtbot.addWidget(found)
        found.show()
        return found

    return make


def test_a_first_one_is_typed_twice(dialog):
    first = dialog("")
    assert not first.present.isVisible()
    assert not first.remove.isVisible()
    assert not first.keep.isEnabled()
    first.new.setText("open")
    assert not first.keep.isEnabled()
    first.again.setText("opens")
    first.keep.click()
    assert "not the same" in first._trouble.text()
    assert first.isVisible()
    first.again.setText("open")
    assert not first._trouble.isVisible()
    first.keep.click()
    assert (first.wish, first.isVisible()) == ("open", False)


def test_it_warns_that_nobody_can_recover_it(dialog):
    shown = dialog("")
    labels = shown.findChildren(QLabel)
    assert any("Nobody can open the record without" in label.text() for label in labels)


def test_a_change_takes_the_present_one(dialog):
    change = dialog("old")
    change.new.setText("new")
    change.again.setText("new")
    assert not change.keep.isEnabled()
    change.present.setText("odl")
    change.keep.click()
    assert "not the passphrase" in change._trouble.text()
    change.present.setText("old")
    change.keep.click()
    assert change.wish == "new"
    assert not change.isVisible()


def test_taking_it_away_takes_the_present_one_too(dialog):
    away = dialog("old")
    assert not away.remove.isEnabled()
    away.present.setText("older")
    away.remove.click()
    assert away.isVisible()
    away.present.setText("old")
    away.remove.click()
    assert (away.wish, away.isVisible()) == ("", False)
