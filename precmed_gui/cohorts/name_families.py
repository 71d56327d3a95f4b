"""How file names are built: families of names of one shape, and what in them counts patients.

A name becomes tokens: words, runs of digits, dates, and what separates them. Names whose tokens
begin alike form a family; a family whose beginning comes back in several names, with something
small that counts after it, is likely to begin with its patient. Used by `patient_names` alone.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

_DATE = r"(?:19|20)\d\d[-_.]?(?:0[1-9]|1[0-2])[-_.]?(?:0[1-9]|[12]\d|3[01])"
_PIECE = re.compile(rf"(?P<date>(?<!\d){_DATE}(?!\d))|(?P<field>[^\W_]+)|(?P<sign>[\W_])")
_RUN = re.compile(r"\d+|[^\W\d_]+")
_MOST_RUNS = 3
_SPECIAL = re.compile(r"[.^$*+?{}\[\]\\|()]")
_PATTERNS = {
    "date": r"(?:19|20)\d\d[-_.]?\d\d[-_.]?\d\d",
    "mixed": "[0-9A-Za-z]+",
    "digits": r"\d+",
    "word": r"[^\W\d_]+",
}
_PATIENT_WORDS = (
    "patient", "person", "subject", "subj", "sub", "pat", "pid", "case", "p", "患者", "病人",
)  # fmt: skip
_NO_PATIENTS = {
    "batch", "center", "centre", "class", "cohort", "device", "fold", "frame", "grade", "group",
    "hospital", "layer", "level", "page", "part", "row", "scanner", "series", "set", "site",
    "slice", "stage", "step", "tile", "type", "view", "year", "x", "y", "z",
}  # fmt: skip
_MOST_WORDS = 12
_DEEPEST = 10
_FEWEST_NAMES = 6
_LEAST_REPEATED = 0.05
_OFTEN_REPEATED = 0.3
_MOST_REMAINDERS = 0.2
_FEWEST_GROUPS = 3


@dataclass(slots=True)
class _Token:
    kind: str
    text: str


@dataclass(slots=True)
class _Family:
    """Names that begin with tokens of the same kinds and words.

    Parameters
    ----------
    pattern
        A regular expression for that beginning.
    words
        Its last words, in small letters, the nearest last.
    """

    pattern: str
    words: tuple[str, ...]
    members: list[int]
    depth: int
    is_number_last: bool = False
    children: list["_Family"] = field(default_factory=list)


def keyword_patterns(files: Sequence[str]) -> Iterator[str]:
    """Expressions for a number behind a word such as "patient", wherever it stands."""
    for word in _PATIENT_WORDS:
        pattern = rf"((?i:(?<![^\W\d_]){re.escape(word)}[-_ .]?)\d+)"
        if sum(bool(re.search(pattern, file)) for file in files[:200]) * 2 > len(files[:200]):
            yield pattern


def common_prefixes(files: Sequence[str]) -> Iterator[str]:
    """Expressions for beginnings that come back, the coarsest first.

    Where families of names differ, one expression has an alternative for each.
    """
    stems = [PurePath(file).stem for file in files]
    names = [_tokens(stem) for stem in stems]
    root = _Family("", (), list(range(len(names))), 0)
    _grow(root, names)
    coarse = list(_good(root, names, stems))
    if coarse:
        loose = _loosened([family.pattern for family in coarse])
        if loose:
            yield f"({'|'.join(loose)})"
        yield _joined(coarse)
    finer = [deeper for family in coarse for deeper in _finer(family, names, stems)]
    if finer:
        yield _joined(finer)


def _tokens(stem: str) -> list[_Token]:
    tokens: list[_Token] = []
    for piece in _PIECE.finditer(stem):
        runs = _RUN.findall(piece[0]) if piece.lastgroup == "field" else []
        if len(runs) > _MOST_RUNS:
            tokens.append(_Token("mixed", piece[0]))
        elif runs:
            tokens += [_Token("digits" if run.isdecimal() else "word", run) for run in runs]
        else:
            tokens.append(_Token(str(piece.lastgroup), piece[0]))
    return tokens[:_DEEPEST]


def _grow(family: _Family, names: list[list[_Token]]) -> None:
    """The families below this one, one token longer."""
    by_kind: defaultdict[str, list[int]] = defaultdict(list)
    for member in family.members:
        if len(names[member]) > family.depth:
            by_kind[names[member][family.depth].kind].append(member)
    for kind, members in by_kind.items():
        if kind in ("word", "sign"):
            family.children += _worded(family, kind, members, names)
        else:
            family.children.append(_longer(family, kind, _PATTERNS[kind], members))
    for child in family.children:
        _grow(child, names)


def _worded(
    family: _Family, kind: str, members: list[int], names: list[list[_Token]]
) -> list[_Family]:
    by_text: defaultdict[str, list[int]] = defaultdict(list)
    for member in members:
        by_text[names[member][family.depth].text].append(member)
    if kind == "word" and len(by_text) > _MOST_WORDS:
        return [_longer(family, kind, _PATTERNS[kind], members)]
    return [
        _longer(family, kind, _SPECIAL.sub(r"\\\g<0>", text), found, text.casefold())
        for text, found in by_text.items()
    ]


def _longer(
    family: _Family, kind: str, pattern: str, members: list[int], word: str = ""
) -> _Family:
    words = (*family.words, word) if kind == "word" else family.words
    is_last = kind in ("digits", "mixed") or (kind == "word" and not word)
    return _Family(family.pattern + pattern, words, members, family.depth + 1, is_last)


def _good(family: _Family, names: list[list[_Token]], stems: list[str]) -> Iterator[_Family]:
    """The coarsest families below this one that begin with a patient."""
    for child in family.children:
        if _begins_with_patient(child, names, stems):
            yield child
        else:
            yield from _good(child, names, stems)


def _finer(family: _Family, names: list[list[_Token]], stems: list[str]) -> list[_Family]:
    return list(_good(family, names, stems)) or [family]


def _begins_with_patient(family: _Family, names: list[list[_Token]], stems: list[str]) -> bool:
    if not family.is_number_last or len(family.members) < _FEWEST_NAMES:
        return False
    if family.words and family.words[-1] in _NO_PATIENTS:
        return False
    groups, remainders = Counter[str](), set[str]()
    for member in family.members:
        beginning = "".join(token.text for token in names[member][: family.depth])
        groups[beginning] += 1
        remainders.add(stems[member][len(beginning) :])
    size = len(family.members)
    repeated = sum(count for count in groups.values() if count > 1) / size
    counts_small = len(remainders) <= max(2, _MOST_REMAINDERS * size)
    return (
        len(groups) >= _FEWEST_GROUPS
        and max(groups.values()) <= max(2, size / _FEWEST_GROUPS)
        and (repeated >= _OFTEN_REPEATED or (repeated >= _LEAST_REPEATED and counts_small))
    )


def _joined(families: list[_Family]) -> str:
    patterns = sorted({family.pattern for family in families}, key=len, reverse=True)
    return f"^({'|'.join(patterns)})"


def _loosened(patterns: list[str]) -> list[str]:
    r"""Alternatives left when one of them ends another ("IM-\d+" ends "NORMAL\d+-IM-\d+")."""
    unique = sorted(set(patterns), key=len)
    kept: list[str] = []
    for pattern in unique:
        if not any(pattern.endswith(shorter) for shorter in kept):
            kept.append(pattern)
    return kept if 1 <= len(kept) < len(unique) else []
