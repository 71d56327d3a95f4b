"""Jobs that only write down what they were asked to do; a test says how each ends."""

from PySide6.QtCore import QObject, Signal


class FakeJobs(QObject):
    reported = Signal(int, object)
    ended = Signal(int, object)

    def __init__(self):
        super().__init__()
        self.started = {}
        self.abandoned = []

    def start(self, work, lane=None, *, is_quick=False):
        self.started[len(self.started) + 1] = work
        return len(self.started)

    def cancel(self, job):
        pass

    def abandon(self, job):
        self.abandoned.append(job)

    def last(self, function):
        """(job, arguments) of the last work that calls this function."""
        found = [job for job, work in self.started.items() if work.func is function]
        return found[-1], self.started[found[-1]].args
