"""Small works that an engine process can import."""

import os
import time
from pathlib import Path

from precmed_gui.diagnosis.errors import UnfitCohort
from precmed_gui.diagnosis.training import BatchEnded
from precmed_gui.diagnosis.work import CancelToken, Report, Step


def warm_up() -> str:
    return "CPU"


def die_while_warming_up() -> str:
    os._exit(3)


def square(number, report: Report, cancel: CancelToken):
    report(Step("squaring", 0, 1))
    report(Step("squaring", 1, 1))
    return number * number


def wait_until_stopped(report: Report, cancel: CancelToken):
    report(Step("waiting", 0, 0))
    while not cancel.is_set():
        time.sleep(0.01)
    cancel.raise_if_set()


def wait_for_file(path, report: Report, cancel: CancelToken):
    report(Step("waiting", 0, 0))
    while not Path(path).exists():
        cancel.raise_if_set()
        time.sleep(0.01)
    return "seen"


def write_file(path, report: Report, cancel: CancelToken):
    Path(path).write_text("here")
    return "written"


def never_look_up(report: Report, cancel: CancelToken):
    report(Step("deaf", 0, 0))
    time.sleep(600)


def be_deaf_for_a_while(report: Report, cancel: CancelToken):
    report(Step("deaf", 0, 0))
    time.sleep(6)


def save_after_stop(report: Report, cancel: CancelToken):
    report(Step("waiting", 0, 0))
    while not cancel.is_set():
        time.sleep(0.01)
    time.sleep(4)
    return "kept what was learned"


def die(report: Report, cancel: CancelToken):
    os.kill(os.getpid(), 9)


def fail_clearly(report: Report, cancel: CancelToken):
    raise UnfitCohort("There is only one class.", "Add images of another class.")


def fail_unexpectedly(report: Report, cancel: CancelToken):
    return {}["missing"]


def return_what_cannot_be_sent(report: Report, cancel: CancelToken):
    return lambda: None


def report_many_batches(report: Report, cancel: CancelToken):
    for batch in range(1000):
        report(BatchEnded(1, 1, batch + 1, 1000, 0.1, 0.5, 1.0))
    return "done"


def say_which_modules(report: Report, cancel: CancelToken):
    import sys

    return sorted({name.split(".")[0] for name in sys.modules})
