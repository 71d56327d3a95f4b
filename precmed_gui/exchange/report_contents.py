"""Puts a report together: the answer that was shown, and what the model's test says about it."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.diagnosis.pictures import Picture
from precmed_gui.diagnosis.record import Shown
from precmed_gui.diagnosis.report import Report, ReportBar, ReportForm
from precmed_gui.evaluation.named_figures import overall_figures
from precmed_gui.evaluation.wording import (
    calibration_text,
    gate_text,
    meaning_of,
    meaning_of_class,
    never_tested,
    set_text,
    warnings,
    worth,
)
from precmed_gui.language import _, speaking

_FIGURES = ("accuracy", "balanced_accuracy", "auc", "ece")


def report_of(
    shown: Shown, pixels: NDArray[np.uint8], card: ModelCard | None, form: ReportForm
) -> Report:
    """Return the report of one answer; its sentences are in the language of `form`.

    Parameters
    ----------
    shown
        The answer as it was given.
    pixels
        The picture as on the screen (`display_pixels`).
    card
        Of the model that gave it; None where the model is gone.
    form
        How it is to look.

    Returns
    -------
    Report
        Without decisions, map and chain head: add them by `dataclasses.replace`.
    """
    with speaking(form.language):
        report = Report(
            pixels=pixels,
            shown=shown,
            bars=() if shown.verdict == "refused" else _bars(shown, card),
            set_text="" if shown.verdict == "refused" else _set_text(shown, card),
            figures=(),
            summary=tuple(text for text in (shown.test_sentence,) if text),
            cautions=(_("The model is not on this computer: its test cannot be told in full."),),
            form=form,
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        return report if card is None else _with_card(report, card)


def display_pixels(picture: Picture) -> NDArray[np.uint8]:
    """What the eye gets of a picture before anybody moves its window: black is 0, white 255."""
    low, high = picture.value_range
    if picture.pixels.dtype == np.uint8 and (low, high) == (0.0, 255.0):
        return picture.pixels.astype(np.uint8, copy=False)
    spread = (picture.pixels.astype(np.float32) - low) * (255.0 / ((high - low) or 1.0))
    whole: NDArray[np.uint8] = np.clip(np.rint(spread), 0, 255).astype(np.uint8)
    return whole


def _with_card(report: Report, card: ModelCard) -> Report:
    evaluation = card.evaluation
    figures: tuple[tuple[str, str], ...] = ()
    texts = [worth(card)]
    if evaluation is not None:
        found = overall_figures(evaluation.measures)
        figures = tuple((one.title, one.text) for one in found if one.key in _FIGURES)
        texts += [calibration_text(evaluation), gate_text(card.gate, evaluation.refused)]
    kept = [text for text in texts if text and text != never_tested()]
    return replace(report, figures=figures, summary=tuple(kept), cautions=warnings(card))


def _bars(shown: Shown, card: ModelCard | None) -> tuple[ReportBar, ...]:
    pairs = zip(shown.labels, shown.probabilities, strict=True)
    ranked = sorted(pairs, key=lambda pair: -pair[1])
    return tuple(
        ReportBar(label, share, _meaning(place, share, card))
        for place, (label, share) in enumerate(ranked)
    )


def _meaning(place: int, probability: float, card: ModelCard | None) -> str:
    if card is None:
        return ""
    if card.evaluation is None:
        return _("The model was never tested: nobody knows how often this is right.")
    if place == 0:
        return meaning_of(probability, card.evaluation)
    return meaning_of_class(probability, card.evaluation)


def _set_text(shown: Shown, card: ModelCard | None) -> str:
    if card is None or card.sets is None:
        return ""
    coverage = card.evaluation.coverage if card.evaluation else None
    return set_text(shown.label_set, card.sets.level, coverage)
