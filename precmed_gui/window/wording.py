"""Numbers and times as a clinician reads them."""

from PySide6.QtCore import QDateTime, QLocale, Qt

from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.evaluation.wording import never_tested
from precmed_gui.language import _, current_language, ngettext, sentences

_MINUTE = 60
_HOUR = 3600


def locale() -> QLocale:
    """The locale of the language in use."""
    return QLocale(current_language())


def number(value: int) -> str:
    """A count with its thousands apart."""
    return locale().toString(value)


def share(value: float) -> str:
    """A share of 1 in whole percent, never rounded up to certainty.

    From .995 it reads "> 99 %", up to .005 "< 1 %", unless it is exactly 1 or 0.
    """
    return f"{percent(value)} %"


def percent(value: float) -> str:
    """`share` without its sign, for the ends of an interval."""
    if 0 < value <= 0.005:
        return "< 1"
    if 0.995 <= value < 1:
        return "> 99"
    return f"{value * 100:.0f}"


def duration(seconds: float) -> str:
    """A time in the largest two units that matter."""
    whole = max(0, round(seconds))
    if whole < _MINUTE:
        return ngettext("{n} second", "{n} seconds", whole).format(n=whole)
    if whole < _HOUR:
        return _("{minutes}:{rest:02d} min").format(minutes=whole // _MINUTE, rest=whole % _MINUTE)
    hours, minutes = divmod(whole // _MINUTE, _HOUR // _MINUTE)
    return _("{hours}:{minutes:02d} h").format(hours=hours, minutes=minutes)


def moment(text: str) -> str:
    """A time of ISO 8601 in the user's own time zone and way of writing."""
    when = QDateTime.fromString(text, Qt.DateFormat.ISODate)
    if not when.isValid():
        return text
    return locale().toString(when.toLocalTime(), QLocale.FormatType.ShortFormat)


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


def better_than_guessing(card: ModelCard) -> str:
    """What a reader who always says the commonest class would get; "" where it is not known."""
    if card.commonest is None:
        return ""
    return _("Always saying the commonest class: {share}.").format(share=share(card.commonest))


def images_text(count: int) -> str:
    """So many images."""
    return ngettext("{n} image", "{n} images", count).format(n=number(count))


def cohort_text(cohort: Cohort) -> str:
    """Images, classes and patients of a cohort in one breath."""
    classes, patients = len(cohort.labels), cohort.patient_count
    parts = [
        images_text(len(cohort.cases)),
        ngettext("{n} class", "{n} classes", classes).format(n=classes),
        ngettext("{n} patient", "{n} patients", patients).format(n=number(patients))
        if cohort.are_patients_known
        else _("patients not known"),
    ]
    return " · ".join(parts)
