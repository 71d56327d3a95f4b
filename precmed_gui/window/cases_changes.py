"""What changed between two lists of cases, and short names of classes; plain functions, no Qt.

The grid keeps its place and its selection when a cohort grows or shrinks, so a new cohort becomes
a few inserted and removed rows instead of a new list.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MOST_RUNS = 400
LONGEST_SHORT_NAME = 4


@dataclass(frozen=True, slots=True)
class RowsRemoved:
    """Rows `first` to `last` (both included) of the list as it is at that moment go."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class RowsInserted:
    """Rows `first` to `last` (both included) of the new list come in at `first`."""

    first: int
    last: int


RowChange = RowsRemoved | RowsInserted


def row_changes(old: Sequence[str], new: Sequence[str]) -> list[RowChange] | None:
    """The steps that turn `old` into `new`, in order, or None where a fresh start is cheaper.

    Only pure growth and pure shrinking (and one replaced stretch) are worth steps; keys are unique.
    """
    head = _common_start(old, new)
    tail = _common_start(old[head:][::-1], new[head:][::-1])
    gone, come = old[head : len(old) - tail], new[head : len(new) - tail]
    if not gone and not come:
        return []
    if not come:
        return [RowsRemoved(head, head + len(gone) - 1)]
    if not gone:
        return [RowsInserted(head, head + len(come) - 1)]
    if len(come) < len(gone):
        runs = _runs_missing(gone, come)
        return (
            None
            if runs is None
            else [RowsRemoved(head + first, head + last) for first, last in reversed(runs)]
        )
    runs = _runs_missing(come, gone)
    return (
        None if runs is None else [RowsInserted(head + first, head + last) for first, last in runs]
    )


def _common_start(one: Sequence[str], other: Sequence[str]) -> int:
    for position, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return position
    return min(len(one), len(other))


def _runs_missing(longer: Sequence[str], shorter: Sequence[str]) -> list[tuple[int, int]] | None:
    """Stretches of `longer` not in `shorter`; None if the rest is not `shorter`, or too many."""
    kept = set(shorter)
    if [key for key in longer if key in kept] != list(shorter):
        return None
    runs: list[tuple[int, int]] = []
    for position, key in enumerate(longer):
        if key in kept:
            continue
        if runs and runs[-1][1] == position - 1:
            runs[-1] = (runs[-1][0], position)
        else:
            runs.append((position, position))
    return runs if len(runs) <= MOST_RUNS else None


def short_names(labels: Sequence[str]) -> dict[str, str]:
    """One to four letters a class, no two alike, so that colour is never the only sign."""
    names: dict[str, str] = {}
    left = list(labels)
    for length in range(1, LONGEST_SHORT_NAME + 1):
        tried = {label: _shortened(label, length) for label in left}
        taken = list(tried.values())
        names |= {
            label: name
            for label, name in tried.items()
            if taken.count(name) == 1 and name not in names.values()
        }
        left = [label for label in left if label not in names]
    free = (str(number) for number in range(1, 10**6) if str(number) not in names.values())
    names |= dict(zip(left, free, strict=False))
    return {label: names[label] for label in labels}


def _shortened(label: str, length: int) -> str:
    words = list(_words(label))
    if not words:
        return label[:length]
    if len(words) == 1 or length == 1:
        return words[0][:1].upper() + words[0][1:length].lower()
    first = "".join(word[:1].upper() for word in words[:-1])
    return first[: max(1, length - 1)] + words[-1][: max(1, length - len(first))].upper()


def _words(label: str) -> Iterator[str]:
    """Runs of letters and runs of digits."""
    word = ""
    for character in label:
        if not character.isalnum() or (word and character.isdigit() != word[-1].isdigit()):
            if word:
                yield word
            word = ""
        if character.isalnum():
            word += character
    if word:
        yield word
