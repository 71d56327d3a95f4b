"""Shares, figures with intervals, counts and times as a clinician reads them.

Nothing is ever rounded to certainty. Used by the sentences of `wording`, the page, the tables, the
command line and the window.
"""

from collections.abc import Sequence

from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.diagnosis.evaluation import Figure
from precmed_gui.language import N_, _, ngettext

_MINUTE = 60
_HOUR = 3600
_SMALL_DIFFERENCE = 0.02
_ROUNDING = 1e-9
_BYTE_UNITS = ("KB", "MB", "GB", "TB")
_TRAITS = {
    "sex": N_("Sex"), "age": N_("Age"), "site": N_("Site"), "device": N_("Device"),
    "modality": N_("Modality"), "year": N_("Year"),
}  # fmt: skip
_SEXES = {"F": N_("Female"), "M": N_("Male"), "O": N_("Other")}


def share(value: float) -> str:
    """A share of 1 in whole percent, never rounded to certainty.

    From .995 it reads "> 99 %", up to .005 "< 1 %", unless it is exactly 1 or 0.
    """
    return f"{percent(value)} %"


def level_text(level: float) -> str:
    """A promised share as it was set: "90 %", "99.5 %"."""
    return f"{100 * level:.6g} %"


def figure_text(figure: Figure | None) -> str:
    """A share with its interval: "91 % (89 to 93)"; "not defined" for None."""
    if figure is None:
        return _("not defined")
    return _("{value} ({low} to {high})").format(
        value=share(figure.value), low=percent(figure.low), high=percent(figure.high)
    )


def decimal_text(figure: Figure | None) -> str:
    """A figure that is no share of cases, with its interval: "0.913 (0.887 to 0.934)"."""
    if figure is None:
        return _("not defined")
    return _("{value} ({low} to {high})").format(
        value=decimal(figure.value), low=decimal(figure.low), high=decimal(figure.high)
    )


def decimal(value: float) -> str:
    """Three decimals; close to 0 or 1 it says so instead of being rounded to them."""
    if 0 < value < 0.0005:
        return "< 0.001"
    if 0.9995 <= value < 1:
        return "> 0.999"
    if -0.0005 < value < 0:
        return "> −0.001"
    return f"{value:.3f}".replace("-", "−")


def points_text(figure: Figure) -> str:
    """A difference of shares in percentage points: "+2 points (−1 to +5)"."""
    small = max(abs(figure.value), abs(figure.low), abs(figure.high)) < _SMALL_DIFFERENCE
    value, low, high = (
        _signed(100 * part, 1 if small else 0) for part in (figure.value, figure.low, figure.high)
    )
    return _("{value} points ({low} to {high})").format(value=value, low=low, high=high)


def difference_text(figure: Figure) -> str:
    """A difference of figures that are no shares: "+0.012 (−0.003 to +0.027)"."""
    value, low, high = (_signed(part, 3) for part in (figure.value, figure.low, figure.high))
    return _("{value} ({low} to {high})").format(value=value, low=low, high=high)


def of_hundred(value: float) -> int:
    """How many of 100; 0 and 100 only where the share is exactly 0 or 1."""
    if value <= _ROUNDING or value >= 1 - _ROUNDING:
        return round(100 * value)
    return min(99, max(1, round(100 * value)))


def number(value: int) -> str:
    """A count with its thousands apart."""
    return f"{value:,}"


def images_text(count: int) -> str:
    """So many images."""
    return ngettext("{n} image", "{n} images", count).format(n=number(count))


def bytes_text(count: int) -> str:
    """A size in the unit that leaves one to three digits before the point."""
    size, place = count / 1000, 0
    while size >= 999.5 and place < len(_BYTE_UNITS) - 1:
        size, place = size / 1000, place + 1
    return f"{size:.1f} {_BYTE_UNITS[place]}" if size < 9.95 else f"{size:.0f} {_BYTE_UNITS[place]}"


def trait_text(trait: str) -> str:
    """What people call a trait."""
    return _(_TRAITS[trait]) if trait in _TRAITS else trait


def group_text(trait: str, group: str) -> str:
    """What people call a group of a trait."""
    return _(_SEXES[group]) if trait == "sex" and group in _SEXES else group


def duration(seconds: float) -> str:
    """A time in the largest two units that matter."""
    whole = max(0, round(seconds))
    if whole < _MINUTE:
        return ngettext("{n} second", "{n} seconds", whole).format(n=whole)
    if whole < _HOUR:
        return _("{minutes}:{rest:02d} min").format(minutes=whole // _MINUTE, rest=whole % _MINUTE)
    hours, minutes = divmod(whole // _MINUTE, _HOUR // _MINUTE)
    return _("{hours}:{minutes:02d} h").format(hours=hours, minutes=minutes)


def named(names: Sequence[str]) -> str:
    """Names in quotes: "“a”, “b” and “c”"."""
    quoted = [_("“{name}”").format(name=name) for name in names]
    return listed(quoted)


def listed(texts: Sequence[str]) -> str:
    """Several things in one breath: "a, b and c"."""
    if len(texts) < 2:
        return "".join(texts)
    return _("{first} and {last}").format(first=_(", ").join(texts[:-1]), last=texts[-1])


def percent(value: float) -> str:
    """`share` without its sign, for the ends of an interval."""
    if 0 < value <= 0.005:
        return "< 1"
    if 0.995 <= value < 1:
        return "> 99"
    return f"{value * 100:.0f}"


def _signed(value: float, decimals: int) -> str:
    text = f"{value:+.{decimals}f}"
    is_nothing = not text.strip("+-0.")
    return text[1:] if is_nothing else text.replace("-", "−")


def known_patients_text(cohort: Cohort) -> str:
    """The patients that are named, and how many images name none."""
    patients = len({case.patient for case in cohort.cases if case.patient})
    without = sum(not case.patient for case in cohort.cases)
    if without and not patients:
        return _("patients not known")
    text = ngettext("{n} patient", "{n} patients", patients).format(n=number(patients))
    if not without:
        return text
    rest = ngettext("{n} image without a patient", "{n} images without a patient", without)
    return " · ".join((text, rest.format(n=number(without))))
