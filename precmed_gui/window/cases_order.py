"""Which cases the grid shows and in which order; plain functions, no Qt, quick for 50,000 cases.

What must be known of a case to search and sort is worked out once and kept while the case stays.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from os.path import basename
from typing import Any, Generic, Literal, TypeVar, get_args

from precmed_gui.diagnosis.cases import Case, Cohort

State = Literal["every", "without_class", "without_patient", "excluded", "unreadable"]
STATES: tuple[State, ...] = get_args(State)
Order = Literal["added", "name", "class", "patient", "size", "brightness", "confidence"]
ORDERS: tuple[Order, ...] = get_args(Order)

_DIGITS = re.compile(r"\d+")
_LONGEST_NUMBER = 20
_CLASS, _DOWN = "class ", "descending"
_Value = TypeVar("_Value")


class EveryClass:
    """The filter that lets all cases through; a filter of None means "cases without a class"."""


EVERY_CLASS = EveryClass()
ClassFilter = str | None | EveryClass


@dataclass(frozen=True, slots=True)
class CasesView:
    """What of a cohort is looked at, and in which order.

    Parameters
    ----------
    shown
        One class, None for the cases without a class, or `EVERY_CLASS`.
    text
        Words that must all stand in the name, the patient, the class or the traits.
    state
        Which cases, whatever their class.
    order, is_descending
        Sorted by what; cases of which that is not known come last either way.
    """

    shown: ClassFilter = EVERY_CLASS
    text: str = ""
    state: State = "every"
    order: Order = "added"
    is_descending: bool = False

    def as_texts(self) -> dict[str, str]:
        """What a project keeps of it, see `view_of_texts`."""
        shown = "every" if isinstance(self.shown, EveryClass) else "none"
        return {
            "cases shown": shown if not isinstance(self.shown, str) else _CLASS + self.shown,
            "cases text": self.text,
            "cases state": self.state,
            "cases order": self.order,
            "cases direction": _DOWN if self.is_descending else "ascending",
        }

    @property
    def is_whole(self) -> bool:
        """Whether every case is shown."""
        return (
            isinstance(self.shown, EveryClass) and not self.text.split() and self.state == "every"
        )


def view_of_texts(kept: Mapping[str, str]) -> CasesView:
    """The view a project kept; what this version does not know is as at first."""
    shown: ClassFilter = EVERY_CLASS
    chosen = kept.get("cases shown", "")
    if chosen == "none":
        shown = None
    elif chosen.startswith(_CLASS):
        shown = chosen.removeprefix(_CLASS)
    return CasesView(
        shown=shown,
        text=kept.get("cases text", ""),
        state=next((state for state in STATES if state == kept.get("cases state")), "every"),
        order=next((order for order in ORDERS if order == kept.get("cases order")), "added"),
        is_descending=kept.get("cases direction") == _DOWN,
    )


@dataclass(frozen=True, slots=True)
class KnownFacts:
    """What is known of cases besides their names, each by `Case.key`.

    Parameters
    ----------
    sizes
        Pixels of the picture.
    brightness
        Mean over the range from black to white, 0 to 1.
    confidences
        What the current model says of its likeliest class, 0 to 1.
    reasons
        Why there is no thumbnail.
    """

    sizes: Mapping[str, int] = field(default_factory=dict)
    brightness: Mapping[str, float] = field(default_factory=dict)
    confidences: Mapping[str, float] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)


class _Column(Generic[_Value]):
    """One value a case, worked out again only for cases that were not there before."""

    def __init__(self, value: Callable[[Case], _Value]) -> None:
        self._value = value
        self._cases: Sequence[Case] = ()
        self._values: list[_Value] = []

    def of(self, cases: Sequence[Case]) -> list[_Value]:
        if cases is not self._cases:
            known = dict(zip(map(id, self._cases), self._values, strict=True))
            self._values = [
                known[id(case)] if id(case) in known else self._value(case) for case in cases
            ]
            self._cases = cases
        return self._values


class CaseIndex:
    """The cases of a cohort, ready to be searched and sorted."""

    def __init__(self) -> None:
        self.cohort = Cohort()
        self._keys = _Column[str](lambda case: case.key)
        self._texts = _Column[str](_searched_text)
        self._names = _Column[str](lambda case: quick_natural_key(_name(case)))
        self._patients = _Column[str](lambda case: quick_natural_key(case.patient))

    def prepare(self) -> None:
        """Work out now what the first search would wait for."""
        self._texts.of(self.cohort.cases)

    def found(self, view: CasesView, facts: KnownFacts) -> tuple[list[Case], list[str]]:
        """The cases of a view in its order, and their keys."""
        cases, keys = self.cohort.cases, self._keys.of(self.cohort.cases)
        if view == CasesView():
            return list(cases), list(keys)
        places = self._ordered(self._filtered(view, facts), view, facts)
        return [cases[place] for place in places], [keys[place] for place in places]

    def _filtered(self, view: CasesView, facts: KnownFacts) -> list[int]:
        cases = self.cohort.cases
        places = list(range(len(cases)))
        if not isinstance(view.shown, EveryClass):
            places = [place for place in places if cases[place].label == view.shown]
        if view.state == "unreadable":
            keys = self._keys.of(cases)
            places = [place for place in places if keys[place] in facts.reasons]
        elif view.state != "every":
            is_shown = _STATE_TESTS[view.state]
            places = [place for place in places if is_shown(cases[place])]
        for word in view.text.casefold().split():
            texts = self._texts.of(cases)
            places = [place for place in places if word in texts[place]]
        return places

    def _ordered(self, places: list[int], view: CasesView, facts: KnownFacts) -> list[int]:
        if view.order == "added":
            return places[::-1] if view.is_descending else places
        values = self._sort_values(view.order, facts)
        known = [place for place in places if values[place] is not None]
        unknown = [place for place in places if values[place] is None]
        return sorted(known, key=values.__getitem__, reverse=view.is_descending) + unknown

    def _sort_values(self, order: Order, facts: KnownFacts) -> list[Any]:
        """One sortable value a case of the cohort, None where it is not known."""
        cases = self.cohort.cases
        if order == "name":
            return self._names.of(cases)
        if order == "patient":
            return [patient or None for patient in self._patients.of(cases)]
        if order == "class":
            places = {label: place for place, label in enumerate(self.cohort.label_order)}
            return [None if case.label is None else places.get(case.label) for case in cases]
        known: Mapping[str, float] = {
            "size": facts.sizes,
            "brightness": facts.brightness,
            "confidence": facts.confidences,
        }[order]
        return [known.get(key) for key in self._keys.of(cases)]


_STATE_TESTS: dict[State, Callable[[Case], bool]] = {
    "without_class": lambda case: case.label is None,
    "without_patient": lambda case: not case.patient,
    "excluded": lambda case: case.is_excluded,
}


def quick_natural_key(text: str) -> str:
    """A sort key under which "grade 2" comes before "grade 10", as one string."""
    return _DIGITS.sub(_padded, text.casefold())


def _padded(digits: re.Match[str]) -> str:
    return digits[0].zfill(_LONGEST_NUMBER)


def _name(case: Case) -> str:
    return f"{basename(case.path)} {case.item}"  # noqa: PTH119 - a Path costs ten times as much


def _searched_text(case: Case) -> str:
    groups = " ".join(group for _trait, group in case.traits)
    return f"{_name(case)}\n{case.patient}\n{case.label or ''}\n{groups}".casefold()
