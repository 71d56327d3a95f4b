"""A made-up reading with its report: three classes, names in three scripts, a map that passed."""

from dataclasses import replace

import numpy as np
from made_report import make_report

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.explanation import Explanation, MapChecks
from precmed_gui.diagnosis.record import Decision, Shown
from precmed_gui.diagnosis.report import ReportForm
from precmed_gui.exchange.report_contents import report_of

LABELS = ("clear", "effusion", "nodule")
HEAD = "3f" * 32
NAMES = "Müller 张伟 محمد"


def make_shown(verdict="answer", **changed):
    reasons = {"answer": "", "refer": "2 of 3 classes cannot be ruled out: ask a colleague.",
               "refused": "The image is unlike the training images."}  # fmt: skip
    shown = Shown(
        case_key="/pictures/张伟.png", case_name="张伟.png", patient=NAMES, fingerprint="ab" * 16,
        model_name="demo", model_digest="cd" * 32, labels=LABELS,
        probabilities=(0.03, 0.93, 0.04), label_set=("effusion",), verdict=verdict,
        reason=reasons[verdict], intended_use="To try it out.", number=1234,
        at="2025-03-02T09:14:03+00:00",
    )  # fmt: skip
    return replace(shown, **changed)


def make_decisions():
    return (
        Decision(1234, "other", "clear", "Dr. Haddad", is_blind=True, seconds=41.5, number=7,
                 at="2025-03-02T09:13:00+00:00"),
        Decision(1234, "agree", "effusion", "Dr. Haddad", "=seen on both views", number=8,
                 seconds=12.0, at="2025-03-02T09:15:00+00:00"),
    )  # fmt: skip


def make_map(*, has_passed=True):
    strength = np.zeros((40, 60), np.float32)
    strength[10:20, 40:50] = 1
    checks = MapChecks(0.08, 0.91, True) if has_passed else MapChecks(
        0.9, 0.4, False, "It looks the same with random weights."
    )  # fmt: skip
    return Explanation(
        Case("/pictures/张伟.png"), 1, "effusion", "class-activation", strength, checks, 0.5
    )


def make_full_report(verdict="answer", form=None, **changed):
    pixels = np.random.default_rng(0).integers(0, 256, (40, 60)).astype(np.uint8)
    card = make_report().card
    report = report_of(make_shown(verdict), pixels, card, form or ReportForm(reader="Dr. Haddad"))
    whole = replace(
        report, decisions=make_decisions(), explanation=make_map(), chain_head=HEAD,
        made_at="2025-03-02T10:00:00+00:00",
    )  # fmt: skip
    return replace(whole, **changed)
