"""What a given split lets through: patients and pictures that are in more than one part.

Used by `check`, which tells, by `fixes`, which repairs, and by `learning.training_data`, which
leaves copies out and refuses shared patients.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from precmed_gui.cohorts.picture_facts import linking
from precmed_gui.diagnosis.cases import PARTS, Case, Part, Split
from precmed_gui.diagnosis.model_card import Leaks

Groups = tuple[tuple[int, ...], ...]
"""Positions that belong together, of two and more."""


def given_parts(cases: Sequence[Case]) -> tuple[Part | None, ...]:
    """The part each case came with; None of all where the cases were not divided.

    A case that is excluded, has no class, or came without a part beside others that have one, is
    in none, none, and the training part.
    """
    used = [case.label is not None and not case.is_excluded for case in cases]
    is_divided = any(
        case.part in ("validation", "test")
        for case, is_used in zip(cases, used, strict=True)
        if is_used
    )
    if not is_divided:
        return (None,) * len(cases)
    return tuple(
        (case.part or "train") if is_used else None
        for case, is_used in zip(cases, used, strict=True)
    )


def parts_of_split(split: Split, count: int) -> tuple[Part | None, ...]:
    """The part of each of `count` cases."""
    found: list[Part | None] = [None] * count
    for part in PARTS:
        for position in split.part(part):
            found[position] = part
    return tuple(found)


def known_patients(cases: Iterable[Case]) -> tuple[str, ...]:
    """The patient of each case, "" where nobody said."""
    return tuple(case.patient for case in cases)


def shared(parts: Sequence[Part | None], names: Sequence[str]) -> Groups:
    """Positions with one name in more than one part; a name "" is nobody's.

    Parameters
    ----------
    parts
        (n) of each case; None: in no part.
    names
        (n) patients, or fingerprints.
    """
    found: dict[str, list[int]] = defaultdict(list)
    for position, (part, name) in enumerate(zip(parts, names, strict=True)):
        if part is not None and name:
            found[name].append(position)
    return tuple(tuple(group) for group in found.values() if len({parts[i] for i in group}) > 1)


def earlier(parts: Sequence[Part | None], groups: Iterable[Sequence[int]]) -> tuple[int, ...]:
    """Positions to leave out so that each group is in one part.

    The test part keeps its cases; else the validation part does.
    """
    rank = {part: number for number, part in enumerate(PARTS)}
    gone: set[int] = set()
    for group in groups:
        ranks = {i: rank[part] for i in group if (part := parts[i]) is not None}
        last = max(ranks.values(), default=0)
        gone |= {i for i, own in ranks.items() if own < last}
    return tuple(sorted(gone))


def without_leaks(
    cases: Sequence[Case], split: Split, fingerprints: Sequence[str], statement: str = ""
) -> tuple[Split, Leaks]:
    """`split` without copies in an earlier part, and what leaks there were.

    Parameters
    ----------
    cases, fingerprints
        What the positions of `split` are about, and their pixels.
    statement
        Why a leak is accepted, in the user's words; then the split stays as it is.
    """
    parts = parts_of_split(split, len(cases))
    copies = shared(parts, linking(fingerprints))
    gone = () if statement else earlier(parts, copies)
    leaks = Leaks(
        patients=len(shared(parts, known_patients(cases))),
        duplicates=len(copies),
        left_out=len(gone),
        statement="",
    )
    if leaks.patients or leaks.duplicates:
        leaks = replace(leaks, statement=statement)
    if not gone:
        return split, leaks
    left_out = set(gone)
    smaller = replace(
        split,
        train=tuple(i for i in split.train if i not in left_out),
        validation=tuple(i for i in split.validation if i not in left_out),
    )
    return smaller, leaks
