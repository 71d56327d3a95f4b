"""The separate windows: the question what a model is for, and its card."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QPushButton, QWidget
from tested_card import CARD, UNTESTED

from precmed_gui.window.dialogs import Dialogs, card_page


@pytest.fixture
def answer(monkeypatch):
    """Answer the next dialog: type the words, then press the button that has this place."""

    def answer_with(words, *, is_kept):
        def run(dialog):
            dialog.findChild(QPlainTextEdit).setPlainText(words)
            keep = dialog.findChildren(QPushButton)[0]
            if is_kept and keep.isEnabled():
                return QDialog.DialogCode.Accepted
            return QDialog.DialogCode.Rejected

        monkeypatch.setattr(QDialog, "exec", run)

    return answer_with


def test_the_intended_use_is_what_the_user_wrote(qtbot, answer):
    window = QWidget()
    qtbot.addWidget(window)
    answer("  To sort.\nNot for adults. ", is_kept=True)
    assert Dialogs(window).intended_use(CARD) == "To sort.\nNot for adults."


def test_an_intended_use_put_off_or_left_empty_changes_nothing(qtbot, answer):
    window = QWidget()
    qtbot.addWidget(window)
    answer("To sort.", is_kept=False)
    assert Dialogs(window).intended_use(CARD) == ""
    answer("  ", is_kept=True)
    assert Dialogs(window).intended_use(CARD) == ""


def test_a_card_shows_intervals_and_gaps_as_gaps():
    page = card_page(CARD)
    assert "90 % right (88 to 91)" in page
    assert "0.950 (0.930 to 0.970)" in page
    assert "not stated" in page
    assert "not measured" in card_page(UNTESTED)
    assert "To sort &lt;b&gt;" in card_page(replace(CARD, intended_use="To sort <b>"))
