"""The slices of one case that were read lately, within a limit; `picture_flow.py` keeps one."""

from collections import OrderedDict

from precmed_gui.diagnosis.pictures import Picture

MOST_BYTES = 96 * 2**20
_AHEAD, _BEHIND = 5, 2


class SliceStore:
    """Pictures by slice number, the latest used kept longest; and why others are missing.

    Parameters
    ----------
    most_bytes
        What all pixels together may take; one picture is kept whatever its size.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[int, Picture | str] = OrderedDict()

    @property
    def bytes(self) -> int:
        """What the pixels take now."""
        return sum(_size(found) for found in self._kept.values())

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()

    def keep(self, number: int, found: Picture | str) -> None:
        """Take in a slice, or the reason why there is none."""
        self._kept[number] = found
        self._kept.move_to_end(number)
        while self.bytes > self._most_bytes and len(self._kept) > 1:
            self._kept.popitem(last=False)

    def find(self, number: int) -> Picture | str | None:
        """The slice, or the reason why there is none, or None if it was not read yet."""
        if number in self._kept:
            self._kept.move_to_end(number)
        return self._kept.get(number)

    def missing_near(self, number: int, total: int, direction: int) -> list[int]:
        """Which slices to read before they are asked for, the likeliest first.

        Parameters
        ----------
        number
            The slice on the screen, of `total`; after the last comes the first.
        direction
            1 or -1: where the user is going.
        """
        steps = [*range(1, _AHEAD + 1), *range(-1, -_BEHIND - 1, -1)]
        near = ((number - 1 + direction * step) % total + 1 for step in steps)
        missing = [other for other in dict.fromkeys(near) if other not in self._kept]
        room = self._most_bytes // max(_size(self._kept.get(number, "")), 1)
        return missing[: max(room - 1, 0)]


def _size(found: Picture | str) -> int:
    return 0 if isinstance(found, str) else found.pixels.nbytes
