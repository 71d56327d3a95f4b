"""The separate windows: the question what a model is for, and its card."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QPushButton, QTextBrowser, QWidget
from simulated_report import simulated_report
from tested_card import CARD

from precmed_gui.window.dialogs import Dialogs


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


def test_a_card_shows_figures_with_intervals_and_gaps_as_gaps(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    report = simulated_report(("ill", "well"), 60)
    card = replace(report.card, intended_use="To sort <b>")
    Dialogs(window).show_card(replace(report, card=card), lambda: None)
    page = window.findChild(QTextBrowser).toPlainText()
    right = card.evaluation.measures.accuracy
    assert f"({100 * right.low:.0f} to {100 * right.high:.0f})" in page
    assert "To sort <b>" in page
    assert "not stated" in page


def test_a_card_that_is_looked_at_can_be_kept(qtbot):
    window, wished = QWidget(), []
    qtbot.addWidget(window)
    Dialogs(window).show_card(simulated_report(("ill", "well"), 60), lambda: wished.append(1))
    buttons = {button.text(): button for button in window.findChildren(QPushButton)}
    buttons["Save…"].click()
    assert wished == [1]
    buttons["Close"].click()
    assert wished == [1]
