"""What is known of the cases besides their names, and what must be found out to sort by it."""

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import QObject, Signal

from precmed_gui.cohorts.picture_measures import PictureMeasures
from precmed_gui.diagnosis.cases import Case
from precmed_gui.window.cases_order import KnownFacts, Order

MEASURED: tuple[Order, ...] = ("size", "brightness")


class CasesFacts(QObject):
    """Sizes, brightness and confidences by `Case.key`, as they come in.

    Signals
    -------
    changed
        More is known, or less.
    measures_wished
        The cases whose size and brightness are wanted.
    """

    changed = Signal()
    measures_wished = Signal(list)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sizes: dict[str, int] = {}
        self._brightness: dict[str, float] = {}
        self._confidences: dict[str, float] = {}
        self._asked: set[str] = set()

    @property
    def known(self) -> KnownFacts:
        """All that is known now."""
        return KnownFacts(self._sizes, self._brightness, self._confidences)

    def require(self, order: Order, cases: Iterable[Case]) -> None:
        """Ask once for what sorting by `order` needs to know of these cases."""
        if order in MEASURED:
            missing = [case for case in cases if case.key not in self._asked]
            if missing:
                self._asked.update(case.key for case in missing)
                self.measures_wished.emit(missing)

    def unread(self, cases: Iterable[Case]) -> list[Case]:
        """Those that the current model has not read."""
        return [case for case in cases if case.key not in self._confidences]

    def take_measures(self, cases: Sequence[Case], measures: PictureMeasures) -> None:
        """What was measured of these cases; 0 and NaN mean that it could not be."""
        found = zip(cases, measures.sizes.tolist(), measures.brightness.tolist(), strict=True)
        for case, size, brightness in found:
            if size:
                self._sizes[case.key] = size
                self._brightness[case.key] = brightness
        self.changed.emit()

    def give_up_measures(self) -> None:
        """They were stopped half way: who sorts again asks again."""
        self._asked = set(self._sizes)

    def take_confidences(self, confidences: Mapping[str, float]) -> None:
        """What the current model says of its likeliest class, 0 to 1."""
        self._confidences.update(confidences)
        self.changed.emit()

    def forget_confidences(self) -> None:
        """There is another model now."""
        self._confidences = {}
        self.changed.emit()
