"""What a change of the cohort is on the disk: the pieces that differ, both ways, as few bytes.

Used by `project`, which keeps one of these for every step that can be undone.
"""

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from itertools import compress, count, islice
from operator import attrgetter, is_not
from typing import Any

from precmed_gui.diagnosis.cases import Case, Cohort, Traits, Unreadable

_DEFAULTS: dict[str, Any] = {field.name: field.default for field in fields(Case)} | {"path": ""}
_FEW_VALUES = ("label", "patient", "part", "traits")
"""Columns whose values repeat: they are stored once, with their places."""
_FRAME = ("modality", "name", "unreadable", "label_order")
_STRETCH = 512
_SMALL = 2000
"""Bytes below which compressing is not worth the time."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Cases that stand where others stood.

    Parameters
    ----------
    place
        Position in the cases before the edit, counted from 0.
    before, after
        What stood there and what stands there now; one of them may be empty.
    """

    place: int
    before: tuple[Case, ...]
    after: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class CohortEdit:
    """The difference of two cohorts.

    Parameters
    ----------
    pieces
        In order of place, none overlapping another.
    frame
        What else differs, by its name in `Cohort`: how it was and how it is.
    """

    pieces: tuple[Piece, ...]
    frame: dict[str, tuple[Any, Any]]


def difference(before: Cohort, after: Cohort) -> CohortEdit:
    """What makes `after` of `before`; quick where most of the cases are the same objects."""
    frame = {
        name: (getattr(before, name), getattr(after, name))
        for name in _FRAME
        if getattr(before, name) != getattr(after, name)
    }
    return CohortEdit(tuple(_pieces(before.cases, after.cases)), frame)


def applied(cohort: Cohort, edits: Iterable[CohortEdit]) -> Cohort:
    """`cohort` after all of `edits`; raises `ValueError` if one belongs to another cohort."""
    cases = list(cohort.cases)
    frame: dict[str, Any] = {}
    for edit in edits:
        for piece in reversed(edit.pieces):
            end = piece.place + len(piece.before)
            if end > len(cases):
                raise ValueError("a piece beyond the end")
            cases[piece.place : end] = piece.after
        frame |= {name: after for name, (_before, after) in edit.frame.items()}
    return replace(cohort, cases=tuple(cases), **frame)


def taken_back(edit: CohortEdit) -> CohortEdit:
    """The edit that undoes `edit`."""
    pieces, shift = [], 0
    for piece in edit.pieces:
        pieces.append(Piece(piece.place + shift, piece.after, piece.before))
        shift += len(piece.after) - len(piece.before)
    frame = {name: (after, before) for name, (before, after) in edit.frame.items()}
    return CohortEdit(tuple(pieces), frame)


def packed(edit: CohortEdit) -> bytes:
    """`edit` as bytes: JSON by columns, compressed where that pays."""
    columns = _columns([case for piece in edit.pieces for case in piece.before])
    changed = _columns([case for piece in edit.pieces for case in piece.after])
    sizes = [[piece.place, len(piece.before), len(piece.after)] for piece in edit.pieces]
    if _has_equal_sides(sizes):
        changed = {name: column for name, column in changed.items() if column != columns[name]}
    document = {
        "pieces": sizes,
        "before": columns,
        "after": changed,
        "frame": {name: list(map(_plain, both)) for name, both in edit.frame.items()},
    }
    text = json.dumps(document, separators=(",", ":")).encode("ascii")
    return text if len(text) < _SMALL else zlib.compress(text, 1)


def unpacked(data: bytes) -> CohortEdit:
    """The edit that `packed` made bytes of; raises `ValueError`, `KeyError` or `TypeError`."""
    try:
        document = json.loads(data if data[:1] == b"{" else zlib.decompress(data))
    except zlib.error as error:
        raise ValueError("not an edit") from error
    sizes, columns = document["pieces"], document["before"]
    same = columns if _has_equal_sides(sizes) else {}
    before = _cases(columns, sum(size[1] for size in sizes))
    after = _cases(same | document["after"], sum(size[2] for size in sizes))
    pieces = tuple(
        Piece(place, tuple(islice(before, old)), tuple(islice(after, new)))
        for place, old, new in sizes
    )
    frame = {
        name: (_unplain(name, both[0]), _unplain(name, both[1]))
        for name, both in document["frame"].items()
    }
    return CohortEdit(pieces, frame)


def _has_equal_sides(sizes: list[list[int]]) -> bool:
    return sum(size[1] for size in sizes) == sum(size[2] for size in sizes)


def _pieces(before: Sequence[Case], after: Sequence[Case]) -> Iterator[Piece]:
    """The pieces that differ: case by case where only their fields changed, else by a walk."""
    if len(before) == len(after):
        changed = list(_changed_places(before, after))
        if all(before[place].key == after[place].key for place in changed):
            places = [place for place in changed if before[place] != after[place]]
            yield from (
                Piece(first, tuple(before[first:end]), tuple(after[first:end]))
                for first, end in _runs(places)
            )
            return
    yield from _walked(before, _shared(before, after))


def _changed_places(before: Sequence[Case], after: Sequence[Case]) -> Iterator[int]:
    """Where other objects stand; stretches that are equal throughout are passed over quickly."""
    for start in range(0, len(before), _STRETCH):
        end = start + _STRETCH
        if before[start:end] != after[start:end]:
            others = map(is_not, before[start:end], after[start:end])
            yield from compress(count(start), others)


def _runs(places: list[int]) -> Iterator[tuple[int, int]]:
    """Places that follow one another as (first, behind the last)."""
    first = 0
    for index, place in enumerate(places, start=1):
        if index == len(places) or places[index] != place + 1:
            yield places[first], place + 1
            first = index


def _shared(before: Sequence[Case], after: Sequence[Case]) -> list[Case]:
    """`after` with the objects of `before` wherever a case of it is the same."""
    known = set(map(id, before))
    if all(id(case) in known for case in after):
        return list(after)
    of_key = {case.key: case for case in before}
    return [case if of_key.get(case.key) != case else of_key[case.key] for case in after]


def _walked(before: Sequence[Case], after: Sequence[Case]) -> Iterator[Piece]:
    olds, news = set(map(id, before)), set(map(id, after))
    old = new = next(compress(count(), map(is_not, before, after)), min(len(before), len(after)))
    while old < len(before) or new < len(after):
        if old < len(before) and new < len(after) and before[old] is after[new]:
            old, new = old + 1, new + 1
            continue
        first, second = old, new
        while old < len(before) and id(before[old]) not in news:
            old += 1
        while new < len(after) and id(after[new]) not in olds:
            new += 1
        if (old, new) == (first, second):  # the same cases in another order
            old, new = len(before), len(after)
        yield Piece(first, tuple(before[first:old]), tuple(after[second:new]))


def _columns(cases: list[Case]) -> dict[str, Any]:
    """Every field of `cases` as a list; None where all have the default."""
    if not cases:
        return dict.fromkeys(_DEFAULTS)
    rows = map(attrgetter(*_DEFAULTS), cases)
    return {
        name: _column(name, list(values))
        for name, values in zip(_DEFAULTS, zip(*rows, strict=True), strict=True)
    }


def _column(name: str, values: list[Any]) -> object:
    if values.count(_DEFAULTS[name]) == len(values):
        return None
    if name not in _FEW_VALUES:
        return values
    places: dict[Any, int] = {}
    order = [places.setdefault(value, len(places)) for value in values]
    return [list(places), order]


def _cases(columns: dict[str, Any], size: int) -> Iterator[Case]:
    lists = [_values(name, columns.get(name), size) for name in _DEFAULTS]
    return map(Case, *lists)


def _values(name: str, column: Any, size: int) -> Sequence[Any]:
    if column is None:
        return [_DEFAULTS[name]] * size
    if name in _FEW_VALUES:
        few, order = column
        few = [_traits(value) for value in few] if name == "traits" else few
        column = [few[place] for place in order]
    if len(column) != size:
        raise ValueError("a column of another length")
    return [tuple(value) for value in column] if name == "files" else column


def _traits(value: list[list[str]]) -> Traits:
    return tuple((trait, group) for trait, group in value)


def _plain(value: Any) -> object:
    if isinstance(value, tuple) and value and isinstance(value[0], Unreadable):
        return [[file.path, file.reason] for file in value]
    return value


def _unplain(name: str, value: Any) -> object:
    if name == "unreadable":
        return tuple(Unreadable(path, reason) for path, reason in value)
    return tuple(value) if name == "label_order" else str(value)
