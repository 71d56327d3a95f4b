"""Puts a report together: the answer that was shown, and what the model's test says about it."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.diagnosis.pictures import Picture
from precmed_gui.diagnosis.record import ModelFigures, Shown
from precmed_gui.diagnosis.report import Report, ReportBar, ReportForm
from precmed_gui.evaluation.answer_texts import (
    bar_meaning,
    bare_set_line,
    figures_of,
    set_sentence,
)
from precmed_gui.evaluation.named_figures import overall_figures
from precmed_gui.evaluation.wording import (
    calibration_text,
    gate_text,
    never_tested,
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
    figures = shown.figures if card is None else figures_of(card)
    with speaking(form.language):
        report = Report(
            pixels=pixels,
            shown=shown,
            bars=() if shown.verdict == "refused" else _bars(shown, figures),
            set_text="" if shown.verdict == "refused" else _set_text(shown, figures),
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


def _bars(shown: Shown, figures: ModelFigures | None) -> tuple[ReportBar, ...]:
    pairs = zip(shown.labels, shown.probabilities, strict=True)
    ranked = sorted(pairs, key=lambda pair: -pair[1])
    return tuple(
        ReportBar(label, share, bar_meaning(place, share, figures) if figures else "")
        for place, (label, share) in enumerate(ranked)
    )


def _set_text(shown: Shown, figures: ModelFigures | None) -> str:
    """What could not be ruled out; without a level where nothing else is known of the model."""
    if figures is None:
        return bare_set_line(shown.label_set)
    return set_sentence(shown.label_set, figures, has_coverage=True)
