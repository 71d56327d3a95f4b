"""Which row of a table is about which image: by path, by the tail of one, or by file name.

Two files of one name in different folders are never taken for each other.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, takewhile

from precmed_gui.diagnosis.cases import Case
from precmed_gui.exchange.table_meanings import PART_WORDS

_ENDING = re.compile(
    r"\.(png|jpe?g?|tiff?|bmp|dib|gif|webp|jp2|j2k|p[gnpb]m|dcm|dicom|ima|nii|npz)$"
)
_Pieces = tuple[str, ...]
_DOUBT = 2


@dataclass(slots=True)
class CaseIndex:
    """The files of a cohort by name, for looking up what a table calls them.

    Parameters
    ----------
    keys
        Keys of the cases that a file (its path in pieces) holds or belongs to.
    by_name, by_stem
        Files by their name, with and without its ending.
    by_whole, by_end
        Files by their path below `root`, and by each end of that, both without the ending of the
        name: of many thousand files of one name, only those that fit are compared.
    root
        How many pieces of the paths all files have in common.
    """

    keys: dict[_Pieces, list[str]] = field(default_factory=dict)
    by_name: defaultdict[str, list[_Pieces]] = field(default_factory=lambda: defaultdict(list))
    by_stem: defaultdict[str, list[_Pieces]] = field(default_factory=lambda: defaultdict(list))
    by_whole: defaultdict[_Pieces, list[_Pieces]] = field(default_factory=lambda: defaultdict(list))
    by_end: defaultdict[_Pieces, list[_Pieces]] = field(default_factory=lambda: defaultdict(list))
    items: dict[str, str] = field(default_factory=dict)
    root: int = 0

    def find(self, cell: str) -> list[_Pieces]:
        """Files that a cell may mean, those that fit it best; a doubt is two, of however many."""
        wanted = pieces_of(cell)
        if not wanted:
            return []
        if len(wanted) == 1:
            named = self.by_name.get(wanted[0]) or self.by_stem.get(_stem(wanted[0])) or []
            return named[:_DOUBT]
        fitting = [
            (_tail(found, _named_alike(found, wanted)), found) for found in self._fitting(wanted)
        ]
        best = max((length for length, _found in fitting), default=0)
        return [found for length, found in fitting if length == best][:_DOUBT]

    def _fitting(self, wanted: _Pieces) -> Iterator[_Pieces]:
        """Files that end as all of `wanted`, and files that are an end of it below the root."""
        is_exact = wanted[-1] in self.by_name
        end = (*wanted[:-1], _stem(wanted[-1]))
        whole = (
            found for found in self.by_end.get(end, ()) if not is_exact or found[-1] == wanted[-1]
        )
        yield from islice(whole, _DOUBT)
        for length in range(1, len(wanted)):
            for found in self.by_whole.get(end[-length:], ()):
                if (not is_exact or found[-1] == wanted[-1]) and _parts_agree(found, wanted):
                    yield found

    def find_by_name(self, cell: str) -> list[_Pieces]:
        """The only file of this name, though its folders are others; not in another part."""
        wanted = pieces_of(cell)
        candidates = self.by_name.get(wanted[-1], []) if wanted else []
        if len(candidates) != 1:
            return []
        return candidates if _parts_agree(candidates[0], wanted) else []


def index_of(cases: Iterable[Case]) -> CaseIndex:
    """The files of these cases; those of a series all lead to it."""
    index = CaseIndex()
    for case in cases:
        for path in case.files or (case.path,):
            index.keys.setdefault(pieces_of(path), []).append(case.key)
        if case.item:
            index.items[_plain(f"{pieces_of(case.path)[-1]}#{case.item}")] = case.key
    for found in index.keys:
        index.by_name[found[-1]].append(found)
        index.by_stem[_stem(found[-1])].append(found)
    folders = [found[:-1] for found in index.keys]
    index.root = _alike(min(folders), max(folders)) if folders else 0
    for found in index.keys:
        below = (*found[index.root : -1], _stem(found[-1]))
        index.by_whole[below].append(found)
        for start in range(len(below)):
            index.by_end[below[start:]].append(found)
    return index


@dataclass(frozen=True, slots=True)
class RowMatches:
    """For each row the keys of its cases; and the rows that stand alone, fit nothing or too much.

    Parameters
    ----------
    keys
        As many as there are rows; () where a row is about no case.
    unmatched, ambiguous
        Positions of rows.
    """

    keys: tuple[tuple[str, ...], ...]
    unmatched: tuple[int, ...]
    ambiguous: tuple[int, ...]


def match_rows(index: CaseIndex, cells: Sequence[str]) -> RowMatches:
    """What each cell of the file column is about; empty cells are about nothing."""
    found = [_found(index, cell) for cell in cells]
    if _names_are_enough(index, cells):
        found = [
            files or (() if cell_key is None else tuple(index.find_by_name(cell_key)))
            for files, cell_key in zip(found, cells, strict=True)
        ]
    found = _without_worse(found, cells)
    keys = [_keys(index, files, cell) for files, cell in zip(found, cells, strict=True)]
    return RowMatches(
        keys=tuple(keys),
        unmatched=tuple(p for p, cell in enumerate(cells) if not found[p] and not keys[p] and cell),
        ambiguous=tuple(p for p, files in enumerate(found) if len(files) > 1),
    )


def pieces_of(path: str) -> _Pieces:
    """A path of any system in comparable pieces."""
    return tuple(piece for piece in re.split(r"[\\/]+", _plain(path)) if piece not in ("", "."))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip().strip("\"'")).casefold()


def _found(index: CaseIndex, cell: str) -> tuple[_Pieces, ...]:
    return tuple(index.find(cell)) if cell else ()


def _keys(index: CaseIndex, files: tuple[_Pieces, ...], cell: str) -> tuple[str, ...]:
    if len(files) == 1:
        return tuple(index.keys[files[0]])
    pieces = pieces_of(cell.partition("#")[0]) if "#" in cell else ()
    own = index.items.get(_plain(f"{pieces[-1]}#{cell.partition('#')[2]}")) if pieces else None
    return (own,) if own else ()


def _names_are_enough(index: CaseIndex, cells: Sequence[str]) -> bool:
    """Whether no two rows and no two files have one name, so that folders need not agree."""
    if any(len(files) > 1 for files in index.by_name.values()):
        return False
    names = Counter(pieces_of(cell)[-1] for cell in cells if pieces_of(cell))
    return max(names.values(), default=0) == 1


def _without_worse(
    found: list[tuple[_Pieces, ...]], cells: Sequence[str]
) -> list[tuple[_Pieces, ...]]:
    """Of rows about one file only those whose path agrees with it furthest."""
    best: dict[_Pieces, int] = {}
    tails = [
        _tail(files[0], _named_alike(files[0], pieces_of(cell))) if len(files) == 1 else 0
        for files, cell in zip(found, cells, strict=True)
    ]
    for files, tail in zip(found, tails, strict=True):
        if len(files) == 1:
            best[files[0]] = max(best.get(files[0], 0), tail)
    return [
        () if len(files) == 1 and tail < best[files[0]] and len(pieces_of(cell)) > tail else files
        for files, tail, cell in zip(found, tails, cells, strict=True)
    ]


def _parts_agree(found: _Pieces, wanted: _Pieces) -> bool:
    """Whether not one path speaks of training and the other of testing."""
    parts, own = (
        {PART_WORDS[piece] for piece in pieces[:-1] if piece in PART_WORDS}
        for pieces in (wanted, found)
    )
    return not parts or not own or bool(parts & own)


def _named_alike(found: _Pieces, wanted: _Pieces) -> _Pieces:
    """`wanted` with the ending of `found`, which may have been left out or be another."""
    return (*wanted[:-1], found[-1])


def _tail(one: _Pieces, other: _Pieces) -> int:
    """How many last pieces two paths have in common."""
    return _alike(one[::-1], other[::-1])


def _alike(one: _Pieces, other: _Pieces) -> int:
    """How many first pieces two paths have in common."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _pair in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _stem(name: str) -> str:
    return _ENDING.sub("", name.removesuffix(".gz"))
