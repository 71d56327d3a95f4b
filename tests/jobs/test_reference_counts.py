"""PySide6 6.12 on Python 3.11 loses references to None at every signal; ours must not."""

import sys

from PySide6.QtCore import QObject, Signal, Slot

SIGNALS = 5000


class Sender(QObject):
    told = Signal(int, object)


class Receiver(QObject):
    def __init__(self):
        super().__init__()
        self.count = 0

    @Slot(int, object)
    def on_told(self, number, thing):
        self.count += 1


def test_five_thousand_signals_leave_the_reference_counts_of_constants_alone(qapp):
    sender, receiver = Sender(), Receiver()
    sender.told.connect(receiver.on_told)
    before = [sys.getrefcount(constant) for constant in (None, True, False)]
    for number in range(SIGNALS):
        sender.told.emit(number, None)
    after = [sys.getrefcount(constant) for constant in (None, True, False)]
    assert receiver.count == SIGNALS
    assert all(abs(a - b) < SIGNALS // 10 for a, b in zip(before, after, strict=True))


def test_five_thousand_connections_leave_the_reference_counts_of_constants_alone(qapp):
    sender, receiver = Sender(), Receiver()
    before = sys.getrefcount(None)
    for _ in range(SIGNALS):
        sender.told.connect(receiver.on_told)
        sender.told.disconnect(receiver.on_told)
    assert abs(sys.getrefcount(None) - before) < SIGNALS // 10
