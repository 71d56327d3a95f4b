"""Numbers and times as a clinician reads them."""

from dataclasses import replace

from PySide6.QtCore import QDateTime, QLocale, Qt

from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.diagnosis.work import Step
from precmed_gui.evaluation.figure_texts import (
    bytes_text,
    duration,
    images_text,
    known_patients_text,
    number,
    percent,
    share,
)
from precmed_gui.evaluation.wording import better_than_guessing, never_tested
from precmed_gui.language import _, current_language, ngettext, sentences

__all__ = [
    "better_than_guessing",
    "bytes_text",
    "cohort_text",
    "duration",
    "images_text",
    "known_patients_text",
    "locale",
    "model_title",
    "moment",
    "number",
    "share",
    "step_text",
    "tested_on",
]


def locale() -> QLocale:
    """The locale of the language in use."""
    return QLocale(current_language())


def moment(text: str) -> str:
    """A time of ISO 8601 in the user's own time zone and way of writing."""
    when = QDateTime.fromString(text, Qt.DateFormat.ISODate)
    if not when.isValid():
        return text
    return locale().toString(when.toLocalTime(), QLocale.FormatType.ShortFormat)


def step_text(stage: str, step: Step) -> str:
    """How far a stage is, where that can be counted."""
    if step.total <= 0:
        return stage
    return _("{stage}: {done} of {total}").format(
        stage=stage, done=number(step.done), total=number(step.total)
    )


def model_title(card: ModelCard) -> str:
    """A model in a list: its name and when it was trained."""
    when = moment(card.trained_at)
    return f"{card.name} · {when}" if when else card.name


def tested_on(card: ModelCard) -> str:
    """What a model's test says, with its interval, and on what it was measured."""
    evaluation = card.evaluation
    if evaluation is None:
        return never_tested()
    measures = evaluation.measures
    text = _("{share} right ({low} to {high}): {right} of {images} nobody trained on.").format(
        share=share(measures.accuracy.value),
        low=percent(measures.accuracy.low),
        high=percent(measures.accuracy.high),
        right=number(sum(line[place] for place, line in enumerate(measures.confusion))),
        images=images_text(measures.n),
    )
    if card.split.patients_shared:
        return sentences(text, _("But patients are shared with training: expect less."))
    if not card.split.are_patients_known:
        return sentences(text, _("Patients are not known, so one may be on both sides."))
    return sentences(text, _("No patient is shared with training."))


def cohort_text(cohort: Cohort) -> str:
    """Images, classes and patients of a cohort in one breath; excluded images do not count."""
    if any(case.is_excluded for case in cohort.cases):
        used = tuple(case for case in cohort.cases if not case.is_excluded)
        cohort = replace(cohort, cases=used)
    classes = len(cohort.labels)
    parts = [
        images_text(len(cohort.cases)),
        ngettext("{n} class", "{n} classes", classes).format(n=classes),
        known_patients_text(cohort),
    ]
    return " · ".join(parts)
